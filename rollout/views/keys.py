"""One's own keys to the API."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from rollout import access, actions, forms, queries
from rollout.exceptions import Refused
from rollout.views.parts import signed_in


@never_cache
def api_keys(request: HttpRequest) -> HttpResponse:
    """The keys there are, and a form for a new one; its secret is on the answer to that form and nowhere else."""
    user, now = signed_in(request), timezone.now()
    form, made, secret = forms.ApiKeyForm(request.POST or None), None, ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made, secret = actions.make_key(
                name=data["name"],
                read_only=data["read_only"],
                expires_at=form.expires_at(now),
                by=user,
                at=now,
            )
        except actions.KeyNameTaken as refusal:
            form.add_error("name", str(refusal))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            form = forms.ApiKeyForm()
    keys = [(key, key.usable(now)) for key in queries.keys_of(user)]
    context = {"form": form, "keys": keys, "made": made, "secret": secret}
    return render(request, "rollout/api_keys_page.html", context)


@require_POST
def api_key_revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """Let a key of one's own work no more."""
    user = signed_in(request)
    key = access.key_for(user, prefix)
    actions.revoke_key(key=key, by=user, at=timezone.now())
    messages.success(request, f"The key {key} works no more.")
    return redirect("rollout:api-keys")
