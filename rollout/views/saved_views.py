"""Save, open, change and remove views of lists."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from rollout import access, actions, forms, queries, saved_views
from rollout.exceptions import Refused
from rollout.models import Rollout, SavedView, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in


def _view_for(user: User, code: str, key: uuid.UUID, *, to_change: bool = False) -> SavedView:
    rollout = access.rollout_for(user, code, Permission.ROLLOUT_VIEW)
    view: SavedView = get_object_or_404(saved_views.views_for(rollout, user), key=key)
    if to_change and not saved_views.may_change(user, view):
        raise PermissionDenied("This view is somebody else’s. Save one of your own.")
    return view


@require_GET
def view_open(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Go to the list as this view shows it."""
    return redirect(saved_views.url_of(_view_for(signed_in(request), code, key)))


@require_POST
def view_save(request: HttpRequest, code: str) -> HttpResponse:
    """Keep a list under a name."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.ROLLOUT_VIEW)
    form = forms.SavedViewForm(request.POST)
    page, query = request.POST.get("page", ""), saved_views.kept_query(request.POST.get("query", ""))
    back = _list_url(rollout, page, query)
    if not back:
        messages.error(request, "Save a view from the list it is of.")
        return redirect("rollout:home", code=code)
    if form.is_valid():
        try:
            view = actions.save_view(
                rollout=rollout, page=page, query=query, by=user, at=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"“{view.name}” saved.")
            return redirect(saved_views.url_of(view))
    context = {"rollout": rollout, "form": form, "page": page, "query": query, "back": back}
    return render(request, "rollout/view_form.html", context)


def _list_url(rollout: Rollout, page: str, query: str) -> str:
    """Return the address of a list; "" for a page that is none of ours."""
    try:
        return f"{reverse(page, kwargs={'code': rollout.code})}{'?' if query else ''}{query}"
    except NoReverseMatch:
        return ""


def view_change(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Give a view another name or audience, or, with a `query`, the list as it is filtered now."""
    user = signed_in(request)
    view = _view_for(user, code, key, to_change=True)
    back = saved_views.url_of(view)
    if request.method == "POST" and "query" in request.POST:
        return _update(request, view, saved_views.kept_query(request.POST["query"]), user)
    form = forms.SavedViewForm(request.POST or None, initial={"name": view.name, "shared": view.shared})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_view(view=view, by=user, at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"“{form.cleaned_data['name']}” saved.")
            return redirect(back)
    context = {"rollout": view.rollout, "form": form, "view": view, "back": back}
    return render(request, "rollout/view_form.html", context)


def _update(request: HttpRequest, view: SavedView, query: str, user: User) -> HttpResponse:
    try:
        view = actions.change_view(view=view, query=query, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(_list_url(view.rollout, view.page, query))
    messages.success(request, f"“{view.name}” now shows this list.")
    return redirect(saved_views.url_of(view))


@require_POST
def view_remove(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Remove a view; the message offers to bring it back."""
    user = signed_in(request)
    view = _view_for(user, code, key, to_change=True)
    back = _list_url(view.rollout, view.page, "")
    entry = actions.remove_view(view=view, by=user, at=timezone.now())
    undo = reverse("rollout:view-restore", args=[code, entry.pk])
    messages.success(request, f"View “{view.name}” removed.", extra_tags=f"undo:{undo}")
    return redirect(back)


@require_POST
def view_restore(request: HttpRequest, code: str, entry: int) -> HttpResponse:
    """Bring a removed view back; whoever removed it may."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.ROLLOUT_VIEW)
    removed = get_object_or_404(queries.removed_views(rollout, user), pk=entry)
    try:
        view = actions.restore_view(rollout=rollout, entry=removed, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(_list_url(rollout, removed.data["view"]["page"], ""))
    messages.success(request, f"“{view.name}” is back.")
    return redirect(saved_views.url_of(view))
