"""What follows from where a site is."""

from __future__ import annotations

from tzfpy import get_tz

from sites.choices import PlacePrecision


def zone_at(latitude: float, longitude: float) -> str:
    """Return the IANA time zone at a point; "" at sea, where no zone has a place's name."""
    name: str = get_tz(longitude, latitude)
    return "" if not name or name.startswith("Etc/") else name


def precision_of(latitude: float | None, now: str = PlacePrecision.UNKNOWN) -> str:
    """Return the precision that goes with coordinates: what it was, exact if that was unknown, unknown without any."""
    if latitude is None:
        return PlacePrecision.UNKNOWN.value
    return PlacePrecision.EXACT.value if now == PlacePrecision.UNKNOWN else str(now)
