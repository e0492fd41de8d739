"""What the values of a column look like, as evidence for what the column means."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from .countries import country_code, country_of_state
from .degrees import read_degrees, read_pair
from .source import SourceRow
from .target import Kind
from .values import cell_text, date_in, is_nothing, is_zone, number_in

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]{2,}")
_PHONE = re.compile(r"(?=(?:.*\d){7})\+?[\d\s().\-/]{7,22}(?:\s*(?:x|ext\.?)\s*\d+)?")
_PHONE_MARKS = re.compile(r"\+|\(|\d[-\s./]\d")
_POSTAL = re.compile(
    r"\d{5}(-\d{4})?|\d{4}( ?[A-Za-z]{2})?|[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d|[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}"
    r"|\d{3}-?\d{4}|\d{2}-\d{3}|\d{3} \d{2}|\d{6}|\d{5}-\d{3}|\d{3}"
)
_DECIMAL = re.compile(r"-?\d{1,3}[.,]\d{2,}")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_ADDRESS = re.compile(r"\d.*[^\W\d_]{2,}|[^\W\d_]{2,}.*\d", re.DOTALL)
_TIME = re.compile(r"\d{1,2}[:.h]?\d{0,2}\s*(?:[ap]\.?m\.?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Profile:
    """The values of one column in the sample, stripped, without the empty ones.

    All shares are between 0 and 1 and 0 for a column with no value.
    """

    values: tuple[str, ...]
    rows: int

    @property
    def filled(self) -> float:
        """Share of rows that have a value."""
        return len(self.values) / self.rows if self.rows else 0.0

    @cached_property
    def distinct(self) -> float:
        """Share of values that are different from all before them."""
        return len({value.casefold() for value in self.values}) / len(self.values) if self.values else 0.0

    @cached_property
    def counter(self) -> bool:
        """Whether the values merely count the rows: 0, 1, 2, … or 1, 2, 3, …"""
        if len(self.values) < 3 or not all(value.isascii() and value.isdigit() for value in self.values):
            return False
        numbers = [int(value) for value in self.values]
        return numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))

    @cached_property
    def coded(self) -> bool:
        """Whether the values could be codes: short, and without decimals, dates or sentences."""
        if not self.values:
            return False
        ill = sum(
            len(value) > 24 or value.count(" ") > 1 or bool(_DECIMAL.fullmatch(value)) or "@" in value
            for value in self.values
        )
        return ill <= 0.02 * len(self.values)

    def share(self, test: Callable[[str], object]) -> float:
        """Return the share of values that pass a test."""
        return sum(bool(test(value)) for value in self.values) / len(self.values) if self.values else 0.0

    def fits(self, kind: Kind) -> float | None:
        """Return the share of values that have the shape of a kind, None if any text would do."""
        test = _TESTS.get(kind)
        return self.share(test) if test is not None and self.values else None


def profile_columns(width: int, rows: Sequence[SourceRow]) -> list[Profile]:
    """Return one profile per column. Linear in the cells of the sample."""
    columns: list[list[str]] = [[] for _ in range(width)]
    for row in rows:
        for column, cell in zip(columns, row.cells, strict=False):
            text = cell_text(cell)
            if text and not is_nothing(text):
                column.append(text)
    return [Profile(tuple(column), len(rows)) for column in columns]


def _within(limit: float) -> Callable[[str], bool]:
    def test(text: str) -> bool:
        found = read_degrees(text)
        return found is not None and abs(found.degrees) <= limit

    return test


def is_email(text: str) -> bool:
    """Say whether a text is one e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Say whether a text could be a phone number."""
    return _PHONE.fullmatch(text) is not None


def is_written_phone(text: str) -> bool:
    """Say whether a text is plainly a phone number, grouped or with a country code."""
    return is_phone(text) and _PHONE_MARKS.search(text) is not None and not _DECIMAL.fullmatch(text)


def is_decimal(text: str) -> bool:
    """Say whether a text is degrees with at least two decimals, as coordinates are."""
    return _DECIMAL.fullmatch(text) is not None


def is_street(text: str) -> bool:
    """Say whether a text has words and a number, as addresses do, or is a long text."""
    return _ADDRESS.search(text) is not None or len(text) > 40


_TESTS: dict[Kind, Callable[[str], object]] = {
    "country": country_code,
    "region": _LETTERS.search,
    "latitude": _within(180),
    "longitude": _within(180),
    "coordinates": read_pair,
    "time_zone": is_zone,
    "postal_code": _POSTAL.fullmatch,
    "phone": is_phone,
    "email": is_email,
    "integer": lambda text: text.lstrip("+-").isdigit(),
    "number": lambda text: number_in(text) is not None,
    "date": date_in,
    "time": _TIME.fullmatch,
}

__all__ = [
    "Profile",
    "country_of_state",
    "is_decimal",
    "is_email",
    "is_street",
    "is_written_phone",
    "profile_columns",
]
