"""Read plain or pasted text: unwrap hard-wrapped lines, find headings, lists and pasted tables."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workorders.sow.blocks import Block, Reading, one_line
from workorders.sow.tables import Cell, Row, row_blocks

BULLET = re.compile(r"^(\s*)(?:[-*+•‣▪●○◦–·]|o(?=\s{2,}|\t))\s+(?=\S)")
BOX = re.compile(r"^(\s*)(?=[☐☑☒✓✔✅]\s*\S)")
ORDERED = re.compile(r"^(\s*)(?:\(?\d{1,3}[.)]|\(?[a-z][.)]|\(?[ivx]{1,4}[.)])\s+(?=\S)")
NUMBERED = re.compile(r"^\s*(\d{1,3}(?:\.\d{1,3}){0,5})\.?\s+(?=\S)")
_NAMED = re.compile(
    r"^\s*(phase|section|part|article|appendix|annex|exhibit|schedule|stage|chapter)\s+\w+\b", re.I
)
_UNDERLINE = re.compile(r"^\s*(={3,}|-{3,}|~{3,})\s*$")
_RULE = re.compile(r"^\s*[-=_*~#]{3,}\s*$")
_MIN_WRAP = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the source, its number counted from 1."""

    text: str
    number: int

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


def read_plain(text: str) -> Reading:
    """Read plain text into blocks placed by line.

    Headings are underlined lines, lines in capitals, and short numbered or named lines ("4.2 Mounting",
    "Phase 1: Survey") that stand alone. Tab-separated lines become table rows, so cells copied from a spreadsheet
    can be pasted. Linear in the number of lines.
    """
    lines = [Line(line.rstrip(), at) for at, line in enumerate(text.split("\n"), 1)]
    reader = _PlainReader(lines)
    reader.run()
    return Reading(tuple(reader.blocks))


class _PlainReader:
    def __init__(self, lines: list[Line]) -> None:
        self.blocks: list[Block] = []
        self._lines = lines
        self._at = 0
        self._indents: list[int] = []

    def run(self) -> None:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.is_blank or (_RULE.match(line.text) and not any(c.isalnum() for c in line.text)):
                self._at += 1
            elif "\t" in line.text.strip() and self._tabbed_until() - self._at > 1:
                self._table()
            elif rank := self._heading_rank():
                self._indents.clear()
                self.blocks.append(Block("heading", one_line(line.text), f"line {line.number}", rank))
                self._at += 1
            elif found := item_marker(line.text):
                self._item(line, found)
            else:
                self._paragraph()

    def _peek(self, offset: int) -> Line:
        at = self._at + offset
        return self._lines[at] if 0 <= at < len(self._lines) else Line("", 0)

    def _tabbed_until(self) -> int:
        at = self._at
        while at < len(self._lines) and "\t" in self._lines[at].text.strip():
            at += 1
        return at

    def _table(self) -> None:
        end = self._tabbed_until()
        rows = [
            Row(tuple(Cell(one_line(cell)) for cell in line.text.split("\t")), f"line {line.number}")
            for line in self._lines[self._at : end]
        ]
        self.blocks.extend(row_blocks(rows))
        self._at = end

    def _heading_rank(self) -> int:
        line, before, after = self._peek(0), self._peek(-1), self._peek(1)
        underline = _UNDERLINE.match(after.text)
        if underline and before.is_blank and len(line.text) <= 120:
            return 1 if underline.group(1)[0] == "=" else 2
        alone = before.is_blank or _UNDERLINE.match(before.text) is not None
        return heading_rank(line.text, alone=alone, alone_below=after.is_blank)

    def _item(self, line: Line, marker: re.Match[str]) -> None:
        indent = len(marker.group(1).expandtabs(4))
        while self._indents and self._indents[-1] > indent:
            self._indents.pop()
        if not self._indents or self._indents[-1] < indent:
            self._indents.append(indent)
        texts = [line.text[marker.end() :]]
        self._at += 1
        while self._continues_item(indent, texts[-1]):
            texts.append(self._lines[self._at].text)
            self._at += 1
        text = one_line(" ".join(texts))
        self.blocks.append(Block("list_item", text, f"line {line.number}", len(self._indents)))

    def _continues_item(self, indent: int, last: str) -> bool:
        line = self._peek(0)
        if line.is_blank or item_marker(line.text) or "\t" in line.text.strip():
            return False
        deeper = len(line.text.expandtabs(4)) - len(line.text.expandtabs(4).lstrip()) > indent
        return deeper or line.text.strip()[0].islower() or (len(last) >= _MIN_WRAP and not last.endswith("."))

    def _paragraph(self) -> None:
        group = [self._peek(0)]
        self._indents.clear()
        while True:
            line = self._peek(len(group))
            if (
                line.is_blank
                or item_marker(line.text)
                or "\t" in line.text.strip()
                or _UNDERLINE.match(line.text)
            ):
                break
            group.append(line)
        self._at += len(group)
        for joined in unwrap(group):
            text = one_line(" ".join(line.text for line in joined))
            self.blocks.append(Block("paragraph", text, f"line {joined[0].number}"))


def item_marker(text: str) -> re.Match[str] | None:
    """Return the match of a bullet, box or ordinal at the start of a line; its first group is the indent."""
    return BULLET.match(text) or BOX.match(text) or ORDERED.match(text)


def heading_rank(text: str, *, alone: bool, alone_below: bool) -> int:
    """Return the rank of a line that reads as a heading, 0 for any other line.

    Parameters
    ----------
    text : str
        The line.
    alone : bool
        Whether nothing stands directly above it.
    alone_below : bool
        Whether nothing stands directly below it.
    """
    stripped = text.strip()
    words = stripped.split()
    if not alone or len(words) > 12 or stripped.endswith((".", ";", ",", ":", "?", "!")):
        return 0
    letters = [c for c in stripped if c.isalpha()]
    if not letters:
        return 0
    numbered = NUMBERED.match(stripped)
    if numbered and (title := stripped[numbered.end() :])[0].isupper():
        depth = numbered.group(1).count(".") + 1
        return depth + 1 if (depth > 1 or alone_below) and len(title.split()) <= 8 else 0
    if _NAMED.match(stripped) and len(words) <= 10:
        return 2
    if len(letters) >= 3 and stripped.upper() == stripped and len(words) <= 10:
        return 2
    return 0


def unwrap(group: list[Line]) -> list[list[Line]]:
    """Split adjoining lines into paragraphs.

    A line was wrapped when the first word of the next line would not have fitted within the widest line; in text
    whose widest line is short, or where the next line starts in lower case, the same line goes on.
    """
    width = max(len(line.text) for line in group)
    paragraphs = [[group[0]]]
    for line in group[1:]:
        last = paragraphs[-1][-1].text
        first_word = len(line.text.split()[0])
        wrapped = width >= _MIN_WRAP and width <= 130 and len(last) + 1 + first_word > width - 8
        if wrapped or line.text.strip()[0].islower():
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return paragraphs
