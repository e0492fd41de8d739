"""Files that are wrong, broken or meant to hurt: refused at the door, with a sentence that helps."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest

from sites.imports import guard, json_records, source, workbook_guard
from sites.imports.reading import UnreadableFile

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


@pytest.fixture
def crafted(workbook, tmp_path):
    """Return the bytes of a workbook in which some parts have been replaced."""

    def made(**parts: str) -> bytes:
        original = tmp_path / "original.xlsx"
        original.write_bytes(workbook(A=[["id"], ["1"]]))
        path = tmp_path / "crafted.xlsx"
        with zipfile.ZipFile(original) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                key = name.rsplit("/", 1)[-1].removesuffix(".xml")
                new.writestr(name, parts.get(key, old.read(name)))
        return path.read_bytes()

    return made


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"   \n\t\n  ", "no text"),
        (b"\xef\xbb\xbf", "no text"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
        (b"GIF89a\x01\x00", "picture"),
        (b"BM\x00\x00\x00\x00", "picture"),
        (b"\x00\x00\x00\x18ftypheic", "picture"),
        (b"MZ\x90\x00\x03", "program"),
        (b"\x7fELF\x02\x01", "program"),
        (b"#!/bin/sh\nrm\n", "program"),
        (b"{\\rtf1\\ansi hello}", "RTF"),
        (b"\x1f\x8b\x08\x00", "GZIP"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"SQLite format 3\x00", "database"),
        (b"<!DOCTYPE html><html><table>", "web page"),
        (b"\xef\xbb\xbf<html><body><table>", "web page"),
        (b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">]><l>&a;</l>', "XML"),
        (b"<kml></kml>", "XML"),
        (b"id,name\n1,a\x00b\n", "zero bytes"),
        (b"\x01\x00\x02\x00" * 50, "zero"),
        ("id,name\n1,a\x00b\n".encode("utf-16"), "zero bytes"),
        (OLE, "Office file"),
        (OLE + "WordDocument".encode("utf-16-le"), "Word"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        (OLE + "Workbook".encode("utf-16-le"), "damaged"),
        (b"PK\x03\x04 and then nothing of it", "damaged"),
        (b'{"type": "FeatureCollection", "features": []}', "no features"),
        (b'{"a": [1, 2', "not valid"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "no object"),
        (bytes(range(1, 32)) * 20, "not a text file"),
        (b"{}", "no object"),
        (b"[{}]", "no object"),
        (b"[" + b"9" * 5000 + b", {]", "not valid"),
    ],
)
def test_is_refused(read, content, sentence):
    with pytest.raises(UnreadableFile, match=sentence) as refusal:
        read(content, "upload.bin")
    assert str(refusal.value).endswith(".")
    assert "!" not in str(refusal.value)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"word__document_DOT_xml": "<x/>"}, "Word"),
        ({"ppt__presentation_DOT_xml": "<x/>"}, "presentation"),
        ({"xl__workbook_DOT_bin": "x"}, "XLSB"),
        ({"Index__Document_DOT_iwa": "x"}, "Numbers"),
        (
            {"mimetype": "application/vnd.oasis.opendocument.text", "content_DOT_xml": "<x/>"},
            "without a table",
        ),
        ({"sites_DOT_csv": "id\n1\n"}, "Unpack it"),
        ({"xl__workbook_DOT_xml": "<x/>"}, "damaged"),
        ({}, "Unpack it"),
    ],
)
def test_archive_is_refused(read, packed, parts, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        read(packed(**parts))


def test_a_zip_bomb_is_refused_by_its_directory(read, packed):
    bomb = packed(xl__workbook_DOT_xml="<x/>", xl__worksheets__sheet1_DOT_xml=b"\x20" * 30_000_000)
    with pytest.raises(UnreadableFile, match="unpacks to far more"):
        read(bomb)


def test_a_directory_that_lies_about_the_size_is_refused(read, packed, monkeypatch):
    content = b"<a/>" * 300_000
    honest = packed(xl__workbook_DOT_xml="<x/>", xl__worksheets__sheet1_DOT_xml=content)
    lying = honest.replace(len(content).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(UnreadableFile, match=r"damaged|unpacks"):
        read(lying)


def test_more_than_the_total_is_refused(read, workbook, monkeypatch):
    monkeypatch.setattr(guard, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(UnreadableFile, match="unpacks to far more"):
        read(workbook(A=[["id"], ["1"]]))


def test_a_truncated_workbook_is_refused(read, workbook):
    whole = workbook(A=[["id", "name"]] + [[str(n), "x" * 50] for n in range(500)])
    with pytest.raises(UnreadableFile, match="damaged"):
        read(whole[: len(whole) // 2])


def test_a_workbook_with_a_broken_part_is_refused(read, workbook):
    whole = bytearray(workbook(A=[["id", "name"]] + [[str(n), f"town {n * 7919}"] for n in range(500)]))
    middle = whole.find(b"xl/worksheets/sheet1.xml") + 60
    whole[middle : middle + 200] = b"\xaa" * 200
    with pytest.raises(UnreadableFile, match="damaged"):
        read(bytes(whole))


def test_an_encrypted_zip_is_refused(read, workbook):
    whole = bytearray(workbook(A=[["id"], ["1"]]))
    at = whole.find(b"PK\x01\x02")
    while at >= 0:
        whole[at + 8] |= 1
        at = whole.find(b"PK\x01\x02", at + 4)
    with pytest.raises(UnreadableFile, match="password"):
        read(bytes(whole))


def test_xml_entities_in_a_workbook_are_refused(read, crafted):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + SHEET % ""
    with pytest.raises(UnreadableFile, match="declarations"):
        read(crafted(sheet1=bomb))


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>', "16,384 columns"),
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>',
            "1,048,576 rows",
        ),
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="150000"><c r="ALL150000"><v>1</v></c></row>',
            "too much",
        ),
        ("<row><c><v>1</v></c></row>" + "<row/>" * 300_000 + "<row><c><v>1</v></c></row>", "300,002 rows"),
        ("<row><c><v>1</v></c>" + "<c/>" * 3000 + "<c><v>1</v></c></row>", "3,002 columns"),
    ],
)
def test_cells_far_apart_are_refused_before_they_fill_the_memory(read, crafted, monkeypatch, rows, sentence):
    monkeypatch.setattr(guard, "MAX_RATIO", 10_000)
    with pytest.raises(UnreadableFile, match=sentence):
        read(crafted(sheet1=SHEET % rows))


def test_empty_styled_cells_far_away_do_no_harm(read, crafted):
    rows = '<row r="1"><c r="A1"><v>7</v></c><c r="XFD1" s="0"/></row><row r="1048576"><c r="A1048576" s="0"/></row>'
    assert read(crafted(sheet1=SHEET % rows)).columns == ("Column 1",)


def test_a_long_text_used_very_often_is_refused(read, crafted, monkeypatch):
    monkeypatch.setattr(workbook_guard, "MAX_TEXT_BYTES", 1_000_000)
    strings = f'<sst xmlns="x"><si><t>{"y" * 20_000}</t></si><si><t>z</t></si></sst>'
    often = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 200))
    with pytest.raises(UnreadableFile, match="unpacks to far more"):
        read(crafted(sheet1=SHEET % often, sharedStrings=strings))
    rarely = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>1</v></c></row>' for n in range(1, 200))
    assert read(crafted(sheet1=SHEET % rarely, sharedStrings=strings)).records in (198, 199)


def test_an_ods_that_repeats_a_cell_a_million_times_is_refused(read, packed):
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="1000000"><text:p>x</text:p></table:table-cell>'
    content = f'<office:document-content><table:table table:name="A"><table:table-row>{cell}</table:table-row></table:table></office:document-content>'
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    with pytest.raises(UnreadableFile, match="1,000,000 columns"):
        read(packed(mimetype=mimetype, **{"META-INF__manifest_DOT_xml": "<x/>", "content_DOT_xml": content}))


def test_too_large_a_file_is_refused(read, monkeypatch):
    monkeypatch.setattr(guard, "MAX_BYTES", 10)
    with pytest.raises(UnreadableFile, match="split it"):
        read("id,name\n1,abc\n")


def test_too_large_a_json_document_is_refused(read, monkeypatch):
    monkeypatch.setattr(json_records, "MAX_JSON_BYTES", 10)
    with pytest.raises(UnreadableFile, match="JSON lines"):
        read('[{"id": 1, "name": "abc"}]')


def test_two_thousand_columns_are_read_and_one_more_is_not(read):
    assert len(read(",".join(f"c{n}" for n in range(2000)) + "\n").columns) == source.MAX_COLUMNS
    with pytest.raises(UnreadableFile, match="2,001 columns"):
        read(",".join(f"c{n}" for n in range(2001)) + "\n")


def test_two_hundred_thousand_rows_are_read_and_one_more_is_not(read):
    assert read("id\n" + "1\n" * 200_000).records == source.MAX_ROWS
    with pytest.raises(UnreadableFile, match="200,000 rows"):
        read("id\n" + "1\n" * 200_001)


def test_too_many_json_rows_are_refused(read, monkeypatch):
    monkeypatch.setattr(json_records, "MAX_ROWS", 2)
    with pytest.raises(UnreadableFile, match="Split it"):
        read('{"id": 1}\n{"id": 2}\n{"id": 3}\n')
    with pytest.raises(UnreadableFile, match="Split it"):
        read('[{"id": 1}, {"id": 2}, {"id": 3}]')


@pytest.mark.parametrize("tail", ["", "3,c\n" * 50, "x" * 200_000, "3,c\n" * 3000])
def test_an_unclosed_quotation_mark_is_named_by_its_line(read, tail):
    with pytest.raises(UnreadableFile, match="line 3 "):
        read('id,name\n1,a\n2,"b\n' + tail + "4,d\n")


def test_an_inch_mark_is_no_open_quotation(read):
    assert [row.cells for row in read('id,size\n1,12" disc\n2,"a ""b"\n').rows()] == [
        ("1", '12" disc'),
        ("2", 'a "b'),
    ]


def test_a_delimiter_of_two_characters_is_refused(read):
    with pytest.raises(UnreadableFile, match="one character"):
        read("a::b\n", delimiter="::")


def test_reading_a_large_text_needs_little_memory(tmp_path):
    path = tmp_path / "large.csv"
    line = ",".join(["12345678901234567890"] * 13)
    path.write_text("id,a,b,c,d,e,f,g,h,i,j,k,l\n" + f"{line}\n" * 150_000)
    assert path.stat().st_size > 40_000_000
    code = (
        "import resource, sys; from pathlib import Path; from sites.imports.reading import open_source\n"
        "open_source(Path(sys.argv[1]), name='small').records\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(sum(1 for _ in open_source(Path(sys.argv[2]), name='large').rows()))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    small = tmp_path / "small.csv"
    small.write_text("id\n1\n")
    run = subprocess.run(
        [sys.executable, "-c", code, str(small), str(path)], capture_output=True, text=True, check=True
    )
    count, grown = map(int, run.stdout.split())
    assert count == 150_000
    assert grown < 15_000, f"{grown} KB more for a file of 43 MB"
