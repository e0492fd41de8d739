"""Reads of work orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncWeek

from rollout.access import AnyUser
from rollout.models import Rollout, User
from sites.models import Enrolment
from workorders.choices import Verdict, WorkOrderState
from workorders.models import Packet, WorkOrder


def orders_of(rollout: Rollout, user: User) -> QuerySet[WorkOrder]:
    """Work orders of a rollout with site, wave and accountable person, by number."""
    orders: QuerySet[WorkOrder] = WorkOrder.objects.visible_to(user).filter(rollout=rollout)
    related = orders.select_related("enrolment__site", "enrolment__wave", "accountable")
    return related.order_by("enrolment__site__sort_key")


def orders_of_sites(rollout: Rollout, site_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return number and state in words of the work orders of some sites, by site; one query."""
    rows = WorkOrder.objects.filter(rollout=rollout, enrolment__site__in=site_ids).order_by()
    found = rows.values_list("enrolment__site_id", "number", "state")
    return {site: (number, str(WorkOrderState(state).label).lower()) for site, number, state in found}


def current_packet(order: WorkOrder) -> Packet | None:
    """Return the order's packet that is not superseded."""
    return order.packets.filter(superseded_at__isnull=True).select_related("pdf", "revision").first()


@dataclass(frozen=True)
class Funnel:
    """How many work orders of a rollout are in each state, and how many wait for facts."""

    counts: dict[str, int]
    blocked: int

    @property
    def total(self) -> int:
        """All but the cancelled ones."""
        return sum(n for state, n in self.counts.items() if state != WorkOrderState.CANCELLED)

    @property
    def done(self) -> int:
        """Closed."""
        return self.counts.get(WorkOrderState.DONE, 0)

    @property
    def percent(self) -> int:
        """Whole percent done."""
        return 100 * self.done // self.total if self.total else 0


def funnels(rollout_ids: Iterable[int]) -> dict[int, Funnel]:
    """Return the funnel of each rollout, in two queries however many there are."""
    ids = list(rollout_ids)
    counts: dict[int, dict[str, int]] = {pk: {} for pk in ids}
    grouped = WorkOrder.objects.filter(rollout_id__in=ids).values_list("rollout_id", "state")
    for pk, state, n in grouped.annotate(n=Count("pk")).order_by():
        counts[pk][state] = n
    waiting = WorkOrder.objects.filter(rollout_id__in=ids, state=WorkOrderState.PLANNED).exclude(
        missing_facts=[]
    )
    blocked = dict(waiting.values_list("rollout_id").annotate(n=Count("pk")).order_by())
    return {pk: Funnel(counts[pk], blocked.get(pk, 0)) for pk in ids}


def closed_per_week(rollout: Rollout, *, today: date, weeks: int = 12) -> list[tuple[date, int]]:
    """Return (Monday, sites closed) for the last `weeks` weeks, the current one last, empty weeks included."""
    this_monday = today - timedelta(days=today.weekday())
    first = this_monday - timedelta(weeks=weeks - 1)
    closed = WorkOrder.objects.filter(rollout=rollout, closed_at__date__gte=first)
    by_week = (
        closed.annotate(week=TruncWeek("closed_at")).values_list("week").annotate(n=Count("pk")).order_by()
    )
    numbers = {moment.date(): n for moment, n in by_week}
    mondays = [first + timedelta(weeks=i) for i in range(weeks)]
    return [(monday, numbers.get(monday, 0)) for monday in mondays]


def closed_since(rollout: Rollout, moment: datetime) -> QuerySet[WorkOrder]:
    """Work orders closed since a moment, newest first, with their sites."""
    closed = WorkOrder.objects.filter(rollout=rollout, closed_at__gte=moment)
    return closed.select_related("enrolment__site").order_by("-closed_at")


def needs_attention(rollout: Rollout) -> dict[str, int]:
    """Return the numbers behind "what needs me": blocked by facts, on hold, in review."""
    orders = WorkOrder.objects.filter(rollout=rollout)
    return orders.aggregate(
        blocked=Count("pk", filter=Q(state=WorkOrderState.PLANNED) & ~Q(missing_facts=[])),
        on_hold=Count("pk", filter=Q(state=WorkOrderState.ON_HOLD)),
        in_review=Count("pk", filter=Q(state=WorkOrderState.IN_REVIEW)),
    )


def export_rows(orders: QuerySet[WorkOrder]) -> Iterator[list[Any]]:
    """Return work orders as the rows of their export."""
    for order in orders.iterator(chunk_size=2000):
        site, wave = order.enrolment.site, order.enrolment.wave
        place = [order.number, site.key, site.name, site.city, site.region, str(wave) if wave else ""]
        yield [*place, order.get_state_display(), order.state_since, order.accountable.name]


def packets_of(order: WorkOrder) -> QuerySet[Packet]:
    """Return all packets of an order, the current one first."""
    packets: QuerySet[Packet] = order.packets.select_related("revision", "issued_by", "pdf")
    return packets.order_by(F("superseded_at").desc(nulls_first=True))


def evidence_counts(order: WorkOrder) -> dict[str, int]:
    """Return how much current evidence there is, in all and by verdict."""
    current = order.evidence.filter(replaced_at__isnull=True)
    return current.aggregate(
        total=Count("pk"),
        accepted=Count("pk", filter=Q(verdict=Verdict.ACCEPTED)),
        rejected=Count("pk", filter=Q(verdict=Verdict.REJECTED)),
    )


OWES = {
    WorkOrderState.PLANNED: "Prepare its packet",
    WorkOrderState.READY: "Have its visit scheduled",
    WorkOrderState.SCHEDULED: "Confirm the visit with technician and site",
    WorkOrderState.CONFIRMED: "See the technician check in on time",
    WorkOrderState.ON_SITE: "Stand by until the technician submits",
    WorkOrderState.IN_REVIEW: "Review the evidence",
    WorkOrderState.ON_HOLD: "Look at the hold again",
}


def owes_next(order: WorkOrder) -> str:
    """Return what the accountable person owes next; empty when nothing is owed any more."""
    if order.state == WorkOrderState.PLANNED and order.missing_facts:
        return "Find out: " + ", ".join(str(fact["label"]) for fact in order.missing_facts)
    return OWES.get(WorkOrderState(order.state), "")


def order_of_enrolment(enrolment: Enrolment) -> WorkOrder | None:
    """Return the work order of an enrolment if there is one yet."""
    orders: QuerySet[WorkOrder] = WorkOrder.objects.filter(enrolment=enrolment)
    return orders.select_related("rollout", "accountable").first()


def visible_orders(user: AnyUser) -> QuerySet[WorkOrder]:
    """All work orders the user may see, with rollout, site and accountable person, by number."""
    orders: QuerySet[WorkOrder] = WorkOrder.objects.visible_to(user)
    return orders.select_related("rollout", "enrolment__site", "accountable").order_by("number")
