"""Planning of visits: who, where, when, and why not. Pure Python, no Django.

See :mod:`technicians.scheduling.problem` for what goes in, :mod:`technicians.scheduling.solve` for the
front door, :mod:`technicians.scheduling.check` for the independent check of every rule.
"""

from technicians.scheduling.check import Rule, Violation, violations
from technicians.scheduling.improve import Stop
from technicians.scheduling.problem import (
    Blackout,
    FixedAppointment,
    Interval,
    InvalidProblem,
    Problem,
    Shift,
    TechnicianSpec,
    VisitRequest,
    WaveSpec,
    Window,
    problem_hash,
)
from technicians.scheduling.result import (
    Alternative,
    Gate,
    Metrics,
    Placement,
    Progress,
    Result,
    Unscheduled,
)
from technicians.scheduling.solve import ENGINE_VERSION, solve
from technicians.scheduling.travel import GreatCircle, Leg, Place, Travel

__all__ = [
    "ENGINE_VERSION",
    "Alternative",
    "Blackout",
    "FixedAppointment",
    "Gate",
    "GreatCircle",
    "Interval",
    "InvalidProblem",
    "Leg",
    "Metrics",
    "Place",
    "Placement",
    "Problem",
    "Progress",
    "Result",
    "Rule",
    "Shift",
    "Stop",
    "TechnicianSpec",
    "Travel",
    "Unscheduled",
    "Violation",
    "VisitRequest",
    "WaveSpec",
    "Window",
    "problem_hash",
    "solve",
    "violations",
]
