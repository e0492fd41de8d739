"""Where a place is, in the ways people copy it: a pair of degrees, or the address of a page with a map."""

from __future__ import annotations

import re
from urllib.parse import unquote

from sites.imports.degrees import read_pair

LONGEST = 2_000
_DEGREES = r"([-+]?\d{1,3}(?:\.\d+)?)"
# In the order of trust: the marked place first, then what was searched for, then the middle of the view.
_IN_ADDRESSES = (
    re.compile(rf"!3d{_DEGREES}!4d{_DEGREES}"),
    re.compile(rf"[?&#]mlat={_DEGREES}&mlon={_DEGREES}"),
    re.compile(
        rf"[?&](?:q|ll|sll|query|daddr|destination|center|cp|coordinate|point)=(?:loc:)?{_DEGREES}[,~]\s*{_DEGREES}"
    ),
    re.compile(rf"/(?:place|search|dir/[^/]*)/{_DEGREES},[\s+]*{_DEGREES}"),
    re.compile(rf"@{_DEGREES},{_DEGREES}"),
    re.compile(rf"#map=[\d.]+/{_DEGREES}/{_DEGREES}"),
    re.compile(rf"^geo:{_DEGREES},{_DEGREES}"),
)
_ADDRESS = re.compile(r"^(?:https?://|geo:|www\.)", re.IGNORECASE)


class NoPlace(ValueError):
    """The text names no place on the globe; the message is a sentence that says what would."""


def read_place(text: str) -> tuple[float, float]:
    """Return latitude and longitude in degrees, rounded to a tenth of a metre.

    Raises
    ------
    NoPlace
        It is neither a pair nor an address with coordinates in it, the pair is in the wrong order, or off the globe.

    >>> read_place("47.61, -122.33"), read_place("https://www.openstreetmap.org/#map=17/47.61/-122.33")
    ((47.61, -122.33), (47.61, -122.33))
    """
    plain = unquote(text.strip())[:LONGEST]
    found = _in_address(plain) if _ADDRESS.match(plain) else read_pair(plain)
    if found is None:
        raise NoPlace(_unread(plain))
    latitude, longitude = found
    if abs(latitude) > 90 and abs(longitude) <= 90 and abs(latitude) <= 180:
        raise NoPlace(f"Latitude comes first. Did you mean {longitude:g}, {latitude:g}?")
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise NoPlace("Latitude goes from -90 to 90 and longitude from -180 to 180, such as 47.61, -122.33.")
    if latitude == 0 and longitude == 0:
        raise NoPlace("0, 0 lies in the sea off Africa. Copy the coordinates again.")
    return round(latitude, 6), round(longitude, 6)


def _in_address(address: str) -> tuple[float, float] | None:
    for pattern in _IN_ADDRESSES:
        if found := pattern.search(address):
            return float(found[1]), float(found[2])
    return None


def _unread(text: str) -> str:
    if not text:
        return "Choose a point on the map, or write latitude and longitude, such as 47.61, -122.33."
    if _ADDRESS.match(text):
        return "There are no coordinates in this address. Open it, and copy the numbers of the place, such as 47.61, -122.33."
    return "Write latitude and longitude, such as 47.61, -122.33, or paste the address of a map page."
