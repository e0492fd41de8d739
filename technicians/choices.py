"""Stable string keys of people, visits and schedules."""

from django.db import models


class VisitKind(models.TextChoices):
    """Why somebody goes there."""

    SURVEY = "survey", "Survey"
    INSTALL = "install", "Install"
    REVISIT = "revisit", "Revisit"


class VisitState(models.TextChoices):
    """Where a visit is; late and overdue are computed."""

    SCHEDULED = "scheduled", "Scheduled"
    CONFIRMED = "confirmed", "Confirmed"
    ON_SITE = "on_site", "On site"
    SUBMITTED = "submitted", "Submitted"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class PlanState(models.TextChoices):
    """A schedule proposal: being computed, to be looked at, in force, or put aside."""

    SOLVING = "solving", "Being computed"
    PROPOSED = "proposed", "Proposed"
    APPLIED = "applied", "Applied"
    UNDONE = "undone", "Undone"
    DISCARDED = "discarded", "Discarded"


ACTIVE_VISIT_STATES = (VisitState.SCHEDULED, VisitState.CONFIRMED, VisitState.ON_SITE, VisitState.SUBMITTED)
