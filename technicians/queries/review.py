"""Reads for review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rollout.models import Rollout
from technicians.choices import VisitState
from technicians.models import Visit
from technicians.queries.visits import with_people
from workorders import packet_reading
from workorders.choices import EventType, Verdict
from workorders.models import Event, Evidence, Packet


@dataclass(frozen=True)
class Item:
    """One piece of evidence on the review sheet: what was asked (`spec`) and what came (`evidence`, None when nothing did)."""

    spec: dict[str, Any]
    evidence: Evidence | None


def queue(rollout: Rollout) -> dict[str, list[Visit]]:
    """Return visits to review (`waiting`, longest wait first) and those on site now (`on_site`)."""
    visits = with_people(Visit.objects.filter(work_order__rollout=rollout))
    return {
        "waiting": list(visits.filter(state=VisitState.SUBMITTED).order_by("submitted_at")),
        "on_site": list(visits.filter(state=VisitState.ON_SITE).order_by("checked_in_at")),
    }


def sheet(visit: Visit, packet: Packet) -> dict[str, Any]:
    """Return the steps with their evidence items, the numbers of verdicts, and the problems raised on site."""
    current = Evidence.objects.filter(visit_key=visit.key, replaced_at__isnull=True).select_related("file", "verdict_by")
    by_place = {(e.step_key, e.spec_key): e for e in current}
    steps = [
        {
            **step,
            "items": [Item(spec, by_place.get((step["key"], spec["key"]))) for spec in step["evidence"]],
        }
        for step in packet_reading.steps(packet.content)
    ]
    verdicts = [e.verdict for e in by_place.values()]
    problems = Event.objects.filter(visit_key=visit.key, type=EventType.PROBLEM_RAISED).order_by("device_at")
    return {
        "steps": [step for step in steps if step["items"]],
        "accepted": verdicts.count(Verdict.ACCEPTED),
        "rejected": verdicts.count(Verdict.REJECTED),
        "open": verdicts.count(Verdict.OPEN),
        "total": len(verdicts),
        "problems": list(problems),
    }


def item_of(evidence: Evidence) -> Item:
    """Return the review item of one piece of evidence, its spec read from the visit's packet."""
    packets = evidence.work_order.packets.order_by("superseded_at")
    place = (evidence.step_key, evidence.spec_key)
    for packet in packets:
        spec = packet_reading.specs(packet.content).get(place)
        if spec is not None:
            return Item(dict(spec), evidence)
    return Item({"kind": evidence.kind, "label": evidence.label, "required": True, "options": {}}, evidence)
