"""Shifts and skills as people write them: "Mon–Fri 20:00–06:00", "Working at height until 2027-03-01"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time
from typing import NamedTuple

from django.utils.text import slugify

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LINE = re.compile(
    r"^(?P<days>.+?)\s+(?P<starts>\d{1,2}(?:[:.]\d{2})?)\s*[-–—]\s*(?P<ends>\d{1,2}(?:[:.]\d{2})?)$"
)
_EVERY_DAY = ("every day", "daily", "all days")
_UNTIL = re.compile(r"^(?P<name>.+?)\s+until\s+(?P<day>\S+)$", re.IGNORECASE)


class NotUnderstood(ValueError):
    """A line cannot be read; the text says which and how to write it."""


class Hours(NamedTuple):
    """One shift: weekday (Monday 0), begin and end on the clock; an end not after the begin is the next morning."""

    weekday: int
    starts: time
    ends: time


class Held(NamedTuple):
    """A skill by name and the last day it is valid (None: for good)."""

    name: str
    valid_until: date | None


def days_text(days: Iterable[int]) -> str:
    """Return weekdays in words: "Every day", "Mon–Fri", "Tue, Thu"."""
    ordered = sorted(set(days))
    if len(ordered) == 7:
        return "Every day"
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{DAYS[ordered[0]]}–{DAYS[ordered[-1]]}"
    return ", ".join(DAYS[day] for day in ordered)


def hours_text(hours: Iterable[tuple[int, time, time]], *, between: str = "; ") -> str:
    """Return shifts in words, days with the same hours together; `read_hours` reads it back."""
    by_hours: dict[tuple[time, time], list[int]] = {}
    for weekday, starts, ends in hours:
        by_hours.setdefault((starts, ends), []).append(weekday)
    lines = sorted(by_hours.items(), key=lambda item: (min(item[1]), item[0]))
    return between.join(f"{days_text(days)} {start:%H:%M}–{end:%H:%M}" for (start, end), days in lines)


def read_hours(text: str) -> list[Hours]:
    """Read shifts, one line (or part before a semicolon) each.

    Raises
    ------
    NotUnderstood
        A line is no "days begin–end", begins when it ends, or a day begins twice at the same time.
    """
    found: list[Hours] = []
    for line in filter(None, (part.strip() for part in re.split(r"[\n;]", text))):
        match = _LINE.match(line)
        if match is None:
            raise NotUnderstood(
                f"“{line}” cannot be read. Write days and hours, such as Mon–Fri 20:00–06:00."
            )
        starts, ends = _clock(match["starts"], line), _clock(match["ends"], line)
        if starts == ends:
            raise NotUnderstood(f"“{line}” begins and ends at the same time. Give the hours of the shift.")
        found.extend(Hours(day, starts, ends) for day in _days(match["days"], line))
    begun = [(hours.weekday, hours.starts) for hours in found]
    if twice := next((one for one in begun if begun.count(one) > 1), None):
        raise NotUnderstood(f"{DAYS[twice[0]]} {twice[1]:%H:%M} begins twice. Keep one of the two.")
    return sorted(found)


def _clock(text: str, line: str) -> time:
    hours, _, minutes = text.replace(".", ":").partition(":")
    try:
        return time(int(hours) % 24 if int(hours) == 24 else int(hours), int(minutes or 0))
    except ValueError:
        raise NotUnderstood(f"“{text}” in “{line}” is no time of day. Write it as 20:00.") from None


def _days(text: str, line: str) -> list[int]:
    if text.strip().casefold() in _EVERY_DAY:
        return list(range(7))
    days: list[int] = []
    for part in filter(None, re.split(r"[,\s]+", re.sub(r"\s*[-–—]\s*", "-", text))):
        first, _, last = part.partition("-")
        start = _day(first, line)
        end = _day(last, line) if last else start
        days.extend((start + n) % 7 for n in range((end - start) % 7 + 1))
    return sorted(set(days))


def _day(text: str, line: str) -> int:
    short = text.strip().casefold()[:3]
    for number, name in enumerate(DAYS):
        if name.casefold() == short:
            return number
    raise NotUnderstood(f"“{text}” in “{line}” is no weekday. Write Mon, Tue, Wed, Thu, Fri, Sat or Sun.")


def skills_text(held: Iterable[tuple[str, date | None]]) -> str:
    """Return skills one a line; `read_skills` reads it back."""
    return "\n".join(f"{name} until {until.isoformat()}" if until else name for name, until in held)


def read_skills(text: str) -> list[Held]:
    """Read skills, one a line, each once. Raises `NotUnderstood`."""
    found: dict[str, Held] = {}
    for line in filter(None, (part.strip() for part in text.splitlines())):
        match = _UNTIL.match(line)
        name = match["name"] if match else line
        if not skill_key(name):
            raise NotUnderstood(f"“{line}” has no letters or digits. Name the skill.")
        found[skill_key(name)] = Held(name[:80], _date(match["day"], line) if match else None)
    return list(found.values())


def _date(text: str, line: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotUnderstood(f"“{text}” in “{line}” is no date. Write it as 2027-03-01.") from None


def skill_key(name: str) -> str:
    """Return the key under which a skill is known, however it is written."""
    return slugify(name, allow_unicode=True)[:60]
