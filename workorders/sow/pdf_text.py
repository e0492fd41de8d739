"""Compose the lines of PDF pages into headings, paragraphs, list items and table rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from workorders.sow.blocks import Block
from workorders.sow.pdf_layout import PageContent, PageTable, TextLine, join_lines
from workorders.sow.plain import NUMBERED, heading_rank, item_marker
from workorders.sow.tables import Cell, Row, row_blocks

_HEADING_GROWTH = 1.08
_MAX_HEADING_WORDS = 16
_LONE_BULLETS = frozenset("•‣▪●○◦–-·*")


def compose(pages: Sequence[PageContent]) -> tuple[Block, ...]:
    """Return the blocks of a document.

    A line ends its paragraph when the gap below it grows, its size or weight changes, or it stops short of the
    margin after a full stop. Headings rank by size, larger first; bold lines of body size rank below them.
    """
    lines = [line for page in pages for line in page.lines]
    body = _body_size(lines)
    composer = _Composer(body, _heading_sizes(lines, body), _margins(lines))
    for page in pages:
        tables = list(page.tables)
        for line in page.lines:
            while tables and tables[0].top <= line.top and line.column == 0:
                composer.add_table(tables.pop(0))
            composer.add_line(line)
        for table in tables:
            composer.add_table(table)
    composer.finish()
    return tuple(composer.blocks)


def _body_size(lines: Sequence[TextLine]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _heading_sizes(lines: Sequence[TextLine], body: float) -> tuple[float, ...]:
    return tuple(sorted({line.size for line in lines if line.size >= body * _HEADING_GROWTH}, reverse=True))


def _margins(lines: Sequence[TextLine]) -> dict[int, float]:
    margins: dict[int, float] = {}
    for line in lines:
        margins[line.column] = max(margins.get(line.column, 0.0), line.right)
    return margins


class _Composer:
    def __init__(self, body: float, heading_sizes: tuple[float, ...], margins: dict[int, float]) -> None:
        self.blocks: list[Block] = []
        self._body = body
        self._heading_sizes = heading_sizes
        self._margins = margins
        self._open: list[TextLine] = []
        self._rank = 0
        self._item_left: float | None = None
        self._indents: list[float] = []
        self._columns: tuple[str, ...] = ()
        self._tables = 0

    def add_line(self, line: TextLine) -> None:
        rank = self._heading_rank(line)
        starts_item = rank == 0 and (item_marker(line.text + " x") is not None)
        if self._open and (starts_item or rank != self._rank or not self._continues(line)):
            self.finish()
        if not self._open:
            self._rank = rank
            self._item_left = line.left if starts_item else None
        self._open.append(line)
        self._columns = ()

    def add_table(self, table: PageTable) -> None:
        self.finish()
        rows = list(table.rows)
        continued = self._columns != () and len(rows[0]) == len(self._columns)
        if not continued:
            self._tables += 1
        if continued and rows[0] != self._columns:
            rows.insert(0, self._columns)
        self._columns = rows[0]
        place = f"page {table.page}, row {{}} of table {self._tables}"
        made = [Row(tuple(Cell(cell) for cell in row), place.format(at)) for at, row in enumerate(rows, 1)]
        if continued:
            made[0] = Row(made[0].cells, made[0].place, is_header=True)
        self.blocks.extend(row_blocks(made))

    def finish(self) -> None:
        lines, self._open = self._open, []
        if not lines:
            return
        text = join_lines([line.text for line in lines])
        place = f"page {lines[0].page}"
        bold = all(line.bold for line in lines)
        if self._rank:
            self._indents.clear()
            self.blocks.append(Block("heading", text, place, self._rank))
        elif self._item_left is not None:
            self.blocks.append(self._item(text, place, self._item_left))
        else:
            self._indents.clear()
            self.blocks.append(Block("paragraph", text, place, bold=bold))

    def _item(self, text: str, place: str, left: float) -> Block:
        marker = item_marker(text)
        while self._indents and self._indents[-1] > left + 3:
            self._indents.pop()
        if not self._indents or self._indents[-1] < left - 3:
            self._indents.append(left)
        return Block("list_item", text[marker.end() :] if marker else text, place, len(self._indents))

    def _heading_rank(self, line: TextLine) -> int:
        words = len(line.text.split())
        if words > _MAX_HEADING_WORDS or line.text.endswith((";", ",")):
            return 0
        if line.size in self._heading_sizes and any(c.isalpha() for c in line.text):
            return self._heading_sizes.index(line.size) + 1
        if item_marker(line.text) and not NUMBERED.match(line.text):
            return 0
        short = line.right < self._margins[line.column] * 0.85
        below = len(self._heading_sizes) + 1
        if line.bold and short and words <= 12 and not line.text.endswith((".", ":")):
            return below
        if "." in line.text.split()[0] and short and heading_rank(line.text, alone=True, alone_below=False):
            return below
        return 0

    def _continues(self, line: TextLine) -> bool:
        last = self._open[-1]
        same = abs(last.size - line.size) < 0.6 and (
            self._rank > 0 or last.bold == line.bold or not line.bold
        )
        if not same:
            return False
        if self._item_left is not None and line.left < self._item_left + 3 and last.text not in _LONE_BULLETS:
            return line.page == last.page and self._gap_is_small(last, line) and self._was_full(last)
        if line.page != last.page or line.column != last.column or line.top < last.top:
            return self._rank == 0 and not last.text.endswith((".", ":", "!", "?"))
        return self._gap_is_small(last, line) and (self._rank > 0 or self._goes_on(last, line))

    def _gap_is_small(self, last: TextLine, line: TextLine) -> bool:
        return line.top - last.bottom <= max(last.size, line.size) * 0.55

    def _was_full(self, last: TextLine) -> bool:
        return last.right > self._margins[last.column] * 0.82

    def _goes_on(self, last: TextLine, line: TextLine) -> bool:
        return self._was_full(last) or line.text[0].islower() or not last.text.endswith((".", ":", "?", "!"))
