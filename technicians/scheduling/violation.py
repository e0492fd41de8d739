"""A broken rule, as the independent check reports it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """The rules of a plan."""

    UNKNOWN = "unknown"
    TWICE = "placed_twice"
    CREW = "crew"
    DURATION = "duration"
    FIXED = "fixed_moved"
    DATA = "data_missing"
    SKILLS = "skills"
    RADIUS = "radius"
    WAVE = "wave_dates"
    BLACKOUT = "blackout"
    PACE = "pace"
    ACCESS = "access"
    NOT_BEFORE = "not_before"
    PAST = "past"
    SHIFT = "shift"
    BUSY = "busy"
    DOUBLE_BOOKED = "double_booked"
    TRAVEL = "travel"
    REST = "rest"
    DAILY_MINUTES = "daily_minutes"


@dataclass(frozen=True, slots=True)
class Violation:
    """`rule` is broken by `visit` (its id); `sentence` says how."""

    visit: str
    rule: Rule
    sentence: str
