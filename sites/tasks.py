"""What workers do for this app: one line each; the work is in `actions.import_runs`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.utils import timezone

from rollout import jobs
from rollout.exceptions import Refused
from rollout.models import Job
from sites.actions import asking, attachments, bulk, import_runs, inquiries
from sites.actions.imports import APPLY, CHECK, UNDO
from sites.models import Attachment
from sites.queries.bulk import CHANGE_JOB as BULK_CHANGE_JOB
from sites.queries.bulk import UNDO_JOB as BULK_UNDO_JOB


@jobs.whole_handler(CHECK)
def check_import(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Check every record of an uploaded file."""
    return import_runs.run_check(job, progress)


@jobs.whole_handler(APPLY)
def apply_import(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Write what the check found."""
    return import_runs.run_apply(job, progress, at=timezone.now())


@jobs.whole_handler(UNDO)
def undo_import(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Put back what an import changed."""
    return import_runs.run_undo(job, progress, at=timezone.now())


def _write_inquiries(job: Job) -> list[tuple[int, str]]:
    wish = asking.wish_of(job.params)
    return asking.write_inquiries(rollout=job.rollout, wish=wish, by=job.by, at=job.created_at)


@jobs.items_handler(asking.ASK_JOB, prepare=_write_inquiries, finish=asking.asked_summary)
def send_questions(job: Job, subject_id: int) -> None:
    """Send one person the link, if links are sent at all."""
    if not asking.wish_of(job.params).send:
        return
    _or_fail(lambda: inquiries.send_inquiry(inquiry_id=subject_id, by=job.by, at=timezone.now()))


@jobs.items_handler(inquiries.CHANGE_JOB)
def change_questions(job: Job, subject_id: int) -> None:
    """Remind, extend, withdraw or ask again, one person."""
    _or_fail(lambda: inquiries.change_one(job=job, inquiry_id=subject_id, at=timezone.now()))


def _or_fail(work: Callable[[], object]) -> None:
    """A refusal is the sentence with which the item fails."""
    try:
        work()
    except Refused as refusal:
        raise jobs.JobFailed(str(refusal)) from refusal


@shared_task(name="sites.tasks.remind_sites", expires=600)  # type: ignore[untyped-decorator]
def remind_sites() -> int:
    """Send the reminders that are due; returns how many."""
    return inquiries.remind_due(at=timezone.now())


@jobs.whole_handler(BULK_CHANGE_JOB)
def change_many_sites(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Change many sites in one transaction."""
    return bulk.run_change(job, progress, at=timezone.now())


@jobs.whole_handler(BULK_UNDO_JOB)
def undo_many_sites(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Put back what a bulk change changed."""
    return bulk.run_undo(job, progress, at=timezone.now())


@shared_task(name="sites.tasks.make_attachment_preview")  # type: ignore[untyped-decorator]
def make_attachment_preview(attachment_id: int) -> None:
    """Make the small picture of a file about a site."""
    attachment = Attachment.objects.select_related("file").filter(pk=attachment_id).first()
    if attachment is not None:
        attachments.make_preview(attachment=attachment, at=timezone.now())
