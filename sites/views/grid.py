"""The sites of the list as a spreadsheet: type, paste, see what would change, save, undo."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout.models import Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import queries
from sites.actions.grid import Saved, change_cells
from sites.cells import Column, FactColumn
from sites.choices import AttributeKind
from sites.queries import grid
from sites.queries.grid import Judged, Typed
from sites.views.sites import filtered

SHOWN = 300


def site_grid(request: HttpRequest, code: str) -> HttpResponse:
    """The filtered sites as a grid; posted cells are shown as they would change things, and saved once confirmed."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    if request.method == "POST":
        return _review(request, rollout, user)
    return _grid(request, rollout, user)


def _grid(request: HttpRequest, rollout: Rollout, user: User) -> HttpResponse:
    today = timezone.localdate()
    every = grid.grid_columns(rollout, today=today)
    columns = grid.chosen_columns(every, request.GET.get("cols", ""))
    rows = filtered(request, rollout, user).qs.order_by("site__sort_key")
    page = Paginator(rows.values_list("pk", flat=True), grid.PER_PAGE).get_page(request.GET.get("page"))
    places = grid.places_in(rollout, rows.filter(pk__in=list(page)))
    query = request.GET.copy()
    for name in ("page", "saved"):
        query.pop(name, None)
    shown = {column.key for column in columns}
    context = {
        "rollout": rollout,
        "page_obj": page,
        "columns": [_head(column) for column in columns],
        "numbers": {column.key for column in columns if _is_number(column)},
        "every": [(column.key, column.label, column.key in shown) for column in every.values()],
        "most": grid.MOST_COLUMNS,
        "rows": grid.grid_rows(rollout, places, columns, today=today),
        "query": query.urlencode(),
        "setup": {
            "store": f"downbeat-grid-{rollout.code}",
            "saved": request.GET.get("saved", ""),
            "columns": {
                column.key: {"label": column.label, "words": grid.suggestions(column)} for column in columns
            },
            "check": reverse("sites:grid-check", args=[rollout.code]),
            "match": reverse("sites:grid-match", args=[rollout.code]),
        },
    }
    return render(request, "sites/grid_page.html", context)


def _is_number(column: Column) -> bool:
    """Whether the cells stand at the right."""
    if isinstance(column, FactColumn):
        return column.attribute.kind == AttributeKind.NUMBER
    return column.key == "priority"


def _head(column: Column) -> dict[str, str]:
    unit = column.attribute.unit if isinstance(column, FactColumn) else ""
    return {"key": column.key, "label": column.label, "unit": unit}


def typed_in(text: str) -> list[Typed] | None:
    """Read cells as the grid sends them, ``[[enrolment, column, was, text], …]``; None for anything else."""
    try:
        cells = json.loads(text)
    except ValueError:
        return None
    found: dict[tuple[int, str], Typed] = {}
    for cell in cells if isinstance(cells, list) else ():
        if not isinstance(cell, list) or len(cell) != 4 or type(cell[0]) is not int:
            return None
        if not all(isinstance(part, str) for part in cell[1:]) or not 0 < cell[0] < 2**63:
            return None
        pk, column, was, said = cell
        found[pk, column] = Typed(pk, column[:80], was, said[: grid.MOST_LETTERS + 1])
    return list(found.values())


def _judged(request: HttpRequest, rollout: Rollout, user: User, typed: list[Typed]) -> list[Judged]:
    """Judge cells of sites the user sees in this rollout; those of others are told apart from nothing."""
    today = timezone.localdate()
    rows = queries.enrolments_of(rollout, user).filter(pk__in={one.enrolment for one in typed})
    places = {place.enrolment: place for place in grid.places_in(rollout, rows)}
    return grid.judge(rollout, places, grid.grid_columns(rollout, today=today), typed, today=today)


