"""What was changed of many sites at once: the list of such changes, and one of them."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from rollout import access as base_access
from rollout import jobs
from rollout.models import AuditEntry, Rollout
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import queries
from sites.cells import SITE_TEXTS, columns_of
from sites.queries import bulk
from sites.views.parts import page_of


def change_list(request: HttpRequest, code: str) -> HttpResponse:
    """The rollout's bulk changes, the newest first."""
    rollout = base_access.rollout_for(signed_in(request), code, Permission.SITE_VIEW)
    page = page_of(request, bulk.bulk_changes(rollout))
    undone = bulk.undone_among(rollout, [entry.bulk_id for entry in page if entry.bulk_id])
    rows = [(entry, entry.bulk_id in undone) for entry in page]
    return render(
        request, "sites/bulk_changes_page.html", {"rollout": rollout, "page_obj": page, "rows": rows}
    )


@never_cache
def change_page(request: HttpRequest, code: str, bulk_id: uuid.UUID) -> HttpResponse:
    """One bulk change: how far it is, what it did to which site, what could not be, and undo."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_VIEW)
    header, undone = bulk.header_of(rollout, bulk_id), bulk.undo_of(rollout, bulk_id)
    job = bulk.jobs_of_bulk(rollout, bulk_id).first()
    if header is None and job is None:
        raise Http404
    page = page_of(request, bulk.entries_of_bulk(rollout, bulk_id))
    running = job is not None and not (job.has_ended and (undone or (header and job.kind == bulk.CHANGE_JOB)))
    context: dict[str, Any] = {
        "rollout": rollout,
        "bulk_id": bulk_id,
        "header": header,
        "undone": undone,
        "job": job if running else None,
        "counts": jobs.counts(job) if job is not None and running else None,
        "title": header.data["title"] if header else job.title if job else "",
        "page_obj": page,
        "rows": _rows(rollout, list(page)),
        "may_undo": header is not None
        and undone is None
        and header.data["changed"]
        and not (job is not None and not job.has_ended)
        and base_access.may(user, Permission.SITE_EDIT, rollout),
    }
    return render(request, "sites/bulk_change_page.html", context)


def _rows(rollout: Rollout, entries: list[AuditEntry]) -> list[dict[str, Any]]:
    """Return the page's lines: the site, and each field with its words before and after."""
    ids = [entry.subject_id for entry in entries if entry.subject_id is not None]
    sites = bulk.sites_called(rollout, ids)
    labels = _labels(rollout) if entries else {}
    return [
        {
            "site": sites.get(entry.subject_id or 0),
            "summary": entry.summary,
            "changes": [
                (labels.get(field, field), before, after)
                for field, (before, after) in entry.data.get("changes", {}).items()
            ],
        }
        for entry in entries
    ]


def _labels(rollout: Rollout) -> dict[str, str]:
    columns = columns_of(rollout, today=timezone.localdate())
    own = {key: column.label for key, column in columns.items()}
    facts = {one.key: str(one) for one in queries.attributes_of(rollout.client_id)}
    return {**facts, **own, **{key: columns[key].label for key in SITE_TEXTS}}
