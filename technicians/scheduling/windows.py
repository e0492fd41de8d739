"""From local clocks to UTC minutes: access windows of sites and shifts of technicians.

A week's hours are laid over each calendar date on its own and converted clock by clock, so that a
night across a change to or from summer time has the length it really has. Adding 24 hours to
yesterday's window, or subtracting two local times, is how others get this wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import TypeAlias
from zoneinfo import ZoneInfo

from technicians.scheduling.problem import Blackout, Interval, Shift, Window

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Clocks: TypeAlias = tuple[time, time]
"""When hours open and close, as local clock times; a close that is not after the opening is the next day's."""


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Hours on one weekday (0 is Monday), as local clock times.

    When `closes` is not after `opens` the hours run past midnight and belong to the day they open;
    equal times mean a full day.
    """

    weekday: int
    opens: time
    closes: time


def utc_minute(moment: datetime) -> int:
    """Return the whole UTC minutes since the epoch of an aware `moment`.

    Raises
    ------
    ValueError
        `moment` is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be planned with.")
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(minutes=1)


def moment(minute: int) -> datetime:
    """Return the aware UTC datetime of a UTC minute."""
    return _EPOCH + timedelta(minutes=minute)


def local_minute(day: date, clock: time, zone: ZoneInfo) -> int:
    """Return the UTC minute at which the clock on the wall reaches `clock` on `day`.

    A time the clock skips (02:30 in spring) is reached at the moment of the skip; a time it shows
    twice (01:30 in autumn) is reached the first time.
    """
    first = utc_minute(datetime.combine(day, clock, zone).replace(fold=0))
    second = utc_minute(datetime.combine(day, clock, zone).replace(fold=1))
    if first <= second:
        return first
    return _change_between(second, first, zone)


def blackout(first_day: date, last_day: date, reason: str, zone: str) -> Blackout:
    """Return days on which nobody works, both included, from midnight to midnight in `zone`, an IANA name."""
    clock = ZoneInfo(zone)
    start = local_minute(first_day, time(0), clock)
    end = local_minute(last_day + timedelta(days=1), time(0), clock)
    return Blackout(first_day, last_day, start, end, reason)


def access_windows(
    hours: Iterable[WeeklyHours],
    zone: str,
    first_day: date,
    last_day: date,
    *,
    different: Mapping[date, Sequence[Clocks]] = MappingProxyType({}),
) -> tuple[Window, ...]:
    """Return the windows that open from `first_day` to `last_day`, both included.

    Parameters
    ----------
    hours
        The site's week; hours of one day that overlap or touch become one window.
    zone
        IANA name of the site's zone.
    different
        Dates that differ from the week, with the hours that open on them instead; none: closed.

    Returns
    -------
    tuple of Window
        By start. A window that another one follows without a gap lets work run on into that one, but
        starts only in its own time, so that each visit keeps the day it began.
    """
    spans = list(_spans(hours, ZoneInfo(zone), first_day, last_day, different))
    return tuple(_run_on(_merged_by_day(spans)))


def shifts(
    hours: Iterable[WeeklyHours],
    zone: str,
    first_day: date,
    last_day: date,
    *,
    time_off: Iterable[Interval] = (),
) -> tuple[Shift, ...]:
    """Return a technician's shifts from `first_day` to `last_day`, with time off cut out.

    A shift that would begin before the previous one has ended begins at that end instead. Time off in
    the middle leaves two shifts of the same date, each beginning and ending at home.
    """
    pieces: list[Shift] = []
    until: int | None = None
    away = sorted(time_off, key=lambda off: off.start)
    for start, end, day in _merged_by_day(list(_spans(hours, ZoneInfo(zone), first_day, last_day, {}))):
        begins = start if until is None else max(start, until)
        pieces.extend(Shift(left, right, day) for left, right in _without(begins, end, away))
        until = end if until is None else max(end, until)
    return tuple(pieces)


_Span = tuple[int, int, date]


def _change_between(low: int, high: int, zone: ZoneInfo) -> int:
    """Return the first UTC minute after `low` whose offset is that of `high` (bisection)."""
    after = moment(high).astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if moment(middle).astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high


def _spans(
    hours: Iterable[WeeklyHours],
    zone: ZoneInfo,
    first_day: date,
    last_day: date,
    different: Mapping[date, Sequence[Clocks]],
) -> Iterator[_Span]:
    week: dict[int, list[Clocks]] = {weekday: [] for weekday in range(7)}
    for entry in hours:
        week[entry.weekday].append((entry.opens, entry.closes))
    for number in range(first_day.toordinal(), last_day.toordinal() + 1):
        day = date.fromordinal(number)
        for opens, closes in different.get(day, week[day.weekday()]):
            closes_on = day if closes > opens else day + timedelta(days=1)
            start, end = local_minute(day, opens, zone), local_minute(closes_on, closes, zone)
            # Hours that lie wholly inside a skipped hour have no length: that day they do not exist.
            if start < end:
                yield (start, end, day)


def _merged_by_day(spans: list[_Span]) -> list[_Span]:
    merged: list[_Span] = []
    for start, end, day in sorted(spans, key=lambda span: (span[2], span[0], span[1])):
        if merged and merged[-1][2] == day and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]), day)
        else:
            merged.append((start, end, day))
    return merged


def _run_on(spans: Sequence[_Span]) -> Iterator[Window]:
    for index, (start, end, day) in enumerate(spans):
        following = spans[index + 1] if index + 1 < len(spans) else None
        if following and following[0] <= end < following[1]:
            yield Window(start, following[1], day, last_start=end - 1)
        else:
            yield Window(start, end, day)


def _without(start: int, end: int, away: Sequence[Interval]) -> Iterator[tuple[int, int]]:
    for off in away:
        if off.end <= start or off.start >= end:
            continue
        if off.start > start:
            yield (start, off.start)
        start = max(start, off.end)
    if start < end:
        yield (start, end)
