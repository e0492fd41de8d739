"""The client's words for the states of work orders, and the rows behind the client's pages.

Only what a client may see is selected at all: no notes, no holds' reasons, no costs, no technicians.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, Max, Min, Q, QuerySet, Value, When

from rollout.models import Rollout
from sites.models import Enrolment
from technicians.choices import VisitState
from technicians.models import Visit
from workorders.choices import WorkOrderState as S

# Keys are those of the work order states that stand for the group, so that pills and map draw them alike.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "done": ("Done", (S.DONE,)),
    "in_review": ("Being checked", (S.IN_REVIEW,)),
    "on_site": ("Work under way", (S.ON_SITE,)),
    "scheduled": ("Scheduled", (S.SCHEDULED, S.CONFIRMED)),
    "planned": ("In preparation", (S.PLANNED, S.READY)),
    "on_hold": ("Waiting", (S.ON_HOLD,)),
}
GROUP_OF_STATE = {state: group for group, (_, states) in GROUPS.items() for state in states}


@dataclass(frozen=True)
class SiteFilter:
    """What the address asks for: `q` in number, name or city; `group` one of `GROUPS`."""

    params: Mapping[str, str]

    @property
    def q(self) -> str:
        """Text to look for."""
        return self.params.get("q", "").strip()

    @property
    def group(self) -> str:
        """The group, empty for all."""
        group = self.params.get("group", "")
        return group if group in GROUPS else ""


def group_counts(rollout: Rollout) -> list[dict[str, Any]]:
    """Return each group's key, label and number of sites, in the order of `GROUPS`. Sites without work order prepare."""
    counts = dict.fromkeys(GROUPS, 0)
    states = Enrolment.objects.filter(rollout=rollout).exclude(work_order__state=S.CANCELLED)
    for state, n in states.values_list("work_order__state").annotate(n=Count("pk")).order_by():
        counts[GROUP_OF_STATE.get(state, "planned")] += n
    return [{"key": key, "label": label, "count": counts[key]} for key, (label, _) in GROUPS.items()]


def site_rows(rollout: Rollout, filters: SiteFilter) -> QuerySet[Any]:
    """Return one dict a site: key, name, city, region, time zone, group, next visit and close, in key order."""
    rows = Enrolment.objects.filter(rollout=rollout).exclude(work_order__state=S.CANCELLED)
    if filters.q:
        text = filters.q
        rows = rows.filter(
            Q(site__key__icontains=text) | Q(site__name__icontains=text) | Q(site__city__icontains=text)
        )
    upcoming = Q(work_order__visits__state__in=[VisitState.SCHEDULED, VisitState.CONFIRMED])
    grouped = rows.annotate(
        group=_group(),
        next_visit=Min("work_order__visits__starts_at", filter=upcoming),
        closed=Max("work_order__closed_at"),
    )
    if filters.group:
        grouped = grouped.filter(group=filters.group)
    fields = (
        "site__key",
        "site__name",
        "site__city",
        "site__region",
        "site__time_zone",
        "group",
        "next_visit",
        "closed",
    )
    found: QuerySet[Any, Any] = grouped.order_by("site__key").values(*fields)
    return found


def labelled(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add the client's word for each row's group."""
    return [{**row, "label": GROUPS[row["group"]][0]} for row in rows]


def export_rows(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """Return the rows of `site_rows` in the order of the export's columns."""
    for row in rows.iterator():
        place = [row[name] for name in ("site__key", "site__name", "site__city", "site__region")]
        yield [*place, GROUPS[row["group"]][0], row["next_visit"], row["closed"]]


def _group() -> Case:
    cases = [When(work_order__state__in=states, then=Value(key)) for key, (_, states) in GROUPS.items()]
    return Case(*cases, default=Value("planned"), output_field=CharField())


def map_points(rollout: Rollout) -> list[dict[str, Any]]:
    """Return the sites with coordinates as points for `<site-map>`."""
    rows = Enrolment.objects.filter(rollout=rollout, site__latitude__isnull=False)
    fields = rows.exclude(work_order__state=S.CANCELLED).values_list(
        "site__key", "site__name", "site__city", "site__latitude", "site__longitude", "work_order__state"
    )
    return [
        {
            "key": key,
            "label": f"{key} {name}",
            "detail": city,
            "lat": round(lat, 4),
            "lon": round(lon, 4),
            "state": (group := GROUP_OF_STATE.get(state, "planned")),
            "state_label": GROUPS[group][0],
        }
        for key, name, city, lat, lon, state in fields
    ]


def next_visits(rollout: Rollout, *, now: datetime, limit: int) -> QuerySet[Visit]:
    """Return the next visits with their sites; nothing about who comes."""
    upcoming = Visit.objects.filter(
        work_order__rollout=rollout,
        state__in=[VisitState.SCHEDULED, VisitState.CONFIRMED],
        starts_at__gte=now,
    )
    return upcoming.select_related("work_order__enrolment__site").order_by("starts_at")[:limit]
