"""Random small problems: no rule is ever broken, and reasons are true."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from technicians.scheduling import (
    FixedAppointment,
    Gate,
    Interval,
    Problem,
    Result,
    Shift,
    Stop,
    TechnicianSpec,
    Unscheduled,
    VisitRequest,
    WaveSpec,
    Window,
    solve,
    violations,
)
from tests.technicians.scheduling.cases import DENVER, KM_NORTH, MONDAY, at, days, shut

T = TypeVar("T")
WEEK = days(4)
SKILLS = ("cabling", "lift")
# The same examples every time: a plan that breaks a rule must break it on everybody's machine.
QUICK = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
NORTH = st.integers(-60, 60)


def place(north: int, east: int) -> tuple[float, float]:
    return DENVER[0] + north * KM_NORTH, DENVER[1] + east * KM_NORTH


def mostly(usual: T, *rare: T) -> st.SearchStrategy[T]:
    """Return the usual value three times in four, so that the plans are not all empty."""
    return st.sampled_from([usual] * 3 * len(rare) + list(rare))


def some_days() -> st.SearchStrategy[list[date]]:
    return mostly(WEEK, WEEK[:1], WEEK[2:], [])


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, ...]:
    opens, length = draw(mostly(8, 0, 12, 21)), draw(mostly(9, 1, 4, 24))
    return tuple(Window(at(day, opens), at(day, opens) + 60 * length, day) for day in draw(some_days()))


@st.composite
def visits(draw: st.DrawFn, number: int, names: list[str]) -> VisitRequest:
    latitude, longitude = place(draw(NORTH), draw(NORTH))
    return VisitRequest(
        id=f"V{number}",
        latitude=draw(mostly(latitude, latitude, None)),
        longitude=longitude,
        minutes=draw(st.sampled_from([30, 60, 120, 240])),
        skills=draw(mostly(frozenset(), frozenset(SKILLS[:1]), frozenset(SKILLS))),
        windows=draw(windows()),
        wave=draw(st.sampled_from(["W1", "W2"])),
        priority=draw(st.integers(0, 2)),
        crew=draw(mostly(1, 2)),
        not_before=draw(mostly(None, at(WEEK[1], 9), at(WEEK[3], 0))),
        fixed=draw(appointments(names)) if names and draw(mostly(False, False, True)) else None,
        blackouts=tuple(shut(day) for day in draw(mostly(WEEK[:0], WEEK[:1], WEEK[2:3], WEEK[:2]))),
    )


@st.composite
def appointments(draw: st.DrawFn, names: list[str]) -> FixedAppointment:
    day = draw(st.sampled_from(WEEK))
    return FixedAppointment((draw(st.sampled_from(names)),), at(day, draw(st.integers(0, 23))), day)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    start = at(draw(st.sampled_from(WEEK)), 0) + draw(st.integers(0, 1439))
    where = place(draw(NORTH), draw(NORTH)) if draw(st.booleans()) else (None, None)
    return Interval(start, start + draw(st.integers(1, 300)), *where)


@st.composite
def technicians(draw: st.DrawFn, number: int) -> TechnicianSpec:
    latitude, longitude = place(draw(NORTH), draw(NORTH))
    begins, length = draw(mostly(7, 0, 14, 20)), draw(mostly(11, 3, 16))
    shifts = [Shift(at(day, begins), at(day, begins) + 60 * length, day) for day in draw(some_days())]
    if draw(mostly(False, True)):
        shifts = [half for shift in shifts for half in halves(shift)]
    validity = mostly(None, *WEEK[:2])
    return TechnicianSpec(
        id=f"T{number}",
        name=f"Technician {number}",
        latitude=latitude,
        longitude=longitude,
        radius_km=draw(mostly(200.0, 20.0, 60.0)),
        skills={skill: draw(validity) for skill in draw(mostly(SKILLS, SKILLS[:1], ()))},
        shifts=tuple(shifts),
        busy=tuple(draw(st.lists(intervals(), max_size=3))),
        max_minutes_per_day=draw(mostly(600, 240, 900)),
    )


def halves(shift: Shift) -> list[Shift]:
    middle = (shift.start + shift.end) // 2
    return [Shift(shift.start, middle, shift.date), Shift(middle + 30, shift.end, shift.date)]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    crew = tuple(draw(technicians(number)) for number in range(draw(mostly(3, 0, 1, 2, 4))))
    names = [technician.id for technician in crew]
    requests = tuple(draw(visits(number, names)) for number in range(draw(mostly(8, 0, 3, 12))))
    waves = tuple(draw(waves_called(key)) for key in ("W1", "W2"))
    return Problem(requests, crew, waves, at(MONDAY, 0) + draw(mostly(0, -600, 600, 2000)))


@st.composite
def waves_called(draw: st.DrawFn, key: str) -> WaveSpec:
    return WaveSpec(key, MONDAY, draw(mostly(WEEK[3], *WEEK[:3])), draw(mostly(None, 0, 1, 2)))


@QUICK
@given(problems(), st.integers(0, 3))
def test_no_rule_is_broken_and_nothing_is_lost(case: Problem, seed: int) -> None:
    result = solve(case, seed=seed, stop=Stop(iterations=15))
    assert violations(case, result.placements) == ()
    accounted = [p.visit for p in result.placements] + [u.visit for u in result.unscheduled]
    assert sorted(accounted) == sorted(request.id for request in case.visits)


@QUICK
@given(problems())
def test_nobody_works_on_a_blackout(case: Problem) -> None:
    """Minute by minute, and by the evening a night belongs to."""
    for placement in solve(case, stop=Stop(iterations=10)).placements:
        request = by_id(case, placement.visit)
        for off in () if request.fixed else request.blackouts:
            worked = set(range(placement.start, placement.end))
            assert not worked & set(range(off.start, off.end))
            assert placement.day != off.first_day


@QUICK
@given(problems())
def test_nobody_is_in_two_places(case: Problem) -> None:
    taken: dict[str, list[tuple[int, int]]] = {}
    for placement in solve(case, stop=Stop(iterations=10)).placements:
        for name in placement.technicians:
            taken.setdefault(name, []).append((placement.start, placement.end))
    for spans in taken.values():
        spans.sort()
        assert all(first[1] <= second[0] for first, second in pairwise(spans))


@QUICK
@given(problems())
def test_a_plan_can_be_replayed(case: Problem) -> None:
    first = solve(case, stop=Stop(iterations=5))
    again = solve(case, stop=Stop(iterations=0), initial=first.placements)
    assert violations(case, again.placements) == ()


@QUICK
@given(problems())
def test_structural_reasons_hold_for_the_visit_alone(case: Problem) -> None:
    """A structural gate stops a visit even if it is the only one; the others never do."""
    for left_out in solve(case, stop=Stop(iterations=0)).unscheduled:
        request = by_id(case, left_out.visit)
        if request.fixed:
            continue
        free = tuple(v for v in case.visits if v.fixed or v is request)
        unlimited = tuple(replace(wave, pace_per_day=None) for wave in case.waves)
        alone = solve(replace(case, visits=free, waves=unlimited), stop=Stop(iterations=0))
        placed = left_out.visit in {p.visit for p in alone.placements}
        assert placed is not left_out.gate.is_structural


@QUICK
@given(problems())
def test_removing_the_named_obstacle_moves_the_visit_past_its_gate(case: Problem) -> None:
    result = solve(case, stop=Stop(iterations=0))
    for left_out in result.unscheduled:
        if left_out.gate in CURES and not by_id(case, left_out.visit).fixed:
            cured = CURES[left_out.gate](case, left_out)
            assert gate_of(cured, left_out.visit, result) not in (left_out.gate, *earlier(left_out.gate))


@QUICK
@given(problems())
def test_hours_that_are_said_to_help_do_help(case: Problem) -> None:
    for left_out in solve(case, stop=Stop(iterations=0)).unscheduled:
        more = left_out.evidence.get("short_by")
        if left_out.gate is Gate.FIT and left_out.evidence.get("longer_access_helps"):
            request = by_id(case, left_out.visit)
            windows = tuple(replace(w, start=w.start - more, end=w.end + more) for w in request.windows)
            single = replace(case, visits=(*fixed_ones(case), replace(request, windows=windows)))
            assert gate_of(single, request.id) is not Gate.FIT or request.crew > 1


def fixed_ones(case: Problem) -> tuple[VisitRequest, ...]:
    return tuple(request for request in case.visits if request.fixed)


def without_skills(case: Problem, left_out: Unscheduled) -> Problem:
    everything = dict.fromkeys(SKILLS)
    crew = tuple(replace(technician, skills=everything) for technician in case.technicians)
    request = by_id(case, left_out.visit)
    extra = tuple(replace(technician_like(case, n), skills=everything) for n in range(request.crew))
    return replace(case, technicians=crew + extra)


def technician_like(case: Problem, number: int) -> TechnicianSpec:
    return TechnicianSpec(f"X{number}", "Extra", *DENVER, 500.0, {}, ())


def with_radius(case: Problem, left_out: Unscheduled) -> Problem:
    return replace(case, technicians=tuple(replace(t, radius_km=500.0) for t in case.technicians))


def with_pace(case: Problem, left_out: Unscheduled) -> Problem:
    evidence = left_out.evidence
    raised = [
        replace(wave, pace_per_day=int(str(evidence["planned"])) + 1)
        if wave.key == evidence["wave"]
        else wave
        for wave in case.waves
    ]
    alone = tuple(v for v in case.visits if v.id == left_out.visit or v.id not in unplaced(case))
    return replace(case, waves=tuple(raised), visits=alone)


CURES = {Gate.SKILLS: without_skills, Gate.RADIUS: with_radius, Gate.PACE: with_pace}


def earlier(gate: Gate) -> tuple[Gate, ...]:
    order = list(Gate)
    # With the pace raised the visit must be placed; no other reason will do.
    return tuple(order) if gate is Gate.PACE else tuple(order[: order.index(gate)])


def gate_of(case: Problem, name: str, before: Result | None = None) -> Gate | None:
    result = solve(case, stop=Stop(iterations=0), initial=before.placements if before else None)
    return next((left_out.gate for left_out in result.unscheduled if left_out.visit == name), None)


def unplaced(case: Problem) -> set[str]:
    return {left_out.visit for left_out in solve(case, stop=Stop(iterations=0)).unscheduled}


def by_id(case: Problem, name: str) -> VisitRequest:
    return next(request for request in case.visits if request.id == name)


def test_the_week_of_these_problems_starts_on_a_monday() -> None:
    assert WEEK[0] == MONDAY == date(2027, 3, 1)
    assert MONDAY.weekday() == 0
