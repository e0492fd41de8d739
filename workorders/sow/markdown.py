"""Read Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from workorders.sow.blocks import Block, Reading, code_block, headings_from_bold, one_line
from workorders.sow.document import Link
from workorders.sow.html_tree import closed_tags, is_markup
from workorders.sow.markup import picture_name, read_fragment
from workorders.sow.plain import read_plain
from workorders.sow.tables import Cell, Row, row_blocks

# markdown-it drops what is nested deeper than this without a word; its own default of 20 is ten nested lists.
_NESTING = 200
_TOO_DEEP = re.compile(r"^(?: {150}|\t{38}|(?:[ \t]{0,9}(?:[>*+-]|\d{1,9}[.)])){50})", re.MULTILINE)
_MARKS = re.compile(r"[\[\]`<*_!~]")
_MAX_MARKS = 4_000
_KEY = re.compile(r"^([A-Za-z_][\w .-]*):(?:\s+(.*)|\s*)$")
_TASK = re.compile(r"^\[([ xX])\]\s+")


def read_markdown(text: str) -> Reading:
    """Read Markdown source into blocks placed by line number.

    Tables and strikethrough are understood; embedded HTML is read as text. YAML at the top becomes metadata.
    """
    metadata, body = split_front_matter(text)
    if _TOO_DEEP.search(body):
        deep = "The file nests lists or quotes deeper than a document does, so it was read as plain text."
        return Reading(read_plain(body).blocks, (deep,), metadata=metadata)
    environment: dict[str, object] = {}
    walker = _Walker()
    walker.walk(_tokens(body, environment))
    blocks = (*walker.blocks, *_footnotes(environment))
    notes = []
    if metadata:
        notes.append(f"{len(metadata)} lines of metadata at the top of the file are kept beside the clauses.")
    hidden = _comments(body)
    if hidden:
        plural = "comments are" if hidden > 1 else "comment is"
        notes.append(
            f"{hidden} hidden {plural} left out, because a reader of the document does not see them."
        )
    title = next((value for key, value in metadata if key.lower() == "title" and value), "")
    return Reading(headings_from_bold(blocks), tuple(notes), title, metadata)


def _tokens(body: str, environment: dict[str, object]) -> list[Token]:
    """Parse blocks, then the inside of each.

    A piece with thousands of marks is kept as it stands: the parser goes quadratic on marks that never close, and no
    person wrote it.
    """
    parser = MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable(["table", "strikethrough"])
    parser.disable(["inline", "text_join"])
    tokens = parser.parse(body, environment)
    for token in tokens:
        if token.type != "inline":
            continue
        if len(_MARKS.findall(token.content)) > _MAX_MARKS:
            token.children = [Token("text", "", 0, content=token.content)]
        else:
            token.children = []
            parser.inline.parse(token.content, parser, environment, token.children)
    return tokens


def _comments(body: str) -> int:
    """Count HTML comments by searching forward once: a pattern would go quadratic on comments never closed."""
    count = 0
    at = body.find("<!--")
    while at >= 0 and (end := body.find("-->", at)) >= 0:
        count += 1
        at = body.find("<!--", end)
    return count


def split_front_matter(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """Split YAML metadata from the top, leaving blank lines so that line numbers stay true.

    Anything that does not read as plain ``key: value`` lines is content between two rules, and stays.
    """
    lines = text.split("\n")
    if lines[0].strip() != "---":
        return (), text
    end = next((at for at, line in enumerate(lines[1:300], 1) if line.strip() in ("---", "...")), 0)
    pairs = _metadata(lines[1:end])
    if not pairs:
        return (), text
    return pairs, "\n".join([""] * (end + 1) + lines[end + 1 :])


def _metadata(lines: list[str]) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for line in lines:
        found = _KEY.match(line)
        if found:
            pairs.append((found.group(1), (found.group(2) or "").strip().strip("'\"")))
        elif line.strip() and (not pairs or line[0] not in " \t-#"):
            return ()
        elif line.strip():
            pairs[-1] = (pairs[-1][0], one_line(f"{pairs[-1][1]} {line}"))
    return tuple(pairs)


def _footnotes(environment: dict[str, object]) -> list[Block]:
    """Return one-word footnotes, which the parser takes for link definitions."""
    references = environment.get("references", {})
    if not isinstance(references, dict):
        return []
    return [
        Block("paragraph", f"{label}: {entry['href']}", f"line {entry['map'][0] + 1}")
        for label, entry in references.items()
        if label.startswith("^")
    ]


class _Walker:
    """Walks the flat token stream; state is the open lists and the open table."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._lists: list[int | None] = []
        self._depth = 0
        self._item_pending = False
        self._rows: list[Row] = []
        self._cells: list[Cell] = []
        self._in_head = False

    def walk(self, tokens: Sequence[Token]) -> None:
        line = 1
        for at, token in enumerate(tokens):
            if token.map:
                line = token.map[0] + 1
            if token.type == "inline":
                self._inline(token, tokens[at - 1], line)
            elif token.type in ("fence", "code_block"):
                self._add(code_block(token.content, token.info.split(" ")[0], f"line {line}", self._depth))
            elif token.type == "html_block":
                self._html(token, line)
            else:
                self._structure(token, line)

    def _structure(self, token: Token, line: int) -> None:
        name = token.type
        if name in ("list_item_open", "list_item_close"):
            self._depth += token.nesting
            self._item_pending = token.nesting > 0
        elif name in ("thead_open", "thead_close"):
            self._in_head = token.nesting > 0
        elif name == "tr_open":
            self._cells = []
        elif name == "tr_close":
            self._rows.append(Row(tuple(self._cells), f"line {line}", self._in_head))
        elif name == "table_close":
            self.blocks.extend(row_blocks(self._rows, self._depth))
            self._rows = []

    def _inline(self, token: Token, opener: Token, line: int) -> None:
        text, links, bold = plain_inline(token)
        if opener.type in ("th_open", "td_open"):
            self._cells.append(Cell(text, links, bold))
        elif not text:
            return
        elif opener.type == "heading_open":
            self._add(Block("heading", text, f"line {line}", int(opener.tag[1]), links, bold))
        elif self._item_pending:
            self._item_pending = False
            self._add(Block("list_item", _with_box(text), f"line {line}", self._depth, links, bold))
        else:
            self._add(Block("paragraph", text, f"line {line}", self._depth, links, bold))

    def _html(self, token: Token, line: int) -> None:
        for block in read_fragment(token.content, f"line {line}", source_is_markdown=True).blocks:
            level = block.level if block.kind == "heading" else block.level + self._depth
            self._add(Block(block.kind, block.text, block.place, level, block.links, block.bold))

    def _add(self, block: Block | None) -> None:
        if block is not None:
            self.blocks.append(block)


