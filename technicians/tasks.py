"""What workers do for this app. Registered with `rollout.jobs`; every handler may run twice."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from rollout import jobs
from rollout.exceptions import Refused
from rollout.models import Job
from technicians.actions import schedule, telling
from technicians.models import SchedulePlan
from technicians.scheduling import Progress


@jobs.whole_handler(schedule.SOLVE_JOB)
def solve_schedule(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Compute a schedule proposal. Cancelling discards it: half a search is not worth a look."""
    plan = SchedulePlan.objects.select_related("rollout").get(pk=job.params["plan"])

    def report(live: Progress) -> None:
        words = f"{live.scheduled:,} of {live.requested:,} placed, {round(live.km):,} km. Looking for shorter ways."
        progress(round(live.done * 100), 100, words)

    try:
        plan = schedule.solve_plan(plan=plan, seconds=job.params["seconds"], at=timezone.now(), report=report)
    except jobs.JobCancelled:
        schedule.discard(plan=plan, by=job.by, at=timezone.now())
        raise
    numbers = plan.metrics
    progress(100, 100)
    return {"message": f"{numbers.get('scheduled', 0):,} of {numbers.get('requested', 0):,} visits placed."}


@jobs.items_handler(telling.SEND_JOB)
def send_links(job: Job, visit_id: int) -> None:
    """Tell the technicians of one visit."""
    try:
        telling.tell_visit(visit_id=visit_id, by=job.by, at=timezone.now())
    except (telling.NotTold, Refused) as problem:
        raise jobs.JobFailed(str(problem)) from problem
