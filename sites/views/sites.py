"""The list of a rollout's sites, and bringing more of the client's sites into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from rollout import access as base_access
from rollout.exports import export_response
from rollout.models import Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import actions, forms, queries
from sites.facts import facts_for
from sites.filters import SiteFilter, sorted_rows
from sites.forms.bulk import CHANGES
from sites.models import Attribute, Enrolment
from sites.views.parts import page_of


def filtered(request: HttpRequest, rollout: Rollout, user: User) -> SiteFilter:
    """Return the list as the address filters it."""
    attributes = queries.attributes_of(rollout.client_id).count()
    return SiteFilter(
        request.GET,
        queries.described(queries.enrolments_of(rollout, user)),
        rollout=rollout,
        attributes=attributes,
    )


def site_list(request: HttpRequest, code: str) -> HttpResponseBase:
    """The sites of a rollout as a table, a map or a file."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_VIEW)
    filters = filtered(request, rollout, user)
    rows = sorted_rows(filters.qs, request.GET.get("sort", ""))
    attributes = list(queries.attributes_of(rollout.client_id))
    columns = [*EXPORTED, *map(str, attributes)]
    export = export_response(request, f"{code}-sites", columns, _export_rows(rows, rollout, attributes))
    if export is not None:
        return export
    as_map = request.GET.get("view") == "map"
    page = page_of(request, rows)
    query = request.GET.copy()
    for name in ("view", "page"):
        query.pop(name, None)
    context = {
        "rollout": rollout,
        "filters": filters,
        "page_obj": page,
        "as_map": as_map,
        "query": query.urlencode(),
        "attributes": attributes,
        "changes": CHANGES,
        "may_edit": base_access.may(user, Permission.SITE_EDIT, rollout),
        "may_import": base_access.may(user, Permission.SITE_IMPORT, rollout),
    }
    return render(request, "sites/list_page.html", context)


EXPORTED = (
    "Site code",
    "Name",
    "Street",
    "City",
    "State or region",
    "Postal code",
    "Country",
    "Latitude",
    "Longitude",
    "Time zone",
    "Phone",
    "Opening hours",
    "Contact name",
    "Contact phone",
    "Contact email",
    "Wave",
    "Priority",
)


def _export_rows(
    rows: QuerySet[Enrolment], rollout: Rollout, attributes: list[Attribute], size: int = 1000
) -> Iterator[list[Any]]:
    """Yield the list with its facts, a thousand sites at a time; unknown facts are empty."""
    ids = list(rows.values_list("pk", flat=True))
    today = timezone.now().date()
    for start in range(0, len(ids), size):
        part = ids[start : start + size]
        found = {row.pk: row for row in rows.filter(pk__in=part).prefetch_related("site__contacts")}
        facts = facts_for([row.site_id for row in found.values()], rollout.client_id, today=today)
        for row in (found[pk] for pk in part if pk in found):
            yield [*_export_row(row), *(facts[row.site_id][one.key].value for one in attributes)]


def _export_row(row: Enrolment) -> list[Any]:
    site = row.site
    first = next(iter(site.contacts.all()), None)
    contact = [first.name, first.phone, first.email] if first else ["", "", ""]
    place = [site.latitude, site.longitude, site.time_zone, site.phone, site.opening_hours]
    address = [site.key, site.name, site.street, site.city, site.region, site.postal_code, site.country]
    return [*address, *place, *contact, str(row.wave or ""), row.priority]


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
