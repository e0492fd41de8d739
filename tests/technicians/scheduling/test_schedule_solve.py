"""Repeatable, better with time, and honest figures."""

import time
from dataclasses import replace

import pytest

from technicians.scheduling import (
    ENGINE_VERSION,
    GreatCircle,
    Leg,
    Place,
    Placement,
    Progress,
    Stop,
    problem_hash,
    solve,
    violations,
)
from tests.technicians.scheduling.cases import (
    MONDAY,
    at,
    generated,
    open_days,
    problem,
    technician,
    visit,
)


def test_same_seed_same_plan_whatever_the_order() -> None:
    case = generated(40, 4, 10, seed=3, pace=6)
    shuffled = replace(case, visits=case.visits[::-1], technicians=case.technicians[::-1])
    first = solve(case, seed=5, stop=Stop(iterations=60))
    assert solve(case, seed=5, stop=Stop(iterations=60)) == first
    assert solve(shuffled, seed=5, stop=Stop(iterations=60)) == first
    assert first.metrics.iterations == 60
    assert (first.seed, first.engine_version) == (5, ENGINE_VERSION)


def test_another_seed_searches_elsewhere() -> None:
    case = generated(40, 4, 10, seed=3)
    plans = {solve(case, seed=seed, stop=Stop(iterations=60)).placements for seed in range(3)}
    assert len(plans) > 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_improvement_never_loses_visits_and_saves_kilometres(seed: int) -> None:
    case = generated(60, 5, 10, seed=seed)
    first = solve(case, stop=Stop(iterations=0))
    later = solve(case, stop=Stop(iterations=400))
    assert later.metrics.scheduled >= first.metrics.scheduled
    gained = later.metrics.scheduled > first.metrics.scheduled
    assert gained or later.metrics.km < 0.97 * first.metrics.km
    assert violations(case, later.placements) == ()


def test_an_earlier_plan_is_kept_where_nothing_changed() -> None:
    case = generated(60, 5, 10, seed=4)
    improved = solve(case, stop=Stop(iterations=300))
    again = solve(case, stop=Stop(iterations=0), initial=improved.placements)
    assert {p.visit: (p.technicians, p.day) for p in again.placements} == {
        p.visit: (p.technicians, p.day) for p in improved.placements
    }
    assert again.metrics.km == pytest.approx(improved.metrics.km)


def test_an_earlier_plan_with_strangers_is_no_obstacle() -> None:
    case = problem([visit()])
    gone = Placement("V9", ("T9",), at(MONDAY, 9), at(MONDAY, 11), MONDAY)
    left = Placement("V1", ("T9",), at(MONDAY, 9), at(MONDAY, 11), MONDAY)
    assert len(solve(case, stop=Stop(iterations=0), initial=[gone, left]).placements) == 1


def test_losing_a_technician_moves_only_their_visits_at_first() -> None:
    case = generated(60, 6, 10, seed=5)
    before = solve(case, stop=Stop(iterations=100))
    lost = case.technicians[0].id
    after = solve(
        replace(case, technicians=case.technicians[1:]), stop=Stop(iterations=0), initial=before.placements
    )
    stayed = {p.visit: (p.technicians, p.day) for p in before.placements if lost not in p.technicians}
    now = {p.visit: (p.technicians, p.day) for p in after.placements}
    assert len(stayed) < len(before.placements)
    assert stayed.items() <= now.items()


def test_figures_add_up() -> None:
    case = generated(50, 5, 10, seed=6)
    result = solve(case, stop=Stop(iterations=20))
    metrics = result.metrics
    assert metrics.scheduled == len(result.placements) == sum(metrics.per_day.values())
    assert metrics.km == pytest.approx(sum(p.km for p in result.placements))
    assert metrics.requested == 50
    assert metrics.service_minutes == sum(p.end - p.start for p in result.placements)


def test_alternatives_are_other_technicians_by_extra_distance() -> None:
    crew = [
        technician("T1"),
        technician("T2", latitude=39.0),
        technician("T3", latitude=38.9),
        technician("T4", latitude=38.8),
    ]
    case = problem([visit(km_north=0)], [replace(t, radius_km=500.0) for t in crew])
    result = solve(case, stop=Stop(iterations=0))
    assert result.placements[0].technicians == ("T1",)
    others = result.alternatives["V1"]
    assert [(o.technician, o.replaces) for o in others] == [("T2", "T1"), ("T3", "T1")]
    assert 0 < others[0].extra_km < others[1].extra_km
    moved = replace(
        result.placements[0], technicians=("T2",), start=others[0].start, end=others[0].start + 120
    )
    assert violations(case, [replace(moved, day=others[0].day)]) == ()


def test_the_note_says_among_how_many_and_at_what_cost() -> None:
    crew = [technician("T1"), technician("T2")]
    result = solve(problem([visit(km_north=10)], crew), stop=Stop(iterations=0))
    note = "By one of 2 technicians who can do it; adds 26 km to an otherwise empty day."
    assert result.placements[0].reason_note == note


def test_a_road_matrix_can_be_plugged_in() -> None:
    class Slow:
        def leg(self, origin: Place, destination: Place) -> Leg:
            return Leg(0.0, 0) if origin == destination else Leg(5.0, 90)

    case = problem([visit(windows=open_days([MONDAY]))])
    result = solve(case, stop=Stop(iterations=0), travel=Slow())
    assert result.placements[0].start == at(MONDAY, 8, 30)
    assert violations(case, result.placements, Slow()) == ()


def test_great_circle_is_a_third_longer_at_54_km_an_hour() -> None:
    leg = GreatCircle().leg(Place(0.0, 0.0), Place(0.0, 1.0))
    assert leg.km == pytest.approx(1.3 * 111.195, abs=0.01)
    assert leg.minutes == 161


def test_progress_is_told_and_can_end_the_search() -> None:
    told: list[Progress] = []

    def stop_at_second(progress: Progress) -> bool:
        told.append(progress)
        return len(told) < 2

    begun = time.monotonic()
    result = solve(generated(30, 3, 5, seed=1), stop=Stop(seconds=30), progress=stop_at_second)
    assert time.monotonic() - begun < 10
    assert told[0].iterations == 0
    assert 0 < told[1].done < 1
    assert told[1].scheduled <= told[1].requested == 30
    assert result.placements


@pytest.mark.parametrize("limits", [{}, {"iterations": -1}, {"seconds": -0.1}])
def test_a_search_without_an_end_is_refused(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="iterations or seconds"):
        Stop(**limits)


def test_nothing_to_plan_is_a_plan() -> None:
    result = solve(problem([]), stop=Stop(iterations=5))
    assert (result.placements, result.unscheduled, result.metrics.km) == ((), (), 0)


def test_the_hash_knows_content_not_order() -> None:
    case = generated(5, 2, 5, seed=1)
    assert problem_hash(replace(case, visits=case.visits[::-1])) == problem_hash(case)
    changed = replace(case.visits[0], minutes=case.visits[0].minutes + 1)
    assert problem_hash(replace(case, visits=(changed, *case.visits[1:]))) != problem_hash(case)
    assert problem_hash(replace(case, now=case.now + 1)) != problem_hash(case)


@pytest.mark.parametrize(("size", "seconds"), [((240, 12, 20), 1.0), ((1000, 40, 40), 10.0)])
def test_the_first_proposal_comes_at_once(size: tuple[int, int, int], seconds: float) -> None:
    case = generated(*size, seed=1)
    begun = time.process_time()
    result = solve(case, stop=Stop(iterations=20))
    assert time.process_time() - begun < seconds
    assert violations(case, result.placements) == ()
