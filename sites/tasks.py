"""What workers do for this app: one line each; the work is in `actions.import_runs`."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from rollout import jobs
from rollout.models import Job
from sites.actions import import_runs
from sites.actions.imports import APPLY, CHECK, UNDO


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
