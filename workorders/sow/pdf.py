"""Read PDF files that carry text."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from io import BytesIO

import pdfplumber
import pypdfium2  # type: ignore[import-untyped]

from workorders.sow.blocks import Reading
from workorders.sow.document import UnreadableDocument
from workorders.sow.intake import PASTE
from workorders.sow.pdf_bombs import refuse_pdf_bomb
from workorders.sow.pdf_layout import Grid, PageContent, lines_of_words, strip_repeated, table_of_words
from workorders.sow.pdf_text import compose
from workorders.sow.pdf_words import Word, page_words

MAX_PAGES = 300
# A page with more lines is a drawing, and looking for tables in it would take minutes.
MAX_RULES_PER_PAGE = 3_000
_MIN_LETTERS_PER_PAGE = 8
_IMAGE_OBJECT = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
_TABLE_SETTINGS = {"vertical_strategy": "lines", "horizontal_strategy": "lines", "snap_tolerance": 4}


def read_pdf(data: bytes) -> Reading:
    """Read a PDF into blocks placed by page.

    Headings are told by size and weight, tables by their ruled lines, page headers and footers by repetition; the
    last are left out and named in the notes. About 0.15 s for a page.

    Raises
    ------
    UnreadableDocument
        Password-protected, scanned, damaged or hostile files, and files over 300 pages.
    """
    refuse_pdf_bomb(data)
    pages, pictures = _open(data)
    if (
        sum(len(line.text) for page in pages for line in page.lines) + _table_letters(pages)
        < _MIN_LETTERS_PER_PAGE
    ):
        raise UnreadableDocument(_scan_sentence(len(pages)))
    kept, repeated = strip_repeated(pages)
    notes = [f"Left out because it repeats at the edge of the pages: “{text}”." for text in repeated]
    notes += _empty_pages(pages)
    if pictures:
        what = "1 picture is" if pictures == 1 else f"{pictures} pictures are"
        notes.append(f"{what} not read; look at the original for what is shown.")
    return Reading(compose(kept), tuple(notes))


def _open(data: bytes) -> tuple[list[PageContent], int]:
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableDocument(
                f"This PDF is protected by a password. Save a copy without the password, {PASTE}"
            ) from error
        raise UnreadableDocument(f"This PDF is damaged. Print it to a new PDF, {PASTE}") from error
    with closing(pdf):
        if len(pdf) > MAX_PAGES:
            raise UnreadableDocument(
                f"This PDF has {len(pdf)} pages and the limit is {MAX_PAGES}. Split it, {PASTE}"
            )
        grids = _ruled_grids(data, len(pdf))
        contents = [_page_content(pdf, at, grids[at]) for at in range(len(pdf))]
        pictures = sum(_pictures(pdf, at) for at in range(len(pdf)))
    return contents, pictures


def _ruled_grids(data: bytes, pages: int) -> list[list[Grid]]:
    """Return the ruled tables of every page as rows of cell boxes.

    Tables are a help, not the text: where the second library cannot follow a file, its words are read all the same.
    """
    grids: list[list[Grid]] = [[] for _ in range(pages)]
    try:
        with pdfplumber.open(BytesIO(data)) as pdf:
            for at, page in enumerate(pdf.pages[:pages]):
                if len(page.edges) <= MAX_RULES_PER_PAGE:
                    found = page.find_tables(_TABLE_SETTINGS)
                    grids[at] = [[row.cells for row in table.rows] for table in found]
                page.close()
    except (Exception, RecursionError):
        return [[] for _ in range(pages)]
    return grids


def _page_content(pdf: pypdfium2.PdfDocument, at: int, grids: list[Grid]) -> PageContent:
    page = pdf[at]
    found = page_words(page)
    page.close()
    words: Sequence[Word] = found.words
    tables = []
    for grid in grids if found.as_shown else []:
        table, inside = table_of_words(grid, words, at + 1)
        if table is not None:
            tables.append(table)
            words = [word for word in words if word not in inside]
    lines = lines_of_words(words, at + 1, found.width)
    return PageContent(at + 1, found.height, tuple(lines), tuple(sorted(tables, key=lambda table: table.top)))


def _pictures(pdf: pypdfium2.PdfDocument, at: int) -> int:
    page = pdf[at]
    count = sum(1 for _ in page.get_objects(filter=[_IMAGE_OBJECT], max_depth=2))
    page.close()
    return count


def _table_letters(pages: list[PageContent]) -> int:
    return sum(len(cell) for page in pages for table in page.tables for row in table.rows for cell in row)


def _scan_sentence(pages: int) -> str:
    what = "1 page" if pages == 1 else f"{pages} pages"
    return f"This PDF has {what} and no text: it is probably a scan. Run it through text recognition, {PASTE}"


def _empty_pages(pages: list[PageContent]) -> list[str]:
    empty = [str(page.number) for page in pages if not page.lines and not page.tables]
    if not empty:
        return []
    what = "Page" if len(empty) == 1 else "Pages"
    return [f"{what} {', '.join(empty)} had no text; look at the original if something is printed there."]
