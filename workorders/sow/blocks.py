"""The common form every file format is brought into before it is numbered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from workorders.sow.document import Link

BlockKind = Literal["title", "heading", "paragraph", "list_item", "table_row", "code", "diagram"]

_INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF])
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DIAGRAM_LANGUAGES = re.compile(
    r"mermaid|plantuml|puml|uml|dot|graphviz|d2|ditaa|blockdiag|seqdiag|bpmn|wavedrom|vega|nomnoml"
    r"|svgbob"
)


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document in reading order.

    Attributes
    ----------
    kind : BlockKind
        A ``"title"`` names the document and is not numbered.
    text : str
        Plain text.
    place : str
        Where it stands in the source.
    level : int
        For a heading its rank, 1 the highest; otherwise the number of list items around it, itself included.
    bold : bool
        Whether all of the text is bold.
    """

    kind: BlockKind
    text: str
    place: str
    level: int = 0
    links: tuple[Link, ...] = ()
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a format reader hands over: blocks, and what it could not turn into blocks."""

    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()
    title: str = ""
    metadata: tuple[tuple[str, str], ...] = field(default=())


def one_line(text: str) -> str:
    """Return `text` on one line, without invisible or control characters."""
    return " ".join(_CONTROL.sub(" ", text).translate(_INVISIBLE).split())


def many_lines(text: str) -> str:
    """Return `text` with its line breaks and indentation, without control characters or blank edges."""
    cleaned = _CONTROL.sub(" ", text.replace("\t", "    ")).translate(_INVISIBLE)
    return "\n".join(line.rstrip() for line in cleaned.splitlines()).strip("\n")


def code_block(text: str, language: str, place: str, level: int = 0) -> Block | None:
    """Return a code or diagram block, or None when it is blank."""
    cleaned = many_lines(text)
    if not cleaned.strip():
        return None
    is_diagram = _DIAGRAM_LANGUAGES.fullmatch(language.lower().strip("{}. "))
    kind: BlockKind = "diagram" if is_diagram else "code"
    return Block(kind, cleaned, place, level)


def headings_from_bold(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Turn short bold paragraphs into headings in a document that has no headings of its own.

    Many statements of work are typed with bold lines instead of heading styles. The rule is kept narrow: all
    bold, at most ten words, no final stop or colon, and something that is not bold follows.
    """
    if any(block.kind == "heading" for block in blocks):
        return blocks
    following = (*blocks[1:], None)[: len(blocks)]
    return tuple(
        Block("heading", block.text, block.place, 2, block.links) if _is_bold_heading(block, after) else block
        for block, after in zip(blocks, following, strict=True)
    )


def _is_bold_heading(block: Block, after: Block | None) -> bool:
    short = len(block.text.split()) <= 10 and not block.text.endswith((".", ":", ";", "!", "?"))
    return (
        block.kind == "paragraph"
        and block.level == 0
        and block.bold
        and short
        and after is not None
        and not after.bold
    )
