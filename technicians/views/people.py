"""Technicians of a rollout's client: the list, one of them, their calendar."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout.exceptions import Refused
from rollout.exports import export_response
from rollout.models import Rollout
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from technicians import access, links
from technicians.actions import people as actions
from technicians.filters import TechnicianFilter
from technicians.forms_people import TechnicianForm, TimeOffForm
from technicians.models import Technician, TimeOff
from technicians.queries import people as queries

PER_PAGE = 50
COLUMNS = (
    *("Provider", "Number", "Name", "Phone", "E-mail", "Based in", "Latitude", "Longitude", "Time zone"),
    *("Radius km", "Skills", "Shifts", "Active", "Upcoming visits", "Time off"),
)


def technician_list(request: HttpRequest, code: str) -> HttpResponseBase:
    """Technicians of the providers engaged by the client, filtered by the address."""
    rollout = base_access.rollout_for(signed_in(request), code, Permission.PEOPLE_VIEW)
    now, today = timezone.now(), timezone.localdate()
    filters = TechnicianFilter(request.GET, queryset=queries.listed(rollout, now=now), rollout=rollout)
    rows = queries.export_rows(filters.qs, today=today)
    export = export_response(request, f"{code}-technicians", COLUMNS, rows)
    if export is not None:
        return export
    page = Paginator(filters.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rollout": rollout,
        "filters": filters,
        "page": page,
        "people": queries.persons(list(page), today=today),
        "total": queries.engaged(rollout).count(),
        "may_edit": base_access.may(request.user, Permission.PEOPLE_EDIT, rollout),
    }
    return render(request, "technicians/people_page.html", context)


def _technician(
    request: HttpRequest, code: str, pk: int, permission: Permission
) -> tuple[Rollout, Technician]:
    """Return a technician whose provider works for the rollout's client; everybody else's are not found."""
    rollout = base_access.rollout_for(request.user, code, permission)
    technician = access.technician_for(request.user, pk)
    if not queries.engaged(rollout).filter(pk=technician.pk).exists():
        raise Http404
    return rollout, technician


def technician_page(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """One technician: reach, skills, shifts, time off, visits."""
    rollout, technician = _technician(request, code, pk, Permission.PEOPLE_VIEW)
    return _page(request, rollout, technician, TimeOffForm())


def _page(request: HttpRequest, rollout: Rollout, technician: Technician, form: TimeOffForm) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    visits = Paginator(queries.visits_of(technician, user), PER_PAGE)
    context = {
        "rollout": rollout,
        "technician": technician,
        "skills": technician.skills.select_related("skill").order_by("skill__name"),
        "hours": queries.hours_of(technician, between="\n"),
        "time_off": technician.time_off.filter(last_day__gte=timezone.localdate()).order_by("first_day"),
        "time_off_form": form,
        "lacks": queries.why_not_planned(technician),
        "page": visits.get_page(request.GET.get("page")),
        "elsewhere": queries.booked_elsewhere(technician, user, now=now),
        "now": now,
        "may_edit": base_access.may(user, Permission.PEOPLE_EDIT, rollout),
        "may_pass_links": base_access.may(user, Permission.WORK_ORDER_EDIT, rollout),
    }
    return render(request, "technicians/technician_page.html", context, status=422 if form.errors else 200)


def technician_edit(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Change a technician's reach, skills and shifts."""
    rollout, technician = _technician(request, code, pk, Permission.PEOPLE_EDIT)
    form = TechnicianForm(request.POST or None, instance=technician)
    if request.method == "POST" and form.is_valid():
        actions.change_technician(
            technician=form.instance,
            hours=form.cleaned_data["hours"],
            skills=form.cleaned_data["abilities"],
            rollout=rollout,
            by=signed_in(request),
            at=timezone.now(),
        )
        messages.success(request, f"{form.instance.name} saved. Visits booked already stay as they are.")
        return redirect("technicians:technician", code=code, pk=pk)
    context = {"rollout": rollout, "technician": technician, "form": form}
    return render(
        request, "technicians/technician_form_page.html", context, status=422 if form.errors else 200
    )


@require_POST
def time_off_add(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Write days on which a technician does not work."""
    rollout, technician = _technician(request, code, pk, Permission.PEOPLE_EDIT)
    form = TimeOffForm(request.POST, instance=TimeOff(technician=technician))
    if not form.is_valid():
        return _page(request, rollout, technician, form)
    actions.add_time_off(time_off=form.instance, rollout=rollout, by=signed_in(request), at=timezone.now())
    messages.success(
        request, "Time off written down. Visits booked for these days stay; move them if need be."
    )
    return redirect("technicians:technician", code=code, pk=pk)


@require_POST
def time_off_remove(request: HttpRequest, code: str, pk: int, off: int) -> HttpResponse:
    """Let a technician work on these days after all."""
    rollout, technician = _technician(request, code, pk, Permission.PEOPLE_EDIT)
    time_off = get_object_or_404(technician.time_off.select_related("technician"), pk=off)
    actions.remove_time_off(time_off=time_off, rollout=rollout, by=signed_in(request), at=timezone.now())
    messages.success(request, "Time off removed.")
    return redirect("technicians:technician", code=code, pk=pk)


@require_POST
def links_revoke(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Make every link of a technician useless."""
    _, technician = _technician(request, code, pk, Permission.PEOPLE_EDIT)
    try:
        links.revoke(technician=technician, by=signed_in(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, f"No link of {technician.name} works any more. Send new ones for visits to come."
        )
    return redirect("technicians:technician", code=code, pk=pk)
