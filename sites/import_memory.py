"""What the last import of a client's list says about how the next one is read. Knows no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

ENOUGH = 0.8
"""How many of the columns that were used then must be here again."""


@dataclass(frozen=True, slots=True)
class Before:
    """How an earlier list was read.

    Attributes
    ----------
    name, on:
        Of the file, and the day it was applied.
    columns:
        Its column names.
    mapping:
        Field to column; a joined key stands behind the last column.
    key_columns:
        The columns whose values made the key together, if it was not one column.
    """

    name: str
    on: date
    columns: Sequence[str]
    mapping: Mapping[str, int]
    key_columns: Sequence[int] = ()

    @property
    def reason(self) -> str:
        """Why a column is proposed, in words."""
        return f"As on {self.on.day} {self.on:%B %Y}, from {self.name}."


@dataclass(frozen=True, slots=True)
class Remembered:
    """How to read a new list as the earlier one: field to column, the columns of the key, and the columns known then."""

    mapping: dict[str, int]
    key_columns: tuple[int, ...]
    known: frozenset[int]


def remember(
    before: Before, columns: Sequence[str], fields: Sequence[str], key_field: str
) -> Remembered | None:
    """Return how the columns are read as they were before; None when too few of them are the same.

    Names are compared without case and spaces around. Columns without a name count by their place, so those must be as many.
    `fields` are the fields there are now; what was read into one that is gone is left out.
    """
    now: dict[str, int] = {}
    for number, name in enumerate(columns):
        now.setdefault(_plain(name), number)
    moved = {old: now[_plain(name)] for old, name in enumerate(before.columns) if _plain(name) in now}
    used = {*before.mapping.values(), *before.key_columns} & set(range(len(before.columns)))
    if not used or sum(one in moved for one in used) < ENOUGH * len(used):
        return None
    if all(_plain(name).startswith("column ") for name in columns) and len(columns) != len(before.columns):
        return None
    mapping = {field: moved[old] for field, old in before.mapping.items() if field in fields and old in moved}
    whole_key = all(one in moved for one in before.key_columns)
    joined = tuple(moved[one] for one in before.key_columns) if before.key_columns and whole_key else ()
    if joined:
        mapping[key_field] = len(columns)
    return Remembered(mapping, joined, frozenset(moved.values()))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
