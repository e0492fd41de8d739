"""Which sites of a rollout a request is about: the filters of the list, and what only programs ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from rollout.api.base import caller
from rollout.models import Rollout
from sites import queries
from sites.api.shapes import SITE_FIELDS
from sites.filters import SiteFilter
from sites.models import Enrolment
from sites.views.sites import filtered

OWN = {
    "sort": "A column to sort by, downwards with a hyphen in front: " + ", ".join(queries.SORTS) + ".",
    "fields": "Names of fields separated by commas; others are left out, and not read.",
    "updated_since": "A moment such as 2026-11-22T08:00:00Z: sites of which anything changed since.",
}
PARAMETERS = (*SiteFilter.LABELS, *OWN)
DESCRIBED = [
    *(
        OpenApiParameter(name, str, description=f"{label}, as in the list of sites.")
        for name, label in SiteFilter.LABELS.items()
    ),
    *(OpenApiParameter(name, str, description=text) for name, text in OWN.items()),
]


def matching(request: Request, rollout: Rollout) -> queries.SitesInOrder:
    """Return the sites a query string asks for, in its order; raises `ValidationError` for what means nothing."""
    found = filtered(request._request, rollout, caller(request))
    if found.problems:
        raise ValidationError(
            {name: [ErrorDetail(text, "no_choice")] for name, text in found.problems.items()}
        )
    rows: QuerySet[Enrolment] = found.qs
    if since := request.query_params.get("updated_since"):
        rows = queries.changed_since(rows, moment(since, "updated_since"))
    sort = request.query_params.get("sort", "")
    if sort.removeprefix("-") not in {"", *queries.SORTS}:
        raise _no("sort", f"Sites cannot be sorted by “{sort[:60]}”. {OWN['sort']}")
    return queries.SitesInOrder(rows, rollout=rollout, sort=sort)


def wanted_fields(request: Request) -> frozenset[str]:
    """Return the fields asked for; none for all of them. Raises `ValidationError`."""
    names = frozenset(filter(None, request.query_params.get("fields", "").split(",")))
    for name in names - set(SITE_FIELDS):
        raise _no("fields", f"A site has no field “{name[:60]}”. There are: {', '.join(SITE_FIELDS)}.")
    return names


def moment(text: str, name: str) -> datetime:
    """Read a moment or a day, in UTC when it names no zone; raises `ValidationError`."""
    try:
        found = parse_datetime(text.replace(" ", "+"))
        day = None if found else parse_date(text)
    except ValueError:
        found = day = None
    if day is not None:
        found = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - its zone is given below
    if found is None:
        raise _no(name, "This is no moment. Write it as 2026-11-22T08:00:00Z.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _no(name: str, sentence: str) -> Any:
    return ValidationError({name: [ErrorDetail(sentence, "invalid")]})
