"""Who goes, when, and how that was decided."""

from technicians.models.people import (
    Engagement,
    Provider,
    ProviderManager,
    Shift,
    Skill,
    Technician,
    TechnicianSkill,
    TimeOff,
)
from technicians.models.schedule import ProposedVisit, SchedulePlan, UnscheduledVisit
from technicians.models.visits import Assignment, Visit

__all__ = [
    "Assignment",
    "Engagement",
    "ProposedVisit",
    "Provider",
    "ProviderManager",
    "SchedulePlan",
    "Shift",
    "Skill",
    "Technician",
    "TechnicianSkill",
    "TimeOff",
    "UnscheduledVisit",
    "Visit",
]
