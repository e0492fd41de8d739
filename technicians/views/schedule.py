"""Schedule: what is ready and who is there, proposals, and putting them into force."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout import jobs
from rollout.exceptions import Refused
from rollout.exports import export_response
from rollout.models import Rollout
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from technicians import access
from technicians.actions import applying
from technicians.actions import schedule as actions
from technicians.choices import PlanState
from technicians.forms_schedule import ProposeForm
from technicians.models import SchedulePlan
from technicians.queries import calendar
from technicians.queries import schedule as queries
from technicians.views import plan_parts as parts

PER_PAGE = 50
PLAN_COLUMNS = (
    *("Work order", "Site number", "Site", "Place", "Wave", "Start (site)", "End (site)", "Time zone"),
    *("Technician", "Km", "Travel minutes", "Why", "What would help"),
)


def schedule_home(request: HttpRequest, code: str) -> HttpResponse:
    """What is ready per wave, who is available, the proposals so far."""
    rollout = base_access.rollout_for(signed_in(request), code, Permission.SCHEDULE_VIEW)
    return _home(request, rollout)


def _home(request: HttpRequest, rollout: Rollout, form: ProposeForm | None = None) -> HttpResponse:
    now = timezone.now()
    waves = queries.wave_rows(rollout)
    ready = [row.wave.pk for row in waves if row.ready]
    plans = Paginator(queries.plans_of(rollout), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rollout": rollout,
        "waves": waves,
        "ready": sum(row.ready for row in waves),
        "booked": sum(row.booked for row in waves),
        "without_wave": queries.without_wave(rollout),
        "team": (team := queries.team(rollout)),
        "team_hint": parts.team_hint(team),
        "standing": list(queries.standing_visits(rollout)[:20]),
        "told": queries.told_numbers(rollout, now=now),
        "page": plans,
        "plans": [(plan, *queries.plan_state(plan)) for plan in plans],
        "form": form or ProposeForm(waves=[row.wave for row in waves], initial={"waves": ready}),
        "chosen": form.data.getlist("waves") if form else [str(pk) for pk in ready],  # type: ignore[attr-defined]
        "may_apply": base_access.may(request.user, Permission.SCHEDULE_APPLY, rollout),
    }
    return render(request, "technicians/schedule_page.html", context, status=422 if form else 200)


@require_POST
def schedule_propose(request: HttpRequest, code: str) -> HttpResponse:
    """Start computing a proposal; its page shows how far it is."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SCHEDULE_APPLY)
    form = ProposeForm(request.POST, waves=rollout.waves.all())
    if not form.is_valid():
        return _home(request, rollout, form)
    try:
        plan = actions.propose(
            rollout=rollout,
            waves=list(form.cleaned_data["waves"]),
            seconds=form.cleaned_data["seconds"],
            by=user,
            at=timezone.now(),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _home(request, rollout, form)
    return redirect("technicians:schedule-plan", pk=plan.pk)


def plan_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A proposal: figures, calendar, list by day, map, what was not placed and why."""
    plan = access.plan_for(request.user, pk, Permission.SCHEDULE_VIEW)
    rollout = plan.rollout
    key, label = queries.plan_state(plan)
    context: dict[str, Any] = {
        "rollout": rollout,
        "plan": plan,
        "waves": plan.waves.all(),
        "state": key,
        "state_label": label,
        "metrics": plan.metrics,
        "may_apply": base_access.may(request.user, Permission.SCHEDULE_APPLY, rollout),
        "may_edit_rollout": base_access.may(request.user, Permission.ROLLOUT_EDIT, rollout),
    }
    if not plan.metrics:
        if plan.job is not None:
            context["counts"] = jobs.counts(plan.job)
        return render(request, "technicians/schedule_solving_page.html", context)
    name = f"{rollout.code}-schedule-proposal-{plan.number}"
    export = export_response(request, name, PLAN_COLUMNS, queries.plan_rows(plan))
    return export or render(
        request,
        "technicians/schedule_plan_page.html",
        {**context, **parts.headline(plan.metrics), **_view(request, plan)},
    )


def _view(request: HttpRequest, plan: SchedulePlan) -> dict[str, Any]:
    view = request.GET.get("view", "calendar")
    unscheduled = plan.metrics["requested"] - plan.metrics["scheduled"]
    here = reverse("technicians:schedule-plan", args=[plan.pk])
    shown = {
        "view": view,
        "tabs": parts.tabs_of(here, plan.metrics["scheduled"], unscheduled, view),
        "here": here,
    }
    match view:
        case "days":
            return {**shown, **_days(request, plan)}
        case "map":
            return {**shown, "points": parts.points_of(plan)}
        case "unscheduled":
            return {**shown, **_unscheduled(request, plan)}
    return {**shown, "view": "calendar", **_calendar(request, plan)}


def _calendar(request: HttpRequest, plan: SchedulePlan) -> dict[str, Any]:
    today = timezone.localdate()
    first = plan.metrics.get("first_day")
    begin = date.fromisoformat(first) if first else today
    monday = calendar.monday_of(parts.asked_day(request, begin))
    return {"calendar": calendar.plan_calendar(plan, queries.placements_of(plan), monday, today)}


def _days(request: HttpRequest, plan: SchedulePlan) -> dict[str, Any]:
    rows = queries.placements_of(plan)
    if text := request.GET.get("q", "").strip():
        site = "work_order__enrolment__site__"
        found = Q(work_order__number__icontains=text) | Q(technician__name__icontains=text)
        found |= Q(**{f"{site}name__icontains": text}) | Q(**{f"{site}city__icontains": text})
        rows = rows.filter(found)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return {"page": page, "groups": parts.by_evening(page)}


def _unscheduled(request: HttpRequest, plan: SchedulePlan) -> dict[str, Any]:
    gate = request.GET.get("gate", "")
    page = Paginator(queries.unscheduled_of(plan, gate), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "gate": gate,
        "gates": parts.gates_of(plan),
        "rows": [(row, parts.gate_label(row.gate), parts.fix_of(row, plan.rollout)) for row in page],
    }


@require_POST
def plan_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a proposal into force, all of it or nothing."""
    plan = access.plan_for(request.user, pk, Permission.SCHEDULE_APPLY)
    try:
        plan = applying.apply_plan(plan=plan, by=signed_in(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("technicians:schedule-plan", pk=pk)
    undo = reverse("technicians:schedule-plan-undo", args=[pk])
    text = f"{plan} is in force: {plan.metrics['scheduled']:,} visits booked. Tell the technicians now."
    messages.success(request, text, extra_tags=f"undo:{undo}")
    return redirect("technicians:tell", code=plan.rollout.code)


@require_POST
def plan_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a proposal aside; a search that still runs ends by itself."""
    plan = access.plan_for(request.user, pk, Permission.SCHEDULE_APPLY)
    try:
        actions.discard(plan=plan, by=signed_in(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("technicians:schedule-plan", pk=pk)
    if plan.state == PlanState.SOLVING and plan.job is not None:
        jobs.cancel(job=plan.job, at=timezone.now())
    messages.success(request, f"{plan} is put aside. Nothing in force changed.")
    return redirect("technicians:schedule", code=plan.rollout.code)


@require_POST
def plan_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what a proposal booked, as far as nobody has begun."""
    plan = access.plan_for(request.user, pk, Permission.SCHEDULE_APPLY)
    try:
        undone = applying.undo_plan(plan=plan, by=signed_in(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("technicians:schedule-plan", pk=pk)
    messages.success(request, f"{plan} undone: {undone.removed:,} visits taken back.")
    if undone.stay:
        messages.warning(request, f"These stay, because somebody has been there: {parts.few(undone.stay)}.")
    if undone.to_tell:
        messages.warning(
            request, f"Tell these technicians, who knew of their visits: {parts.few(undone.to_tell)}."
        )
    return redirect("technicians:schedule", code=plan.rollout.code)
