"""The door for technicians: a link opens a page with one button, the button signs in."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django_ratelimit.core import is_ratelimited

from technicians import links
from technicians.queries import visits

BACKEND = "sesame.backends.ModelBackend"


@login_not_required
@never_cache
def visit_open(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """GET shows the button, because mail scanners open links too; POST signs in and drops the token from the address."""
    limited = is_ratelimited(
        request,
        group="visit-open",
        key="ip",
        rate=settings.LINK_RATE,
        method="POST",
        increment=request.method == "POST",
    )
    if limited:
        return render(request, "technicians/link_wait_page.html", status=429)
    token = request.POST.get("t") or request.GET.get("t", "")
    visit = visits.behind_link(key)
    user = links.user_of(token, visit, now=timezone.now()) if visit and token else None
    if visit is None or user is None:
        if request.user.is_authenticated and not token:
            return redirect("technicians:visit", key=key)
        # A forged, an expired and a foreign link look the same: nobody learns which visits exist.
        return render(request, "technicians/link_expired_page.html", status=410)
    if request.method == "POST":
        login(request, user, backend=BACKEND)
        request.session.set_expiry(visit.ends_at + links.GRACE)
        return redirect("technicians:visit", key=key)
    return render(request, "technicians/link_page.html", {"visit": visit, "token": token, "technician": user})
