"""Weekdays and dates as people say them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sites.choices import Weekday


def days_in_words(days: Iterable[int]) -> str:
    """Return weekdays as people say them: "every day", "Mon–Fri", "Tue, Thu"."""
    ordered = sorted(set(days))
    names = [str(Weekday(day).label)[:3] for day in ordered]
    if len(ordered) == 7:
        return "every day"
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{names[0]}–{names[-1]}"
    return ", ".join(names)


def hours_in_words(windows: Iterable[tuple[int, str, str]]) -> str:
    """Return weekly windows ``(weekday, "21:00", "05:00")`` as people write them: "Mon–Fri 21:00–05:00, Sat 10:00–14:00"."""
    days: dict[str, list[int]] = {}
    for day, opens, closes in windows:
        days.setdefault(f"{opens}–{closes}", []).append(day)
    return ", ".join(f"{days_in_words(these)} {hours}" for hours, these in days.items())


def dates_in_words(first: date, last: date) -> str:
    """Return a day or days in a row as people write them: "Nov 26, 2026", "Nov 26–27, 2026", "Dec 24, 2026 – Jan 2, 2027"."""
    if first == last:
        return f"{first:%b} {first.day}, {first.year}"
    if first.year != last.year:
        return f"{first:%b} {first.day}, {first.year} – {last:%b} {last.day}, {last.year}"
    until = f"{last.day}" if first.month == last.month else f"{last:%b} {last.day}"
    dash = "–" if first.month == last.month else " – "
    return f"{first:%b} {first.day}{dash}{until}, {last.year}"
