"""Where the column names are, and what they are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from .site_target import SITE_TARGET
from .words import compact

LOOK_AT = 25
"""How many records from the top may hold the header row."""

_MAX_NAME = 120
_DATA = re.compile(
    r"""^\s*(?:
        [-+]?[\d.,\s]*\d%?                       # a number
        | \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*      # a date
        | \d{1,2}:\d{2}.*                        # a time
        | [^@\s]+@[^@\s]+\.\w+                   # an e-mail address
        | https?://.*
        | [A-Z][A-Za-z]+/[A-Z][A-Za-z_]+.*       # a time zone
        | \+?\(?\d[\d\s().-]{6,}                 # a phone number
        | true | false
    )\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")
_GENERIC = """
    index date type status notes note comment comments url link website description category opened opendate
    created updated year month day brand banner format district market area wave group datum typ bemerkung bemerkungen
    commentaire remarque notas observaciones tipo fecha date_super conversion 備考 비고 备注 value values price amount
    quantity qty device serial asset asset_tag model vendor owner size sqft floor floors
"""


@cache
def _known_words() -> frozenset[str]:
    words = {
        compact(word) for field in SITE_TARGET.fields for word in (field.label, field.key, *field.synonyms)
    }
    return frozenset(words | {compact(word) for word in _GENERIC.split()}) - {""}


def find_header(records: Sequence[Sequence[str]]) -> int | None:
    """Return the index of the record that holds the column names, or None if there is none.

    Parameters
    ----------
    records:
        The first records of the file, at most `LOOK_AT` are considered.

    Notes
    -----
    A row with known column names wins. Otherwise the first wide row is the header when it looks unlike
    the rows below: text over numbers, or names that never come back in their own column.
    """
    top = records[:LOOK_AT]
    filled = [sum(1 for cell in record if cell.strip()) for record in top]
    if not any(filled):
        return None
    usual = Counter(count for count in filled if count).most_common(1)[0][0]
    wide = [index for index, count in enumerate(filled) if count and count >= 0.5 * usual]
    known = {index: known_share(top[index]) for index in wide}
    best = max(wide, key=lambda index: (known[index], -index))
    if known[best] > 0 and _names_only(top[best]):
        return best
    first = wide[0]
    return first if _unlike(top[first], [top[index] for index in wide[1:]]) else None


def known_share(record: Sequence[str]) -> float:
    """Return the share of cells that are known column names, 0 when it may be chance."""
    cells = [cell for cell in record if cell.strip()]
    hits = sum(compact(cell) in _known_words() for cell in cells)
    share = hits / len(cells)
    return share if hits >= 3 or share >= 0.4 else 0.0


def _names_only(record: Sequence[str]) -> bool:
    cells = [cell for cell in record if cell.strip()]
    data = sum(bool(_DATA.match(cell)) or len(cell) > _MAX_NAME for cell in cells)
    return data <= 0.3 * len(cells)


def _unlike(record: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Say whether a row of unknown words can be a header over the rows below it."""
    if any(_DATA.match(cell) or len(cell) > _MAX_NAME for cell in record if cell.strip()):
        return False
    for column, cell in enumerate(record):
        values = [row[column] for row in below if column < len(row) and row[column].strip()]
        if values and sum(bool(_DATA.match(value)) for value in values) > 0.7 * len(values):
            return True
        if cell.strip() and (cell in values or _same_shape(cell, values)):
            return False
    return True


def _same_shape(cell: str, values: Sequence[str]) -> bool:
    """Say whether a cell with a digit is made like most values: "A1" above "A2" and "B7"."""
    shape = _shape(cell)
    return "9" in shape and 2 * sum(_shape(value) == shape for value in values) > len(values)


def _shape(text: str) -> str:
    return _LETTER.sub("a", _DIGITS.sub("9", text.strip()))


def unique_names(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """Return `width` distinct, non-empty column names.

    White space is collapsed, a blank becomes "Column 4" after its place counted from 1, and a name
    seen before gets a number: "Phone (2)".
    """
    names: list[str] = []
    used: set[str] = set()
    for place in range(width):
        given = " ".join(cells[place].split()) if place < len(cells) else ""
        name = base = given[:_MAX_NAME] or f"Column {place + 1}"
        number = 2
        while name in used:
            name, number = f"{base} ({number})", number + 1
        used.add(name)
        names.append(name)
    return tuple(names)
