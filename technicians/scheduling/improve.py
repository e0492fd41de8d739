"""Ruin and recreate: take a neighbourhood of visits out, put it back better.

The moves follow the idea of slack induction by string removals (Christiaens and Vanden Berghe, 2020):
strings of neighbouring stops leave several technician-days, and greedy insertion that now and then
overlooks a day puts them back. A worse plan is accepted with a chance that falls as time goes by.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from heapq import nsmallest
from math import log
from random import Random

from technicians.scheduling.board import Board
from technicians.scheduling.construct import by_scarcity, fill
from technicians.scheduling.plan import Plan, Search
from technicians.scheduling.result import Progress

ProgressReport = Callable[[Progress], bool | None]

_WEIGHT_KM = 100_000.0
"""Kilometres one unit of unplaced weight stands for: no detour is worth dropping a visit."""
_NEIGHBOURS = 40
_MOST_REMOVED = 12
_LONGEST_STRING = 4
_MOST_RETRIED = 6
_BLINK = 0.02
_HOT_KM, _COLD_KM = 10.0, 0.05
_REPORT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Stop:
    """When improvement ends: after `iterations` (repeatable), `seconds` of wall clock, or the first.

    ``Stop(iterations=0)`` asks for the first proposal only.

    Raises
    ------
    ValueError
        Neither is given, or one is negative.
    """

    iterations: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        limits = [limit for limit in (self.iterations, self.seconds) if limit is not None]
        if not limits or min(limits) < 0:
            raise ValueError("Say after how many iterations or seconds to stop.")

    def done(self, iterations: int, seconds: float) -> float:
        """Return how much of the allowance is used, 1 when it is over."""
        shares = [0.0]
        if self.iterations is not None:
            shares.append(iterations / self.iterations if self.iterations else 1.0)
        if self.seconds is not None:
            shares.append(seconds / self.seconds if self.seconds else 1.0)
        return min(1.0, max(shares))


def improve(plan: Plan, stop: Stop, seed: int, progress: ProgressReport | None = None) -> tuple[Plan, int]:
    """Return the best plan found from `plan` on, and the number of iterations made.

    Fixed visits stay. `progress` is called about twice a second and ends the search by returning
    ``False``. With an iteration limit alone the outcome depends only on the plan and the seed.
    """
    begun = reported = time.monotonic()
    chance = Random(seed)
    neighbourhood = Neighbourhood(plan.board)
    best = current = plan
    iterations = 0
    while (used := stop.done(iterations, time.monotonic() - begun)) < 1.0 and neighbourhood.visits:
        iterations += 1
        trial = current.copy()
        _ruin_and_recreate(trial, neighbourhood, chance)
        heat = _HOT_KM * (_COLD_KM / _HOT_KM) ** used
        if cost(trial) < cost(current) - heat * log(1.0 - chance.random()):
            current = trial
            if cost(trial) < cost(best):
                best = trial
        if progress and time.monotonic() - reported > _REPORT_SECONDS:
            reported = time.monotonic()
            if progress(progress_of(best, used, iterations)) is False:
                break
    return best, iterations


def cost(plan: Plan) -> float:
    """Return kilometres plus the unplaced weight in kilometres."""
    return plan.km + _WEIGHT_KM * plan.missing


def progress_of(plan: Plan, done: float, iterations: int) -> Progress:
    """Return the live figures of a plan."""
    return Progress(done, iterations, len(plan.where), len(plan.board.visits), plan.km)


class Neighbourhood:
    """Nearest movable visits of each, worked out when first asked for."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.visits = [number for number, options in enumerate(board.options) if options]
        self._near: dict[int, list[int]] = {}

    def around(self, visit: int) -> list[int]:
        """Return up to 40 visits by distance from `visit`, itself first (linear when first asked)."""
        near = self._near.get(visit)
        if near is None:
            place_of, between = self._board.place_of, self._board.legs.between
            here = place_of[visit]

            def rank(other: int) -> tuple[bool, float]:
                return (other != visit, between(here, place_of[other]).km)

            near = self._near[visit] = nsmallest(_NEIGHBOURS, self.visits, key=rank)
        return near


def _ruin_and_recreate(plan: Plan, neighbourhood: Neighbourhood, chance: Random) -> None:
    unplaced = plan.unplaced()
    # Half the time start where something is missing: that is where room has to be made.
    centres = unplaced if unplaced and chance.random() < 0.5 else neighbourhood.visits
    centre = chance.choice(centres)
    removed = _ruin(plan, neighbourhood.around(centre), chance)
    retried = chance.sample(unplaced, min(_MOST_RETRIED, len(unplaced)))
    if centre in unplaced and centre not in retried:
        retried.append(centre)
    search = Search(blink=_BLINK, chance=chance.random)
    fill(plan, _order(plan.board, removed + retried, chance), search)


def _ruin(plan: Plan, near: list[int], chance: Random) -> list[int]:
    """Remove strings of stops around the centre and return their visits."""
    wanted = chance.randint(1, _MOST_REMOVED)
    removed: list[int] = []
    ruined: set[int] = set()
    for visit in near:
        if len(removed) >= wanted:
            break
        duties = plan.where.get(visit, ())
        if not duties or ruined.intersection(duties):
            continue
        ruined.update(duties)
        for member in _string(plan, visit, duties[0], chance):
            plan.remove(member)
            removed.append(member)
    return removed


def _string(plan: Plan, visit: int, duty: int, chance: Random) -> list[int]:
    """Return the visit and some that stand next to it on the duty, fixed ones passed over."""
    movable = [stop.visit for stop in plan.routes[duty].stops if not stop.given]
    length = min(len(movable), chance.randint(1, _LONGEST_STRING))
    index = movable.index(visit)
    first = chance.randint(max(0, index - length + 1), min(index, len(movable) - length))
    return movable[first : first + length]


def _order(board: Board, visits: list[int], chance: Random) -> list[int]:
    """Return the visits in one of four orders: by chance, scarcity, longest first, or farthest first."""
    chance.shuffle(visits)
    pick = chance.random()
    if pick < 0.4:
        return visits
    if pick < 0.7:
        return by_scarcity(board, visits)
    if pick < 0.85:
        return sorted(visits, key=lambda visit: -board.visits[visit].minutes)
    return sorted(visits, key=lambda visit: -_from_home(board, visit))


def _from_home(board: Board, visit: int) -> float:
    return min(board.straight_km(visit, technician) for technician in board.in_reach[visit])
