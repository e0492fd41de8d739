"""Change many sites at once: choose, see what would change, do it, undo it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout.exceptions import Refused
from rollout.models import Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access, actions, forms, queries
from sites.forms.bulk import CHANGES
from sites.models import Attribute
from sites.views.sites import filtered


def _chosen(request: HttpRequest, rollout: Rollout, user: User) -> list[int]:
    """Return the enrolments that were ticked, or, when everything matching was chosen, those the address filters."""
    if request.POST.get("all_matching") == "1":
        return list(filtered(request, rollout, user).qs.values_list("pk", flat=True))
    ticked = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 19]
    own = queries.enrolments_of(rollout, user).filter(pk__in=ticked)
    return list(own.values_list("pk", flat=True))


@require_POST
def bulk_change(request: HttpRequest, code: str, change: str) -> HttpResponse:
    """Show what the change would do to the chosen sites; once confirmed, do it."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    if change not in CHANGES:
        raise Http404
    attribute = None
    if key := request.POST.get("attribute", ""):
        _, attribute = access.attribute_for(user, code, key, Permission.SITE_EDIT)
    ids = _chosen(request, rollout, user)
    back = _back_url(request, rollout, ids)
    if not ids:
        messages.error(request, "No site is chosen. Tick some first, then choose what to do.")
        return HttpResponseRedirect(back)
    confirmed = "confirm" in request.POST and (change != "fact" or attribute is not None)
    form = forms.BulkForm(
        request.POST if confirmed else None,
        rollout=rollout,
        change=change,
        attribute=attribute,
        initial={"observed_on": timezone.now().date(), "days": list(range(7))},
    )
    if confirmed and form.is_valid() and request.POST.get("expected") == str(len(ids)):
        done = _do(form, rollout, ids, user)
        _tell(request, code, done)
        return HttpResponseRedirect(back)
    return _preview(request, rollout, form, ids, back=back)


def _do(form: Any, rollout: Rollout, ids: list[int], user: User) -> actions.Changed:
    data = form.cleaned_data
    common: dict[str, Any] = {"rollout": rollout, "enrolment_ids": ids, "by": user, "at": timezone.now()}
    if form.change == "wave":
        return actions.set_wave(wave=form.waves.get(data["wave"]), **common)
    if form.change == "priority":
        return actions.set_priority(priority=data["priority"], **common)
    if form.change == "windows":
        return actions.set_windows(**{name: data[name] for name in ("days", "opens", "closes")}, **common)
    stated = {name: data[name] for name in ("value", "observed_on")}
    return actions.set_fact(attribute=form.attribute, **stated, **common)


def _tell(request: HttpRequest, code: str, done: actions.Changed) -> None:
    same = f" {done.same:,} were so already." if done.same else ""
    if not done.changed:
        messages.info(request, f"Nothing changed.{same}")
        return
    undo = reverse("sites:bulk-undo", kwargs={"code": code, "bulk_id": done.bulk_id})
    noun = "site" if done.changed == 1 else "sites"
    messages.success(request, f"{done.changed:,} {noun} changed.{same}", extra_tags=f"undo:{undo}")


def _preview(
    request: HttpRequest, rollout: Rollout, form: forms.BulkForm, ids: list[int], *, back: str
) -> HttpResponse:
    sample = queries.enrolments_of(rollout, signed_in(request)).filter(pk__in=ids)
    moved = form.is_bound and form.is_valid() and request.POST.get("expected") != str(len(ids))
    context: dict[str, Any] = {
        "rollout": rollout,
        "form": form,
        "change": form.change,
        "title": CHANGES[form.change],
        "count": len(ids),
        "sample": sample.order_by(*queries.natural("site__key"))[:8],
        "more": max(0, len(ids) - 8),
        "summary": queries.bulk_summary(sample, form.change),
        "pks": [] if request.POST.get("all_matching") == "1" else ids,
        "all_matching": request.POST.get("all_matching", ""),
        "attributes": _attributes(rollout) if form.change == "fact" else [],
        "attribute": form.attribute,
        "list_changed": moved,
        "one": "one" in request.POST,
        "back": back,
    }
    return render(request, "sites/bulk_page.html", context)


def _attributes(rollout: Rollout) -> list[Attribute]:
    return list(queries.attributes_of(rollout.client_id))


def _back_url(request: HttpRequest, rollout: Rollout, ids: list[int]) -> str:
    """Return the page the change began on: the one site's own (`one`), or the list as it was filtered."""
    if "one" in request.POST and len(ids) == 1:
        place = queries.enrolments_of(rollout, signed_in(request)).get(pk=ids[0])
        return reverse("sites:detail", args=[rollout.code, place.site.key])
    query = request.GET.urlencode()
    return reverse("sites:list", kwargs={"code": rollout.code}) + (f"?{query}" if query else "")


@require_POST
def bulk_undo(request: HttpRequest, code: str, bulk_id: uuid.UUID) -> HttpResponse:
    """Put back what a bulk change changed."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    try:
        undone = actions.undo_bulk(rollout=rollout, bulk_id=bulk_id, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        stays = f" {undone.stays:,} stay: they were changed again since." if undone.stays else ""
        messages.success(request, f"Undone for {undone.restored:,} sites.{stays}")
    return HttpResponseRedirect(reverse("sites:list", kwargs={"code": code}))
