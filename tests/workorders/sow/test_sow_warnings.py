import pytest

from workorders.sow.reading import read_document
from workorders.sow.warnings import Remark, remarks


def found(text: str) -> list[tuple[int, str]]:
    return [(remark.clause_ordinal, remark.kind) for remark in remarks(read_document("a.md", text.encode()))]


@pytest.mark.parametrize(
    "text",
    [
        "Call [Name].",
        "Ask <insert name>.",
        "Date: TBD",
        "Height XX mm",
        "TODO: price",
        "Name: ______",
        "{{site}} opens",
        "to be confirmed",
    ],
)
def test_gaps_are_remarked(text):
    assert found(text) == [(1, "placeholder")]


@pytest.mark.parametrize(
    "text",
    ["See note [1].", "AXXIS screens", "Use A[B] wires in todos", "As agreed [sic]", "```\n[Name] TBD\n```"],
)
def test_citations_and_words_are_not_gaps(text):
    assert found(text) == []


def test_a_gap_is_named():
    assert remarks(read_document("a.md", b"Call [Site contact].")) == (
        Remark(
            1,
            "placeholder",
            "“[Site contact]” is a gap still to be filled. Ask the client what belongs there.",
        ),
    )


def test_documents_outside_are_named():
    text = b"See [design](../docs/design%20standards.md#a), [site](https://example.com/x), [above](#top), [mail](mailto:a@b.c)."
    assert [remark.sentence for remark in remarks(read_document("a.md", text))] == [
        "Refers to design standards.md, which is not part of this document. Ask for it, or write out what it says.",
        "Refers to the web page https://example.com/x, which is not part of this document.",
    ]


def test_pictures_are_named():
    assert found("![front](rack.png)") == [(1, "picture")]


def test_one_remark_for_a_whole_checklist():
    table = "| Item | Done |\n|--|--|\n| a | ☐ |\n| b | ☐ |\n| c | ☐ |\n"
    made = remarks(read_document("a.md", f"# A\n\n## One\n\n{table}\n## Two\n\n- [ ] d\n".encode()))
    assert [(remark.clause_ordinal, remark.kind) for remark in made] == [(1, "tick_mark"), (4, "tick_mark")]
    assert "here and in 2 more below" in made[0].sentence


def test_remarks_stand_in_reading_order_without_repetition():
    made = found("[Name] and [Name]\n\n[x y](a.md) then [x y](a.md)\n\n☐ TBD")
    assert made == [(1, "placeholder"), (2, "outside_link"), (3, "placeholder"), (3, "tick_mark")]
