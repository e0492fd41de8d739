"""Whom to call at a site."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout.exceptions import Refused
from rollout.models import Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access, actions, forms, queries
from sites.models import Contact
from sites.views.parts import reason_of, to_site
from sites.views.site_page import site_context


@require_POST
def contact_new(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Add somebody to call, last in the order."""
    user = signed_in(request)
    rollout, site = access.site_for(user, code, key, Permission.SITE_EDIT)
    form = forms.ContactForm(request.POST, instance=Contact(site=site))
    if _saved(form, rollout, user):
        messages.success(request, f"{form.instance} is on the list.")
        return to_site(rollout, site, "#contacts")
    return render(request, "sites/site_page.html", site_context(user, rollout, site, contact_form=form))


def contact_edit(request: HttpRequest, code: str, key: str, pk: int) -> HttpResponse:
    """Change somebody to call."""
    user = signed_in(request)
    rollout, contact = access.contact_for(user, code, key, pk, Permission.SITE_EDIT)
    form = forms.ContactForm(request.POST or None, instance=contact)
    if request.method == "POST" and _saved(form, rollout, user):
        messages.success(request, "Saved.")
        return to_site(rollout, contact.site, "#contacts")
    context = {
        "rollout": rollout,
        "site": contact.site,
        "contact": contact,
        "form": form,
        "roles": queries.contact_roles(rollout.client_id),
    }
    return render(request, "sites/contact_form.html", context)


def _saved(form: forms.ContactForm, rollout: Rollout, user: User) -> bool:
    if not form.is_valid():
        return False
    try:
        actions.save_contact(
            contact=form.instance,
            rollout=rollout,
            by=user,
            at=timezone.now(),
            reason=form.cleaned_data["reason"],
            once=True,
        )
    except Refused as refusal:
        form.add_error("name", str(refusal))
        return False
    return True


@require_POST
def contact_remove(request: HttpRequest, code: str, key: str, pk: int) -> HttpResponse:
    """Take somebody off the list."""
    user = signed_in(request)
    rollout, contact = access.contact_for(user, code, key, pk, Permission.SITE_EDIT)
    messages.success(request, f"{contact} is off the list.")
    actions.remove_contact(
        contact=contact, rollout=rollout, by=user, at=timezone.now(), reason=reason_of(request)
    )
    return to_site(rollout, contact.site, "#contacts")


@require_POST
def contact_move(request: HttpRequest, code: str, key: str, pk: int) -> HttpResponse:
    """Call somebody earlier or later."""
    user = signed_in(request)
    rollout, contact = access.contact_for(user, code, key, pk, Permission.SITE_EDIT)
    earlier = request.POST.get("to") == "earlier"
    actions.move_contact(contact=contact, earlier=earlier, rollout=rollout, by=user, at=timezone.now())
    return to_site(rollout, contact.site, "#contacts")
