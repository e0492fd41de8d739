"""Deciding about records of a checked import: leave out, take back, take one instead of another, exchange columns."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout.exceptions import Refused
from rollout.models import User
from rollout.views.parts import signed_in
from sites import access
from sites.actions import import_rows as actions
from sites.actions import imports as steps
from sites.facts import show_value
from sites.filters import RowFilter
from sites.models import ImportRow, SiteImport
from sites.queries import imports as queries

TWIN_CODES = (queries.DUPLICATE, queries.SAME_PLACE)


@require_POST
def import_rows(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Leave records out or take them: the ticked ones, or all that the filter shows."""
    user = signed_in(request)
    found = access.import_for(user, code, key)
    back = reverse("sites:import-preview", kwargs={"code": code, "key": key})
    query = request.GET.urlencode()
    try:
        sentence = _do(request, found, user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, sentence)
    return HttpResponseRedirect(f"{back}{'?' if query else ''}{query}#records")


def _do(request: HttpRequest, found: SiteImport, user: User) -> str:
    asked, now = request.POST.get("do"), timezone.now()
    if asked == "leave":
        count = actions.leave_out(site_import=found, rows=_chosen(request, found), by=user, at=now)
        return (
            f"{count:,} record{'' if count == 1 else 's'} left out."
            if count
            else "Nothing was left to leave out."
        )
    if asked == "take":
        return _told(actions.take_back(site_import=found, rows=_chosen(request, found), by=user, at=now))
    if asked == "last":
        return _told(actions.take_last_of_each(site_import=found, by=user, at=now))
    line = request.POST.get("line", "")
    if asked != "instead" or not line.isdecimal() or len(line) > 9:
        raise Refused("Choose what to do with which records.")
    actions.take_instead(site_import=found, line=int(line), by=user, at=now)
    return f"Line {int(line):,} is taken instead."


def _told(taken: actions.Taken) -> str:
    stays = f" {taken.refused:,} still cannot land." if taken.refused else ""
    return f"{taken.taken:,} record{'' if taken.taken == 1 else 's'} taken.{stays}"


def _chosen(request: HttpRequest, found: SiteImport) -> Any:
    rows = queries.rows_of(found)
    if request.POST.get("all_matching") == "1":
        return RowFilter(request.GET, rows).qs
    return rows.filter(pk__in=[pk for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 19])


@require_POST
def import_swap(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Exchange the columns of latitude and longitude, and check again."""
    user = signed_in(request)
    found = access.import_for(user, code, key)
    try:
        job = steps.swap_coordinates(site_import=found, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("sites:import", code=code, key=key)
    return redirect("rollout:job", key=job.key)


# --- Side by side ---------------------------------------------------------------------------------------------


def side_by_side(twins: queries.Twins, found: SiteImport) -> dict[str, Any]:
    """A group of records as the page shows it: one column each, a line for every cell that differs, the equal ones apart."""
    lines = [
        {"name": name, "cells": cells, "differs": len({cell.casefold() for cell in cells}) > 1}
        for column, name in enumerate(found.columns)
        if any(cells := [row.cells[column].strip() if column < len(row.cells) else "" for row in twins.rows])
    ]
    return {
        "rows": [_head(row) for row in twins.rows],
        "differing": [one for one in lines if one["differs"]],
        "equal": [one for one in lines if not one["differs"]],
    }


def _head(row: ImportRow) -> dict[str, Any]:
    codes = {one["code"] for one in row.problems if one["severity"] == "rejected"}
    lands = row.verdict in queries.LANDING
    return {
        "row": row,
        "lands": lands,
        "left_out": queries.LEFT_OUT in codes,
        "why": next((one["sentence"] for one in row.problems if one["severity"] == "rejected"), ""),
        "can_stand_in": not lands and bool(codes & {queries.DUPLICATE, queries.LEFT_OUT}),
    }


def shown(value: Any) -> str:
    """Return a value of a record for people; "" for none."""
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return show_value(value) if value not in (None, "") else ""
