"""The planner's front door.

An answer at once, improvement behind: a construction places the hardest visits first, ruin and recreate
shortens the days and makes room for what is left, and every visit that stays out gets its reason.
"""

from __future__ import annotations

from collections.abc import Iterable

from technicians.scheduling.board import Board, build_board
from technicians.scheduling.construct import by_scarcity, fill, first_plan, plan_from
from technicians.scheduling.explain import explain
from technicians.scheduling.improve import ProgressReport, Stop, improve, progress_of
from technicians.scheduling.plan import CHEAPEST, Plan
from technicians.scheduling.problem import Problem, problem_hash
from technicians.scheduling.report import alternatives_and_placements
from technicians.scheduling.result import Gate, Metrics, Placement, Result, Unscheduled
from technicians.scheduling.travel import GreatCircle, Travel

ENGINE_VERSION = "insertion-1"
"""Changes whenever the same problem, seed and iterations may give another plan."""


def solve(
    problem: Problem,
    *,
    seed: int = 0,
    stop: Stop,
    initial: Iterable[Placement] | None = None,
    progress: ProgressReport | None = None,
    travel: Travel | None = None,
) -> Result:
    """Plan the visits of `problem`.

    As much priority-weighted work as possible is placed, then kilometres are saved. Fixed appointments
    are kept to the minute. Everything :func:`technicians.scheduling.check.violations` asks holds.

    Parameters
    ----------
    problem
        What to plan.
    seed
        Of the random choices of improvement.
    stop
        How long to improve. With iterations alone the result is the same on every run and machine.
    initial
        Placements of an earlier plan to start from instead of from nothing.
    progress
        Called with :class:`Progress` about twice a second; returning ``False`` ends improvement.
    travel
        How long drives take; great circle × 1.3 at 54 km/h when not given.

    Returns
    -------
    Result
        Placements by start, a reason for every other visit, alternatives and figures.

    Notes
    -----
    The first proposal takes about visits × options × stops per day: well under a second for 240 visits,
    12 technicians and 20 days, a few seconds for 1,000, 40 and 40.
    """
    board = build_board(problem, travel or GreatCircle())
    plan = first_plan(board) if initial is None else plan_from(board, initial)
    if progress:
        progress(progress_of(plan, 0.0, 0))
    plan, iterations = improve(plan, stop, seed, progress)
    # Improvement tries few of the unplaced each time; the reasons below must hold for all of them.
    fill(plan, by_scarcity(board, plan.unplaced()), CHEAPEST)
    unscheduled = explain(plan)
    alternatives, placements = alternatives_and_placements(plan)
    return Result(
        placements=placements,
        unscheduled=unscheduled,
        alternatives=alternatives,
        metrics=_metrics(board, plan, placements, unscheduled, iterations),
        seed=seed,
        engine_version=ENGINE_VERSION,
        problem_hash=problem_hash(problem),
    )


def _metrics(
    board: Board,
    plan: Plan,
    placements: tuple[Placement, ...],
    unscheduled: tuple[Unscheduled, ...],
    iterations: int,
) -> Metrics:
    per_day = dict.fromkeys(sorted({placement.day for placement in placements}), 0)
    for placement in placements:
        per_day[placement.day] += 1
    stopped = sum(1 for visit in unscheduled if Gate(visit.gate).is_structural)
    return Metrics(
        requested=len(board.visits),
        feasible=len(board.visits) - stopped,
        scheduled=len(placements),
        km=sum(placement.km for placement in placements),
        travel_minutes=sum(placement.travel_minutes for placement in placements),
        service_minutes=sum(
            (placement.end - placement.start) * len(placement.technicians) for placement in placements
        ),
        per_day=per_day,
        iterations=iterations,
    )
