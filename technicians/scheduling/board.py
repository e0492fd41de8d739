"""The problem made ready for planning: numbers instead of names, and who could go where when.

An *option* is a technician-day on which a visit fits when nothing else of ours is planned. A visit
without options cannot be placed by any plan; adding visits to a day never makes room on it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from technicians.scheduling.duties import Booking, duties_of
from technicians.scheduling.problem import (
    FixedAppointment,
    Problem,
    TechnicianSpec,
    VisitRequest,
    Window,
)
from technicians.scheduling.routes import FAR_FUTURE, FAR_PAST, Bounds, Duty, Route, RouteStop, timed
from technicians.scheduling.travel import Legs, Place, Travel, straight_km
from technicians.scheduling.windows import moment


class Option(NamedTuple):
    """A technician-day and the visit's stop bound to the day it would count for."""

    duty: int
    stop: RouteStop


@dataclass
class Board:
    """Everything the planner looks up, computed once per problem.

    Visits and technicians are numbered by id, so that a plan does not depend on the order in which
    they were given. Building takes time linear in visits × technicians in reach × days.

    Attributes
    ----------
    fixed
        Visits agreed beforehand, with their duties; they are never moved.
    clashes
        Fixed visits that cannot be kept because the technician is at another one.
    options
        For each visit its options by day; empty for fixed visits and for impossible ones.
    """

    problem: Problem
    visits: tuple[VisitRequest, ...]
    technicians: tuple[TechnicianSpec, ...]
    places: list[Place]
    legs: Legs
    place_of: list[int]
    duties: list[Duty]
    base: list[Route]
    duties_of: list[range]
    fixed: dict[int, tuple[int, ...]]
    clashes: dict[int, int]
    options: list[tuple[Option, ...]]
    in_reach: list[tuple[int, ...]]

    @cached_property
    def number_of(self) -> dict[str, int]:
        """Number of each visit by id."""
        return {visit.id: number for number, visit in enumerate(self.visits)}

    @cached_property
    def technician_number(self) -> dict[str, int]:
        """Number of each technician by id."""
        return {technician.id: number for number, technician in enumerate(self.technicians)}

    def straight_km(self, visit: int, technician: int) -> float:
        """Return the straight-line distance from a technician's home to a visit's site."""
        return straight_km(self.places[technician], self.places[self.place_of[visit]])

    def round_trip(self, visit: int, technician: int) -> tuple[int, int]:
        """Return the minutes from the technician's home to the site and back."""
        place = self.place_of[visit]
        there, back = self.legs.between(technician, place), self.legs.between(place, technician)
        return there.minutes, back.minutes


def usable_windows(problem: Problem, visit: VisitRequest) -> list[Window]:
    """Return the access windows in which the visit may start, by time.

    They open on a day of the wave that is no blackout, end where a blackout begins, and are not over,
    given the present and `not_before`. Whether the visit fits into one is not asked here.
    """
    wave = problem.wave(visit.wave)
    if wave is None:
        return []
    floor = _floor(problem, visit)
    allowed = (window for window in visit.windows if wave.allows(window.opening_date))
    windows = [left for window in allowed if (left := before_blackouts(window, visit)) and left.end > floor]
    return sorted(windows, key=lambda window: (window.start, window.end))


def before_blackouts(window: Window, visit: VisitRequest) -> Window | None:
    """Return what the visit's blackouts leave of a window: up to where one begins, ``None`` for nothing."""
    end = window.end
    for blackout in visit.blackouts:
        if blackout.covers(window.opening_date):
            return None
        if window.start < blackout.end and blackout.start < end:
            end = blackout.start
    if end <= window.start:
        return None
    return window if end == window.end else replace(window, end=end)


def day_stops(problem: Problem, number: int, visit: VisitRequest, place: int) -> list[RouteStop]:
    """Return one stop for each day on which some access window is long enough, by day."""
    openings: dict[date, list[tuple[int, int]]] = {}
    floor = _floor(problem, visit)
    for window in usable_windows(problem, visit):
        span = (max(window.start, floor), window.latest_start(visit.minutes))
        if span[0] <= span[1]:
            openings.setdefault(window.opening_date, []).append(span)
    return [
        RouteStop(number, place, visit.minutes, day, tuple(spans)) for day, spans in sorted(openings.items())
    ]


