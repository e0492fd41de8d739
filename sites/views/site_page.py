"""The page of one site, and the form that makes or changes one."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from rollout import access as base_access
from rollout.exceptions import Refused
from rollout.models import Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access, actions, forms, planning, queries
from sites.facts import facts_for
from sites.models import Enrolment, Site
from sites.views.meanwhile import Meanwhile, merged, seen_context, seen_in
from sites.views.parts import to_site

LATEST = 8
"""So much of the history stands on the page itself."""


def site_detail(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Everything about one site."""
    user = signed_in(request)
    rollout, site = access.site_for(user, code, key, Permission.SITE_VIEW)
    return render(request, "sites/site_page.html", site_context(user, rollout, site))


def site_context(user: User, rollout: Rollout, site: Site, **more: Any) -> dict[str, Any]:
    """Return what the page of a site shows; forms that came back with errors go into `more`."""
    now = timezone.now()
    attributes = list(queries.attributes_of(rollout.client_id))
    facts = facts_for([site.pk], rollout.client_id, today=now.date())[site.pk]
    needs = planning.needs(rollout)
    attachments = list(queries.attachments_of(site))
    enrolment = queries.enrolment_of(rollout, site)
    context = {
        "rollout": rollout,
        "site": site,
        "enrolment": enrolment,
        "contacts": list(site.contacts.all()),
        "hours": queries.hours_of(site, now=now),
        "point": _own_point(site),
        "facts": queries.fact_lines(attributes, facts, needs, attachments, today=now.date()),
        "complete": queries.site_completeness(facts, needs),
        "attachments": attachments,
        "lines": list(queries.history_lines(queries.entries_about(site, rollout)[:LATEST], rollout)),
        "now": now,
        "orders_url": _orders_url(enrolment),
        "window_form": forms.WindowForm(initial={"days": list(range(7)), "replace": True}),
        "exception_form": forms.ExceptionForm(today=now.astimezone(site.zone).date()),
        "contact_form": forms.ContactForm(),
        "roles": queries.contact_roles(rollout.client_id),
        "files_form": forms.FilesForm(),
        "may_edit": base_access.may(user, Permission.SITE_EDIT, rollout),
    }
    shown = {**context, **more}
    shown["exception_form"].auto_id = "day_%s"  # two forms of the page have hours
    return shown


def _own_point(site: Site) -> list[dict[str, Any]]:
    if site.latitude is None:
        return []
    state = {"state": site.precision, "state_label": site.get_precision_display(), "tone": "accent"}
    return [{"lat": site.latitude, "lon": site.longitude, "label": site.name, **state}]


def _orders_url(enrolment: Enrolment | None) -> str:
    """The panel of the app above this one, for a site that is in the rollout."""
    return reverse("workorders:site-panel", args=[enrolment.pk]) if enrolment else ""


def site_new(request: HttpRequest, code: str) -> HttpResponse:
    """Make a site by hand."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    form = forms.SiteForm(request.POST or None, rollout=rollout)
    if request.method == "POST" and form.is_valid():
        try:
            site = actions.create_site(
                rollout=rollout, by=user, at=timezone.now(), by_hand=True, **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error("key", str(refusal))
        else:
            messages.success(request, f"{site} is there. Add whom to call and when one may come.")
            return to_site(rollout, site)
    return _site_form(request, rollout, form, None)


def site_edit(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Change a site's own fields; what somebody else saved meanwhile is told and never overwritten unseen."""
    user = signed_in(request)
    rollout, site = access.site_for(user, code, key, Permission.SITE_EDIT)
    form = forms.SiteForm(request.POST or None, instance=site, rollout=rollout)
    meanwhile: list[Meanwhile] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.change_site(
                site=site,
                rollout=rollout,
                by=user,
                at=timezone.now(),
                seen=seen_in(request),
                by_hand=True,
                **form.cleaned_data,
            )
        except actions.ChangedMeanwhile:
            _, fresh = access.site_for(user, code, key, Permission.SITE_EDIT)
            form, meanwhile = merged(request, forms.SiteForm(instance=fresh, rollout=rollout), form)
        except Refused as refusal:
            form.add_error("key", str(refusal))
        else:
            messages.success(request, "Saved." if changed else "Nothing was different, so nothing was saved.")
            return to_site(rollout, site)
    _, unchanged = access.site_for(user, code, key, Permission.SITE_EDIT)
    return _site_form(request, rollout, form, unchanged, meanwhile=meanwhile)


def _site_form(
    request: HttpRequest, rollout: Rollout, form: forms.SiteForm, site: Site | None, **more: Any
) -> HttpResponse:
    zones = sorted(name for name in zoneinfo.available_timezones() if "/" in name and name[:4] != "Etc/")
    context = {"rollout": rollout, "form": form, "site": site, "zones": zones, **more}
    if site is not None:
        told = more["meanwhile"] is not None
        now = forms.SiteForm(instance=site, rollout=rollout)
        context |= seen_context(request, site, now, told=told)
        context["last"] = queries.entries_about(site, rollout).first() if told else None
    return render(request, "sites/site_form.html", context)
