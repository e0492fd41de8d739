"""The judge's second half: a technician's days, minute by minute rather than by the planner's algebra."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, pairwise

from technicians.scheduling.problem import REST_MINUTES, Problem, Shift, TechnicianSpec, VisitRequest
from technicians.scheduling.result import Placement
from technicians.scheduling.travel import Place, Travel
from technicians.scheduling.violation import Rule, Violation
from technicians.scheduling.windows import moment


@dataclass(frozen=True)
class _Event:
    """Something a technician does somewhere; `ours` when the planner chose it, not people."""

    visit: str
    start: int
    end: int
    place: Place
    ours: bool
    day: date


@dataclass
class _Day:
    """One shift with what happens in it, or one booking outside every shift."""

    date: date
    shift: Shift | None
    events: list[_Event] = field(default_factory=list)

    @property
    def judged(self) -> bool:
        return any(event.ours for event in self.events)


def technician_days(
    problem: Problem,
    technician: TechnicianSpec,
    placed: Sequence[tuple[Placement, VisitRequest]],
    travel: Travel,
) -> Iterator[Violation]:
    """Yield every rule broken by the days of one technician, whose placements are `placed`."""
    events = _events(technician, placed)
    yield from _overlaps(technician, events)
    days, homeless = _sorted_into_days(technician, events)
    for event in homeless:
        yield Violation(event.visit, Rule.SHIFT, f"{technician.name} has no shift that covers it.")
    judge = _Judge(problem, technician, travel, events)
    for day in days:
        if day.shift and day.judged:
            yield from judge.drives(day, day.shift)
    yield from judge.nights([day for day in days if day.events])
    yield from judge.limits(days)


def _events(technician: TechnicianSpec, placed: Sequence[tuple[Placement, VisitRequest]]) -> list[_Event]:
    home = Place(technician.latitude, technician.longitude)
    events = []
    for placement, visit in placed:
        known = visit.latitude is not None and visit.longitude is not None
        place = Place(visit.latitude or 0.0, visit.longitude or 0.0) if known else home
        ours = visit.fixed is None
        events.append(_Event(visit.id, placement.start, placement.end, place, ours, placement.day))
    for busy in technician.busy:
        if busy.latitude is not None and busy.longitude is not None:
            place = Place(busy.latitude, busy.longitude)
            events.append(_Event("", busy.start, busy.end, place, False, moment(busy.start).date()))
    return sorted(events, key=lambda event: (event.start, event.end, event.visit))


def _overlaps(technician: TechnicianSpec, events: Sequence[_Event]) -> Iterator[Violation]:
    for first, second in combinations(events, 2):
        if second.start >= first.end:
            continue
        if (first.ours or second.ours) and not (first.visit and second.visit):
            culprit = first.visit or second.visit
            yield Violation(culprit, Rule.BUSY, f"{technician.name} is booked elsewhere then.")
        elif first.visit and second.visit:
            yield Violation(
                second.visit, Rule.DOUBLE_BOOKED, f"{technician.name} is at {first.visit} at the same time."
            )
    for event in events:
        for busy in technician.busy:
            if event.ours and busy.latitude is None and event.start < busy.end and busy.start < event.end:
                yield Violation(event.visit, Rule.BUSY, f"{technician.name} is away then.")


def _sorted_into_days(
    technician: TechnicianSpec, events: Sequence[_Event]
) -> tuple[list[_Day], list[_Event]]:
    shifts = sorted(technician.shifts, key=lambda shift: shift.start)
    days = [_Day(shift.date, shift) for shift in shifts]
    own_days, homeless = [], []
    for event in events:
        if event.ours:
            inside = [d for d, s in zip(days, shifts, strict=True) if s.start <= event.start < s.end]
            if inside and inside[0].shift and event.end <= inside[0].shift.end:
                inside[0].events.append(event)
            else:
                homeless.append(event)
            continue
        gaps = [max(0, s.start - event.end, event.start - s.end) for s in shifts]
        touching = [i for i, s in enumerate(shifts) if event.start < s.end and s.start < event.end]
        if touching:
            days[touching[0]].events.append(event)
        elif gaps and min(gaps) < REST_MINUTES:
            days[gaps.index(min(gaps))].events.append(event)
        else:
            own_days.append(_Day(event.day, None, [event]))
    return days + own_days, homeless


class _Judge:
    """Judges the days of one technician; `events` are all of them."""

    def __init__(
        self, problem: Problem, technician: TechnicianSpec, travel: Travel, events: Sequence[_Event]
    ) -> None:
        self._now = problem.now
        self._technician = technician
        self._home = Place(technician.latitude, technician.longitude)
        self._travel = travel
        self._events = events

    def drives(self, day: _Day, shift: Shift) -> Iterator[Violation]:
        """Yield the drives of a day that touch a visit of ours and have too little time."""
        absent = self._absences(day)
        earliest = max(shift.start, self._now)
        first, last = day.events[0], day.events[-1]
        if first.ours and _present(earliest, first.start, absent) < self._minutes(self._home, first.place):
            yield self._late(first, "leaves home too late to be there")
        for before, after in pairwise(day.events):
            if before.ours or after.ours:
                ready = max(before.end, earliest) if after.ours else before.end
                if _present(ready, after.start, absent) < self._minutes(before.place, after.place):
                    yield self._late(
                        after if after.ours else before, f"cannot drive to {after.visit} in time"
                    )
        if last.ours and _present(last.end, shift.end, absent) < self._minutes(last.place, self._home):
            yield self._late(last, "is not home by the end of the shift")

    def nights(self, days: Sequence[_Day]) -> Iterator[Violation]:
        """Yield the nights that are too short, where a visit of ours is on either side."""
        spans = sorted(((*self._away(day), day) for day in days), key=lambda span: (span[0], span[1]))
        for index, (_, returns, earlier) in enumerate(spans):
            for leaves, _, later in spans[index + 1 :]:
                rest = 0 if later.date == earlier.date else REST_MINUTES
                if leaves >= returns + REST_MINUTES:
                    break
                if leaves - returns < rest and (earlier.judged or later.judged):
                    culprit = next(event for event in (*later.events, *earlier.events) if event.ours)
                    sentence = f"{self._technician.name} is home for {leaves - returns} minutes only."
                    yield Violation(culprit.visit, Rule.REST, sentence)

    def limits(self, days: Sequence[_Day]) -> Iterator[Violation]:
        """Yield the dates with more work and driving than the technician's limit."""
        work: defaultdict[date, int] = defaultdict(int)
        ours: dict[date, str] = {}
        for day in days:
            places = [self._home, *(event.place for event in day.events), self._home]
            work[day.date] += sum(self._minutes(a, b) for a, b in pairwise(places))
            work[day.date] += sum(event.end - event.start for event in day.events)
            ours.update((day.date, event.visit) for event in day.events if event.ours)
        for on, visit in ours.items():
            if work[on] > self._technician.max_minutes_per_day:
                sentence = f"{self._technician.name} works {work[on]} minutes on {on}."
                yield Violation(visit, Rule.DAILY_MINUTES, sentence)

    def _away(self, day: _Day) -> tuple[int, int]:
        """Return when the technician leaves home and is back, counting each minute of driving."""
        absent = self._absences(day)
        first, last = day.events[0], day.events[-1]
        leaves, needed = first.start, self._minutes(self._home, first.place)
        while needed:
            leaves -= 1
            needed -= _present(leaves, leaves + 1, absent)
        returns, needed = last.end, self._minutes(last.place, self._home)
        while needed:
            needed -= _present(returns, returns + 1, absent)
            returns += 1
        return leaves, returns

    def _absences(self, day: _Day) -> list[tuple[int, int]]:
        away = [(busy.start, busy.end) for busy in self._technician.busy if busy.latitude is None]
        if day.shift is None:
            return away
        elsewhere = [
            (event.start, event.end)
            for event in self._events
            if event not in day.events and event.start < day.shift.end and day.shift.start < event.end
        ]
        return away + elsewhere

    def _minutes(self, origin: Place, destination: Place) -> int:
        return self._travel.leg(origin, destination).minutes

    def _late(self, event: _Event, what: str) -> Violation:
        return Violation(event.visit, Rule.TRAVEL, f"{self._technician.name} {what}.")


def _present(start: int, end: int, absent: Sequence[tuple[int, int]]) -> int:
    """Return the minutes between `start` and `end` outside all absences."""
    free, clock = 0, start
    for left, right in sorted(absent):
        if left >= end:
            break
        free += max(0, min(left, end) - clock)
        clock = max(clock, right)
    return free + max(0, end - clock) if end > start else end - start
