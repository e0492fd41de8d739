"""The long work of an import: check every record, apply, undo. Each runs in one transaction and may run twice.

A worker that is killed leaves the state from before; a second worker on the same job waits for the first and finds the
work done. Progress is told on a connection of its own, so that it is seen, and a cancel noticed, before the commit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, transaction

from rollout import audit, jobs
from rollout.models import Job, Wave
from sites import queries
from sites.actions.import_bulk import as_json, copy_in
from sites.actions.import_judging import LANDING, Judged, Seen, as_kept, changes_of_new, judge, judged
from sites.actions.sites import lock_estate
from sites.choices import ImportState, RowChange
from sites.import_files import opened_import
from sites.import_targets import Batch, ImportTarget, UndoBatch, checked_target, compare, fold, target_called
from sites.imports.checking import Problem
from sites.imports.dataset import check_all
from sites.models import ImportRow, SiteImport

__all__ = ["judge", "run_apply", "run_check", "run_undo"]

BATCH = 1000
SHOWN_STAYS = 500
Thing = TypeVar("Thing")

_ROW = ("site_import_id", "line", "cells", "values", "problems", "verdict", "change", "changes", "subject_id")


def _batches(things: Iterable[Thing], size: int = BATCH) -> Iterator[list[Thing]]:
    iterator = iter(things)
    while batch := list(islice(iterator, size)):
        yield batch


def _locked(job: Job) -> SiteImport:
    rows = SiteImport.objects.select_for_update(of=("self",)).select_related(
        "rollout__client", "file", "uploaded_by"
    )
    found: SiteImport | None = rows.filter(pk=job.params["import"]).first()
    if found is None:
        raise jobs.JobFailed("This import was discarded. Upload the file again.")
    return found


# --- Check ----------------------------------------------------------------------------------------------------


def run_check(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Write a row for every record of the file: what it says, what is wrong with it, what applying it would do."""
    with jobs.aside(progress) as tell, transaction.atomic():
        found = _locked(job)
        if found.check_job_id != job.pk:
            raise jobs.JobFailed("The file has been mapped anew since. Look at the newer check.")
        if found.state != ImportState.CHECKING:
            return {"message": queries.tally_of(found).sentence}
        ImportRow.objects.filter(site_import=found).delete()
        found.reading = {**found.reading, **_check_rows(found, tell)}
        found.state = ImportState.CHECKED
        found.save(update_fields=["state", "reading"])
        return {"message": queries.tally_of(found).sentence}


def _check_rows(found: SiteImport, tell: jobs.Tell) -> dict[str, Any]:
    """Write the rows; return what is to be known about the file as a whole."""
    target = target_called(found.target)
    pure, make_key = checked_target(target, found.rollout)
    seen, done = Seen(), 0
    with opened_import(found) as source:
        mapping = {key: column for key, column in found.mapping.items() if column < len(source.columns)}
        made = None if pure.key_field in mapping else make_key
        checked = check_all(pure, mapping, source, make_key=made)
        for batch in _batches(checked.with_cells()):
            rows = judged(found.rollout, target, pure.key_field, batch)
            copy_in(ImportRow, _ROW, (_as_written(found.pk, row) for row in rows))
            seen.add(rows)
            done += len(batch)
            tell(done, source.records, f"{done:,} of {source.records:,} records checked")
        _tell_earlier(found, checked.afterthoughts, seen)
        return {
            "problems": seen.listed(),
            "check_notes": list(checked.notes),
            "fixes": list(checked.fixes),
        }


def _as_written(import_id: int, row: Judged) -> tuple[Any, ...]:
    return (
        import_id,
        row.line,
        as_json(row.cells),
        as_json(row.values),
        as_json(row.problems) if row.problems else "[]",
        row.verdict,
        row.change,
        as_json(row.changes) if row.changes else "{}",
        row.subject_id,
    )


def _tell_earlier(found: SiteImport, afterthoughts: Iterable[tuple[int, Problem]], seen: Seen) -> None:
    """Put to rows already written what rows further down say about them."""
    told: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line, problem in afterthoughts:
        kept = as_kept(problem)
        told[line].append(kept)
        seen.count(kept)
    for batch in _batches(told.items()):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE sites_importrow AS row SET problems = row.problems || told.problems::jsonb"
                " FROM unnest(%s::int[], %s::text[]) AS told (line, problems)"
                " WHERE row.site_import_id = %s AND row.line = told.line",
                [[line for line, _ in batch], [as_json(problems) for _, problems in batch], found.pk],
            )


# --- Apply ----------------------------------------------------------------------------------------------------


def run_apply(job: Job, progress: jobs.Progress, *, at: datetime) -> dict[str, Any]:
    """Write every record that lands, comparing anew with what is there now; all of them or, after a failure, none."""
    with jobs.aside(progress) as tell, transaction.atomic():
        found = _locked(job)
        if found.apply_job_id != job.pk:
            raise jobs.JobFailed(
                "This import has been checked anew since. Look at it again and apply it then."
            )
        if found.state == ImportState.APPLIED:
            return _applied_result(found)
        lock_estate(found.rollout.client_id)
        confirmed = _apply_rows(found, job, tell, at)
        found.state, found.applied_at, found.undone_at = ImportState.APPLIED, at, None
        found.save(update_fields=["state", "applied_at", "undone_at"])
        result = _applied_result(found, confirmed)
        summary = f"{found.file.name} imported: {result['message']}"
        audit.record(
            "sites.import.applied",
            subject=found,
            rollout=found.rollout,
            by=job.by,
            at=at,
            summary=summary,
            data=result,
        )
        return dict(result)


