"""Reads for scheduling: what is ready, who is there, proposals, calendars, the night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from rollout.models import Rollout, Wave
from technicians.choices import ACTIVE_VISIT_STATES, PlanState, VisitState
from technicians.models import Assignment, ProposedVisit, SchedulePlan, Technician, UnscheduledVisit, Visit
from technicians.queries import people
from technicians.queries.visits import crew_of, with_people
from workorders.choices import WorkOrderState
from workorders.models import Packet, WorkOrder

LATE_AFTER = timedelta(minutes=15)
NIGHT = timedelta(hours=12)
BOOKED = (VisitState.SCHEDULED, VisitState.CONFIRMED)


def ready_orders(rollout: Rollout) -> QuerySet[WorkOrder]:
    """Return the work orders that can be scheduled: ready, packet issued, in a wave, and no visit booked already."""
    issued = Packet.objects.filter(
        work_order=OuterRef("pk"), superseded_at__isnull=True, issued_at__isnull=False
    )
    booked = Visit.objects.filter(work_order=OuterRef("pk"), state__in=BOOKED)
    orders = WorkOrder.objects.filter(
        rollout=rollout, state=WorkOrderState.READY, enrolment__wave__isnull=False
    )
    loaded = orders.filter(Exists(issued), ~Exists(booked)).select_related(
        "rollout", "enrolment__site", "enrolment__wave"
    )
    return loaded.order_by("number")


@dataclass(frozen=True)
class WaveRow:
    """One wave on the schedule page: how many of its orders can be scheduled, wait, are booked, are done."""

    wave: Wave
    ready: int
    preparing: int
    booked: int
    done: int

    @property
    def total(self) -> int:
        """All but the cancelled ones."""
        return self.ready + self.preparing + self.booked + self.done


_BOOKED_ORDERS = (
    WorkOrderState.SCHEDULED,
    WorkOrderState.CONFIRMED,
    WorkOrderState.ON_SITE,
    WorkOrderState.IN_REVIEW,
)


def wave_rows(rollout: Rollout) -> list[WaveRow]:
    """Return the waves with their numbers, in three queries."""
    ready = Counter(dict(_per_wave(ready_orders(rollout).order_by())))
    states: dict[int, Counter[str]] = {}
    grouped = WorkOrder.objects.filter(rollout=rollout, enrolment__wave__isnull=False).order_by()
    for wave, state, n in grouped.values_list("enrolment__wave", "state").annotate(n=Count("pk")):
        states.setdefault(wave, Counter())[state] += n
    return [
        _wave_row(wave, states.get(wave.pk, Counter()), ready[wave.pk])
        for wave in rollout.waves.select_related("pf").order_by("number")
    ]


def _per_wave(orders: QuerySet[WorkOrder]) -> Iterable[tuple[int, int]]:
    rows: Iterable[tuple[int, int]] = orders.values_list("enrolment__wave").annotate(n=Count("pk"))
    return rows


def _wave_row(wave: Wave, states: Counter[str], ready: int) -> WaveRow:
    waiting = (WorkOrderState.PLANNED, WorkOrderState.READY, WorkOrderState.ON_HOLD)
    preparing = sum(states[state] for state in waiting) - ready
    booked = sum(states[state] for state in _BOOKED_ORDERS)
    return WaveRow(wave, ready, preparing, booked, states[WorkOrderState.DONE])


def without_wave(rollout: Rollout) -> int:
    """Return how many ready orders have no wave, and so no dates."""
    return WorkOrder.objects.filter(
        rollout=rollout, state=WorkOrderState.READY, enrolment__wave__isnull=True
    ).count()


def standing_visits(rollout: Rollout) -> QuerySet[Visit]:
    """Visits whose order came back to ready (a hold was released): keep the date or cancel."""
    visits = Visit.objects.filter(work_order__rollout=rollout, work_order__state=WorkOrderState.READY)
    return with_people(visits.filter(state__in=BOOKED)).order_by("starts_at")


@dataclass(frozen=True)
class Team:
    """How many technicians a proposal can use, and how many it must leave out, with the reasons."""

    usable: int
    left_out: dict[str, int]

    @property
    def total(self) -> int:
        """Everybody engaged for the client."""
        return self.usable + sum(self.left_out.values())


def team(rollout: Rollout) -> Team:
    """Return who is available, in four queries."""
    reasons = Counter(people.why_not_planned(t) for t in people.with_calendar(people.engaged(rollout)))
    usable = reasons.pop("", 0)
    return Team(usable, dict(reasons))


def plans_of(rollout: Rollout) -> QuerySet[SchedulePlan]:
    """Proposals of a rollout, newest first, with waves, job and people."""
    plans: QuerySet[SchedulePlan] = SchedulePlan.objects.filter(rollout=rollout)
    return (
        plans.select_related("job", "created_by", "applied_by").prefetch_related("waves").order_by("-number")
    )


def plan_state(plan: SchedulePlan) -> tuple[str, str]:
    """Return key and word of where a proposal is; one whose job ended without an answer was cancelled or failed."""
    if plan.state == PlanState.SOLVING and plan.job is not None and plan.job.has_ended:
        return plan.job.state, plan.job.get_state_display()
    return plan.state, plan.get_state_display()


def placements_of(plan: SchedulePlan) -> QuerySet[ProposedVisit]:
    """Placements of a proposal, one row for each technician, by time."""
    rows: QuerySet[ProposedVisit] = plan.proposed_visits.select_related(
        "technician", "work_order__enrolment__site", "work_order__enrolment__wave"
    )
    return rows.order_by("starts_at", "work_order__number", "pk")


def unscheduled_of(plan: SchedulePlan, gate: str = "") -> QuerySet[UnscheduledVisit]:
    """What a proposal could not place, by gate, with sites."""
    rows: QuerySet[UnscheduledVisit] = plan.unscheduled_visits.select_related(
        "work_order__enrolment__site", "work_order__enrolment__wave"
    )
    return (rows.filter(gate=gate) if gate else rows).order_by("gate", "work_order__number")


def plan_rows(plan: SchedulePlan) -> Iterator[list[Any]]:
    """Return a proposal as rows of its export: the placed ones by time, then the others with their reasons."""
    for row in placements_of(plan):
        order, why = row.work_order, row.explanation
        site = order.enrolment.site
        yield [
            *(order.number, site.key, site.name, site.locality, str(order.enrolment.wave or "")),
            *(local(row.starts_at, site.zone), local(row.ends_at, site.zone), site.time_zone),
            *(row.technician.name, why.get("km"), why.get("travel_minutes"), why.get("note", ""), ""),
        ]
    for left in unscheduled_of(plan):
        order = left.work_order
        site = order.enrolment.site
        place = [order.number, site.key, site.name, site.locality, str(order.enrolment.wave or "")]
        yield [*place, "", "", site.time_zone, "", None, None, left.sentence, left.suggestion]


def local(moment: datetime, zone: Any) -> str:
    """Return a moment on a site's clock, as a spreadsheet shows it."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def visit_rows(visits: Iterable[Visit]) -> Iterator[list[Any]]:
    """Return booked visits as rows of their export."""
    for visit in visits:
        order, crew = visit.work_order, [a.technician.name for a in crew_of(visit)]
        site = order.enrolment.site
        yield [
            *(order.number, site.key, site.name, site.locality, str(order.enrolment.wave or "")),
            *(local(visit.starts_at, site.zone), local(visit.ends_at, site.zone), site.time_zone),
            *(crew, visit.get_kind_display(), visit.get_state_display()),
        ]


