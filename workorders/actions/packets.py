"""Compile packets, keep their PDFs, issue them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from rollout import audit, files, jobs
from rollout.exceptions import Refused
from rollout.models import Job, Rollout, User
from rollout.models.audit import new_bulk_id
from workorders import lifecycle
from workorders.actions import orders as order_actions
from workorders.choices import WorkOrderState
from workorders.models import Packet, WorkOrder
from workorders.packet_html import packet_css, packet_html
from workorders.packet_inputs import compile_orders, plan_inputs
from workorders.packets.compile import Compiled
from workorders.queries import plan as plan_queries
from workorders.queries.packets import RENDER_JOB

if TYPE_CHECKING:
    from workorders.packets.render import Rendered

# Work that has begun keeps its packet: there a change is a deviation, not a new packet.
COMPILED_STATES = (
    WorkOrderState.PLANNED,
    WorkOrderState.READY,
    WorkOrderState.SCHEDULED,
    WorkOrderState.CONFIRMED,
    WorkOrderState.ON_HOLD,
)


class CannotRender(Refused):
    """The packet cannot be printed; the sentence says what to change."""


class NoPublishedPlan(Refused):
    """Packets are compiled from a published revision only."""


@dataclass
class Tally:
    """What compiling came to: packets new or changed, unchanged, and orders that wait for facts."""

    new: list[Packet] = field(default_factory=list)
    unchanged: int = 0
    blocked: int = 0


def start_generating(*, rollout: Rollout, by: User, at: datetime, back_url: str) -> Job:
    """Start the job that compiles all packets of a rollout and renders what has no PDF yet.

    A second press while it runs leads to the job that runs. Raises `NoPublishedPlan`.
    """
    if plan_queries.published_revision(rollout) is None:
        raise NoPublishedPlan("Publish the plan first: packets are compiled from a published revision.")
    with transaction.atomic():
        Rollout.objects.select_for_update().get(pk=rollout.pk)
        open_jobs = Job.objects.filter(rollout=rollout, kind=RENDER_JOB, ended_at__isnull=True)
        running: Job | None = open_jobs.first()
        if running is not None:
            return running
        return jobs.start(
            RENDER_JOB, title="Generate packets", rollout=rollout, by=by, at=at, back_url=back_url
        )


@transaction.atomic
def compile_packets(*, rollout: Rollout, by: User, at: datetime) -> Tally:
    """Compile every open work order from the newest published revision; the same content changes nothing.

    A new hash supersedes the packet before it. Orders with missing facts get no packet: the facts are listed on them instead,
    and a ready one goes back to planned. Raises `NoPublishedPlan`.
    """
    revision = plan_queries.published_revision(rollout)
    if revision is None:
        raise NoPublishedPlan("Publish the plan first: packets are compiled from a published revision.")
    order_actions.create_work_orders(rollout=rollout, by=by, at=at)
    orders = list(_open_orders(rollout))
    current = {p.work_order_id: p for p in _current_packets(orders)}
    tally, stale = Tally(), []
    for order, compiled in compile_orders(plan_inputs(revision), orders, today=at.date()):
        before = current.get(order.pk)
        _note_missing(order, compiled)
        if compiled.is_blocked:
            tally.blocked += 1
            if before and order.state in (WorkOrderState.PLANNED, WorkOrderState.READY):
                stale.append(before)
        elif before and before.hash == compiled.fingerprint:
            tally.unchanged += 1
        else:
            stale += [before] if before else []
            tally.new.append(_packet(order, revision.pk, compiled, at))
    _write(tally, stale, orders, by=by, at=at)
    return tally


def _open_orders(rollout: Rollout) -> Sequence[WorkOrder]:
    orders = WorkOrder.objects.select_for_update(of=("self",)).filter(
        rollout=rollout, state__in=COMPILED_STATES
    )
    loaded = orders.select_related(
        "rollout__client", "rollout__pm", "enrolment__site", "enrolment__wave__pf", "accountable"
    )
    return list(loaded.order_by("number"))


def _current_packets(orders: Sequence[WorkOrder]) -> Sequence[Packet]:
    current = Packet.objects.filter(work_order__in=[o.pk for o in orders], superseded_at__isnull=True)
    return list(current.defer("content", "trace"))


def _note_missing(order: WorkOrder, compiled: Compiled) -> None:
    order.missing_facts = [
        {
            "attribute": fact.attribute,
            "label": fact.label,
            "needed_by": list(fact.needed_by),
            "sentence": fact.sentence,
        }
        for fact in compiled.missing
    ]


def _packet(order: WorkOrder, revision_id: int, compiled: Compiled, at: datetime) -> Packet:
    return Packet(
        work_order=order,
        revision_id=revision_id,
        hash=compiled.fingerprint,
        content=compiled.content,
        trace=[asdict(line) for line in compiled.trace],
        words=compiled.words,
        work_minutes=compiled.work_minutes,
        compiled_at=at,
    )


def _write(tally: Tally, stale: list[Packet], orders: Sequence[WorkOrder], *, by: User, at: datetime) -> None:
    Packet.objects.filter(pk__in=[p.pk for p in stale]).update(superseded_at=at)
    tally.new = _bring_back(tally.new, at)
    WorkOrder.objects.bulk_update(orders, ["missing_facts"], batch_size=2000)
    for order in orders:
        if order.missing_facts and order.state == WorkOrderState.READY:
            reason = ", ".join(fact["label"] for fact in order.missing_facts)
            lifecycle.move(order, WorkOrderState.PLANNED, by=by, at=at, reason=f"Waits for facts: {reason}")
    bulk_id = new_bulk_id()
    audit.record_many(
        audit.entry(
            "workorders.packet.compiled",
            subject=packet.work_order,
            rollout=packet.work_order.rollout,
            by=by,
            at=at,
            summary=f"{packet.work_order.number}: packet {packet.hash[:10]} compiled",
            data={"hash": packet.hash},
            bulk_id=bulk_id,
        )
        for packet in tally.new
    )


def _bring_back(compiled: list[Packet], at: datetime) -> list[Packet]:
    """Write new packets; one that existed before (a plan change taken back) becomes current again instead of a twin."""
    known = {
        (p.work_order_id, p.hash): p
        for p in Packet.objects.filter(
            work_order__in=[p.work_order_id for p in compiled], superseded_at__isnull=False
        )
        .filter(hash__in=[p.hash for p in compiled])
        .select_related("work_order__rollout")
    }
    old = [known[key] for p in compiled if (key := (p.work_order_id, p.hash)) in known]
    new = [p for p in compiled if (p.work_order_id, p.hash) not in known]
    Packet.objects.filter(pk__in=[p.pk for p in old]).update(superseded_at=None)
    Packet.objects.bulk_create(new, batch_size=500)
    return old + new


def live_url(packet_hash: str) -> str:
    """Return the absolute address of the page that says whether a packet is the latest: what its QR code opens."""
    return settings.PUBLIC_URL + reverse("workorders:packet-live", args=[packet_hash])


def render_packet(*, packet: Packet, by: User, at: datetime) -> Packet:
    """Render the PDF and issue the packet; a packet that has its PDF is only issued. Safe to run twice and by two workers.

    Raises `CannotRender`.
    """
    if packet.pdf_id is None:
        html = packet_html(
            packet.content, live_url=live_url(packet.hash), issued_at=at, fingerprint=packet.hash
        )
        rendered = _print(html)
        _keep_pdf(packet, rendered, by=by, at=at)
    return issue_packet(packet=packet, by=by, at=at)


@transaction.atomic
def _keep_pdf(packet: Packet, rendered: Rendered, *, by: User, at: datetime) -> None:
    """Attach the file, once: whoever comes second, or is killed half way, leaves no row behind."""
    stored = files.store(
        rendered.pdf,
        name=f"{packet.work_order.number}-{packet.hash[:10]}.pdf",
        media_type="application/pdf",
        rollout=packet.work_order.rollout,
        by=by,
        at=at,
    )
    missing = Packet.objects.filter(pk=packet.pk, pdf__isnull=True)
    if not missing.update(pdf=stored, pages=rendered.pages, rendered_at=at):
        stored.delete()


def _print(html: str) -> Rendered:
    # WeasyPrint takes a second to import, and only workers print.
    from workorders.packets.render import PacketNotRendered, render_pdf  # noqa: PLC0415

    try:
        return render_pdf(html, assets={}, css=packet_css())
    except PacketNotRendered as problem:
        raise CannotRender(str(problem)) from problem


@transaction.atomic
def issue_packet(*, packet: Packet, by: User, at: datetime) -> Packet:
    """Issue a rendered packet: its work order becomes ready. A packet issued or superseded already stays as it is."""
    packet = (
        Packet.objects.select_for_update(of=("self",)).select_related("work_order__rollout").get(pk=packet.pk)
    )
    if packet.issued_at is not None or packet.superseded_at is not None:
        return packet
    packet.issued_at, packet.issued_by = at, by
    packet.save(update_fields=["issued_at", "issued_by"])
    order = order_actions.lock(packet.work_order)
    audit.record(
        "workorders.packet.issued",
        subject=order,
        rollout=order.rollout,
        by=by,
        at=at,
        summary=f"{order.number}: packet {packet.hash[:10]} issued",
        data={"hash": packet.hash},
    )
    if order.state == WorkOrderState.PLANNED:
        lifecycle.move(order, WorkOrderState.READY, by=by, at=at)
    return packet


__all__ = [
    "RENDER_JOB",
    "CannotRender",
    "NoPublishedPlan",
    "Tally",
    "compile_packets",
    "issue_packet",
    "live_url",
    "render_packet",
    "start_generating",
]