def _review(request: HttpRequest, rollout: Rollout, user: User) -> HttpResponse:
    back = _back(request, rollout)
    typed = typed_in(request.POST.get("cells", ""))
    if not typed or len(typed) > grid.MOST_CELLS:
        sentence = "Nothing was changed yet. Type into a cell first."
        if typed:
            sentence = f"These are {len(typed):,} cells; {grid.MOST_CELLS:,} are saved at once. Save them in parts, or import them."
        messages.error(request, sentence)
        return HttpResponseRedirect(back)
    token = _token(request)
    if "confirm" in request.POST:
        saved = change_cells(
            rollout=rollout,
            typed=typed,
            by=user,
            at=timezone.now(),
            reason=request.POST.get("reason", "")[:300],
            bulk_id=token,
        )
        _tell(request, rollout, saved)
        return HttpResponseRedirect(f"{back}{'&' if '?' in back else '?'}saved={token}")
    found = _judged(request, rollout, user, typed)
    by_verdict = {
        name: [one for one in found if one.verdict == name] for name in ("change", "invalid", "conflict")
    }
    context = {
        "rollout": rollout,
        "back": back,
        "token": token,
        "cells": json.dumps([list(one.typed) for one in by_verdict["change"]]),
        "reason": request.POST.get("reason", ""),
        "changing": by_verdict["change"][:SHOWN],
        "changes": len(by_verdict["change"]),
        "sites": len({one.typed.enrolment for one in by_verdict["change"]}),
        "same": sum(one.verdict == "same" for one in found),
        "refused": [*by_verdict["conflict"], *by_verdict["invalid"]][:SHOWN],
        "refusals": len(by_verdict["invalid"]) + len(by_verdict["conflict"]),
        "columns": Counter(one.column.label for one in by_verdict["change"] if one.column).most_common(),
    }
    return render(request, "sites/grid_review_page.html", context)


def _token(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid.uuid4()


def _back(request: HttpRequest, rollout: Rollout) -> str:
    query = request.GET.copy()
    query.pop("saved", None)
    address = reverse("sites:grid", args=[rollout.code])
    return f"{address}?{query.urlencode()}" if query else address


def _tell(request: HttpRequest, rollout: Rollout, saved: Saved) -> None:
    done = saved.changed
    if saved.refused:
        first = saved.refused[0]
        where = f"{first.place.key}: " if first.place else ""
        n = len(saved.refused)
        messages.warning(
            request,
            f"{n:,} cell{'s were' if n > 1 else ' was'} not saved and still stand{'' if n > 1 else 's'} below. {where}{first.sentence}",
        )
    if not done.changed:
        messages.info(request, "Nothing was changed.")
        return
    undo = reverse("sites:bulk-undo", args=[rollout.code, done.bulk_id])
    messages.success(
        request,
        f"{done.changed:,} site{'s' if done.changed > 1 else ''} changed.",
        extra_tags=f"undo:{undo}",
    )


@require_POST
def grid_check(request: HttpRequest, code: str) -> JsonResponse:
    """Say which of some typed cells cannot be read or were changed by somebody else, each with its sentence."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    typed = (typed_in(request.POST.get("cells", "")) or [])[: grid.MOST_CELLS]
    found = _judged(request, rollout, user, typed)
    bad = [
        [one.typed.enrolment, one.typed.column, one.verdict, one.sentence]
        for one in found
        if one.verdict in ("invalid", "conflict")
    ]
    return JsonResponse({"bad": bad})


@require_POST
def grid_match(request: HttpRequest, code: str) -> JsonResponse:
    """Find where pasted lines "number, value" belong, wherever in the list; lines whose number is unknown come back."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    today = timezone.localdate()
    column = grid.grid_columns(rollout, today=today).get(request.POST.get("column", ""))
    if column is None:
        return JsonResponse({"error": "Choose the column the values belong to."}, status=422)
    lines = [line for line in request.POST.get("text", "").splitlines() if line.strip()]
    if not lines or len(lines) > grid.MOST_CELLS:
        return JsonResponse(
            {"error": f"Paste lines of a site number and a value, at most {grid.MOST_CELLS:,}."}, status=422
        )
    rows = filtered(request, rollout, user).qs
    pairs, places = _matched(rows, [_pair(line) for line in lines])
    known = {place.enrolment: place for place in places.values()}
    seen = {
        row.place.enrolment: row.cells[0][1].text
        for row in grid.grid_rows(rollout, list(known.values()), [column], today=today)
    }
    cells, unknown = [], []
    for line, (number, value) in zip(lines, pairs, strict=True):
        place = places.get(number.casefold())
        if place is None:
            unknown.append(line)
        else:
            cells.append([place.enrolment, column.key, seen[place.enrolment], value, place.key])
    return JsonResponse({"cells": cells, "unknown": unknown})


def _matched(rows: Any, pairs: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """Return the pairs with the number first, and the sites by number; the side on which more numbers are known has them."""
    first, second = (grid.numbers_matched(rows, {pair[side] for pair in pairs} - {""}) for side in (0, 1))
    if len(second) > len(first):
        return [(number, value) for value, number in pairs], second
    return pairs, first


def _pair(line: str) -> tuple[str, str]:
    """Split a line at its first tab, else semicolon or comma; without one the value is empty."""
    for mark in ("\t", ";", ","):
        if mark in line:
            one, other = line.split(mark, 1)
            return one.strip(), other.strip()
    return line.strip(), ""
