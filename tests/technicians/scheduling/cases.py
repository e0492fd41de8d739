"""Problems to plan: a small one to bend by hand, and random ones by size and seed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from technicians.scheduling import Blackout, Problem, Shift, TechnicianSpec, VisitRequest, WaveSpec, Window
from technicians.scheduling.windows import WeeklyHours, access_windows, blackout, shifts, utc_minute

MONDAY = date(2027, 3, 1)
FRIDAY = date(2027, 3, 5)
DENVER = (39.74, -104.99)
KM_NORTH = 1 / 111.195
"""Degrees of latitude per kilometre."""
HOUR_AWAY = 41.5
"""Straight kilometres that take 60 minutes, a moment less before rounding up."""


def at(day: date, hour: int, minute: int = 0) -> int:
    """Return the UTC minute of a clock time in UTC."""
    return utc_minute(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC))


def days(count: int, first: date = MONDAY) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def open_days(dates: Iterable[date], opens: int = 8, closes: int = 18) -> tuple[Window, ...]:
    return tuple(Window(at(day, opens), at(day, closes), day) for day in dates)


def work_days(dates: Iterable[date], begins: int = 7, ends: int = 17) -> tuple[Shift, ...]:
    return tuple(Shift(at(day, begins), at(day, ends), day) for day in dates)


def visit(name: str = "V1", *, km_north: float = 10, **changes: Any) -> VisitRequest:
    """Return a two-hour visit `km_north` of Denver, open Monday to Friday from 8 to 18."""
    facts: dict[str, Any] = {
        "id": name,
        "latitude": DENVER[0] + km_north * KM_NORTH,
        "longitude": DENVER[1],
        "minutes": 120,
        "skills": frozenset({"cabling"}),
        "windows": open_days(days(5)),
        "wave": "W1",
    }
    return VisitRequest(**{**facts, **changes})


def technician(key: str = "T1", **changes: Any) -> TechnicianSpec:
    """Return a technician in Denver who works Monday to Friday from 7 to 17."""
    facts: dict[str, Any] = {
        "id": key,
        "name": f"Technician {key}",
        "latitude": DENVER[0],
        "longitude": DENVER[1],
        "radius_km": 120.0,
        "skills": {"cabling": None},
        "shifts": work_days(days(5)),
    }
    return TechnicianSpec(**{**facts, **changes})


def shut(first: date, last: date | None = None, reason: str = "Black Friday freeze") -> Blackout:
    """Return a blackout of whole days in UTC."""
    return blackout(first, last or first, reason, "UTC")


def wave(**changes: Any) -> WaveSpec:
    facts: dict[str, Any] = {"key": "W1", "first_day": MONDAY, "last_day": FRIDAY}
    return WaveSpec(**{**facts, **changes})


def problem(
    visits: Iterable[VisitRequest],
    technicians: Iterable[TechnicianSpec] | None = None,
    waves: Iterable[WaveSpec] | None = None,
    now: int = at(MONDAY, 0),
) -> Problem:
    crew = (technician(),) if technicians is None else tuple(technicians)
    return Problem(tuple(visits), crew, (wave(),) if waves is None else tuple(waves), now)


def generated(visits: int, technicians: int, length: int, seed: int, pace: int | None = None) -> Problem:
    """Return a random problem over two American zones, with night windows, skills and priorities."""
    chance = Random(seed)
    first, last = MONDAY, MONDAY + timedelta(days=length - 1)
    zones = ("America/Denver", "America/Chicago")
    homes = [(36 + 6 * chance.random(), -106 + 10 * chance.random()) for _ in range(technicians)]
    crew = tuple(
        TechnicianSpec(
            id=f"T{number:03}",
            name=f"Technician {number}",
            latitude=latitude,
            longitude=longitude,
            radius_km=chance.choice([150.0, 250.0, 400.0]),
            skills={"cabling": None} | ({"lift": last} if chance.random() < 0.5 else {}),
            shifts=shifts(_week(chance, 5, 7, 18), chance.choice(zones), first, last),
        )
        for number, (latitude, longitude) in enumerate(homes)
    )
    return Problem(
        tuple(_random_visit(number, homes, chance, zones, (first, last)) for number in range(visits)),
        crew,
        (WaveSpec("W1", first, last, pace),),
        at(MONDAY, 0),
    )


def _random_visit(
    number: int,
    homes: list[tuple[float, float]],
    chance: Random,
    zones: tuple[str, str],
    dates: tuple[date, date],
) -> VisitRequest:
    latitude, longitude = chance.choice(homes)
    hours = _week(chance, 5, 8, 17) if chance.random() < 0.8 else _week(chance, 7, 14, 2)
    return VisitRequest(
        id=f"V{number:04}",
        latitude=latitude + chance.gauss(0, 0.7),
        longitude=longitude + chance.gauss(0, 0.7),
        minutes=chance.choice([60, 120, 180, 240, 300]),
        skills=frozenset({"cabling", "lift"} if chance.random() < 0.2 else {"cabling"}),
        windows=access_windows(hours, chance.choice(zones), *dates),
        wave="W1",
        priority=chance.choice([0, 0, 0, 1, 3]),
    )


def _week(chance: Random, length: int, opens: int, closes: int) -> list[WeeklyHours]:
    start = chance.randint(0, 1)
    return [WeeklyHours(weekday % 7, time(opens), time(closes)) for weekday in range(start, start + length)]
