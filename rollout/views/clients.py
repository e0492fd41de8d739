"""Make clients and rollouts."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from rollout import access, actions, forms
from rollout.exceptions import Refused
from rollout.permissions import Permission
from rollout.views.parts import signed_in


def client_new(request: HttpRequest) -> HttpResponse:
    """A page to make a client; project managers only."""
    user = signed_in(request)
    if not (user.may_start_rollouts or user.is_superuser):
        raise PermissionDenied("Only project managers make clients. Ask an administrator for the right.")
    form = forms.ClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            client = actions.create_client(name=data["name"], code=data["code"], by=user, at=timezone.now())
        except actions.CodeTaken as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, f"{client.name} is there. Now its first rollout.")
            return redirect("rollout:new", client_code=client.code)
    return render(request, "rollout/client_form.html", {"form": form})


def rollout_new(request: HttpRequest, client_code: str) -> HttpResponse:
    """A page to make a rollout for a client."""
    user = signed_in(request)
    client = access.client_for(user, client_code, Permission.ROLLOUT_EDIT)
    form = forms.RolloutForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rollout = actions.create_rollout(client=client, by=user, at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, f"{rollout.name} is there. State what it changes for customers.")
            return redirect("rollout:outcome-new", code=rollout.code)
    return render(request, "rollout/rollout_form.html", {"form": form, "client": client})
