"""Visits as part of other pages: the panel of a work order, and a technician's link for somebody to pass on."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from rollout import access as base_access
from rollout.exceptions import Refused
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from technicians import access, links
from technicians.choices import ACTIVE_VISIT_STATES
from technicians.queries import visits as queries
from workorders import access as work_access

PAGE = "technicians/order_panel.html"


@require_GET
def order_panel(request: HttpRequest, number: str) -> HttpResponse:
    """The visits of one work order, as a panel inside its page."""
    order = work_access.work_order_for(request.user, number, Permission.WORK_ORDER_VIEW)
    context = {
        "order": order,
        "site": order.enrolment.site,
        "visits": queries.of_order(order),
        "active": ACTIVE_VISIT_STATES,
        "may_pass_links": base_access.may(signed_in(request), Permission.WORK_ORDER_EDIT, order.rollout),
        "may_book": base_access.may(signed_in(request), Permission.SCHEDULE_APPLY, order.rollout),
        "may_review": base_access.may(signed_in(request), Permission.EVIDENCE_REVIEW, order.rollout),
    }
    return render(request, PAGE, context)


@require_POST
@never_cache
def visit_link(request: HttpRequest, key: uuid.UUID, technician: int) -> HttpResponse:
    """Show the link of one technician of a visit, once; that it was shown is written down."""
    visit = access.visit_for(request.user, key, Permission.WORK_ORDER_EDIT)
    booked = next((a.technician for a in queries.crew_of(visit) if a.technician_id == technician), None)
    if booked is None or visit.state not in ACTIVE_VISIT_STATES:
        raise Http404
    context: dict[str, object] = {"technician": booked, "visit": visit, "link": "", "sentence": ""}
    try:
        context["link"] = links.disclose(
            visit=visit, technician=booked, by=signed_in(request), at=timezone.now()
        )
    except Refused as refusal:
        context["sentence"] = str(refusal)
    return render(request, f"{PAGE}#link", context)
