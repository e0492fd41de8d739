"""Reads of blackouts: the days on which nobody works at a client's sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from rollout.models import Rollout, User
from sites import above
from sites.models import Blackout, Site
from sites.trees import kin


@dataclass(frozen=True, slots=True)
class BlackoutLine:
    """A blackout, for how many sites it holds, how many booked visits run into it, and where a rollout shows those."""

    blackout: Blackout
    sites: int
    visits: int
    visits_url: str = ""


def blackouts_seen(rollout: Rollout, user: User) -> QuerySet[Blackout]:
    """Return the blackouts of the rollout's client, by their first day; those of single sites only where the site is seen."""
    visible: QuerySet[Blackout] = Blackout.objects.visible_to(user).filter(client=rollout.client_id)
    sites = Site.objects.visible_to(user).filter(client=rollout.client_id)
    mine = visible.filter(Q(site__isnull=True) | Q(site__in=sites))
    return mine.select_related("group", "site", "created_by").order_by("starts_on", "ends_on", "pk")


def blackout_lines(rollout: Rollout, blackouts: Sequence[Blackout]) -> list[BlackoutLine]:
    """Return blackouts of the rollout's client with what they touch; a constant number of queries."""
    if not blackouts:
        return []
    sites = _sites_touched(rollout.client_id, blackouts)
    visits = above.booked_in(blackouts)
    return [
        BlackoutLine(one, sites[one.pk], visits[one.pk], above.bookings_url(rollout, one))
        for one in blackouts
    ]


def _sites_touched(client_id: int, blackouts: Sequence[Blackout]) -> dict[int, int]:
    """Return for how many sites each blackout holds, by its id; two queries."""
    above_each = kin([client_id])
    groups = Site.objects.filter(client=client_id).order_by().values_list("territory_id", "format_id")
    counts = [
        (above_each.get(region or 0, frozenset()) | above_each.get(kind or 0, frozenset()), number)
        for region, kind, number in groups.annotate(number=Count("pk"))
    ]
    return {
        one.pk: 1
        if one.site_id
        else sum(number for within, number in counts if one.group_id is None or one.group_id in within)
        for one in blackouts
    }
