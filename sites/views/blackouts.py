"""Days on which nobody works at the client's sites."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout.exceptions import Refused
from rollout.exports import export_response
from rollout.models import Rollout
from rollout.permissions import Permission
from rollout.views.parts import refuse, signed_in
from sites import access, actions, forms, queries
from sites.blackout_filter import ALL, COMING, PAST, BlackoutFilter
from sites.models import Blackout
from sites.views.parts import page_of

COLUMNS = ("First day", "Last day", "Why", "Where", "Kind", "Sites", "Booked visits", "Set by", "Set at")


def blackout_list(request: HttpRequest, code: str) -> HttpResponseBase:
    """The client's blackouts with what each touches; as a file, all that match."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_VIEW)
    when, today = _when(request), timezone.localdate()
    seen = queries.blackouts_seen(rollout, user)
    found = BlackoutFilter(request.GET, seen, when=when, today=today)
    export = export_response(request, f"{code} blackouts", COLUMNS, _rows(rollout, list(found.qs)))
    if export is not None:
        return export
    page = page_of(request, found.qs)
    context = {
        "rollout": rollout,
        "filters": found,
        "page_obj": page,
        "lines": queries.blackout_lines(rollout, list(page.object_list)),
        "tabs": _tabs(rollout, seen, when, request.get_full_path(), today),
        "when": when,
        "today": today,
        "any": bool(page.paginator.count) or seen.exists(),
        "may_edit": base_access.may(user, Permission.SITE_EDIT, rollout),
    }
    return render(request, "sites/blackouts_page.html", context)


def _when(request: HttpRequest) -> str:
    """Coming, past or all; days given by the address show whatever touches them."""
    asked = request.GET.get("when", "")
    if not asked and (request.GET.get("first") or request.GET.get("last")):
        return ALL
    return asked if asked in (PAST, ALL) else COMING


def _tabs(rollout: Rollout, seen: QuerySet[Blackout], when: str, here: str, today: date) -> list[Any]:
    """Return the tabs; the one that is shown has the address as it is, filters and all."""
    past, total = seen.filter(ends_on__lt=today).count(), seen.count()
    url = reverse("sites:blackouts", args=[rollout.code])
    tabs = (("Coming", COMING, total - past), ("Past", PAST, past), ("All", ALL, total))
    return [
        (label, here if key == when else f"{url}?when={key}" if key else url, number)
        for label, key, number in tabs
    ]


def _rows(rollout: Rollout, blackouts: list[Blackout]) -> Iterator[tuple[Any, ...]]:
    for line in queries.blackout_lines(rollout, blackouts):
        one = line.blackout
        kind = "Site" if one.site else one.group.get_kind_display() if one.group else "All sites"
        where = str(one.site or one.group or "All sites")
        by = one.created_by.name if one.created_by else ""
        yield (
            *(one.starts_on, one.ends_on, one.reason, where, kind),
            *(line.sites, line.visits, by, one.created_at),
        )


def blackout_new(request: HttpRequest, code: str) -> HttpResponse:
    """Set a blackout."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    form = forms.BlackoutForm(
        request.POST or None, initial=_asked(request), rollout=rollout, user=user, today=timezone.localdate()
    )
    if request.method == "POST" and form.is_valid():
        try:
            written = actions.add_blackout(rollout=rollout, plan=form.plan(), by=user, at=timezone.now())
        except Refused as refusal:
            form.add_error("reason", str(refusal))
        else:
            _say(request, rollout, written, "is set")
            return redirect("sites:blackouts", code=code)
    return render(request, "sites/blackout_form.html", {"rollout": rollout, "form": form})


def _asked(request: HttpRequest) -> dict[str, str]:
    """Return what a link fills in: `site` for one site, `group` for a region or format."""
    if site := request.GET.get("site"):
        return {"where": "site", "site_key": site}
    return {"where": request.GET.get("group", "all")}


def blackout_edit(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Change a blackout."""
    user = signed_in(request)
    rollout, blackout = access.blackout_for(user, code, pk, Permission.SITE_EDIT)
    form = forms.BlackoutForm(
        request.POST or None, rollout=rollout, user=user, today=timezone.localdate(), blackout=blackout
    )
    if request.method == "POST" and form.is_valid():
        try:
            written = actions.change_blackout(
                blackout=blackout, plan=form.plan(), rollout=rollout, by=user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error("reason", str(refusal))
        else:
            _say(request, rollout, written, "is changed")
            return redirect("sites:blackouts", code=code)
    (line,) = queries.blackout_lines(rollout, [blackout])
    context = {"rollout": rollout, "form": form, "blackout": blackout, "line": line}
    return render(request, "sites/blackout_form.html", context)


@require_POST
def blackout_remove(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Let people work on these days again."""
    user = signed_in(request)
    rollout, blackout = access.blackout_for(user, code, pk, Permission.SITE_EDIT)
    try:
        undo_id = actions.remove_blackout(blackout=blackout, rollout=rollout, by=user, at=timezone.now())
    except Refused as refusal:
        return refuse(request, refusal, reverse("sites:blackouts", args=[code]))
    text = f"The blackout “{blackout.reason}” is removed."
    messages.success(request, text, extra_tags=_undo_tag(rollout, undo_id))
    return redirect("sites:blackouts", code=code)


@require_POST
def blackout_undo(request: HttpRequest, code: str, undo_id: uuid.UUID) -> HttpResponse:
    """Take back what was set, changed or removed."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    try:
        back = actions.undo_blackout(rollout=rollout, undo_id=undo_id, by=user, at=timezone.now())
    except Refused as refusal:
        return refuse(request, refusal, reverse("sites:blackouts", args=[code]))
    told = f"The blackout “{back.reason}” is as it was before." if back else "The blackout is taken back."
    messages.success(request, told)
    return redirect("sites:blackouts", code=code)


def _say(request: HttpRequest, rollout: Rollout, written: actions.Written, verb: str) -> None:
    if written.undo_id is None:
        messages.success(request, "Nothing was different, so nothing was saved.")
        return
    (line,) = queries.blackout_lines(rollout, [written.blackout])
    sites = f"{line.sites:,} site{'s' if line.sites != 1 else ''}"
    text = f"The blackout “{written.blackout.reason}” {verb} for {sites}."
    if line.visits:
        visits = f"{line.visits:,} visit{'s' if line.visits != 1 else ''}"
        text += f" {visits} booked already run{'s' if line.visits == 1 else ''} into it: move them by hand."
    messages.success(request, text, extra_tags=_undo_tag(rollout, written.undo_id))


def _undo_tag(rollout: Rollout, undo_id: uuid.UUID) -> str:
    return f"undo:{reverse('sites:blackout-undo', args=[rollout.code, undo_id])}"
