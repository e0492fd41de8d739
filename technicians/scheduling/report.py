"""From a finished plan to placements, notes and alternatives."""

from __future__ import annotations

from technicians.scheduling.board import Option
from technicians.scheduling.plan import Plan, exactly
from technicians.scheduling.result import Alternative, Placement
from technicians.scheduling.routes import Route, timed
from technicians.scheduling.wording import counted, kilometres

ALTERNATIVES = 2


def alternatives_and_placements(
    plan: Plan,
) -> tuple[dict[str, tuple[Alternative, ...]], tuple[Placement, ...]]:
    """Return for each placed visit the next-best technicians, and all placements by start.

    Each visit is taken out in turn and every other technician's best slot is looked up, so this costs
    about as much as a construction.
    """
    alternatives: dict[str, tuple[Alternative, ...]] = {}
    placements: list[Placement] = []
    for visit in sorted(plan.where):
        name = plan.board.visits[visit].id
        if visit in plan.board.fixed:
            placements.append(_placement(plan, visit, "Kept as agreed."))
        else:
            alternatives[name] = _alternatives(plan, visit)
            placements.append(_placement(plan, visit, _note(plan, visit)))
    placements.sort(key=lambda placement: (placement.start, placement.visit))
    return alternatives, tuple(placements)


def _placement(plan: Plan, visit: int, note: str) -> Placement:
    board, request = plan.board, plan.board.visits[visit]
    duties = plan.where[visit]
    start, km, minutes = 0, 0.0, 0
    for duty in duties:
        start, leg_km, leg_minutes = _drives(plan, duty, visit)
        km += leg_km
        minutes += leg_minutes
    names = tuple(board.technicians[board.duties[duty].technician].id for duty in duties)
    end = start + request.minutes
    return Placement(request.id, names, start, end, plan.day_of[visit], round(km, 3), minutes, note)


def _drives(plan: Plan, duty: int, visit: int) -> tuple[int, float, int]:
    """Return the start of a visit on a duty and the km and minutes of the drives it accounts for."""
    route, home, legs = plan.routes[duty], plan.board.duties[duty].home, plan.board.legs
    index = _index(route, visit)
    here = route.stops[index].place
    leg = legs.between(route.stops[index - 1].place if index else home, here)
    km, minutes = leg.km, leg.minutes
    if index == len(route.stops) - 1:
        back = legs.between(here, home)
        km, minutes = km + back.km, minutes + back.minutes
    return route.starts[index], km, minutes


def _index(route: Route, visit: int) -> int:
    return next(index for index, stop in enumerate(route.stops) if stop.visit == visit)


def _note(plan: Plan, visit: int) -> str:
    """Say what the choice costs and among how many it was made."""
    board, duties = plan.board, plan.where[visit]
    added = sum(plan.routes[duty].km - _without(plan, duty, visit).km for duty in duties)
    company = sum(len(plan.routes[duty].stops) - 1 for duty in duties)
    able = len({board.duties[option.duty].technician for option in board.options[visit]})
    day = f"a day with {counted(company, 'other stop')}" if company else "an otherwise empty day"
    choice = "the only technician" if able == 1 else f"one of {able} technicians"
    crew = "By " + choice if board.visits[visit].crew == 1 else f"By a crew from {able} technicians"
    return f"{crew} who can do it; adds {kilometres(added)} to {day}."


def _without(plan: Plan, duty: int, visit: int) -> Route:
    stops = [stop for stop in plan.routes[duty].stops if stop.visit != visit]
    shorter = timed(plan.board.duties[duty], stops, plan.bounds(duty), plan.board.legs)
    if shorter is None:
        raise RuntimeError("Travel times break the triangle inequality: a shorter day is longer.")
    return shorter


def _alternatives(plan: Plan, visit: int) -> tuple[Alternative, ...]:
    """Return the two best slots of other technicians, cheapest first.

    A member of a crew is replaced at the same minute: the last one, whose way is the longest.
    """
    board, duties = plan.board, plan.where[visit]
    last = duties[-1]
    kept = plan.routes[last]
    start = kept.starts[_index(kept, visit)]
    shorter = _without(plan, last, visit)
    saved = kept.km - shorter.km
    crew = {board.duties[duty].technician for duty in duties}
    best: dict[int, Alternative] = {}
    plan.routes[last] = shorter
    for option in board.options[visit]:
        technician = board.duties[option.duty].technician
        if technician in crew or not _is_open(plan, visit, option):
            continue
        known = best.get(technician)
        stop = option.stop if len(duties) == 1 else exactly(option.stop, start)
        found = plan.best_position(option.duty, stop, known.extra_km + saved if known else float("inf"))
        if found:
            best[technician] = Alternative(
                technician=board.technicians[technician].id,
                replaces=board.technicians[board.duties[last].technician].id,
                start=found[0].starts[_index(found[0], visit)],
                day=option.stop.day,
                extra_km=round(found[1] - saved, 3),
            )
    plan.routes[last] = kept
    return tuple(sorted(best.values(), key=lambda other: (other.extra_km, other.technician))[:ALTERNATIVES])


def _is_open(plan: Plan, visit: int, option: Option) -> bool:
    """Tell whether the day has room for the visit, which itself counts where it stands now."""
    same_day = option.stop.day == plan.day_of[visit]
    if len(plan.where[visit]) > 1:
        return same_day
    return same_day or plan.has_pace_left(visit, option.stop.day)
