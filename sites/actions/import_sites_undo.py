"""Undo an import of sites: remove what it made, put back what it changed, and say what stays and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pgbulk

from rollout import audit
from rollout.models import AuditEntry
from sites import queries
from sites.actions.import_sites_groups import remove_unused
from sites.actions.import_sites_rows import (
    CONTACT,
    HOURS,
    first_contacts,
    paths_in,
    present,
    set_own,
    word,
    write_windows,
)
from sites.choices import FactSource
from sites.facts import ATTRIBUTE_PREFIX
from sites.import_targets import ENROLLED, UndoBatch, Undone
from sites.models import AttributeValue, Contact, Enrolment, ImportRow, Site, SiteGroup
from sites.queries.groups import SITE_FIELDS


def undo(batch: UndoBatch) -> Undone:
    """Remove the sites a batch made and put back what it changed; what was used or changed since stays, with the reason."""
    undone = Undone()
    _remove_created(batch, undone)
    _restore_updated(batch, undone)
    _leave_rollout(batch, undone)
    remove_unused(batch)
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
        kept = [word(key) for key in row.changes if key != ENROLLED and key not in back[row.subject_id]]
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
    known = SiteGroup.objects.filter(client=batch.rollout.client_id).values_list("kind", "path", "pk")
    groups = {(SITE_FIELDS[kind], path): pk for kind, path, pk in known} if paths_in(text.values()) else {}
    set_own(batch.rollout, text, batch.at, groups)
    write_windows({pk: values[HOURS] for pk, values in text.items() if pk and HOURS in values})
    _restore_contacts(text)
    _restore_facts(back, batch)
    audit.record_many(
        audit.entry(
            "sites.site.import_undone",
            subject=Site(pk=pk),
            rollout=batch.rollout,
            by=batch.by,
            at=batch.at,
            summary=f"Import undone: {', '.join(map(word, values))}",
        )
        for pk, values in back.items()
    )


def _restore_contacts(back: dict[int | None, dict[str, Any]]) -> None:
    told = {pk: values for pk, values in back.items() if not values.keys().isdisjoint(CONTACT)}
    first = first_contacts([pk for pk in told if pk is not None])
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
