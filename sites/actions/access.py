"""When one may come to a site."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import Rollout, User
from sites.models import AccessException, AccessWindow, Site
from sites.weekdays import dates_in_words, days_in_words

MOST_DAYS = 366
"""As many days as one answer may let differ from the week."""


class TooManyDays(Refused):
    """More days at once than anybody means, or none."""


@transaction.atomic
def add_windows(
    *,
    site: Site,
    days: Iterable[int],
    opens: time,
    closes: time,
    replace: bool,
    rollout: Rollout,
    by: User,
    at: datetime,
) -> None:
    """Let people in on some weekdays. `closes` at or before `opens` is the next morning.

    With `replace` the days' other windows go; otherwise this one is added, and one that begins at the same minute changed.
    """
    days = sorted(set(days))
    Site.objects.select_for_update().get(pk=site.pk)
    if replace:
        site.access_windows.filter(weekday__in=days).delete()
    for day in days:
        AccessWindow.objects.update_or_create(
            site=site, weekday=day, opens=opens, defaults={"closes": closes}
        )
    summary = (
        f"Access {days_in_words(days)} {opens:%H:%M}–{closes:%H:%M}{' instead of before' if replace else ''}"
    )
    _record("window.set", site, rollout=rollout, by=by, at=at, summary=summary)


@transaction.atomic
def remove_windows(
    *, site: Site, windows: Iterable[AccessWindow], rollout: Rollout, by: User, at: datetime
) -> None:
    """Take access windows away."""
    gone = list(windows)
    AccessWindow.objects.filter(pk__in=[window.pk for window in gone], site=site).delete()
    summary = "Access removed: " + ", ".join(map(str, gone))
    _record("window.removed", site, rollout=rollout, by=by, at=at, summary=summary)


@transaction.atomic
def set_exception(
    *,
    site: Site,
    first: date,
    last: date,
    opens: time | None,
    closes: time | None,
    note: str,
    replace: bool,
    rollout: Rollout,
    by: User,
    at: datetime,
) -> int:
    """Let days in a row differ from the week: other hours, or closed without `opens` and `closes`; both days included.

    With `replace`, or when the days are closed, whatever else was said of them goes; otherwise these hours come beside the
    others. Returns on how many days something changed: none when all of it was so already. Raises `TooManyDays`.
    """
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    if not 0 < len(days) <= MOST_DAYS:
        raise TooManyDays(f"That are {len(days):,} days. Give at most {MOST_DAYS}, the first one first.")
    Site.objects.select_for_update().get(pk=site.pk)
    rows = AccessException.objects.filter(site=site, on__range=(first, last))
    before = _said_of_days(rows)
    if replace or opens is None:
        rows.delete()
    else:
        rows.filter(Q(opens=opens) | Q(opens=None)).delete()
    AccessException.objects.bulk_create(
        [AccessException(site=site, on=day, opens=opens, closes=closes, note=note) for day in days]
    )
    after = _said_of_days(rows.all())
    changed = [day for day in days if before.get(day) != after.get(day)]
    if changed:
        hours = f"{opens:%H:%M}–{closes:%H:%M}" if opens and closes else "closed"
        summary = f"Access {dates_in_words(first, last)}: {hours}"
        _record("exception.set", site, rollout=rollout, by=by, at=at, summary=summary, reason=note)
    return len(changed)


@transaction.atomic
def remove_exceptions(
    *, site: Site, first: date, last: date, rollout: Rollout, by: User, at: datetime
) -> int:
    """Let the days from `first` to `last`, both included, be like their week again; returns how many differed."""
    Site.objects.select_for_update().get(pk=site.pk)
    rows = AccessException.objects.filter(site=site, on__range=(first, last))
    said = _said_of_days(rows)
    if said:
        summary = f"Access {dates_in_words(min(said), max(said))} is as in every week again"
        data = {"days": {day.isoformat(): rows_of_day for day, rows_of_day in said.items()}}
        rows.delete()
        _record("exception.removed", site, rollout=rollout, by=by, at=at, summary=summary, data=data)
    return len(said)


def _said_of_days(rows: Iterable[AccessException]) -> dict[date, list[list[str]]]:
    """Return what is said of each day, in a form that compares and goes on the audit trail."""
    said: dict[date, list[list[str]]] = {}
    for row in rows:
        hours = [f"{row.opens:%H:%M}", f"{row.closes:%H:%M}"] if row.opens and row.closes else ["", ""]
        said.setdefault(row.on, []).append([*hours, row.note])
    return {day: sorted(lines) for day, lines in said.items()}


def _record(
    what: str,
    site: Site,
    *,
    rollout: Rollout,
    by: User,
    at: datetime,
    summary: str,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    audit.record(
        f"sites.{what}",
        subject=site,
        rollout=rollout,
        by=by,
        at=at,
        summary=summary,
        reason=reason,
        data=data,
    )
