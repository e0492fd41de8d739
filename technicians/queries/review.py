"""Reads for review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from rollout.models import Rollout
from technicians.choices import VisitState
from technicians.models import Visit
from technicians.queries import field
from technicians.queries.visits import with_people
from technicians.scheduling.travel import Place, straight_km
from workorders import packet_reading
from workorders.choices import EventType, EvidenceKind, Verdict
from workorders.models import Event, Evidence, Packet

ANY_REASONS = ("This does not answer what was asked. Read the step again.",)
_VALUE_REASONS = (
    "This cannot be right. Look again and correct it.",
    "It is not what was planned. Look again, then call.",
)
QUICK_REASONS = {
    EvidenceKind.PHOTO: (
        "The picture is blurred. Take it again, holding still.",
        "The picture is too dark. Take it again with light.",
        "What was asked for cannot be seen. Take it again, closer.",
        "This shows something else. Look at what the step asks for.",
    ),
    EvidenceKind.SIGNATURE: (
        "This is no signature. Ask for it again.",
        "Somebody else has to sign. Ask for that person.",
    ),
    EvidenceKind.READING: ("The value is outside the limits. Measure again, then call.", *_VALUE_REASONS[:1]),
    EvidenceKind.SERIAL: (
        "The serial number cannot be right. Read it again.",
        "This is another device than planned. Call us.",
    ),
    EvidenceKind.COUNT: _VALUE_REASONS,
    EvidenceKind.CHOICE: _VALUE_REASONS,
}


@dataclass(frozen=True)
class Item:
    """One piece of evidence on the review sheet: what was asked (`spec`) and what came (`evidence`, None when nothing did)."""

    spec: dict[str, Any]
    evidence: Evidence | None

    @property
    def quick_reasons(self) -> tuple[str, ...]:
        """What is wrong most often with this kind of evidence; a click instead of typing."""
        return QUICK_REASONS.get(self.spec["kind"], ANY_REASONS)


@dataclass(frozen=True)
class CheckIn:
    """When and how far from the site somebody checked in, as the phone told it; `distance_km` is None without a place."""

    event: Event
    distance_km: float | None
    accuracy_m: float | None

    @property
    def reason(self) -> str:
        """What the technician said about being far away."""
        return str(self.event.data.get("reason", ""))


EARLIER = "An earlier packet"


def waiting(rollout: Rollout) -> QuerySet[Visit]:
    """Return visits to review, the longest wait first, each with its number of problems and of pieces of evidence."""
    return _with_counts(rollout).filter(state=VisitState.SUBMITTED).order_by("submitted_at", "pk")


def on_site(rollout: Rollout) -> QuerySet[Visit]:
    """Return visits going on now, the earliest check-in first, with the same numbers."""
    return _with_counts(rollout).filter(state=VisitState.ON_SITE).order_by("checked_in_at", "pk")


def _with_counts(rollout: Rollout) -> QuerySet[Visit]:
    visits = with_people(Visit.objects.filter(work_order__rollout=rollout))
    evidence = Evidence.objects.filter(visit_key=OuterRef("key"), replaced_at__isnull=True)
    problems = Event.objects.filter(
        visit_key=OuterRef("key"), type=EventType.PROBLEM_RAISED, conflicts_with__isnull=True
    )
    counted: QuerySet[Any] = visits.annotate(
        evidence_count=Coalesce(Subquery(_count(evidence)), 0),
        problem_count=Coalesce(Subquery(_count(problems)), 0),
    )
    return counted


def _count(rows: QuerySet[Any]) -> QuerySet[Any]:
    counted: QuerySet[Any] = rows.order_by().values("visit_key").annotate(n=Count("pk")).values("n")
    return counted


def export_rows(visits: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the queue as rows of a file."""
    for visit in visits:
        site = visit.work_order.enrolment.site
        crew = [assignment.technician.name for assignment in visit.crew]
        yield (
            visit.work_order.number,
            site.key,
            site.name,
            crew,
            visit.get_state_display(),
            visit.checked_in_at,
            visit.submitted_at,
            visit.evidence_count,
            visit.problem_count,
        )


def sheet(visit: Visit, packet: Packet) -> dict[str, Any]:
    """Return the steps with their evidence items, the numbers of verdicts, check-ins and the problems raised on site.

    An answer to something the packet no longer asks for comes last, under its own heading: it was done and is to be judged.
    """
    current = Evidence.objects.filter(visit_key=visit.key, replaced_at__isnull=True)
    by_place = {
        (e.step_key, e.spec_key): e
        for e in current.select_related("file", "preview", "verdict_by", "taken_by")
    }
    steps = [
        {
            **step,
            "asked": [
                Item(spec, by_place.pop((step["key"], spec["key"]), None)) for spec in step["evidence"]
            ],
        }
        for step in packet_reading.steps(packet.content)
    ]
    if by_place:
        rest = [Item(_bare_spec(evidence), evidence) for evidence in by_place.values()]
        steps.append({"key": "earlier", "number": "", "title": EARLIER, "asked": rest})
    return {
        "steps": [step for step in steps if step["asked"]],
        "problems": list(field.problems_of(visit)),
        "check_ins": _check_ins(visit),
        **verdicts(visit),
    }


def verdicts(visit: Visit) -> dict[str, Any]:
    """Return how many pieces of evidence are `accepted`, `rejected` and `open`, and the `total`. One query."""
    current = Evidence.objects.filter(visit_key=visit.key, replaced_at__isnull=True)
    found = dict(current.order_by().values_list("verdict").annotate(n=Count("pk")))
    return {**{verdict: found.get(verdict, 0) for verdict in Verdict.values}, "total": sum(found.values())}


def _check_ins(visit: Visit) -> list[CheckIn]:
    events = Event.objects.filter(visit_key=visit.key, type=EventType.CHECKED_IN, conflicts_with__isnull=True)
    site = visit.work_order.enrolment.site
    home = _place(site.latitude, site.longitude)
    found = []
    for event in events.select_related("by").order_by("device_at"):
        there = _place(event.data.get("latitude"), event.data.get("longitude"))
        distance = straight_km(there, home) if there and home else None
        found.append(CheckIn(event, distance, _number(event.data.get("accuracy"))))
    return found


def _place(latitude: Any, longitude: Any) -> Place | None:
    north, east = _number(latitude), _number(longitude)
    return None if north is None or east is None else Place(north, east)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def item_of(evidence: Evidence) -> Item:
    """Return the review item of one piece of evidence, its spec read from the visit's packet."""
    packets = evidence.work_order.packets.order_by("superseded_at")
    place = (evidence.step_key, evidence.spec_key)
    for packet in packets:
        spec = packet_reading.specs(packet.content).get(place)
        if spec is not None:
            return Item(dict(spec), evidence)
    return Item(_bare_spec(evidence), evidence)


def _bare_spec(evidence: Evidence) -> dict[str, Any]:
    return {"kind": evidence.kind, "label": evidence.label, "required": True, "options": {}}


def visit_of(evidence: Evidence) -> Visit:
    """Return the visit a piece of evidence was taken on, with what access needs."""
    visit: Visit = Visit.objects.select_related("work_order__rollout__client").get(key=evidence.visit_key)
    return visit
