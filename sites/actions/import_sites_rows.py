"""Sites as an import sees them: what is there under a number, and how their own fields are set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pgbulk
from django.db.models.functions import Lower

from rollout.models import Rollout
from sites import places
from sites.actions.import_bulk import copy_in
from sites.choices import FactSource
from sites.facts import ATTRIBUTE_PREFIX, show_value
from sites.import_targets import JsonValues, Present, fold
from sites.imports.hours import Window, read_hours, written
from sites.models import AccessWindow, AttributeValue, Contact, Enrolment, Site

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
GROUPS = ("territory", "format")
"""Held as paths, such as "West / Bay Area"."""
HOURS = "access_hours"
"""The weekly access windows, as `sites.imports.hours.written` writes them."""
SET = frozenset({*OWN, *GROUPS, "precision"})
CONTACT = {"contact_name": "name", "contact_phone": "phone", "contact_email": "email"}


def present(rollout: Rollout, keys: Sequence[str]) -> dict[str, Present]:
    """Find the client's sites by number; six queries however many there are."""
    found = _own_values(rollout, keys)
    if not found:
        return {}
    for contact in first_contacts(list(found)).values():
        found[contact.site_id] |= {key: getattr(contact, name) for key, name in CONTACT.items()}
    said = AttributeValue.objects.filter(site__in=found, source=FactSource.IMPORT).order_by()
    for site_id, key, value in said.values_list("site_id", "attribute__key", "value"):
        found[site_id][f"{ATTRIBUTE_PREFIX}{key}"] = value
    for pk, windows in windows_of(found).items():
        found[pk][HOURS] = written(windows)
    enrolled = set(
        Enrolment.objects.filter(rollout=rollout, site__in=found).values_list("site_id", flat=True).order_by()
    )
    return {fold(values["key"]): Present(pk, values, pk in enrolled) for pk, values in found.items()}


def _own_values(rollout: Rollout, keys: Sequence[str]) -> dict[int, JsonValues]:
    """Return the sites' own fields by id. Only numbers nobody has written just so are looked for in any case."""
    sites = Site.objects.filter(client=rollout.client_id).order_by()
    columns = ("pk", "key", *OWN, "precision", "territory__path", "format__path")
    rows = list(sites.filter(key__in=keys).values_list(*columns))
    exact = {row[1] for row in rows}
    # The database may lower only Latin letters, so that an exact twin is looked for first.
    rest = {fold(key) for key in keys if key not in exact}
    if rest:
        others = sites.annotate(low=Lower("key")).filter(low__in=rest).exclude(key__in=exact)
        rows += others.values_list(*columns)
    names = ("key", *OWN, "precision", *GROUPS)
    return {pk: dict(zip(names, values, strict=True)) for pk, *values in rows}


def windows_of(site_ids: Iterable[int]) -> dict[int, list[Window]]:
    """Return the weekly access windows of the sites that have any."""
    rows = AccessWindow.objects.filter(site__in=list(site_ids)).order_by()
    found: dict[int, list[Window]] = {}
    for pk, *window in rows.values_list("site_id", "weekday", "opens", "closes"):
        found.setdefault(pk, []).append(Window(*window))
    return found


def write_windows(hours: Mapping[int, str | None]) -> None:
    """Give sites the access windows a text says (`written`); none at all for "" and None."""
    AccessWindow.objects.filter(site__in=[pk for pk, text in hours.items() if not text]).delete()
    rows = [
        (pk, window.weekday, window.opens, window.closes)
        for pk, text in hours.items()
        for window in read_hours(text or "").windows
    ]
    copy_in(AccessWindow, ("site_id", "weekday", "opens", "closes"), rows)


def first_contacts(site_ids: Sequence[int]) -> dict[int, Contact]:
    """Return the contact to call first of each site that has one."""
    ordered = Contact.objects.filter(site__in=site_ids).order_by("site_id", "order", "pk")
    return {contact.site_id: contact for contact in ordered.distinct("site_id")}


def set_own(
    rollout: Rollout,
    after: Mapping[int | None, Mapping[str, Any]],
    at: datetime,
    groups: Mapping[tuple[str, str], int],
) -> None:
    """Set the sites' own fields; each site may get others. `groups` is the id of each ``(field, path)`` there is."""
    touched = [pk for pk, values in after.items() if not values.keys().isdisjoint(SET)]
    sites = list(Site.objects.select_for_update().filter(pk__in=touched, client=rollout.client_id))
    for site in sites:
        _set(site, after[site.pk], groups)
        site.updated_at = at
    if sites:
        columns = [*OWN, "precision", *GROUPS, "updated_at"]
        pgbulk.update(Site, sites, columns)


def _set(site: Site, values: Mapping[str, Any], groups: Mapping[tuple[str, str], int]) -> None:
    for name, value in values.items():
        if name in OWN:
            setattr(site, name, value)
        elif name in GROUPS:
            setattr(site, f"{name}_id", groups.get((name, value)))
    if not values.keys().isdisjoint(("latitude", "longitude", "precision")):
        site.precision = places.precision_of(site.latitude, values.get("precision") or site.precision)


def paths_in(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return the ``(field, path)`` of regions and formats some values name, each once, in the order of the rows."""
    return list(dict.fromkeys((name, values[name]) for values in rows for name in GROUPS if values.get(name)))


def word(key: str) -> str:
    """Return what a field is called in the history."""
    return key.removeprefix(ATTRIBUTE_PREFIX).replace("_", " ")


def shown(value: Any) -> str:
    """Return a value for the history."""
    return show_value(value) if value not in (None, "") else "nothing"
