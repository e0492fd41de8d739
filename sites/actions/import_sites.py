"""The import target "sites": find, write and put back sites with their first contact, facts and place in the rollout."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pgbulk
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from rollout import audit
from rollout.models import AuditEntry, Rollout
from rollout.permissions import Permission
from sites import places, queries
from sites.choices import FactSource, PlacePrecision
from sites.facts import ATTRIBUTE_PREFIX, field_of, show_value
from sites.import_targets import (
    ENROLLED,
    Batch,
    ImportTarget,
    JsonValues,
    Note,
    Present,
    UndoBatch,
    Undone,
    fold,
)
from sites.imports.site_target import SITE_TARGET, default_name, derived_key
from sites.imports.target import Target
from sites.models import AttributeValue, Contact, Enrolment, ImportRow, Site

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
NAMELESS_CONTACT = "Site contact"
IMPORTED, CHANGED = "sites.site.imported", "sites.site.changed_by_import"


def fields(rollout: Rollout) -> Target:
    """The fields of a site, and one for every attribute of the client."""
    attributes = tuple(field_of(attribute) for attribute in queries.attributes_of(rollout.client_id))
    return replace(SITE_TARGET, fields=(*SITE_TARGET.fields, *attributes))


def present(rollout: Rollout, keys: Sequence[str]) -> dict[str, Present]:
    """Find the client's sites by number; four queries however many there are."""
    wanted = {fold(key) for key in keys}
    # The database may lower only Latin letters, so that an exact twin is looked for as well.
    rows = Site.objects.filter(client=rollout.client_id).annotate(low=Lower("key"))
    rows = rows.filter(Q(low__in=wanted) | Q(key__in=keys))
    found = {row.pk: row for row in rows}
    values = {pk: {"key": row.key, **{name: getattr(row, name) for name in OWN}} for pk, row in found.items()}
    for contact in _first_contacts(list(found)).values():
        values[contact.site_id] |= {key: getattr(contact, name) for key, name in CONTACT.items()}
    said = AttributeValue.objects.filter(site__in=found, source=FactSource.IMPORT)
    for site_id, key, value in said.values_list("site_id", "attribute__key", "value"):
        values[site_id][f"{ATTRIBUTE_PREFIX}{key}"] = value
    enrolled = set(
        Enrolment.objects.filter(rollout=rollout, site__in=found).values_list("site_id", flat=True)
    )
    return {fold(row.key): Present(pk, values[pk], pk in enrolled) for pk, row in found.items()}


def _first_contacts(site_ids: Sequence[int]) -> dict[int, Contact]:
    ordered = Contact.objects.filter(site__in=site_ids).order_by("site_id", "order", "pk")
    return {contact.site_id: contact for contact in ordered.distinct("site_id")}


def complete(values: JsonValues, there: Present | None) -> list[Note]:
    """Give a new site a name, and a site with coordinates the time zone they lie in."""
    notes = []
    if there is not None:
        values["key"] = there.values["key"]
    if there is None and not values.get("name"):
        values["name"] = default_name(values)[:160]
        sentence = f"The row has no name, so the site is called “{values['name']}”."
        notes.append(Note("name", "notice", sentence, "name_made"))
    latitude, longitude = values.get("latitude"), values.get("longitude")
    has_zone = values.get("time_zone") or (there and there.values["time_zone"])
    if latitude is None or longitude is None or has_zone:
        return notes
    zone = places.zone_at(latitude, longitude)
    if zone:
        values["time_zone"] = zone
        sentence = f"The time zone {zone} follows from the coordinates."
        notes.append(Note("time_zone", "notice", sentence, "zone_made"))
    return notes


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
    _set_own(batch.rollout, after, batch.at)


def _set_own(rollout: Rollout, after: dict[int | None, dict[str, Any]], at: Any) -> None:
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


def _write_contacts(batch: Batch) -> None:
    """The first contact takes what the file says; a site without one gets it."""
    told = {row.subject_id: _contact_changes(row) for row in [*batch.creates, *batch.updates]}
    told = {pk: values for pk, values in told.items() if values}
    first = _first_contacts([pk for pk in told if pk is not None])
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
        f"{_word(key)} {_shown(pair[0])} → {_shown(pair[1])}"
        for key, pair in row.changes.items()
        if key != ENROLLED
    ]
    return f"Changed {where}: {'; '.join(words)}" if words else f"Brought into the rollout {where}"


def _word(key: str) -> str:
    return key.removeprefix(ATTRIBUTE_PREFIX).replace("_", " ")


def _shown(value: Any) -> str:
    return show_value(value) if value not in (None, "") else "nothing"


# --- Undo -----------------------------------------------------------------------------------------------------


def undo(batch: UndoBatch) -> Undone:
    """Remove the sites a batch made and put back what it changed; what was used or changed since stays, with the reason."""
    undone = Undone()
    _remove_created(batch, undone)
    _restore_updated(batch, undone)
    _leave_rollout(batch, undone)
    return undone


