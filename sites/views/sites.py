"""The list of a rollout's sites, and bringing more of the client's sites into it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from rollout import access as base_access
from rollout import saved_views
from rollout.exports import export_response
from rollout.models import Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import actions, columns, forms, queries, site_files
from sites.filters import SiteFilter
from sites.forms.bulk import CHANGES
from sites.queries import site_rows
from sites.views.parts import page_of

AT_HAND = {
    "wave": ("Wave", "stack-2"),
    "priority": ("Priority", "flag"),
    "windows": ("Access hours", "clock"),
    "fact": ("Fact", "list-details"),
}
"""Changes of many sites that have a button of their own; the others are in a menu."""
_CARRIED = ("sort", "cols", "view", saved_views.CAME_FROM)


def filtered(request: HttpRequest, rollout: Rollout, user: User) -> SiteFilter:
    """Return the list as the address filters it."""
    rows = queries.enrolments_of(rollout, user)
    return SiteFilter(request.GET, rows, rollout=rollout, now=timezone.now())


def site_list(request: HttpRequest, code: str) -> HttpResponseBase:
    """The sites of a rollout as a table, a map or a file."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_VIEW)
    filters = filtered(request, rollout, user)
    order = queries.SitesInOrder(filters.qs, rollout=rollout, sort=request.GET.get("sort", ""))
    every = columns.all_columns(filters.attribute_list)
    shown = columns.chosen_columns(request.GET.getlist("cols"), every, attributes=filters.attributes)
    export = _file(request, rollout, order, shown, filters)
    if export is not None:
        return export
    as_map = request.GET.get("view") == "map"
    page = page_of(request, order)
    context = {
        "rollout": rollout,
        "filters": filters,
        "page_obj": page,
        "as_map": as_map,
        "lines": [] if as_map else _lines(page, rollout, shown, filters.now),
        "columns": shown,
        "views": saved_views.tabs_of(request, rollout, user, "sites:list", usual="All sites"),
        "may_edit": base_access.may(user, Permission.SITE_EDIT, rollout),
        "may_import": base_access.may(user, Permission.SITE_IMPORT, rollout),
        **_addresses(request.GET),
        **_choices(every, shown, filters),
    }
    return render(request, "sites/list_page.html", context)


def _file(
    request: HttpRequest,
    rollout: Rollout,
    order: queries.SitesInOrder,
    shown: list[columns.Column],
    filters: SiteFilter,
) -> HttpResponseBase | None:
    """Return what matches as a file: the columns that are shown, or (``file=import``) what can be imported again."""
    if request.GET.get("file") == "import":
        header = site_files.import_header(filters.attribute_list)
        rows = site_files.import_rows(order, filters.attribute_list, now=filters.now)
        return export_response(request, f"{rollout.code}-sites-to-import", header, rows)
    rows = site_files.shown_rows(order, shown, now=filters.now)
    return export_response(request, f"{rollout.code}-sites", site_files.shown_header(shown), rows)


def _lines(page: Any, rollout: Rollout, shown: list[columns.Column], now: datetime) -> list[Any]:
    """Return the rows of the page with their cells, and leave the rows in the page."""
    needs = columns.needs_of(shown)
    places = list(site_rows.places_with(page.object_list, needs))
    page.object_list = site_rows.site_rows(places, needs, rollout=rollout, now=now)
    return [(row, columns.cells(row, shown)) for row in page.object_list]


def _addresses(asked: QueryDict) -> dict[str, Any]:
    """Return the query strings the page needs: as it is, without the columns, without the filters, and what the filter form carries along."""
    query = asked.copy()
    for name in ("view", "page", "format", "file"):
        query.pop(name, None)
    usual = query.copy()
    usual.pop("cols", None)
    carried = [(name, value) for name in _CARRIED for value in asked.getlist(name) if value]
    beside = [(name, value) for name, values in usual.lists() for value in values if value]
    return {
        "query": query.urlencode(),
        "usual": usual.urlencode(),
        "cleared": urlencode(carried),
        "carried": carried,
        "beside": beside,
    }


def _choices(every: list[columns.Column], shown: list[columns.Column], filters: SiteFilter) -> dict[str, Any]:
    """Return what can be chosen: columns that are not shown, and what can be done with the chosen sites."""
    possible = [key for key in CHANGES if filters.attributes or key not in ("fact", "forget")]
    return {
        "other_columns": [column for column in every if column not in shown],
        "at_hand": [(key, *AT_HAND[key]) for key in possible if key in AT_HAND],
        "other_changes": [(key, CHANGES[key]) for key in possible if key not in AT_HAND],
    }


def existing_sites(request: HttpRequest, code: str) -> HttpResponse:
    """Bring sites of the client that are not in this rollout yet into it."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    rows = queries.sites_to_add(rollout, user)
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(queries.matching(words))
    form = forms.ExistingSitesForm(request.POST or None, rollout=rollout)
    if request.method == "POST" and form.is_valid():
        every = request.POST.get("all_matching") == "1"
        chosen = (
            rows if every else rows.filter(pk__in=[pk for pk in request.POST.getlist("pk") if pk.isdecimal()])
        )
        added = actions.enrol_sites(
            rollout=rollout, sites=list(chosen), wave=form.cleaned_data["wave"], by=user, at=timezone.now()
        )
        messages.success(request, f"{added:,} sites came into {rollout.name}.")
        return redirect("sites:list", code=code)
    context = {"rollout": rollout, "page_obj": page_of(request, rows), "form": form, "q": words}
    return render(request, "sites/existing_page.html", context)
