"""What the map of a rollout's sites is drawn from: the same filter as the list, a part of the map at a time."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import NoReverseMatch, reverse

from rollout import access as base_access
from rollout.models import Rollout
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites.queries import map as maps
from sites.views.sites import filtered


def site_map(request: HttpRequest, code: str) -> JsonResponse:
    """The map, filtered like the list: ``?bbox=west,south,east,north&zoom=7&by=wave``; clusters, and points where few.

    A cell of `zoom` is 360 / 2 ** zoom degrees wide. What cannot be read in the address is left out.
    """
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_VIEW)
    filters = filtered(request, rollout, user)
    by = request.GET.get("by", "")
    zoom = request.GET.get("zoom", "")
    drawn = maps.map_of(
        rollout,
        filters.qs,
        attributes=filters.attributes,
        by=by if by in maps.BY else "wave",
        box=maps.box_in(request.GET.get("bbox", "")),
        zoom=int(zoom) if zoom.isdecimal() and len(zoom) < 3 else None,
    )
    return JsonResponse(as_json(rollout, drawn, by if by in maps.BY else "wave"))


def as_json(rollout: Rollout, drawn: maps.SiteMap, by: str) -> dict[str, Any]:
    """Return a map as the page reads it."""
    return {
        "by": by,
        "kinds": [{"key": key, "label": label} for key, label in maps.BY.items()],
        "total": drawn.total,
        "nowhere": drawn.nowhere,
        "nowhere_url": _placing_url(rollout) if drawn.nowhere else "",
        "extent": [round(edge, 5) for edge in drawn.extent] if drawn.extent else None,
        "whole": drawn.whole,
        "looks": [
            {"state": look.key, "label": look.label, "tone": look.tone, "count": look.count}
            for look in drawn.looks
        ],
        "clusters": [_cluster(cluster) for cluster in drawn.clusters],
        "points": [_point(rollout, point) for point in drawn.points],
    }


def _cluster(cluster: maps.Cluster) -> dict[str, Any]:
    return {
        "lat": round(cluster.latitude, 5),
        "lon": round(cluster.longitude, 5),
        "n": cluster.count,
        "box": [round(edge, 5) for edge in cluster.box],
        "states": cluster.states,
        "town": cluster.town,
    }


def _point(rollout: Rollout, point: dict[str, Any]) -> dict[str, Any]:
    town = ", ".join(filter(None, [point["city"], point["region"]]))
    return {
        "lat": point["lat"],
        "lon": point["lon"],
        "label": f"{point['key']} · {point['name']}",
        "state": point["state"],
        "url": reverse("sites:detail", kwargs={"code": rollout.code, "key": point["key"]}),
        "hint": town,
    }


def _placing_url(rollout: Rollout) -> str:
    try:
        return reverse("sites:placing", kwargs={"code": rollout.code})
    except NoReverseMatch:
        return ""
