"""Whom to call at a site, in which order."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import Rollout, User
from sites.models import Contact, Site


class ContactThere(Refused):
    """The site has this contact already."""


def contact_in_words(contact: Contact) -> str:
    """Return everything about a contact in one line, as the history keeps it."""
    return ", ".join(filter(None, [str(contact), contact.phone, contact.email]))


@transaction.atomic
def save_contact(
    *,
    contact: Contact,
    rollout: Rollout,
    by: User,
    at: datetime,
    reason: str = "",
    once: bool = False,
) -> Contact:
    """Write a new or changed contact; a new one is called last.

    With `once`, somebody of the same name and the same phone number or e-mail address is not written a second time, which
    is what a double click would do; raises `ContactThere`.
    """
    Site.objects.select_for_update(no_key=True).get(pk=contact.site_id)
    others = list(Contact.objects.filter(site=contact.site_id).exclude(pk=contact.pk))
    twin = next((one for one in others if _same(one, contact)), None)
    if once and twin is not None:
        raise ContactThere(f"{twin} is on the list already. Change that entry, or give another name.")
    was = Contact.objects.filter(pk=contact.pk).first() if contact.pk else None
    before = contact_in_words(was) if was else None
    if was is None:
        last = max((one.order for one in others), default=None)
        contact.order = 0 if last is None else last + 1
    contact.save()
    change = [before, contact_in_words(contact)]
    if change[0] != change[1]:
        verb = "changed" if was else "added"
        summary = f"Contact {verb}: {contact}"
        _record(verb, contact.site, summary, change, rollout=rollout, by=by, at=at, reason=reason)
    return contact


def _same(one: Contact, other: Contact) -> bool:
    if _folded(one.name) != _folded(other.name):
        return False
    phones, mails = (_digits(one.phone), _digits(other.phone)), (_folded(one.email), _folded(other.email))
    return bool(phones[0] and phones[0] == phones[1]) or bool(mails[0] and mails[0] == mails[1])


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)


@transaction.atomic
def remove_contact(*, contact: Contact, rollout: Rollout, by: User, at: datetime, reason: str = "") -> None:
    """Remove a contact; the audit entry keeps what it said."""
    summary = f"Contact removed: {contact}"
    change = [contact_in_words(contact), None]
    _record("removed", contact.site, summary, change, rollout=rollout, by=by, at=at, reason=reason)
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
    before = [one.name for one in ordered]
    ordered[place], ordered[other] = ordered[other], ordered[place]
    for order, one in enumerate(ordered):
        one.order = order
    Contact.objects.bulk_update(ordered, ["order"])
    summary = f"Contact {contact} is now called {'earlier' if earlier else 'later'}"
    audit.record(
        "sites.contact.moved",
        subject=site,
        rollout=rollout,
        by=by,
        at=at,
        summary=summary,
        data={"changes": {"contact_order": [", ".join(before), ", ".join(one.name for one in ordered)]}},
    )


def _record(
    verb: str,
    site: Site,
    summary: str,
    change: list[str | None],
    *,
    rollout: Rollout,
    by: User,
    at: datetime,
    reason: str,
) -> None:
    audit.record(
        f"sites.contact.{verb}",
        subject=site,
        rollout=rollout,
        by=by,
        at=at,
        summary=summary,
        reason=reason,
        data={"changes": {"contact": change}},
    )
