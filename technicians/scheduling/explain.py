"""Why a visit was not placed, read from the data and the finished plan, never from the search.

The questions are asked in the order of :class:`technicians.scheduling.result.Gate`; the first that
stops the visit is the reason. :mod:`technicians.scheduling.gates` holds the structural ones.
"""

from __future__ import annotations

from technicians.scheduling.board import Board
from technicians.scheduling.gates import structural
from technicians.scheduling.plan import Plan, Search, Slot
from technicians.scheduling.result import Gate, Unscheduled
from technicians.scheduling.wording import counted, day_text, listed

_WITHOUT_PACE = Search(ignore_pace=True)
_MOST_HOLDERS = 10


def explain(plan: Plan) -> tuple[Unscheduled, ...]:
    """Return the reason of every visit that is not placed, by visit id."""
    board = plan.board
    return tuple(_reason(plan, number) for number in range(len(board.visits)) if number not in plan.where)


def _reason(plan: Plan, number: int) -> Unscheduled:
    return structural(plan.board, number) or _crew(plan, number) or _pace(plan, number) or _full(plan, number)


def _crew(plan: Plan, number: int) -> Unscheduled | None:
    """Stop a crew that could not start together even if nothing else were planned."""
    visit = plan.board.visits[number]
    if visit.crew == 1 or Plan(plan.board).find(number, _WITHOUT_PACE):
        return None
    names = [plan.board.technicians[t].name for t in _able(plan.board, number)]
    return Unscheduled(
        visit.id,
        Gate.CREW,
        f"{counted(len(names), 'technician')} could each do it, but no {visit.crew} of them can start "
        f"together on one day.",
        f"Give {listed(names)} a common day between access hours, or add a technician within reach.",
        {"crew": visit.crew, "technicians": names},
    )


def _pace(plan: Plan, number: int) -> Unscheduled | None:
    """Stop a visit that has a slot now, on a day on which the wave's pace is used up."""
    visit = plan.board.visits[number]
    slot = plan.find(number, _WITHOUT_PACE)
    wave = plan.board.problem.wave(visit.wave)
    if slot is None or wave is None or wave.pace_per_day is None:
        return None
    planned = plan.used.get((visit.wave, slot.day), 0)
    names = _names(plan, slot)
    return Unscheduled(
        visit.id,
        Gate.PACE,
        f"{listed(names)} could do it on {day_text(slot.day)}, but wave {visit.wave} already has "
        f"{planned} of {wave.pace_per_day} visits that day, and no other day has a slot.",
        f"Raise the pace of wave {visit.wave} to {planned + 1} on {day_text(slot.day)}, "
        f"or let the wave run past {day_text(wave.last_day)}.",
        {
            "wave": visit.wave,
            "day": slot.day.isoformat(),
            "pace": wave.pace_per_day,
            "planned": planned,
            "technicians": names,
            "extra_km": round(slot.extra_km, 1),
        },
    )


def _full(plan: Plan, number: int) -> Unscheduled:
    """Say who holds the slots the visit could have had."""
    board, visit = plan.board, plan.board.visits[number]
    duties = sorted({option.duty for option in board.options[number]})
    holders = sorted(
        {stop.visit for duty in duties for stop in plan.routes[duty].stops if stop.visit >= 0},
        key=lambda other: (board.visits[other].weight, other),
    )
    names = [board.technicians[t].name for t in _able(board, number)]
    lesser = [board.visits[v] for v in holders if board.visits[v].weight < visit.weight]
    give_way = f", or let {lesser[0].called} give way: it matters less" if lesser else ""
    wave = board.problem.wave(visit.wave)
    past = f"let the wave run past {day_text(wave.last_day)}" if wave else "give the wave dates"
    days = counted(len(duties), "working day")
    return Unscheduled(
        visit.id,
        Gate.CAPACITY,
        f"{listed(names)} could do it on {days}, and other visits leave no room on "
        f"{'it' if len(duties) == 1 else 'any of them'}.",
        f"Add a technician within reach, add working days, or {past}{give_way}.",
        {
            "technicians": names,
            "days": len(duties),
            "held_by": [board.visits[v].id for v in holders[:_MOST_HOLDERS]],
            "held_by_count": len(holders),
        },
    )


def _able(board: Board, number: int) -> list[int]:
    return sorted({board.duties[option.duty].technician for option in board.options[number]})


def _names(plan: Plan, slot: Slot) -> list[str]:
    board = plan.board
    return [board.technicians[board.duties[duty].technician].name for duty in slot.duties]
