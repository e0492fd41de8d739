"""Keep what the field reports: append-only events, and the evidence they announce.

Sending anything twice is normal and changes nothing; the same id with other content is kept as a conflict copy.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from celery import current_app
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from kombu.exceptions import OperationalError

from rollout import files, previews
from rollout.exceptions import Refused
from rollout.models import User
from workorders import packet_reading
from workorders.choices import EventType, EvidenceKind, Verdict
from workorders.models import Event, Evidence, Packet

log = structlog.get_logger(__name__)


class UnknownSpec(Refused):
    """The packet asks for no such evidence."""


class HashMismatch(Refused):
    """The bytes that arrived are not those that were announced."""


class NotAnnounced(Refused):
    """No event has announced this file."""


@dataclass(frozen=True)
class FieldEvent:
    """One fact as the device reports it. `id` is made on the device, `device_at` is the device's clock."""

    id: uuid.UUID
    type: str
    device: str
    sequence: int
    device_at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Received:
    """What became of an event: new, the same again, or kept as a conflict copy."""

    event: Event
    outcome: str

    @property
    def is_new(self) -> bool:
        """Only new events have consequences."""
        return self.outcome == "new"


@transaction.atomic
def receive_event(
    *, fact: FieldEvent, packet: Packet, visit_key: uuid.UUID, by: User, at: datetime
) -> Received:
    """Append one event and, where it reports evidence, the evidence. Raises `UnknownSpec`."""
    known = Event.objects.filter(pk=fact.id).first()
    if known is not None:
        same = known.type == fact.type and known.data == fact.data and known.visit_key == visit_key
        return Received(known, "same") if same else _keep_conflict(known, fact, packet, visit_key, by, at)
    event = _append(fact, packet, visit_key, by, at)
    if fact.type in (EventType.STEP_ANSWERED, EventType.PHOTO_ATTACHED):
        _keep_evidence(event, packet)
    return Received(event, "new")


def _append(
    fact: FieldEvent, packet: Packet, visit_key: uuid.UUID, by: User, at: datetime, **more: Any
) -> Event:
    event: Event = Event.objects.create(
        id=more.pop("id", fact.id),
        work_order_id=packet.work_order_id,
        visit_key=visit_key,
        packet=packet,
        type=fact.type,
        data=dict(fact.data),
        device=fact.device,
        sequence=fact.sequence,
        device_at=fact.device_at,
        received_at=at,
        by=by,
        **more,
    )
    return event


def _keep_conflict(
    known: Event, fact: FieldEvent, packet: Packet, visit_key: uuid.UUID, by: User, at: datetime
) -> Received:
    for copy in known.conflicts.all():
        if copy.type == fact.type and copy.data == fact.data:
            return Received(copy, "conflict")
    copy = _append(fact, packet, visit_key, by, at, id=uuid.uuid4(), conflicts_with=known)
    return Received(copy, "conflict")


def _keep_evidence(event: Event, packet: Packet) -> Evidence:
    data = event.data
    place = (str(data.get("step_key")), str(data.get("spec_key")))
    spec = packet_reading.specs(packet.content).get(place)
    if spec is None:
        raise UnknownSpec("This packet does not ask for that. Reload the visit and answer again.")
    current = Evidence.objects.select_for_update().filter(
        visit_key=event.visit_key, step_key=place[0], spec_key=place[1], replaced_at__isnull=True
    )
    # What was accepted stays as it was judged; a later answer is kept beside it, for the record.
    stands = current.filter(Q(taken_at__gt=event.device_at) | Q(verdict=Verdict.ACCEPTED)).exists()
    if not stands:
        current.update(replaced_at=event.received_at)
    evidence: Evidence = Evidence.objects.create(
        key=uuid.UUID(str(data["evidence_key"])) if "evidence_key" in data else event.pk,
        work_order_id=packet.work_order_id,
        visit_key=event.visit_key,
        step_key=place[0],
        spec_key=place[1],
        kind=spec["kind"],
        label=spec["label"][:160],
        value=data.get("value"),
        sha256=str(data.get("sha256", "")),
        remarks=packet_reading.doubts(spec, data["value"]) if "value" in data else [],
        taken_at=event.device_at,
        taken_by=event.by,
        replaced_at=event.received_at if stands else None,
    )
    return evidence


