"""The long work of an import: check every record, apply, undo. Each runs in one transaction and may run twice.

A worker that is killed leaves the state from before; a second worker on the same job waits for the first and finds the
work done. Progress is told on a connection of its own, so that it is seen, and a cancel noticed, before the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import pgbulk
from django.db import connection, transaction

from rollout import audit, jobs
from rollout.models import Job, Wave
from sites import queries
from sites.actions.sites import lock_estate
from sites.choices import ImportState, RowChange, RowVerdict
from sites.facts import ATTRIBUTE_PREFIX, plain_value
from sites.import_files import opened_import
from sites.import_targets import (
    KEY,
    Batch,
    ImportTarget,
    JsonValues,
    Note,
    Pair,
    UndoBatch,
    checked_target,
    compare,
    fold,
    target_called,
)
from sites.imports.checking import CheckedRow, verdict_of
from sites.imports.checking import Problem as RowProblem
from sites.imports.dataset import check_all
from sites.imports.source import SourceRow
from sites.models import ImportRow, SiteImport

BATCH = 1000
Tell = Callable[[int, int, str], None]
Thing = TypeVar("Thing")


@contextmanager
def _aside(progress: jobs.Progress) -> Iterator[Tell]:
    """Report from a thread with its own connection: what the work's transaction writes is seen by nobody before its end."""
    with ThreadPoolExecutor(max_workers=1) as thread:

        def tell(done: int, total: int, message: str) -> None:
            thread.submit(progress, done, total, message).result()

        try:
            yield tell
        finally:
            thread.submit(_close_connection).result()


def _close_connection() -> None:
    # Looked up inside the thread that opened it: another thread must not touch it.
    connection.close()


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


@dataclass
class _Seen:
    """How often each kind of problem was met, with its first sentence."""

    groups: dict[tuple[str, str, str], list[Any]]

    def add(self, rows: Iterable[ImportRow]) -> None:
        """Count the problems of some rows."""
        for one in (problem for row in rows for problem in row.problems):
            kind = one["severity"], one["field"], one["code"]
            group = self.groups.setdefault(kind, [0, one["sentence"]])
            group[0] += 1

    def listed(self) -> list[dict[str, Any]]:
        """The groups, the gravest and most frequent first."""
        gravest = ["rejected", "attention", "notice"]
        ordered = sorted(self.groups.items(), key=lambda pair: (gravest.index(pair[0][0]), -pair[1][0]))
        return [
            {"severity": severity, "field": field, "code": code, "count": count, "sentence": sentence}
            for (severity, field, code), (count, sentence) in ordered
        ]


