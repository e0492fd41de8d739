"""A whole file: every row checked, and the rows against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from .checking import CheckedRow, Checker, MakeKey, Problem, verdict_of
from .source import Source
from .target import Target


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows came out with which verdict.

    Once a file is through, ``accepted + attention + rejected + blank`` equals the records of the
    source. The first two land.
    """

    accepted: int = 0
    attention: int = 0
    rejected: int = 0
    blank: int = 0

    @property
    def records(self) -> int:
        """All rows counted."""
        return self.accepted + self.attention + self.rejected + self.blank

    @property
    def importable(self) -> int:
        """Rows that land."""
        return self.accepted + self.attention


class CheckedRows(Iterator[CheckedRow]):
    """The checked rows of a file, one pass.

    `tally` and `notes` speak of the rows taken so far; they are final once the iterator is exhausted.
    Memory grows by one key and one place per row, about 300 bytes.
    """

    def __init__(self, checker: Checker, source: Source) -> None:
        self._checker = checker
        self._rows = source.rows()
        self._keys: dict[str, int] = {}
        self._points: dict[tuple[float, float], int] = {}
        self._addresses: dict[str, int] = {}
        self._counts = {"accepted": 0, "attention": 0, "rejected": 0, "blank": 0}
        self._codes: dict[str, int] = {}
        self._located = 0

    def __iter__(self) -> CheckedRows:
        return self

    def __next__(self) -> CheckedRow:
        checked = self._compared(self._checker.check(next(self._rows)))
        self._counts[checked.verdict] += 1
        for code in {problem.code for problem in checked.problems}:
            self._codes[code] = self._codes.get(code, 0) + 1
        return checked

    @property
    def tally(self) -> Tally:
        """Counts by verdict so far."""
        return Tally(**self._counts)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about the file as a whole."""
        return tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        swapped = self._codes.get("swapped", 0) + self._codes.get("looks_swapped", 0)
        if swapped >= 2 and swapped > 0.5 * self._located:
            yield (
                f"Latitude and longitude look swapped in {swapped:,} of {self._located:,} rows. Go back and exchange "
                "the two columns."
            )
        signs = self._codes.get("sign", 0)
        if signs >= 2 and signs > 0.5 * self._located:
            yield f"The longitude lacks its minus sign in {signs:,} of {self._located:,} rows. Correct the column."
        missing = self._counts["rejected"] - self._codes.get("duplicate", 0)
        if missing and not self._counts["accepted"] and not self._counts["attention"]:
            yield "No row can land. Check which column holds the code that tells one row from another."

    def _compared(self, checked: CheckedRow) -> CheckedRow:
        """Compare a row with all those before it that land."""
        if not checked.importable:
            return checked
        found = [*self._same_key(checked)]
        found += [] if found else self._same_place(checked)
        if not found:
            return checked
        problems = (*checked.problems, *found)
        return replace(checked, problems=problems, verdict=verdict_of(problems))

    def _same_key(self, checked: CheckedRow) -> Iterator[Problem]:
        field = self._checker.target.key_field
        value = checked.values.get(field)
        if value is None:
            return
        earlier = self._keys.setdefault(str(value).casefold(), checked.line)
        if earlier != checked.line:
            sentence = (
                f"“{value}” on line {checked.line:,} is already on line {earlier:,}. Only the earlier row lands; "
                "give this one its own code or delete it."
            )
            yield Problem(field, "rejected", sentence, "duplicate")

    def _same_place(self, checked: CheckedRow) -> list[Problem]:
        values = checked.values
        latitude, longitude = values.get("latitude"), values.get("longitude")
        earlier = None
        if isinstance(latitude, float) and isinstance(longitude, float):
            self._located += 1
            point = (round(latitude, 5), round(longitude, 5))
            earlier = self._points.setdefault(point, checked.line)
        if values.get("street"):
            address = "\n".join([str(values.get(key) or "") for key in _ADDRESS]).casefold()
            same = self._addresses.setdefault(address, checked.line)
            earlier = same if earlier in (None, checked.line) else earlier
        if earlier in (None, checked.line):
            return []
        sentence = f"This is the same place as line {earlier:,}. Check that they are two sites."
        return [Problem("", "attention", sentence, "same_place")]


_ADDRESS = ("street", "city", "region", "postal_code", "country")


def check_all(
    target: Target, mapping: Mapping[str, int], source: Source, *, make_key: MakeKey | None = None
) -> CheckedRows:
    """Check every record of a source, in order, none left out.

    Beyond what `checking.check` does, a key that came before is rejected, naming both lines (case does
    not tell keys apart), and a place that came before is marked. Rows that are "attention" may be
    imported; only "rejected" and "blank" rows may not.

    Parameters
    ----------
    target, mapping:
        As for `checking.check`.
    make_key:
        For files without a column of codes, such as `site_target.derived_key`.

    Returns
    -------
    CheckedRows
        An iterator with `tally` and `notes`.

    Raises
    ------
    KeyError
        The mapping names a field the target does not have.

    Notes
    -----
    Linear in the number of rows, about 50 microseconds each.
    """
    return CheckedRows(Checker(target, mapping, make_key=make_key), source)
