"""Booked visits: the calendar, one visit by hand, the night."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout.exceptions import Refused
from rollout.exports import export_response
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from technicians import access
from technicians.actions import bookings as actions
from technicians.forms_schedule import BookingForm, CancelForm, booking_initial
from technicians.models import Visit
from technicians.problems import needs_of
from technicians.queries import calendar
from technicians.queries import schedule as queries
from technicians.queries.visits import crew_of
from technicians.views import plan_parts as parts
from workorders import access as work_access
from workorders.models import WorkOrder

VISIT_COLUMNS = (
    *("Work order", "Site number", "Site", "Place", "Wave", "Start (site)", "End (site)", "Time zone"),
    *("Technicians", "Kind", "State"),
)


def visit_calendar(request: HttpRequest, code: str) -> HttpResponseBase:
    """A week of booked visits, technician × day; as a file, all of them."""
    rollout = base_access.rollout_for(signed_in(request), code, Permission.SCHEDULE_VIEW)
    rows = queries.visit_rows(calendar.booked(rollout).iterator(chunk_size=500))
    export = export_response(request, f"{code}-visits", VISIT_COLUMNS, rows)
    if export is not None:
        return export
    now, today = timezone.now(), timezone.localdate()
    monday = calendar.monday_of(parts.asked_day(request, calendar.first_week(rollout, today, now)))
    context = {"rollout": rollout, "calendar": calendar.visit_calendar(rollout, monday, today)}
    return render(request, "technicians/schedule_calendar_page.html", context)


@never_cache
def tonight(request: HttpRequest, code: str) -> HttpResponse:
    """Who should be where, who is late, who is on site, who waits for review; asks again by itself."""
    rollout = base_access.rollout_for(signed_in(request), code, Permission.SCHEDULE_VIEW)
    now = timezone.now()
    night = queries.tonight(rollout, now=now)
    context = {
        "rollout": rollout,
        "now": now,
        "night": night,
        "late_tone": "danger" if night.late else "",
        "waiting_tone": "warning" if night.waiting else "",
        "sections": parts.sections_of(night),
        "quiet": not any(visits for *_, visits in parts.sections_of(night)),
    }
    name = "technicians/schedule_tonight_page.html"
    return render(request, f"{name}#board" if request.headers.get("HX-Request") else name, context)


def visit_book(request: HttpRequest, number: str) -> HttpResponse:
    """Book a visit for a ready work order by hand."""
    order = work_access.work_order_for(request.user, number, Permission.SCHEDULE_APPLY)
    form = _form(request, order, None)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            visit = actions.book_visit(order=order, by=signed_in(request), at=timezone.now(), **_chosen(form))
        except actions.CannotBook as refusal:
            reasons = refusal.reasons
        except Refused as refusal:
            reasons = [str(refusal)]
        else:
            messages.success(request, f"{order.number} is scheduled. Tell the technician.")
            return redirect("technicians:visit-edit", key=visit.key)
    return _page(request, order, None, form, reasons)


def visit_edit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give a visit another time or crew, confirm it, cancel it."""
    visit = access.visit_for(request.user, key, Permission.SCHEDULE_APPLY)
    order = visit.work_order
    form = _form(request, order, visit)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("seen", "")
        at, user = timezone.now(), signed_in(request)
        try:
            actions.move_visit(visit=visit, seen=seen, by=user, at=at, **_chosen(form))
        except actions.CannotBook as refusal:
            reasons = refusal.reasons
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("technicians:visit-edit", key=key)
        else:
            messages.success(request, f"{order.number} is scheduled as you said.")
            return redirect("technicians:visit-edit", key=key)
    return _page(request, order, visit, form, reasons)


def _form(request: HttpRequest, order: WorkOrder, visit: Visit | None) -> BookingForm:
    needs = needs_of([order]).get(order.pk)
    booked = [assignment.technician_id for assignment in crew_of(visit)] if visit else []
    return BookingForm(
        request.POST or None,
        site=order.enrolment.site,
        team=queries.crew_choices(order.rollout),
        crew=needs.crew if needs else max(1, len(booked)),
        initial=booking_initial(order.enrolment.site, visit.starts_at if visit else None, booked),
    )


def _chosen(form: BookingForm) -> dict[str, Any]:
    return {"technicians": form.cleaned_data["technicians"], "starts_at": form.cleaned_data["starts_at"]}


def _page(
    request: HttpRequest, order: WorkOrder, visit: Visit | None, form: BookingForm, reasons: list[str]
) -> HttpResponse:
    site = order.enrolment.site
    movable = visit is None or (visit.state in queries.BOOKED and visit.checked_in_at is None)
    context = {
        "rollout": order.rollout,
        "order": order,
        "site": site,
        "visit": visit,
        "seen": actions.version(visit) if visit else "",
        "movable": movable,
        "form": form,
        "cancel_form": CancelForm(),
        "reasons": reasons,
        "hours": parts.hours_lines(site),
        "form_title": "When and who" if movable else "This visit has begun or is over",
        "form_text": "On the site's clock. What you choose is checked against every rule as you go."
        if movable
        else "",
        "minutes": actions.minutes_of(order, visit),
        "needs": needs_of([order]).get(order.pk),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "technicians/schedule_visit_page.html", context, status=status)


@require_POST
def visit_check(request: HttpRequest, number: str) -> HttpResponse:
    """Judge what is typed into the booking form, without booking anything."""
    order = work_access.work_order_for(request.user, number, Permission.SCHEDULE_VIEW)
    visit = queries.active_visit_of(order)
    form = _form(request, order, visit)
    context: dict[str, Any] = {"checked": form.is_valid(), "reasons": []}
    if form.is_valid():
        at = timezone.now()
        context["reasons"] = actions.reasons_against(order=order, moving=visit, at=at, **_chosen(form))
    return render(request, "technicians/schedule_visit_page.html#verdict", context)


@require_POST
def visit_confirm(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Write down that technician and site said yes."""
    visit = access.visit_for(request.user, key, Permission.SCHEDULE_APPLY)
    try:
        actions.confirm_visit(visit=visit, by=signed_in(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{visit.work_order.number} is confirmed.")
    return redirect("technicians:visit-edit", key=key)


@require_POST
def visit_cancel(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Cancel a visit with a reason; its work order is ready again."""
    visit = access.visit_for(request.user, key, Permission.SCHEDULE_APPLY)
    form = CancelForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why the visit is cancelled: the technician and the site will ask.")
        return redirect("technicians:visit-edit", key=key)
    try:
        actions.cancel_visit(
            visit=visit, reason=form.cleaned_data["reason"], by=signed_in(request), at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("technicians:visit-edit", key=key)
    told = [a.technician.name for a in crew_of(visit) if a.told_at]
    messages.success(
        request, f"The visit is cancelled; {visit.work_order.number} is ready to be scheduled again."
    )
    if told:
        messages.warning(request, f"Tell {parts.few(told)}: they knew of this visit.")
    return redirect("workorders:detail", number=visit.work_order.number)
