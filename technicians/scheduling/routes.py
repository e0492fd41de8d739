"""One technician-day: its stops in order, timed as early as the rules allow.

The start of a stop never decreases when the arrival gets later, so serving every stop as early as
possible is feasible whenever anything is. That makes one forward pass, linear in the stops, an exact
test of an order of stops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from technicians.scheduling.travel import Legs

Block = tuple[int, int]
"""Start and end, in UTC minutes, of an absence."""

FAR_PAST = -(10**12)
FAR_FUTURE = 10**12


@dataclass(frozen=True, slots=True)
class RouteStop:
    """Minutes of work at one place.

    Parameters
    ----------
    visit
        Number of the visit on the board, ``-1`` for work booked outside this plan.
    place
        Number of the place.
    day
        The day it counts for; a visit that has been placed is bound to it.
    openings
        Earliest and latest permitted start of each access window of that day, by time.
    given
        Agreed by people: kept at ``openings[0][0]`` and not judged.
    """

    visit: int
    place: int
    minutes: int
    day: date
    openings: tuple[tuple[int, int], ...]
    given: bool = False

    @property
    def begins(self) -> int:
        """The first permitted start."""
        return self.openings[0][0]


@dataclass(frozen=True, slots=True)
class Duty:
    """What is fixed about one technician-day before anything is planned.

    Parameters
    ----------
    technician
        Number of the technician on the board.
    home
        Number of the place where the day begins and ends.
    works
        False for a day that exists only because of something agreed outside every shift.
    blocks
        Absences near the shift, merged and by time.
    given
        Agreed stops, by time.
    earlier, later
        Neighbouring duties that may come too close, each with the minutes that must lie between:
        the night's rest, or none on the same date.
    siblings
        Other duties of the same date, with which the day's limit is shared.
    """

    technician: int
    date: date
    start: int
    end: int
    home: int
    limit: int
    works: bool = True
    blocks: tuple[Block, ...] = ()
    given: tuple[RouteStop, ...] = ()
    earlier: tuple[tuple[int, int], ...] = ()
    later: tuple[tuple[int, int], ...] = ()
    siblings: tuple[int, ...] = ()

    @property
    def is_plain(self) -> bool:
        """True when nothing but the shift binds, so that a shorter test is exact."""
        return self.works and not (self.blocks or self.given or self.earlier or self.later or self.siblings)


class Bounds(NamedTuple):
    """Limits of a duty while its neighbours stand as they do.

    `ready` is the first minute of driving for a visit of ours, `rested` the first and `rest_begins`
    the last minute away from home that leaves the nights whole, `limit` the minutes of work left.
    """

    ready: int
    rested: int
    rest_begins: int
    limit: int


@dataclass(frozen=True, slots=True)
class Route:
    """A timed technician-day.

    `starts` parallels `stops`; `km` and `work` (driving and work, without waiting) include the ways
    from and to home; `leaves` and `returns` are when the technician leaves home and is back.
    """

    stops: tuple[RouteStop, ...]
    starts: tuple[int, ...]
    km: float
    work: int
    leaves: int
    returns: int


EMPTY = Route((), (), 0.0, 0, FAR_FUTURE, FAR_PAST)


def timed(duty: Duty, stops: Sequence[RouteStop], bounds: Bounds, legs: Legs) -> Route | None:
    """Return `stops` timed as early as possible in this order, ``None`` when a rule forbids it.

    Agreed stops are not judged among themselves; everything that touches a visit of ours is.
    """
    if not stops:
        return EMPTY
    blocks = duty.blocks
    clock, here, ours, judged = bounds.ready, duty.home, False, False
    km, work, starts = 0.0, 0, []
    for stop in stops:
        leg = legs.between(here, stop.place)
        km += leg.km
        work += leg.minutes + stop.minutes
        arrival = drive(clock, leg.minutes, blocks)
        if stop.given:
            start = stop.begins
            if ours and arrival > start:
                return None
            clock = max(clock, start + stop.minutes)
        else:
            judged = True
            found = first_start(stop, arrival, blocks)
            if found is None or found + stop.minutes > duty.end:
                return None
            start = found
            clock = start + stop.minutes
        ours = not stop.given
        starts.append(start)
        here = stop.place
    leg = legs.between(here, duty.home)
    returns = drive(starts[-1] + stops[-1].minutes, leg.minutes, blocks)
    leaves = set_off(starts[0], legs.between(duty.home, stops[0].place).minutes, blocks)
    work += leg.minutes
    late_home = ours and returns > duty.end
    if judged and (late_home or _breaks(bounds, work, leaves, returns)):
        return None
    return Route(tuple(stops), tuple(starts), km + leg.km, work, leaves, returns)


def _breaks(bounds: Bounds, work: int, leaves: int, returns: int) -> bool:
    return work > bounds.limit or leaves < bounds.rested or returns > bounds.rest_begins


def drive(clock: int, minutes: int, blocks: Sequence[Block]) -> int:
    """Return the arrival after `minutes` of driving from `clock` on, pausing during absences."""
    for start, end in blocks:
        if end <= clock:
            continue
        if clock + minutes <= start:
            break
        minutes -= max(0, start - clock)
        clock = end
    return clock + minutes


def set_off(arrival: int, minutes: int, blocks: Sequence[Block]) -> int:
    """Return the latest departure for `minutes` of driving that end at `arrival`."""
    for start, end in reversed(blocks):
        if start >= arrival:
            continue
        if arrival - minutes >= end:
            break
        minutes -= max(0, arrival - end)
        arrival = start
    return arrival - minutes


def first_start(stop: RouteStop, arrival: int, blocks: Sequence[Block]) -> int | None:
    """Return the first permitted start not before `arrival` with the work free of absences."""
    for earliest, latest in stop.openings:
        start = earliest if earliest > arrival else arrival
        for blocked_from, blocked_to in blocks:
            if blocked_to > start and start + stop.minutes > blocked_from:
                start = blocked_to
        if start <= latest:
            return start
    return None
