"""Long work survives everything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from rollout import jobs, tasks
from rollout.choices import ItemState, JobState
from rollout.models import Job

DONE: list[int] = []


@jobs.items_handler("tests.count")
def _count(job: Job, subject_id: int) -> None:
    if job.params.get("fail") == subject_id:
        raise jobs.JobFailed("The third one is no good.")
    if job.params.get("explode") == subject_id:
        raise ValueError("internal detail")
    DONE.append(subject_id)


@jobs.whole_handler("tests.whole")
def _whole(job: Job, progress: jobs.Progress) -> dict[str, object]:
    progress(1, 2)
    return {"message": "Both.", "n": 2}


@pytest.fixture(autouse=True)
def _fresh():
    DONE.clear()


def start(cast, n=5, kind="tests.count", **params):
    items = [(i, f"item {i}") for i in range(1, n + 1)]
    return jobs.start(
        kind, title="T", rollout=cast.rollout, by=cast.pm, at=timezone.now(), items=items, params=params
    )


def test_all_items_are_done_once_and_the_job_says_so(cast):
    job = start(cast, 20)
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert sorted(DONE) == list(range(1, 21))
    assert (job.state, job.message) == (JobState.DONE, "20 of 20 done.")


def test_a_failure_is_told_and_only_it_is_retried(cast):
    job = start(cast, fail=3)
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.FAILED, "4 of 5 done, 1 failed.")
    assert job.items.get(subject_id=3).error == "The third one is no good."
    job.params = {}
    job.save()
    DONE.clear()
    tasks.run_job(jobs.retry(job=job, at=timezone.now()).pk)
    job.refresh_from_db()
    assert (job.state, DONE) == (JobState.DONE, [3])


def test_an_unexpected_error_shows_no_internals(cast):
    job = start(cast, explode=2)
    tasks.run_job(job.pk)
    assert "internal detail" not in job.items.get(subject_id=2).error


def test_a_dead_workers_items_are_taken_up_after_the_lease(cast):
    job = start(cast)
    jobs.begin(job.pk, at=timezone.now())
    lost = jobs.claim(job, at=timezone.now(), size=2)
    tasks.run_job(job.pk)
    assert sorted(DONE) == [3, 4, 5]
    later = timezone.now() + jobs.LEASE + timedelta(seconds=1)
    assert jobs.resume(at=later) == 1
    again = jobs.claim(job, at=later)
    assert [i.pk for i in again] == [i.pk for i in lost]
    for item in again:
        tasks._run_item(job, item)
    jobs.settle(job, at=later)
    job.refresh_from_db()
    assert sorted(DONE) == [1, 2, 3, 4, 5]
    assert job.message == "5 of 5 done, resumed once after a worker was lost."


def test_two_workers_never_claim_the_same_item(cast):
    job = start(cast)
    first, second = jobs.claim(job, at=timezone.now(), size=3), jobs.claim(job, at=timezone.now(), size=3)
    assert {i.pk for i in first}.isdisjoint(i.pk for i in second)


def test_an_item_that_kills_its_worker_is_given_up(cast):
    job = start(cast, 1)
    at = timezone.now()
    for _ in range(jobs.MAX_ATTEMPTS):
        assert jobs.claim(job, at=at)
        at += jobs.LEASE + timedelta(seconds=1)
    assert jobs.claim(job, at=at) == []
    assert job.items.get().state == ItemState.FAILED


def test_cancel_keeps_what_is_done(cast):
    job = start(cast)
    jobs.begin(job.pk, at=timezone.now())
    item = jobs.claim(job, at=timezone.now(), size=1)[0]
    jobs.cancel(job=job, at=timezone.now())
    jobs.close_item(item)
    jobs.settle(job, at=timezone.now())
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.CANCELLED, "1 of 5 done, 4 cancelled.")


def test_running_an_ended_job_again_does_nothing(cast):
    job = start(cast)
    tasks.run_job(job.pk)
    DONE.clear()
    tasks.run_job(job.pk)
    assert DONE == []


def test_a_whole_job_is_not_run_by_two_workers(cast):
    job = start(cast, 0, "tests.whole")
    assert jobs.begin(job.pk, at=timezone.now())
    assert jobs.begin(job.pk, at=timezone.now()) is None
    assert jobs.begin(job.pk, at=timezone.now() + jobs.QUIET * 2)


def test_a_whole_job_stops_when_asked(cast):
    job = start(cast, 0, "tests.whole")
    Job.objects.filter(pk=job.pk).update(cancel_asked_at=timezone.now())
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_a_lost_message_is_sent_again(cast):
    start(cast)
    assert jobs.resume(at=timezone.now() + timedelta(seconds=6)) == 1


def test_a_slow_worker_keeps_its_items(cast):
    job = start(cast, 3)
    at = timezone.now()
    jobs.begin(job.pk, at=at)
    mine = jobs.claim(job, at=at)
    later = at + jobs.LEASE - timedelta(seconds=1)
    assert jobs.begin_item(mine, at=later)
    assert jobs.claim(job, at=at + jobs.LEASE + timedelta(seconds=1)) == []


def test_an_item_another_worker_took_is_left_to_it(cast):
    job = start(cast, 1)
    at = timezone.now()
    mine = jobs.claim(job, at=at)
    assert jobs.claim(job, at=at + jobs.LEASE + timedelta(seconds=1))
    assert not jobs.begin_item(mine, at=at + jobs.LEASE + timedelta(seconds=2))


@pytest.fixture
def messages(monkeypatch):
    sent: list[int] = []
    monkeypatch.setattr(jobs, "_send", lambda job_id, messages: sent.extend([job_id] * messages))
    return sent


def run_by_message(job, capture):
    """As a worker does it that was sent a message, and not by a call."""
    with capture(execute=True):
        tasks.run_job.apply([job.pk])


def test_long_work_gives_way_to_who_waits(cast, messages, django_capture_on_commit_callbacks):
    long, short = start(cast, 20), start(cast, 0, kind="tests.whole")
    run_by_message(long, django_capture_on_commit_callbacks)
    assert (DONE, messages) == ([1], [long.pk])
    assert set(long.items.exclude(subject_id=1).values_list("state", "attempts")) == {(ItemState.WAITING, 0)}
    tasks.run_job(short.pk)
    run_by_message(long, django_capture_on_commit_callbacks)
    long.refresh_from_db()
    assert (sorted(DONE), long.message) == (list(range(1, 21)), "20 of 20 done.")


def test_long_work_gives_way_to_a_job_whose_worker_died(cast, messages, django_capture_on_commit_callbacks):
    long, short = start(cast, 20), start(cast, 0, kind="tests.whole")
    long_ago = timezone.now() - jobs.QUIET - timedelta(seconds=1)
    Job.objects.filter(pk=short.pk).update(state=JobState.RUNNING, alive_at=long_ago)
    run_by_message(long, django_capture_on_commit_callbacks)
    assert DONE == [1]


def test_long_work_goes_on_beside_work_that_has_a_worker(cast, messages, django_capture_on_commit_callbacks):
    long, short = start(cast, 20), start(cast, 0, kind="tests.whole")
    Job.objects.filter(pk=short.pk).update(state=JobState.RUNNING, alive_at=timezone.now())
    run_by_message(long, django_capture_on_commit_callbacks)
    assert len(DONE) == 20


def test_two_long_jobs_take_turns_without_end(cast, messages, django_capture_on_commit_callbacks):
    first, second = start(cast, 20), start(cast, 20)
    for job in (first, second, first):
        run_by_message(job, django_capture_on_commit_callbacks)
    assert not jobs.counts(first).open
    assert not jobs.counts(second).open
