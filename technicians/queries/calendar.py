"""Technician × day: booked visits and proposed ones in the same calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Min, QuerySet
from django.urls import reverse

from rollout.models import Rollout
from sites.models import Site
from technicians.choices import VisitState
from technicians.models import ProposedVisit, SchedulePlan, Technician, Visit
from technicians.problems import evening_of
from technicians.queries.visits import crew_of, with_people

DAYS = 7
MOST_ROWS = 40


@dataclass(frozen=True)
class Chip:
    """One visit in a cell: when (on the site's clock), where, and what to open."""

    number: str
    site: Site
    starts_at: datetime
    ends_at: datetime
    url: str
    state: str
    state_label: str
    note: str = ""

    @property
    def time(self) -> str:
        """Begin and end on the site's clock."""
        zone = self.site.zone
        return f"{self.starts_at.astimezone(zone):%H:%M}–{self.ends_at.astimezone(zone):%H:%M}"


@dataclass(frozen=True)
class Row:
    """One technician, a list of chips for each day, and what the whole plan asks of them."""

    technician: Technician
    cells: list[list[Chip]]
    load: Mapping[str, Any]


@dataclass(frozen=True)
class Calendar:
    """A week: a row for each technician, the number of visits of each day, how many technicians found no room."""

    days: list[date]
    rows: list[Row]
    today: date
    more: int = 0
    per_day: list[int] = field(default_factory=list)

    @property
    def heads(self) -> list[tuple[date, int, bool]]:
        """Each day with its number of visits and whether it is today."""
        return [(day, n, day == self.today) for day, n in zip(self.days, self.per_day, strict=True)]

    @property
    def previous(self) -> date:
        """The Monday before."""
        return self.days[0] - timedelta(days=DAYS)

    @property
    def next(self) -> date:
        """The Monday after."""
        return self.days[0] + timedelta(days=DAYS)

    @property
    def last(self) -> date:
        """The Sunday."""
        return self.days[-1]


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def plan_calendar(plan: SchedulePlan, rows: Iterable[ProposedVisit], monday: date, today: date) -> Calendar:
    """Return a week of a proposal; `rows` come with technician and site."""
    loads = plan.metrics.get("loads", {})
    chips: defaultdict[tuple[int, date], list[Chip]] = defaultdict(list)
    technicians: dict[int, Technician] = {}
    for row in rows:
        technicians[row.technician_id] = row.technician
        chip = _proposed_chip(row)
        chips[row.technician_id, evening_of(row.starts_at, chip.site)].append(chip)
    return _calendar(technicians, chips, monday, today, loads)


def visit_calendar(rollout: Rollout, monday: date, today: date) -> Calendar:
    """Return a week of booked visits. Two queries."""
    begin = datetime.combine(monday, time(), tzinfo=UTC)
    visits = booked(rollout).filter(
        starts_at__gte=begin - timedelta(days=1), starts_at__lt=begin + timedelta(days=DAYS + 2)
    )
    chips: defaultdict[tuple[int, date], list[Chip]] = defaultdict(list)
    technicians: dict[int, Technician] = {}
    for visit in visits:
        chip = _visit_chip(visit)
        for assignment in crew_of(visit):
            technicians[assignment.technician_id] = assignment.technician
            chips[assignment.technician_id, evening_of(visit.starts_at, chip.site)].append(chip)
    return _calendar(technicians, chips, monday, today, {})


def booked(rollout: Rollout) -> QuerySet[Visit]:
    """All visits of a rollout that are not cancelled, by time."""
    visits = Visit.objects.filter(work_order__rollout=rollout).exclude(state=VisitState.CANCELLED)
    return with_people(visits).order_by("starts_at", "pk")


def first_week(rollout: Rollout, today: date, now: datetime) -> date:
    """Return the Monday to begin with: this week, or that of the next visit when none is near."""
    coming = Visit.objects.filter(work_order__rollout=rollout, starts_at__gte=now - timedelta(days=1))
    nearest = coming.exclude(state=VisitState.CANCELLED).aggregate(first=Min("starts_at"))["first"]
    return monday_of(max(today, nearest.date()) if nearest else today)


def _proposed_chip(row: ProposedVisit) -> Chip:
    order = row.work_order
    return Chip(
        number=order.number,
        site=order.enrolment.site,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        url=f"?view=days&q={order.number}",
        state="proposed",
        state_label="Proposed",
        note=str(row.explanation.get("note", "")),
    )


def _visit_chip(visit: Visit) -> Chip:
    order = visit.work_order
    return Chip(
        number=order.number,
        site=order.enrolment.site,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        url=reverse("technicians:visit-edit", args=[visit.key]),
        state=visit.state,
        state_label=visit.get_state_display(),
    )


def _calendar(
    technicians: Mapping[int, Technician],
    chips: Mapping[tuple[int, date], list[Chip]],
    monday: date,
    today: date,
    loads: Mapping[str, Any],
) -> Calendar:
    days = [monday + timedelta(days=n) for n in range(DAYS)]
    shown = sorted(technicians.values(), key=lambda one: (one.name, one.pk))
    rows = [
        Row(one, [chips.get((one.pk, day), []) for day in days], loads.get(str(one.pk), {}))
        for one in shown[:MOST_ROWS]
    ]
    if not loads:
        rows = [row for row in rows if any(row.cells)]
    numbers = [
        {chip.number for (_, on), listed in chips.items() if on == day for chip in listed} for day in days
    ]
    return Calendar(days, rows, today, max(0, len(shown) - MOST_ROWS), [len(found) for found in numbers])
