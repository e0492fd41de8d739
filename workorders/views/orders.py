"""Work orders: the list, and everything about one site's job on one page."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout import queries as base_queries
from rollout.exceptions import Refused
from rollout.exports import export_response
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from workorders import access
from workorders.actions import orders as actions
from workorders.choices import WorkOrderState
from workorders.filters import WorkOrderFilter
from workorders.forms_orders import HoldForm
from workorders.queries import orders as queries

PER_PAGE = 50
COLUMNS = ("Work order", "Site number", "Site", "City", "Region", "Wave", "State", "Since", "Accountable")


def order_list(request: HttpRequest, code: str) -> HttpResponseBase:
    """All work orders of a rollout, filtered by the address."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.WORK_ORDER_VIEW)
    filters = WorkOrderFilter(request.GET, queryset=queries.orders_of(rollout, user), rollout=rollout)
    export = export_response(request, f"{code}-work-orders", COLUMNS, queries.export_rows(filters.qs))
    if export is not None:
        return export
    page = Paginator(filters.qs, PER_PAGE).get_page(request.GET.get("page"))
    funnel = queries.funnels([rollout.pk])[rollout.pk]
    context = {"rollout": rollout, "filters": filters, "page": page, "funnel": funnel}
    return render(request, "workorders/order_list_page.html", context)


def order_page(request: HttpRequest, number: str) -> HttpResponse:
    """One work order: who owes what next, its packet, visits, evidence and history."""
    order = access.work_order_for(request.user, number, Permission.WORK_ORDER_VIEW)
    context = {
        "rollout": order.rollout,
        "order": order,
        "site": order.enrolment.site,
        "packet": queries.current_packet(order),
        "packets": queries.packets_of(order),
        "evidence": queries.evidence_counts(order),
        "history": base_queries.history_of(order),
        "hold_form": HoldForm(),
        "owes": queries.owes_next(order),
        "may_hold": order.state
        not in (WorkOrderState.DONE, WorkOrderState.CANCELLED, WorkOrderState.ON_HOLD),
    }
    return render(request, "workorders/order_page.html", context)


@require_POST
def order_hold(request: HttpRequest, number: str) -> HttpResponse:
    """Put the order on hold with a reason and a date to look again."""
    order = access.work_order_for(request.user, number, Permission.WORK_ORDER_EDIT)
    form = HoldForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give a reason for the hold and the day to look at it again.")
    else:
        try:
            actions.hold(order=order, by=signed_in(request), at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{order.number} is on hold.")
    return redirect("workorders:detail", number=number)


@require_POST
def order_release(request: HttpRequest, number: str) -> HttpResponse:
    """End a hold."""
    order = access.work_order_for(request.user, number, Permission.WORK_ORDER_EDIT)
    try:
        actions.release_hold(order=order, by=signed_in(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{order.number} goes on.")
    return redirect("workorders:detail", number=number)


def site_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The work orders of one enrolment, as a panel inside the site's page."""
    enrolment = access.enrolment_for(request.user, pk, Permission.WORK_ORDER_VIEW)
    return render(request, "workorders/site_panel.html", {"order": queries.order_of_enrolment(enrolment)})
