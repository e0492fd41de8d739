"""Change many sites at once: choose, see what would change, do it, undo it."""

from __future__ import annotations

import hashlib
import json
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
from rollout.models import Job, Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access, actions, forms, queries
from sites.cells import columns_of
from sites.forms.bulk import ABOUT_FACTS, CHANGES
from sites.models import Attribute
from sites.queries.bulk import Change, preview
from sites.views.sites import filtered

LIVE = 5_000
"""So many sites are previewed with every field that changes; more when asked."""
SAME_PLACE = uuid.UUID("8d0f2f0c-55d0-4d0c-9b0e-1d6f4c1c3a71")


def chosen(request: HttpRequest, rollout: Rollout, user: User) -> list[int]:
    """Return the enrolments that were ticked, or, when everything matching was chosen, those the address filters."""
    if request.POST.get("all_matching") == "1":
        return sorted(filtered(request, rollout, user).qs.order_by().values_list("pk", flat=True))
    ticked = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 19]
    own = queries.enrolments_of(rollout, user).filter(pk__in=ticked)
    return sorted(own.order_by().values_list("pk", flat=True))


@require_POST
def bulk_change(request: HttpRequest, code: str, change: str) -> HttpResponse:
    """Show what a change would do to the chosen sites; once confirmed as it was shown, do it."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    if change not in CHANGES:
        raise Http404
    attribute = None
    if change in ABOUT_FACTS and (key := request.POST.get("attribute", "")):
        _, attribute = access.attribute_for(user, code, key, Permission.SITE_EDIT)
    ids = chosen(request, rollout, user)
    back = _back_url(request, rollout, ids)
    if not ids:
        messages.error(request, "No site is chosen. Tick some first, then choose what to do.")
        return HttpResponseRedirect(back)
    context = _context(request, rollout, change, attribute, ids) | {"back": back}
    if context["must_choose"]:
        return render(request, "sites/bulk_page.html", context)
    form = _form(request, rollout, change, attribute)
    context["form"] = form
    to_do = _asked(form)
    if to_do is not None:
        mark = _mark(ids, to_do)
        if "confirm" in request.POST and request.POST.get("previewed") == mark:
            return _do(request, rollout, form, ids, to_do, back)
        shown = preview(rollout, form.column, to_do, ids)
        context |= {"preview": shown, "previewed": mark, "moved": _moved(request, ids)}
        context["focus"] = "asked" in request.POST and not request.headers.get("HX-Request")
    return render(request, _template(request), context)


def _form(request: HttpRequest, rollout: Rollout, change: str, attribute: Attribute | None) -> forms.BulkForm:
    today = timezone.localdate()
    return forms.BulkForm(
        request.POST if "asked" in request.POST else None,
        change=change,
        columns=columns_of(rollout, today=today),
        attribute=attribute,
        initial={"observed_on": today, "days": list(range(7))},
    )


def _asked(form: forms.BulkForm) -> Change | None:
    """Return what is to be done: what the form says, or for changes that ask nothing but why, at once."""
    if form.is_bound:
        return form.change_to_do if form.is_valid() else None
    if form.change in ("forget", "leave"):
        return Change(form.column.key, [] if form.change == "forget" else None)
    return None


def _template(request: HttpRequest) -> str:
    """The part that shows the preview when a field changed, else the page."""
    return "sites/bulk_preview.html" if request.headers.get("HX-Request") else "sites/bulk_page.html"


def _context(
    request: HttpRequest, rollout: Rollout, change: str, attribute: Attribute | None, ids: list[int]
) -> dict[str, Any]:
    every = request.POST.get("all_matching") == "1"
    about_facts = change in ABOUT_FACTS
    return {
        "rollout": rollout,
        "change": change,
        "title": CHANGES[change],
        "count": len(ids),
        "pks": [] if every else ids,
        "all_matching": "1" if every else "",
        "expected": _mark(ids),
        "attributes": list(queries.attributes_of(rollout.client_id)) if about_facts else [],
        "attribute": attribute,
        "must_choose": about_facts and attribute is None,
        "live": len(ids) <= LIVE and not (about_facts and attribute is None),
        "token": request.POST.get("token") or uuid.uuid4(),
        "one": "one" in request.POST,
    }


def _mark(ids: list[int], change: Change | None = None) -> str:
    """Return a short mark of exactly these sites and this change: what is confirmed must be what was shown."""
    told = json.dumps([ids, change.as_json() if change else None], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _moved(request: HttpRequest, ids: list[int]) -> bool:
    """Whether other sites match now than when the page was opened."""
    before = request.POST.get("expected")
    return before is not None and before != _mark(ids)


def _do(
    request: HttpRequest, rollout: Rollout, form: forms.BulkForm, ids: list[int], change: Change, back: str
) -> HttpResponse:
    # The same answer sent twice has the same id; an answer changed after going back is another change.
    bulk_id = uuid.uuid5(SAME_PLACE, f"{request.POST.get('token', '')}:{_mark(ids, change)}")
    try:
        done = actions.start_change(
            rollout=rollout,
            enrolment_ids=ids,
            change=change,
            title=f"{change.title(form.column)}, {len(ids):,} sites",
            bulk_id=bulk_id,
            by=signed_in(request),
            at=timezone.now(),
            reason=form.cleaned_data["reason"],
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(back)
    if isinstance(done, Job):
        return HttpResponseRedirect(reverse("sites:change", args=[rollout.code, bulk_id]))
    _tell(request, rollout.code, done)
    left = change.column == "rollout" and done.changed and "one" in request.POST
    return HttpResponseRedirect(reverse("sites:list", args=[rollout.code]) if left else back)


def _tell(request: HttpRequest, code: str, done: actions.Changed) -> None:
    if not done.changed:
        messages.info(request, done.sentence)
        return
    undo = reverse("sites:bulk-undo", kwargs={"code": code, "bulk_id": done.bulk_id})
    messages.success(request, done.sentence, extra_tags=f"undo:{undo}")


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
    change_page = reverse("sites:change", kwargs={"code": code, "bulk_id": bulk_id})
    try:
        undone = actions.start_undo_bulk(rollout=rollout, bulk_id=bulk_id, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("sites:list", kwargs={"code": code}))
    if not isinstance(undone, Job):
        messages.success(request, undone.sentence)
        if not undone.stays and request.POST.get("from") != "change":
            return HttpResponseRedirect(reverse("sites:list", kwargs={"code": code}))
    return HttpResponseRedirect(change_page)
