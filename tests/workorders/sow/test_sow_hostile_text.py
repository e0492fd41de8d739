"""Text made to keep a parser busy is read in a moment, and still no word of it is lost."""

from __future__ import annotations

import pytest

from workorders.sow.proposing import propose
from workorders.sow.reading import read_document
from workorders.sow.warnings import remarks

MANY = 200_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "[" * MANY + " kept"),
        ("a.md", "<!--" * MANY + " kept"),
        ("a.md", "**a" * MANY + " kept"),
        ("a.md", "> " * MANY + " kept"),
        ("a.md", "- " * MANY + " kept"),
        ("a.html", "<html>" + "<!--" * MANY + " kept"),
        ("a.html", "<html>" + "<a " * MANY + " kept"),
        ("a.html", "<html>" + "<?" * MANY + " kept"),
        ("a.html", "<html>" + "<![CDATA[" * MANY + " kept"),
        ("a.txt", "kept " + "x" * 2_000_000),
        ("a.txt", "confirm which kept " * MANY),
    ],
)
def test_marks_that_never_close_are_kept_as_text(name, text):
    document = read_document(name, text.encode())
    assert "kept" in document.clauses[-1].text
    assert propose(document.clauses[-1]).title
    assert len(remarks(document)) <= 1


def test_lists_deeper_than_any_document_are_read_as_plain_text():
    text = "\n".join("  " * depth + f"- level{depth}" for depth in range(600))
    document = read_document("a.md", text.encode())
    assert [clause.text for clause in document.clauses] == [f"level{depth}" for depth in range(600)]
    assert document.notes == (
        "The file nests lists or quotes deeper than a document does, so it was read as plain text.",
    )
    assert len({clause.number for clause in document.clauses}) == 600


def test_comments_and_office_sections_of_html_are_not_text():
    page = "<html><!-- a --><p>Mount<![if !supportLists]> it<![endif]><!-- b > --></p><![CDATA[now]]>"
    assert [clause.text for clause in read_document("a.html", page.encode()).clauses] == ["Mount it", "now"]
