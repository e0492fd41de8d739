"""Give sites without coordinates their place by hand, one after the other, beside a map."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout.exceptions import Refused
from rollout.models import Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access
from sites.actions import placing as actions
from sites.forms.placing import PlaceForm
from sites.models import Site
from sites.queries import matching
from sites.queries import placing as queries
from sites.views.parts import page_of

ROUGH = "rough"


def placing(request: HttpRequest, code: str) -> HttpResponse:
    """The sites without a place, one of them beside the map; posting places it and goes on to the next."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    rough = request.GET.get("show") == ROUGH
    rows = queries.unplaced(rollout, user, rough=rough)
    words = request.GET.get("q", "").strip()
    if words:
        rows = rows.filter(matching(words))
    key = request.GET.get("site")
    site = access.site_for(user, code, key, Permission.SITE_EDIT)[1] if key else rows.first()
    form = PlaceForm(request.POST or None)
    if request.method == "POST" and site is not None and form.is_valid():
        return _place(request, rollout, user, site, form)
    none, approximate = queries.unplaced_counts(rollout)
    context = {
        "rollout": rollout,
        "page_obj": page_of(request, rows),
        "site": site,
        "form": form,
        "points": {"points": _points(rollout, site)} if site else None,
        "rough": rough,
        "q": words,
        "query": _kept(request),
        "tabs": _tabs(request, rough, none, approximate),
    }
    return render(request, "sites/placing_page.html", context)


def _tabs(request: HttpRequest, rough: bool, none: int, approximate: int) -> list[tuple[str, str, int]]:
    """The two lists; the one that is shown has this very address, so that it is marked."""
    here, bare = request.get_full_path(), request.path
    return [
        ("No coordinates", bare if rough else here, none),
        ("Postal code only", here if rough else f"{bare}?show={ROUGH}", approximate),
    ]


def _place(request: HttpRequest, rollout: Rollout, user: User, site: Site, form: PlaceForm) -> HttpResponse:
    """Place a site, and go on to the one that comes after it in the list."""
    latitude, longitude = form.point
    rows = queries.unplaced(rollout, user, rough=request.GET.get("show") == ROUGH)
    following = rows.filter(sort_key__gt=site.sort_key).exclude(pk=site.pk).first()
    placed = actions.place_site(
        site=site, latitude=latitude, longitude=longitude, rollout=rollout, by=user, at=timezone.now()
    )
    undo = reverse("sites:place-undo", kwargs={"code": rollout.code, "bulk_id": placed.bulk_id})
    messages.success(request, f"{site} is placed.", extra_tags=f"undo:{undo}")
    if placed.doubt:
        messages.warning(request, f"{site}: {placed.doubt}")
    more = {"site": following.key} if following else {}
    return HttpResponseRedirect(f"{reverse('sites:placing', args=[rollout.code])}?{_kept(request, **more)}")


def _kept(request: HttpRequest, **more: str) -> str:
    """The filters of the list, for the next address."""
    kept = {name: value for name in ("show", "q") if (value := request.GET.get(name, ""))}
    return urlencode(kept | more)


def _points(rollout: Rollout, site: Site) -> list[dict[str, Any]]:
    """Placed sites near it, to find one's way by, and the rough place of its postal code."""
    rows = list(queries.near(rollout, site))
    points = [_point(one, "neighbour", "Placed already", "neutral") for one in rows]
    rough = (
        [_point(site, "here", "This site, by its postal code", "accent")] if site.latitude is not None else []
    )
    return [*rough, *points]


def _point(site: Site, state: str, label: str, tone: str) -> dict[str, Any]:
    return {
        "lat": site.latitude,
        "lon": site.longitude,
        "label": str(site),
        "state": state,
        "state_label": label,
        "tone": tone,
        "hint": f"{site.street}, {site.locality}".strip(", "),
    }


@require_POST
def place_undo(request: HttpRequest, code: str, bulk_id: uuid.UUID) -> HttpResponse:
    """Put a site back where it was."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    address = reverse("sites:placing", args=[code])
    try:
        site = actions.undo_place(rollout=rollout, bulk_id=bulk_id, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(address)
    messages.success(request, f"{site} is back where it was.")
    show = {"show": ROUGH} if site.latitude is not None else {}
    return HttpResponseRedirect(f"{address}?{urlencode(show | {'site': site.key})}")
