"""Every visible word of a source is in a clause, in a heading above one, in the title or in the metadata."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from workorders.sow.document import Document
from workorders.sow.reading import read_document

WORD = re.compile(r"\w+")
words = st.text("abcdefghijklmnopqrstuvwxyzäßœ0123456789", min_size=2, max_size=9)
phrases = st.lists(words, min_size=1, max_size=7).map(" ".join)
styled = st.one_of(
    phrases,
    phrases.map(lambda text: f"**{text}**"),
    phrases.map(lambda text: f"_{text}_ and `{text}`"),
    phrases.map(lambda text: f"[{text}](other.md)"),
    phrases.map(lambda text: f"~~{text}~~"),
    phrases.map(lambda text: f"{text}:"),
    phrases.map(lambda text: f"<insert {text}>"),
)


@st.composite
def tables(draw: st.DrawFn) -> str:
    width = draw(st.integers(1, 4))
    cells = st.one_of(st.just(""), styled)
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=4))
    header = [draw(phrases) for _ in range(width)]
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, ["---"] * width, *rows])


@st.composite
def lists(draw: st.DrawFn) -> str:
    items = draw(
        st.lists(
            st.tuples(st.integers(0, 3), st.sampled_from(["-", "1.", "- [ ]"]), styled),
            min_size=1,
            max_size=6,
        )
    )
    return "\n".join(f"{'    ' * depth}{marker} {text}" for depth, marker, text in items)


headings = st.builds(lambda level, text: "#" * level + " " + text, st.integers(1, 6), phrases)
fences = phrases.map(lambda text: f"```mermaid\ngraph {text}\n```")
quotes = styled.map(lambda text: f"> {text}")
markup = phrases.map(lambda text: f"<div><ul><li>{text}</li></ul></div>")
documents = st.lists(
    st.one_of(headings, styled, tables(), lists(), fences, quotes, markup), min_size=1, max_size=12
).map("\n\n".join)


def accounted(document: Document) -> set[str]:
    """Every word that can be found again in what was read."""
    parts = [document.title, *(text for pair in document.metadata for text in pair)]
    for clause in document.clauses:
        parts += [clause.text, *clause.heading_path, *(link.target for link in clause.links)]
    return set(WORD.findall(" ".join(parts)))


def visible(source: str) -> set[str]:
    """The words of generated Markdown; list numbers and the names of tags are marks, not words."""
    without_marks = re.sub(r"</?(?:div|ul|li)>|^\s*1\. |```mermaid", " ", source, flags=re.MULTILINE)
    return set(WORD.findall(without_marks.replace("_", " ")))


@settings(max_examples=250, deadline=None)
@given(documents)
def test_no_word_of_markdown_is_lost(source: str) -> None:
    document = read_document("x.md", source.encode())
    assert visible(source) - accounted(document) == set()


@settings(max_examples=250, deadline=None)
@given(documents)
def test_numbers_are_unique_and_ordinals_run(source: str) -> None:
    clauses = read_document("x.md", source.encode()).clauses
    assert len({clause.number for clause in clauses}) == len(clauses)
    assert [clause.ordinal for clause in clauses] == list(range(1, len(clauses) + 1))


plain_lines = st.lists(
    st.one_of(
        st.just(""),
        phrases,
        phrases.map(lambda t: f"- {t}"),
        phrases.map(str.upper),
        phrases.map(lambda t: f"4.2 {t.title()}"),
    ),
    min_size=1,
    max_size=15,
)


@settings(max_examples=200, deadline=None)
@given(plain_lines.filter(any))
def test_no_word_of_plain_text_is_lost(lines: list[str]) -> None:
    source = "\n".join(lines)
    document = read_document("", source.encode())
    assert set(WORD.findall(source)) - accounted(document) - {"4", "2"} == set()


tag = st.sampled_from(
    [
        "div",
        "p",
        "ul",
        "ol",
        "li",
        "table",
        "tr",
        "td",
        "th",
        "b",
        "span",
        "h1",
        "h2",
        "pre",
        "blockquote",
        "dl",
        "dt",
        "dd",
        "section",
        "a",
    ]
)


@st.composite
def broken_html(draw: st.DrawFn) -> str:
    pieces = draw(
        st.lists(st.one_of(words, tag.map("<{}>".format), tag.map("</{}>".format)), min_size=1, max_size=40)
    )
    return "<html><body>kept " + " ".join(pieces)


@settings(max_examples=300, deadline=None)
@given(broken_html())
def test_no_word_of_broken_html_is_lost(source: str) -> None:
    document = read_document("x.html", source.encode())
    assert set(WORD.findall(re.sub(r"<[^>]*>", " ", source))) - accounted(document) == set()