def _applied_result(found: SiteImport, confirmed: int = 0) -> dict[str, Any]:
    tally = queries.tally_of(found)
    numbers = {"created": tally.create, "updated": tally.update, "same": tally.same}
    left = tally.rejected + tally.blank
    message = (
        f"{tally.create:,} new, {tally.update:,} changed, {tally.same:,} unchanged, {left:,} not imported."
    )
    if confirmed:
        message += f" {confirmed:,} {'fact' if confirmed == 1 else 'facts'} confirmed."
    return {**numbers, "left": left, "confirmed": confirmed, "message": message}


def _apply_rows(found: SiteImport, job: Job, tell: jobs.Tell, at: datetime) -> int:
    """Write all that lands; return how many facts were said again unchanged."""
    target = target_called(found.target)
    landing = queries.rows_of(found).filter(verdict__in=LANDING)
    total, done, confirmed = landing.count(), 0, 0
    wave = Wave.objects.filter(pk=job.params.get("wave"), rollout=found.rollout).first()
    key_field = checked_target(target, found.rollout)[0].key_field

    def wrote(more: int) -> None:
        nonlocal done
        done = min(total, done + more)
        tell(done, total, f"{done:,} of {total:,} records written")

    wrote(0)
    for rows in _batches(landing.only(*_NEEDED).iterator(BATCH)):
        before = [(row.change, row.changes, row.subject_id) for row in rows]
        _compare_anew(found, target, key_field, rows)
        batch = Batch(
            rollout=found.rollout,
            creates=[row for row in rows if row.change == RowChange.CREATE],
            updates=[row for row in rows if row.change == RowChange.UPDATE],
            wave=wave,
            by=job.by,
            at=at,
            today=at.date(),
            bulk_id=found.key,
            source=found.file.name,
            same=[row for row in rows if row.change == RowChange.SAME],
        )
        target.apply(batch)
        _keep(rows, before)
        confirmed += batch.confirmed
        wrote(len(rows))
    return confirmed


_NEEDED = ("site_import_id", "line", "values", "change", "changes", "subject_id")
"""What applying and undoing read of a row; its cells and problems may be long."""


def _compare_anew(found: SiteImport, target: ImportTarget, key_field: str, rows: Sequence[ImportRow]) -> None:
    """What is there may have changed since the check; undo needs what was there when it was overwritten."""
    present = target.present(found.rollout, [str(row.values[key_field]) for row in rows])
    for row in rows:
        there = present.get(fold(str(row.values[key_field])))
        row.change, row.changes = compare(row.values, there)
        row.subject_id = there.subject_id if there else None


def _keep(rows: Sequence[ImportRow], before: Sequence[tuple[Any, ...]]) -> None:
    """Write what applying found out about its rows, in one statement; most of it is known from the check."""
    changed = []
    for row, known in zip(rows, before, strict=True):
        if row.change == RowChange.CREATE and row.changes == changes_of_new(row.values):
            row.changes = {}
        if (row.change, row.changes, row.subject_id) != known:
            changed.append(row)
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE sites_importrow AS row SET change = new.change, changes = new.changes::jsonb,"
                " subject_id = new.subject FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[])"
                " AS new (id, change, changes, subject) WHERE row.id = new.id",
                [
                    [row.pk for row in changed],
                    [row.change for row in changed],
                    [as_json(row.changes) if row.changes else "{}" for row in changed],
                    [row.subject_id for row in changed],
                ],
            )


# --- Undo -----------------------------------------------------------------------------------------------------


def run_undo(job: Job, progress: jobs.Progress, *, at: datetime) -> dict[str, Any]:
    """Put back what the import changed and remove what it made, except what has been used or changed since."""
    with jobs.aside(progress) as tell, transaction.atomic():
        found = _locked(job)
        if found.state == ImportState.UNDONE:
            return {"message": "Undone."}
        if found.undo_job_id != job.pk or found.applied_at is None:
            raise jobs.JobFailed("This import is not applied any more, so there is nothing to undo.")
        lock_estate(found.rollout.client_id)
        result = _undo_rows(found, job, tell, at)
        found.state, found.undone_at = ImportState.UNDONE, at
        found.save(update_fields=["state", "undone_at"])
        summary = f"Import of {found.file.name} undone: {result['message']}"
        audit.record(
            "sites.import.undone", subject=found, rollout=found.rollout, by=job.by, at=at, summary=summary
        )
        return result


def _undo_rows(found: SiteImport, job: Job, tell: jobs.Tell, at: datetime) -> dict[str, Any]:
    touched = queries.rows_of(found).filter(change__in=[RowChange.CREATE, RowChange.UPDATE])
    total, done, removed, restored = touched.count(), 0, 0, 0
    stays: list[tuple[str, str]] = []
    for rows in _batches(touched.only(*_NEEDED).iterator(BATCH)):
        for row in rows:
            if row.change == RowChange.CREATE and not row.changes:
                row.changes = changes_of_new(row.values)
        batch = UndoBatch(
            rollout=found.rollout,
            created=[row for row in rows if row.change == RowChange.CREATE],
            updated=[row for row in rows if row.change == RowChange.UPDATE],
            by=job.by,
            at=at,
            applied_at=found.applied_at or at,
            bulk_id=found.key,
        )
        undone = target_called(found.target).undo(batch)
        removed, restored, done = removed + undone.removed, restored + undone.restored, done + len(rows)
        stays += undone.stays
        tell(done, total, f"{done:,} of {total:,} records looked at")
    message = f"{removed:,} removed, {restored:,} put back, {len(stays):,} stay."
    return {
        "removed": removed,
        "restored": restored,
        "stays": stays[:SHOWN_STAYS],
        "stay_count": len(stays),
        "message": message,
    }
