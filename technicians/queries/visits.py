"""Reads of visits."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from rollout.models import Rollout
from technicians.choices import VisitState
from technicians.models import Assignment, Visit
from workorders.models import WorkOrder


def with_people(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Load site, wave and the current crew; `visit.crew` is the list of assignments, lead first. Two queries."""
    crew = (
        Assignment.objects.filter(released_at__isnull=True)
        .select_related("technician__provider")
        .order_by("-is_lead")
    )
    return visits.select_related(
        "work_order__enrolment__site", "work_order__enrolment__wave"
    ).prefetch_related(Prefetch("assignments", queryset=crew, to_attr="crew"))


def of_order(order: WorkOrder) -> QuerySet[Visit]:
    """Visits of a work order with their crews, the latest first. Two queries."""
    return with_people(Visit.objects.filter(work_order=order)).order_by("-number")


def between(rollout: Rollout, start: datetime, end: datetime) -> QuerySet[Visit]:
    """Visits of a rollout that begin in [start, end), cancelled ones left out, by time."""
    visits = Visit.objects.filter(work_order__rollout=rollout, starts_at__gte=start, starts_at__lt=end)
    return with_people(visits.exclude(state=VisitState.CANCELLED)).order_by("starts_at")


def crew_of(visit: Visit) -> list[Assignment]:
    """Return the current crew of a visit loaded by `with_people`, lead first."""
    crew: list[Assignment] = visit.crew  # type: ignore[attr-defined]
    return crew


def behind_link(key: uuid.UUID) -> Visit | None:
    """Return the visit a link names, whoever asks, with its rollout and site; the token decides what becomes of it."""
    visits = Visit.objects.select_related("work_order__rollout", "work_order__enrolment__site")
    return visits.filter(key=key).first()
