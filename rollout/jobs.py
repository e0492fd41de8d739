"""Long work: start it, do it in workers, see it, cancel it, retry it, survive everything.

PostgreSQL holds the work (`Job`, `JobItem`); a Celery message only wakes a worker, so a lost broker, a lost message or a
killed worker costs time and nothing else. `resume` runs every few seconds and wakes workers for jobs that went quiet.

A kind of job is registered by the app that does it::

    @jobs.items_handler("workorders.packets.render", title="Render packets")
    def render_one(job: Job, subject_id: int) -> None: ...

    @jobs.whole_handler("sites.import.apply")
    def apply(job: Job, progress: Progress) -> dict: ...

Handlers must be idempotent: after a crash they run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet
from kombu.exceptions import OperationalError

from rollout.choices import ItemState, JobState
from rollout.models import Job, JobItem, Rollout, User

log = structlog.get_logger(__name__)

# A worker that says nothing for this long is taken for dead and its work is given to another.
LEASE = timedelta(seconds=settings.JOB_LEASE_SECONDS)
QUIET = timedelta(seconds=settings.JOB_QUIET_SECONDS)
BATCH = 8
MAX_ATTEMPTS = 4
PARALLEL_WAKES = 8

ItemHandler = Callable[[Job, int], None]
Preparer = Callable[[Job], Iterable[tuple[int, str]]]
WholeHandler = Callable[[Job, "Progress"], dict[str, Any]]
Finisher = Callable[[Job], dict[str, Any]]
Tell = Callable[[int, int, str], None]


class JobCancelled(Exception):
    """The person asked to stop; raised inside a whole handler by `Progress`."""


class JobFailed(Exception):
    """A handler cannot go on; the text is shown to the person as it is."""


@dataclass(frozen=True)
class ItemKind:
    """How one item is done; what finds the items once a worker begins; what is summed up when all have ended."""

    run: ItemHandler
    prepare: Preparer | None
    finish: Finisher | None


ITEM_KINDS: dict[str, ItemKind] = {}
WHOLE_KINDS: dict[str, WholeHandler] = {}


def items_handler(
    kind: str, *, prepare: Preparer | None = None, finish: Finisher | None = None
) -> Callable[[ItemHandler], ItemHandler]:
    """Register the function that does one item of this kind of job.

    With `prepare` the job is started without items; the first worker calls it, in one transaction with writing the items
    `(subject_id, label)` it returns, so that a killed worker leaves the job as it was and another one prepares it.
    """

    def register(run: ItemHandler) -> ItemHandler:
        ITEM_KINDS[kind] = ItemKind(run, prepare, finish)
        return run

    return register


def whole_handler(kind: str) -> Callable[[WholeHandler], WholeHandler]:
    """Register the function that does this kind of job in one go, reporting as it goes."""

    def register(run: WholeHandler) -> WholeHandler:
        WHOLE_KINDS[kind] = run
        return run

    return register


@dataclass(frozen=True)
class Counts:
    """Numbers for the progress bar. `open` are waiting or in work."""

    total: int
    done: int
    failed: int
    cancelled: int

    @property
    def open(self) -> int:
        """Still to be done."""
        return self.total - self.done - self.failed - self.cancelled

    @property
    def percent(self) -> int:
        """Whole percent of the items that have ended."""
        return 100 * (self.total - self.open) // self.total if self.total else 0


def counts(job: Job) -> Counts:
    """Return the numbers of a job: counted from its items, or as the whole job reported them."""
    return counts_of([job])[job.pk]


def counts_of(found: Sequence[Job]) -> dict[int, Counts]:
    """Return the numbers of each job, in one query however many there are."""
    with_items = [job.pk for job in found if job.kind in ITEM_KINDS]
    items: dict[int, dict[str, int]] = {pk: {} for pk in with_items}
    if with_items:
        states = JobItem.objects.filter(job__in=with_items).values_list("job", "state")
        for pk, state, n in states.annotate(n=Count("pk")).order_by():
            items[pk][state] = n
    return {
        job.pk: _counted(items[job.pk]) if job.pk in items else Counts(job.total, job.done, 0, 0)
        for job in found
    }


def _counted(by_state: dict[str, int]) -> Counts:
    return Counts(
        total=sum(by_state.values()),
        done=by_state.get(ItemState.DONE, 0),
        failed=by_state.get(ItemState.FAILED, 0),
        cancelled=by_state.get(ItemState.CANCELLED, 0),
    )


def start(
    kind: str,
    *,
    title: str,
    rollout: Rollout,
    by: User,
    at: datetime,
    items: Iterable[tuple[int, str]] = (),
    params: dict[str, Any] | None = None,
    back_url: str = "",
) -> Job:
    """Write the job and its items (`(subject_id, label)`) and wake workers once the transaction commits."""
    job = Job.objects.create(
        kind=kind, title=title, rollout=rollout, by=by, created_at=at, params=params or {}, back_url=back_url
    )
    _write_items(job, items)
    wake(job)
    return job


def _write_items(job: Job, items: Iterable[tuple[int, str]]) -> None:
    rows = [JobItem(job=job, subject_id=pk, label=label[:120]) for pk, label in items]
    JobItem.objects.bulk_create(rows, batch_size=2000)
    if rows:
        job.total = len(rows)
        job.save(update_fields=["total"])


def prepare(job: Job) -> None:
    """Let a kind find its items, once. Whoever comes second waits for the first and finds it done."""
    kind = ITEM_KINDS[job.kind]
    if kind.prepare is None or job.params.get("prepared"):
        return
    with transaction.atomic():
        locked = Job.objects.select_for_update().select_related("rollout__client", "by").get(pk=job.pk)
        if locked.params.get("prepared") or locked.has_ended:
            return
        _write_items(locked, kind.prepare(locked))
        locked.params["prepared"] = True
        locked.save(update_fields=["params"])
        wake(locked)


def wake(job: Job) -> None:
    """Send messages after commit. A broker that is away costs nothing: `resume` sends them again."""
    messages = min(PARALLEL_WAKES, -(-job.total // BATCH)) if job.kind in ITEM_KINDS else 1
    transaction.on_commit(lambda: _send(job.pk, max(1, messages)))


def _send(job_id: int, messages: int) -> None:
    # By name: `rollout.tasks` imports this module.
    try:
        for _ in range(messages):
            current_app.send_task("rollout.tasks.run_job", [job_id])
    except OperationalError as error:
        log.warning("jobs.broker_away", job_id=job_id, error=str(error))


def cancel(*, job: Job, at: datetime) -> None:
    """Ask a job to stop. Items nobody has begun are cancelled at once; those in work are finished."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.has_ended:
            return
        job.cancel_asked_at = job.cancel_asked_at or at
        job.save(update_fields=["cancel_asked_at"])
        job.items.filter(state=ItemState.WAITING).update(state=ItemState.CANCELLED)
        if job.state == JobState.QUEUED:
            _end(job, JobState.CANCELLED, at=at, message="Cancelled before it began.")
    settle(job, at=at)


