"""Local clocks become UTC minutes with the length the night really has."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from technicians.scheduling import Interval
from technicians.scheduling.windows import (
    WeeklyHours,
    access_windows,
    blackout,
    local_minute,
    shifts,
    utc_minute,
)
from tests.technicians.scheduling.cases import at

NEW_YORK = "America/New_York"
NIGHTS = [WeeklyHours(weekday, time(21), time(5)) for weekday in range(7)]


def hours_of(zone: str, day: date, opens: time, closes: time) -> list[float]:
    week = [WeeklyHours(day.weekday(), opens, closes)]
    return [(w.end - w.start) / 60 for w in access_windows(week, zone, day, day)]


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 10, 30), 8), (date(2026, 10, 31), 9), (date(2027, 3, 12), 8), (date(2027, 3, 13), 7)],
)
def test_a_night_has_the_length_it_really_has(day: date, hours: int) -> None:
    assert hours_of(NEW_YORK, day, time(21), time(5)) == [hours]


def test_arizona_has_no_summer_time() -> None:
    assert hours_of("America/Phoenix", date(2027, 3, 13), time(21), time(5)) == [8]


def test_a_clock_time_that_does_not_exist_is_reached_when_it_is_skipped() -> None:
    skipped = local_minute(date(2027, 3, 14), time(2, 30), ZoneInfo(NEW_YORK))
    assert skipped == at(date(2027, 3, 14), 7)
    assert skipped == local_minute(date(2027, 3, 14), time(3), ZoneInfo(NEW_YORK))


def test_a_window_beside_the_skipped_hour_loses_only_what_is_skipped() -> None:
    assert hours_of(NEW_YORK, date(2027, 3, 14), time(1), time(2, 30)) == [1]
    assert hours_of(NEW_YORK, date(2027, 3, 14), time(2, 30), time(4)) == [1]


def test_hours_wholly_inside_the_skipped_hour_do_not_open() -> None:
    assert hours_of(NEW_YORK, date(2027, 3, 14), time(2, 10), time(2, 50)) == []


def test_a_clock_time_shown_twice_is_reached_the_first_time() -> None:
    assert local_minute(date(2026, 11, 1), time(1, 30), ZoneInfo(NEW_YORK)) == at(date(2026, 11, 1), 5, 30)


def test_hours_across_the_repeated_hour_are_longer() -> None:
    assert hours_of(NEW_YORK, date(2026, 11, 1), time(1, 30), time(2)) == [1.5]
    assert hours_of(NEW_YORK, date(2026, 11, 1), time(0), time(1, 30)) == [1.5]


def test_half_hour_changes_are_handled() -> None:
    assert hours_of("Australia/Lord_Howe", date(2026, 10, 3), time(22), time(6)) == [7.5]


def test_an_overnight_window_belongs_to_its_opening_date() -> None:
    nights = access_windows(NIGHTS, NEW_YORK, date(2026, 12, 31), date(2026, 12, 31))
    assert [window.opening_date for window in nights] == [date(2026, 12, 31)]
    assert nights[0].start == at(date(2027, 1, 1), 2)


def test_midnight_closes_at_the_end_of_the_day() -> None:
    assert hours_of(NEW_YORK, date(2026, 12, 1), time(18), time(0)) == [6]


def test_equal_times_are_a_full_day() -> None:
    assert hours_of(NEW_YORK, date(2026, 10, 31), time(6), time(6)) == [25]


def test_only_days_in_range_open_and_closed_dates_do_not() -> None:
    first, last, closed = date(2027, 1, 4), date(2027, 1, 7), date(2027, 1, 6)
    nights = access_windows(NIGHTS, NEW_YORK, first, last, different={closed: ()})
    assert [window.opening_date.day for window in nights] == [4, 5, 7]


def test_a_day_that_differs_has_its_own_hours_and_no_others() -> None:
    day = date(2027, 1, 6)
    (window,) = access_windows(NIGHTS, NEW_YORK, day, day, different={day: [(time(23), time(1))]})
    assert (window.start, window.end) == (at(date(2027, 1, 7), 4), at(date(2027, 1, 7), 6))
    assert window.opening_date == day


def test_a_day_can_be_open_although_its_weekday_never_is() -> None:
    sunday = date(2027, 1, 10)
    week = [WeeklyHours(0, time(8), time(12))]
    (window,) = access_windows(week, NEW_YORK, sunday, sunday, different={sunday: [(time(8), time(12))]})
    assert window.opening_date == sunday


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 11, 1), 25), (date(2027, 3, 14), 23)])
def test_a_blackout_lasts_the_whole_day_when_the_clock_changes(day: date, hours: int) -> None:
    found = blackout(day, day, "Freeze", NEW_YORK)
    assert found.end - found.start == hours * 60
    assert found.covers(day)
    assert not found.covers(day + timedelta(days=1))


def test_hours_of_one_day_that_touch_become_one_window() -> None:
    week = [WeeklyHours(0, time(8), time(12)), WeeklyHours(0, time(12), time(17))]
    assert [
        (w.end - w.start) for w in access_windows(week, NEW_YORK, date(2027, 1, 4), date(2027, 1, 4))
    ] == [540]


def test_a_site_that_never_closes_lets_work_run_on_but_keeps_the_day_it_began() -> None:
    always = [WeeklyHours(weekday, time(0), time(0)) for weekday in range(7)]
    first, second = access_windows(always, NEW_YORK, date(2027, 1, 4), date(2027, 1, 5))
    assert first.end == second.end
    assert first.latest_start(300) == second.start - 1
    assert second.latest_start(300) == second.end - 300


def test_shifts_lose_time_off() -> None:
    day = date(2027, 1, 4)
    week = [WeeklyHours(0, time(8), time(17))]
    off = [Interval(at(day, 17), at(day, 19))]
    pieces = shifts(week, NEW_YORK, day, day, time_off=off)
    assert [(piece.start, piece.end) for piece in pieces] == [
        (at(day, 13), at(day, 17)),
        (at(day, 19), at(day, 22)),
    ]
    assert {piece.date for piece in pieces} == {day}


def test_a_whole_day_off_leaves_no_shift() -> None:
    day = date(2027, 1, 4)
    week = [WeeklyHours(0, time(8), time(17))]
    assert shifts(week, NEW_YORK, day, day, time_off=[Interval(at(day, 0), at(day, 24 - 1))]) == ()


def test_a_shift_begins_no_sooner_than_the_night_shift_before_it_ends() -> None:
    week = [WeeklyHours(0, time(20), time(6)), WeeklyHours(1, time(5), time(13))]
    night, morning = shifts(week, NEW_YORK, date(2027, 1, 4), date(2027, 1, 5))
    assert night.end == morning.start
    assert (night.date.day, morning.date.day) == (4, 5)


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        utc_minute(datetime(2027, 1, 4))
