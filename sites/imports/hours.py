"""Opening hours in the ways people write them, read into weekly windows; never by guessing.

>>> written(read_hours("Mon-Fri 9-17, Sat 10:00–14:00").windows)
'Mon–Fri 09:00–17:00; Sat 10:00–14:00'
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from .hours_tokens import WORDS, Clock, Token, Unsure, tokens
from .hours_words import LANGUAGES, Language

DAY = 24 * 60
_LONGEST = 400
WHOLE_DAY = (dt.time(0), dt.time(23, 59))
"""A window cannot be 24 hours long: it ends a minute before."""
HOLIDAYS = "Public holidays are no part of a week and were left out."


class Window(NamedTuple):
    """Open from one time to another; `closes` at or before `opens` is the next morning. Monday is 0."""

    weekday: int
    opens: dt.time
    closes: dt.time


@dataclass(frozen=True, slots=True)
class Hours:
    """What opening hours say.

    Attributes
    ----------
    windows:
        In the order of the week. Empty when the text says closed, and when it cannot be read for certain.
    remark:
        Why there are no windows, or what was left out; "" when everything was read.
    """

    windows: tuple[Window, ...] = ()
    remark: str = ""


@lru_cache(maxsize=4096)
def read_hours(text: str) -> Hours:
    """Read opening hours in English, German, French, Spanish, Italian, Dutch or Portuguese.

    Weekdays alone, in lists and from–to; times with or without minutes, of 12 or 24 hours, over midnight and several
    a day; "daily", "24/7", "closed". Whatever has a second meaning gives no windows and a remark: "9-5" may end in the
    morning or in the afternoon, "Do" is a Thursday in German and a Sunday in Spanish.
    """
    if len(text) > _LONGEST:
        return Hours(remark="This is too long for opening hours.")
    plain = unicodedata.normalize("NFKC", text).lower().translate(_MARKS).strip()
    if not plain:
        return Hours()
    readings: set[Hours] = set()
    refused: list[str] = []
    for language in LANGUAGES:
        try:
            readings.add(_read_in(plain, language))
        except Unsure as unsure:
            refused.append(str(unsure))
    if len(readings) == 1:
        return readings.pop()
    if readings:
        return Hours(remark="The weekdays mean different days in different languages.")
    return Hours(remark=max(refused, key=lambda why: (why != WORDS, why)))


_MARKS = str.maketrans(
    {
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "~": "-",
        "〜": "-",
        "\u200b": "",
        "’": "'",
        "\r": "\n",
    }
)


def written(windows: Iterable[Window]) -> str:
    """Return windows as text, equal days together; `read_hours` reads the same windows from it."""
    by_day: dict[int, list[str]] = {}
    for window in sorted(windows):
        late = " next day" if window.closes <= window.opens else ""
        span = f"{window.opens:%H:%M}–{window.closes:%H:%M}{late}"
        by_day.setdefault(window.weekday, []).append(span)
    runs: list[tuple[int, int, list[str]]] = []
    for day, spans in sorted(by_day.items()):
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == spans:
            runs[-1] = (runs[-1][0], day, spans)
        else:
            runs.append((day, day, spans))
    return "; ".join(f"{_run_name(first, last)} {', '.join(spans)}" for first, last, spans in runs)


_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _run_name(first: int, last: int) -> str:
    return _NAMES[first] if first == last else f"{_NAMES[first]}–{_NAMES[last]}"


# --- From tokens to windows -----------------------------------------------------------------------------------


class _Part(NamedTuple):
    """Weekdays, hours or a word on the way from tokens to windows."""

    kind: str
    days: frozenset[int] = frozenset()
    spans: tuple[tuple[int, int], ...] = ()


def _read_in(text: str, language: Language) -> Hours:
    parts = list(_parts(list(tokens(text, language))))
    holidays = [index for index, part in enumerate(parts) if part.kind == "holiday"]
    for index in reversed(holidays):
        if index + 1 == len(parts) or parts[index + 1].kind != "closed":
            raise Unsure("The hours of public holidays are no part of a week.")
        del parts[index : index + 2]
    windows = _windows(parts)
    return Hours(windows, HOLIDAYS if holidays else "")


def _parts(tokens: Sequence[Token]) -> Iterator[_Part]:
    at = 0
    while at < len(tokens):
        kind = tokens[at].kind
        ranged = at + 2 < len(tokens) and tokens[at + 1].kind == "to"
        if kind == "day" and ranged and tokens[at + 2].kind == "day":
            yield _Part("days", _days_between(tokens[at], tokens[at + 2]))
            at += 3
        elif kind in ("day", "days"):
            yield _Part("days", tokens[at].days)
            at += 1
        elif kind == "time":
            late = at + 3 < len(tokens) and tokens[at + 3].kind == "late"
            yield _Part("hours", spans=(_span(tokens[at : at + 4 if late else at + 3], late),))
            at += 4 if late else 3
        elif kind in ("allday", "always"):
            if kind == "always":
                yield _Part("days", frozenset(range(7)))
            yield _Part("hours", spans=((0, DAY),))
            at += 1
        elif kind in ("closed", "holiday"):
            yield _Part(kind)
            at += 1
        else:
            raise Unsure(WORDS)


def _days_between(first: Token, last: Token) -> frozenset[int]:
    (start,), (end,) = first.days, last.days
    if start == end:
        raise Unsure("A weekday is written up to itself.")
    return frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))


def _span(tokens: Sequence[Token], late: bool) -> tuple[int, int]:
    """Return the minutes from and to, beyond 24 hours for the next morning."""
    if len(tokens) < 3 or tokens[1].kind != "to":
        raise Unsure("A time stands alone: from when, or until when?")
    opens = tokens[0].clock
    closes = Clock(DAY, "", True) if tokens[2].kind == "allday" else tokens[2].clock
    if opens is None or closes is None or opens.minutes >= DAY:
        raise Unsure(WORDS)
    if late:
        return opens.minutes, closes.minutes % DAY + DAY
    if bool(opens.half) != bool(closes.half):
        opens, closes = _with_half(opens, closes)
    elif not opens.half:
        _refuse_unclear(opens, closes)
    end = closes.minutes
    return opens.minutes, end + DAY if end <= opens.minutes else end


def _of_a_day(span: tuple[int, int]) -> tuple[dt.time, dt.time]:
    opens, closes = span
    if (opens, closes) == (0, DAY):
        return WHOLE_DAY
    if closes - opens >= DAY:
        raise Unsure("A time is written up to itself.")
    return _time(opens), _time(closes)


def _with_half(opens: Clock, closes: Clock) -> tuple[Clock, Clock]:
    """Settle "9-5pm" and "8am-6": the one side without am or pm is sure only if one reading ends the same day."""
    bare = closes if opens.half else opens
    if bare.minutes > 12 * 60 + 59:
        return opens, closes
    halves = [bare._replace(minutes=bare.minutes % 720 + shift) for shift in (0, 720)]
    pairs = [(opens, half) if opens.half else (half, closes) for half in halves]
    same_day = [pair for pair in pairs if pair[0].minutes < pair[1].minutes]
    if len(same_day) != 1:
        raise Unsure("One time says am or pm and the other does not.")
    return same_day[0]


def _refuse_unclear(opens: Clock, closes: Clock) -> None:
    """Times up to 12 without am and pm may be of either half of the day."""
    early = opens.minutes < 13 * 60 and closes.minutes < 13 * 60
    bare = not (opens.full or closes.full)
    if early and (closes.minutes <= opens.minutes or (bare and opens.minutes < 6 * 60)):
        raise Unsure("The times do not say morning or afternoon.")


def _windows(parts: Sequence[_Part]) -> tuple[Window, ...]:
    if [part.kind for part in parts] == ["closed"] or not parts:
        return ()
    week: dict[int, list[tuple[int, int]]] = {}
    closed: set[int] = set()
    for days, spans in _groups(parts):
        for day in days:
            if day in closed:
                raise Unsure("A day is said to be both open and closed.")
            week.setdefault(day, []).extend(spans)
            if not spans:
                closed.add(day)
    return tuple(
        Window(day, *_of_a_day(span))
        for day, spans in sorted(week.items())
        if day not in closed
        for span in _apart(spans)
    )


def _groups(parts: Sequence[_Part]) -> Iterator[tuple[frozenset[int], list[tuple[int, int]]]]:
    """Yield days with their hours, none for closed. Either days stand first throughout, or hours do."""
    runs: list[tuple[str, list[_Part]]] = []
    for part in parts:
        kind = "days" if part.kind == "days" else "hours"
        if runs and runs[-1][0] == kind:
            runs[-1][1].append(part)
        else:
            runs.append((kind, [part]))
    if [part.spans for part in parts] == [((0, DAY),)]:
        runs.append(("days", [_Part("days", frozenset(range(7)))]))
    if len(runs) % 2:
        raise Unsure("It is not said on which days." if len(runs) == 1 else "Days and hours do not pair up.")
    for first, second in zip(runs[::2], runs[1::2], strict=True):
        days, hours = (first[1], second[1]) if first[0] == "days" else (second[1], first[1])
        shut = [part for part in hours if part.kind == "closed"]
        if shut and len(hours) > 1:
            raise Unsure("A day is said to be both open and closed.")
        spans = [span for part in hours for span in part.spans]
        yield frozenset().union(*(part.days for part in days)), spans


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    ordered = sorted(spans)
    for (_, end), (start, _) in pairwise(ordered):
        if start < end:
            raise Unsure("The hours of one day overlap.")
    return ordered


def _time(minutes: int) -> dt.time:
    hour, minute = divmod(minutes % DAY, 60)
    return dt.time(hour, minute)


@lru_cache(maxsize=1024)
def read_days(text: str) -> tuple[int, ...] | None:
    """Read weekdays alone: "Mon–Fri", "Sa, So", "lundi", "daily". None when a word is no weekday or could be two.

    >>> read_days("Sa, So"), read_days("Fri-Mon"), read_days("Di")
    ((5, 6), (0, 4, 5, 6), None)
    """
    plain = unicodedata.normalize("NFKC", text[:_LONGEST]).lower().translate(_MARKS).strip()
    readings: set[tuple[int, ...]] = set()
    for language in LANGUAGES:
        try:
            parts = list(_parts(list(tokens(plain, language))))
        except Unsure:
            continue
        if parts and all(part.kind == "days" for part in parts):
            readings.add(tuple(sorted(frozenset().union(*(part.days for part in parts)))))
    return readings.pop() if len(readings) == 1 else None
