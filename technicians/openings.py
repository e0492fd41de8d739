"""When sites let people in, as the planner wants it: weekly hours, days that differ, blackouts, all in UTC minutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sites.models import AccessException, Site
from sites.queries.access import SiteAccess, access_of
from technicians.scheduling import Blackout, Window
from technicians.scheduling.windows import WeeklyHours, access_windows, blackout


@dataclass(frozen=True)
class Opening:
    """When one may come to a site: its windows, its blackouts, and the days on which it is shut with the reason."""

    windows: tuple[Window, ...]
    blackouts: tuple[Blackout, ...]
    closed: Mapping[date, str]


def zone_name(site: Site) -> str:
    """Return the zone to read a site's clock in; UTC while it is unknown."""
    return site.time_zone or "UTC"


def openings(listed: Iterable[Site], first: date, last: date) -> dict[int, Opening]:
    """Return when one may come to each site from `first` to `last`, by its id; four queries however many there are."""
    by_site = {site.pk: site for site in listed}
    access = access_of(list(by_site.values()), first, last)
    # Many sites share their hours and their zone; each week is worked out once.
    weeks: dict[tuple[Any, ...], tuple[Window, ...]] = {}
    opened: dict[int, Opening] = {}
    for pk, site in by_site.items():
        zone, own = zone_name(site), access[pk]
        hours = tuple(WeeklyHours(one.weekday, one.opens, one.closes) for one in own.windows)
        different = {day: _clocks(rows) for day, rows in own.exceptions.items()}
        week = (zone, hours, tuple(sorted(different.items())))
        if week not in weeks:
            weeks[week] = access_windows(hours, zone, first, last, different=different)
        shut = (blackout(one.starts_on, one.ends_on, one.reason, zone) for one in own.blackouts)
        opened[pk] = Opening(weeks[week], tuple(shut), _closed(own))
    return opened


def _clocks(rows: Iterable[AccessException]) -> tuple[tuple[time, time], ...]:
    return tuple((row.opens, row.closes) for row in rows if row.opens is not None and row.closes is not None)


def _closed(access: SiteAccess) -> dict[date, str]:
    """Return the days on which a site is shut although its week would let people in, with the reason."""
    open_weekdays = {window.weekday for window in access.windows}
    return {
        day: next((row.note for row in rows if row.note), "")
        for day, rows in access.exceptions.items()
        if not _clocks(rows) and day.weekday() in open_weekdays
    }
