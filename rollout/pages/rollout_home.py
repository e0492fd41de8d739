"""A rollout at a glance: outcomes, funnel, run-rate, the next 48 hours, what needs somebody."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from rollout import access, queries
from rollout.models import Rollout
from rollout.permissions import Permission
from sites.models import Enrolment
from technicians.queries import visits
from workorders.models import PlanRevision, StatementOfWork
from workorders.queries import orders


def rollout_home(request: HttpRequest, code: str) -> HttpResponse:
    """The page a PM opens first in the morning."""
    rollout = access.rollout_for(request.user, code, Permission.ROLLOUT_VIEW)
    now = timezone.now()
    funnel = orders.funnels([rollout.pk])[rollout.pk]
    context = {
        "rollout": rollout,
        "outcomes": rollout.outcomes.all(),
        "funnel": funnel,
        "attention": orders.needs_attention(rollout),
        "weeks": orders.closed_per_week(rollout, today=now.date()),
        "upcoming": visits.between(rollout, now - timedelta(hours=10), now + timedelta(hours=48))[:25],
        "activity": queries.recent_activity(rollout),
        "steps": next_steps(rollout, total=funnel.total),
        "may_edit": access.may(request.user, Permission.ROLLOUT_EDIT, rollout),
    }
    return render(request, "rollout/home_page.html", context)


def next_steps(rollout: Rollout, *, total: int) -> list[dict[str, object]]:
    """Return the preparation as a check list: label, done or not, and the page where it is done."""
    has_plan = PlanRevision.objects.filter(rollout=rollout, published_at__isnull=False).exists()
    return [
        {"label": "State a customer outcome", "done": rollout.outcomes.exists(), "url": "rollout:outcome-new"},
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
        {"label": "Compile the packets", "done": total > 0, "url": "workorders:packets"},
        {"label": "Launch", "done": rollout.launched_at is not None, "url": "rollout:launch"},
    ]
