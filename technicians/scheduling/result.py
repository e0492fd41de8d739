"""The planner's answer: placements, reasons, alternatives and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Gate(StrEnum):
    """Why a visit was not placed, in the order in which the questions are asked.

    Up to `CREW` the reason is structural: no plan could place the visit. `PACE` and `CAPACITY` depend
    on what else was placed.
    """

    DATA = "data_missing"
    SKILLS = "no_qualified_technician"
    RADIUS = "out_of_radius"
    ACCESS = "no_access_window"
    CALENDAR = "technicians_calendar"
    FIT = "window_and_shift"
    CREW = "no_crew_together"
    PACE = "pace_full"
    CAPACITY = "capacity"

    @property
    def is_structural(self) -> bool:
        """True when the visit cannot be placed whatever else is planned."""
        return self not in (Gate.PACE, Gate.CAPACITY)


@dataclass(frozen=True, slots=True)
class Placement:
    """One visit with its technicians (lead first) from `start` to `end`, UTC minutes.

    `day` is the day it counts for. `km` and `travel_minutes` are the drives that lead to it, and the way
    home when it is the last stop, summed over the crew.
    """

    visit: str
    technicians: tuple[str, ...]
    start: int
    end: int
    day: date
    km: float = 0.0
    travel_minutes: int = 0
    reason_note: str = ""


@dataclass(frozen=True, slots=True)
class Unscheduled:
    """A visit that was not placed: the gate that stopped it, in words, and what would help.

    `evidence` holds the facts behind the sentence as JSON values (dates as ISO strings).
    """

    visit: str
    gate: Gate
    sentence: str
    suggestion: str
    evidence: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Alternative:
    """The best slot of another technician, as the plan stands.

    `extra_km` may be negative where rounding or pace kept the planner from the shorter choice.
    `replaces` is the member of the crew who would be relieved.
    """

    technician: str
    replaces: str
    start: int
    day: date
    extra_km: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of a plan.

    `feasible` counts the visits no structural gate stops; `scheduled` is never more. `km` and
    `travel_minutes` sum those of the placements; `service_minutes` counts each technician of a crew.
    `per_day` counts visits by the day they count for. `iterations` is how often improvement tried.
    """

    requested: int
    feasible: int
    scheduled: int
    km: float
    travel_minutes: int
    service_minutes: int
    per_day: Mapping[date, int]
    iterations: int


@dataclass(frozen=True, slots=True)
class Result:
    """A plan with everything needed to show, explain and repeat it."""

    placements: tuple[Placement, ...]
    unscheduled: tuple[Unscheduled, ...]
    alternatives: Mapping[str, tuple[Alternative, ...]]
    metrics: Metrics
    seed: int
    engine_version: str
    problem_hash: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Live figures of a running improvement; `done` goes from 0 to 1."""

    done: float
    iterations: int
    scheduled: int
    requested: int
    km: float
