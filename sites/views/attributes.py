"""What can be known about the client's sites."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout.exceptions import Refused
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access, actions, forms, queries


def attribute_list(request: HttpRequest, code: str) -> HttpResponse:
    """Every attribute with how many sites have it."""
    rollout = base_access.rollout_for(request.user, code, Permission.SITE_VIEW)
    context = {
        "rollout": rollout,
        "lines": queries.attribute_lines(rollout, today=timezone.now().date()),
        "may_edit": base_access.may(request.user, Permission.SITE_EDIT, rollout),
    }
    return render(request, "sites/attributes_page.html", context)


def attribute_new(request: HttpRequest, code: str) -> HttpResponse:
    """Define an attribute."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    form = forms.AttributeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.define_attribute(rollout=rollout, by=user, at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error("key", str(refusal))
        else:
            messages.success(request, f"{made} is defined. Every site has it as unknown until somebody says.")
            return redirect("sites:attributes", code=code)
    return render(request, "sites/attribute_form.html", {"rollout": rollout, "form": form})


def attribute_edit(request: HttpRequest, code: str, attribute_key: str) -> HttpResponse:
    """Change an attribute's name, unit, choices or shelf life."""
    user = signed_in(request)
    rollout, attribute = access.attribute_for(user, code, attribute_key, Permission.SITE_EDIT)
    form = forms.AttributeForm(request.POST or None, attribute=attribute)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_attribute(
                attribute=attribute, rollout=rollout, by=user, at=timezone.now(), **form.cleaned_data
            )
        except actions.AttributeInUse as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("sites:attributes", code=code)
    context = {"rollout": rollout, "form": form, "attribute": attribute}
    return render(request, "sites/attribute_form.html", context)


@require_POST
def attribute_remove(request: HttpRequest, code: str, attribute_key: str) -> HttpResponse:
    """Remove an attribute nobody said anything about."""
    user = signed_in(request)
    rollout, attribute = access.attribute_for(user, code, attribute_key, Permission.SITE_EDIT)
    try:
        actions.remove_attribute(attribute=attribute, rollout=rollout, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{attribute} is removed.")
    return redirect("sites:attributes", code=code)
