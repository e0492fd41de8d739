"""What is known about one site."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout.exceptions import Refused
from rollout.models import Rollout
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access, actions, forms
from sites.choices import FactSource, FactState
from sites.facts import FactView, as_typed, facts_for
from sites.models import Attribute, Site
from sites.views.parts import reason_of, to_site


def _found(
    request: HttpRequest, code: str, key: str, attribute_key: str
) -> tuple[Rollout, Site, Attribute, FactView]:
    user = signed_in(request)
    rollout, site = access.site_for(user, code, key, Permission.SITE_EDIT)
    _, attribute = access.attribute_for(user, code, attribute_key, Permission.SITE_EDIT)
    facts = facts_for([site.pk], rollout.client_id, today=timezone.now().date())
    return rollout, site, attribute, facts[site.pk][attribute.key]


def fact_edit(request: HttpRequest, code: str, key: str, attribute_key: str) -> HttpResponse:
    """State a fact as the project manager; see what every source says."""
    rollout, site, attribute, fact = _found(request, code, key, attribute_key)
    today = timezone.now().date()
    value = "" if fact.state == FactState.DISPUTED else as_typed(fact.value)
    initial = {"observed_on": today, "value": value}
    form = forms.FactForm(request.POST or None, attribute=attribute, today=today, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        actions.state_fact(
            site=site,
            attribute=attribute,
            value=data["value"],
            observed_on=data["observed_on"],
            settles="settles" in request.POST,
            reason=data["reason"],
            rollout=rollout,
            by=signed_in(request),
            at=timezone.now(),
        )
        messages.success(request, f"{attribute.label} saved.")
        return to_site(rollout, site, "#facts")
    context = {"rollout": rollout, "site": site, "attribute": attribute, "fact": fact, "form": form}
    return render(request, "sites/fact_form.html", context)


@require_POST
def fact_settle(request: HttpRequest, code: str, key: str, attribute_key: str) -> HttpResponse:
    """Decide a dispute for what one source says."""
    rollout, site, attribute, _ = _found(request, code, key, attribute_key)
    source = request.POST.get("source", "")
    try:
        actions.settle_fact(
            site=site,
            attribute=attribute,
            source=source,
            seen=request.POST.get(f"seen-{source}", ""),
            reason=reason_of(request),
            rollout=rollout,
            by=signed_in(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{attribute.label} is settled.")
    return to_site(rollout, site, "#facts")


@require_POST
def fact_confirm(request: HttpRequest, code: str, key: str, attribute_key: str) -> HttpResponse:
    """Say that what is known is still so today."""
    rollout, site, attribute, _ = _found(request, code, key, attribute_key)
    try:
        actions.confirm_fact(
            site=site,
            attribute=attribute,
            seen=request.POST.get("seen", ""),
            rollout=rollout,
            by=signed_in(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{attribute.label} is confirmed as of today.")
    return to_site(rollout, site, "#facts")


@require_POST
def fact_forget(request: HttpRequest, code: str, key: str, attribute_key: str) -> HttpResponse:
    """Drop what one source says."""
    rollout, site, attribute, _ = _found(request, code, key, attribute_key)
    source = request.POST.get("source", FactSource.PM.value)
    try:
        actions.forget_fact(
            site=site,
            attribute=attribute,
            source=source,
            reason=reason_of(request),
            rollout=rollout,
            by=signed_in(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{attribute.label}: forgotten.")
    return to_site(rollout, site, "#facts")
