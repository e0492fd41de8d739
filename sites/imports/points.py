"""Whether a latitude and a longitude can be true: in their range, in their country, not swapped, not scaled."""

from __future__ import annotations

from typing import NamedTuple

from .countries import country_name
from .place import countries_at, lies_in
from .values import Remark, doubt

SWAPPED = frozenset({"swapped", "looks_swapped"})
"""Codes of remarks that say that latitude and longitude stand in each other's place."""
_SHIFTS = range(9)


class Point(NamedTuple):
    """A place after judging: None for both where none is known; at most one remark, about one of the two."""

    latitude: float | None
    longitude: float | None
    remark: Remark | None = None
    about_longitude: bool = False


def judge_point(latitude: float, longitude: float, country: str | None) -> Point:
    """Judge a place against the globe and, where it is known, against its country (alpha-2).

    Swapped values of which only one order is possible are exchanged; values whose decimal point was lost, as in
    47606200, get it back where only one way of doing so lies in the country. Both with a remark of severity
    "attention". What merely looks wrong stays, with a remark.
    """
    if latitude == 0 and longitude == 0:
        return Point(
            None, None, doubt("zero_point", "0, 0 lies in the sea off Africa, so it was left empty.")
        )
    if _on_globe(latitude, longitude):
        return _in_country(latitude, longitude, country)
    if _on_globe(longitude, latitude):
        sentence = (
            f"Latitude {latitude:g} is impossible, so latitude and longitude were swapped. Check the map."
        )
        return Point(longitude, latitude, doubt("swapped", sentence))
    scaled = _with_point_again(latitude, longitude, country) if country else None
    if scaled is not None:
        where = f"{latitude:.10g}, {longitude:.10g} lack their decimal point"
        sentence = f"{where} and were read as {scaled[0]:.10g}, {scaled[1]:.10g}. Check the map."
        return Point(*scaled, doubt("scaled", sentence))
    where = f"{latitude:g}, {longitude:g}"
    sentence = f"{where} is not on the globe: latitude goes to 90 and longitude to 180. It was left empty."
    return Point(None, None, doubt("off_globe", sentence))


def _on_globe(latitude: float, longitude: float) -> bool:
    return abs(latitude) <= 90 and abs(longitude) <= 180


def _with_point_again(latitude: float, longitude: float, country: str) -> tuple[float, float] | None:
    """Shift the decimal point in both alike, or in one alone, until exactly one place lies in the country."""
    both = {(_shifted(latitude, by), _shifted(longitude, by)) for by in _SHIFTS}
    one = {(_shifted(latitude, by), longitude) for by in _SHIFTS} | {
        (latitude, _shifted(longitude, by)) for by in _SHIFTS
    }
    for places in (both, one):
        there = [place for place in places if _on_globe(*place) and lies_in(*place, country)]
        if there:
            return there[0] if len(there) == 1 else None
    return None


def _shifted(degrees: float, digits: int) -> float:
    return float(degrees / 10**digits)


def _in_country(latitude: float, longitude: float, country: str | None) -> Point:
    if country is None or lies_in(latitude, longitude, country):
        return Point(latitude, longitude)
    name = country_name(country)
    if abs(longitude) <= 90 and lies_in(longitude, latitude, country):
        sentence = f"Latitude and longitude look swapped: the other way round the point lies in {name}."
        return Point(latitude, longitude, doubt("looks_swapped", sentence))
    if lies_in(latitude, -longitude, country):
        sentence = f"The longitude may have the wrong sign: with the other sign the point lies in {name}."
        return Point(latitude, longitude, doubt("sign", sentence), about_longitude=True)
    found = sorted(countries_at(latitude, longitude))
    there = country_name(found[0]) if found else "the sea"
    sentence = f"The coordinates lie in {there}, but the country is {name}. Correct one of them."
    return Point(latitude, longitude, doubt("other_country", sentence))
