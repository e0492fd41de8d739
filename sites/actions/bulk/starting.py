"""Do a bulk change at once when it is small, else as a job; the same answer sent twice is one change."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from rollout import jobs
from rollout.models import Job, Rollout, User
from sites.actions.bulk.changing import Changed, change_many
from sites.actions.bulk.undoing import NothingToUndo, UndoneBulk, header_to_undo, undo_bulk
from sites.queries.bulk import CHANGE_JOB, UNDO_JOB, Change, header_of, jobs_of_bulk

AT_ONCE = 500
"""So many sites are changed while the person waits; more are a job."""


@transaction.atomic
def start_change(
    *,
    rollout: Rollout,
    enrolment_ids: Sequence[int],
    change: Change,
    title: str,
    bulk_id: uuid.UUID,
    by: User,
    at: datetime,
    reason: str = "",
) -> Changed | Job:
    """Begin a change: done when few sites are meant and nothing else is being changed, else a job.

    Sent twice under one `bulk_id` it is begun once; the second answer is the first one's.
    """
    Rollout.objects.select_for_update(no_key=True).get(pk=rollout.pk)
    begun = jobs_of_bulk(rollout, bulk_id).filter(kind=CHANGE_JOB).first()
    if begun is not None:
        return begun
    small = len(enrolment_ids) <= AT_ONCE and not _busy(rollout)
    if small or header_of(rollout, bulk_id) is not None:
        return change_many(
            rollout=rollout,
            enrolment_ids=enrolment_ids,
            change=change,
            by=by,
            at=at,
            reason=reason,
            bulk_id=bulk_id,
        )
    params = {"change": change.as_json(), "ids": packed(enrolment_ids), "reason": reason}
    return _start(CHANGE_JOB, title, rollout, bulk_id, by, at, len(enrolment_ids), params)


@transaction.atomic
def start_undo_bulk(*, rollout: Rollout, bulk_id: uuid.UUID, by: User, at: datetime) -> UndoneBulk | Job:
    """Begin to undo a bulk change: done when it is small, else a job. Raises `NothingToUndo`."""
    Rollout.objects.select_for_update(no_key=True).get(pk=rollout.pk)
    running = jobs_of_bulk(rollout, bulk_id).filter(kind=UNDO_JOB, ended_at__isnull=True).first()
    if running is not None:
        return running
    header = header_to_undo(rollout, bulk_id)
    if header.data["changed"] <= AT_ONCE and not _busy(rollout):
        return undo_bulk(rollout=rollout, bulk_id=bulk_id, by=by, at=at)
    title = f"Undo: {header.data['title']}"
    return _start(UNDO_JOB, title, rollout, bulk_id, by, at, header.data["changed"], {})


def _busy(rollout: Rollout) -> bool:
    """Whether a long change of the client's sites is going on, for which a page would have to wait."""
    kinds = (CHANGE_JOB, UNDO_JOB)
    return Job.objects.filter(
        kind__in=kinds, rollout__client=rollout.client_id, ended_at__isnull=True
    ).exists()


def _start(
    kind: str,
    title: str,
    rollout: Rollout,
    bulk_id: uuid.UUID,
    by: User,
    at: datetime,
    total: int,
    params: dict[str, Any],
) -> Job:
    back = reverse("sites:change", kwargs={"code": rollout.code, "bulk_id": bulk_id})
    whole = {**params, "bulk_id": str(bulk_id)}
    job = jobs.start(kind, title=title[:200], rollout=rollout, by=by, at=at, params=whole, back_url=back)
    job.total = total
    job.save(update_fields=["total"])
    return job


def run_change(job: Job, progress: jobs.Progress, *, at: datetime) -> dict[str, Any]:
    """Do the change of a job. May run twice: the second time finds it done."""
    params = job.params
    with jobs.aside(progress) as tell:
        done = change_many(
            rollout=job.rollout,
            enrolment_ids=unpacked(params["ids"]),
            change=Change.from_json(params["change"]),
            by=job.by,
            at=at,
            reason=params["reason"],
            bulk_id=uuid.UUID(params["bulk_id"]),
            tell=tell,
        )
    return {"message": done.sentence}


def run_undo(job: Job, progress: jobs.Progress, *, at: datetime) -> dict[str, Any]:
    """Undo the bulk change of a job. May run twice: the second time finds it undone."""
    bulk_id = uuid.UUID(job.params["bulk_id"])
    try:
        with jobs.aside(progress) as tell:
            done = undo_bulk(rollout=job.rollout, bulk_id=bulk_id, by=job.by, at=at, tell=tell)
    except NothingToUndo as refusal:
        return {"message": str(refusal)}
    return {"message": done.sentence}


def packed(ids: Sequence[int]) -> str:
    """Write ids as runs, "1-5000,5007": sites that came together have ids that follow each other."""
    runs: list[list[int]] = []
    for pk in sorted(set(ids)):
        if runs and pk == runs[-1][1] + 1:
            runs[-1][1] = pk
        else:
            runs.append([pk, pk])
    return ",".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs)


def unpacked(text: str) -> list[int]:
    """Read what `packed` wrote."""
    ends = [[int(end) for end in run.split("-")] for run in text.split(",") if run]
    return [pk for run in ends for pk in range(run[0], run[-1] + 1)]