@transaction.atomic
def receive_file(
    *,
    evidence_key: uuid.UUID,
    visit_key: uuid.UUID,
    content: File[bytes],
    media_type: str,
    by: User,
    at: datetime,
) -> Evidence:
    """Attach announced bytes to their evidence; the same bytes again change nothing.

    Raises `NotAnnounced` (send the event first) or `HashMismatch` (send the file again).
    """
    found = Evidence.objects.select_for_update(of=("self",)).select_related("work_order__rollout")
    evidence: Evidence | None = found.filter(key=evidence_key, visit_key=visit_key).first()
    if evidence is None:
        raise NotAnnounced("The answer this file belongs to has not arrived yet. It will be sent again.")
    if evidence.file_id is not None:
        return evidence
    if files.sha256_of(content) != evidence.sha256:
        raise HashMismatch("The file changed on its way. It will be sent again.")
    order = evidence.work_order
    extension = "png" if evidence.kind == EvidenceKind.SIGNATURE else "jpg"
    evidence.file = files.store(
        content,
        name=f"{order.number}-{evidence.step_key}-{evidence.spec_key}.{extension}",
        media_type=media_type,
        rollout=order.rollout,
        by=by,
        at=at,
    )
    evidence.remarks = [*evidence.remarks, *_seen_before(evidence)]
    evidence.save(update_fields=["file", "remarks"])
    transaction.on_commit(lambda: _ask_for_preview(evidence.pk))
    return evidence


def _ask_for_preview(evidence_id: int) -> None:
    # Without a broker, or when the message is lost, reviewers see the original instead: slower, and nothing worse.
    try:
        current_app.send_task("workorders.tasks.make_preview", [evidence_id])
    except OperationalError as error:
        log.warning("evidence.preview_not_asked", evidence_id=evidence_id, error=str(error))


def make_preview(*, evidence: Evidence, at: datetime) -> Evidence:
    """Keep a small upright picture beside the original, once. A picture that cannot be decoded gets none."""
    if evidence.file is None or evidence.preview_id is not None:
        return evidence
    try:
        with evidence.file.content.open("rb") as content:
            small = previews.preview_of(content)
    except (OSError, ValueError, SyntaxError) as error:
        log.warning("evidence.preview_failed", evidence_id=evidence.pk, error=str(error))
        return evidence
    with transaction.atomic():
        evidence = Evidence.objects.select_for_update(of=("self",)).select_related("file").get(pk=evidence.pk)
        if evidence.file is None or evidence.preview_id is not None:
            return evidence
        name = evidence.file.name.rsplit(".", 1)[0] + "-small.jpg"
        evidence.preview = files.store(
            small,
            name=name,
            media_type=previews.MEDIA_TYPE,
            rollout=evidence.file.rollout,
            by=evidence.file.stored_by,
            at=at,
        )
        evidence.save(update_fields=["preview"])
    return evidence


def _seen_before(evidence: Evidence) -> list[str]:
    others = Evidence.objects.filter(sha256=evidence.sha256, work_order__rollout=evidence.work_order.rollout)
    twin = (
        others.exclude(pk=evidence.pk)
        .exclude(visit_key=evidence.visit_key)
        .select_related("work_order")
        .first()
    )
    return [f"The very same picture was sent for {twin.work_order.number}."] if twin else []


def missing_evidence(packet: Packet, visit_key: uuid.UUID) -> list[str]:
    """Return, in printed order, what a visit still lacks: unanswered required evidence and files that have not arrived."""
    current = Evidence.objects.filter(visit_key=visit_key, replaced_at__isnull=True)
    answered = {(e.step_key, e.spec_key): e for e in current}
    titles, lacking = packet_reading.labels(packet.content), []
    must = packet_reading.required(packet.content)
    for place, spec in packet_reading.specs(packet.content).items():
        evidence = answered.get(place)
        if evidence is None or evidence.verdict == Verdict.REJECTED:
            if place in must:
                lacking.append(f"{titles[place[0]]}: {spec['label']}")
        elif evidence.sha256 and evidence.file_id is None:
            lacking.append(f"{titles[place[0]]}: the file for “{spec['label']}” is still on the phone")
    return lacking
