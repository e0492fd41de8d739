"""A plan in the making: routes on every duty, who is placed, and the pace used up.

Only legal plans exist here: a visit enters through a :class:`Slot` whose routes were timed with all
rules, and leaves from all its routes together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from technicians.scheduling.board import Board, Option, bounds_of
from technicians.scheduling.routes import Bounds, Route, RouteStop, first_start, timed

BLINK_NEVER = -1.0


@dataclass(frozen=True, slots=True)
class Slot:
    """A legal way to place one visit: the new route of each duty of its crew, and the added km."""

    visit: int
    day: date
    duties: tuple[int, ...]
    routes: tuple[Route, ...]
    extra_km: float


@dataclass(frozen=True, slots=True)
class Search:
    """How slots are searched for.

    Parameters
    ----------
    km_per_day
        Kilometres a day of waiting is worth: 0 prefers the cheapest slot, a large number the earliest.
    ignore_pace
        Search as if the waves had no pace (to explain, never to place).
    blink
        Share of duties overlooked at random, which keeps improvement from repeating itself.
    chance
        Source of random numbers in [0, 1) for `blink`.
    only
        Duties to search, ``None`` for all.
    """

    km_per_day: float = 0.0
    ignore_pace: bool = False
    blink: float = BLINK_NEVER
    chance: Callable[[], float] = lambda: 1.0
    only: frozenset[int] | None = None


CHEAPEST = Search()


class Plan:
    """Routes and bookkeeping; see the module.

    Attributes
    ----------
    routes
        The route of each duty of the board.
    where
        Duties of each placed visit, the fixed ones included.
    missing
        Weight of the visits that have options and are not placed.
    km
        Kilometres of all routes.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self.routes: list[Route] = list(board.base)
        self.where: dict[int, tuple[int, ...]] = dict(board.fixed)
        self.day_of: dict[int, date] = {}
        self.used: dict[tuple[str, date], int] = {}
        self.km = sum(route.km for route in self.routes)
        self.missing = sum(visit.weight for number, visit in enumerate(board.visits) if board.options[number])
        for number in board.fixed:
            fixed = board.visits[number].fixed
            if fixed:
                self._count(number, fixed.day, 1)

    def copy(self) -> Plan:
        """Return an independent plan in the same state (linear in duties and visits, no timing)."""
        twin = object.__new__(Plan)
        twin.board = self.board
        twin.routes = list(self.routes)
        twin.where = dict(self.where)
        twin.day_of = dict(self.day_of)
        twin.used = dict(self.used)
        twin.km, twin.missing = self.km, self.missing
        return twin

    def unplaced(self) -> list[int]:
        """Return the visits that have options and no place, by number."""
        options = self.board.options
        return [number for number in range(len(options)) if options[number] and number not in self.where]

    def has_pace_left(self, visit: int, day: date) -> bool:
        """Tell whether the visit's wave allows one more visit on `day`."""
        key = self.board.visits[visit].wave
        wave = self.board.problem.wave(key)
        if wave is None or wave.pace_per_day is None:
            return True
        return self.used.get((key, day), 0) < wave.pace_per_day

    def place(self, slot: Slot) -> None:
        """Put a visit into the slot. The plan must not have changed since the slot was found."""
        for duty, route in zip(slot.duties, slot.routes, strict=True):
            self._set(duty, route)
        self.where[slot.visit] = slot.duties
        self.missing -= self.board.visits[slot.visit].weight
        self._count(slot.visit, slot.day, 1)

    def remove(self, visit: int) -> None:
        """Take a visit of ours out of all its routes."""
        for duty in self.where.pop(visit):
            stops = [stop for stop in self.routes[duty].stops if stop.visit != visit]
            route = timed(self.board.duties[duty], stops, self.bounds(duty), self.board.legs)
            if route is None:
                raise RuntimeError("Travel times break the triangle inequality: a shorter day is longer.")
            self._set(duty, route)
        self.missing += self.board.visits[visit].weight
        self._count(visit, self.day_of[visit], -1)

    def bounds(self, duty: int) -> Bounds:
        """Return the limits of a duty as its neighbours stand now."""
        return bounds_of(self.board, self.routes, duty)

    def find(self, visit: int, search: Search = CHEAPEST) -> Slot | None:
        """Return the best slot for an unplaced visit, ``None`` when there is none.

        Linear in the visit's options and the stops on their routes; a crew costs about the square.
        """
        if self.board.visits[visit].crew > 1:
            return _crew_slot(self, visit, search)
        best: Slot | None = None
        bound = float("inf")
        first_day = 0
        for option in self._open_options(visit, search):
            first_day = first_day or option.stop.day.toordinal()
            delay = search.km_per_day * (option.stop.day.toordinal() - first_day)
            if delay >= bound:
                break
            found = self.best_position(option.duty, option.stop, bound - delay)
            if found:
                best = Slot(visit, option.stop.day, (option.duty,), (found[0],), found[1])
                bound = found[1] + delay
        return best

    def best_position(self, duty: int, stop: RouteStop, bound: float) -> tuple[Route, float] | None:
        """Return the cheapest legal route with `stop` added and its added km, if below `bound`."""
        route, day, between = self.routes[duty], self.board.duties[duty], self.board.legs.between
        stops, starts = route.stops, route.starts
        limits = self.bounds(duty)
        latest = stop.openings[-1][1]
        best: tuple[Route, float] | None = None
        for position in range(len(stops) + 1):
            before = stops[position - 1].place if position else day.home
            after = stops[position].place if position < len(stops) else day.home
            there = between(before, stop.place)
            if position and starts[position - 1] + stops[position - 1].minutes + there.minutes > latest:
                break
            extra = there.km + between(stop.place, after).km - (between(before, after).km if stops else 0.0)
            if extra >= bound:
                continue
            longer = timed(day, (*stops[:position], stop, *stops[position:]), limits, self.board.legs)
            if longer:
                best, bound = (longer, extra), extra
        return best

    def _open_options(self, visit: int, search: Search) -> Iterator[Option]:
        open_days: dict[date, bool] = {}
        for option in self.board.options[visit]:
            day = option.stop.day
            if day not in open_days:
                open_days[day] = search.ignore_pace or self.has_pace_left(visit, day)
            if not open_days[day] or (search.only is not None and option.duty not in search.only):
                continue
            if search.blink > 0 and search.chance() < search.blink:
                continue
            yield option

    def _set(self, duty: int, route: Route) -> None:
        self.km += route.km - self.routes[duty].km
        self.routes[duty] = route

    def _count(self, visit: int, day: date, by: int) -> None:
        key = (self.board.visits[visit].wave, day)
        self.used[key] = self.used.get(key, 0) + by
        self.day_of[visit] = day


