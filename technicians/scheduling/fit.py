"""How nearly a visit fits into somebody's working days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from technicians.scheduling.board import Board, before_blackouts, fits_alone
from technicians.scheduling.duties import merged
from technicians.scheduling.problem import Window
from technicians.scheduling.routes import Block, Duty, RouteStop

_MOST_TRIED = 25


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What is missing for one technician on one day.

    `minutes` is how much is missing; `binding` says where: ``hours`` (access and working hours overlap
    too briefly), ``limit`` (the day's limit of work) or ``agreed`` (what is booked, absences, rest).
    `access_helps`, `shift_helps` and `limit_helps` tell whether that many minutes more of one of the
    three would do; each has been tried.
    """

    technician: int
    duty: int
    window: Window
    minutes: int
    there: int
    back: int
    binding: str
    access_helps: bool = False
    shift_helps: bool = False
    limit_helps: bool = False

    @property
    def day(self) -> date:
        """The day the visit would count for."""
        return self.window.opening_date

    @property
    def is_curable(self) -> bool:
        """True when one change alone would do."""
        return self.access_helps or self.shift_helps or self.limit_helps


def free_minutes(board: Board, number: int, technician: int, windows: Sequence[Window]) -> int:
    """Return the minutes the technician is certified, at work and free while the site is open."""
    total = 0
    for index, window in _meetings(board, number, technician, windows):
        total += _free(board, number, board.duties[index], window)
    return total


def least_shortfall(
    board: Board, number: int, technicians: Sequence[int], windows: Sequence[Window]
) -> Shortfall:
    """Return where least is missing, preferring among the nearest what one change can cure.

    Some technician must be free at some time while the site is open, see :func:`free_minutes`.
    """
    found = [
        _shortfall(board, number, index, window)
        for technician in technicians
        for index, window in _meetings(board, number, technician, windows)
        if _free(board, number, board.duties[index], window) > 0
    ]
    found.sort(key=lambda short: (short.minutes, short.day, short.technician))
    tried = (_tried(board, number, shortfall) for shortfall in found[:_MOST_TRIED])
    return next((shortfall for shortfall in tried if shortfall.is_curable), found[0])


def _meetings(
    board: Board, number: int, technician: int, windows: Sequence[Window]
) -> Iterator[tuple[int, Window]]:
    visit = board.visits[number]
    for index in board.duties_of[technician]:
        duty = board.duties[index]
        for window in windows:
            meets = duty.works and window.start < duty.end and duty.start < window.end
            if meets and board.technicians[technician].holds(visit.skills, window.opening_date):
                yield index, window


def _overlap(board: Board, number: int, duty: Duty, window: Window) -> Block:
    return max(window.start, duty.start, _ready(board, number)), min(window.end, duty.end)


def _free(board: Board, number: int, duty: Duty, window: Window) -> int:
    start, end = _overlap(board, number, duty, window)
    agreed = [(stop.begins, stop.begins + stop.minutes) for stop in duty.given]
    taken = merged([*duty.blocks, *agreed])
    busy = sum(max(0, min(end, right) - max(start, left)) for left, right in taken)
    return max(0, end - start - busy)


def _shortfall(board: Board, number: int, index: int, window: Window) -> Shortfall:
    visit, duty = board.visits[number], board.duties[index]
    there, back = board.round_trip(number, duty.technician)
    first = max(window.start, _ready(board, number), max(duty.start, board.problem.now) + there)
    short = first - min(window.latest_start(visit.minutes), duty.end - back - visit.minutes)
    over = there + visit.minutes + back - duty.limit
    binding = "limit" if over > 0 else "hours" if short > 0 else "agreed"
    missing = max(0, over if over > 0 else short)
    return Shortfall(duty.technician, index, window, missing, there, back, binding)


def _tried(board: Board, number: int, short: Shortfall) -> Shortfall:
    """Return the shortfall with what helps, found by trying it."""
    visit, duty, more = board.visits[number], board.duties[short.duty], short.minutes
    latest, ready = short.window.latest_start(visit.minutes), _ready(board, number)

    def fits(access: int = 0, shift: int = 0, limit: int = 0) -> bool:
        wider = replace(short.window, start=short.window.start - access, end=short.window.end + access)
        window = before_blackouts(wider, visit) or short.window
        span = (max(window.start, ready), min(latest + access, window.end - visit.minutes))
        stop = RouteStop(number, board.place_of[number], visit.minutes, short.day, (span,))
        longer = replace(duty, start=duty.start - shift, end=duty.end + shift, limit=duty.limit + limit)
        return span[0] <= span[1] and fits_alone(board, short.duty, stop, longer)

    return replace(
        short,
        access_helps=short.binding == "hours" and fits(access=more),
        shift_helps=short.binding == "hours" and fits(shift=more),
        limit_helps=short.binding == "limit" and fits(limit=more),
    )


def _ready(board: Board, number: int) -> int:
    not_before = board.visits[number].not_before
    return board.problem.now if not_before is None else max(board.problem.now, not_before)
