"""Parts of a site as programs put them: the whole of a thing at once, so that sending it twice changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from rollout.models import Rollout, User
from sites.actions.access import (
    add_windows,
    remove_exceptions,
    remove_windows,
    set_exception,
)
from sites.actions.contacts import move_contact, remove_contact, save_contact
from sites.actions.facts import fitting, state_fact
from sites.models import AccessException, AccessWindow, Attribute, AttributeValue, Contact, Site

CONTACT_FIELDS = ("name", "role", "phone", "email")
Window = tuple[int, time, time]


@transaction.atomic
def put_contacts(
    *, site: Site, people: Sequence[Mapping[str, str]], rollout: Rollout, by: User, at: datetime
) -> bool:
    """Let these be the people to call at a site, in this order; returns whether anything was different.

    Somebody of the same name (whatever its case) is the same person and is changed; whoever is not named is removed.
    """
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    there = list(Contact.objects.filter(site=site).order_by("order", "pk"))
    kept: list[Contact] = []
    different = False
    for person in people:
        contact = next((one for one in there if _same(one, person) and one not in kept), None)
        contact = contact or Contact(site=site)
        contact.site = site
        wanted = {name: person.get(name, "") for name in CONTACT_FIELDS}
        if any(getattr(contact, name) != value for name, value in wanted.items()) or contact.pk is None:
            for name, value in wanted.items():
                setattr(contact, name, value)
            save_contact(contact=contact, rollout=rollout, by=by, at=at)
            different = True
        kept.append(contact)
    for contact in there:
        if contact not in kept:
            contact.site = site
            remove_contact(contact=contact, rollout=rollout, by=by, at=at)
            different = True
    return _reorder(site, kept, rollout, by, at) or different


def _same(contact: Contact, person: Mapping[str, str]) -> bool:
    return contact.name.casefold() == person["name"].casefold()


def _reorder(site: Site, wanted: Sequence[Contact], rollout: Rollout, by: User, at: datetime) -> bool:
    """Move people to where they are wanted, one place at a time as a person would; the history tells each move."""
    now = [one.pk for one in Contact.objects.filter(site=site).order_by("order", "pk")]
    moved = False
    for place, contact in enumerate(wanted):
        while now.index(contact.pk) > place:
            move_contact(contact=contact, earlier=True, rollout=rollout, by=by, at=at)
            here = now.index(contact.pk)
            now[here - 1], now[here] = now[here], now[here - 1]
            moved = True
    return moved


@transaction.atomic
def put_week(*, site: Site, windows: Sequence[Window], rollout: Rollout, by: User, at: datetime) -> bool:
    """Let these be the hours of a site's week, ``(weekday, opens, closes)``; returns whether anything was different."""
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    there = {(one.weekday, one.opens, one.closes): one for one in AccessWindow.objects.filter(site=site)}
    wanted = dict.fromkeys(windows)
    gone = [one for said, one in there.items() if said not in wanted]
    if gone:
        remove_windows(site=site, windows=gone, rollout=rollout, by=by, at=at)
    days_of: dict[tuple[time, time], list[int]] = {}
    for day, opens, closes in wanted:
        if (day, opens, closes) not in there:
            days_of.setdefault((opens, closes), []).append(day)
    for (opens, closes), days in days_of.items():
        add_windows(
            site=site, days=days, opens=opens, closes=closes, replace=False, rollout=rollout, by=by, at=at
        )
    return bool(gone or days_of)


@transaction.atomic
def put_day(
    *,
    site: Site,
    day: date,
    hours: Sequence[tuple[time, time]],
    note: str,
    rollout: Rollout,
    by: User,
    at: datetime,
) -> bool:
    """Let one day of a site have these hours instead of those of its week; none: it is closed. Returns whether it was different."""
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    said = {(one.opens, one.closes, one.note) for one in AccessException.objects.filter(site=site, on=day)}
    wanted: list[tuple[time | None, time | None]] = [*dict.fromkeys(hours)] or [(None, None)]
    if said == {(opens, closes, note) for opens, closes in wanted}:
        return False
    for number, (opens, closes) in enumerate(wanted):
        set_exception(
            site=site,
            first=day,
            last=day,
            opens=opens,
            closes=closes,
            note=note,
            replace=number == 0,
            rollout=rollout,
            by=by,
            at=at,
        )
    return True


def forget_day(*, site: Site, day: date, rollout: Rollout, by: User, at: datetime) -> bool:
    """Let a day be like its week again; returns whether it differed."""
    return bool(remove_exceptions(site=site, first=day, last=day, rollout=rollout, by=by, at=at))


@transaction.atomic
def put_fact(
    *,
    site: Site,
    attribute: Attribute,
    text: str,
    source: str,
    observed_on: date,
    rollout: Rollout,
    by: User,
    at: datetime,
    note: str = "",
) -> bool:
    """Write down what a source says, unless it says so already for that day; returns whether anything was different.

    `text` is the value as somebody would type it. Raises `ValueDoesNotFit`.
    """
    value: Any = fitting(attribute, text)
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    said = AttributeValue.objects.filter(site=site, attribute=attribute, source=source).first()
    now = (value, observed_on, note)
    if (
        said is not None
        and (said.value, said.observed_on, said.note) == now
        and type(said.value) is type(value)
    ):
        return False
    state_fact(
        site=site,
        attribute=attribute,
        value=value,
        rollout=rollout,
        by=by,
        at=at,
        observed_on=observed_on,
        source=source,
        note=note,
    )
    return True
