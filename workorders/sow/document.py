"""What a statement of work is once it has been read: a title and numbered clauses, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ClauseKind = Literal["paragraph", "list_item", "table_row", "code", "diagram"]
DocumentFormat = Literal["markdown", "word", "pdf", "html", "text"]

CELL_SEPARATOR = " · "


class UnreadableDocument(Exception):
    """The file cannot be read as a statement of work; the message tells the person what to do next."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link or picture found in a clause.

    Attributes
    ----------
    text : str
        The words that carry the link, as a reader sees them.
    target : str
        Where it points, as written in the source. Never followed.
    """

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered piece of the statement of work: a paragraph, a list item, a table row, a diagram.

    Attributes
    ----------
    ordinal : int
        Position in the document, from 1 without gaps.
    number : str
        Structural number such as ``"4.2.1"``. Sections and clauses below one heading share a counter, so no two
        clauses have the same number. Text before the first heading is numbered ``"0.1"``, ``"0.2"``, …
    heading_path : tuple of str
        Headings from the outermost to the innermost, then, ending in a colon as written, the lead-in sentence the
        clause hangs from, then the list items it is nested in.
    kind : ClauseKind
        A heading with nothing below it is kept as a paragraph.
    text : str
        Plain text without markup. A table row reads ``"Header: cell · Header: cell"``.
    place : str
        Where it stands in the source: ``"line 120"``, ``"page 3"``, ``"row 4 of table 2"``, ``"paragraph 18"``.
    links : tuple of Link
        Links and pictures inside the clause; their targets are not part of `text`.
    """

    ordinal: int
    number: str
    heading_path: tuple[str, ...]
    kind: ClauseKind
    text: str
    place: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A statement of work as read.

    Attributes
    ----------
    title : str
        From the metadata, else the only top heading, else the file name.
    clauses : tuple of Clause
        In reading order.
    notes : tuple of str
        Sentences on what was set aside while reading (page headers, hidden text, pictures).
    format : DocumentFormat
        How the file was read, which its content decides rather than its name.
    metadata : tuple of (str, str)
        Key and value pairs from the top of a Markdown file, in order. They are not clauses.
    """

    title: str
    clauses: tuple[Clause, ...]
    notes: tuple[str, ...]
    format: DocumentFormat
    metadata: tuple[tuple[str, str], ...] = ()
