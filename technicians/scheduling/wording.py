"""Numbers and dates as people say them, in sentences of the planner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_text(day: date) -> str:
    """Return ``3 Mar 2027``, whatever the locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def duration(minutes: int) -> str:
    """Return ``45 min``, ``4 h`` or ``1 h 30 min``."""
    hours, rest = divmod(minutes, 60)
    parts = ([f"{hours} h"] if hours else []) + ([f"{rest} min"] if rest or not hours else [])
    return " ".join(parts)


def kilometres(km: float) -> str:
    """Return ``12 km``; below one, ``under 1 km``."""
    return f"{round(km)} km" if km >= 1 else "under 1 km"


def counted(number: int, noun: str) -> str:
    """Return ``1 visit`` or ``3 visits``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return ``A``, ``A and B``, ``A, B and C``, or ``A, B, C and 4 more``."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
