"""What happened to a site, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from rollout.exports import export_response
from rollout.models import AuditEntry, Rollout
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access, queries
from sites.views.parts import page_of

COLUMNS = ("when", "who", "what happened", "field", "before", "after", "why")


def site_history(request: HttpRequest, code: str, key: str) -> HttpResponseBase:
    """Everything that happened to a site in this rollout, or to one of its fields."""
    rollout, site = access.site_for(signed_in(request), code, key, Permission.SITE_VIEW)
    field = request.GET.get("field", "").replace("\x00", "")[:80]
    entries = queries.entries_about(site, rollout, field=field)
    name = f"{rollout.code} {site.key} history"
    file = export_response(request, name, COLUMNS, _cells(entries.iterator(chunk_size=500), rollout, field))
    if file is not None:
        return file
    page = page_of(request, entries)
    context = {
        "rollout": rollout,
        "site": site,
        "page_obj": page,
        "lines": list(queries.history_lines(page, rollout, field=field)),
        "fields": queries.fields_changed(site, rollout),
        "field": field,
    }
    return render(request, "sites/history_page.html", context)


def _cells(entries: Iterable[AuditEntry], rollout: Rollout, field: str) -> Iterator[tuple[Any, ...]]:
    for line in queries.history_lines(entries, rollout, field=field):
        for change in line.changes or (None,):
            told = (change.label, change.before, change.after) if change else ("", "", "")
            yield line.at, line.who, line.summary, *told, line.reason
