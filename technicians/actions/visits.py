"""What happens on a visit: check in, answer, submit, review."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import User
from technicians.choices import VisitState
from technicians.models import Visit
from workorders import lifecycle, packet_reading
from workorders.actions import field, orders
from workorders.choices import EventType, Phase, Verdict, WorkOrderState
from workorders.models import Evidence, Packet

EARLIEST_CHECK_IN = timedelta(hours=12)


class NotCheckedIn(Refused):
    """Work is reported before the technician is on site."""


class NotComplete(Refused):
    """Required evidence is missing."""

    def __init__(self, lacking: list[str]) -> None:
        self.lacking = lacking
        more = f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""
        super().__init__("Not complete yet. Still missing: " + "; ".join(lacking[:3]) + more + ".")


class NoPacket(Refused):
    """The visit has no issued packet."""


class NothingRejected(Refused):
    """Sending a visit back without a reason."""


class NotReviewed(Refused):
    """Closing a visit whose evidence has not been looked at."""


@dataclass(frozen=True)
class Answer:
    """What the phone is told about one event: `status` ok, same, conflict or refused, with a sentence when refused."""

    id: str
    status: str
    sentence: str = ""


def packet_of(visit: Visit) -> Packet:
    """Return the packet the visit works from: the order's current one. Raises `NoPacket`."""
    current = visit.work_order.packets.filter(superseded_at__isnull=True)
    packet: Packet | None = current.select_related("pdf").first()
    if packet is None:
        raise NoPacket("This visit has no packet yet. Call your facilitator.")
    return packet


def receive(*, visit: Visit, facts: Iterable[field.FieldEvent], by: User, at: datetime) -> list[Answer]:
    """Take events in the order of their sequence; each stands for itself, so one refused event loses no other."""
    packet = packet_of(visit)
    ordered = sorted(facts, key=lambda fact: (fact.device, fact.sequence))
    return [_receive_one(visit, packet, fact, by, at) for fact in ordered]


def _receive_one(visit: Visit, packet: Packet, fact: field.FieldEvent, by: User, at: datetime) -> Answer:
    try:
        with transaction.atomic():
            received = field.receive_event(fact=fact, packet=packet, visit_key=visit.key, by=by, at=at)
            if received.is_new:
                _consequence(visit, packet, fact, by, at)
    except Refused as refusal:
        return Answer(str(fact.id), "refused", str(refusal))
    return Answer(str(fact.id), {"new": "ok"}.get(received.outcome, received.outcome))


def _consequence(visit: Visit, packet: Packet, fact: field.FieldEvent, by: User, at: datetime) -> None:
    visit = Visit.objects.select_for_update(of=("self",)).select_related("work_order").get(pk=visit.pk)
    if fact.type == EventType.CHECKED_IN:
        _check_in(visit, by, at)
    elif visit.checked_in_at is None and not _may_precede_check_in(fact, packet):
        raise NotCheckedIn("Check in first, so that the night desk knows you are there.")
    elif fact.type == EventType.SUBMITTED:
        _submit(visit, packet, by, at)
    elif fact.type == EventType.PROBLEM_RAISED:
        text = str(fact.data.get("text", ""))[:300]
        order = visit.work_order
        audit.record(
            "workorders.problem.raised",
            subject=order,
            rollout=order.rollout,
            by=by,
            at=at,
            summary=f"{order.number}: problem on site",
            reason=text,
        )


def _may_precede_check_in(fact: field.FieldEvent, packet: Packet) -> bool:
    """Preparation is proven at home, and whoever stands before a locked door reports it before being on site."""
    if fact.type == EventType.PROBLEM_RAISED:
        return True
    phase = packet_reading.phase_of(packet.content).get(str(fact.data.get("step_key")))
    return fact.type != EventType.SUBMITTED and phase == Phase.PREPARE


def _check_in(visit: Visit, by: User, at: datetime) -> None:
    if visit.checked_in_at is not None:
        return
    if visit.state not in (VisitState.SCHEDULED, VisitState.CONFIRMED):
        raise lifecycle.IllegalMove(
            f"This visit is {visit.get_state_display().lower()}. Call your facilitator."
        )
    if at < visit.starts_at - EARLIEST_CHECK_IN:
        raise lifecycle.IllegalMove("This visit is not today. Check in on the day, when you are at the site.")
    visit.checked_in_at, visit.state = at, VisitState.ON_SITE
    visit.save(update_fields=["checked_in_at", "state"])
    lifecycle.move(orders.lock(visit.work_order), WorkOrderState.ON_SITE, by=by, at=at)


