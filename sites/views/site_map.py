"""The points of a rollout's map."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse

from rollout import access as base_access
from rollout.models import Rollout
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites.models import Enrolment
from sites.views.parts import site_url
from sites.views.sites import filtered


def site_map(request: HttpRequest, code: str) -> JsonResponse:
    """The points of the map, filtered like the list."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_VIEW)
    filters = filtered(request, rollout, user)
    return JsonResponse({"points": [_point(rollout, row, filters.attributes) for row in filters.qs]})


WAVE_TONES = ("accent", "info", "violet", "success")


def _point(rollout: Rollout, row: Enrolment, attributes: int) -> dict[str, Any]:
    unknown = attributes - row.known  # type: ignore[attr-defined]
    gaps = f" · {unknown} unknown fact{'s' if unknown != 1 else ''}" if unknown else ""
    wave = row.wave
    return {
        "lat": row.site.latitude,
        "lon": row.site.longitude,
        "label": str(row.site),
        "state": f"wave-{wave.number}" if wave else "no-wave",
        "state_label": str(wave) if wave else "No wave yet",
        "tone": WAVE_TONES[wave.number % len(WAVE_TONES)] if wave else "neutral",
        "url": site_url(rollout, row.site),
        "hint": f"{row.site.locality}{gaps}",
    }
