"""Write a batch of sites: new ones with COPY, changed ones in place, with contact, hours, facts, enrolment and history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pgbulk
from django.db import connection

from rollout.models import AuditEntry
from sites import places, queries
from sites.actions.import_bulk import as_json, copy_in, next_ids
from sites.actions.import_sites_groups import group_ids
from sites.actions.import_sites_rows import (
    CONTACT,
    GROUPS,
    HOURS,
    OWN,
    first_contacts,
    paths_in,
    set_own,
    shown,
    word,
    write_windows,
)
from sites.choices import FactSource, PlacePrecision, RowChange
from sites.facts import ATTRIBUTE_PREFIX
from sites.import_targets import ENROLLED, Batch
from sites.models import Attribute, AttributeValue, Contact, Enrolment, ImportRow, Site

NAMELESS_CONTACT = "Site contact"
IMPORTED, CHANGED = "sites.site.imported", "sites.site.changed_by_import"
_PLACE = ("latitude", "longitude", "precision")


def apply(batch: Batch) -> None:
    """Write a batch: about fifteen statements however many rows there are."""
    _spare_better(batch)
    _write_sites(batch)
    _write_contacts(batch)
    _write_hours(batch)
    _write_facts(batch)
    _enrol(batch)
    _record(batch)


def _spare_better(batch: Batch) -> None:
    """Drop what was only derived and has been set by somebody since the check: hours, and a place better than a postal code."""
    for row in batch.updates:
        if row.changes.get(HOURS, [None])[0]:
            del row.changes[HOURS]
        before, after = row.changes.get("precision", (None, None))
        has_place = before not in (PlacePrecision.UNKNOWN, PlacePrecision.POSTAL_CODE, None)
        if after == PlacePrecision.POSTAL_CODE and has_place:
            for name in _PLACE:
                row.changes.pop(name, None)
        if not row.changes:
            row.change = RowChange.SAME
    batch.updates = [row for row in batch.updates if row.change == RowChange.UPDATE]


def _write_sites(batch: Batch) -> None:
    after = {row.subject_id: {key: pair[1] for key, pair in row.changes.items()} for row in batch.updates}
    paths = paths_in([*(row.values for row in batch.creates), *after.values()])
    groups = group_ids(batch, paths) if paths else {}
    for row, pk in zip(batch.creates, next_ids(Site, len(batch.creates)), strict=True):
        row.subject_id = pk
    columns = ("id", "client_id", "created_at", "updated_at", "key", "precision", *OWN)
    ids = tuple(f"{name}_id" for name in GROUPS)
    copy_in(Site, (*columns, *ids), (_new_site(batch, row, groups) for row in batch.creates))
    set_own(batch.rollout, after, batch.at, groups)


_EMPTY = {name: None if name in ("latitude", "longitude") else "" for name in OWN}


def _new_site(batch: Batch, row: ImportRow, groups: Any) -> tuple[Any, ...]:
    told = row.values
    own = [empty if told.get(name) is None else told[name] for name, empty in _EMPTY.items()]
    precision = places.precision_of(told.get("latitude"), told.get("precision") or PlacePrecision.UNKNOWN)
    held = [groups[name, told[name]] if told.get(name) else None for name in GROUPS]
    return (
        row.subject_id,
        batch.rollout.client_id,
        batch.at,
        batch.at,
        told["key"],
        precision,
        *own,
        *held,
    )


def _write_contacts(batch: Batch) -> None:
    """The first contact takes what the file says; a site without one gets it."""
    told = {row.subject_id: _contact_changes(row) for row in [*batch.creates, *batch.updates]}
    told = {pk: values for pk, values in told.items() if values}
    known = {row.subject_id for row in batch.updates}
    first = first_contacts([pk for pk in told if pk is not None and pk in known])
    for pk, contact in first.items():
        for name, value in told[pk].items():
            setattr(contact, name, value)
    new = (
        (pk, values.get("name") or NAMELESS_CONTACT, values.get("phone") or "", values.get("email") or "")
        for pk, values in told.items()
        if pk not in first
    )
    copy_in(Contact, ("site_id", "name", "phone", "email"), new)
    if first:
        pgbulk.update(Contact, list(first.values()), list(CONTACT.values()))


def _contact_changes(row: ImportRow) -> dict[str, Any]:
    return {name: row.changes[key][1] for key, name in CONTACT.items() if key in row.changes}


def _write_hours(batch: Batch) -> None:
    rows = [*batch.creates, *batch.updates]
    write_windows({row.subject_id or 0: row.changes[HOURS][1] for row in rows if HOURS in row.changes})


def _write_facts(batch: Batch) -> None:
    by_key = {f"{ATTRIBUTE_PREFIX}{one.key}": one for one in queries.attributes_of(batch.rollout.client_id)}
    if not by_key:
        return
    _copy_facts(batch, by_key)
    said = [
        AttributeValue(
            site_id=row.subject_id or 0,
            attribute=by_key[key],
            value=pair[1],
            source=FactSource.IMPORT,
            observed_on=batch.today,
            said_by=batch.by,
            recorded_at=batch.at,
        )
        for row in batch.updates
        for key, pair in row.changes.items()
        if key in by_key
    ]
    if said:
        columns = ["value", "observed_on", "said_by", "recorded_at"]
        pgbulk.upsert(AttributeValue, said, ["site", "attribute", "source"], columns)
    _confirm_facts(batch, by_key)


def _copy_facts(batch: Batch, by_key: dict[str, Attribute]) -> None:
    columns = ("site_id", "attribute_id", "value", "source", "observed_on", "said_by_id", "recorded_at")
    source, today, by, at = FactSource.IMPORT.value, batch.today, batch.by.pk, batch.at
    rows = (
        (row.subject_id, by_key[key].pk, as_json(value), source, today, by, at)
        for row in batch.creates
        for key, value in row.values.items()
        if value is not None and key in by_key
    )
    copy_in(AttributeValue, columns, rows)


def _confirm_facts(batch: Batch, by_key: dict[str, Attribute]) -> None:
    """What the file says again of a fact, unchanged, was seen again today; the values stay as they are."""
    again = [
        (row.subject_id, by_key[key].pk)
        for row in [*batch.updates, *batch.same]
        for key, value in row.values.items()
        if value is not None and key in by_key and key not in row.changes
    ]
    if not again:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sites_attributevalue AS fact SET observed_on = %s"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS seen (site, attribute)"
            " WHERE fact.site_id = seen.site AND fact.attribute_id = seen.attribute AND fact.source = %s"
            " AND fact.observed_on < %s",
            [
                batch.today,
                [site for site, _ in again],
                [attribute for _, attribute in again],
                FactSource.IMPORT.value,
                batch.today,
            ],
        )
        batch.confirmed += cursor.rowcount


def _enrol(batch: Batch) -> None:
    columns = ("rollout_id", "site_id", "wave_id", "enrolled_at")
    rollout, wave, at = batch.rollout.pk, batch.wave.pk if batch.wave else None, batch.at
    copy_in(Enrolment, columns, ((rollout, row.subject_id, wave, at) for row in batch.creates))
    coming = [row for row in batch.updates if ENROLLED in row.changes]
    Enrolment.objects.bulk_create(
        [
            Enrolment(rollout=batch.rollout, site_id=row.subject_id or 0, wave=batch.wave, enrolled_at=at)
            for row in coming
        ],
        ignore_conflicts=True,
    )


def _record(batch: Batch) -> None:
    """One entry a site, as `rollout.audit.entry` would make it, past the models."""
    columns = (
        *("at", "by_id", "client_id", "rollout_id", "subject_type", "bulk_id"),
        *("type", "subject_id", "summary", "data"),
    )
    rollout = batch.rollout
    shared = (batch.at, batch.by.pk, rollout.client_id, rollout.pk, Site._meta.label_lower, batch.bulk_id)
    copy_in(AuditEntry, columns, ((*shared, *told) for told in _told(batch)))


def _told(batch: Batch) -> list[tuple[str, int | None, str, str]]:
    created = [
        (IMPORTED, row.subject_id, f"Imported {_where(batch, row)}"[:400], f'{{"line":{row.line}}}')
        for row in batch.creates
    ]
    changed = [
        (
            CHANGED,
            row.subject_id,
            _summary(batch, row)[:400],
            as_json({"line": row.line, "changes": row.changes}),
        )
        for row in batch.updates
    ]
    return [*created, *changed]


def _where(batch: Batch, row: ImportRow) -> str:
    """Say where a row came from; one that came alone has no line."""
    return f"from {batch.source}, line {row.line:,}" if row.line else f"from {batch.source}"


def _summary(batch: Batch, row: ImportRow) -> str:
    words = _words(row)
    if not words:
        return f"Brought into the rollout {_where(batch, row)}"
    return f"Changed {_where(batch, row)}: {'; '.join(words)}"


def _words(row: ImportRow) -> Sequence[str]:
    return [
        f"{word(key)} {shown(pair[0])} → {shown(pair[1])}"
        for key, pair in row.changes.items()
        if key != ENROLLED
    ]
