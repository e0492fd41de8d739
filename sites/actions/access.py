"""Whom to call at a site and when one may come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Max

from rollout import audit
from rollout.models import Rollout, User
from sites.models import AccessWindow, Contact, Site
from sites.weekdays import days_in_words


@transaction.atomic
def save_contact(*, contact: Contact, rollout: Rollout, by: User, at: datetime) -> Contact:
    """Write a new or changed contact; a new one is called last."""
    verb = "changed" if contact.pk else "added"
    if not contact.pk:
        last = contact.site.contacts.aggregate(last=Max("order"))["last"]
        contact.order = 0 if last is None else last + 1
    contact.save()
    summary = f"Contact {verb}: {contact}"
    _record(f"contact.{verb}", contact.site, rollout=rollout, by=by, at=at, summary=summary)
    return contact


@transaction.atomic
def remove_contact(*, contact: Contact, rollout: Rollout, by: User, at: datetime) -> None:
    """Remove a contact; the audit entry keeps what it said."""
    data = {"name": contact.name, "role": contact.role, "phone": contact.phone, "email": contact.email}
    summary = f"Contact removed: {contact}"
    _record("contact.removed", contact.site, rollout=rollout, by=by, at=at, summary=summary, data=data)
    contact.delete()


@transaction.atomic
def move_contact(*, contact: Contact, earlier: bool, rollout: Rollout, by: User, at: datetime) -> None:
    """Call a contact one place earlier or later; at the end of the list nothing happens."""
    site = Site.objects.select_for_update().get(pk=contact.site_id)
    ordered = list(site.contacts.all())
    place = next((n for n, one in enumerate(ordered) if one.pk == contact.pk), None)
    if place is None:
        return
    other = place + (-1 if earlier else 1)
    if not 0 <= other < len(ordered):
        return
    ordered[place], ordered[other] = ordered[other], ordered[place]
    for order, one in enumerate(ordered):
        one.order = order
    Contact.objects.bulk_update(ordered, ["order"])
    summary = f"Contact {contact} is now called {'earlier' if earlier else 'later'}"
    _record("contact.moved", site, rollout=rollout, by=by, at=at, summary=summary)


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


def _record(
    what: str,
    site: Site,
    *,
    rollout: Rollout,
    by: User,
    at: datetime,
    summary: str,
    data: dict[str, Any] | None = None,
) -> None:
    audit.record(f"sites.{what}", subject=site, rollout=rollout, by=by, at=at, summary=summary, data=data)
