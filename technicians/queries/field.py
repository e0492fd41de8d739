"""Reads for the phone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from rollout.models import StoredFile, User
from sites.models import AccessException
from technicians.choices import VisitState
from technicians.models import Visit
from technicians.problems import evening_of
from technicians.queries.visits import with_people
from workorders import packet_reading
from workorders.actions.field import missing_evidence
from workorders.choices import EventType, Phase
from workorders.models import Event, Evidence, Packet
from workorders.packets.present import present

RECENT = timedelta(days=14)


def my_visits(user: User, *, now: datetime) -> dict[str, list[Visit]]:
    """Return a technician's visits in three lists; two queries.

    ``today``: begun, waiting for release, or starting on the site's own today or before. ``coming``: later, by time.
    ``done``: the last two weeks, newest first.
    """
    mine = Visit.objects.filter(assignments__technician__user=user, assignments__released_at__isnull=True)
    over = Q(state__in=[VisitState.DONE, VisitState.CANCELLED])
    loaded = with_people(mine.filter(~over | Q(starts_at__gte=now - RECENT)))
    lists: dict[str, list[Visit]] = {"today": [], "coming": [], "done": []}
    for visit in loaded.select_related("work_order__rollout__client").order_by("starts_at"):
        lists[_list_of(visit, now)].append(visit)
    lists["done"].reverse()
    return lists


def _list_of(visit: Visit, now: datetime) -> str:
    if visit.state in (VisitState.DONE, VisitState.CANCELLED):
        return "done"
    zone = ZoneInfo(visit.work_order.enrolment.site.time_zone)
    begun = visit.state in (VisitState.ON_SITE, VisitState.SUBMITTED)
    return (
        "today"
        if begun or visit.starts_at.astimezone(zone).date() <= now.astimezone(zone).date()
        else "coming"
    )


def packet_page(visit: Visit, packet: Packet) -> dict[str, Any]:
    """Return the packet in the words and rows the phone shows: those of the printed one, in the three parts of a visit."""
    page = present(packet.content, live_url="", issued_at=packet.compiled_at, fingerprint=packet.hash)
    page["on_site"] = [phase for phase in page["at_site"] if phase["key"] != Phase.CLOSE_OUT]
    page["close_out"] = [phase for phase in page["at_site"] if phase["key"] == Phase.CLOSE_OUT]
    page["specs"] = _specs(packet.content)
    page["differs"] = _differing(visit)
    return page


def _differing(visit: Visit) -> list[str]:
    """Say what is different from the weekly hours on the day and in the night of a visit; one query.

    It is said beside the packet and not in it: moving a visit to another day changes no packet.
    """
    site = visit.work_order.enrolment.site
    evening = evening_of(visit.starts_at, site)
    days = {evening, visit.starts_at.astimezone(site.zone).date()}
    rows = AccessException.objects.filter(site=site, on__in=days).order_by("on", "opens")
    return [_differs(row) for row in rows]


def _differs(row: AccessException) -> str:
    day, why = f"{row.on:%A, %B} {row.on.day}", f" ({row.note})" if row.note else ""
    if row.opens is None or row.closes is None:
        return f"The site is closed on {day}{why}. Call before you travel."
    return f"On {day} other hours hold: {row.opens:%H:%M} to {row.closes:%H:%M}{why}."


_PARTS = {Phase.PREPARE: "before", Phase.CLOSE_OUT: "close-out"}


def _specs(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every piece of evidence in printed order, with the place of the page where it is answered."""
    phases = packet_reading.phase_of(content)
    return [
        {
            **{name: spec[name] for name in ("kind", "label", "required", "options")},
            "place": f"{step['key']}/{spec['key']}",
            "step": step["key"],
            "number": step["number"],
            "title": step["title"],
            "part": _PARTS.get(Phase(phases[step["key"]]), "on-site"),
            "before_check_in": phases[step["key"]] == Phase.PREPARE,
        }
        for step in packet_reading.steps(content)
        for spec in step["evidence"]
    ]


def visit_state(visit: Visit, packet: Packet, *, now: datetime) -> dict[str, Any]:
    """Return all the phone needs to know of what the server has, JSON-able.

    ``answers`` by "step_key/spec_key": value, evidence_key, sha256, arrived, verdict, reason, remarks. ``problems`` are
    those raised so far, newest first. ``missing`` are sentences. `server_at` lets the phone tell how wrong its own clock is.
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
        "problems": [_problem(event) for event in problems_of(visit)],
        "server_at": now.isoformat(),
    }


def problems_of(visit: Visit) -> QuerySet[Event]:
    """Return the problems raised on a visit, newest first."""
    raised = Event.objects.filter(
        visit_key=visit.key, type=EventType.PROBLEM_RAISED, conflicts_with__isnull=True
    )
    return raised.select_related("by").order_by("-device_at")


def _problem(event: Event) -> dict[str, Any]:
    return {"id": str(event.pk), "text": str(event.data.get("text", "")), "at": event.device_at.isoformat()}


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


def again(visit: Visit) -> Visit:
    """Return a visit as it is by now, with its work order."""
    fresh: Visit = Visit.objects.select_related("work_order").get(pk=visit.pk)
    return fresh
