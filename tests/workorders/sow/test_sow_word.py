import pytest

from workorders.sow.reading import UnreadableDocument, read_document

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LINES = [
    "# Kiosk rollout",
    "## Before arrival",
    "Confirm the delivery with the store.",
    "## Installation",
    "Item | Requirement | Done",
    "Kiosk level | within 2 mm | ☐",
    "Cable hidden | yes | ☐",
    "Take a photo of the kiosk.",
]


def read(data: bytes):
    return read_document("kiosk.docx", data)


def test_a_word_document_is_read_into_clauses(word):
    document = read(word(LINES))
    assert document.title == "Kiosk rollout"
    assert document.format == "word"
    assert [(clause.number, clause.text) for clause in document.clauses] == [
        ("1.1", "Confirm the delivery with the store."),
        ("2.1", "Item: Kiosk level · Requirement: within 2 mm · Done: ☐"),
        ("2.2", "Item: Cable hidden · Requirement: yes · Done: ☐"),
        ("2.3", "Take a photo of the kiosk."),
    ]


def test_places_are_paragraphs_and_rows(word):
    assert [clause.place for clause in read(word(LINES)).clauses] == [
        "paragraph 3",
        "row 2 of table 1",
        "row 3 of table 1",
        "paragraph 5",
    ]


def test_bold_lines_are_headings_where_no_style_is_used(word):
    clauses = read(word(["**Mounting", "Hang it.", "**Testing", "Try it."])).clauses
    assert [(clause.number, clause.heading_path) for clause in clauses] == [
        ("1.1", ("Mounting",)),
        ("2.1", ("Testing",)),
    ]


def test_a_table_of_names_and_values_has_no_header_row(word):
    clauses = read(word(["Client: | Acme", "Store 12 | Main Street 4"])).clauses
    assert [clause.text for clause in clauses] == ["Client: · Acme", "Store 12 · Main Street 4"]


def test_what_word_hides_is_said(word_parts):
    body = (
        "<w:p><w:r><w:t>Mount</w:t></w:r><w:del w:id='1'><w:r><w:delText>two</w:delText></w:r></w:del>"
        "<w:ins w:id='2'><w:r><w:t> three</w:t></w:r></w:ins></w:p>"
    )
    comments = f'<w:comments xmlns:w="{W}"><w:comment w:id="1"/></w:comments>'
    head = f'<w:hdr xmlns:w="{W}"><w:p><w:r><w:t>Confidential</w:t></w:r></w:p></w:hdr>'
    document = read(word_parts(body, word__header1=head, word__comments=comments))
    assert document.clauses[0].text == "Mount three"
    assert document.notes == (
        "The document has tracked changes: insertions are read, deletions are left out.",
        "1 comment in the margin is left out.",
        "Page headers and footers are left out.",
    )


def test_words_in_formulas_are_named_when_they_reach_no_clause(word_parts):
    body = (
        '<w:p><w:r><w:t>Torque</w:t></w:r><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
        "<m:r><m:t>F=42</m:t></m:r></m:oMath></w:p>"
    )
    assert read(word_parts(body)).notes == (
        "Words in drawings or formulas that are in no clause: F=42. Look at the original.",
    )


def test_an_empty_document_is_refused(word):
    with pytest.raises(UnreadableDocument, match="There is no text in this file"):
        read(word([]))


@pytest.mark.parametrize("code", ["utf-8", "utf-16"])
def test_entity_bombs_are_refused(word_parts, code):
    bomb = f'<?xml version="1.0" encoding="{code}"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    with pytest.raises(UnreadableDocument, match="was not written by Word"):
        read(word_parts("<w:p/>", word__numbering=bomb.encode(code)))


def test_a_bomb_is_refused_by_its_stated_size(word_parts):
    with pytest.raises(UnreadableDocument, match="unpacks to 1"):
        read(word_parts("<w:p/>", word__huge=b"0" * (101 * 1024 * 1024)))


def test_a_bomb_that_lies_about_its_size_is_refused(word_parts):
    honest = word_parts("<w:p/>", word__huge=b"0" * 101_000_000 + b"0" * 5_000_000)
    size = (106_000_000).to_bytes(4, "little")
    assert honest.count(size) == 2
    with pytest.raises(UnreadableDocument, match=r"damaged|unpacks"):
        read(honest.replace(size, (1000).to_bytes(4, "little")))


def test_a_damaged_document_is_refused(word, word_parts):
    with pytest.raises(UnreadableDocument, match="damaged"):
        read(word(LINES)[:-40])
    with pytest.raises(UnreadableDocument, match="damaged"):
        read(word_parts("<w:p><w:r>"))


def test_hostile_nesting_in_a_document_is_refused_and_not_a_crash(word_parts):
    with pytest.raises(UnreadableDocument, match="damaged"):
        read(word_parts("<w:smartTag>" * 3000 + "</w:smartTag>" * 3000))


def test_linked_pictures_are_not_fetched(word_parts):
    body = (
        '<w:p><w:r><w:t>See </w:t></w:r><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
        '<wp:docPr id="1" name="p" descr="rack front"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData>'
        '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill><a:blip r:link="rId9" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
    relation = (
        '<Relationship Id="rId9" TargetMode="External" Target="file:///etc/hostname" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>'
    )
    document = read(word_parts(body, relation=relation))
    assert [clause.text for clause in document.clauses] == ["See Picture: rack front"]
    assert document.notes == ("1 picture is not read; look at the original for what is shown.",)
