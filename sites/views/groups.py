"""The regions and formats a client sorts its sites into."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout.exceptions import Refused
from rollout.models import Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import refuse, signed_in
from sites import access, actions, forms, queries
from sites.choices import GroupKind


def group_list(request: HttpRequest, code: str) -> HttpResponse:
    """Both trees with how many sites are where."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_VIEW)
    return render(request, "sites/groups_page.html", _context(rollout, user))


def _context(rollout: Rollout, user: User, bound: forms.GroupForm | None = None) -> dict[str, Any]:
    trees = [
        {
            "kind": kind,
            "lines": queries.group_lines(rollout.client_id, kind),
            "without": queries.sites_without_group(rollout.client_id, kind),
            "form": bound if bound is not None and bound.kind == kind else _empty_form(rollout, kind),
        }
        for kind in GroupKind
    ]
    may_edit = base_access.may(user, Permission.SITE_EDIT, rollout)
    return {"rollout": rollout, "trees": trees, "may_edit": may_edit}


def _empty_form(rollout: Rollout, kind: str) -> forms.GroupForm:
    return forms.GroupForm(client_id=rollout.client_id, kind=kind, auto_id=f"id_{kind}_%s")


@require_POST
def group_new(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Add a region or format."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    if kind not in GroupKind.values:
        raise Http404
    form = forms.GroupForm(request.POST, client_id=rollout.client_id, kind=kind, auto_id=f"id_{kind}_%s")
    if form.is_valid():
        try:
            group = actions.add_group(
                rollout=rollout, kind=kind, by=user, at=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"{group} is added.")
            return redirect(f"{reverse('sites:groups', args=[code])}#{kind}")
    return render(request, "sites/groups_page.html", _context(rollout, user, form))


def group_edit(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Rename or move a region or format."""
    user = signed_in(request)
    rollout, group = access.group_for(user, code, pk, Permission.SITE_EDIT)
    form = forms.GroupForm(request.POST or None, client_id=rollout.client_id, kind=group.kind, group=group)
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.change_group(
                group=group, rollout=rollout, by=user, at=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            same = changed.path == group.path
            messages.success(
                request, "Nothing was different, so nothing was saved." if same else f"It is now {changed}."
            )
            return redirect(f"{reverse('sites:groups', args=[code])}#{group.kind}")
    lines = queries.group_lines(rollout.client_id, group.kind)
    line = next(one for one in lines if one.group.pk == group.pk)
    return render(
        request, "sites/group_form.html", {"rollout": rollout, "form": form, "group": group, "line": line}
    )


@require_POST
def group_remove(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Remove a region or format; its sites go to the one it lies in."""
    user = signed_in(request)
    rollout, group = access.group_for(user, code, pk, Permission.SITE_EDIT)
    back = f"{reverse('sites:groups', args=[code])}#{group.kind}"
    try:
        moved = actions.remove_group(group=group, rollout=rollout, by=user, at=timezone.now())
    except Refused as refusal:
        return refuse(request, refusal, back)
    where = f"is in {group.parent} now" if group.parent else f"has no {group.get_kind_display().lower()} now"
    many = where.replace("is ", "are ", 1).replace("has ", "have ", 1)
    told = "" if not moved else f" Its site {where}." if moved == 1 else f" Its {moved:,} sites {many}."
    messages.success(request, f"{group} is removed.{told}")
    return redirect(back)
