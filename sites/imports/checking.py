"""One row against a target: values, what was changed or doubted, and a verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from .countries import country_of_state
from .points import judge_point
from .postal import fits_state, read_postal_code
from .source import SourceRow
from .target import Field, Kind, Target
from .values import TAKEN_AS_TYPED, Remark, Severity, Value, cell_text, is_nothing, quoted, read

Verdict = Literal["accepted", "attention", "rejected", "blank"]
"""Rows with verdict "attention" land like the accepted ones, but flagged for a person to look at."""

Values = dict[str, Value]

SWAPPED_COLUMNS = "swapped_columns"
"""Code of the notice that a whole file has latitude and longitude in each other's columns."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should know about a row.

    Attributes
    ----------
    field:
        Key of the field, or "" for the row as a whole.
    severity:
        "notice": a value was changed or derived. "attention": doubtful. "rejected": cannot land.
    sentence:
        What it is and what to do, quoting the cell.
    code:
        Stable word for grouping the same problem over many rows.
    lines:
        The other rows it is about, such as the one with the same key.
    """

    field: str
    severity: Severity
    sentence: str
    code: str = ""
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row after checking.

    Attributes
    ----------
    line:
        Where the row stands in the file, as in `SourceRow`.
    values:
        By field key, for every mapped field and those derived: None is "the cell was empty, or could
        not be read". A field with no column has no entry, so that an update leaves it alone.
    problems:
        In the order of the target's fields, those of the whole row last.
    verdict:
        "blank" has no content at all; "rejected" must not be applied; the other two may.
    """

    line: int
    values: Values
    problems: tuple[Problem, ...]
    verdict: Verdict

    @property
    def importable(self) -> bool:
        """Whether the row may land: accepted, or flagged but with everything that is required."""
        return self.verdict in ("accepted", "attention")


def check(target: Target, mapping: Mapping[str, int], row: SourceRow) -> CheckedRow:
    """Check one row on its own; see `Checker` to check many and `dataset.check_all` for a file.

    Parameters
    ----------
    mapping:
        Field key to column index. Fields left out are not read.

    Raises
    ------
    KeyError
        The mapping names a field the target does not have.
    """
    return Checker(target, mapping).check(row)


def verdict_of(problems: tuple[Problem, ...] | list[Problem]) -> Verdict:
    """Return the verdict the worst problem calls for; notices do not count."""
    severities = {problem.severity for problem in problems}
    if "rejected" in severities:
        return "rejected"
    return "attention" if "attention" in severities else "accepted"


_TOTAL = re.compile(
    r"(grand )?total\b|sum\b|summe\b|gesamt|somme\b|totale\b|totaal\b|合計|合计|합계", re.IGNORECASE
)

MakeKey = Callable[[Mapping[str, Value]], str]
"""Makes the key of a row that has none from its other values; "" when it cannot."""


@dataclass(slots=True)
class _Draft:
    """A row while it is being checked."""

    values: Values = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    pair: tuple[float, float] | None = None

    def add(self, key: str, remark: Remark) -> None:
        self.problems.append(Problem(key, remark.severity, remark.sentence, remark.code))

    def note(self, key: str, severity: Severity, code: str, sentence: str) -> None:
        self.problems.append(Problem(key, severity, sentence, code))