def build_board(problem: Problem, travel: Travel) -> Board:
    """Return the board of `problem`."""
    visits = tuple(sorted(problem.visits, key=lambda visit: visit.id))
    technicians = tuple(sorted(problem.technicians, key=lambda technician: technician.id))
    places = [Place(technician.latitude, technician.longitude) for technician in technicians]
    place_of = [_add_place(places, visit.latitude, visit.longitude) for visit in visits]
    board = Board(
        problem=problem,
        visits=visits,
        technicians=technicians,
        places=places,
        legs=Legs(places, travel),
        place_of=place_of,
        duties=[],
        base=[],
        duties_of=[],
        fixed={},
        clashes={},
        options=[],
        in_reach=[],
    )
    # The bookings add the last places; legs are asked for only afterwards.
    _lay_out_duties(board, _bookings(board))
    board.in_reach = [_technicians_in_reach(board, number) for number in range(len(visits))]
    board.options = [_options(board, number) for number in range(len(visits))]
    return board


def can_be_planned(problem: Problem, visit: VisitRequest) -> bool:
    """Tell whether all the facts planning needs are there."""
    has_place = visit.latitude is not None and visit.longitude is not None
    return bool(has_place and visit.windows and visit.minutes > 0 and problem.wave(visit.wave))


def _floor(problem: Problem, visit: VisitRequest) -> int:
    return problem.now if visit.not_before is None else max(problem.now, visit.not_before)


def _add_place(places: list[Place], latitude: float | None, longitude: float | None) -> int:
    if latitude is None or longitude is None:
        return -1
    places.append(Place(latitude, longitude))
    return len(places) - 1


def _bookings(board: Board) -> list[list[Booking]]:
    """Return what is agreed with each technician, and note which fixed visits are kept."""
    bookings: list[list[Booking]] = [[] for _ in board.technicians]
    kept: list[list[tuple[int, int, int]]] = [[] for _ in board.technicians]
    agreed = [
        (visit.fixed.start, number, visit.fixed) for number, visit in enumerate(board.visits) if visit.fixed
    ]
    for start, number, fixed in sorted(agreed, key=lambda item: item[:2]):
        visit = board.visits[number]
        crew = _known_crew(board, fixed)
        if not crew or visit.minutes <= 0:
            continue
        end = start + visit.minutes
        others = [other for t in crew for s, e, other in kept[t] if s < end and start < e]
        if others:
            board.clashes[number] = others[0]
            continue
        board.fixed[number] = ()
        for t in crew:
            kept[t].append((start, end, number))
            bookings[t].append(Booking(start, end, _fixed_stop(board, number, fixed, t)))
    for t, technician in enumerate(board.technicians):
        for busy in technician.busy:
            place = _add_place(board.places, busy.latitude, busy.longitude)
            if place >= 0:
                day = moment(busy.start).date()
                span = (busy.start, busy.start)
                stop = RouteStop(-1, place, busy.end - busy.start, day, (span,), given=True)
                bookings[t].append(Booking(busy.start, busy.end, stop))
    return bookings


def _known_crew(board: Board, fixed: FixedAppointment) -> list[int]:
    names = dict.fromkeys(fixed.technicians)
    if any(name not in board.technician_number for name in names):
        return []
    return [board.technician_number[name] for name in names]


def _fixed_stop(board: Board, number: int, fixed: FixedAppointment, technician: int) -> RouteStop:
    # An appointment at a site without coordinates is kept; its way is unknown and counts as none.
    place = board.place_of[number] if board.place_of[number] >= 0 else technician
    span = (fixed.start, fixed.start)
    return RouteStop(number, place, board.visits[number].minutes, fixed.day, (span,), given=True)


def _lay_out_duties(board: Board, bookings: list[list[Booking]]) -> None:
    homes: dict[int, list[int]] = {number: [] for number in board.fixed}
    for number, technician in enumerate(board.technicians):
        first = len(board.duties)
        for duty, route in duties_of(number, technician, bookings[number], board.legs):
            for stop in duty.given:
                if stop.visit >= 0:
                    homes[stop.visit].append(len(board.duties))
            board.duties.append(_shifted(duty, first))
            board.base.append(route)
        board.duties_of.append(range(first, len(board.duties)))
    board.fixed = {number: tuple(duties) for number, duties in homes.items()}


