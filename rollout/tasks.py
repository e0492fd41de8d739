"""Celery doors: ids in, one call, may run twice."""

from __future__ import annotations

import structlog
from celery import Task, shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from rollout import jobs
from rollout.choices import JobState
from rollout.models import Job, JobItem

log = structlog.get_logger(__name__)


@shared_task(name="rollout.tasks.run_job", bind=True)  # type: ignore[untyped-decorator]
def run_job(task: Task, job_id: int) -> None:
    """Work on a job until nothing of it is left to take, or another job has no worker; then it is queued again."""
    job = jobs.begin(job_id, at=timezone.now())
    if job is None:
        return
    if job.kind in jobs.ITEM_KINDS:
        # Called as a plain function there is no queue to wait in again.
        _run_items(job, gives_way=not task.request.called_directly)
    else:
        _run_whole(job)


def _run_items(job: Job, *, gives_way: bool) -> None:
    try:
        jobs.prepare(job)
    except jobs.JobFailed as failure:
        jobs.end_whole(job, JobState.FAILED, at=timezone.now(), message=str(failure))
        return
    while items := jobs.claim(job, at=timezone.now()):
        for number, item in enumerate(items):
            if jobs.begin_item(items[number:], at=timezone.now()):
                _run_item(job, item)
            if gives_way and jobs.another_waits(job, at=timezone.now()):
                jobs.give_way(job, items[number + 1 :])
                return
    jobs.settle(job, at=timezone.now())


def _run_item(job: Job, item: JobItem) -> None:
    error = ""
    try:
        jobs.ITEM_KINDS[job.kind].run(job, item.subject_id)
    except jobs.JobFailed as failure:
        error = str(failure)
    except SoftTimeLimitExceeded:
        error = "It took too long and was stopped."
    except Exception:
        log.exception("jobs.item_failed", job=str(job.key), kind=job.kind, subject=item.subject_id)
        error = "Something failed that Downbeat did not expect; it is in the log. Retry, and tell support if it stays."
    jobs.close_item(item, error=error)


def _run_whole(job: Job) -> None:
    progress = jobs.Progress(job, timezone.now)
    try:
        result = jobs.WHOLE_KINDS[job.kind](job, progress)
    except jobs.JobCancelled:
        jobs.end_whole(job, JobState.CANCELLED, at=timezone.now(), message="Cancelled. Nothing was changed.")
    except jobs.JobFailed as failure:
        jobs.end_whole(job, JobState.FAILED, at=timezone.now(), message=str(failure))
    except Exception:
        log.exception("jobs.whole_failed", job=str(job.key), kind=job.kind)
        message = "Something failed that Downbeat did not expect; it is in the log. Nothing was changed."
        jobs.end_whole(job, JobState.FAILED, at=timezone.now(), message=message)
    else:
        message = str(result.pop("message", "Done."))
        jobs.end_whole(job, JobState.DONE, at=timezone.now(), message=message, result=result)


@shared_task(name="rollout.tasks.resume_jobs", expires=30)  # type: ignore[untyped-decorator]
def resume_jobs() -> int:
    """Wake workers for jobs whose worker or message was lost."""
    return jobs.resume(at=timezone.now())
