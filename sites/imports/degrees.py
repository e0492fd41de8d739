"""Latitudes and longitudes in the ways people write them."""

from __future__ import annotations

import re
from typing import NamedTuple

_PLAIN = re.compile(r"[-+]?\d{1,11}(?:\.\d*)?|[-+]?\.\d+")
_COMMA = re.compile(r"[-+]?\d{1,3},\d+")
_SIDED = re.compile(
    r"""(?P<front>[NSEW])?\s*(?P<sign>[-+])?\s*
        (?P<degrees>\d{1,3}(?:[.,]\d+)?)\s*[°º]?\s*
        (?:(?P<minutes>\d{1,2}(?:[.,]\d+)?)\s*['′’]\s*)?
        (?:(?P<seconds>\d{1,2}(?:[.,]\d+)?)\s*(?:["″”]|''|′′)\s*)?
        (?P<back>[NSEW])?""",
    re.VERBOSE | re.IGNORECASE,
)
_PAIR = re.compile(
    r"\s*[\[(]?\s*(.+?)\s*(?:[,;|]\s+|[;|]|(?<=[NSns])\s+|,(?=\s*[-+]?\d+\.\d))\s*(.+?)\s*[\])]?\s*"
)
_SPACED = re.compile(r"([-+]?\d+\.\d+)\s+([-+]?\d+\.\d+)")
_WKT = re.compile(r"(?:SRID=4326;)?\s*POINT\s*Z?\s*\(\s*([-+\d.]+)\s+([-+\d.]+)[^)]*\)", re.IGNORECASE)


class Degrees(NamedTuple):
    """Decimal degrees, north and east positive; `rewritten` when they were not typed that way."""

    degrees: float
    rewritten: bool = False


def read_degrees(text: str) -> Degrees | None:
    """Read one angle: decimal with point or comma, with N, S, E or W, or degrees, minutes, seconds.

    The range is not checked: what is impossible for a latitude may be a longitude in the wrong column.

    >>> read_degrees("48,8566").degrees, round(read_degrees("48°51'24\\"N").degrees, 4), read_degrees("W 94.5").degrees
    (48.8566, 48.8567, -94.5)
    """
    if _PLAIN.fullmatch(text):
        return Degrees(float(text))
    plain = text.replace("\u2212", "-")
    if _COMMA.fullmatch(plain):
        return Degrees(float(plain.replace(",", ".")), True)
    found = _SIDED.fullmatch(plain.strip())
    if found is None or (found["front"] and found["back"]):
        return None
    parts = [float((found[part] or "0").replace(",", ".")) for part in ("degrees", "minutes", "seconds")]
    if parts[1] >= 60 or parts[2] >= 60:
        return None
    size = parts[0] + parts[1] / 60 + parts[2] / 3600
    side = (found["front"] or found["back"] or "").upper()
    return Degrees(-size if (found["sign"] == "-") != (side in ("S", "W")) else size, True)


def read_pair(text: str) -> tuple[float, float] | None:
    """Read latitude and longitude from one cell, in that order, or from WKT, which has it reversed.

    >>> read_pair("48.8566, 2.3522"), read_pair("POINT (2.3522 48.8566)"), read_pair("48.85 N 2.35 E")
    ((48.8566, 2.3522), (48.8566, 2.3522), (48.85, 2.35))
    """
    known = _WKT.fullmatch(text.strip())
    if known is not None:
        text = f"{known[2]}, {known[1]}"
    found = _SPACED.fullmatch(text.strip()) or _PAIR.fullmatch(text)
    if found is None:
        return None
    first, second = read_degrees(found[1]), read_degrees(found[2])
    return (first.degrees, second.degrees) if first and second else None
