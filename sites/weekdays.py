"""Weekdays as people say them."""

from __future__ import annotations

from collections.abc import Iterable

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
