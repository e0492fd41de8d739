"""Which booked visits run into blackouts: what `sites` asks of whoever books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from django.urls import reverse

from rollout.models import Rollout
from sites.models import Blackout
from sites.queries.access import touches
from sites.trees import kin
from technicians.choices import VisitState
from technicians.models import Visit
from technicians.problems import evening_of
from technicians.queries.calendar import monday_of
from technicians.scheduling.windows import blackout as shut
from technicians.scheduling.windows import utc_minute

_BOOKED = (VisitState.SCHEDULED, VisitState.CONFIRMED)
_MARGIN = timedelta(days=2)


def booked_in(blackouts: Sequence[Blackout]) -> Mapping[int, int]:
    """Return how many visits of a client, of whatever rollout, are booked into each of its blackouts; two queries.

    A visit counts when it begins or runs on one of the days of the blackout on the site's clock, or in a night that begins
    on one. Visits that have begun do not count any more.
    """
    if not blackouts:
        return {}
    clients = {one.client_id for one in blackouts}
    first = datetime.combine(min(one.starts_on for one in blackouts), time(), UTC) - _MARGIN
    last = datetime.combine(max(one.ends_on for one in blackouts), time(), UTC) + _MARGIN
    visits = Visit.objects.filter(
        state__in=_BOOKED,
        starts_at__range=(first, last),
        work_order__enrolment__site__client__in=clients,
    ).select_related("work_order__enrolment__site")
    above = kin(clients)
    found: Counter[int] = Counter()
    for visit in visits:
        site = visit.work_order.enrolment.site
        found.update(one.pk for one in blackouts if touches(one, site, above) and _runs_into(visit, one))
    return found


def _runs_into(visit: Visit, blackout: Blackout) -> bool:
    site = visit.work_order.enrolment.site
    days = shut(blackout.starts_on, blackout.ends_on, blackout.reason, site.time_zone or "UTC")
    if days.covers(evening_of(visit.starts_at, site)):
        return True
    return utc_minute(visit.starts_at) < days.end and days.start < utc_minute(visit.ends_at)


def bookings_url(rollout: Rollout, blackout: Blackout) -> str:
    """Return the week of the rollout's calendar in which a blackout begins."""
    return f"{reverse('technicians:calendar', args=[rollout.code])}?week={monday_of(blackout.starts_on)}"
