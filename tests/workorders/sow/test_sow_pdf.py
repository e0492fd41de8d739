import io
import zlib

import pikepdf
import pytest

from workorders.sow.pdf_layout import join_lines
from workorders.sow.reading import UnreadableDocument, read_document

PAGE = """
<h1>Digital signage</h1>
<p>All screens are mounted by one crew in one night, and every screen is photographed from the entrance of the store
before the crew leaves the building.</p>
<h2>Mounting</h2>
<ul><li>Fix the bracket with four anchors</li><li>Hang the screen<ul><li>check the level</li></ul></li></ul>
<table><tr><th>Check</th><th>Limit</th></tr><tr><td>Height</td><td>2.1 m to the lower edge</td></tr>
<tr><td>Tilt</td><td>less than 2°</td></tr></table>
<h2>Testing</h2>
<p>Start the test loop.</p><p>Wait for the green dot.</p>
"""
EDGES = (
    '@page{size:A5; @top-center{content:"Acme confidential"} @bottom-right{content:"Page " counter(page)}}'
)


def read(data: bytes):
    return read_document("signage.pdf", data)


def test_a_pdf_is_read_into_clauses(pdf):
    document = read(pdf(PAGE))
    assert document.title == "Digital signage"
    assert document.format == "pdf"
    assert [(clause.number, clause.text) for clause in document.clauses] == [
        (
            "0.1",
            "All screens are mounted by one crew in one night, and every screen is photographed from the entrance "
            "of the store before the crew leaves the building.",
        ),
        ("1.1", "Fix the bracket with four anchors"),
        ("1.2", "Hang the screen"),
        ("1.2.1", "check the level"),
        ("1.3", "Check: Height · Limit: 2.1 m to the lower edge"),
        ("1.4", "Check: Tilt · Limit: less than 2°"),
        ("2.1", "Start the test loop."),
        ("2.2", "Wait for the green dot."),
    ]


def test_places_are_pages_and_rows(pdf):
    clauses = read(pdf(PAGE)).clauses
    assert clauses[0].place == "page 1"
    assert clauses[4].place == "page 1, row 2 of table 1"


def test_page_headers_and_footers_are_left_out_and_said(pdf):
    pages = "".join(f"<p style='break-after:page'>Step {word}.</p>" for word in ("one", "two", "three"))
    document = read(pdf(pages, EDGES))
    assert [clause.text for clause in document.clauses] == ["Step one.", "Step two.", "Step three."]
    assert [clause.place for clause in document.clauses] == ["page 1", "page 2", "page 3"]
    assert "Left out because it repeats at the edge of the pages: “Acme confidential”." in document.notes
    assert "Left out because it repeats at the edge of the pages: “Page 1”." in document.notes


def test_a_table_over_two_pages_keeps_its_header(pdf):
    rows = "".join(f"<tr><td>Item {n}</td><td>{n} mm</td></tr>" for n in range(1, 61))
    clauses = read(
        pdf(f"<table><thead><tr><th>What</th><th>How much</th></tr></thead>{rows}</table>", EDGES)
    ).clauses
    assert [clause.text for clause in clauses] == [f"What: Item {n} · How much: {n} mm" for n in range(1, 61)]
    assert clauses[-1].place.endswith("of table 1")


def test_two_columns_are_read_one_after_the_other(pdf):
    left = "<p>" + "Left words go on and on in this column of the page. " * 12 + "</p>"
    right = left.replace("Left", "Right").replace("left", "right")
    document = read(pdf(f"<div>{left}{right}</div>", "div{columns:2; column-fill:balance}"))
    text = " ".join(clause.text for clause in document.clauses)
    assert text.count("Left words go on and on in this column of the page.") == 12
    assert text.index("Right") > text.rindex("Left")


def test_fonts_with_ligatures_and_symbols_lose_no_word(pdf):
    document = read(pdf("<p>Office staff fill the first ☐ box ✅ on floor five.</p>"))
    assert document.clauses[0].text == "Office staff fill the first ☐ box ✅ on floor five."


def test_turned_pages_are_read_as_shown(pdf):
    with pikepdf.open(io.BytesIO(pdf(PAGE))) as turned:
        turned.pages[0].rotate(90, relative=False)
        buffer = io.BytesIO()
        turned.save(buffer)
    words = " ".join(clause.text for clause in read(buffer.getvalue()).clauses)
    assert {"bracket", "anchors", "crew", "entrance"} <= set(words.replace(",", " ").split())


def test_pictures_are_said(pdf):
    picture = "<img width=20 src='data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='>"
    assert read(pdf(f"<p>Mount it like this.</p>{picture}")).notes == (
        "1 picture is not read; look at the original for what is shown.",
    )


def test_a_scan_is_refused_with_its_pages(pdf):
    blank = pdf("<p style='break-after:page'></p>" * 12)
    with pytest.raises(UnreadableDocument) as refused:
        read(blank)
    assert str(refused.value) == (
        "This PDF has 12 pages and no text: it is probably a scan. "
        "Run it through text recognition, or paste the text instead."
    )


def test_a_locked_pdf_is_refused(pdf):
    with pikepdf.open(io.BytesIO(pdf(PAGE))) as opened:
        buffer = io.BytesIO()
        opened.save(buffer, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(UnreadableDocument, match="protected by a password"):
        read(buffer.getvalue())


def test_a_damaged_pdf_is_refused(pdf):
    with pytest.raises(UnreadableDocument, match="damaged"):
        read(b"%PDF-1.7\n" + b"nothing here " * 50)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_stream_that_unpacks_to_a_flood_is_refused(layers):
    flood = b"0" * 60_000_000
    for _ in range(layers):
        flood = zlib.compress(flood, 9)
    data = b"%PDF-1.7\n1 0 obj <</Filter/FlateDecode>>\nstream\n" + flood + b"\nendstream\nendobj\n"
    with pytest.raises(UnreadableDocument, match="unpacks to far more"):
        read(data)


def test_too_many_pages_are_refused(pdf):
    with pikepdf.open(io.BytesIO(pdf("<p>One</p>"))) as opened:
        opened.pages.extend([opened.pages[0]] * 300)
        buffer = io.BytesIO()
        opened.save(buffer)
    with pytest.raises(UnreadableDocument, match="301 pages and the limit is 300"):
        read(buffer.getvalue())


def test_a_hyphen_at_the_end_of_a_line_stays():
    assert join_lines(["use a multi-", "gig port", "on Wi-", "Fi 7"]) == "use a multi-gig port on Wi-Fi 7"


@pytest.mark.parametrize("degrees", [90, -90, 180])
def test_text_printed_sideways_is_read_upright(pdf, degrees):
    css = f"@page{{size:A4}} div{{width:9cm; margin:8cm 4cm; transform:rotate({degrees}deg)}}"
    clauses = read(pdf("<div><p>Mount the screen.</p><p>Start the test loop.</p></div>", css)).clauses
    assert [clause.text for clause in clauses] == ["Mount the screen.", "Start the test loop."]
