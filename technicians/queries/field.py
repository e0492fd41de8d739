"""Reads for the phone."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from rollout.models import StoredFile, User
from technicians.choices import VisitState
from technicians.models import Visit
from technicians.queries.visits import with_people
from workorders import packet_reading
from workorders.actions.field import missing_evidence
from workorders.models import Evidence, Packet

RECENT = timedelta(days=14)


def my_visits(user: User, *, now: datetime) -> dict[str, list[Visit]]:
    """Return `current` visits (on site, submitted, or to come) by time and `recent` ones done in the last two weeks."""
    mine = Visit.objects.filter(assignments__technician__user=user, assignments__released_at__isnull=True)
    loaded = with_people(mine).select_related("work_order__rollout__client")
    over = Q(state__in=[VisitState.DONE, VisitState.CANCELLED])
    return {
        "current": list(loaded.exclude(over).order_by("starts_at")),
        "recent": list(loaded.filter(over, starts_at__gte=now - RECENT).order_by("-starts_at")),
    }


def visit_state(visit: Visit, packet: Packet, *, now: datetime) -> dict[str, Any]:
    """Return all the phone needs to know of what the server has, JSON-able.

    ``answers`` by "step_key/spec_key": value, evidence_key, sha256, arrived, verdict, reason, remarks. ``missing`` are
    sentences. `server_at` lets the phone tell how wrong its own clock is.
    """
    current = Evidence.objects.filter(visit_key=visit.key, replaced_at__isnull=True)
    return {
        "visit": str(visit.key),
        "state": visit.state,
        "state_label": visit.get_state_display(),
        "packet": packet.hash,
        "checked_in_at": visit.checked_in_at.isoformat() if visit.checked_in_at else None,
        "submitted_at": visit.submitted_at.isoformat() if visit.submitted_at else None,
        "answers": {f"{e.step_key}/{e.spec_key}": _answer(e) for e in current},
        "required": ["/".join(place) for place in sorted(packet_reading.required(packet.content))],
        "missing": missing_evidence(packet, visit.key),
        "server_at": now.isoformat(),
    }


def _answer(evidence: Evidence) -> dict[str, Any]:
    return {
        "evidence_key": str(evidence.key),
        "value": evidence.value,
        "sha256": evidence.sha256,
        "arrived": evidence.file_id is not None,
        "verdict": evidence.verdict,
        "reason": evidence.verdict_reason,
        "remarks": evidence.remarks,
    }


def own_file(visit: Visit, evidence_key: uuid.UUID) -> StoredFile | None:
    """Return the file of one piece of evidence of this visit."""
    evidence = Evidence.objects.filter(key=evidence_key, visit_key=visit.key).select_related("file").first()
    return evidence.file if evidence else None
