"""Number blocks into clauses: sections, lead-ins, list nesting."""

from __future__ import annotations

from dataclasses import dataclass

from workorders.sow.blocks import Block, BlockKind
from workorders.sow.document import Clause, ClauseKind

LABEL_WORDS = 5
# Deeper nesting is numbered on the deepest level, so that a number stays short enough to say on the phone.
MAX_NUMBER_PARTS = 8
_HANGS_FROM_LEAD: frozenset[BlockKind] = frozenset({"list_item", "table_row", "code", "diagram"})
_CLAUSE_KINDS: dict[BlockKind, ClauseKind] = {
    "paragraph": "paragraph",
    "list_item": "list_item",
    "table_row": "table_row",
    "code": "code",
    "diagram": "diagram",
}


@dataclass(slots=True)
class _Node:
    """An open section or list item: what stands below it is numbered from its counter."""

    rank: int
    text: str
    number: tuple[int, ...]
    place: str = ""
    counter: int = 0

    def next_number(self) -> tuple[int, ...]:
        self.counter += 1
        return (*self.number, self.counter)


def number_clauses(blocks: tuple[Block, ...], title: str = "") -> tuple[Clause, ...]:
    """Return the clauses of a document.

    Parameters
    ----------
    blocks : tuple of Block
        In reading order.
    title : str
        The title of the document; a heading that only repeats it is neither numbered nor put in the paths.

    Notes
    -----
    One pass, linear in the number of blocks times the depth of nesting. A lead-in ("Capture:") stands in the path of
    the list or table below it; when it is only a label it makes no clause of its own.
    """
    outline = _Outline(title)
    for block, after in zip(blocks, (*blocks[1:], None), strict=False):
        if block.kind in ("heading", "title"):
            outline.open_section(block)
        else:
            outline.add(block, after)
    outline.close()
    return tuple(outline.clauses)


class _Outline:
    def __init__(self, title: str) -> None:
        self.clauses: list[Clause] = []
        self._title = title
        self._root = _Node(0, "", ())
        self._preamble = _Node(0, "", (0,))
        self._sections: list[_Node] = []
        self._items: list[_Node] = []
        self._lead = ""
        self._empty_heading: _Node | None = None

    def open_section(self, block: Block) -> None:
        self._items.clear()
        self._lead = ""
        if block.text == self._title and not self._sections and not self.clauses:
            return
        rank = 0 if block.kind == "title" else block.level
        if self._empty_heading is not None and rank <= self._empty_heading.rank:
            self._keep_empty_heading()
        while self._sections and self._sections[-1].rank >= rank:
            self._sections.pop()
        parent = self._sections[-1] if self._sections else self._root
        section = _Node(rank, block.text, parent.next_number(), block.place)
        self._sections.append(section)
        self._empty_heading = section

    def add(self, block: Block, after: Block | None) -> None:
        self._empty_heading = None
        self._settle_nesting(block)
        if block.kind == "list_item":
            self._add_item(block, after)
        elif _is_lead(block, after):
            self._lead = ""
            if not _is_label(block):
                self._emit(block, self._parent().next_number())
            self._lead = block.text
        else:
            self._emit(block, self._parent().next_number())

    def close(self) -> None:
        if self._empty_heading is not None:
            self._keep_empty_heading()

    def _settle_nesting(self, block: Block) -> None:
        keep = block.level - 1 if block.kind == "list_item" else block.level
        del self._items[max(keep, 0) :]
        if block.kind == "paragraph" and block.level == 0:
            self._lead = ""

    def _add_item(self, block: Block, after: Block | None) -> None:
        number = self._parent().next_number()
        has_children = (
            after is not None and after.kind not in ("heading", "title") and after.level >= block.level
        )
        is_parent = (
            has_children
            and after is not None
            and not (after.kind == "list_item" and after.level == block.level)
        )
        if not (is_parent and block.text.endswith(":") and _is_label(block)):
            self._emit(block, number)
        self._items.append(_Node(0, block.text, number))

    def _parent(self) -> _Node:
        for node in (*reversed(self._items), *reversed(self._sections)):
            if len(node.number) < MAX_NUMBER_PARTS:
                return node
        return self._preamble

    def _path(self) -> tuple[str, ...]:
        lead = (self._lead,) if self._lead else ()
        return (*(node.text for node in self._sections), *lead, *(node.text for node in self._items))

    def _emit(self, block: Block, number: tuple[int, ...]) -> None:
        self._append(_CLAUSE_KINDS[block.kind], block, number, self._path())

    def _keep_empty_heading(self) -> None:
        node = self._sections[-1]
        path = tuple(section.text for section in self._sections[:-1])
        self._append("paragraph", Block("heading", node.text, node.place), node.number, path)
        self._empty_heading = None

    def _append(self, kind: ClauseKind, block: Block, number: tuple[int, ...], path: tuple[str, ...]) -> None:
        dotted = ".".join(str(part) for part in number)
        ordinal = len(self.clauses) + 1
        self.clauses.append(Clause(ordinal, dotted, path, kind, block.text, block.place, block.links))


def _is_lead(block: Block, after: Block | None) -> bool:
    return (
        block.kind == "paragraph"
        and block.level == 0
        and block.text.endswith(":")
        and after is not None
        and after.kind in _HANGS_FROM_LEAD
    )


def _is_label(block: Block) -> bool:
    return (block.bold or len(block.text.split()) <= LABEL_WORDS) and not block.links
