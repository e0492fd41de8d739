"""The steps of an import a person takes: upload, read differently, map, check, apply, undo. The work itself is in `import_runs`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.urls import reverse

from rollout import audit, files, jobs
from rollout.exceptions import Refused
from rollout.models import Job, Rollout, User, Wave
from sites import attribute_guess
from sites.actions import attributes
from sites.choices import ImportState
from sites.facts import ATTRIBUTE_PREFIX
from sites.import_files import describe, local_copy, opened_import
from sites.import_targets import KEY, ImportTarget, checked_target, target_called
from sites.imports.reading import ReadOptions, UnreadableFile, open_source
from sites.imports.target import Target
from sites.models import SiteImport

CHECK, APPLY, UNDO = "sites.import.check", "sites.import.apply", "sites.import.undo"


class CannotRead(Refused):
    """The file is no list, or not with these settings."""


class NotNow(Refused):
    """The import is at another step than the person thinks, because of somebody else or an earlier click."""


class KeyNotMapped(Refused):
    """A field without which no record can land has no column."""


def start_import(
    *, target: ImportTarget, content: File[bytes] | bytes, name: str, rollout: Rollout, by: User, at: datetime
) -> SiteImport:
    """Keep a file, find out how it is to be read and propose what its columns mean. Raises `CannotRead`; then nothing is kept."""
    upload: File[bytes] = ContentFile(content) if isinstance(content, bytes) else content
    reading, columns, notes = _read(target, upload, name, rollout, {})
    with transaction.atomic():
        stored = files.store(
            upload, name=name, media_type="application/octet-stream", rollout=rollout, by=by, at=at
        )
        made: SiteImport = SiteImport.objects.create(
            rollout=rollout,
            target=target.key,
            file=stored,
            columns=columns,
            reading=reading,
            notes=notes,
            mapping=_proposed(reading),
            uploaded_by=by,
            uploaded_at=at,
        )
        _record("uploaded", made, by, at, f"{stored.name} uploaded to import {target.plural}")
    return made


def _read(
    target: ImportTarget, upload: File[bytes], name: str, rollout: Rollout, options: dict[str, Any]
) -> tuple[dict[str, Any], list[str], list[str]]:
    try:
        with local_copy(upload) as path:
            source = open_source(path, name=name, options=ReadOptions(**options))
            pure, hidden = checked_target(target, rollout)[0], {KEY} if target.key_parts else set()
            return describe(source, pure, hidden=hidden), list(source.columns), list(source.notes)
    except UnreadableFile as error:
        raise CannotRead(str(error)) from error


def _proposed(reading: Mapping[str, Any]) -> dict[str, int]:
    return {key: proposal[0] for key, proposal in reading["proposals"].items()}


@transaction.atomic
def read_differently(
    *, site_import: SiteImport, options: dict[str, Any], by: User, at: datetime
) -> SiteImport:
    """Read the file again with another encoding, delimiter, sheet or header row; the mapping is proposed anew.

    `options` are those of `ReadOptions`, None meaning "find out". Raises `CannotRead` and `NotNow`, changing nothing.
    """
    locked = _lock(site_import, ImportState.MAPPING, ImportState.CHECKED, ImportState.UNDONE)
    target = target_called(locked.target)
    with locked.file.content.open("rb") as content:
        reading, columns, notes = _read(target, content, locked.file.name, locked.rollout, options)
    locked.options, locked.reading, locked.columns, locked.notes = options, reading, columns, notes
    locked.mapping, locked.state = _proposed(reading), ImportState.MAPPING
    locked.save(update_fields=["options", "reading", "columns", "notes", "mapping", "state"])
    return locked


def _lock(site_import: SiteImport, *stages: str) -> SiteImport:
    """Return the import selected for update, if it is at one of these stages; raises `NotNow` with what it is doing."""
    rows = SiteImport.objects.select_for_update(of=("self",)).select_related(
        "rollout__client", "file", "check_job", "apply_job__by", "undo_job__by"
    )
    locked: SiteImport = rows.get(pk=site_import.pk)
    if locked.running_job is not None or locked.stage not in stages:
        raise NotNow(_whats_up(locked))
    return locked


def _whats_up(site_import: SiteImport) -> str:
    name, job = site_import.file.name, site_import.running_job
    if job is not None:
        return f"{job.by} has started this meanwhile: {job.title}. Wait for it to finish."
    if site_import.stage == ImportState.APPLIED:
        who = site_import.apply_job.by if site_import.apply_job else "Somebody"
        return f"{who} has applied the import of {name} already. It was not applied twice."
    if site_import.stage == ImportState.UNDONE:
        return f"The import of {name} has been undone. Check it again to apply it again."
    return f"Check how {name} is read first."


@transaction.atomic
def start_check(
    *,
    site_import: SiteImport,
    mapping: Mapping[str, int],
    new_attributes: Sequence[int] = (),
    by: User,
    at: datetime,
) -> Job:
    """Keep the mapping and check every record in a job.

    `new_attributes` are columns that become attributes of the client first, of the kind their values suggest.
    Raises `NotNow`, `KeyNotMapped` and, for a new attribute, `AttributeKeyTaken`.
    """
    locked = _lock(site_import, ImportState.MAPPING, ImportState.CHECKED, ImportState.UNDONE)
    target = target_called(locked.target)
    pure = target.fields(locked.rollout)
    _refuse_unkeyed(target, pure, mapping)
    whole = dict(mapping) | _define(locked, new_attributes, by, at)
    job = jobs.start(
        CHECK,
        title=f"Check {locked.file.name}",
        rollout=locked.rollout,
        by=by,
        at=at,
        params={"import": locked.pk},
        back_url=reverse("sites:import-preview", kwargs={"code": locked.rollout.code, "key": locked.key}),
    )
    locked.mapping, locked.state, locked.check_job = whole, ImportState.CHECKING, job
    locked.applied_at = locked.undone_at = None
    locked.apply_job = locked.undo_job = None
    locked.save()
    return job


def _refuse_unkeyed(target: ImportTarget, pure: Target, mapping: Mapping[str, int]) -> None:
    """Every required field has a column, unless a key can be made from those that have."""
    makes_key = not mapping.keys().isdisjoint(target.key_from)
    lacking = [
        field.label
        for field in pure.fields
        if field.required and field.key not in mapping and not (field.key == pure.key_field and makes_key)
    ]
    if not lacking:
        return
    other = f", or at least the {' or the '.join(target.key_from[:2])}" if target.key_from else ""
    without = "one of them" if other else "it" if len(lacking) == 1 else "them"
    raise KeyNotMapped(
        f"Choose the column that holds: {' and '.join(lacking)}{other}. No record can land without {without}."
    )


def _define(site_import: SiteImport, columns: Sequence[int], by: User, at: datetime) -> dict[str, int]:
    """Make attributes of columns; a column whose name has no Latin letters gets a key from its place."""
    made: dict[str, int] = {}
    if not columns:
        return made
    with opened_import(site_import) as source:
        for column in sorted(set(columns)):
            label = source.columns[column][:80]
            found = attribute_guess.guess(row.cells[column] for row in source.rows())
            attribute = attributes.define_attribute(
                rollout=site_import.rollout,
                label=label,
                key=attributes.attribute_key(label) or f"column-{column + 1}",
                kind=found.kind,
                choices=found.choices,
                by=by,
                at=at,
            )
            made[f"{ATTRIBUTE_PREFIX}{attribute.key}"] = column
    return made


@transaction.atomic
def start_apply(*, site_import: SiteImport, wave: Wave | None, by: User, at: datetime) -> Job:
    """Begin to write what the preview showed. Of two people only one gets through; the other gets `NotNow`."""
    locked = _lock(site_import, ImportState.CHECKED)
    job = jobs.start(
        APPLY,
        title=f"Import {locked.file.name}",
        rollout=locked.rollout,
        by=by,
        at=at,
        params={"import": locked.pk, "wave": wave.pk if wave else None},
        back_url=reverse("sites:import-preview", kwargs={"code": locked.rollout.code, "key": locked.key}),
    )
    locked.state, locked.apply_job = ImportState.APPLYING, job
    locked.save(update_fields=["state", "apply_job"])
    _record("apply_started", locked, by, at, f"Import of {locked.file.name} begun")
    return job


@transaction.atomic
def start_undo(*, site_import: SiteImport, by: User, at: datetime) -> Job:
    """Begin to put back what an import changed. Raises `NotNow` when it is not applied or being undone."""
    locked = _lock(site_import, ImportState.APPLIED)
    job = jobs.start(
        UNDO,
        title=f"Undo the import of {locked.file.name}",
        rollout=locked.rollout,
        by=by,
        at=at,
        params={"import": locked.pk},
        back_url=reverse("sites:import-preview", kwargs={"code": locked.rollout.code, "key": locked.key}),
    )
    locked.undo_job = job
    locked.save(update_fields=["undo_job"])
    return job


@transaction.atomic
def discard_import(*, site_import: SiteImport, by: User, at: datetime) -> None:
    """Forget an import that was not applied; the audit keeps that it was there. Raises `NotNow`."""
    locked = _lock(site_import, ImportState.MAPPING, ImportState.CHECKED, ImportState.UNDONE)
    _record("discarded", locked, by, at, f"Import of {locked.file.name} discarded")
    locked.delete()


def _record(what: str, site_import: SiteImport, by: User, at: datetime, summary: str) -> None:
    audit.record(
        f"sites.import.{what}",
        subject=site_import,
        rollout=site_import.rollout,
        by=by,
        at=at,
        summary=summary,
    )