class Checker:
    """Checks rows against one target and one mapping.

    Parameters
    ----------
    target, mapping:
        As for `check`.
    make_key:
        For lists without codes: gives a row with no key one, with a notice.
    swapped:
        Latitude and longitude are in each other's columns throughout: none are taken, with a notice instead of a doubt.
    """

    def __init__(
        self,
        target: Target,
        mapping: Mapping[str, int],
        *,
        make_key: MakeKey | None = None,
        swapped: bool = False,
    ) -> None:
        self.target = target
        self.make_key = make_key
        self.swapped = swapped
        for key in mapping:
            target.field(key)
        self._columns = [
            (field.key, mapping[field.key], field.kind in TAKEN_AS_TYPED and not field.choices, field)
            for field in target.fields
            if field.key in mapping
        ]
        self._required = [field for field in target.fields if field.required]
        self._key_mapped = target.key_field in mapping
        self._country_mapped = any(field.kind == "country" for *_, field in self._columns)
        self._latitude = self._key_of("latitude")
        self._longitude = self._key_of("longitude")
        self._country = self._key_of("country")
        self._region = self._key_of("region")
        self._postal = self._key_of("postal_code")

    def _key_of(self, kind: Kind) -> str:
        found = self.target.of_kind(kind)
        return found.key if found else ""

    def check(self, row: SourceRow) -> CheckedRow:
        """Check one row. Linear in the number of mapped fields, about 30 microseconds."""
        if not row.damaged and not any(map(str.strip, row.cells)):
            return CheckedRow(row.line, {}, (), "blank")
        draft = _Draft()
        self._read_cells(row, draft)
        self._settle_country(draft)
        self._settle_postal_code(draft)
        self._settle_coordinates(draft)
        self._settle_key(draft)
        self._refuse_missing(draft)
        self._doubt_row(row, draft)
        return CheckedRow(row.line, draft.values, tuple(draft.problems), verdict_of(draft.problems))

    def _read_cells(self, row: SourceRow, draft: _Draft) -> None:
        cells, values, width = row.cells, draft.values, len(row.cells)
        for key, column, plain, target_field in self._columns:
            text = cells[column].strip() if column < width else ""
            if text[:1] == "'":
                text = cell_text(text)
            if not text or is_nothing(text):
                self._leave_empty(target_field, text, draft)
            elif plain:
                values[key] = text
            else:
                self._read_cell(target_field, text, draft)

    def _read_cell(self, target_field: Field, text: str, draft: _Draft) -> None:
        reading = read(target_field, text)
        if reading.remark is not None:
            draft.add(target_field.key, reading.remark)
        if target_field.kind == "coordinates":
            draft.pair = reading.pair
        else:
            draft.values[target_field.key] = reading.value

    def _leave_empty(self, target_field: Field, text: str, draft: _Draft) -> None:
        if target_field.kind != "coordinates":
            draft.values[target_field.key] = None
        if text:
            draft.note(target_field.key, "notice", "nothing", f"{quoted(text)} was read as empty.")

    def _settle_country(self, draft: _Draft) -> None:
        """Let a US or Canadian state tell the country of a list that has no country column."""
        state = draft.values.get(self._region)
        if self._country_mapped or not self._country or not isinstance(state, str):
            return
        country = country_of_state(state)
        if country and fits_state(str(draft.values.get(self._postal) or ""), state, country):
            draft.values[self._country] = country
            sentence = f"The file has no country, so {country} was read from the state {quoted(state)}."
            draft.note(self._country, "notice", "country_of_state", sentence)

    def _settle_postal_code(self, draft: _Draft) -> None:
        text = draft.values.get(self._postal)
        if isinstance(text, str):
            country = draft.values.get(self._country)
            reading = read_postal_code(text, country if isinstance(country, str) else None)
            draft.values[self._postal] = reading.value
            if reading.remark is not None:
                draft.add(self._postal, reading.remark)

    def _settle_coordinates(self, draft: _Draft) -> None:
        if not self._latitude or not self._longitude:
            return
        values = draft.values
        if (
            draft.pair is not None
            and values.get(self._latitude) is None
            and values.get(self._longitude) is None
        ):
            values[self._latitude], values[self._longitude] = draft.pair
        latitude, longitude = values.get(self._latitude), values.get(self._longitude)
        if isinstance(latitude, float) and isinstance(longitude, float):
            self._judge_point(latitude, longitude, draft)
        elif isinstance(latitude, float) or isinstance(longitude, float):
            lost, kept = (
                (self._longitude, "latitude")
                if isinstance(latitude, float)
                else (self._latitude, "longitude")
            )
            values[self._latitude] = values[self._longitude] = None
            sentence = f"Only the {kept} can be read, so the row has no place on the map."
            draft.note(lost, "attention", "half_point", sentence)

    def _judge_point(self, latitude: float, longitude: float, draft: _Draft) -> None:
        values = draft.values
        if self.swapped:
            values[self._latitude] = values[self._longitude] = None
            sentence = "Latitude and longitude stand in each other's columns, so they were left out."
            draft.note(self._latitude, "notice", SWAPPED_COLUMNS, sentence)
            return
        country = values.get(self._country)
        point = judge_point(latitude, longitude, country if isinstance(country, str) else None)
        values[self._latitude], values[self._longitude] = point.latitude, point.longitude
        if point.remark is not None:
            draft.add(self._longitude if point.about_longitude else self._latitude, point.remark)

    def _settle_key(self, draft: _Draft) -> None:
        key = self.target.key_field
        if _TOTAL.match(str(draft.values.get(key) or "")):
            sentence = f"This row looks like a total, not a {self.target.label}. Leave it out if it is one."
            draft.note(key, "attention", "total", sentence)
        if self.make_key is None or draft.values.get(key) is not None:
            return
        made = self.make_key(draft.values)
        if made:
            draft.values[key] = made
            draft.note(
                key,
                "notice",
                "key_made",
                f"The row has no {self._label(key)}, so {quoted(made)} was made for it.",
            )

    def _label(self, key: str) -> str:
        label = self.target.field(key).label
        return label[0].lower() + label[1:]

    def _refuse_missing(self, draft: _Draft) -> None:
        for target_field in self._required:
            if draft.values.get(target_field.key) is not None:
                continue
            label = self._label(target_field.key)
            draft.values.setdefault(target_field.key, None)
            draft.note(
                target_field.key,
                "rejected",
                "missing",
                f"The {label} is missing. Fill it in and import the row again.",
            )

    def _doubt_row(self, row: SourceRow, draft: _Draft) -> None:
        if row.damaged:
            sentence = (
                "A letter of this row is damaged or a formula in it failed. Compare it with the original."
            )
            draft.note("", "attention", "damaged", sentence)
        if row.ragged:
            sentence = "This row has more or fewer cells than the header. Check that its values are in the right columns."
            draft.note("", "attention", "ragged", sentence)
