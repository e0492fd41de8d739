"""Turn the rows of a table into lines that read well on their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workorders.sow.blocks import Block
from workorders.sow.document import CELL_SEPARATOR, Link

BLANK = "(blank)"


@dataclass(frozen=True, slots=True)
class Cell:
    """The content of one cell as plain text."""

    text: str
    links: tuple[Link, ...] = ()
    bold: bool = False
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table with its place in the source."""

    cells: tuple[Cell, ...]
    place: str
    is_header: bool = False


def row_blocks(rows: Sequence[Row], level: int = 0) -> list[Block]:
    """Return one block for every row, each joined with the words of the header row.

    The header row is the one marked as such, else the first row when it looks like one. Every word of the table is
    in some block: a column that is empty throughout is written with ``(blank)``, a table of nothing but a header
    becomes one block. Linear in the number of cells.
    """
    filled = [row for row in rows if any(cell.text for cell in row.cells)]
    header, body = _split_header(filled)
    if not body:
        return [_block(row, (), (), level) for row in header]
    names = _column_names(header)
    empty = _empty_columns(names, body)
    return [
        _block(row, names, empty, level, _header_links(header) if at == 0 else ())
        for at, row in enumerate(body)
    ]


def _split_header(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    marked = 0
    while marked < len(rows) and rows[marked].is_header:
        marked += 1
    if marked == 0 and looks_like_header(rows):
        marked = 1
    return rows[:marked], rows[marked:]


def looks_like_header(rows: Sequence[Row]) -> bool:
    """Tell whether the first of unmarked rows reads as column names rather than as content."""
    if len(rows) < 2 or len(rows[0].cells) < 2:
        return False
    first = rows[0].cells
    texts = [cell.text for cell in first]
    if not all(texts) or len(set(texts)) < len(texts) or any(text.endswith((":", ".")) for text in texts):
        return False
    if all(cell.bold for cell in first):
        return True
    if all(row.cells and row.cells[0].bold for row in rows):
        return False
    return all(len(text.split()) <= 5 and not any(c.isdigit() for c in text) for text in texts)


def _column_names(header: list[Row]) -> tuple[str, ...]:
    width = max((len(row.cells) for row in header), default=0)
    names = []
    for column in range(width):
        parts = [row.cells[column].text for row in header if column < len(row.cells)]
        names.append(" ".join(dict.fromkeys(part for part in parts if part)))
    return tuple(names)


def _empty_columns(names: tuple[str, ...], body: list[Row]) -> tuple[int, ...]:
    return tuple(
        column
        for column, name in enumerate(names)
        if name and not any(column < len(row.cells) and row.cells[column].text for row in body)
    )


def _header_links(header: list[Row]) -> tuple[Link, ...]:
    return tuple(link for row in header for cell in row.cells for link in cell.links)


def _block(
    row: Row, names: tuple[str, ...], empty: tuple[int, ...], level: int, extra: tuple[Link, ...] = ()
) -> Block:
    width = max(len(row.cells), *(column + 1 for column in empty), 0) if empty else len(row.cells)
    parts = []
    for column in range(width):
        text = row.cells[column].text if column < len(row.cells) else ""
        name = names[column] if column < len(names) else ""
        if text or column in empty:
            parts.append(_pair(name, text or BLANK))
    links = extra + tuple(link for cell in row.cells for link in cell.links)
    return Block("table_row", CELL_SEPARATOR.join(parts), row.place, level, links)


def _pair(name: str, text: str) -> str:
    if not name:
        return text
    return f"{name} {text}" if name.endswith((":", "?")) else f"{name}: {text}"
