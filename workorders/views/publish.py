"""Publish a plan: everything to look at before, and what every site would get."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access
from rollout.exceptions import Refused
from rollout.models import Rollout
from rollout.permissions import Permission
from rollout.templatetags.ui_nav import url_or_none
from rollout.views.parts import signed_in
from workorders.actions import orders
from workorders.actions import publish as actions
from workorders.forms import PublishForm
from workorders.models import PlanRevision
from workorders.queries import plan as plan_queries
from workorders.queries import publish as queries
from workorders.queries import sow as sow_queries


def publish_page(request: HttpRequest, code: str) -> HttpResponse:
    """Look, then publish."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.PLAN_VIEW)
    revision = plan_queries.working_revision(rollout)
    if revision is None:
        return redirect("workorders:plan", code=code)
    left = sow_queries.open_count(revision)
    if request.method != "POST":
        return _page(request, rollout, revision, PublishForm(open_clauses=left))
    access.require(user, Permission.PLAN_PUBLISH, rollout)
    form = PublishForm(request.POST, open_clauses=left)
    if request.POST.get("revision") != str(revision.number):
        form.add_error(None, "The plan was revised meanwhile. Look at it as it is now, then publish.")
    elif form.is_valid():
        reason = form.cleaned_data["open_clauses_reason"]
        try:
            made = actions.publish_plan(
                revision=revision, open_clauses_reason=reason, by=user, at=timezone.now()
            )
        except actions.OpenClauses as refusal:
            form.add_error("open_clauses_reason", str(refusal))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Revision {revision.number} is published. {_orders_words(made)}")
            return redirect(url_or_none("workorders:packets", code) or "workorders:publish", code=code)
    return _page(request, rollout, revision, form, status=422)


def _orders_words(made: int) -> str:
    if not made:
        return "Every enrolled site has its work order."
    return f"{made:,} work {'order was' if made == 1 else 'orders were'} made."


def _page(
    request: HttpRequest, rollout: Rollout, revision: PlanRevision, form: PublishForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "rollout": rollout,
        "revision": revision,
        "check": queries.checklist(revision, today=timezone.localdate()),
        "without_order": queries.sites_without_order(rollout),
        "form": form,
        "can_publish": access.may(request.user, Permission.PLAN_PUBLISH, rollout),  # type: ignore[arg-type]
    }
    return render(request, "workorders/publish_page.html", context, status=status)


@require_POST
def make_orders(request: HttpRequest, code: str) -> HttpResponse:
    """Make work orders for sites enrolled since the plan was published."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.PLAN_PUBLISH)
    made = orders.create_work_orders(rollout=rollout, by=user, at=timezone.now())
    messages.success(request, _orders_words(len(made)))
    return redirect("workorders:publish", code=code)
