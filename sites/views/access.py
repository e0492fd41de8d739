"""When one may come to a site."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access, actions, forms
from sites.views.parts import to_site
from sites.views.site_page import site_context


@require_POST
def window_add(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Set the hours of some weekdays."""
    user = signed_in(request)
    rollout, site = access.site_for(user, code, key, Permission.SITE_EDIT)
    form = forms.WindowForm(request.POST)
    if form.is_valid():
        actions.add_windows(site=site, rollout=rollout, by=user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, "Access hours saved.")
        return to_site(rollout, site, "#hours")
    return render(request, "sites/site_page.html", site_context(user, rollout, site, window_form=form))


@require_POST
def exception_add(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Let days differ from the week."""
    user = signed_in(request)
    rollout, site = access.site_for(user, code, key, Permission.SITE_EDIT)
    now = timezone.now()
    form = forms.ExceptionForm(request.POST, today=now.astimezone(site.zone).date())
    if form.is_valid():
        changed = actions.set_exception(site=site, rollout=rollout, by=user, at=now, **form.said())
        days = "1 day differs" if changed == 1 else f"{changed} days differ"
        same = "These days were so already, so nothing was saved."
        messages.success(request, f"Saved: {days} from the week." if changed else same)
        return to_site(rollout, site, "#hours")
    return render(request, "sites/site_page.html", site_context(user, rollout, site, exception_form=form))


@require_POST
def exception_remove(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Let days be like their week again."""
    user = signed_in(request)
    rollout, site = access.site_for(user, code, key, Permission.SITE_EDIT)
    form = forms.RunForm(request.POST)
    if not form.is_valid():
        raise BadRequest("Choose the days again on the page of the site.")
    gone = actions.remove_exceptions(
        site=site, rollout=rollout, by=user, at=timezone.now(), **form.cleaned_data
    )
    days = "The day is" if gone == 1 else f"{gone} days are"
    messages.success(request, f"{days} as in every week again." if gone else "These days did not differ.")
    return to_site(rollout, site, "#hours")


@require_POST
def window_remove(request: HttpRequest, code: str, key: str, pk: int) -> HttpResponse:
    """Take one window away."""
    user = signed_in(request)
    rollout, window = access.window_for(user, code, key, pk, Permission.SITE_EDIT)
    actions.remove_windows(site=window.site, windows=[window], rollout=rollout, by=user, at=timezone.now())
    messages.success(request, f"{window} is gone.")
    return to_site(rollout, window.site, "#hours")
