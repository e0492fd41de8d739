"""Take the text of a table-row clause apart again into header and cell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workorders.sow.cues import (
    ACTION_COLUMN,
    CRITERION_COLUMN,
    ORDER_COLUMN,
    STANDARD_COLUMN,
    TICK_COLUMN,
    TICKS,
)
from workorders.sow.document import CELL_SEPARATOR
from workorders.sow.tables import BLANK

_EMPTY = re.compile(r"[—–\-\s]*")


@dataclass(frozen=True, slots=True)
class Pair:
    """A cell with its column's header, "" where the column has none."""

    header: str
    cell: str


@dataclass(frozen=True, slots=True)
class RowParts:
    """A row read by the role of its columns.

    Attributes
    ----------
    action : str
        Cell of a column such as "Activity" or "Action", else "".
    subject : str
        The cell that says what the row is about.
    subject_header : str
        Its header, for instance "Test".
    criterion : str
        What must hold, else "".
    criterion_header : str
        Its header, for instance "Height".
    detail : str
        The next cell after the subject, else "".
    is_checklist : bool
        Whether a cell is there to be ticked.
    """

    action: str
    subject: str
    subject_header: str
    criterion: str
    criterion_header: str
    detail: str
    is_checklist: bool


def row_pairs(text: str) -> tuple[Pair, ...]:
    """Return the header and cell pairs of a clause of kind ``table_row``."""
    pairs = []
    for part in text.split(CELL_SEPARATOR):
        header, colon, cell = part.partition(": ")
        pairs.append(Pair(header, cell) if colon else Pair("", part))
    return tuple(pairs)


def row_parts(text: str) -> RowParts:
    """Read a row by the role of its columns."""
    pairs = row_pairs(text)
    ticks = [pair for pair in pairs if _is_tick(pair)]
    content = [pair for pair in pairs if pair not in ticks and _says_something(pair)]
    subject = content[0] if content else Pair("", text)
    action = _first(content, ACTION_COLUMN) or Pair("", "")
    rest = [pair for pair in content[1:] if pair is not action]
    criterion = _first(rest, CRITERION_COLUMN) or _first(rest, STANDARD_COLUMN) or Pair("", "")
    return RowParts(
        action=action.cell,
        subject=subject.cell,
        subject_header=subject.header,
        criterion=criterion.cell,
        criterion_header=criterion.header,
        detail=rest[0].cell if rest else "",
        is_checklist=any(pair.cell[:1] in ("☐", "☑", BLANK[0]) for pair in ticks),
    )


def _is_tick(pair: Pair) -> bool:
    return bool(TICKS.match(pair.cell) or (TICK_COLUMN.match(pair.header) and pair.cell == BLANK))


def _says_something(pair: Pair) -> bool:
    return pair.cell != BLANK and not _EMPTY.fullmatch(pair.cell) and not _is_order(pair)


def _first(pairs: list[Pair], column: re.Pattern[str]) -> Pair | None:
    return next((pair for pair in pairs if column.match(pair.header)), None)


def _is_order(pair: Pair) -> bool:
    return (
        ORDER_COLUMN.fullmatch(pair.header) is not None and pair.cell.strip(". ").replace(".", "").isdigit()
    )
