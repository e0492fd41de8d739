"""The question put to the planner: visits, technicians, waves and the present moment.

Every moment is an integer number of UTC minutes since the Unix epoch, every day a calendar date,
every distance kilometres. Nothing here knows a time zone: :mod:`technicians.scheduling.windows`
turns local clocks into these minutes beforehand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

REST_MINUTES = 600
"""Minutes a technician is at home between the work of two days."""


class InvalidProblem(ValueError):
    """The problem contradicts itself: the caller built it wrongly, no planner can help."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch during which a site lets a technician work.

    Parameters
    ----------
    start, end
        UTC minutes. The whole visit lies inside, its end included.
    opening_date
        The local date on which the window opens. It is the day of the visit for pace, blackouts,
        certificates and reports, however far past midnight the work runs.
    last_start
        Latest permitted start when the window runs on into the next one (a site that never
        closes); ``None`` when only `end` binds.
    """

    start: int
    end: int
    opening_date: date
    last_start: int | None = None

    def latest_start(self, minutes: int) -> int:
        """Return the last minute at which work of `minutes` may begin (may precede `start`)."""
        latest = self.end - minutes
        return latest if self.last_start is None else min(latest, self.last_start)


@dataclass(frozen=True, slots=True)
class Blackout:
    """Days, both included, on which nobody works at a site.

    `start` and `end` are the UTC minutes at which the first day begins and the last one is over on the
    site's clock. A night that begins on one of the days belongs to it; work of the evening before ends
    at `start`. `reason` is said aloud.
    """

    first_day: date
    last_day: date
    start: int
    end: int
    reason: str

    def covers(self, day: date) -> bool:
        """Tell whether `day` is one of its days."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class Shift:
    """Working time of one technician: leaving home, visits and the way back lie inside.

    `date` is the local date on which the shift starts; a night shift is one technician-day.
    """

    start: int
    end: int
    date: date


@dataclass(frozen=True, slots=True)
class Interval:
    """Time in which a technician is taken and which is never moved.

    With coordinates it is booked work: the way there and back is driven and the minutes count towards
    the day's limit. Without, it is an absence: it interrupts driving and forbids work, no more.
    A visit of the problem with a fixed appointment must not be listed here as well.
    """

    start: int
    end: int
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class FixedAppointment:
    """A start people have agreed (confirmed, started, pinned): kept as it is, not judged again.

    `day` is the day the visit counts for in its wave's pace.
    """

    technicians: tuple[str, ...]
    start: int
    day: date


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """One visit to be planned.

    Parameters
    ----------
    latitude, longitude
        Degrees, ``None`` when unknown (the visit is then reported, not placed).
    minutes
        Time on site.
    skills
        Every technician of the crew holds all of them on the visit's day.
    windows
        Access windows. Give them somewhat wider than the wave's dates, so that the planner can tell a
        site without access hours from a site that is closed on the wave's days.
    blackouts
        Days on which nobody works there, whatever the windows say.
    closed
        Days on which the site is shut although its week would let people in, with the reason. The
        windows know already; this is for the words.
    wave
        Key of the wave whose dates and pace apply.
    priority
        Higher is more important; an unplaced visit weighs ``1 + max(0, priority)``.
    crew
        Technicians who start together.
    not_before
        UTC minute before which work cannot begin (kit, permit), ``None`` when nothing holds it.
    label
        The name people know it by; the id when empty.
    """

    id: str
    latitude: float | None
    longitude: float | None
    minutes: int
    skills: frozenset[str]
    windows: tuple[Window, ...]
    wave: str
    priority: int = 0
    crew: int = 1
    not_before: int | None = None
    fixed: FixedAppointment | None = None
    label: str = ""
    blackouts: tuple[Blackout, ...] = ()
    closed: Mapping[date, str] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """The name to use in a sentence."""
        return self.label or self.id

    @property
    def weight(self) -> int:
        """What leaving this visit out costs, compared with others."""
        return 1 + max(0, self.priority)


@dataclass(frozen=True, slots=True)
class TechnicianSpec:
    """One technician as the planner sees them.

    `skills` maps a skill to the last day it is valid, ``None`` when it does not expire.
    `radius_km` is measured in a straight line from home, as a circle on the map.
    `max_minutes_per_day` limits work and driving together, waiting excluded.
    """

    id: str
    name: str
    latitude: float
    longitude: float
    radius_km: float
    skills: Mapping[str, date | None]
    shifts: tuple[Shift, ...]
    busy: tuple[Interval, ...] = ()
    max_minutes_per_day: int = 720

    def holds(self, skills: Iterable[str], day: date) -> bool:
        """Tell whether every one of `skills` is held and valid on `day`."""
        return all(skill in self.skills and valid_on(self.skills[skill], day) for skill in skills)


