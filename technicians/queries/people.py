"""Reads of technicians."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from rollout.models import Rollout, User
from technicians.choices import VisitState
from technicians.models import Shift, Technician, TechnicianSkill, TimeOff, Visit
from technicians.queries.visits import with_people
from technicians.working_hours import hours_text

UPCOMING = (VisitState.SCHEDULED, VisitState.CONFIRMED)


def engaged(rollout: Rollout) -> QuerySet[Technician]:
    """Technicians of the providers that work for the rollout's client, by name, with provider."""
    technicians: QuerySet[Technician] = Technician.objects.filter(
        provider__engagements__client=rollout.client_id
    )
    return technicians.select_related("provider").order_by("name", "pk")


def find_technicians(rollout: Rollout, words: str, *, limit: int = 4) -> list[Technician]:
    """Return technicians of the client's providers whose name, or whose provider's, holds the words."""
    named = Q(name__icontains=words) | Q(provider__name__icontains=words)
    return list(engaged(rollout).filter(named)[:limit])


def with_calendar(technicians: QuerySet[Technician]) -> QuerySet[Technician]:
    """Load skills, shifts and time off. Three queries more."""
    skills = TechnicianSkill.objects.select_related("skill").order_by("skill__name")
    return technicians.prefetch_related(
        Prefetch("skills", queryset=skills),
        Prefetch("shifts", queryset=Shift.objects.order_by("weekday", "starts")),
        Prefetch("time_off", queryset=TimeOff.objects.order_by("first_day")),
    )


def available(rollout: Rollout) -> QuerySet[Technician]:
    """Technicians a proposal may use: active, with a base on the map and shifts."""
    works = Exists(Shift.objects.filter(technician=OuterRef("pk")))
    return with_calendar(engaged(rollout).filter(works, is_active=True, latitude__isnull=False))


def listed(rollout: Rollout, *, now: datetime) -> QuerySet[Technician]:
    """Technicians for the list: with calendar, and `upcoming` visits they have for this rollout's client."""
    coming = Q(
        assignments__released_at__isnull=True,
        assignments__visit__state__in=UPCOMING,
        assignments__visit__starts_at__gte=now,
        assignments__visit__work_order__rollout__client=rollout.client_id,
    )
    counted = engaged(rollout).annotate(upcoming=Count("assignments", filter=coming, distinct=True))
    return with_calendar(counted)


def hours_of(technician: Technician, *, between: str = "; ") -> str:
    """Return the shifts in words."""
    rows = [(shift.weekday, shift.starts, shift.ends) for shift in technician.shifts.all()]
    return hours_text(rows, between=between)


def next_time_off(technician: Technician, *, today: date) -> TimeOff | None:
    """Return the time off that is on or comes next."""
    return next((off for off in technician.time_off.all() if off.last_day >= today), None)


def why_not_planned(technician: Technician) -> str:
    """Return why no proposal can use a technician; empty when nothing is missing."""
    if not technician.is_active:
        return "Not active"
    if technician.latitude is None:
        return "No base on the map"
    return "" if technician.shifts.all() else "No shifts"


@dataclass(frozen=True)
class Person:
    """One row of the list of technicians."""

    technician: Technician
    hours: list[str]
    time_off: TimeOff | None
    lacks: str


def persons(technicians: list[Technician], *, today: date) -> list[Person]:
    """Return the rows of the list."""
    return [
        Person(t, hours_of(t, between="\n").splitlines(), next_time_off(t, today=today), why_not_planned(t))
        for t in technicians
    ]


def export_rows(technicians: QuerySet[Technician], *, today: date) -> Iterator[list[Any]]:
    """Return technicians as the rows of their export, which the import of technicians reads again."""
    for person in persons(list(technicians), today=today):
        one, off = person.technician, person.time_off
        skills = [held.skill.name for held in one.skills.all()]
        away = f"{off.first_day} to {off.last_day}" if off else ""
        yield [
            *(one.provider.name, one.code, one.name, one.phone, one.email, one.home_city),
            *(one.latitude, one.longitude, one.time_zone, one.radius_km, skills, "; ".join(person.hours)),
            *(one.is_active, getattr(one, "upcoming", 0), away),
        ]


def visits_of(technician: Technician, user: User) -> QuerySet[Visit]:
    """Visits of a technician that the user may see, latest first."""
    visible: QuerySet[Visit] = Visit.objects.visible_to(user)
    mine = visible.filter(assignments__technician=technician, assignments__released_at__isnull=True)
    return with_people(mine).select_related("work_order__rollout").order_by("-starts_at")


def booked_elsewhere(technician: Technician, user: User, *, now: datetime) -> int:
    """Return how many visits to come a technician has that the user may not see: a number, no names."""
    coming = Q(assignments__technician=technician, assignments__released_at__isnull=True, starts_at__gte=now)
    seen = Visit.objects.visible_to(user).filter(coming).count()
    return Visit.objects.filter(coming).count() - seen