def retry(*, job: Job, at: datetime) -> Job:
    """Do again what failed or was cancelled; what is done stays done."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if not job.has_ended:
            return job
        again = job.items.filter(state__in=[ItemState.FAILED, ItemState.CANCELLED])
        if job.kind in ITEM_KINDS and not again.update(state=ItemState.WAITING, error="", attempts=0):
            return job
        job.state, job.ended_at, job.cancel_asked_at, job.message = JobState.QUEUED, None, None, ""
        job.alive_at = at
        job.save(update_fields=["state", "ended_at", "cancel_asked_at", "message", "alive_at"])
        wake(job)
    return job


def begin(job_id: int, *, at: datetime) -> Job | None:
    """Mark a job as running; None when it has ended or, for a whole job, when another worker is alive on it."""
    with transaction.atomic():
        job: Job | None = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.has_ended:
            return None
        whole_and_busy = job.kind in WHOLE_KINDS and job.state == JobState.RUNNING and not _quiet(job, at)
        if whole_and_busy:
            return None
        job.times_resumed += job.kind in WHOLE_KINDS and job.state == JobState.RUNNING
        job.state, job.alive_at = JobState.RUNNING, at
        job.started_at = job.started_at or at
        job.save(update_fields=["state", "alive_at", "started_at", "times_resumed"])
    return job


def _quiet(job: Job, at: datetime) -> bool:
    return job.alive_at is None or job.alive_at < at - QUIET


def claim(job: Job, *, at: datetime, size: int = BATCH) -> list[JobItem]:
    """Take up to `size` items that wait or whose worker died. Two workers never claim the same one."""
    takeable = Q(state=ItemState.WAITING) | Q(state=ItemState.CLAIMED, lease_until__lt=at)
    with transaction.atomic():
        _give_up_on_killers(job, at)
        items = list(job.items.select_for_update(skip_locked=True).filter(takeable).order_by("pk")[:size])
        interrupted = any(item.state == ItemState.CLAIMED for item in items)
        for item in items:
            item.state, item.lease_until, item.attempts = ItemState.CLAIMED, at + LEASE, item.attempts + 1
        JobItem.objects.bulk_update(items, ["state", "lease_until", "attempts"])
        if items:
            Job.objects.filter(pk=job.pk).update(
                alive_at=at, times_resumed=F("times_resumed") + int(interrupted)
            )
    return items


def begin_item(batch: Sequence[JobItem], *, at: datetime) -> bool:
    """Renew the leases of a claimed batch whose first item is about to be done, so that slow is not taken for dead.

    False when another worker has taken that first item meanwhile; then it is that worker's.
    """
    first = batch[0]
    mine = JobItem.objects.filter(pk__in=[item.pk for item in batch], state=ItemState.CLAIMED)
    mine.update(lease_until=at + LEASE)
    Job.objects.filter(pk=first.job_id).update(alive_at=at)
    return mine.filter(pk=first.pk, attempts=first.attempts).exists()


def _give_up_on_killers(job: Job, at: datetime) -> None:
    """An item whose worker died again and again is failed, so that it cannot take every worker with it."""
    job.items.filter(state=ItemState.CLAIMED, lease_until__lt=at, attempts__gte=MAX_ATTEMPTS).update(
        state=ItemState.FAILED, lease_until=None, error=f"The worker died on it {MAX_ATTEMPTS} times."
    )


def close_item(item: JobItem, *, error: str = "") -> None:
    """Write down how an item ended."""
    item.state = ItemState.FAILED if error else ItemState.DONE
    JobItem.objects.filter(pk=item.pk).update(state=item.state, lease_until=None, error=error[:400])


def another_waits(job: Job, *, at: datetime) -> bool:
    """Whether some other job has no worker: it was never begun, or its worker is dead."""
    others = _open_jobs().exclude(pk=job.pk)
    return others.filter(
        Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, alive_at__lt=at - QUIET)
    ).exists()


def give_way(job: Job, unbegun: Sequence[JobItem]) -> None:
    """Put back what was claimed and not begun, and queue again behind whoever waits.

    Without it a check of two seconds waits until hundreds of packets are rendered. One message replaces the one that
    brought the worker here, so there are never more of them than `wake` sent.
    """
    for item in unbegun:
        mine = JobItem.objects.filter(pk=item.pk, state=ItemState.CLAIMED, attempts=item.attempts)
        mine.update(state=ItemState.WAITING, lease_until=None, attempts=F("attempts") - 1)
    transaction.on_commit(lambda: _send(job.pk, 1))


def settle(job: Job, *, at: datetime) -> None:
    """End a job whose items have all ended; whoever closes the last item ends the job, once."""
    if job.kind not in ITEM_KINDS:
        return
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        numbers = counts(locked)
        kind = ITEM_KINDS[locked.kind]
        unprepared = (
            kind.prepare is not None and not locked.params.get("prepared") and not locked.cancel_asked_at
        )
        if locked.has_ended or numbers.open or unprepared:
            return
        finish = kind.finish
        if finish is not None:
            locked.result = finish(locked)
        state = (
            JobState.CANCELLED if numbers.cancelled else JobState.FAILED if numbers.failed else JobState.DONE
        )
        locked.done = numbers.done
        _end(locked, state, at=at, message=_item_message(locked, numbers))


def _item_message(job: Job, numbers: Counts) -> str:
    parts = [f"{numbers.done:,} of {numbers.total:,} done" if numbers.total else "Nothing had to be done"]
    if numbers.failed:
        parts.append(f"{numbers.failed:,} failed")
    if numbers.cancelled:
        parts.append(f"{numbers.cancelled:,} cancelled")
    if job.times_resumed:
        times = "once" if job.times_resumed == 1 else f"{job.times_resumed} times"
        parts.append(f"resumed {times} after a worker was lost")
    told = str(job.result.get("message", "")) if job.result else ""
    return " ".join(filter(None, [", ".join(parts) + ".", told]))


def _end(job: Job, state: JobState, *, at: datetime, message: str) -> None:
    job.state, job.ended_at, job.message = state, at, message[:400]
    job.save(update_fields=["state", "ended_at", "message", "result", "done", "total"])


class Progress:
    """What a whole handler reports through. Reporting also says "alive" and notices a cancel."""

    def __init__(self, job: Job, clock: Callable[[], datetime]) -> None:
        self.job = job
        self.clock = clock

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """Write the numbers; raises `JobCancelled` when the person asked to stop."""
        fields = {"done": done, "total": total, "alive_at": self.clock()}
        if message:
            fields["message"] = message[:400]
        Job.objects.filter(pk=self.job.pk).update(**fields)
        self.job.done, self.job.total = done, total
        if Job.objects.filter(pk=self.job.pk, cancel_asked_at__isnull=False).exists():
            raise JobCancelled


@contextmanager
def aside(progress: Progress) -> Iterator[Tell]:
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


def end_whole(
    job: Job, state: JobState, *, at: datetime, message: str, result: dict[str, Any] | None = None
) -> None:
    """End a whole job, once."""
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        if not locked.has_ended:
            locked.result = result or {}
            _end(locked, state, at=at, message=message)


def _open_jobs() -> QuerySet[Job]:
    return Job.objects.exclude(state__in=[JobState.DONE, JobState.FAILED, JobState.CANCELLED])


def to_resume(*, at: datetime) -> QuerySet[Job]:
    """Return jobs that should be moving and are not."""
    never_begun = Q(state=JobState.QUEUED, created_at__lt=at - timedelta(seconds=5))
    return _open_jobs().filter(never_begun | Q(state=JobState.RUNNING, alive_at__lt=at - QUIET))


def resume(*, at: datetime) -> int:
    """Wake workers for quiet jobs; returns how many."""
    quiet = list(to_resume(at=at))
    for job in quiet:
        settle(job, at=at)
        wake(job)
    return len(quiet)
