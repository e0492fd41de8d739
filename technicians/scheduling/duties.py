"""The technician-days of one technician, with everything already agreed put in its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from technicians.scheduling.problem import REST_MINUTES, Shift, TechnicianSpec
from technicians.scheduling.routes import (
    FAR_FUTURE,
    FAR_PAST,
    Block,
    Bounds,
    Duty,
    Route,
    RouteStop,
    timed,
)
from technicians.scheduling.travel import Legs

_FREE = Bounds(FAR_PAST, FAR_PAST, FAR_FUTURE, FAR_FUTURE)
_DAY = 1440


@dataclass(frozen=True, slots=True)
class Booking:
    """Something agreed, at a place, of one technician: a fixed visit or work booked elsewhere."""

    start: int
    end: int
    stop: RouteStop


def duties_of(
    number: int, technician: TechnicianSpec, bookings: Sequence[Booking], legs: Legs
) -> list[tuple[Duty, Route]]:
    """Return each technician-day with the route it has before anything is planned.

    A booking belongs to the first shift it overlaps, else to the nearest one less than a night's rest
    away, else it is a day of its own. `earlier`, `later` and `siblings` count within the returned list.
    """
    shifts = sorted(technician.shifts, key=lambda shift: shift.start)
    homes: dict[int, list[Booking]] = {index: [] for index in range(len(shifts))}
    strays: list[Booking] = []
    for booking in sorted(bookings, key=lambda booking: (booking.start, booking.stop.visit)):
        index = _belongs_to(booking, shifts)
        (strays if index is None else homes[index]).append(booking)
    absences = [(busy.start, busy.end) for busy in technician.busy if busy.latitude is None]
    duties = [
        _worked(number, technician, shift, own=homes[index], bookings=bookings, absences=absences)
        for index, shift in enumerate(shifts)
    ]
    duties += [_stray(number, technician, booking, absences) for booking in strays]
    duties.sort(key=lambda duty: (duty.start, duty.end))
    routes = [timed(duty, duty.given, _FREE, legs) for duty in duties]
    # Agreed stops alone are never judged, so there is always a route.
    return _coupled([(duty, route) for duty, route in zip(duties, routes, strict=True) if route])


def merged(stretches: Iterable[Block]) -> tuple[Block, ...]:
    """Return the union of stretches of time, by start."""
    union: list[Block] = []
    for start, end in sorted(stretches):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    return tuple(union)


def _belongs_to(booking: Booking, shifts: Sequence[Shift]) -> int | None:
    def gap(index: int) -> int:
        return max(0, shifts[index].start - booking.end, booking.start - shifts[index].end)

    for index, shift in enumerate(shifts):
        if booking.start < shift.end and shift.start < booking.end:
            return index
    nearest = min(range(len(shifts)), key=gap, default=None)
    return nearest if nearest is not None and gap(nearest) < REST_MINUTES else None


def _worked(
    number: int,
    technician: TechnicianSpec,
    shift: Shift,
    *,
    own: Sequence[Booking],
    bookings: Sequence[Booking],
    absences: Sequence[Block],
) -> Duty:
    # A booking that reaches from the previous shift into this one takes time here, too.
    foreign = [
        (other.start, other.end)
        for other in bookings
        if other not in own and other.start < shift.end and shift.start < other.end
    ]
    first = min([shift.start, *(booking.start for booking in own)])
    last = max([shift.end, *(booking.end for booking in own)])
    return Duty(
        technician=number,
        date=shift.date,
        start=shift.start,
        end=shift.end,
        home=number,
        limit=technician.max_minutes_per_day,
        blocks=_near([*absences, *foreign], first, last),
        given=tuple(booking.stop for booking in own),
    )


def _stray(number: int, technician: TechnicianSpec, booking: Booking, absences: Sequence[Block]) -> Duty:
    return Duty(
        technician=number,
        date=booking.stop.day,
        start=booking.start,
        end=booking.end,
        home=number,
        limit=technician.max_minutes_per_day,
        works=False,
        blocks=_near(absences, booking.start, booking.end),
        given=(booking.stop,),
    )


def _near(stretches: Iterable[Block], first: int, last: int) -> tuple[Block, ...]:
    return merged(block for block in stretches if block[0] < last + _DAY and first - _DAY < block[1])


def _coupled(days: list[tuple[Duty, Route]]) -> list[tuple[Duty, Route]]:
    earlier: dict[int, list[tuple[int, int]]] = {index: [] for index in range(len(days))}
    later: dict[int, list[tuple[int, int]]] = {index: [] for index in range(len(days))}
    dates: dict[date, list[int]] = {}
    for index, (duty, route) in enumerate(days):
        dates.setdefault(duty.date, []).append(index)
        _, end = _reach(duty, route)
        for other in range(index + 1, len(days)):
            if days[other][0].start > end + 2 * _DAY:
                break
            rest = 0 if days[other][0].date == duty.date else REST_MINUTES
            if _reach(*days[other])[0] - end < rest:
                later[index].append((other, rest))
                earlier[other].append((index, rest))
    return [
        (
            replace(
                duty,
                earlier=tuple(earlier[index]),
                later=tuple(later[index]),
                siblings=tuple(other for other in dates[duty.date] if other != index),
            ),
            route,
        )
        for index, (duty, route) in enumerate(days)
    ]


def _reach(duty: Duty, route: Route) -> tuple[int, int]:
    """Return the earliest leaving and the latest return a duty can come to."""
    return min(duty.start, route.leaves), max(duty.end, route.returns)
