"""When one may come to sites: weekly hours, days that differ, and days on which nobody works."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from sites.choices import Weekday
from sites.models import AccessException, AccessWindow, Blackout, Site
from sites.trees import kin

DAYS_AHEAD = 14
_MIDNIGHT = time(0)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SiteAccess:
    """Everything that says when one may come to a site: its week, the days that differ from it, and its blackouts."""

    windows: tuple[AccessWindow, ...] = ()
    exceptions: Mapping[date, tuple[AccessException, ...]] = field(default_factory=dict)
    blackouts: tuple[Blackout, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of one day on the site's clock. `cut` when a blackout of the next day ends them at midnight."""

    opens: time
    closes: time
    cut: bool = False

    @property
    def is_over_midnight(self) -> bool:
        """Whether they end on the next morning."""
        return self.closes <= self.opens and self.closes != _MIDNIGHT


@dataclass(frozen=True, slots=True)
class OpenDay:
    """One day at a site as it really is.

    Attributes
    ----------
    spans:
        What its hours, and those of the night before, cover: ``(left, width)`` in percent of the day on the clock.
    notes:
        Why it differs from the week, where somebody said.
    clock:
        By how many hours the clock goes forward that day, negative for back; 0 on all but two days of the year.
    """

    day: date
    hours: tuple[Hours, ...]
    spans: tuple[tuple[float, float], ...]
    differs: bool
    notes: tuple[str, ...]
    blackouts: tuple[Blackout, ...]
    clock: float


