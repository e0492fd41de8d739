"""Files that cannot be read are refused with a sentence on what to do next."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from workorders.sow.reading import UnreadableDocument, read_document

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def archive(*names: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name in names:
            opened.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t ", "empty"),
        ("a.txt", b"\xef\xbb\xbf \n", "no text"),
        ("a.md", b"<!-- only a comment -->", "no text"),
        ("a.doc", OLE, "before 2007"),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        ("a.xls", OLE, "spreadsheet"),
        ("a.ppt", OLE, "presentation"),
        ("a.xlsx", archive("_rels/.rels", "xl/workbook.xml"), "spreadsheet"),
        ("a.docx", archive("_rels/.rels", "xl/workbook.xml"), "spreadsheet"),
        ("a.pptx", archive("_rels/.rels", "ppt/presentation.xml"), "presentation"),
        ("a.odt", archive("mimetype", "content.xml"), "OpenDocument"),
        ("a.zip", archive("one.pdf", "two.pdf"), "archive of 2 files"),
        ("a.docx", b"PK\x03\x04 nonsense", "damaged"),
        ("a.docx", archive("_rels/.rels"), "no Word text"),
        ("a.csv", b"a,b\n1,2", "spreadsheet"),
        ("a.rtf", b"{\\rtf1 text}", "rich text"),
        ("a.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 100, "picture"),
        ("a.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\x00" * 100, "picture"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><text>x</text></svg>", "picture"),
        ("a.exe", b"MZ\x00\x01\x02" + b"\x00" * 100, "cannot be read"),
        ("a.txt", b"x" * (20 * 1024 * 1024 + 1), "limit is 20 MB"),
    ],
)
def test_unreadable_files_are_refused(name, data, words):
    with pytest.raises(UnreadableDocument, match=words):
        read_document(name, data)


def test_every_refusal_says_what_to_do_next():
    with pytest.raises(UnreadableDocument) as refused:
        read_document("plan.doc", OLE)
    assert str(refused.value) == (
        "This is a Word document in the format from before 2007 (.doc). Save it as .docx, or paste the text instead."
    )


def test_the_content_counts_and_not_the_name():
    assert read_document("scope.pdf", b"Mount the router.").format == "text"
    assert read_document("scope.txt", b"<!DOCTYPE html><p>Mount the router.").format == "html"


def test_long_titles_do_not_become_the_title():
    document = read_document("scope.md", b"# " + b"long " * 60 + b"\n\nMount it.\n")
    assert document.title == "scope"
    assert document.clauses[0].heading_path[0].startswith("long long")
