"""The rows that need a person, sent back as a spreadsheet that can be corrected and imported again."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import xlsxwriter

from .checking import CheckedRow, Verdict
from .source import Source

LINE, VERDICT, REASONS = "Import line", "Import verdict", "Import reasons"
"""Names of the columns put before the original ones; the mapping passes them over."""
ANNOTATIONS = (LINE, VERDICT, REASONS)

NOT_ACCEPTED: tuple[Verdict, ...] = ("attention", "rejected")

_EXCEL_LONGEST = 32_767
_PLAIN_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_LABELS: dict[Verdict, str] = {
    "accepted": "accepted",
    "attention": "needs attention",
    "rejected": "rejected",
    "blank": "blank",
}


def annotated_xlsx(
    path: Path, source: Source, checked: Iterable[CheckedRow], *, verdicts: Collection[Verdict] = NOT_ACCEPTED
) -> int:
    """Write a workbook with the rows of some verdicts, why, and their original cells.

    Every cell is written as text, so nothing in it is ever a formula. Cells longer than a workbook
    allows are cut, and the reasons say so.

    Parameters
    ----------
    path:
        Where to write; replaced if it exists.
    checked:
        Checked rows of `source`, in the order of the file; it may be the iterator of `check_all`.

    Returns
    -------
    int
        How many rows were written.

    Notes
    -----
    One row is in memory at a time.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        sheet = workbook.add_worksheet("To correct")
        bold = workbook.add_format({"bold": True})
        sheet.set_column(1, 1, 16)
        sheet.set_column(2, 2, 70)
        sheet.set_column(3, 2 + len(source.columns), 18)
        sheet.freeze_panes(1, len(ANNOTATIONS))
        for column, name in enumerate(_heading(source)):
            sheet.write_string(0, column, name, bold)
        count = 0
        for count, cells in enumerate(_lines(source, checked, verdicts), 1):
            for column, cell in enumerate(_cut(cells)):
                if cell:
                    sheet.write_string(count, column, cell)
    return count


def annotated_csv(
    path: Path, source: Source, checked: Iterable[CheckedRow], *, verdicts: Collection[Verdict] = NOT_ACCEPTED
) -> int:
    """Write the same as CSV: UTF-8 with a mark, so that a double click opens it with its letters.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front, which the import
    takes off again. Parameters and result as for `annotated_xlsx`.
    """
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(neutral(name) for name in _heading(source))
        for cells in _lines(source, checked, verdicts):
            # An apostrophe in front is the file's own way of saying so.
            writer.writerow(cell if cell[:1] == "'" else neutral(cell) for cell in cells)
            count += 1
    return count


def neutral(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula; plain numbers stay as they are.

    >>> neutral("=1+1"), neutral("-94.5"), neutral("+49 30 1234"), neutral("'=x")
    ("'=1+1", '-94.5', "'+49 30 1234", "''=x")
    """
    start = text.lstrip(" \u00a0")[:1]
    risky = start in ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    if (risky and not _PLAIN_NUMBER.fullmatch(text)) or text.startswith("'"):
        return "'" + text
    return text


def _heading(source: Source) -> list[str]:
    return [*ANNOTATIONS, *(name for name in source.columns if name not in ANNOTATIONS)]


def _lines(
    source: Source, checked: Iterable[CheckedRow], verdicts: Collection[Verdict]
) -> Iterator[list[str]]:
    """Join checked rows with their cells; both come in the order of the file."""
    keep = [column for column, name in enumerate(source.columns) if name not in ANNOTATIONS]
    rows = source.rows()
    for one in checked:
        if one.verdict not in verdicts:
            continue
        cells = next(row.cells for row in rows if row.line == one.line)
        reasons = " ".join(problem.sentence for problem in one.problems)
        yield [str(one.line), _LABELS[one.verdict], reasons, *(cells[column] for column in keep)]


def _cut(cells: list[str]) -> list[str]:
    if not any(len(cell) > _EXCEL_LONGEST for cell in cells):
        return cells
    cells[2] = f"A cell was too long for a workbook and was cut. {cells[2]}"
    return [cell[:_EXCEL_LONGEST] for cell in cells]
