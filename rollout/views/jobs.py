"""Long work as a page and as a fragment, and files."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from rollout import access, files, jobs, queries
from rollout.models import Job
from rollout.permissions import Permission
from rollout.views.parts import signed_in


def _context(job: Job) -> dict[str, Any]:
    numbers = jobs.counts(job)
    return {
        "job": job,
        "rollout": job.rollout,
        "counts": numbers,
        "can_retry": job.has_ended and bool(numbers.failed or numbers.cancelled),
        "failed_items": job.items.filter(state="failed")[:20] if numbers.failed else [],
    }


@never_cache
def job_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One job: its numbers, what failed, what to do."""
    return render(request, "rollout/job_page.html", _context(access.job_for(request.user, key)))


@never_cache
def job_progress(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The part of the page that is polled while the job runs."""
    return render(request, "rollout/job_progress.html", _context(access.job_for(request.user, key)))


@require_POST
def job_cancel(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Stop a job; what is done stays done."""
    job = access.job_for(request.user, key)
    jobs.cancel(job=job, at=timezone.now())
    return redirect("rollout:job", key=key)


@require_POST
def job_retry(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Do again what failed or was cancelled."""
    job = access.job_for(request.user, key)
    jobs.retry(job=job, at=timezone.now())
    return redirect("rollout:job", key=key)


def job_list(request: HttpRequest, code: str) -> HttpResponse:
    """The rollout's latest jobs."""
    rollout = access.rollout_for(signed_in(request), code, Permission.ROLLOUT_VIEW)
    return render(request, "rollout/job_list.html", {"rollout": rollout, "jobs": queries.jobs_of(rollout)})


def file_download(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Hand out a stored file to the rollout's team."""
    stored = access.file_for(request.user, key)
    return files.response(stored, download="download" in request.GET)  # type: ignore[return-value]
