"""Builders of small documents, so that no binary file is kept in the repository."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from xml.sax.saxutils import escape

import pytest
from weasyprint import HTML

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = (
    f'<w:styles xmlns:w="{W}">'
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/></w:style>'
        for name in ("Title", "heading 1", "heading 2")
    )
    + "</w:styles>"
)


@pytest.fixture(autouse=True, scope="session")
def _settings() -> None:
    """Replace the fixture of the whole suite: the reader is pure and its tests need no Django."""


def relations(inside: str) -> str:
    """One relationships part."""
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'


def paragraph(text: str, style: str = "", bold: bool = False) -> str:
    """One Word paragraph."""
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    weight = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:p>{look}<w:r>{weight}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def table(rows: list[list[str]]) -> str:
    """One Word table."""
    cells = ["".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows]
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


@pytest.fixture
def word_parts() -> Callable[..., bytes]:
    """Build a .docx from the XML of its body, with any further parts."""

    def build(body: str, relation: str = "", **parts: str | bytes) -> bytes:
        buffer = BytesIO()
        styles = f'<Relationship Id="rId1" Type="{OFFICE}/styles" Target="styles.xml"/>'
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", CONTENT_TYPES)
            archive.writestr(
                "_rels/.rels",
                relations(
                    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
                ),
            )
            archive.writestr("word/styles.xml", STYLES)
            archive.writestr("word/_rels/document.xml.rels", relations(styles + relation))
            archive.writestr(
                "word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
            )
            for name, content in parts.items():
                archive.writestr(name.replace("__", "/") + ".xml", content)
        return buffer.getvalue()

    return build


@pytest.fixture
def word(word_parts: Callable[..., bytes]) -> Callable[[list[str]], bytes]:
    """Build a .docx from lines: ``# title``, ``## heading``, ``**bold**``, ``a | b`` table rows, plain text."""

    def build(lines: list[str]) -> bytes:
        body = []
        rows: list[list[str]] = []
        for line in [*lines, ""]:
            if " | " in line:
                rows.append(line.split(" | "))
                continue
            if rows:
                body.append(table(rows))
                rows = []
            style = {"# ": "Title", "##": "heading1", "**": ""}.get(line[:2], "")
            body.append(paragraph(line.strip("#* "), style, bold=line.startswith("**")))
        return word_parts("".join(body))

    return build


@pytest.fixture
def pdf() -> Callable[..., bytes]:
    """Print HTML to a PDF."""

    def build(html: str, css: str = "") -> bytes:
        style = f"<style>body{{font:11pt sans-serif}} td,th{{border:1px solid}} table{{border-collapse:collapse}} {css}</style>"
        return bytes(HTML(string=style + html).write_pdf())

    return build
