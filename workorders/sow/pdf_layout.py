"""Positions on PDF pages: words to lines, columns, and what repeats at the edges."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workorders.sow.blocks import one_line
from workorders.sow.pdf_words import Word

Box = tuple[float, float, float, float]
Grid = list[list[Box | None]]

_EDGE = 0.12
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"\W*(page )?#( ?(of|/) ?#)?\W*")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text on a page; positions in points from the top left, `size` the commonest font size."""

    text: str
    page: int
    left: float
    right: float
    top: float
    bottom: float
    size: float
    bold: bool
    column: int = 0


@dataclass(frozen=True, slots=True)
class PageTable:
    """A ruled table: rows of cell texts, and where it starts."""

    top: float
    rows: tuple[tuple[str, ...], ...]
    page: int


@dataclass(frozen=True, slots=True)
class PageContent:
    """Everything read from a page, lines in reading order."""

    number: int
    height: float
    lines: tuple[TextLine, ...]
    tables: tuple[PageTable, ...]


def lines_of_words(words: Sequence[Word], page: int, width: float) -> list[TextLine]:
    """Group words into lines in reading order, left column before right column.

    Parameters
    ----------
    words : sequence of Word
        In any order.
    page : int
        Page number, from 1.
    width : float
        Page width in points.
    """
    gutter = _gutter(words, width)
    if gutter is None:
        return _rows(words, page, 0)
    across = [word for word in words if word.left < gutter < word.right]
    first = min((word.top for word in words if word.left >= gutter), default=0.0)
    above = [word for word in words if word.bottom < first - 1]
    rest = [word for word in words if word not in above and word not in across]
    left = [word for word in rest if word.right <= gutter]
    right = [word for word in rest if word.left >= gutter]
    return _rows([*above, *across], page, 0) + _rows(left, page, 1) + _rows(right, page, 2)


def table_of_words(grid: Grid, words: Sequence[Word], page: int) -> tuple[PageTable | None, set[Word]]:
    """Fill the ruled cells of a table with the words inside them.

    Parameters
    ----------
    grid : list of rows of boxes
        Each box ``(left, top, right, bottom)`` in points, or None where a cell is merged away.
    words : sequence of Word
        All words of the page.
    page : int
        Page number, from 1.

    Returns
    -------
    tuple
        The table and its words; None and nothing for a frame of fewer than two rows or columns, which is read as
        running text. Takes cells times words.
    """
    rows: list[tuple[str, ...]] = []
    inside: set[Word] = set()
    for boxes in grid:
        cells = []
        for box in boxes:
            held = [word for word in words if box is not None and _holds(box, word)]
            inside.update(held)
            cells.append(join_lines([line.text for line in _rows(held, page, 0)]))
        if any(cells):
            rows.append(tuple(cells))
    if len(rows) < 2 or max(len(row) for row in rows) < 2:
        return None, set()
    top = min(box[1] for boxes in grid for box in boxes if box is not None)
    return PageTable(top, tuple(rows), page), inside


def _holds(box: Box, word: Word) -> bool:
    x, y = word.middle
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _gutter(words: Sequence[Word], width: float) -> float | None:
    """Return the middle of a vertical gap between two columns of running text, if there is one.

    Both sides must hold at least a third of the words, and lines on the left must reach near the gap: a short list
    beside a table of figures is not a column.
    """
    if len(words) < 80:
        return None
    for step in range(13):
        x = width * (0.5 + (step // 2 + step % 2) * (0.01 if step % 2 else -0.01))
        crossing = sum(1 for word in words if word.left - 4 < x < word.right + 4)
        left = [word for word in words if word.right <= x - 4]
        right = len(words) - crossing - len(left)
        if crossing > len(words) * 0.02 or min(len(left), right) < len(words) / 3:
            continue
        ends: dict[int, float] = {}
        for word in left:
            row = round(word.top / 3)
            ends[row] = max(ends.get(row, 0.0), word.right)
        reaching = sum(1 for end in ends.values() if end > x - width * 0.12)
        if reaching >= len(ends) * 0.5:
            return x
    return None


def _rows(words: Sequence[Word], page: int, column: int) -> list[TextLine]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.bottom, word.left)):
        height = word.bottom - word.top
        if rows and abs(rows[-1][0].bottom - word.bottom) <= max(height * 0.45, 2.0):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [_line(sorted(row, key=lambda word: word.left), page, column) for row in rows]


def _line(row: list[Word], page: int, column: int) -> TextLine:
    sizes: Counter[float] = Counter()
    bold = 0
    for word in row:
        sizes[word.size] += len(word.text)
        bold += len(word.text) if word.bold else 0
    letters = sum(sizes.values())
    return TextLine(
        text=one_line(" ".join(word.text for word in row)),
        page=page,
        left=row[0].left,
        right=max(word.right for word in row),
        top=min(word.top for word in row),
        bottom=max(word.bottom for word in row),
        size=sizes.most_common(1)[0][0],
        bold=bold == letters,
        column=column,
    )


def join_lines(texts: Sequence[str]) -> str:
    """Join wrapped lines. A hyphen at the end of a line stays: "multi-" and "gig" are far commoner than "mul-ti"."""
    joined = ""
    for text in texts:
        tight = len(joined) > 1 and joined[-1] in "-/" and joined[-2].isalnum()
        joined = f"{joined}{text}" if tight or not joined else f"{joined} {text}"
    return one_line(joined)


def strip_repeated(pages: Sequence[PageContent]) -> tuple[list[PageContent], list[str]]:
    """Leave out page headers and footers.

    A line counts when it stands in the top or bottom eighth of at least three pages and of more than half of them
    (both pages of a document of two), page numbers apart. A bare page number always counts.

    Returns
    -------
    tuple
        The pages without those lines, and each line left out, once, with its digits as on its first page.
    """
    seen: Counter[str] = Counter()
    first: dict[str, str] = {}
    for page in pages:
        for key in {_key(line) for line in page.lines if _at_edge(line, page)}:
            seen[key] += 1
        for line in page.lines:
            if _at_edge(line, page):
                first.setdefault(_key(line), line.text)
    needed = 2 if len(pages) == 2 else max(3, len(pages) // 2 + 1)
    repeated = {key for key, count in seen.items() if count >= needed or _PAGE_NUMBER.fullmatch(key)}
    kept = [
        replace(
            page,
            lines=tuple(line for line in page.lines if not (_at_edge(line, page) and _key(line) in repeated)),
        )
        for page in pages
    ]
    return kept, [text for key, text in first.items() if key in repeated]


def _key(line: TextLine) -> str:
    return _DIGITS.sub("#", line.text.lower())


def _at_edge(line: TextLine, page: PageContent) -> bool:
    return line.bottom < page.height * _EDGE or line.top > page.height * (1 - _EDGE)
