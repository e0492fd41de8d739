"""What the client sees: how far the rollout is and what it does for its customers; nothing internal, read-only."""

from __future__ import annotations

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from rollout import access, queries
from rollout.exports import export_response
from rollout.models import Rollout
from rollout.pages import client_view
from rollout.pages.rollout_home import week_columns
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from workorders.queries import orders

PER_PAGE = 50


def progress_list(request: HttpRequest) -> HttpResponse:
    """All rollouts whose progress one may see."""
    rollouts = list(queries.rollouts_of(signed_in(request)))
    funnels = orders.funnels(rollout.pk for rollout in rollouts)
    cards = [{"rollout": rollout, "funnel": funnels[rollout.pk]} for rollout in rollouts]
    return render(request, "progress/list_page.html", {"cards": cards})


def _rollout(request: HttpRequest, code: str) -> Rollout:
    return access.rollout_for(request.user, code, Permission.PROGRESS_VIEW)


def progress_home(request: HttpRequest, code: str) -> HttpResponse:
    """Outcomes, counts, map, what was done this week and what comes next."""
    rollout = _rollout(request, code)
    now = timezone.now()
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    context = {
        "rollout": rollout,
        "outcomes": rollout.outcomes.all(),
        "funnel": orders.funnels([rollout.pk])[rollout.pk],
        "segments_": [
            {**group, "url": f"{reverse('progress:sites', args=[code])}?group={group['key']}"}
            for group in client_view.group_counts(rollout)
        ],
        "done_this_week": orders.closed_since(rollout, monday)[:20],
        "next_visits": client_view.next_visits(rollout, now=now, limit=12),
        "weeks": week_columns(orders.closed_per_week(rollout, today=now.date())),
    }
    return render(request, "progress/home_page.html", context)


def progress_map(request: HttpRequest, code: str) -> JsonResponse:
    """The points of the map: number, place, coordinates and the client's word for the state."""
    return JsonResponse({"points": client_view.map_points(_rollout(request, code))})


def progress_sites(request: HttpRequest, code: str) -> HttpResponseBase:
    """Site by site: where it stands and when somebody comes."""
    rollout = _rollout(request, code)
    filters = client_view.SiteFilter(request.GET)
    rows = client_view.site_rows(rollout, filters)
    columns = ("Site number", "Name", "City", "Region", "Stands at", "Next visit", "Finished")
    export = export_response(request, f"{rollout.code}-sites", columns, client_view.export_rows(rows))
    if export is not None:
        return export
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = client_view.labelled(page.object_list)
    context = {
        "rollout": rollout,
        "page": page,
        "filters": filters,
        "groups": client_view.group_counts(rollout),
    }
    return render(request, "progress/sites_page.html", context)
