"""A whole file: every row checked, and the rows against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from .checking import SWAPPED_COLUMNS, CheckedRow, Checker, MakeKey, Problem, verdict_of
from .points import SWAPPED
from .source import Source, SourceRow
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

    `tally`, `notes`, `fixes` and `afterthoughts` speak of the rows taken so far; they are final once the iterator is
    exhausted. Memory grows by one key and one place per row, about 250 bytes.
    """

    def __init__(self, checker: Checker, source: Source) -> None:
        rows = source.rows()
        first = list(islice(rows, _LOOK_AT))
        self._checker = checker
        checker.swapped = _columns_swapped(checker, first)
        self._rows = chain(first, rows)
        self._keys: dict[str, int] = {}
        self._places: dict[int, int] = {}
        self._counts = {"accepted": 0, "attention": 0, "rejected": 0, "blank": 0}
        self._codes: dict[str, int] = {}
        self._located = 0
        self._later: dict[tuple[int, str], list[int]] = {}

    def __iter__(self) -> CheckedRows:
        return self

    def __next__(self) -> CheckedRow:
        return self._take(next(self._rows))

    def with_cells(self) -> Iterator[tuple[SourceRow, CheckedRow]]:
        """Yield what is left of the file as rows with what was found in them, in the same single pass."""
        return ((row, self._take(row)) for row in self._rows)

    def _take(self, row: SourceRow) -> CheckedRow:
        checked = self._compared(self._checker.check(row))
        self._counts[checked.verdict] += 1
        if checked.problems:
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

    @property
    def fixes(self) -> tuple[str, ...]:
        """What a change of the mapping would put right: `SWAP_COORDINATES` or nothing."""
        return (SWAP_COORDINATES,) if self._checker.swapped or self._mostly(*SWAPPED) else ()

    @property
    def afterthoughts(self) -> Iterator[tuple[int, Problem]]:
        """What rows further down say about rows above: their lines and a notice each."""
        for (line, code), later in self._later.items():
            shown = ", ".join(f"{one:,}" for one in later)
            lines = f"line {shown}" if len(later) == 1 else f"lines {shown}"
            if code == "duplicate":
                field = self._checker.target.key_field
                sentence = f"The same code comes again on {lines}. Only this row lands."
            else:
                field, sentence = "", f"The same place comes again on {lines}. Check that they are two sites."
            yield line, Problem(field, "notice", sentence, code, tuple(later))

    def _notes(self) -> Iterator[str]:
        if self._checker.swapped:
            yield (
                f"Latitude and longitude are in each other's columns in {self._codes.get(SWAPPED_COLUMNS, 0):,} rows, so "
                "they were left out. Go back and exchange the two columns."
            )
        elif self._mostly(*SWAPPED):
            swapped = sum(self._codes.get(code, 0) for code in SWAPPED)
            yield (
                f"Latitude and longitude look swapped in {swapped:,} of {self._located:,} rows. Go back and exchange "
                "the two columns."
            )
        if self._mostly("sign"):
            signs = self._codes["sign"]
            yield f"The longitude lacks its minus sign in {signs:,} of {self._located:,} rows. Correct the column."
        missing = self._counts["rejected"] - self._codes.get("duplicate", 0)
        if missing and not self._counts["accepted"] and not self._counts["attention"]:
            yield "No row can land. Check which column holds the code that tells one row from another."

    def _mostly(self, *codes: str) -> bool:
        """Whether more than half of the rows with coordinates have one of these problems."""
        count = sum(self._codes.get(code, 0) for code in codes)
        return count >= 2 and count > 0.5 * self._located

    def _compared(self, checked: CheckedRow) -> CheckedRow:
        """Compare a row with all those before it that land."""
        if not checked.importable:
            return checked
        found = self._same_key(checked) or self._same_place(checked)
        if found is None:
            return checked
        problems = (*checked.problems, found)
        return replace(checked, problems=problems, verdict=verdict_of(problems))

    def _same_key(self, checked: CheckedRow) -> Problem | None:
        field = self._checker.target.key_field
        value = checked.values.get(field)
        if value is None:
            return None
        earlier = self._keys.setdefault(str(value).casefold(), checked.line)
        if earlier == checked.line:
            return None
        self._tell(earlier, "duplicate", checked.line)
        sentence = (
            f"“{value}” on line {checked.line:,} is already on line {earlier:,}. Only the earlier row lands; "
            "give this one its own code or delete it."
        )
        return Problem(field, "rejected", sentence, "duplicate", (earlier,))

    def _same_place(self, checked: CheckedRow) -> Problem | None:
        values = checked.values
        latitude, longitude = values.get("latitude"), values.get("longitude")
        earlier = checked.line
        if isinstance(latitude, float) and isinstance(longitude, float):
            self._located += 1
            # About a metre; one number for both takes half the memory of a pair.
            point = round(latitude * 100_000) * 100_000_000 + round(longitude * 100_000)
            earlier = self._places.setdefault(point, checked.line)
        if values.get("street"):
            address = hash("\n".join([str(values.get(key) or "") for key in _ADDRESS]).casefold())
            same = self._places.setdefault(address, checked.line)
            earlier = same if earlier == checked.line else earlier
        if earlier == checked.line:
            return None
        self._tell(earlier, "same_place", checked.line)
        sentence = f"This is the same place as line {earlier:,}. Check that they are two sites."
        return Problem("", "attention", sentence, "same_place", (earlier,))

    def _tell(self, line: int, code: str, later: int) -> None:
        lines = self._later.setdefault((line, code), [])
        if len(lines) < _LINES_NAMED:
            lines.append(later)


SWAP_COORDINATES = "swap_coordinates"
_LOOK_AT = 300
"""How many rows at the top are asked whether two columns are swapped throughout."""
_LINES_NAMED = 20
_ADDRESS = ("street", "city", "region", "postal_code", "country")


def _columns_swapped(checker: Checker, rows: Sequence[SourceRow]) -> bool:
    """Say whether nearly all rows with coordinates have them the wrong way round; a few rows prove nothing."""
    located = swapped = 0
    for row in rows:
        checked = checker.check(row)
        located += any(isinstance(checked.values.get(key), float) for key in ("latitude", "longitude"))
        swapped += any(problem.code in SWAPPED for problem in checked.problems)
    return swapped >= _PROOF and swapped >= 0.9 * located


_PROOF = 5


def check_all(
    target: Target, mapping: Mapping[str, int], source: Source, *, make_key: MakeKey | None = None
) -> CheckedRows:
    """Check every record of a source, in order, none left out.

    Beyond what `checking.check` does, a key that came before is rejected, naming both lines (case does
    not tell keys apart), and a place that came before is marked. Rows that are "attention" may be
    imported; only "rejected" and "blank" rows may not. When latitude and longitude are exchanged
    throughout, that is said once, in the notes, and no coordinates are taken.

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
