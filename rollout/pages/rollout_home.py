"""A rollout at a glance: outcomes, funnel, run-rate, the next 48 hours, what needs somebody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from rollout import access, queries
from rollout.models import Rollout
from rollout.permissions import Permission
from sites.models import Enrolment
from technicians.queries import visits
from workorders.choices import WorkOrderState
from workorders.models import Packet, PlanRevision, StatementOfWork
from workorders.queries import orders
from workorders.queries.orders import Funnel


def rollout_home(request: HttpRequest, code: str) -> HttpResponse:
    """The page a PM opens first in the morning."""
    rollout = access.rollout_for(request.user, code, Permission.ROLLOUT_VIEW)
    now = timezone.now()
    steps = next_steps(rollout)
    funnel = orders.funnels([rollout.pk])[rollout.pk]
    context = {
        "rollout": rollout,
        "outcomes": rollout.outcomes.all(),
        "funnel": funnel,
        "attention": orders.needs_attention(rollout),
        "segments_": segments(funnel, reverse("workorders:list", args=[code])),
        "done_hint": f"of {funnel.total:,} sites, {funnel.percent} %",
        "weeks": week_columns(orders.closed_per_week(rollout, today=now.date())),
        "upcoming": visits.between(rollout, now - timedelta(hours=10), now + timedelta(hours=48))[:25],
        "activity": queries.recent_activity(rollout),
        "steps": steps,
        "prepared": all(step["done"] for step in steps),
        "may_edit": access.may(request.user, Permission.ROLLOUT_EDIT, rollout),
    }
    return render(request, "rollout/home_page.html", context)


def segments(funnel: Funnel, url: str) -> list[dict[str, object]]:
    """Return the funnel as parts of a stacked bar, each leading to its work orders."""
    shown = [
        state for state in WorkOrderState if state != WorkOrderState.CANCELLED or funnel.counts.get(state)
    ]
    return [
        {
            "key": state.value,
            "label": state.label,
            "count": funnel.counts.get(state, 0),
            "url": f"{url}?state={state}",
        }
        for state in shown
    ]


def week_columns(weeks: Iterable[tuple[date, int]]) -> list[tuple[str, int]]:
    """Return the weeks with their Mondays as short labels."""
    return [(f"{monday:%b} {monday.day}", n) for monday, n in weeks]


def next_steps(rollout: Rollout) -> list[dict[str, object]]:
    """Return the preparation as a check list: label, done or not, and the page where it is done."""
    has_plan = PlanRevision.objects.filter(rollout=rollout, published_at__isnull=False).exists()
    return [
        {
            "label": "State a customer outcome",
            "done": rollout.outcomes.exists(),
            "url": "rollout:outcome-new",
        },
        {
            "label": "Import the sites",
            "done": Enrolment.objects.filter(rollout=rollout).exists(),
            "url": "sites:import-new",
        },
        {
            "label": "Upload the statement of work",
            "done": StatementOfWork.objects.filter(rollout=rollout).exists(),
            "url": "workorders:sow",
        },
        {"label": "Make and publish the plan", "done": has_plan, "url": "workorders:plan"},
        {
            "label": "Compile the packets",
            "done": Packet.objects.filter(work_order__rollout=rollout).exists(),
            "url": "workorders:packets",
        },
        {"label": "Launch", "done": rollout.launched_at is not None, "url": "rollout:launch"},
    ]
