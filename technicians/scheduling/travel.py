"""How far and how long it is from one place to another.

The planner asks only for legs, so that a road matrix can take the place of the great circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, ceil, cos, radians, sin, sqrt
from typing import NamedTuple, Protocol

EARTH_RADIUS_KM = 6371.0088
_MOST_LEGS_KEPT = 2_000_000
_PLACE_BITS = 24


class Place(NamedTuple):
    """Degrees north and east."""

    latitude: float
    longitude: float


class Leg(NamedTuple):
    """Kilometres and whole minutes of one drive."""

    km: float
    minutes: int


class Travel(Protocol):
    """Anything that can answer how one drives from a place to another."""

    def leg(self, origin: Place, destination: Place) -> Leg:
        """Return the drive from `origin` to `destination`.

        Minutes must respect the triangle inequality: a detour never saves time.
        """
        ...


@dataclass(frozen=True, slots=True)
class GreatCircle:
    """Straight-line distance times a detour factor, at one speed.

    The defaults, 1.3 and 54 km/h, were measured to be a fair mean of town and country roads.
    """

    detour: float = 1.3
    km_per_hour: float = 54.0

    def leg(self, origin: Place, destination: Place) -> Leg:
        """Return the drive, minutes rounded up."""
        km = straight_km(origin, destination) * self.detour
        return Leg(km, ceil(km * 60.0 / self.km_per_hour - 1e-9))


def straight_km(origin: Place, destination: Place) -> float:
    """Return the great-circle distance in kilometres (haversine)."""
    north, south = radians(origin.latitude), radians(destination.latitude)
    across = radians(destination.longitude - origin.longitude)
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


class Legs:
    """Legs between numbered places, each asked for once.

    Holds at most two million legs (about 300 MB) and starts again when full, so that memory stays
    bounded on the largest plans.
    """

    def __init__(self, places: Sequence[Place], travel: Travel) -> None:
        self._places = places
        self._travel = travel
        self._known: dict[int, Leg] = {}

    def between(self, origin: int, destination: int) -> Leg:
        """Return the leg from place number `origin` to place number `destination`."""
        key = (origin << _PLACE_BITS) + destination
        try:
            return self._known[key]
        except KeyError:
            pass
        if len(self._known) >= _MOST_LEGS_KEPT:
            self._known.clear()
        leg = self._known[key] = self._travel.leg(self._places[origin], self._places[destination])
        return leg
