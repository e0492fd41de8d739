"""Which country a point lies in, roughly: enough to see that something is wrong, not to draw a border."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

import tzfpy

from .countries import SOVEREIGN

_AROUND = (0.0, -0.3, 0.3)
"""Degrees to look in each direction, so that coasts and borders raise no false alarm."""


@cache
def _countries_of_zones() -> dict[str, frozenset[str]]:
    """Read which country each time zone belongs to from the tables of the time zone database."""
    found: dict[str, frozenset[str]] = {}
    for table in ("zone1970.tab", "zone.tab"):
        text = files("tzdata").joinpath("zoneinfo", table).read_text(encoding="utf-8")
        for line in text.splitlines():
            if line and not line.startswith("#"):
                codes, _, zone = line.split("\t")[:3]
                found[zone] = frozenset(codes.split(","))
    return found


def countries_at(latitude: float, longitude: float) -> frozenset[str]:
    """Return the alpha-2 codes a point may belong to; empty at sea and where the zone is unknown."""
    return _countries_of(tuple(tzfpy.get_tzs(longitude, latitude)))


@lru_cache(maxsize=2048)
def _countries_of(zones: tuple[str, ...]) -> frozenset[str]:
    empty: frozenset[str] = frozenset()
    return empty.union(*(_countries_of_zones().get(zone, empty) for zone in zones))


def lies_in(latitude: float, longitude: float, country: str) -> bool:
    """Say whether a point lies in a country or within about 30 km of it.

    Territories count as their sovereign's and the other way round.
    """
    if country in countries_at(latitude, longitude):
        return True
    wanted = {country, SOVEREIGN.get(country, country)}
    for north in _AROUND:
        for east in _AROUND:
            near = countries_at(_clamped(latitude + north, 90), _clamped(longitude + east, 180))
            if any(code in wanted or SOVEREIGN.get(code) in wanted for code in near):
                return True
    return False


def _clamped(degrees: float, limit: float) -> float:
    return max(-limit, min(limit, degrees))