def run_check(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Write a row for every record of the file: what it says, what is wrong with it, what applying it would do."""
    with _aside(progress) as tell, transaction.atomic():
        found = _locked(job)
        if found.check_job_id != job.pk:
            raise jobs.JobFailed("The file has been mapped anew since. Look at the newer check.")
        if found.state != ImportState.CHECKING:
            return {"message": queries.tally_of(found).sentence}
        ImportRow.objects.filter(site_import=found).delete()
        notes, problems = _check_rows(found, tell)
        found.state = ImportState.CHECKED
        found.reading = {**found.reading, "problems": problems, "check_notes": notes}
        found.save(update_fields=["state", "reading"])
        return {"message": queries.tally_of(found).sentence}


def _check_rows(found: SiteImport, tell: Tell) -> tuple[list[str], list[dict[str, Any]]]:
    target = target_called(found.target)
    pure, make_key = checked_target(target, found.rollout)
    seen, done = _Seen({}), 0
    with opened_import(found) as source:
        mapping = {key: column for key, column in found.mapping.items() if column < len(source.columns)}
        made = None if pure.key_field in mapping else make_key
        checked = check_all(pure, mapping, source, make_key=made)
        for batch in _batches(zip(source.rows(), checked, strict=True)):
            rows = _judge(found, target, pure.key_field, batch)
            ImportRow.objects.bulk_create(rows, batch_size=BATCH)
            seen.add(rows)
            done += len(batch)
            tell(done, source.records, f"{done:,} of {source.records:,} records checked")
        return list(checked.notes), seen.listed()


def _judge(
    found: SiteImport, target: ImportTarget, key_field: str, batch: Sequence[tuple[SourceRow, CheckedRow]]
) -> list[ImportRow]:
    values = [_json(checked) for _, checked in batch]
    keys = [str(one[key_field]) for one in values if one.get(key_field) is not None]
    present = target.present(found.rollout, keys)
    pairs = [(own, present.get(fold(str(own.get(key_field))))) for own in values]
    notes = target.complete(found.rollout, pairs)
    return [
        _row(found, target, key_field, source_row, checked, pair, said)
        for (source_row, checked), pair, said in zip(batch, pairs, notes, strict=True)
    ]


def _row(
    found: SiteImport,
    target: ImportTarget,
    key_field: str,
    source_row: SourceRow,
    checked: CheckedRow,
    pair: Pair,
    said: Sequence[Note],
) -> ImportRow:
    values, there = pair
    notes = [*_cut(target, key_field, values), *said] if checked.importable else []
    problems = [one for one in checked.problems if not _is_inner(target, one)]
    problems += [RowProblem(one.field, one.severity, one.sentence, one.code) for one in notes]  # type: ignore[arg-type]
    verdict = verdict_of(problems) if checked.importable else checked.verdict
    lands = verdict in (RowVerdict.ACCEPTED, RowVerdict.ATTENTION)
    change, changes = compare(values, there) if lands else (RowChange.NONE.value, {})
    return ImportRow(
        site_import=found,
        line=checked.line,
        cells=list(source_row.cells),
        values=values,
        problems=[asdict(one) for one in problems],
        verdict=verdict,
        change=change,
        changes=changes,
        subject_id=there.subject_id if there else None,
    )


def _is_inner(target: ImportTarget, problem: RowProblem) -> bool:
    """A key made of several fields is our own business: its parts say what is missing."""
    return bool(target.key_parts) and problem.field == KEY and problem.code != "duplicate"


def _json(checked: CheckedRow) -> JsonValues:
    """Return the values as JSON: dates as text, lists as lists, attributes as facts keep them."""
    values: JsonValues = {}
    for key, value in checked.values.items():
        plain: Any = plain_value(value) if key.startswith(ATTRIBUTE_PREFIX) else value
        if isinstance(plain, tuple):
            plain = list(plain)
        values[key] = plain.isoformat() if hasattr(plain, "isoformat") else plain
    return values


def _cut(target: ImportTarget, key_field: str, values: JsonValues) -> Iterator[Note]:
    for field, most in target.max_lengths.items():
        text = values.get(field)
        if not isinstance(text, str) or len(text) <= most:
            continue
        if field == key_field:
            sentence = (
                f"The code “{text[:40]}…” has {len(text)} letters; at most {most} are possible. Shorten it."
            )
            yield Note(field, "rejected", sentence, "key_too_long")
            continue
        values[field] = text[:most].rstrip()
        sentence = f"“{text[:40]}…” has {len(text)} letters and was cut after {most}. Shorten it in the file."
        yield Note(field, "attention", sentence, "too_long")


# --- Apply ----------------------------------------------------------------------------------------------------


def run_apply(job: Job, progress: jobs.Progress, *, at: datetime) -> dict[str, Any]:
    """Write every record that lands, comparing anew with what is there now; all of them or, after a failure, none."""
    with _aside(progress) as tell, transaction.atomic():
        found = _locked(job)
        if found.apply_job_id != job.pk:
            raise jobs.JobFailed(
                "This import has been checked anew since. Look at it again and apply it then."
            )
        if found.state == ImportState.APPLIED:
            return _applied_result(found)
        lock_estate(found.rollout.client_id)
        _apply_rows(found, job, tell, at)
        found.state, found.applied_at, found.undone_at = ImportState.APPLIED, at, None
        found.save(update_fields=["state", "applied_at", "undone_at"])
        result = _applied_result(found)
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


def _applied_result(found: SiteImport) -> dict[str, Any]:
    tally = queries.tally_of(found)
    numbers = {"created": tally.create, "updated": tally.update, "same": tally.same}
    left = tally.rejected + tally.blank
    message = (
        f"{tally.create:,} new, {tally.update:,} changed, {tally.same:,} unchanged, {left:,} not imported."
    )
    return {**numbers, "left": left, "message": message}


def _apply_rows(found: SiteImport, job: Job, tell: Tell, at: datetime) -> None:
    target = target_called(found.target)
    landing = queries.rows_of(found).filter(verdict__in=[RowVerdict.ACCEPTED, RowVerdict.ATTENTION])
    total, done = landing.count(), 0
    wave = Wave.objects.filter(pk=job.params.get("wave"), rollout=found.rollout).first()
    key_field = checked_target(target, found.rollout)[0].key_field

    def wrote(more: int) -> None:
        nonlocal done
        done = min(total, done + more)
        tell(done, total, f"{done:,} of {total:,} records written")

    wrote(0)
    for rows in _batches(landing.iterator(BATCH)):
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
        )
        target.apply(batch)
        pgbulk.update(ImportRow, rows, ["change", "changes", "subject_id"])
        wrote(len(rows))


def _compare_anew(found: SiteImport, target: ImportTarget, key_field: str, rows: Sequence[ImportRow]) -> None:
    """What is there may have changed since the check; undo needs what was there when it was overwritten."""
    present = target.present(found.rollout, [str(row.values[key_field]) for row in rows])
    for row in rows:
        there = present.get(fold(str(row.values[key_field])))
        row.change, row.changes = compare(row.values, there)
        row.subject_id = there.subject_id if there else None


# --- Undo -----------------------------------------------------------------------------------------------------


def run_undo(job: Job, progress: jobs.Progress, *, at: datetime) -> dict[str, Any]:
    """Put back what the import changed and remove what it made, except what has been used or changed since."""
    with _aside(progress) as tell, transaction.atomic():
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


def _undo_rows(found: SiteImport, job: Job, tell: Tell, at: datetime) -> dict[str, Any]:
    touched = queries.rows_of(found).filter(change__in=[RowChange.CREATE, RowChange.UPDATE])
    total, done, removed, restored = touched.count(), 0, 0, 0
    stays: list[tuple[str, str]] = []
    for rows in _batches(touched.iterator(BATCH)):
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
        "stays": stays[:500],
        "stay_count": len(stays),
        "message": message,
    }
