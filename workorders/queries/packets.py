"""Reads of packets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from rollout.access import AnyUser
from rollout.models import Job, Rollout
from workorders.choices import WorkOrderState
from workorders.models import Packet, PlanRevision, StatementOfWork, WorkOrder

RENDER_JOB = "workorders.packets.render"
"""The kind of job that compiles all packets and renders what is new."""


@dataclass(frozen=True)
class PacketSummary:
    """The numbers on top of the packets page: work orders, current packets by what became of them, words."""

    orders: int
    uncompiled: int
    issued: int
    waiting: int
    blocked: int
    outdated: int
    pages: int
    words: int
    sow_words: int

    @property
    def focus(self) -> float | None:
        """Average packet words in percent of the words of the statement of work."""
        if not self.issued or not self.sow_words:
            return None
        return round(100 * self.words / self.issued / self.sow_words, 1)

    @property
    def focus_text(self) -> str:
        """The focus with its unit."""
        return f"{self.focus} %"

    @property
    def orders_hint(self) -> str:
        """What the issued ones are a part of."""
        return f"of {self.orders:,} work orders"


def summary(rollout: Rollout, published: PlanRevision | None) -> PacketSummary:
    """Return the numbers in three queries."""
    orders = WorkOrder.objects.filter(rollout=rollout).exclude(state=WorkOrderState.CANCELLED)
    current = Packet.objects.filter(work_order__rollout=rollout, superseded_at__isnull=True)
    issued = Q(issued_at__isnull=False)
    numbers = current.aggregate(
        issued=Count("pk", filter=issued),
        waiting=Count("pk", filter=Q(pdf__isnull=True)),
        outdated=Count("pk", filter=~Q(revision=published)) if published else Count("pk", filter=Q(pk=None)),
        pages=Sum("pages", default=0),
        words=Sum("words", filter=issued, default=0),
    )
    missing = ~Exists(current.filter(work_order=OuterRef("pk")))
    counted = orders.aggregate(
        orders=Count("pk"),
        blocked=Count("pk", filter=~Q(missing_facts=[])),
        uncompiled=Count("pk", filter=Q(missing, missing_facts=[])),
    )
    sow = StatementOfWork.objects.filter(rollout=rollout).order_by("-version").first()
    return PacketSummary(**numbers, **counted, sow_words=sow.word_count if sow else 0)


def missing_facts(rollout: Rollout) -> list[dict[str, Any]]:
    """Return which facts how many work orders wait for, the commonest first: label, attribute, count."""
    counted: dict[str, dict[str, Any]] = {}
    for facts in (
        WorkOrder.objects.filter(rollout=rollout)
        .exclude(missing_facts=[])
        .values_list("missing_facts", flat=True)
    ):
        for fact in facts:
            row = counted.setdefault(fact["attribute"], {**fact, "count": 0})
            row["count"] += 1
    return sorted(counted.values(), key=lambda row: (-row["count"], row["label"]))


def rows(rollout: Rollout, params: Mapping[str, str]) -> QuerySet[WorkOrder]:
    """Return work orders with the numbers of their current packet; `show` narrows to issued, waiting, blocked, new."""
    current = Packet.objects.filter(work_order=OuterRef("pk"), superseded_at__isnull=True)
    fields = ("pk", "hash", "pages", "words", "work_minutes", "issued_at", "compiled_at", "revision__number")
    annotations = {f"packet_{name.replace('__', '_')}": Subquery(current.values(name)[:1]) for name in fields}
    orders: QuerySet[Any] = (
        WorkOrder.objects.filter(rollout=rollout)
        .exclude(state=WorkOrderState.CANCELLED)
        .annotate(**annotations)
    )
    text = params.get("q", "").strip()
    if text:
        site = "enrolment__site__"
        orders = orders.filter(
            Q(number__icontains=text)
            | Q(**{f"{site}name__icontains": text})
            | Q(**{f"{site}city__icontains": text})
        )
    if wave := params.get("wave", ""):
        orders = orders.filter(enrolment__wave_id=wave) if wave.isdigit() else orders
    match params.get("show"):
        case "issued":
            orders = orders.filter(packet_issued_at__isnull=False)
        case "waiting":
            orders = orders.filter(packet_pk__isnull=False, packet_pages__isnull=True)
        case "blocked":
            orders = orders.exclude(missing_facts=[])
        case "new":
            orders = orders.filter(packet_pk__isnull=True, missing_facts=[])
    return orders.select_related("enrolment__site", "enrolment__wave").order_by("enrolment__site__sort_key")


def export_rows(orders: QuerySet[Any]) -> Iterator[list[Any]]:
    """Return the rows of `rows` in the order of the export's columns."""
    for order in orders.iterator(chunk_size=2000):
        site = order.enrolment.site
        waits = "; ".join(fact["label"] for fact in order.missing_facts)
        numbers = [order.packet_pages, order.packet_words, order.packet_work_minutes, order.packet_hash]
        yield [order.number, site.key, site.name, *numbers, order.packet_issued_at, waits]


def running_job(rollout: Rollout) -> Job | None:
    """Return the job that generates packets now, or the last one."""
    jobs: QuerySet[Job] = Job.objects.filter(rollout=rollout, kind=RENDER_JOB)
    return jobs.order_by("-created_at").first()


def issued_of(rollout: Rollout, *, wave: str = "") -> QuerySet[Packet]:
    """Return current packets with a PDF, for downloading all or one wave's."""
    packets = Packet.objects.filter(
        work_order__rollout=rollout, superseded_at__isnull=True, pdf__isnull=False
    )
    if wave.isdigit():
        packets = packets.filter(work_order__enrolment__wave_id=wave)
    return (
        packets.select_related("pdf", "work_order").defer("content", "trace").order_by("work_order__number")
    )


def explained(packet: Packet) -> list[dict[str, Any]]:
    """Return the packet's phases with each step's reasons: the sentences of the trace and the clauses behind it."""
    reasons: dict[str, list[dict[str, Any]]] = {}
    for line in packet.trace:
        reasons.setdefault(line["step_key"], []).append(line)
    return [
        {**phase, "steps": [{**step, "reasons": reasons.get(step["key"], [])} for step in phase["steps"]]}
        for phase in packet.content["phases"]
    ]


def left_out(packet: Packet) -> list[dict[str, Any]]:
    """Return the trace lines about steps that are not in this packet: what a variation removed, and why."""
    inside = {step["key"] for phase in packet.content["phases"] for step in phase["steps"]}
    return [line for line in packet.trace if line["step_key"] not in inside and line["rule_key"]]


def visible_packets(user: AnyUser) -> QuerySet[Packet]:
    """All packets the user may see, the newest first."""
    packets: QuerySet[Packet] = Packet.objects.visible_to(user)
    return packets.select_related("work_order").order_by("-compiled_at", "pk")


def named(packet_hash: str) -> Packet | None:
    """Return the packet with this hash, whoever asks, without its content."""
    return Packet.objects.filter(hash=packet_hash).defer("content", "trace").first()


def may_see(user: AnyUser, packet: Packet) -> bool:
    """Return whether this user may open the packet itself."""
    return bool(Packet.objects.visible_to(user).filter(pk=packet.pk).exists())