@dataclass(frozen=True, slots=True)
class WeekDay:
    """One weekday of a site with its windows."""

    number: int
    name: str
    windows: tuple[AccessWindow, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row that differ from the week in the same way; without `opens` they are closed."""

    first: date
    last: date
    opens: time | None
    closes: time | None
    note: str

    @property
    def is_over_midnight(self) -> bool:
        """Whether its hours end on the next morning."""
        return bool(self.opens and self.closes and self.closes <= self.opens and self.closes != _MIDNIGHT)


@dataclass(frozen=True, slots=True)
class HoursOfSite:
    """What the page of a site shows of its access."""

    days: tuple[OpenDay, ...]
    week: tuple[WeekDay, ...]
    has_week: bool
    coming: tuple[Run, ...]
    past: tuple[Run, ...]


def access_of(sites: Sequence[Site], first: date, last: date) -> dict[int, SiteAccess]:
    """Return when one may come to each site, by its id; four queries however many sites there are.

    Days that differ and blackouts are those that touch `first` to `last`, both included. Blackouts are the site's own, those
    of the groups it belongs to at any height, and those of the whole client.
    """
    ids = [site.pk for site in sites]
    windows: defaultdict[int, list[AccessWindow]] = defaultdict(list)
    for window in AccessWindow.objects.filter(site__in=ids).order_by("site", "weekday", "opens"):
        windows[window.site_id].append(window)
    exceptions: defaultdict[int, defaultdict[date, list[AccessException]]]
    exceptions = defaultdict(lambda: defaultdict(list))
    for one in AccessException.objects.filter(site__in=ids, on__range=(first, last)).order_by(
        "site", "opens"
    ):
        exceptions[one.site_id][one.on].append(one)
    blackouts = blackouts_of(sites, first, last)
    return {
        site.pk: SiteAccess(
            tuple(windows[site.pk]),
            {day: tuple(rows) for day, rows in exceptions[site.pk].items()},
            blackouts[site.pk],
        )
        for site in sites
    }


def blackouts_of(sites: Sequence[Site], first: date, last: date) -> dict[int, tuple[Blackout, ...]]:
    """Return the blackouts of each site that touch `first` to `last`, by the id of the site; two queries."""
    clients = {site.client_id for site in sites}
    ids = {site.pk for site in sites}
    found = Blackout.objects.filter(client__in=clients, starts_on__lte=last, ends_on__gte=first)
    rows = [one for one in found.order_by("starts_on", "pk") if one.site_id is None or one.site_id in ids]
    above = kin(clients)
    return {site.pk: tuple(one for one in rows if touches(one, site, above)) for site in sites}


def touches(blackout: Blackout, site: Site, above: Mapping[int, frozenset[int]]) -> bool:
    """Tell whether a blackout holds for a site. `above` is what `sites.trees.kin` found."""
    if blackout.client_id != site.client_id:
        return False
    if blackout.site_id is not None:
        return blackout.site_id == site.pk
    if blackout.group_id is None:
        return True
    groups = (site.territory_id, site.format_id)
    return any(blackout.group_id in above.get(pk, ()) for pk in groups if pk is not None)


def hours_of(site: Site, *, now: datetime) -> HoursOfSite:
    """Return the access of one site as its page shows it, from today on its own calendar; five queries."""
    today = now.astimezone(site.zone).date()
    last = today + timedelta(days=DAYS_AHEAD - 1)
    access = access_of([site], today - _DAY, last + _DAY)[site.pk]
    runs = runs_of(AccessException.objects.filter(site=site))
    return HoursOfSite(
        days=tuple(open_days(access, site.zone, today, last)),
        week=tuple(week_of(access.windows)),
        has_week=bool(access.windows),
        coming=tuple(run for run in runs if run.last >= today),
        past=tuple(reversed([run for run in runs if run.last < today])),
    )


def week_of(windows: Iterable[AccessWindow]) -> list[WeekDay]:
    """Return the seven weekdays, Monday first, with their windows."""
    by_day: dict[int, list[AccessWindow]] = {day: [] for day in range(7)}
    for window in windows:
        by_day[window.weekday].append(window)
    return [WeekDay(day, str(Weekday(day).label), tuple(by_day[day])) for day in range(7)]


def runs_of(exceptions: Iterable[AccessException]) -> list[Run]:
    """Return days that differ with neighbours that differ in the same way drawn together, by their first day."""
    open_runs: dict[tuple[object, ...], Run] = {}
    runs: list[Run] = []
    for one in sorted(exceptions, key=lambda row: (row.on, row.opens or _MIDNIGHT)):
        key = (one.opens, one.closes, one.note)
        before = open_runs.get(key)
        if before is not None and before.last + _DAY == one.on:
            runs.remove(before)
            run = Run(before.first, one.on, one.opens, one.closes, one.note)
        else:
            run = Run(one.on, one.on, one.opens, one.closes, one.note)
        open_runs[key] = run
        runs.append(run)
    return sorted(runs, key=lambda run: (run.first, run.opens or _MIDNIGHT))


def open_days(access: SiteAccess, zone: ZoneInfo, first: date, last: date) -> Iterator[OpenDay]:
    """Yield the days from `first` to `last`, both included, as they really are at a site.

    A blackout shuts its days and the nights that begin on them; a night that begins the evening before ends at midnight.
    """
    before = first - _DAY
    night = [hours for hours in hours_on(access, before) if hours.is_over_midnight]
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        hours = hours_on(access, day)
        rows = access.exceptions.get(day, ())
        spans = [(0.0, _percent(one.closes)) for one in night] + [_span(one) for one in hours]
        yield OpenDay(
            day=day,
            hours=tuple(hours),
            spans=tuple(sorted(spans)),
            differs=bool(rows),
            notes=tuple(dict.fromkeys(row.note for row in rows if row.note)),
            blackouts=tuple(blackouts_on(access, day)),
            clock=_clock_change(day, zone),
        )
        night = [one for one in hours if one.is_over_midnight]


def hours_on(access: SiteAccess, day: date) -> list[Hours]:
    """Return the hours that open on a day: those of the weekday, or of the day itself where it differs; none in a blackout."""
    if any(blackouts_on(access, day)):
        return []
    rows: Iterable[AccessWindow | AccessException] = access.exceptions.get(day) or [
        window for window in access.windows if window.weekday == day.weekday()
    ]
    stops = any(blackouts_on(access, day + _DAY))
    found = [Hours(row.opens, row.closes) for row in rows if row.opens is not None and row.closes is not None]
    cut = [Hours(one.opens, _MIDNIGHT, True) if stops and one.is_over_midnight else one for one in found]
    return sorted(cut, key=lambda one: one.opens)


def blackouts_on(access: SiteAccess, day: date) -> Iterator[Blackout]:
    """Yield the blackouts of a site that hold on a day."""
    return (one for one in access.blackouts if one.starts_on <= day <= one.ends_on)


def scope_q(blackout: Blackout, above: Mapping[int, frozenset[int]], *, site: str = "") -> Q:
    """Build the condition "this blackout holds for the site"; `site` is the lookup prefix from the row to the site."""
    here = Q(**{f"{site}client": blackout.client_id})
    if blackout.site_id is not None:
        return here & Q(**{f"{site}pk": blackout.site_id})
    if blackout.group_id is None:
        return here
    groups = [pk for pk, kinsfolk in above.items() if blackout.group_id in kinsfolk]
    return here & (Q(**{f"{site}territory__in": groups}) | Q(**{f"{site}format__in": groups}))


def _span(hours: Hours) -> tuple[float, float]:
    left = _percent(hours.opens)
    return left, round((_percent(hours.closes) if hours.closes > hours.opens else 100.0) - left, 3)


def _percent(moment: time) -> float:
    return round((moment.hour * 60 + moment.minute) / 14.4, 3)


def _clock_change(day: date, zone: ZoneInfo) -> float:
    morning = datetime.combine(day, _MIDNIGHT, zone).utcoffset() or timedelta()
    evening = datetime.combine(day + _DAY, _MIDNIGHT, zone).utcoffset() or timedelta()
    return (evening - morning) / timedelta(hours=1)