@dataclass(frozen=True, slots=True)
class WaveSpec:
    """Dates (both included) and most visits per day (``None``: no limit)."""

    key: str
    first_day: date
    last_day: date
    pace_per_day: int | None = None

    def allows(self, day: date) -> bool:
        """Tell whether `day` is one of its days."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything the planner may know. The order of the parts has no influence on the plan.

    Raises
    ------
    InvalidProblem
        Ids repeat, a stretch of time ends before it starts, the shifts of a technician overlap, or a
        crew is smaller than one.
    """

    visits: tuple[VisitRequest, ...]
    technicians: tuple[TechnicianSpec, ...]
    waves: tuple[WaveSpec, ...]
    now: int
    _waves: dict[str, WaveSpec] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _require_unique("visit", (visit.id for visit in self.visits))
        _require_unique("technician", (technician.id for technician in self.technicians))
        _require_unique("wave", (wave.key for wave in self.waves))
        for visit in self.visits:
            _require_sound_visit(visit)
        for technician in self.technicians:
            _require_sound_technician(technician)
        object.__setattr__(self, "_waves", {wave.key: wave for wave in self.waves})

    def wave(self, key: str) -> WaveSpec | None:
        """Return the wave called `key`, ``None`` when there is none."""
        return self._waves.get(key)


def valid_on(valid_until: date | None, day: date) -> bool:
    """Tell whether something valid until `valid_until` (included; ``None``: for ever) holds on `day`."""
    return valid_until is None or day <= valid_until


def problem_hash(problem: Problem) -> str:
    """Return a SHA-256 over everything in the problem, the same for every order of its parts.

    Linear in the number of windows; 1,000 visits with 40 windows each take about 0.1 s.
    """
    digest = hashlib.sha256()
    for line in _lines(problem):
        digest.update(repr(line).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _lines(problem: Problem) -> Iterator[tuple[object, ...]]:
    yield ("now", problem.now)
    for wave in sorted(problem.waves, key=lambda wave: wave.key):
        yield (wave.key, wave.first_day, wave.last_day, wave.pace_per_day)
    for visit in sorted(problem.visits, key=lambda visit: visit.id):
        yield _visit_line(visit)
    for technician in sorted(problem.technicians, key=lambda technician: technician.id):
        yield _technician_line(technician)


def _visit_line(visit: VisitRequest) -> tuple[object, ...]:
    windows = sorted((w.start, w.end, w.opening_date.toordinal(), w.last_start or 0) for w in visit.windows)
    fixed = visit.fixed and (visit.fixed.technicians, visit.fixed.start, visit.fixed.day)
    place = (visit.latitude, visit.longitude)
    needs = (visit.minutes, sorted(visit.skills), visit.crew, visit.wave, visit.priority, visit.not_before)
    shut = sorted((b.start, b.end, b.first_day, b.last_day, b.reason) for b in visit.blackouts)
    return (visit.id, visit.label, place, needs, windows, fixed, shut, sorted(visit.closed.items()))


def _technician_line(technician: TechnicianSpec) -> tuple[object, ...]:
    shifts = sorted((shift.start, shift.end, shift.date) for shift in technician.shifts)
    busy = sorted(repr((b.start, b.end, b.latitude, b.longitude)) for b in technician.busy)
    place = (technician.latitude, technician.longitude, technician.radius_km)
    skills = sorted((skill, str(until)) for skill, until in technician.skills.items())
    return (technician.id, technician.name, place, skills, shifts, busy, technician.max_minutes_per_day)


def _require_unique(noun: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise InvalidProblem(f"The {noun} {key!r} is listed twice.")
        seen.add(key)


def _require_sound_visit(visit: VisitRequest) -> None:
    if visit.crew < 1:
        raise InvalidProblem(f"The visit {visit.id!r} has a crew of {visit.crew}.")
    if any(window.end <= window.start for window in visit.windows):
        raise InvalidProblem(f"The visit {visit.id!r} has an access window that ends before it starts.")
    if any(b.end <= b.start or b.last_day < b.first_day for b in visit.blackouts):
        raise InvalidProblem(f"The visit {visit.id!r} has a blackout that ends before it starts.")


def _require_sound_technician(technician: TechnicianSpec) -> None:
    stretches: tuple[Shift | Interval, ...] = (*technician.shifts, *technician.busy)
    if any(stretch.end <= stretch.start for stretch in stretches):
        raise InvalidProblem(f"The technician {technician.id!r} has a time that ends before it starts.")
    shifts = sorted(technician.shifts, key=lambda shift: shift.start)
    if any(later.start < earlier.end for earlier, later in pairwise(shifts)):
        raise InvalidProblem(f"The technician {technician.id!r} has shifts that overlap.")