def _remove_created(batch: UndoBatch, undone: Undone) -> None:
    ids = [row.subject_id for row in batch.created if row.subject_id is not None]
    stays = _touched_since(ids, batch) | queries.in_use(ids, rollout=batch.rollout)
    gone = [pk for pk in ids if pk not in stays]
    Enrolment.objects.filter(rollout=batch.rollout, site__in=gone).delete()
    _, deleted = Site.objects.filter(pk__in=gone).delete()
    undone.removed += deleted.get(Site._meta.label, 0)
    undone.stays += [
        (str(row.values["key"]), stays[row.subject_id]) for row in batch.created if row.subject_id in stays
    ]


def _touched_since(site_ids: Sequence[int], batch: UndoBatch) -> dict[int | None, str]:
    """Sites somebody worked on after they were imported: deleting them would delete that work. Waves are no such work."""
    later = AuditEntry.objects.filter(
        subject_type=Site._meta.label_lower, subject_id__in=site_ids, at__gt=batch.applied_at
    ).exclude(type__startswith="sites.enrolment.")
    ids = later.values_list("subject_id", flat=True).order_by("subject_id").distinct()
    return dict.fromkeys(ids, "it has been changed since")


def _restore_updated(batch: UndoBatch, undone: Undone) -> None:
    rows = [row for row in batch.updated if row.subject_id is not None]
    now = {
        one.subject_id: one.values
        for one in present(batch.rollout, [row.values["key"] for row in rows]).values()
    }
    back: dict[int | None, dict[str, Any]] = defaultdict(dict)
    for row in rows:
        current = now.get(row.subject_id or 0, {})
        for key, (before, after) in row.changes.items():
            if key != ENROLLED and current.get(key) == after:
                back[row.subject_id][key] = before
        kept = [_word(key) for key in row.changes if key != ENROLLED and key not in back[row.subject_id]]
        if kept:
            undone.stays.append((str(row.values["key"]), f"changed again since: {', '.join(kept)}"))
    _write_back(batch, {pk: values for pk, values in back.items() if values})
    undone.restored += sum(1 for values in back.values() if values)


def _write_back(batch: UndoBatch, back: dict[int | None, dict[str, Any]]) -> None:
    text = {
        pk: {
            key: ("" if value is None and key not in ("latitude", "longitude") else value)
            for key, value in values.items()
        }
        for pk, values in back.items()
    }
    _set_own(batch.rollout, text, batch.at)
    _restore_contacts(text)
    _restore_facts(back, batch)
    audit.record_many(
        audit.entry(
            "sites.site.import_undone",
            subject=Site(pk=pk),
            rollout=batch.rollout,
            by=batch.by,
            at=batch.at,
            summary=f"Import undone: {', '.join(map(_word, values))}",
        )
        for pk, values in back.items()
    )


def _restore_contacts(back: dict[int | None, dict[str, Any]]) -> None:
    told = {pk: values for pk, values in back.items() if not values.keys().isdisjoint(CONTACT)}
    first = _first_contacts([pk for pk in told if pk is not None])
    for pk, contact in first.items():
        for key, name in CONTACT.items():
            setattr(contact, name, told[pk].get(key, getattr(contact, name)))
    empty = [contact.pk for contact in first.values() if not (contact.name or contact.phone or contact.email)]
    Contact.objects.filter(pk__in=empty).delete()
    kept = [contact for contact in first.values() if contact.pk not in empty]
    if kept:
        pgbulk.update(Contact, kept, list(CONTACT.values()))


def _restore_facts(back: dict[int | None, dict[str, Any]], batch: UndoBatch) -> None:
    wanted = {
        (pk, key.removeprefix(ATTRIBUTE_PREFIX)): value
        for pk, values in back.items()
        for key, value in values.items()
        if key.startswith(ATTRIBUTE_PREFIX)
    }
    said = AttributeValue.objects.filter(site__in={pk for pk, _ in wanted}, source=FactSource.IMPORT)
    rows = [one for one in said.select_related("attribute") if (one.site_id, one.attribute.key) in wanted]
    gone = [one.pk for one in rows if wanted[one.site_id, one.attribute.key] is None]
    AttributeValue.objects.filter(pk__in=gone).delete()
    kept = [one for one in rows if one.pk not in gone]
    for one in kept:
        one.value = wanted[one.site_id, one.attribute.key]
    if kept:
        pgbulk.update(AttributeValue, kept, ["value"])


def _leave_rollout(batch: UndoBatch, undone: Undone) -> None:
    came = {row.subject_id: row for row in batch.updated if ENROLLED in row.changes}
    enrolments = Enrolment.objects.filter(
        rollout=batch.rollout, site__in=[pk for pk in came if pk is not None]
    )
    by_pk = dict(enrolments.values_list("pk", "site_id"))
    stays = queries.enrolments_in_use(list(by_pk))
    Enrolment.objects.filter(pk__in=[pk for pk in by_pk if pk not in stays]).delete()
    undone.stays += [
        (str(came[by_pk[pk]].values["key"]), f"stays in the rollout because {why}")
        for pk, why in stays.items()
    ]
    undone.restored += sum(1 for pk in by_pk if pk not in stays and _only_enrolled(came[by_pk[pk]]))


def _only_enrolled(row: ImportRow) -> bool:
    """Counted here, as nothing else of it was put back."""
    return set(row.changes) == {ENROLLED}


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
    takes_wave=True,
    grows=True,
    max_lengths=_lengths(),
)
