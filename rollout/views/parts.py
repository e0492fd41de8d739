"""What the views of every app share."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from rollout.exceptions import Refused
from rollout.models import User


def signed_in(request: HttpRequest) -> User:
    """Return the user; the login middleware has already turned strangers away."""
    if isinstance(request.user, AnonymousUser):
        raise PermissionDenied
    return request.user


def refuse(request: HttpRequest, refusal: Refused, url: str) -> HttpResponse:
    """Go to a page and say there why nothing was done."""
    messages.error(request, str(refusal))
    return HttpResponseRedirect(url)
