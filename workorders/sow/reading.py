"""Read a statement of work into numbered clauses without losing a word.

Examples
--------
>>> document = read_document("scope.md", b"# Scope\\n\\n## Mounting\\n\\n- Mount the bracket\\n")
>>> [(clause.number, clause.text) for clause in document.clauses]
[('1.1', 'Mount the bracket')]
"""

from __future__ import annotations

from collections.abc import Callable

from workorders.sow.blocks import Reading
from workorders.sow.document import Clause, Document, DocumentFormat, Link, UnreadableDocument
from workorders.sow.intake import decide_format, decode
from workorders.sow.markdown import read_markdown
from workorders.sow.markup import read_html
from workorders.sow.outline import number_clauses
from workorders.sow.plain import read_plain
from workorders.sow.word import read_word

__all__ = ["Clause", "Document", "Link", "UnreadableDocument", "read_document"]

MAX_TITLE = 200
_TEXT_READERS: dict[DocumentFormat, Callable[[str], Reading]] = {
    "markdown": read_markdown,
    "html": read_html,
    "text": read_plain,
}


def _read_pdf(data: bytes) -> Reading:
    # What reads PDF takes most of a second to import, and few documents are one.
    from workorders.sow.pdf import read_pdf  # noqa: PLC0415

    return read_pdf(data)


_BINARY_READERS: dict[DocumentFormat, Callable[[bytes], Reading]] = {"word": read_word, "pdf": _read_pdf}


def read_document(name: str, data: bytes) -> Document:
    """Read a statement of work.

    Parameters
    ----------
    name : str
        File name as uploaded, or "" for pasted text.
    data : bytes
        The whole file: Markdown, Word (.docx), PDF with text, HTML or plain text, at most 20 MB.

    Returns
    -------
    Document
        Every visible word of the source is in a clause, in a heading above one, in the title or in the metadata.

    Raises
    ------
    UnreadableDocument
        With a sentence for the person who uploaded the file.

    Notes
    -----
    Linear in the size of the text. Makes no request and follows no link. About 0.1 s for 30 kB of Markdown and
    0.15 s for a page of PDF.
    """
    kind = decide_format(name, data)
    if kind in _TEXT_READERS:
        text, notes = decode(data)
        reading = _TEXT_READERS[kind](text)
    else:
        reading, notes = _BINARY_READERS[kind](data), ()
    title = _title(reading, name)
    clauses = number_clauses(reading.blocks, title) or number_clauses(reading.blocks)
    if not clauses:
        raise UnreadableDocument(
            "There is no text in this file. If its text is in pictures, run it through text recognition, "
            "or paste the text instead."
        )
    return Document(title, clauses, (*notes, *reading.notes), kind, reading.metadata)


def _title(reading: Reading, name: str) -> str:
    if reading.title and len(reading.title) <= MAX_TITLE:
        return reading.title
    headings = [block for block in reading.blocks if block.kind in ("title", "heading")]
    titles = [block for block in headings if block.kind == "title"]
    tops = [block for block in headings if block.level == 1]
    named = [*titles[:1], *(tops if len(tops) == 1 and tops[0] in reading.blocks[:3] else ())]
    candidates = (
        *(block.text for block in named),
        _from_file_name(name),
        *(block.text for block in headings[:1]),
    )
    return next((text for text in candidates if 0 < len(text) <= MAX_TITLE), "Pasted statement of work")


def _from_file_name(name: str) -> str:
    stem = name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return " ".join(stem.replace("_", " ").split())