def _submit(visit: Visit, packet: Packet, by: User, at: datetime) -> None:
    if visit.state == VisitState.SUBMITTED:
        return
    lacking = field.missing_evidence(packet, visit.key)
    if lacking:
        raise NotComplete(lacking)
    visit.submitted_at, visit.state = at, VisitState.SUBMITTED
    visit.save(update_fields=["submitted_at", "state"])
    lifecycle.move(orders.lock(visit.work_order), WorkOrderState.IN_REVIEW, by=by, at=at)


@transaction.atomic
def judge(*, evidence: Evidence, verdict: str, reason: str, by: User, at: datetime) -> Evidence:
    """Accept or reject one piece of evidence (or take the verdict back with `Verdict.OPEN`)."""
    evidence = (
        Evidence.objects.select_for_update(of=("self",))
        .select_related("work_order__rollout")
        .get(pk=evidence.pk)
    )
    if evidence.work_order.state != WorkOrderState.IN_REVIEW:
        state = evidence.work_order.get_state_display().lower()
        raise lifecycle.IllegalMove(
            f"{evidence.work_order.number} is {state}, so its evidence is not under review."
        )
    if verdict == Verdict.REJECTED and not reason.strip():
        raise NothingRejected("Say what is wrong with it: the technician reads this sentence.")
    evidence.verdict, evidence.verdict_reason = verdict, reason.strip() if verdict == Verdict.REJECTED else ""
    judged = verdict != Verdict.OPEN
    evidence.verdict_at, evidence.verdict_by = (at, by) if judged else (None, None)
    evidence.save(update_fields=["verdict", "verdict_reason", "verdict_at", "verdict_by"])
    return evidence


@transaction.atomic
def accept_visit(*, visit: Visit, by: User, at: datetime) -> Visit:
    """Close the visit and its work order: everything not yet judged counts as accepted by `by`.

    Raises `NotReviewed` while something is rejected.
    """
    visit, evidence = _lock_reviewed(visit)
    if any(e.verdict == Verdict.REJECTED for e in evidence):
        raise NotReviewed("Some evidence is rejected. Send the visit back, or change the verdict.")
    still_open = [e.pk for e in evidence if e.verdict == Verdict.OPEN]
    Evidence.objects.filter(pk__in=still_open).update(verdict=Verdict.ACCEPTED, verdict_at=at, verdict_by=by)
    visit.state = VisitState.DONE
    visit.save(update_fields=["state"])
    lifecycle.move(orders.lock(visit.work_order), WorkOrderState.DONE, by=by, at=at)
    return visit


@transaction.atomic
def send_back(*, visit: Visit, by: User, at: datetime) -> Visit:
    """Give the visit back to the technician on site, who answers the rejected evidence again. Raises `NothingRejected`."""
    visit, evidence = _lock_reviewed(visit)
    rejected = [e for e in evidence if e.verdict == Verdict.REJECTED]
    if not rejected:
        raise NothingRejected(
            "Nothing is rejected. Reject what must be done again, with a reason, then send it back."
        )
    visit.state, visit.submitted_at = VisitState.ON_SITE, None
    visit.save(update_fields=["state", "submitted_at"])
    reason = "; ".join(f"{e.label}: {e.verdict_reason}" for e in rejected)
    lifecycle.move(orders.lock(visit.work_order), WorkOrderState.ON_SITE, by=by, at=at, reason=reason)
    return visit


def _lock_reviewed(visit: Visit) -> tuple[Visit, list[Evidence]]:
    visit = Visit.objects.select_for_update(of=("self",)).select_related("work_order").get(pk=visit.pk)
    if visit.state != VisitState.SUBMITTED:
        state = visit.get_state_display().lower()
        raise lifecycle.IllegalMove(
            f"This visit is {state}. Somebody may have reviewed it meanwhile; reload the page."
        )
    evidence = list(
        Evidence.objects.select_for_update().filter(visit_key=visit.key, replaced_at__isnull=True)
    )
    return visit, evidence
