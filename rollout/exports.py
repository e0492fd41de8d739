"""Lists as files: CSV and XLSX, whatever their length in bounded memory, never with a live formula inside."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.text import slugify

FORMATS = ("csv", "xlsx")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_PLAIN_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_LONGEST_CELL = 32_767


def export_response(
    request: HttpRequest, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponseBase | None:
    """Return rows as the file the address asks for with ``?format=csv`` or ``?format=xlsx``; None when it asks for a page.

    Parameters
    ----------
    name
        What is in it, such as "guest-wifi sites"; the file name follows from it.
    rows
        May be a generator. Cells are texts, numbers, booleans, dates, times, moments (written in UTC, ISO 8601), lists
        (joined by semicolons) or None (empty).

    Notes
    -----
    CSV is streamed in UTF-8 with a mark, so that a double click opens it with its letters. A text that a spreadsheet would
    run gets an apostrophe in front, which our own import takes off again. In XLSX texts are written as texts and need none.
    """
    asked = request.GET.get("format")
    if asked not in FORMATS:
        return None
    stem = slugify(name) or "list"
    if asked == "xlsx":
        return FileResponse(
            _workbook(columns, rows), as_attachment=True, filename=f"{stem}.xlsx", content_type=XLSX_TYPE
        )
    response = StreamingHttpResponse(_lines(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{stem}.csv"'
    return response


class _Echo:
    """A file that gives back what is written, so that the csv module can be streamed."""

    def write(self, text: str) -> str:
        return text


def _lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([neutral(name) for name in columns])
    for row in rows:
        yield writer.writerow([_csv_cell(cell) for cell in row])


def neutral(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula; plain numbers stay as they are."""
    risky = text.lstrip(" \u00a0").startswith(_RISKY) and not _PLAIN_NUMBER.fullmatch(text)
    return f"'{text}" if risky or text.startswith("'") else text


def _plain(cell: Any) -> Any:
    """Turn what is no number, text or flag into text."""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, list | tuple | set):
        return "; ".join(map(str, cell))
    return cell if cell is None or isinstance(cell, int | float) else str(cell)


def _csv_cell(cell: Any) -> Any:
    plain = _plain(cell)
    return neutral(plain) if isinstance(plain, str) else plain


def _workbook(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Any:
    content = tempfile.TemporaryFile(prefix="downbeat-export-")  # noqa: SIM115 - the response closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.set_column(0, max(0, len(columns) - 1), 18)
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(columns):
            sheet.write_string(0, place, name, bold)
        for line, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                _write(sheet, line, place, _plain(cell))
    content.seek(0)
    return content


def _write(sheet: Any, line: int, place: int, cell: Any) -> None:
    if isinstance(cell, int | float):
        sheet.write_number(line, place, cell)
    elif cell:
        sheet.write_string(line, place, cell[:_LONGEST_CELL])
