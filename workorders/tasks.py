"""What workers do for this app. Registered with `rollout.jobs`; every handler may run twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from rollout import jobs
from rollout.exceptions import Refused
from rollout.models import Job, StoredFile
from workorders.actions import field
from workorders.actions import packets as actions
from workorders.actions import sow as sow_actions
from workorders.models import Evidence, Packet


def _prepare(job: Job) -> Iterable[tuple[int, str]]:
    """Compile, then name every current packet of the rollout that has no PDF or is not issued yet."""
    try:
        tally = actions.compile_packets(rollout=job.rollout, by=job.by, at=timezone.now())
    except Refused as refusal:
        raise jobs.JobFailed(str(refusal)) from refusal
    job.params["compiled"] = {"new": len(tally.new), "unchanged": tally.unchanged, "blocked": tally.blocked}
    current = Packet.objects.filter(work_order__rollout=job.rollout, superseded_at__isnull=True)
    waiting = current.filter(Q(issued_at__isnull=True) | Q(pdf__isnull=True))
    return waiting.order_by("work_order__number").values_list("pk", "work_order__number")


def _finish(job: Job) -> dict[str, Any]:
    compiled = job.params.get("compiled", {})
    parts = []
    if compiled.get("unchanged"):
        parts.append(f"{compiled['unchanged']:,} packets unchanged.")
    if compiled.get("blocked"):
        parts.append(f"{compiled['blocked']:,} work orders wait for facts.")
    return {**compiled, "message": " ".join(parts)}


@jobs.items_handler(actions.RENDER_JOB, prepare=_prepare, finish=_finish)
def render_packet(job: Job, packet_id: int) -> None:
    """Render and issue one packet."""
    packet = Packet.objects.select_related("work_order__rollout").filter(pk=packet_id).first()
    if packet is None or packet.superseded_at is not None:
        return
    try:
        actions.render_packet(packet=packet, by=job.by, at=timezone.now())
    except actions.CannotRender as failure:
        raise jobs.JobFailed(str(failure)) from failure


@jobs.whole_handler("workorders.sow.read")
def read_sow(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Read a large statement of work that was stored on upload. Reading is the slow part; writing is one transaction."""
    stored = StoredFile.objects.get(pk=job.params["file"])
    progress(0, 2, "Reading the document.")
    try:
        with stored.content.open("rb") as content:
            document = sow_actions.read(stored.name, content.read())
        progress(1, 2, "Writing the clauses.")
        sow = sow_actions.add_sow(
            rollout=job.rollout, file=stored, document=document, by=job.by, at=timezone.now()
        )
    except Refused as refusal:
        raise jobs.JobFailed(str(refusal)) from refusal
    progress(2, 2)
    return {"message": f"{sow.title}: {sow.clauses.count():,} clauses.", "sow": sow.pk}


@shared_task(name="workorders.tasks.make_preview")  # type: ignore[untyped-decorator]
def make_preview(evidence_id: int) -> None:
    """Make the small picture of one piece of evidence."""
    evidence = Evidence.objects.select_related("file").filter(pk=evidence_id).first()
    if evidence is not None:
        field.make_preview(evidence=evidence, at=timezone.now())
