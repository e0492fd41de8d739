"""The map over 100,000 sites, and a change of all of them; run by `tests/bench/sites.py` after the estate is there."""

from __future__ import annotations

import json
import time
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rollout.models import Rollout
from sites import actions
from sites.models import Enrolment
from sites.queries import map as maps
from sites.queries.bulk import Change
from sites.views.site_map import as_json


def figures(rollout: Rollout) -> list[dict[str, Any]]:
    """Measure the first view and a part of the map, and changing every site of the rollout and undoing that."""
    rows = Enrolment.objects.filter(rollout=rollout)
    total = rows.count()
    first, size, queries = _map(rollout, None)
    part, _, _ = _map(rollout, maps.Box(-125, 45, -120, 49))
    change, undo = _change(rollout)
    named = f"{total:,} sites"
    return [
        _figure(f"map, first view, {named}: size", size / 1e6, "MB", must=1, aim=0.2),
        _figure(f"map, first view, {named}: time", first * 1000, "ms", aim=500),
        _figure(f"map, first view, {named}: queries", queries, "", must=4),
        _figure(f"map, a part, {named}: time", part * 1000, "ms", aim=200),
        _figure(f"one change of {named}", change, "s", aim=20),
        _figure(f"undoing it, {named}", undo, "s", aim=20),
    ]


def _figure(
    name: str, value: float, unit: str, must: float | None = None, aim: float | None = None
) -> dict[str, Any]:
    return {"name": name, "value": round(value, 3), "unit": unit, "must": must, "aim": aim, "better": "lower"}


def _map(rollout: Rollout, box: maps.Box | None) -> tuple[float, int, int]:
    """Return the best of three times in seconds, the size in bytes, and how many queries it took."""
    times, size, queries = [], 0, 0
    for _ in range(3):
        with CaptureQueriesContext(connection) as seen:
            begun = time.perf_counter()
            drawn = maps.map_of(rollout, Enrolment.objects.filter(rollout=rollout), attributes=0, box=box)
            size = len(json.dumps(as_json(rollout, drawn, "wave")))
            times.append(time.perf_counter() - begun)
        queries = len(seen)
    return min(times), size, queries


def _change(rollout: Rollout) -> tuple[float, float]:
    ids = list(Enrolment.objects.filter(rollout=rollout).order_by().values_list("pk", flat=True))
    begun = time.perf_counter()
    done = actions.change_many(
        rollout=rollout, enrolment_ids=ids, change=Change("priority", 9), by=rollout.pm, at=timezone.now()
    )
    changed = time.perf_counter()
    actions.undo_bulk(rollout=rollout, bulk_id=done.bulk_id, by=rollout.pm, at=timezone.now())
    return changed - begun, time.perf_counter() - changed