def _with_box(text: str) -> str:
    found = _TASK.match(text)
    if not found:
        return text
    return ("☐ " if found.group(1) == " " else "☑ ") + text[found.end() :]


def plain_inline(token: Token) -> tuple[str, tuple[Link, ...], bool]:
    """Return the plain text of an inline token, its links, and whether all of it is bold.

    Struck-out words stay, marked as such: dropping the mark would turn their meaning round.
    """
    parts: list[str] = []
    links: list[Link] = []
    open_links: list[tuple[str, int]] = []
    closed = closed_tags(token.content)
    strong = 0
    all_bold = True
    for child in token.children or ():
        kind = child.type
        if kind in {"strong_open", "strong_close"}:
            strong += child.nesting
        elif kind == "link_open":
            open_links.append((str(child.attrs.get("href", "")), len(parts)))
        elif kind == "link_close" and open_links:
            target, start = open_links.pop()
            links.append(Link(one_line("".join(parts[start:])), target))
        else:
            piece = _inline_piece(child, closed)
            if child.type == "image":
                links.append(Link(piece, str(child.attrs.get("src", ""))))
            all_bold = all_bold and (strong > 0 or not piece.strip())
            parts.append(piece)
    text = one_line("".join(parts))
    return text, tuple(links), bool(text) and all_bold


def _inline_piece(child: Token, closed: frozenset[str]) -> str:
    if child.type in ("softbreak", "hardbreak"):
        return " "
    if child.type == "s_open":
        return "(struck out: "
    if child.type == "s_close":
        return ")"
    if child.type == "image":
        name = child.content.strip() or picture_name(str(child.attrs.get("src", "")))
        return f"Picture: {name}" if name else ""
    if child.type == "html_inline":
        return _inline_html(child.content, closed)
    return child.content


def _inline_html(tag: str, closed: frozenset[str]) -> str:
    if tag.startswith("<!--"):
        return ""
    if not is_markup(tag, closed):
        return tag
    return " " if re.match(r"</?(br|p|div|li|td|th)\b", tag, re.IGNORECASE) else ""
