"""Each rule of a plan: what it allows, what it forbids, and that the independent check agrees."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from technicians.scheduling import (
    Blackout,
    FixedAppointment,
    Gate,
    Interval,
    InvalidProblem,
    Placement,
    Problem,
    Result,
    Rule,
    Shift,
    Stop,
    Window,
    solve,
    violations,
)
from tests.technicians.scheduling.cases import (
    DENVER,
    FRIDAY,
    HOUR_AWAY,
    KM_NORTH,
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


def planned(case: Problem) -> Result:
    """Return the plan of a case after the check has found nothing wrong with it."""
    result = solve(case, stop=Stop(iterations=30))
    assert violations(case, result.placements) == ()
    assert len(result.placements) + len(result.unscheduled) == len(case.visits)
    return result


def only(result: Result) -> Placement:
    (placement,) = result.placements
    return placement


def broken(case: Problem, placements: Sequence[Placement]) -> set[Rule]:
    return {violation.rule for violation in violations(case, placements)}


def put(name: str = "V1", start: int = at(MONDAY, 9), day: date = MONDAY, **changes: object) -> Placement:
    base = Placement(name, ("T1",), start, start + 120, day)
    return replace(base, **changes)  # type: ignore[arg-type]


def test_a_visit_is_placed_as_early_as_the_drive_allows() -> None:
    placement = only(planned(problem([visit(km_north=HOUR_AWAY)], [technician(shifts=work_days([MONDAY]))])))
    assert placement.start == at(MONDAY, 8)
    assert placement.technicians == ("T1",)
    assert placement.km == pytest.approx(107.9, abs=0.1)
    assert placement.travel_minutes == 120


def test_access_hours_bound_the_end_of_the_work() -> None:
    short = problem(
        [visit(windows=open_days([MONDAY], 15, 17))], [technician(shifts=work_days([MONDAY], 7, 20))]
    )
    assert only(planned(short)).start == at(MONDAY, 15)
    assert broken(short, [put(start=at(MONDAY, 15, 1))]) == {Rule.ACCESS}


def test_the_drive_home_lies_inside_the_shift() -> None:
    case = problem([visit(km_north=HOUR_AWAY, windows=open_days([MONDAY], 14, 20))])
    assert only(planned(case)).start == at(MONDAY, 14)
    assert broken(case, [put(start=at(MONDAY, 14, 1))]) == {Rule.TRAVEL}


def test_the_drive_between_visits_is_kept() -> None:
    case = problem([visit("V1", km_north=0), visit("V2", km_north=HOUR_AWAY)])
    starts = {p.visit: p.start for p in planned(case).placements}
    assert sorted(starts.values()) == [at(MONDAY, 8), at(MONDAY, 11)]
    assert broken(case, [put("V1"), put("V2", start=at(MONDAY, 11, 59))]) == {Rule.TRAVEL}


def test_wave_dates_and_blackouts() -> None:
    case = problem([visit(blackouts=(shut(MONDAY),))], waves=[wave(last_day=TUESDAY)])
    assert only(planned(case)).day == TUESDAY
    assert broken(case, [put()]) == {Rule.BLACKOUT}
    friday = at(FRIDAY, 9)
    assert broken(case, [put(start=friday, day=FRIDAY)]) == {Rule.WAVE}


def test_work_of_the_evening_before_ends_when_a_blackout_begins() -> None:
    night = Window(at(MONDAY, 21), at(TUESDAY, 5), MONDAY)
    crew = [technician(shifts=(Shift(at(MONDAY, 18), at(TUESDAY, 8), MONDAY),))]
    case = problem([visit(windows=(night,), blackouts=(shut(TUESDAY),))], crew)
    placed = only(planned(case))
    assert placed.end <= at(TUESDAY, 0)
    assert broken(case, [put(start=at(MONDAY, 22, 1))]) == {Rule.BLACKOUT}
    long = problem([replace(case.visits[0], minutes=181)], crew)
    assert planned(long).unscheduled[0].gate is Gate.FIT


def test_a_night_that_begins_on_a_blackout_belongs_to_it() -> None:
    night = Window(at(MONDAY, 21), at(TUESDAY, 5), MONDAY)
    crew = [technician(shifts=(Shift(at(MONDAY, 18), at(TUESDAY, 8), MONDAY),))]
    case = problem([visit(windows=(night,), blackouts=(shut(MONDAY),))], crew)
    assert not planned(case).placements
    assert broken(case, [put(start=at(TUESDAY, 1))]) == {Rule.BLACKOUT}


def test_the_judge_names_the_blackout_and_the_closed_day() -> None:
    case = problem([visit(windows=open_days([TUESDAY]), closed={MONDAY: "Stocktaking"})])
    assert [v.sentence for v in violations(case, [put()])] == [
        "The site is closed on Monday, March 1: Stocktaking."
    ]
    shutdown = problem([visit(blackouts=(shut(MONDAY),))])
    assert [v.sentence for v in violations(shutdown, [put()])] == [
        "Monday, March 1 is a blackout: Black Friday freeze."
    ]


def test_a_blackout_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidProblem):
        problem([visit(blackouts=(Blackout(TUESDAY, MONDAY, 0, 1, "Freeze"),))])


def test_pace_spreads_visits_over_days() -> None:
    case = problem([visit(f"V{n}") for n in range(5)], waves=[wave(pace_per_day=1)])
    result = planned(case)
    assert list(result.metrics.per_day.values()) == [1, 1, 1, 1, 1]
    assert broken(case, [put("V0"), put("V1", start=at(MONDAY, 12))]) == {Rule.PACE}


def test_pace_counts_the_opening_date_of_a_night() -> None:
    night = Window(at(MONDAY, 21), at(TUESDAY, 5), MONDAY)
    crew = [
        technician(name, shifts=(Shift(at(MONDAY, 20), at(TUESDAY, 6), MONDAY),)) for name in ("T1", "T2")
    ]
    case = problem(
        [visit("V1", windows=(night,)), visit("V2", windows=(night,))], crew, [wave(pace_per_day=1)]
    )
    result = planned(case)
    assert len(result.placements) == 1
    assert result.unscheduled[0].gate is Gate.PACE


def test_a_certificate_must_be_valid_on_the_day() -> None:
    case = problem([visit(windows=open_days(days(5)))], [technician(skills={"cabling": MONDAY})])
    assert only(planned(case)).day == MONDAY
    assert broken(case, [put(start=at(TUESDAY, 9), day=TUESDAY)]) == {Rule.SKILLS}


def test_radius_is_a_straight_line() -> None:
    case = problem([visit(km_north=119.9)])
    assert only(planned(case)).technicians == ("T1",)
    assert broken(problem([visit(km_north=120.1)]), [put(start=at(MONDAY, 10))]) == {Rule.RADIUS}


def test_nothing_starts_before_now_nor_drives_before_now() -> None:
    case = problem([visit(km_north=HOUR_AWAY)], now=at(MONDAY, 10))
    assert only(planned(case)).start == at(MONDAY, 11)
    assert Rule.PAST in broken(case, [put(start=at(MONDAY, 9))])
    assert broken(case, [put(start=at(MONDAY, 10, 30))]) == {Rule.TRAVEL}


def test_not_before_holds_a_visit_back() -> None:
    case = problem([visit(not_before=at(TUESDAY, 12))])
    assert only(planned(case)).start == at(TUESDAY, 12)
    assert broken(case, [put(start=at(TUESDAY, 11), day=TUESDAY)]) == {Rule.NOT_BEFORE}


def test_an_absence_is_worked_around() -> None:
    away = Interval(at(MONDAY, 8), at(MONDAY, 12))
    case = problem([visit(windows=open_days([MONDAY]))], [technician(busy=(away,))])
    assert only(planned(case)).start == at(MONDAY, 12, 0)
    assert broken(case, [put(start=at(MONDAY, 11))]) == {Rule.BUSY}


def test_the_way_from_booked_work_is_driven() -> None:
    far = (DENVER[0] + HOUR_AWAY * KM_NORTH, DENVER[1])
    booked = Interval(at(MONDAY, 8), at(MONDAY, 12), *far)
    case = problem([visit(km_north=0, windows=open_days([MONDAY], 11, 18))], [technician(busy=(booked,))])
    assert only(planned(case)).start == at(MONDAY, 13)
    assert broken(case, [put(start=at(MONDAY, 12, 30))]) == {Rule.TRAVEL}
    assert Rule.BUSY in broken(case, [put(start=at(MONDAY, 11))])


def test_daily_minutes_count_work_and_driving() -> None:
    case = problem([visit(km_north=HOUR_AWAY)], [technician(max_minutes_per_day=240)])
    assert len(planned(case).placements) == 1
    tight = problem([visit(km_north=HOUR_AWAY)], [technician(max_minutes_per_day=239)])
    assert planned(tight).unscheduled[0].evidence["binding"] == "limit"
    assert broken(tight, [put(start=at(MONDAY, 9))]) == {Rule.DAILY_MINUTES}


def test_both_halves_of_a_split_day_share_its_limit() -> None:
    halves = (Shift(at(MONDAY, 7), at(MONDAY, 12), MONDAY), Shift(at(MONDAY, 13), at(MONDAY, 18), MONDAY))
    visits = [visit(name, km_north=0, minutes=150) for name in ("V1", "V2")]
    assert len(planned(problem(visits, [technician(shifts=halves)])).placements) == 2
    assert len(planned(problem(visits, [technician(shifts=halves, max_minutes_per_day=299)])).placements) == 1


def test_ten_hours_of_rest_lie_between_two_days() -> None:
    shifts = (Shift(at(MONDAY, 18), at(TUESDAY, 3), MONDAY), Shift(at(TUESDAY, 6), at(TUESDAY, 16), TUESDAY))
    windows = {
        "V1": Window(at(MONDAY, 22), at(TUESDAY, 1), MONDAY),
        "V2": Window(at(TUESDAY, 6), at(TUESDAY, 16), TUESDAY),
    }
    visits = [visit(name, km_north=0, windows=(window,)) for name, window in windows.items()]
    case = problem(visits, [technician(shifts=shifts)])
    starts = {p.visit: p.start for p in planned(case).placements}
    assert starts["V1"] == at(MONDAY, 22)
    assert starts["V2"] == at(TUESDAY, 10)
    early = [put("V1", start=at(MONDAY, 22)), put("V2", start=at(TUESDAY, 9, 59), day=TUESDAY)]
    assert broken(case, early) == {Rule.REST}


def test_a_day_after_a_night_agreed_too_short_takes_no_more_work() -> None:
    shifts = (Shift(at(MONDAY, 18), at(TUESDAY, 3), MONDAY), Shift(at(TUESDAY, 6), at(TUESDAY, 16), TUESDAY))
    agreed = [
        visit("V1", km_north=0, fixed=FixedAppointment(("T1",), at(MONDAY, 23), MONDAY)),
        visit("V2", km_north=0, fixed=FixedAppointment(("T1",), at(TUESDAY, 7), TUESDAY)),
    ]
    case = problem([*agreed, visit("V3", km_north=0)], [technician(shifts=shifts)])
    result = planned(case)
    assert [left_out.visit for left_out in result.unscheduled] == ["V3"]
    assert result.unscheduled[0].evidence["binding"] == "agreed"
    added = [*result.placements, put("V3", start=at(TUESDAY, 12), day=TUESDAY)]
    assert broken(case, added) == {Rule.REST}


def test_a_crew_starts_together() -> None:
    crew = [
        technician("T1"),
        technician("T2", shifts=work_days(days(5), 10, 17)),
        technician("T3", skills={}),
    ]
    case = problem([visit(crew=2, km_north=0)], crew)
    placement = only(planned(case))
    assert sorted(placement.technicians) == ["T1", "T2"]
    assert placement.start == at(MONDAY, 10)
    assert broken(case, [put(start=at(MONDAY, 10))]) == {Rule.CREW}


def test_nobody_of_a_crew_starts_before_the_others() -> None:
    crew = [technician("T1", skills={"cabling": None, "lift": None})]
    crew.append(technician("T2", shifts=work_days([MONDAY], 12, 15)))
    together = visit("V1", crew=2, km_north=0)
    meanwhile = visit("V2", km_north=0, skills=frozenset({"lift"}), windows=open_days([MONDAY], 12, 14))
    result = planned(problem([together, meanwhile], crew))
    assert [left_out.visit for left_out in result.unscheduled] == ["V2"]


def test_a_fixed_appointment_is_kept_to_the_minute_and_worked_around() -> None:
    agreed = visit("V1", km_north=0, fixed=FixedAppointment(("T1",), at(MONDAY, 9, 7), MONDAY))
    case = problem([agreed, visit("V2", km_north=0, windows=open_days([MONDAY]))])
    placements = {p.visit: p for p in planned(case).placements}
    assert placements["V1"].start == at(MONDAY, 9, 7)
    assert placements["V1"].reason_note == "Kept as agreed."
    assert placements["V2"].start == at(MONDAY, 11, 7)
    assert broken(case, [put("V1")]) == {Rule.FIXED}


def test_a_fixed_appointment_is_not_judged_by_hours_or_pace_but_uses_the_pace() -> None:
    agreed = visit("V1", windows=(), fixed=FixedAppointment(("T1",), at(MONDAY, 4), MONDAY))
    case = problem([agreed, visit("V2")], waves=[wave(pace_per_day=1)])
    placements = {p.visit: p for p in planned(case).placements}
    assert placements["V1"].start == at(MONDAY, 4)
    assert placements["V2"].day == TUESDAY


def test_two_fixed_appointments_at_once_are_reported() -> None:
    both = [visit(n, fixed=FixedAppointment(("T1",), at(MONDAY, 9), MONDAY)) for n in ("V1", "V2")]
    result = planned(problem(both))
    assert [p.visit for p in result.placements] == ["V1"]
    assert result.unscheduled[0].gate is Gate.CALENDAR
    assert result.unscheduled[0].evidence == {"clashes_with": "V1"}


def test_the_check_sees_what_the_planner_would_never_do() -> None:
    case = problem([visit("V1"), visit("V2", latitude=None)])
    assert broken(case, [put("V9")]) == {Rule.UNKNOWN}
    assert broken(case, [put(technicians=("T9",))]) == {Rule.UNKNOWN}
    assert broken(case, [put(), put()]) >= {Rule.TWICE, Rule.DOUBLE_BOOKED}
    assert broken(case, [put(end=at(MONDAY, 10))]) == {Rule.DURATION}
    assert broken(case, [put("V2")]) == {Rule.DATA}
    late = [put(start=at(MONDAY, 17), day=MONDAY)]
    assert broken(problem([visit(windows=open_days([MONDAY], 8, 20))]), late) == {Rule.SHIFT}
    assert broken(problem([visit(wave="W9")]), [put()]) == {Rule.WAVE}


@pytest.mark.parametrize(
    "build",
    [
        lambda: problem([visit(), visit()]),
        lambda: problem([visit(crew=0)]),
        lambda: problem([visit(windows=(Window(10, 10, MONDAY),))]),
        lambda: problem([], [technician(busy=(Interval(5, 4),))]),
        lambda: problem([], [technician(shifts=(Shift(0, 60, MONDAY), Shift(59, 90, MONDAY)))]),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(build: object) -> None:
    with pytest.raises(InvalidProblem):
        build()  # type: ignore[operator]
