"""Workbooks: the right sheet, the row numbers a person sees, and cells as a person would type them."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import xlsxwriter

from sites.imports.reading import UnreadableFile
from sites.imports.workbook import as_text
from tests.sites.imports.old_workbook import old_workbook

ODS_CELL = '<table:table-cell office:value-type="string"><text:p>%s</text:p></table:table-cell>'


def test_reads_rows_with_their_numbers(read, workbook):
    source = read(workbook(Stores=[["Store list"], [], ["Store No", "City"], [17, "Reno"], [], [18, "Elko"]]))
    assert (source.format, source.options.sheet, source.options.header_row) == ("xlsx", "Stores", 3)
    assert source.columns == ("Store No", "City")
    rows = [(row.line, row.cells) for row in source.rows()]
    assert rows == [(4, ("17", "Reno")), (5, ("", "")), (6, ("18", "Elko"))]
    assert source.records == 3


def test_chooses_the_sheet_that_holds_the_list(read, workbook):
    source = read(
        workbook(Read_me=[["Please fill in"]], Stores=[["Store No", "City"], [1, "Reno"]], More=[["x"], [1]])
    )
    assert source.options.sheet == "Stores"
    assert source.sheets == ("Read_me", "Stores", "More")
    assert any("Read_me, More" in note for note in source.notes)


def test_another_sheet_can_be_chosen(read, workbook):
    content = workbook(A=[["id"], [1]], B=[["Store No"], [2]])
    assert [row.cells for row in read(content, sheet="B").rows()] == [("2",)]
    with pytest.raises(UnreadableFile, match="Choose one of: A, B"):
        read(content, sheet="C")


def test_an_empty_sheet_is_refused(read, workbook):
    with pytest.raises(UnreadableFile, match="empty"):
        read(workbook(A=[]))


def test_the_header_row_can_be_chosen(read, workbook):
    content = workbook(A=[["a", "b"], ["c", "d"], [1, 2]])
    assert read(content, header_row=2).columns == ("c", "d")
    with pytest.raises(UnreadableFile, match="first 25"):
        read(content, header_row=26)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1820.0, "1820"),
        (1.5, "1.5"),
        (-0.00001, "-0.00001"),
        (1e20, "100000000000000000000"),
        (float("nan"), ""),
        (7, "7"),
        (True, "true"),
        (False, "false"),
        ("007", "007"),
        (dt.date(2026, 3, 1), "2026-03-01"),
        (dt.datetime(2026, 3, 1), "2026-03-01"),
        (dt.datetime(2026, 3, 1, 8, 30), "2026-03-01 08:30:00"),
        (dt.time(8, 30), "08:30"),
        (dt.time(8, 30, 15), "08:30:15"),
        (dt.timedelta(hours=26), "1 day, 2:00:00"),
    ],
)
def test_cells_become_text(value, text):
    assert as_text(value) == text


def test_values_of_a_real_workbook(read, workbook):
    row = [99801.0, 58.37095802639047, "01820", True, dt.date(2026, 3, 1)]
    source = read(workbook(A=[["zip", "lat", "code", "open", "date"], row]))
    assert next(source.rows()).cells == ("99801", "58.37095802639047", "01820", "true", "2026-03-01")


def test_a_formula_that_failed_marks_its_row(read):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "phone"])
        sheet.write_row(1, 0, ["1", "555"])
        sheet.write(2, 0, "2")
        sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    source = read(stream.getvalue())
    assert [row.damaged for row in source.rows()] == [False, True]
    assert any("formulas" in note for note in source.notes)


def test_reads_open_document_sheets(read, packed):
    def line(*cells):
        return f"<table:table-row>{''.join(ODS_CELL % cell for cell in cells)}</table:table-row>"

    empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    table = f'<table:table table:name="Stores">{line("Store No", "City")}{line("17", "Köln")}{empty}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    source = read(
        packed(
            mimetype="application/vnd.oasis.opendocument.spreadsheet",
            **{
                "META-INF__manifest_DOT_xml": "<manifest/>",
                "content_DOT_xml": f"<office:document-content>{body}</office:document-content>",
            },
        )
    )
    assert source.format == "ods"
    assert [(row.line, row.cells) for row in source.rows()] == [(2, ("17", "Köln"))]


def test_reads_old_binary_workbooks(read):
    source = read(old_workbook(), "stores.xls")
    assert (source.format, source.options.sheet, source.sheets) == ("xls", "Stores", ("Stores", "Notes"))
    assert source.columns == ("Store No", "City", "Zip", "Opened", "Latitude")
    assert [(row.line, row.cells) for row in source.rows()] == [
        (3, ("17", "Köln", "50667", "2020-03-01", "50.9375")),
        (4, ("18", "東京", "", "2021-04-02", "35.6812")),
        (5, ("A-19", "=1+1", "01067", "", "51.0504")),
    ]
    assert "The column names are in row 2. The row above it was not imported." in source.notes


@pytest.mark.parametrize("kept", [600, 2048, 4000])
def test_an_old_workbook_cut_short_is_refused(read, kept):
    with pytest.raises(UnreadableFile, match=r"damaged|Office file"):
        read(old_workbook()[:kept], "stores.xls")
