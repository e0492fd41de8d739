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
from sites import import_files, import_memory
from sites.actions import import_columns
from sites.choices import ImportState
from sites.import_files import describe, local_copy
from sites.import_targets import KEY, ImportTarget, checked_target, target_called
from sites.imports.reading import ReadOptions, UnreadableFile, open_source
from sites.imports.target import Target
from sites.models import SiteImport
from sites.queries import imports as queries

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
    reading, columns, notes = _read(target, upload, name, rollout, {}, by)
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
            options=import_files.keyed({}, reading["key_columns"]),
            mapping=_proposed(reading),
            uploaded_by=by,
            uploaded_at=at,
        )
        _record("uploaded", made, by, at, f"{stored.name} uploaded to import {target.plural}")
    return made


def _read(
    target: ImportTarget,
    upload: File[bytes],
    name: str,
    rollout: Rollout,
    options: dict[str, Any],
    by: User,
) -> tuple[dict[str, Any], list[str], list[str]]:
    pure, hidden = checked_target(target, rollout)[0], {KEY} if target.key_parts else set()
    try:
        with local_copy(upload) as path:
            source = open_source(path, name=name, options=ReadOptions(**options))
            if not source.records:
                raise CannotRead(
                    "There are no rows below the column names. Add them, or say where the names are."
                )
            reading = describe(source, pure, hidden=hidden, joins=target.make_key is not None)
    except UnreadableFile as error:
        raise CannotRead(str(error)) from error
    columns = list(source.columns)
    return _as_before(reading, columns, target, pure, rollout, by), columns, list(source.notes)


def _as_before(
    reading: dict[str, Any],
    columns: list[str],
    target: ImportTarget,
    pure: Target,
    rollout: Rollout,
    by: User,
) -> dict[str, Any]:
    """Propose what the client's last list with these columns was read as; guesses stay for columns it did not have."""
    fields = [field.key for field in pure.fields]
    for before in queries.read_before(rollout, target.key, by):
        found = import_memory.remember(before, columns, fields, pure.key_field)
        if found is None:
            continue
        reason = before.reason
        # A list whose key was made has none in the next one either.
        settled = {*found.mapping, pure.key_field}
        guessed = {
            key: one
            for key, one in reading["proposals"].items()
            if key not in settled and one[0] not in found.known
        }
        known = {key: [column, reason, 1.0] for key, column in found.mapping.items()}
        return {
            **reading,
            "proposals": guessed | known,
            "key_columns": list(found.key_columns),
            "as_before": reason,
        }
    return reading


def _proposed(reading: Mapping[str, Any]) -> dict[str, int]:
    return {key: proposal[0] for key, proposal in reading["proposals"].items()}


@transaction.atomic
def read_differently(
    *, site_import: SiteImport, options: dict[str, Any], by: User, at: datetime
) -> SiteImport:
    """Read the file again with another encoding, delimiter, sheet or header row; the mapping is proposed anew.

    `options` are those of `ReadOptions`, None meaning "find out". Raises `CannotRead` and `NotNow`, changing nothing.
    """
    locked = lock_import(site_import, ImportState.MAPPING, ImportState.CHECKED, ImportState.UNDONE)
    target = target_called(locked.target)
    with locked.file.content.open("rb") as content:
        reading, columns, notes = _read(target, content, locked.file.name, locked.rollout, options, by)
    locked.options = import_files.keyed(options, reading["key_columns"])
    locked.reading, locked.columns, locked.notes = reading, columns, notes
    locked.mapping, locked.state = _proposed(reading), ImportState.MAPPING
    locked.save(update_fields=["options", "reading", "columns", "notes", "mapping", "state"])
    return locked


def lock_import(site_import: SiteImport, *stages: str) -> SiteImport:
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
    key_columns: Sequence[int] = (),
    new_attributes: Mapping[int, str] | None = None,
    by: User,
    at: datetime,
) -> Job:
    """Keep the mapping and check every record in a job.

    Parameters
    ----------
    key_columns
        Two or more columns that make the key together. Without them, and without a column for the key, one is made.
    new_attributes
        Columns that become attributes of the client first, each with its kind; "" for the one its values suggest.

    Raises
    ------
    NotNow, KeyNotMapped
        And, for a new attribute, `AttributeKeyTaken` or `TooManyChoices`.
    """
    locked = lock_import(site_import, ImportState.MAPPING, ImportState.CHECKED, ImportState.UNDONE)
    target = target_called(locked.target)
    pure = target.fields(locked.rollout)
    whole = dict(mapping) | ({pure.key_field: len(locked.columns)} if key_columns else {})
    _refuse_unkeyed(target, pure, whole)
    locked.options = import_files.keyed(locked.options, key_columns)
    whole |= import_columns.define(locked, new_attributes or {}, by, at)
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


@transaction.atomic
def swap_coordinates(*, site_import: SiteImport, by: User, at: datetime) -> Job:
    """Exchange the columns of latitude and longitude and check every record again. Raises `NotNow`."""
    locked = lock_import(site_import, ImportState.CHECKED)
    mapping = dict(locked.mapping)
    if "latitude" not in mapping or "longitude" not in mapping:
        raise NotNow("Latitude and longitude have no columns of their own. Match the columns again.")
    mapping["latitude"], mapping["longitude"] = mapping["longitude"], mapping["latitude"]
    joined = locked.options.get(import_files.KEY_COLUMNS) or []
    return start_check(site_import=locked, mapping=mapping, key_columns=joined, by=by, at=at)


@transaction.atomic
def start_apply(*, site_import: SiteImport, wave: Wave | None, by: User, at: datetime) -> Job:
    """Begin to write what the preview showed. Of two people only one gets through; the other gets `NotNow`."""
    locked = lock_import(site_import, ImportState.CHECKED)
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
    locked = lock_import(site_import, ImportState.APPLIED)
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
    locked = lock_import(site_import, ImportState.MAPPING, ImportState.CHECKED, ImportState.UNDONE)
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
