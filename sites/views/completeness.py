"""Which facts the plan needs, and at how many sites they are known."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from rollout import access as base_access
from rollout.exports import export_response
from rollout.models import Rollout
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import queries
from sites.choices import FactState
from sites.queries.needed import NeededFact

COLUMNS = ("fact", "key", "known", "stale", "disputed", "unknown", "needed by")


def completeness(request: HttpRequest, code: str) -> HttpResponseBase:
    """How complete what is needed is, fact by fact, each number a link to its sites."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_VIEW)
    found = queries.completeness_of(rollout, today=timezone.now().date())
    rows = (_cells(fact) for fact in found.facts)
    file = export_response(request, f"{rollout.code} facts", COLUMNS, rows)
    if file is not None:
        return file
    context = {
        "rollout": rollout,
        "found": found,
        "ready_hint": f"of {found.sites:,}",
        "facts": [(fact, _bar(rollout, fact), _worst(fact)) for fact in found.facts],
        "may_edit": base_access.may(user, Permission.SITE_EDIT, rollout),
        "may_import": base_access.may(user, Permission.SITE_IMPORT, rollout),
    }
    return render(request, "sites/completeness_page.html", context)


def _cells(fact: NeededFact) -> tuple[object, ...]:
    counts = fact.counts
    why = [need.why for need in fact.needs]
    return fact.label, fact.key, counts.known, counts.stale, counts.disputed, counts.unknown, why


def _bar(rollout: Rollout, fact: NeededFact) -> list[dict[str, object]]:
    """The parts of the bar, the good one first; what no fact is in is left out."""
    sites = reverse("sites:list", args=[rollout.code])
    order = (FactState.KNOWN, FactState.STALE, FactState.DISPUTED, FactState.UNKNOWN)
    return [
        {
            "key": state.value,
            "label": str(state.label),
            "count": count,
            "url": f"{sites}?fact={fact.key}:{state}",
        }
        for state in order
        if (count := getattr(fact.counts, state.value))
    ]


def _worst(fact: NeededFact) -> str:
    """The state whose sites are asked first; "" when nothing is open that a site could answer."""
    if fact.attribute is None:
        return ""
    states = (FactState.UNKNOWN, FactState.STALE, FactState.DISPUTED)
    return next((state.value for state in states if getattr(fact.counts, state.value)), "")
