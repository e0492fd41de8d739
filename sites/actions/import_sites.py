"""The import target "sites": find, write and put back sites with their first contact, facts and place in the rollout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pgbulk
from django.urls import reverse

from rollout import audit
from rollout.models import Rollout
from rollout.permissions import Permission
from sites import places, queries
from sites.actions.import_sites_rows import CONTACT, OWN, first_contacts, present, set_own, shown, word
from sites.actions.import_sites_undo import undo
from sites.choices import FactSource
from sites.facts import ATTRIBUTE_PREFIX, field_of
from sites.import_targets import (
    ENROLLED,
    Batch,
    ImportTarget,
    JsonValues,
    Note,
    Pair,
    Present,
)
from sites.imports.site_target import SITE_TARGET, default_name, derived_key
from sites.imports.target import Target
from sites.models import AttributeValue, Contact, Enrolment, ImportRow, Site

NAMELESS_CONTACT = "Site contact"
IMPORTED, CHANGED = "sites.site.imported", "sites.site.changed_by_import"


def fields(rollout: Rollout) -> Target:
    """The fields of a site, and one for every attribute of the client."""
    attributes = tuple(field_of(attribute) for attribute in queries.attributes_of(rollout.client_id))
    return replace(SITE_TARGET, fields=(*SITE_TARGET.fields, *attributes))


def complete(rollout: Rollout, rows: Sequence[Pair]) -> list[list[Note]]:
    """Give a new site a name, and a site with coordinates the time zone they lie in."""
    return [[*_name(values, there), *_zone(values, there)] for values, there in rows]


def _name(values: JsonValues, there: Present | None) -> list[Note]:
    if there is not None:
        values["key"] = there.values["key"]
        return []
    if values.get("name") or not values.get("key"):
        return []
    values["name"] = default_name(values)[:160]
    sentence = f"The row has no name, so the site is called “{values['name']}”."
    return [Note("name", "notice", sentence, "name_made")]


def _zone(values: JsonValues, there: Present | None) -> list[Note]:
    latitude, longitude = values.get("latitude"), values.get("longitude")
    has_zone = values.get("time_zone") or (there and there.values["time_zone"])
    zone = "" if latitude is None or longitude is None or has_zone else places.zone_at(latitude, longitude)
    if not zone:
        return []
    values["time_zone"] = zone
    sentence = f"The time zone {zone} follows from the coordinates."
    return [Note("time_zone", "notice", sentence, "zone_made")]


# --- Apply ----------------------------------------------------------------------------------------------------


def apply(batch: Batch) -> None:
    """Write a batch: about ten statements however many rows there are."""
    _create_sites(batch)
    _update_sites(batch)
    _write_contacts(batch)
    _write_facts(batch)
    _enrol(batch)
    _record(batch)


def _create_sites(batch: Batch) -> None:
    made = [_new_site(batch, row) for row in batch.creates]
    Site.objects.bulk_create(made)
    for row, site in zip(batch.creates, made, strict=True):
        row.subject_id = site.pk


def _new_site(batch: Batch, row: ImportRow) -> Site:
    own = {name: row.values[name] for name in OWN if row.values.get(name) is not None}
    return Site(
        client_id=batch.rollout.client_id,
        key=row.values["key"],
        precision=places.precision_of(own.get("latitude")),
        **own,
    )


def _update_sites(batch: Batch) -> None:
    after = {row.subject_id: {key: pair[1] for key, pair in row.changes.items()} for row in batch.updates}
    set_own(batch.rollout, after, batch.at)


def _write_contacts(batch: Batch) -> None:
    """The first contact takes what the file says; a site without one gets it."""
    told = {row.subject_id: _contact_changes(row) for row in [*batch.creates, *batch.updates]}
    told = {pk: values for pk, values in told.items() if values}
    first = first_contacts([pk for pk in told if pk is not None])
    for pk, contact in first.items():
        for name, value in told[pk].items():
            setattr(contact, name, value)
    new = [
        Contact(site_id=pk, **({"name": NAMELESS_CONTACT} | values))  # type: ignore[misc]
        for pk, values in told.items()
        if pk not in first
    ]
    Contact.objects.bulk_create(new)
    if first:
        pgbulk.update(Contact, list(first.values()), list(CONTACT.values()))


def _contact_changes(row: ImportRow) -> dict[str, Any]:
    return {name: row.changes[key][1] for key, name in CONTACT.items() if key in row.changes}


def _write_facts(batch: Batch) -> None:
    by_key = {one.key: one for one in queries.attributes_of(batch.rollout.client_id)}
    said = [
        AttributeValue(
            site_id=row.subject_id or 0,
            attribute=by_key[key.removeprefix(ATTRIBUTE_PREFIX)],
            value=pair[1],
            source=FactSource.IMPORT,
            observed_on=batch.today,
            said_by=batch.by,
            recorded_at=batch.at,
        )
        for row in [*batch.creates, *batch.updates]
        for key, pair in row.changes.items()
        if key.removeprefix(ATTRIBUTE_PREFIX) in by_key and key.startswith(ATTRIBUTE_PREFIX)
    ]
    if said:
        columns = ["value", "observed_on", "said_by", "recorded_at"]
        pgbulk.upsert(AttributeValue, said, ["site", "attribute", "source"], columns)


def _enrol(batch: Batch) -> None:
    coming = [*batch.creates, *(row for row in batch.updates if ENROLLED in row.changes)]
    for row in batch.creates:
        row.changes[ENROLLED] = [False, True]
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                rollout=batch.rollout, site_id=row.subject_id or 0, wave=batch.wave, enrolled_at=batch.at
            )
            for row in coming
        ],
        ignore_conflicts=True,
    )


def _record(batch: Batch) -> None:
    audit.record_many(
        audit.entry(
            IMPORTED if row in created else CHANGED,
            subject=Site(pk=row.subject_id),
            rollout=batch.rollout,
            by=batch.by,
            at=batch.at,
            summary=_summary(batch, row, new=row in created),
            bulk_id=batch.bulk_id,
            data={"line": row.line} | ({} if row in created else {"changes": row.changes}),
        )
        for created in [set(batch.creates)]
        for row in [*batch.creates, *batch.updates]
    )


def _summary(batch: Batch, row: ImportRow, *, new: bool) -> str:
    where = f"from {batch.source}, line {row.line:,}"
    if new:
        return f"Imported {where}"
    words = [
        f"{word(key)} {shown(pair[0])} → {shown(pair[1])}"
        for key, pair in row.changes.items()
        if key != ENROLLED
    ]
    return f"Changed {where}: {'; '.join(words)}" if words else f"Brought into the rollout {where}"


def _list_url(rollout: Rollout) -> str:
    return reverse("sites:list", kwargs={"code": rollout.code})


def _lengths() -> dict[str, int]:
    own: Iterable[tuple[str, Any]] = ((name, Site._meta.get_field(name)) for name in ("key", *OWN))
    contact = ((key, Contact._meta.get_field(name)) for key, name in CONTACT.items())
    return {key: field.max_length for key, field in [*own, *contact] if field.max_length}


EXAMPLE = (
    {
        "key": "0417",
        "name": "Harbour Street",
        "street": "12 Harbour Street",
        "city": "Seattle",
        "region": "WA",
        "postal_code": "98101",
        "country": "US",
        "latitude": "47.6062",
        "longitude": "-122.3321",
        "time_zone": "America/Los_Angeles",
        "phone": "+1 206 555 0117",
        "opening_hours": "Mon-Sun 06:00-21:00",
        "contact_name": "Store manager",
        "contact_phone": "+1 206 555 0118",
        "contact_email": "0417@stores.example.com",
    },
)

SITES = ImportTarget(
    key="sites",
    label="Sites",
    noun="site",
    plural="sites",
    permission=Permission.SITE_IMPORT,
    fields=fields,
    present=present,
    complete=complete,
    apply=apply,
    undo=undo,
    list_url=_list_url,
    example=EXAMPLE,
    make_key=derived_key,
    key_from=("name", "city", "street", "postal_code"),
    takes_wave=True,
    grows=True,
    max_lengths=_lengths(),
)
