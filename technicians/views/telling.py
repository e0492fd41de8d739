"""Who has to be told of their visits, by e-mail or by hand."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout.exceptions import Refused
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from technicians import access
from technicians.actions import telling as actions
from technicians.queries import schedule as queries

PER_PAGE = 50


def tell(request: HttpRequest, code: str) -> HttpResponse:
    """Bookings whose technicians do not know of them yet."""
    rollout = base_access.rollout_for(signed_in(request), code, Permission.SCHEDULE_VIEW)
    now = timezone.now()
    page = Paginator(queries.untold(rollout, now=now), PER_PAGE).get_page(request.GET.get("page"))
    numbers = queries.told_numbers(rollout, now=now)
    by_email, people = numbers["untold"] - numbers["by_hand"], numbers["technicians"]
    context = {
        "rollout": rollout,
        "page": page,
        "numbers": numbers,
        "by_email": by_email,
        "send_label": f"Send {by_email:,} links" if by_email != 1 else "Send 1 link",
        "technicians_hint": f"{people:,} technician{'' if people == 1 else 's'}",
        "may_tell": base_access.may(request.user, Permission.SCHEDULE_APPLY, rollout),
    }
    return render(request, "technicians/schedule_tell_page.html", context)


@require_POST
def tell_send(request: HttpRequest, code: str) -> HttpResponse:
    """Send the e-mails as a job."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SCHEDULE_APPLY)
    try:
        job = actions.start_telling(rollout=rollout, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("technicians:tell", code=code)
    return redirect("rollout:job", key=job.key)


@require_POST
def tell_mark(request: HttpRequest, key: uuid.UUID, technician: int) -> HttpResponse:
    """Write down that somebody passed the link on."""
    visit = access.visit_for(request.user, key, Permission.SCHEDULE_APPLY)
    told = actions.mark_told(visit=visit, technician_id=technician, by=signed_in(request), at=timezone.now())
    words = "Written down." if told else "This was written down already, or the booking has changed."
    messages.success(request, words)
    address = request.GET.get("page", "")
    url = redirect("technicians:tell", code=visit.work_order.rollout.code)
    if address.isdigit():
        url["Location"] += "?" + urlencode({"page": address})
    return url