def _crew_slot(plan: Plan, visit: int, search: Search) -> Slot | None:
    """Return the cheapest slot in which the whole crew can start at the same minute.

    The earliest common start of some technicians is the earliest start of one of them, so only those
    minutes are tried, and only on days that could be cheaper than the best so far.
    """
    crew = plan.board.visits[visit].crew
    by_day: dict[date, list[Option]] = {}
    for option in plan._open_options(visit, search):
        by_day.setdefault(option.stop.day, []).append(option)
    best: Slot | None = None
    bound = float("inf")
    for options in by_day.values():
        if _least_extra(plan, options, crew) >= bound:
            continue
        for start in sorted({start for option in options for start in earliest_starts(plan, option)}):
            slot = crew_at(plan, visit, options, start)
            if slot and slot.extra_km < bound:
                best, bound = slot, slot.extra_km
        if best and search.km_per_day:
            break
    return best


def _least_extra(plan: Plan, options: Iterable[Option], crew: int) -> float:
    """Return the added km of the cheapest crew if they need not start together (infinite: too few)."""
    cheapest: dict[int, float] = {}
    for duty, stop in options:
        technician = plan.board.duties[duty].technician
        found = plan.best_position(duty, stop, cheapest.get(technician, float("inf")))
        if found:
            cheapest[technician] = found[1]
    return sum(sorted(cheapest.values())[:crew]) if len(cheapest) >= crew else float("inf")


def earliest_starts(plan: Plan, option: Option) -> Iterator[int]:
    """Yield the earliest start of the stop at each position of its duty's route.

    Starts from which nothing behind can be reached are included; the exact test follows.
    """
    route, duty = plan.routes[option.duty], plan.board.duties[option.duty]
    limits, stop = plan.bounds(option.duty), option.stop
    for position in range(len(route.stops) + 1):
        head = timed(duty, (*route.stops[:position], stop), limits, plan.board.legs)
        if head:
            yield head.starts[-1]
    # Once past an absence, a later start may suit everybody although an earlier one suits most.
    for _, end in duty.blocks:
        start = first_start(stop, end, duty.blocks)
        if start is not None:
            yield start


def crew_at(plan: Plan, visit: int, options: Iterable[Option], start: int) -> Slot | None:
    """Return the cheapest crew that can begin the visit at exactly `start`, lead first."""
    choices: dict[int, tuple[float, int, Route]] = {}
    day: date | None = None
    for duty, stop in options:
        if not any(earliest <= start <= latest for earliest, latest in stop.openings):
            continue
        day = stop.day
        technician = plan.board.duties[duty].technician
        known = choices.get(technician)
        bound = known[0] if known else float("inf")
        found = plan.best_position(duty, exactly(stop, start), bound)
        if found:
            choices[technician] = (found[1], duty, found[0])
    crew = plan.board.visits[visit].crew
    if day is None or len(choices) < crew:
        return None
    chosen = sorted(choices.values(), key=lambda choice: (choice[0], choice[1]))[:crew]
    return Slot(
        visit,
        day,
        tuple(duty for _, duty, _ in chosen),
        tuple(route for _, _, route in chosen),
        sum(extra for extra, _, _ in chosen),
    )


def exactly(stop: RouteStop, start: int) -> RouteStop:
    """Return `stop` bound to one start."""
    return RouteStop(stop.visit, stop.place, stop.minutes, stop.day, ((start, start),))
