"""Sheets of XLSX, XLS and ODS workbooks, read as rows of text."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from .guard import DAMAGED, PROTECTED
from .headers import LOOK_AT, find_header, known_share, unique_names
from .source import MAX_ROWS, ReadOptions, Source, SourceRow, UnreadableFile
from .workbook_guard import check_extent, check_workbook

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
_SHEETS_TO_TRY = 8


def open_workbook(path: Path, name: str, options: ReadOptions, kind: str) -> Source:
    """Read one sheet of a workbook; see `reading.open_source`.

    The sheet is held in memory by the reader, about 32 bytes a cell, as long as the source lives.
    """
    errors = frozenset() if kind == "xls" else check_workbook(path, kind)
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            return _read(workbook, name, options, kind, errors)
    except PasswordError:
        raise UnreadableFile(PROTECTED) from None
    except CalamineError:
        raise UnreadableFile(DAMAGED) from None


@dataclass(frozen=True, slots=True)
class _Layout:
    sheet: CalamineSheet
    first: int
    width: int
    errors: frozenset[int]


def _read(
    workbook: CalamineWorkbook, name: str, options: ReadOptions, kind: str, errors: frozenset[int]
) -> Source:
    sheet = _chosen_sheet(workbook, options.sheet)
    records, width = _extent(sheet)
    if not width:
        raise UnreadableFile(f"Sheet {sheet.name!r} is empty. Choose another sheet, or upload another file.")
    top = _top(sheet)
    header = _header_index(top, options.header_row)
    first = 0 if header is None else header + 1
    if records - first > MAX_ROWS:
        check_extent(records, width)
    layout = _Layout(sheet, first, width, errors)
    return Source(
        name=name,
        format=kind,
        options=ReadOptions(sheet=sheet.name, header_row=0 if header is None else header + 1),
        sheets=tuple(workbook.sheet_names),
        columns=unique_names(top[header] if header is not None else (), width),
        notes=tuple(_notes(workbook, layout, header, records)),
        records=records - first,
        opener=lambda: _rows(layout),
    )


def _chosen_sheet(workbook: CalamineWorkbook, asked: str | None) -> CalamineSheet:
    """Return the sheet asked for, or the first visible one with known column names, or with rows."""
    if asked is not None:
        if asked not in workbook.sheet_names:
            names = ", ".join(workbook.sheet_names)
            raise UnreadableFile(f"There is no sheet {asked!r} in this workbook. Choose one of: {names}.")
        return _sheet(workbook, asked)
    visible = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    if not workbook.sheet_names:
        raise UnreadableFile("This workbook has no sheet. Save the list in a new workbook and upload that.")
    candidates = [_sheet(workbook, name) for name in (visible or workbook.sheet_names)[:_SHEETS_TO_TRY]]
    return max(candidates, key=_promise)


def _sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    sheet = workbook.get_sheet_by_name(name)
    end = sheet.end or (0, 0)
    check_extent(end[0] + 1, end[1] + 1)
    return sheet


def _promise(sheet: CalamineSheet) -> tuple[bool, bool, bool]:
    """Rank a sheet: known column names with rows below, several rows, anything at all."""
    top = _top(sheet)
    filled = [row for row in top if any(cell.strip() for cell in row)]
    known = any(known_share(row) for row in filled[:-1])
    return known, len(filled) > 1, bool(filled)


def _top(sheet: CalamineSheet) -> list[list[str]]:
    return [[as_text(cell) for cell in row] for row in itertools.islice(sheet.iter_rows(), LOOK_AT)]


def _header_index(top: Sequence[Sequence[str]], asked: int | None) -> int | None:
    if asked is None:
        return find_header(top)
    if asked == 0:
        return None
    if asked <= len(top):
        return asked - 1
    raise UnreadableFile(f"Row {asked:,} cannot be the header row. Choose one of the first {LOOK_AT} rows.")


def _extent(sheet: CalamineSheet) -> tuple[int, int]:
    """Return the number of rows up to the last filled one, and of columns likewise."""
    rows = width = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        used = len(row)
        while used and row[used - 1] == "":
            used -= 1
        if used:
            rows, width = number, max(width, used)
    return rows, width


def _notes(workbook: CalamineWorkbook, layout: _Layout, header: int | None, records: int) -> Iterator[str]:
    others = [name for name in workbook.sheet_names if name != layout.sheet.name]
    if others:
        yield f"Sheet {layout.sheet.name!r} was read. Not read: {', '.join(others)}."
    if header is None:
        yield "No header row was found, so the columns are numbered. Name the header row if there is one."
    elif header:
        above = f"{header} rows above it were" if header > 1 else "row above it was"
        yield f"The column names are in row {header + 1}. The {above} not imported."
    if records == layout.first:
        yield "There are no rows below the column names."
    if layout.errors:
        yield "Some formulas ended in an error. Their cells are empty here and their rows are marked."


def _rows(layout: _Layout) -> Iterator[SourceRow]:
    width = layout.width
    for line, row in enumerate(layout.sheet.iter_rows(), 1):
        if line <= layout.first:
            continue
        cells = [cell if type(cell) is str else as_text(cell) for cell in row[:width]]
        if len(cells) < width:
            cells += [""] * (width - len(cells))
        yield SourceRow(line, tuple(cells), line in layout.errors)


def as_text(value: Cell) -> str:
    """Write a cell as a person would type it: whole numbers without ".0", dates and times as ISO.

    >>> as_text(1820.0), as_text(0.00001), as_text(dt.datetime(2026, 3, 1)), as_text(dt.time(8, 30))
    ('1820', '0.00001', '2026-03-01', '08:30')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.time):
        return value.isoformat("minutes" if not value.second and not value.microsecond else "auto")
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _number_text(value: float) -> str:
    if not math.isfinite(value):
        return ""
    if value.is_integer():
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text