def _shifted(duty: Duty, by: int) -> Duty:
    if not (duty.earlier or duty.later or duty.siblings):
        return duty
    return replace(
        duty,
        earlier=tuple((index + by, rest) for index, rest in duty.earlier),
        later=tuple((index + by, rest) for index, rest in duty.later),
        siblings=tuple(index + by for index in duty.siblings),
    )


def _technicians_in_reach(board: Board, number: int) -> tuple[int, ...]:
    visit = board.visits[number]
    if visit.fixed or not can_be_planned(board.problem, visit):
        return ()
    return tuple(
        t
        for t, technician in enumerate(board.technicians)
        if visit.skills <= technician.skills.keys() and board.straight_km(number, t) <= technician.radius_km
    )


def _options(board: Board, number: int) -> tuple[Option, ...]:
    """Return the options of a visit by day; none if fewer technicians than its crew have one."""
    found = options_alone(board, number)
    if len({board.duties[option.duty].technician for option in found}) < board.visits[number].crew:
        return ()
    found.sort(key=lambda option: (option.stop.day, board.duties[option.duty].start, option.duty))
    return tuple(found)


def options_alone(board: Board, number: int) -> list[Option]:
    """Return every technician-day on which the visit fits when nothing of ours is planned.

    Whether enough of the technicians for its crew are among them is not asked.
    """
    visit = board.visits[number]
    stops = day_stops(board.problem, number, visit, board.place_of[number]) if board.in_reach[number] else []
    if not stops:
        return []
    found: list[Option] = []
    stops.sort(key=lambda stop: stop.begins)
    firsts = [stop.begins for stop in stops]
    widest = max(stop.openings[-1][1] - stop.begins for stop in stops)
    for t in board.in_reach[number]:
        technician = board.technicians[t]
        if sum(board.round_trip(number, t)) + visit.minutes > technician.max_minutes_per_day:
            continue
        certified = [technician.holds(visit.skills, stop.day) for stop in stops]
        for index in board.duties_of[t]:
            duty = board.duties[index]
            low, high = bisect_left(firsts, duty.start - widest), bisect_right(firsts, duty.end)
            found.extend(
                Option(index, stops[n])
                for n in range(low, high)
                if certified[n] and fits_alone(board, index, stops[n])
            )
    return found


def fits_alone(board: Board, index: int, stop: RouteStop, instead: Duty | None = None) -> bool:
    """Tell whether `stop` fits into the duty when only what is agreed stands there.

    `instead` asks for the same day with other hours or another limit.
    """
    duty = instead or board.duties[index]
    if not duty.works:
        return False
    if duty.is_plain:
        return _fits_plainly(board, duty, stop)
    bounds = bounds_of(board, board.base, index, instead)
    given = duty.given
    return any(
        timed(duty, (*given[:position], stop, *given[position:]), bounds, board.legs) is not None
        for position in range(len(given) + 1)
    )


def _fits_plainly(board: Board, duty: Duty, stop: RouteStop) -> bool:
    """Answer for a bare shift without building a route; this runs hundreds of thousands of times."""
    there = board.legs.between(duty.home, stop.place).minutes
    back = board.legs.between(stop.place, duty.home).minutes
    if there + stop.minutes + back > duty.limit:
        return False
    arrival = max(duty.start, board.problem.now) + there
    for earliest, latest in stop.openings:
        start = max(earliest, arrival)
        if start <= latest:
            return start + stop.minutes + back <= duty.end
    return False


def bounds_of(board: Board, routes: list[Route], index: int, instead: Duty | None = None) -> Bounds:
    """Return the limits of a duty (or of the one `instead` of it) while `routes` stand as they do."""
    duty = instead or board.duties[index]
    rested, rest_begins, limit = FAR_PAST, FAR_FUTURE, duty.limit
    for other, rest in duty.earlier:
        rested = max(rested, routes[other].returns + rest)
    for other, rest in duty.later:
        rest_begins = min(rest_begins, routes[other].leaves - rest)
    for other in duty.siblings:
        limit -= routes[other].work
    return Bounds(max(duty.start, board.problem.now, rested), rested, rest_begins, limit)
