"""Review: the queue, ordered by who has waited longest, and one visit's evidence with verdicts."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout import files
from rollout.exceptions import Refused
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from technicians import access
from technicians.actions import visits as actions
from technicians.queries import review as queries
from workorders import access as work_access
from workorders.choices import Verdict


def review_queue(request: HttpRequest, code: str) -> HttpResponse:
    """Visits that wait for a verdict, the longest wait first."""
    rollout = base_access.rollout_for(request.user, code, Permission.EVIDENCE_REVIEW)
    return render(request, "technicians/review_queue_page.html", {"rollout": rollout, **queries.queue(rollout)})


def review_visit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One visit: what was asked, what came, a verdict for each."""
    visit = access.visit_for(request.user, key, Permission.EVIDENCE_REVIEW)
    packet = actions.packet_of(visit)
    context = {"rollout": visit.work_order.rollout, "visit": visit, "packet": packet, **queries.sheet(visit, packet)}
    return render(request, "technicians/review_visit_page.html", context)


@require_POST
def evidence_judge(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Accept, reject with a reason, or reopen one piece of evidence."""
    evidence = work_access.evidence_for(request.user, key, Permission.EVIDENCE_REVIEW)
    verdict = request.POST.get("verdict", "")
    sentence = ""
    if verdict not in Verdict.values:
        sentence = "Choose accept or reject."
    else:
        try:
            evidence = actions.judge(
                evidence=evidence,
                verdict=verdict,
                reason=request.POST.get("reason", "")[:300],
                by=signed_in(request),
                at=timezone.now(),
            )
        except Refused as refusal:
            sentence = str(refusal)
    if request.headers.get("HX-Request"):
        context = {"item": queries.item_of(evidence), "sentence": sentence}
        return render(request, "technicians/review_visit_page.html#evidence", context)
    if sentence:
        messages.error(request, sentence)
    return redirect("technicians:review-visit", key=evidence.visit_key)


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
