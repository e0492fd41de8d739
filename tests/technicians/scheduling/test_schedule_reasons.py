"""Every visit that is left out gets a true reason, and removing the obstacle places it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from technicians.scheduling import Gate, Interval, Problem, Stop, Unscheduled, VisitRequest, solve
from tests.technicians.scheduling.cases import (
    FRIDAY,
    MONDAY,
    at,
    days,
    open_days,
    problem,
    shut,
    technician,
    visit,
    wave,
    work_days,
)

TUESDAY = MONDAY + timedelta(days=1)
SATURDAY = FRIDAY + timedelta(days=1)
NOTHING = Stop(iterations=0)


def reason(case: Problem) -> Unscheduled:
    (unscheduled,) = solve(case, stop=NOTHING).unscheduled
    return unscheduled


def places_all(case: Problem) -> bool:
    return not solve(case, stop=NOTHING).unscheduled


def far_technician() -> Problem:
    return problem(
        [visit(km_north=157.9)], [technician("T1", name="T. Okafor"), technician("T2", radius_km=20.0)]
    )


@pytest.mark.parametrize(
    ("request_", "missing"),
    [
        (visit(latitude=None), ["coordinates"]),
        (visit(windows=()), ["windows"]),
        (visit(minutes=0), ["minutes"]),
        (visit(wave="W9"), ["wave"]),
        (visit(longitude=None, windows=()), ["coordinates", "windows"]),
    ],
)
def test_missing_data_comes_first(request_: VisitRequest, missing: list[str]) -> None:
    found = reason(problem([request_], technicians=[]))
    assert (found.gate, found.evidence["missing"]) == (Gate.DATA, missing)


def test_missing_data_says_what_to_add() -> None:
    found = reason(problem([visit(latitude=None, windows=())]))
    assert found.sentence == "Nobody has recorded where the site is and when the site can be entered."
    assert found.suggestion == "Add its address or coordinates and access hours, then plan again."


def test_no_qualified_technician_names_the_closest() -> None:
    crew = [technician("T1", skills={}), technician("T2", name="A. Ruiz", skills={"cabling": None})]
    found = reason(problem([visit(skills=frozenset({"cabling", "lift"}))], crew))
    assert found.gate is Gate.SKILLS
    assert found.sentence == "Nobody holds cabling and lift on 1 Mar 2027."
    assert "A. Ruiz, who must get lift" in found.suggestion


def test_an_expired_certificate_is_named_with_its_date() -> None:
    found = reason(problem([visit()], [technician(skills={"cabling": MONDAY - timedelta(days=1)})]))
    assert found.gate is Gate.SKILLS
    assert "renew cabling (valid until 28 Feb 2027)" in found.suggestion


def test_out_of_radius_names_the_nearest_and_by_how_much() -> None:
    found = reason(far_technician())
    assert found.gate is Gate.RADIUS
    assert found.sentence == "None of 2 qualified technicians reaches the site."
    assert "T. Okafor: the site is 38 km outside their 120 km radius" in found.suggestion
    assert "Raise the radius to 158 km" in found.suggestion


def test_no_access_within_the_waves_dates() -> None:
    found = reason(problem([visit(windows=open_days([SATURDAY]))]))
    assert found.gate is Gate.ACCESS
    assert found.evidence["next_window"] == "2027-03-06"
    assert "1 Mar 2027 to 5 Mar 2027" in found.sentence


def test_only_blackout_days_have_access() -> None:
    found = reason(problem([visit(windows=open_days([MONDAY]), blackouts=(shut(MONDAY),))]))
    assert (found.gate, found.evidence["blacked_out"]) == (Gate.ACCESS, 1)
    assert found.sentence == (
        "Every day with access in wave W1, 1 Mar 2027 to 5 Mar 2027, is a blackout: Black Friday freeze."
    )


def test_blackouts_beside_hours_that_have_passed_are_named() -> None:
    case = problem([visit(blackouts=(shut(TUESDAY, FRIDAY),))], now=at(TUESDAY, 0))
    found = reason(case)
    assert found.sentence.endswith("have passed. Other days are a blackout: Black Friday freeze.")


def test_days_the_site_is_closed_are_named() -> None:
    closed = {MONDAY: "Stocktaking", SATURDAY: "Outside the wave", TUESDAY: ""}
    found = reason(problem([visit(windows=open_days([SATURDAY]), closed=closed)]))
    assert found.sentence.endswith("It is closed on 1 Mar 2027 (Stocktaking) and 2 Mar 2027.")


def test_access_that_has_passed() -> None:
    found = reason(problem([visit()], now=at(SATURDAY, 0)))
    assert found.gate is Gate.ACCESS
    assert "have passed" in found.sentence


def test_kit_that_comes_too_late() -> None:
    found = reason(problem([visit(not_before=at(SATURDAY, 0))]))
    assert found.gate is Gate.ACCESS
    assert "kit or permit" in found.sentence


def test_nobody_works_while_the_site_is_open() -> None:
    nights = problem([visit(windows=open_days(days(5), 19, 23))])
    found = reason(nights)
    assert found.gate is Gate.CALENDAR
    assert found.sentence == (
        "Technician T1 is off or booked whenever the site is open from 1 Mar 2027 to 5 Mar 2027."
    )
    late = replace(nights, technicians=(technician(shifts=work_days(days(5), 18, 24 - 1)),))
    assert places_all(late)


def test_somebody_booked_all_day_is_a_matter_of_the_calendar() -> None:
    away = Interval(at(MONDAY, 0), at(FRIDAY, 20))
    assert reason(problem([visit()], [technician(busy=(away,))])).gate is Gate.CALENDAR


def test_an_access_window_shorter_than_the_visit() -> None:
    found = reason(problem([visit(minutes=165, windows=open_days([MONDAY], 10, 12))]))
    assert found.gate is Gate.FIT
    assert found.suggestion == "Ask the site for 45 min longer access."


def test_a_window_and_a_shift_that_meet_too_briefly() -> None:
    case = problem([visit(km_north=0, windows=open_days([MONDAY], 16, 19))])
    found = reason(case)
    assert found.gate is Gate.FIT
    assert found.suggestion == (
        "Needs 1 h longer access or a shift of Technician T1 longer by 1 h, on 1 Mar 2027."
    )
    longer_access = replace(case, visits=(visit(km_north=0, windows=open_days([MONDAY], 15, 19)),))
    longer_shift = replace(case, technicians=(technician(shifts=work_days([MONDAY], 7, 18)),))
    assert places_all(longer_access)
    assert places_all(longer_shift)


def test_a_drive_the_shift_is_too_short_for_is_not_blamed_on_the_site() -> None:
    far = problem([visit(km_north=110, minutes=360, windows=open_days([MONDAY], 0, 23))])
    found = reason(far)
    assert found.gate is Gate.FIT
    assert "access" not in found.suggestion
    assert "shift of Technician T1 longer by 1 h 18 min" in found.suggestion


def test_agreed_work_in_the_middle_of_the_day() -> None:
    middle = Interval(at(MONDAY, 11), at(MONDAY, 13))
    case = problem(
        [visit(minutes=300, km_north=0, windows=open_days([MONDAY]))], [technician(busy=(middle,))]
    )
    found = reason(case)
    assert (found.gate, found.evidence["binding"]) == (Gate.FIT, "agreed")
    assert places_all(replace(case, technicians=(technician(),)))


def test_a_crew_that_is_never_there_together() -> None:
    crew = [
        technician("T1", shifts=work_days([MONDAY])),
        technician("T2", shifts=work_days([FRIDAY])),
    ]
    found = reason(problem([visit(crew=2)], crew))
    assert found.gate is Gate.CREW
    assert places_all(problem([visit(crew=2)], [crew[0], technician("T3")]))


@pytest.mark.parametrize(
    ("crew", "gate"),
    [
        ([technician("T1")], Gate.SKILLS),
        ([technician("T1"), technician("T2", skills={})], Gate.SKILLS),
        ([technician("T1"), technician("T2", radius_km=1.0)], Gate.RADIUS),
        ([technician("T1"), technician("T2", shifts=())], Gate.CALENDAR),
        ([technician("T1"), technician("T2", max_minutes_per_day=60)], Gate.FIT),
    ],
)
def test_a_crew_of_two_needs_two(crew: list[object], gate: Gate) -> None:
    found = reason(problem([visit(crew=2)], crew))  # type: ignore[arg-type]
    assert found.gate is gate
    if gate is Gate.FIT:
        assert found.evidence["technician"] == "Technician T2"


def test_a_full_pace_names_the_day_and_the_pace_to_raise_it_to() -> None:
    case = problem([visit("V1"), visit("V2")], waves=[wave(last_day=MONDAY, pace_per_day=1)])
    found = reason(case)
    assert found.gate is Gate.PACE
    assert "Raise the pace of wave W1 to 2 on 1 Mar 2027" in found.suggestion
    assert places_all(replace(case, waves=(wave(last_day=MONDAY, pace_per_day=2),)))


def test_capacity_names_who_holds_the_slots_and_who_matters_less() -> None:
    day_long = {"minutes": 480, "windows": open_days([MONDAY], 7, 17), "km_north": 0}
    agreed = visit("V0", label="Elm Street", **day_long)
    first = solve(problem([agreed]), stop=NOTHING).placements
    case = problem([agreed, visit("V1", **day_long)])
    found = solve(case, stop=NOTHING, initial=first).unscheduled[0]
    assert found.gate is Gate.CAPACITY
    assert found.evidence["held_by"] == ["V0"]
    important = problem([agreed, visit("V1", priority=5, **day_long)])
    kept = solve(important, stop=NOTHING, initial=first).unscheduled[0]
    assert "Elm Street give way" in kept.suggestion
    assert places_all(replace(case, technicians=(technician("T1"), technician("T2"))))


def test_the_important_visit_wins_the_last_slot() -> None:
    day_long = {"minutes": 480, "windows": open_days([MONDAY], 7, 17), "km_north": 0}
    case = problem([visit("V0", **day_long), visit("V1", priority=5, **day_long)])
    assert [p.visit for p in solve(case, stop=NOTHING).placements] == ["V1"]


def test_feasible_counts_what_no_structural_gate_stops() -> None:
    visits = [visit("V1"), visit("V2"), visit("V3", latitude=None)]
    result = solve(problem(visits, waves=[wave(last_day=MONDAY, pace_per_day=1)]), stop=NOTHING)
    counts = (result.metrics.requested, result.metrics.feasible, result.metrics.scheduled)
    assert counts == (3, 2, 1)


@pytest.mark.parametrize("build", [far_technician, lambda: problem([visit(windows=open_days([SATURDAY]))])])
def test_sentences_are_sentences(build: Callable[[], Problem]) -> None:
    found = reason(build())
    for text in (found.sentence, found.suggestion):
        assert text.endswith(".")
        assert "!" not in text
