"""First plans: every visit into its best slot, the hardest to place first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from technicians.scheduling.board import Board, Option
from technicians.scheduling.plan import CHEAPEST, Plan, Search, Slot, crew_at
from technicians.scheduling.result import Placement
from technicians.scheduling.routes import timed

SOONEST = Search(km_per_day=100_000.0)


def first_plan(board: Board) -> Plan:
    """Return the better of two constructions: cheapest slot, and earliest slot.

    Cheapest is shorter, earliest keeps more room where days are scarce; the one that leaves the lesser
    weight unplaced wins, then the one with fewer kilometres.
    """
    cheapest = Plan(board)
    fill(cheapest, by_scarcity(board, cheapest.unplaced()), CHEAPEST)
    if not cheapest.missing:
        return cheapest
    soonest = Plan(board)
    fill(soonest, by_scarcity(board, soonest.unplaced()), SOONEST)
    fill(soonest, by_scarcity(board, soonest.unplaced()), CHEAPEST)
    return min(cheapest, soonest, key=lambda plan: (plan.missing, plan.km))


def plan_from(board: Board, placements: Iterable[Placement]) -> Plan:
    """Return a plan that begins with what is still legal of an earlier one, then adds the rest.

    Visits keep their technicians and day; their time may move within it. Visits, technicians and days
    that no longer exist are passed over.
    """
    plan = Plan(board)
    for placement in sorted(placements, key=lambda placement: (placement.start, placement.visit)):
        _replay(plan, placement)
    fill(plan, by_scarcity(board, plan.unplaced()), CHEAPEST)
    return plan


def fill(plan: Plan, visits: Sequence[int], search: Search) -> None:
    """Place each of `visits`, in order, into its best slot if it has one."""
    for visit in visits:
        slot = plan.find(visit, search)
        if slot:
            plan.place(slot)


def by_scarcity(board: Board, visits: Iterable[int]) -> list[int]:
    """Return visits: the important first, then crews, then those with the fewest options."""

    def rank(visit: int) -> tuple[int, int, int, int]:
        request = board.visits[visit]
        return (-request.weight, -request.crew, len(board.options[visit]), visit)

    return sorted(visits, key=rank)


def _replay(plan: Plan, placement: Placement) -> None:
    board = plan.board
    visit = board.number_of.get(placement.visit)
    if visit is None or visit in plan.where:
        return
    technicians = {board.technician_number.get(name) for name in placement.technicians}
    options = [
        option
        for option in board.options[visit]
        if option.stop.day == placement.day and board.duties[option.duty].technician in technicians
    ]
    if not plan.has_pace_left(visit, placement.day):
        return
    if board.visits[visit].crew > 1:
        slot = crew_at(plan, visit, options, placement.start)
    else:
        slot = _in_turn(plan, options, placement.start) or plan.find(
            visit, Search(only=frozenset(option.duty for option in options))
        )
    if slot and slot.day == placement.day:
        plan.place(slot)


def _in_turn(plan: Plan, options: Iterable[Option], start: int) -> Slot | None:
    """Return the slot that keeps the order of the earlier plan, ``None`` when it is no longer legal."""
    for duty, stop in options:
        day, route = plan.board.duties[duty], plan.routes[duty]
        if not day.start <= start < day.end:
            continue
        turn = bisect_left(route.starts, start)
        stops = (*route.stops[:turn], stop, *route.stops[turn:])
        longer = timed(day, stops, plan.bounds(duty), plan.board.legs)
        if longer:
            return Slot(stop.visit, stop.day, (duty,), (longer,), longer.km - route.km)
    return None