# --- Who has to be told -----------------------------------------------------------------------------------------
def untold(rollout: Rollout, *, now: datetime) -> QuerySet[Assignment]:
    """Bookings to come whose technician has not been given the link yet, by technician and time."""
    rows = Assignment.objects.filter(
        visit__work_order__rollout=rollout,
        visit__state__in=BOOKED,
        visit__ends_at__gte=now,
        released_at__isnull=True,
        told_at__isnull=True,
    )
    site = "visit__work_order__enrolment__site"
    return rows.select_related("technician__provider", site).order_by(
        "technician__name", "technician", "visit__starts_at"
    )


def told_numbers(rollout: Rollout, *, now: datetime) -> dict[str, int]:
    """Return how many bookings to come are told, not told, and not told because there is no e-mail address."""
    coming = Assignment.objects.filter(
        visit__work_order__rollout=rollout, visit__state__in=BOOKED, visit__ends_at__gte=now, released_at=None
    )
    open_ = Q(told_at__isnull=True)
    return coming.aggregate(
        told=Count("pk", filter=~open_),
        untold=Count("pk", filter=open_),
        by_hand=Count("pk", filter=open_ & Q(technician__email="")),
        technicians=Count("technician", filter=open_, distinct=True),
    )


# --- The night --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Tonight:
    """Visits around now by what they need: late first, then on site, in review, coming, over."""

    late: list[Visit]
    on_site: list[Visit]
    waiting: list[Visit]
    coming: list[Visit]
    over: list[Visit]


def tonight(rollout: Rollout, *, now: datetime) -> Tonight:
    """Return the last and the next twelve hours, and whoever is on site or waits whenever they began. Two queries."""
    near = Q(starts_at__gte=now - NIGHT, starts_at__lt=now + NIGHT)
    open_ = Q(state__in=[VisitState.ON_SITE, VisitState.SUBMITTED])
    visits = Visit.objects.filter(near | open_, work_order__rollout=rollout).exclude(
        state=VisitState.CANCELLED
    )
    found = list(with_people(visits).order_by("starts_at", "pk"))
    booked = [visit for visit in found if visit.state in BOOKED]
    return Tonight(
        late=[visit for visit in booked if is_late(visit, now)],
        on_site=[visit for visit in found if visit.state == VisitState.ON_SITE],
        waiting=sorted(
            (v for v in found if v.state == VisitState.SUBMITTED), key=lambda v: v.submitted_at or v.starts_at
        ),
        coming=[visit for visit in booked if not is_late(visit, now)],
        over=[visit for visit in found if visit.state == VisitState.DONE],
    )


def is_late(visit: Visit, now: datetime) -> bool:
    """Nobody has checked in a quarter of an hour after the start."""
    return visit.checked_in_at is None and now > visit.starts_at + LATE_AFTER


def active_visit_of(order: WorkOrder) -> Visit | None:
    """Return the order's visit that is booked or under way."""
    visits = Visit.objects.filter(work_order=order, state__in=ACTIVE_VISIT_STATES)
    return with_people(visits).order_by("-starts_at").first()


def crew_choices(rollout: Rollout) -> Sequence[Technician]:
    """Return who can be chosen for a visit by hand."""
    return list(people.available(rollout))
