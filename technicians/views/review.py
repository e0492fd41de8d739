"""Review: the queue, ordered by who has waited longest, and one visit's evidence with verdicts."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout import files
from rollout.exceptions import Refused
from rollout.exports import export_response
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from technicians import access
from technicians.actions import visits as actions
from technicians.choices import VisitState
from technicians.queries import review as queries
from workorders import access as work_access
from workorders.choices import Verdict
from workorders.models import Evidence

PER_PAGE = 50
PAGE_OF_QUEUE = "technicians/review_queue_page.html"
PAGE_OF_VISIT = "technicians/review_visit_page.html"
COLUMNS = (
    "Work order",
    "Site number",
    "Site",
    "Technicians",
    "State",
    "Checked in",
    "Submitted",
    "Pieces of evidence",
    "Problems raised",
)


def review_queue(request: HttpRequest, code: str) -> HttpResponseBase:
    """Visits that wait for a verdict, the longest wait first, and those going on now."""
    rollout = base_access.rollout_for(request.user, code, Permission.EVIDENCE_REVIEW)
    waiting, on_site = queries.waiting(rollout), queries.on_site(rollout)
    export = export_response(request, f"{code}-review", COLUMNS, queries.export_rows([*waiting, *on_site]))
    if export is not None:
        return export
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rollout": rollout,
        "page_obj": page,
        "on_site": on_site[:PER_PAGE],
        "nav_badges": {"technicians:review": page.paginator.count},
    }
    return render(request, PAGE_OF_QUEUE, context)


def review_visit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One visit: what was asked, what came, a verdict for each."""
    visit = access.visit_for(request.user, key, Permission.EVIDENCE_REVIEW)
    context: dict[str, Any] = {"rollout": visit.work_order.rollout, "visit": visit}
    try:
        packet = actions.packet_of(visit)
    except actions.NoPacket:
        return render(request, PAGE_OF_VISIT, context)
    context |= {
        "packet": packet,
        "open_for_review": visit.state == VisitState.SUBMITTED,
        **queries.sheet(visit, packet),
    }
    return render(request, PAGE_OF_VISIT, context)


@require_POST
def evidence_judge(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Accept, reject with a reason, or reopen one piece of evidence."""
    evidence = work_access.evidence_for(request.user, key, Permission.EVIDENCE_REVIEW)
    evidence, sentence = _judged(request, evidence)
    if not request.headers.get("HX-Request"):
        if sentence:
            messages.error(request, sentence)
        return redirect("technicians:review-visit", key=evidence.visit_key)
    visit = queries.visit_of(evidence)
    context = {
        "item": queries.item_of(evidence),
        "visit": visit,
        "sentence": sentence,
        "open_for_review": visit.state == VisitState.SUBMITTED,
        "summary_too": True,
        **queries.verdicts(visit),
    }
    return render(request, f"{PAGE_OF_VISIT}#evidence", context)


def _judged(request: HttpRequest, evidence: Evidence) -> tuple[Evidence, str]:
    """Apply the verdict of the form; return the evidence and, when it was refused, the sentence that says why."""
    verdict = request.POST.get("verdict", "")
    if verdict not in Verdict.values:
        return evidence, "Choose accept or reject."
    # A chosen reason and words of one's own are one sentence to the technician.
    parts = [request.POST.get(name, "").strip() for name in ("quick", "reason")]
    reason = " ".join(part for part in parts if part)[:300]
    try:
        judged = actions.judge(
            evidence=evidence, verdict=verdict, reason=reason, by=signed_in(request), at=timezone.now()
        )
    except Refused as refusal:
        return evidence, str(refusal)
    return judged, ""


@require_POST
def visit_accept(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Close the visit and the work order."""
    visit = access.visit_for(request.user, key, Permission.EVIDENCE_REVIEW)
    try:
        actions.accept_visit(visit=visit, by=signed_in(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("technicians:review-visit", key=key)
    messages.success(request, f"{visit.work_order.number} is done.")
    return redirect("technicians:review", code=visit.work_order.rollout.code)


@require_POST
def visit_send_back(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Let the technician answer again what was rejected."""
    visit = access.visit_for(request.user, key, Permission.EVIDENCE_REVIEW)
    try:
        actions.send_back(visit=visit, by=signed_in(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("technicians:review-visit", key=key)
    messages.success(request, f"{visit.work_order.number} went back to the technician.")
    return redirect("technicians:review", code=visit.work_order.rollout.code)


def evidence_file(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The picture as it arrived, for the team."""
    evidence = work_access.evidence_for(request.user, key, Permission.EVIDENCE_REVIEW)
    if evidence.file is None:
        return HttpResponse("This file has not arrived yet.", status=404, content_type="text/plain")
    return files.response(evidence.file)  # type: ignore[return-value]


def evidence_preview(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The small picture; the original until there is one."""
    evidence = work_access.evidence_for(request.user, key, Permission.EVIDENCE_REVIEW)
    stored = evidence.preview or evidence.file
    if stored is None:
        return HttpResponse("This file has not arrived yet.", status=404, content_type="text/plain")
    return files.response(stored)  # type: ignore[return-value]
