"""Read HTML, and the HTML that Word files are turned into."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from workorders.sow.blocks import Block, BlockKind, Reading, code_block, headings_from_bold, one_line
from workorders.sow.document import Link
from workorders.sow.html_tree import Node, is_block, parse_html
from workorders.sow.tables import Cell, Row, row_blocks

_SKIPPED = frozenset({"script", "style", "template", "head", "meta", "link", "base"})
_BOLD = frozenset({"b", "strong"})
_STRUCK = frozenset({"s", "strike", "del"})
_TABLE_PARTS = frozenset({"thead", "tbody", "tfoot", "tr", "colgroup"})
_HEADING = re.compile(r"^h([1-6])$")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MAX_SPAN = 50
TITLE_CLASS = "document-title"


@dataclass(slots=True)
class _Counters:
    paragraphs: int = 0
    tables: int = 0
    hidden: int = 0
    pictures: int = 0


@dataclass(slots=True)
class _Run:
    """Text gathered since the last block boundary."""

    parts: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    all_bold: bool = True


def read_html(text: str) -> Reading:
    """Read an HTML page into blocks placed by paragraph and by table row.

    Scripts, styles and the head are not text. Text hidden from a reader of the page is left out and noted. Nothing
    is fetched.
    """
    root = parse_html(text)
    walker = _Walker(_Counters())
    walker.visit(root)
    walker.flush()
    blocks = headings_from_bold(tuple(walker.blocks))
    top = [
        block for block in blocks if block.kind == "title" or (block.kind == "heading" and block.level == 1)
    ]
    title = "" if len(top) == 1 else _page_title(root)
    return Reading(blocks, _notes(walker.counters), title)


def read_fragment(text: str, place: str, *, source_is_markdown: bool = False) -> Reading:
    """Read a piece of HTML inside another document; every block gets the same `place`."""
    walker = _Walker(_Counters(), place)
    walker.visit(parse_html(text, keep_unknown_tags=source_is_markdown))
    walker.flush()
    return Reading(tuple(walker.blocks), _notes(walker.counters))


def _notes(counters: _Counters) -> tuple[str, ...]:
    if not counters.hidden:
        return ()
    many = counters.hidden > 1
    pieces = f"{counters.hidden} hidden pieces of text were" if many else "One hidden piece of text was"
    return (f"{pieces} left out, because a reader of the page does not see {'them' if many else 'it'}.",)


def _page_title(root: Node) -> str:
    pending = [root]
    while pending:
        node = pending.pop(0)
        if node.tag == "title":
            return one_line(text_of(node))
        pending.extend(child for child in node.children if isinstance(child, Node) and child.tag != "body")
    return ""


def text_of(node: Node) -> str:
    """Return the text of an element and everything in it, as written."""
    return "".join(child if isinstance(child, str) else text_of(child) for child in node.children)


class _Walker:
    """Walks the tree once; recursion is bounded by the depth of the tree."""

    def __init__(self, counters: _Counters, place: str = "") -> None:
        self.blocks: list[Block] = []
        self.counters = counters
        self._place = place
        self._run = _Run()
        self._depth = 0
        self._item_pending = False
        self._bold = 0

    def visit(self, node: Node) -> None:
        for child in node.children:
            if isinstance(child, str):
                self._write(child)
            elif child.tag not in _SKIPPED:
                self._element(child)

    def flush(self, kind: BlockKind = "paragraph", rank: int = 0) -> None:
        run, self._run = self._run, _Run()
        text = one_line("".join(run.parts))
        if not text:
            return
        if kind == "paragraph" and self._item_pending:
            kind, self._item_pending = "list_item", False
        level = rank or self._depth
        bold = run.all_bold
        self.blocks.append(Block(kind, text, self._next_place(), level, tuple(run.links), bold))

    def _write(self, text: str) -> None:
        self._run.parts.append(text)
        self._run.all_bold = self._run.all_bold and (self._bold > 0 or not text.strip())

    def _next_place(self) -> str:
        self.counters.paragraphs += 1
        return self._place or f"paragraph {self.counters.paragraphs}"

    def _element(self, node: Node) -> None:
        if "hidden" in node.attributes or _HIDING.search(node.attributes.get("style", "")):
            self.counters.hidden += bool(text_of(node).strip())
        elif is_block(node.tag):
            self.flush()
            self._block(node)
            self.flush()
        else:
            self._inline(node)

    def _block(self, node: Node) -> None:
        heading = _HEADING.match(node.tag)
        if heading or TITLE_CLASS in node.attributes.get("class", ""):
            self.visit(node)
            self.flush("heading" if heading else "title", int(heading.group(1)) if heading else 1)
        elif node.tag in ("li", "dt", "dd"):
            self._item(node)
        elif node.tag == "table":
            self._table(node)
        elif node.tag == "pre":
            block = code_block(text_of(node), _language(node), self._next_place(), self._depth)
            self.blocks.extend([block] if block else [])
        else:
            self.visit(node)

    def _item(self, node: Node) -> None:
        deeper = 2 if node.tag == "dd" else 1
        outer_pending = self._item_pending
        self._depth += deeper
        self._item_pending = True
        self.visit(node)
        self.flush()
        self._depth -= deeper
        self._item_pending = outer_pending

    def _inline(self, node: Node) -> None:
        tag = node.tag
        if tag == "br":
            self._write(" ")
        elif tag == "img":
            self._picture(node)
        elif tag == "input":
            self._input(node)
        elif tag in _STRUCK:
            self._write("(struck out: ")
            self.visit(node)
            self._write(")")
        else:
            self._bold += tag in _BOLD
            self.visit(node)
            self._bold -= tag in _BOLD
            if tag == "a" and node.attributes.get("href"):
                self._run.links.append(Link(one_line(text_of(node)), node.attributes["href"].strip()))

    def _picture(self, node: Node) -> None:
        words = one_line(node.attributes.get("alt", "")) or picture_name(node.attributes.get("src", ""))
        if words:
            self._write(f" Picture: {words} ")
            self._run.links.append(Link(f"Picture: {words}", node.attributes.get("src", "")))

    def _input(self, node: Node) -> None:
        if node.attributes.get("type", "").lower() in ("checkbox", "radio"):
            self._write(" ☑ " if "checked" in node.attributes else " ☐ ")

    def _table(self, node: Node) -> None:
        if _is_layout(node):
            self.visit(node)
            return
        self.counters.tables += 1
        for outside in (*_descendants(node, "caption"), Node("div", children=_strays(node))):
            self.visit(outside)
            self.flush()
        rows = []
        for at, (row, cells) in enumerate(_grid(node), 1):
            texts = tuple(self._cell(cell, repeated) for cell, repeated in cells)
            place = self._place or f"row {at} of table {self.counters.tables}"
            marked = row.attributes.get("data-head") == "yes" or (
                len(texts) > 1 and all(cell.is_header for cell in texts)
            )
            rows.append(Row(texts, place, marked))
        self.blocks.extend(row_blocks(rows, self._depth))

    def _cell(self, node: Node | None, repeated: bool) -> Cell:
        if node is None:
            return Cell("")
        inner = _Walker(_Counters() if repeated else self.counters, "cell")
        paragraphs = self.counters.paragraphs
        inner.visit(node)
        inner.flush()
        self.counters.paragraphs = paragraphs
        text = ""
        for block in inner.blocks:
            piece = one_line(block.text)
            text = f"{text}{' ' if text.endswith(tuple('.:;,!?')) else '; '}{piece}" if text else piece
        links = tuple(link for block in inner.blocks for link in block.links)
        bold = bool(inner.blocks) and all(block.bold for block in inner.blocks)
        return Cell(text, () if repeated else links, bold, node.tag == "th")


def picture_name(source: str) -> str:
    """Return the file name of a picture, or "" when its source carries none."""
    if source.startswith(("data:", "#")) or not source:
        return ""
    return source.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]


def _language(node: Node) -> str:
    names = node.attributes.get("class", "")
    for child in node.children:
        if isinstance(child, Node) and child.tag == "code":
            names += " " + child.attributes.get("class", "")
    return next((name.removeprefix("language-") for name in names.split() if name), "")


def _descendants(node: Node, tag: str) -> list[Node]:
    """Return the elements named `tag` in `node` that are not inside a nested table."""
    found = []
    for child in node.children:
        if not isinstance(child, Node):
            continue
        if child.tag == tag:
            found.append(child)
        elif child.tag in _TABLE_PARTS:
            found.extend(_descendants(child, tag))
    return found


def _strays(node: Node) -> list[Node | str]:
    """Return what a broken table holds outside its cells, so that no word of it is lost."""
    found: list[Node | str] = []
    for child in node.children:
        if isinstance(child, Node) and child.tag in _TABLE_PARTS:
            found.extend(_strays(child))
        elif isinstance(child, str) or child.tag not in ("td", "th", "caption"):
            found += [child, " "]
    return found


def _is_layout(table: Node) -> bool:
    """Tell whether a table only places blocks on the page: nested tables, headings, or a single column."""
    rows = _descendants(table, "tr")
    cells = [_cells(row) for row in rows]
    if not rows or all(len(row) <= 1 for row in cells):
        return True
    inside = [cell for row in cells for cell in row]
    return table.attributes.get("role") == "presentation" or any(
        _contains(cell, frozenset({"table", "h1", "h2", "h3"})) for cell in inside
    )


def _contains(node: Node, tags: frozenset[str]) -> bool:
    return any(
        isinstance(child, Node) and (child.tag in tags or _contains(child, tags)) for child in node.children
    )


def _cells(row: Node) -> list[Node]:
    return [child for child in row.children if isinstance(child, Node) and child.tag in ("td", "th")]


def _span(cell: Node, name: str) -> int:
    value = cell.attributes.get(name, "1").strip()
    return min(max(int(value), 1), _MAX_SPAN) if value.isascii() and value.isdigit() else 1


def _grid(table: Node) -> list[tuple[Node, list[tuple[Node | None, bool]]]]:
    """Lay the rows out with spans resolved: a cell over several rows is repeated, over several columns padded.

    Each cell comes with whether it is a repetition. Spans are cut at 50 so that a hostile file stays small.
    """
    for head in _descendants(table, "thead"):
        for row in _descendants(head, "tr"):
            row.attributes["data-head"] = "yes"
    grid = []
    carried: dict[int, tuple[Node, int]] = {}
    for row in _descendants(table, "tr"):
        line: list[tuple[Node | None, bool]] = []
        for cell in _cells(row):
            _fill_carried(line, carried)
            if _span(cell, "rowspan") > 1:
                carried[len(line)] = (cell, _span(cell, "rowspan") - 1)
            line.append((cell, False))
            line.extend([(None, False)] * (_span(cell, "colspan") - 1))
        _fill_carried(line, carried)
        grid.append((row, line))
    return grid


def _fill_carried(line: list[tuple[Node | None, bool]], carried: dict[int, tuple[Node, int]]) -> None:
    while len(line) in carried:
        cell, left = carried.pop(len(line))
        if left > 1:
            carried[len(line)] = (cell, left - 1)
        line.append((cell, True))
