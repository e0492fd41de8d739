"""Sites as an import sees them: what is there under a number, and how their own fields are set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pgbulk
from django.db.models import Q
from django.db.models.functions import Lower

from rollout.models import Rollout
from sites import places
from sites.choices import FactSource, PlacePrecision
from sites.facts import ATTRIBUTE_PREFIX, show_value
from sites.import_targets import Present, fold
from sites.models import AttributeValue, Contact, Enrolment, Site

OWN = (
    "name",
    "street",
    "city",
    "region",
    "postal_code",
    "country",
    "latitude",
    "longitude",
    "time_zone",
    "phone",
    "opening_hours",
)
CONTACT = {"contact_name": "name", "contact_phone": "phone", "contact_email": "email"}


def present(rollout: Rollout, keys: Sequence[str]) -> dict[str, Present]:
    """Find the client's sites by number; four queries however many there are."""
    wanted = {fold(key) for key in keys}
    # The database may lower only Latin letters, so that an exact twin is looked for as well.
    rows = Site.objects.filter(client=rollout.client_id).annotate(low=Lower("key"))
    rows = rows.filter(Q(low__in=wanted) | Q(key__in=keys))
    found = {row.pk: row for row in rows}
    values = {pk: {"key": row.key, **{name: getattr(row, name) for name in OWN}} for pk, row in found.items()}
    for contact in first_contacts(list(found)).values():
        values[contact.site_id] |= {key: getattr(contact, name) for key, name in CONTACT.items()}
    said = AttributeValue.objects.filter(site__in=found, source=FactSource.IMPORT)
    for site_id, key, value in said.values_list("site_id", "attribute__key", "value"):
        values[site_id][f"{ATTRIBUTE_PREFIX}{key}"] = value
    enrolled = set(
        Enrolment.objects.filter(rollout=rollout, site__in=found).values_list("site_id", flat=True)
    )
    return {fold(row.key): Present(pk, values[pk], pk in enrolled) for pk, row in found.items()}


def first_contacts(site_ids: Sequence[int]) -> dict[int, Contact]:
    """Return the contact to call first of each site that has one."""
    ordered = Contact.objects.filter(site__in=site_ids).order_by("site_id", "order", "pk")
    return {contact.site_id: contact for contact in ordered.distinct("site_id")}


def set_own(rollout: Rollout, after: dict[int | None, dict[str, Any]], at: datetime) -> None:
    """Set the sites' own fields; each site may get others."""
    touched = [pk for pk, values in after.items() if not values.keys().isdisjoint(OWN)]
    sites = list(Site.objects.select_for_update().filter(pk__in=touched, client=rollout.client_id))
    for site in sites:
        own = {name: value for name, value in after[site.pk].items() if name in OWN}
        for name, value in own.items():
            setattr(site, name, value)
        if not own.keys().isdisjoint({"latitude", "longitude"}):
            site.precision = places.precision_of(site.latitude, PlacePrecision.UNKNOWN)
        site.updated_at = at
    if sites:
        pgbulk.update(Site, sites, [*OWN, "precision", "updated_at"])


def word(key: str) -> str:
    """Return what a field is called in the history."""
    return key.removeprefix(ATTRIBUTE_PREFIX).replace("_", " ")


def shown(value: Any) -> str:
    """Return a value for the history."""
    return show_value(value) if value not in (None, "") else "nothing"
