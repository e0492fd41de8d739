"""Words of a PDF page with their positions, by PDFium.

PDFium rather than pdfminer, because pdfminer silently drops all text of a font whose encoding is a character map
embedded in the file, and current PDF writers make such fonts.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

_NAME_BYTES = 256
_TURN_SAMPLES = 200
_FORCED_BOLD = 1 << 18
_BOLD_WEIGHT = 600
_BOLD_NAMES = ("bold", "black", "heavy", "demi")
_LINE_END_HYPHENS = (0x02, 0xFFFE)
# A gap wider than this share of the font size separates words even where the file has no space character.
_WORD_GAP = 0.28


@dataclass(frozen=True, slots=True)
class Word:
    """A word; positions in points from the top left of the page as shown, `size` the font size in points."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    bold: bool

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(slots=True)
class _Glyph:
    code: int
    left: float
    right: float
    top: float
    bottom: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of a page in the order of the file, and its size in points, both with most text upright.

    `as_shown` tells whether a viewer shows the page that way round too; if not, ruled tables do not fit the words.
    """

    words: tuple[Word, ...]
    width: float
    height: float
    as_shown: bool


def page_words(page: Any) -> PageWords:
    """Read a `pypdfium2.PdfPage`. Linear in the number of characters."""
    text_page = page.get_textpage()
    placing = _Placing(page, _turn(text_page))
    words: list[Word] = []
    run: list[_Glyph] = []
    for at in range(text_page.count_chars()):
        glyph = _glyph(text_page, at, placing)
        if glyph is None or (run and _apart(run[-1], glyph)):
            words.extend(_word(run))
            run = []
        if glyph is not None:
            run.append(glyph)
    words.extend(_word(run))
    text_page.close()
    return PageWords(tuple(words), *placing.size, as_shown=placing.turn == page.get_rotation())


def _turn(text_page: Any) -> int:
    """Return the clockwise turn, 0, 90, 180 or 270 degrees, that sets most of the text upright."""
    count = text_page.count_chars()
    turns: Counter[int] = Counter()
    for at in range(0, count, max(count // _TURN_SAMPLES, 1)):
        if not chr(pdfium.FPDFText_GetUnicode(text_page.raw, at)).isspace():
            degrees = math.degrees(pdfium.FPDFText_GetCharAngle(text_page.raw, at))
            turns[-round(degrees / 90) * 90 % 360] += 1
    return turns.most_common(1)[0][0] if turns else 0


class _Placing:
    """Turns PDF coordinates, from the bottom left upwards, into positions from the top left with the text upright."""

    def __init__(self, page: Any, turn: int) -> None:
        left, bottom, right, top = page.get_mediabox()
        self._left, self._bottom = left, bottom
        self._width, self._height = right - left, top - bottom
        self.turn = turn
        sideways = turn in (90, 270)
        self.size = (self._height, self._width) if sideways else (self._width, self._height)

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        first, second = self._point(left, bottom), self._point(right, top)
        xs, ys = sorted((first[0], second[0])), sorted((first[1], second[1]))
        return xs[0], xs[1], ys[0], ys[1]

    def _point(self, x: float, y: float) -> tuple[float, float]:
        x, y = x - self._left, y - self._bottom
        if self.turn == 90:
            return y, x
        if self.turn == 180:
            return self._width - x, y
        if self.turn == 270:
            return self._height - y, self._width - x
        return x, self._height - y


def _glyph(text_page: Any, at: int, placing: _Placing) -> _Glyph | None:
    """Return a visible character, or None for what only separates words."""
    code = pdfium.FPDFText_GetUnicode(text_page.raw, at)
    if code in _LINE_END_HYPHENS:
        code = ord("-")
    if code <= 0x20 or code == 0xA0 or chr(code).isspace():
        return None
    left, right, top, bottom = placing.box(*text_page.get_charbox(at, loose=True))
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text_page.raw, at, matrix)
    size = pdfium.FPDFText_GetFontSize(text_page.raw, at) * math.hypot(matrix.c, matrix.d)
    return _Glyph(code, left, right, top, bottom, round(size, 1), _is_bold(text_page, at))


def _is_bold(text_page: Any, at: int) -> bool:
    name = ctypes.create_string_buffer(_NAME_BYTES)
    flags = ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text_page.raw, at, name, _NAME_BYTES, flags)
    if name.value:
        return any(mark in name.value.decode("latin-1").lower() for mark in _BOLD_NAMES)
    weight: int = pdfium.FPDFText_GetFontWeight(text_page.raw, at)
    return bool(flags.value & _FORCED_BOLD) or weight >= _BOLD_WEIGHT


def _apart(last: _Glyph, glyph: _Glyph) -> bool:
    overlap = min(last.bottom, glyph.bottom) - max(last.top, glyph.top)
    gap = glyph.left - last.right
    return overlap <= 0 or gap > max(last.size, glyph.size) * _WORD_GAP or gap < -last.size * 3


def _word(run: list[_Glyph]) -> list[Word]:
    if not run:
        return []
    units = b"".join(_utf16(glyph.code) for glyph in run)
    return [
        Word(
            text=units.decode("utf-16-le", errors="replace"),
            left=min(glyph.left for glyph in run),
            right=max(glyph.right for glyph in run),
            top=min(glyph.top for glyph in run),
            bottom=max(glyph.bottom for glyph in run),
            size=max(glyph.size for glyph in run),
            bold=all(glyph.bold for glyph in run),
        )
    ]


def _utf16(code: int) -> bytes:
    return chr(code).encode("utf-16-le", errors="surrogatepass")
