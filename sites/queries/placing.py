"""Reads for placing sites by hand: which have no place, and what lies near them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from rollout.models import Rollout, User
from sites.choices import PlacePrecision
from sites.models import Enrolment, Site

NEAR = 300


def unplaced(rollout: Rollout, user: User, *, rough: bool = False) -> QuerySet[Site]:
    """Sites of the rollout without coordinates, or with only those of their postal code, as people sort numbers."""
    precision = PlacePrecision.POSTAL_CODE if rough else PlacePrecision.UNKNOWN
    rows: QuerySet[Site] = Site.objects.visible_to(user).filter(enrolments__rollout=rollout)
    return rows.filter(precision=precision).order_by("sort_key")


def unplaced_counts(rollout: Rollout) -> tuple[int, int]:
    """Return how many sites of the rollout have no place, and how many only that of their postal code; one query."""
    numbers = Enrolment.objects.filter(rollout=rollout).aggregate(
        none=Count("pk", filter=Q(site__precision=PlacePrecision.UNKNOWN)),
        rough=Count("pk", filter=Q(site__precision=PlacePrecision.POSTAL_CODE)),
    )
    return numbers["none"], numbers["rough"]


def near(rollout: Rollout, site: Site) -> QuerySet[Site]:
    """Placed sites of the rollout to find one's way by: those of the same city, else of the same state, else any."""
    placed: QuerySet[Site] = Site.objects.filter(enrolments__rollout=rollout, latitude__isnull=False)
    placed = placed.exclude(pk=site.pk)
    same: dict[str, Any] = {"country": site.country, "region": site.region}
    for narrower in (
        {**same, "city__iexact": site.city} if site.city else None,
        same if site.region else None,
    ):
        if narrower is not None and (found := placed.filter(**narrower)).exists():
            return found.order_by("sort_key")[:NEAR]
    return placed.order_by("sort_key")[:NEAR]
