"""What the pages of this app share."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from rollout.models import Rollout
from sites.models import Site
from sites.queries import SitesInOrder

PER_PAGE = 50


def page_of(request: HttpRequest, rows: QuerySet[Any] | SitesInOrder) -> Page[Any]:
    """Return the asked page of 50; a page that is not there gives the nearest."""
    counted: Any = rows  # the paginator wants a length and slices, nothing more
    return Paginator(counted, PER_PAGE).get_page(request.GET.get("page"))


def site_url(rollout: Rollout, site: Site, part: str = "") -> str:
    """Return the address of a site's page, or of a part of it (`#facts`)."""
    return reverse("sites:detail", kwargs={"code": rollout.code, "key": site.key}) + part


def to_site(rollout: Rollout, site: Site, part: str = "") -> HttpResponse:
    """Go to the page of a site."""
    return HttpResponseRedirect(site_url(rollout, site, part))


def reason_of(request: HttpRequest) -> str:
    """Return why somebody says they change something, in their own words; "" when they leave it open."""
    return request.POST.get("reason", "").strip()[:500]
