"""Bulk changes as jobs under stress: cancelled, doubled, crossing each other. Real transactions."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connection

from rollout.models import AuditEntry, Job
from rollout.tasks import run_job
from sites import actions
from sites.actions.bulk import starting
from sites.models import Enrolment
from sites.queries.bulk import Change
from tests import factories as make
from tests.people import assemble


@pytest.fixture
def scene(transactional_db):
    cast = assemble()
    rows = make.EnrolmentFactory.create_batch(6, rollout=cast.rollout)
    return cast, rows, make.WaveFactory(rollout=cast.rollout, number=1)


@pytest.fixture
def job(scene, monkeypatch):
    cast, rows, wave = scene
    monkeypatch.setattr(starting, "AT_ONCE", 0)
    return actions.start_change(
        rollout=cast.rollout,
        enrolment_ids=[row.pk for row in rows],
        change=Change("wave", wave.pk),
        title="Wave 1",
        bulk_id=uuid.uuid4(),
        by=cast.pm,
        at=make.NOW,
    )


def waves():
    return set(Enrolment.objects.values_list("wave", flat=True))


def test_a_cancel_leaves_everything_as_it_was(scene, job):
    Job.objects.filter(pk=job.pk).update(cancel_asked_at=make.NOW)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, waves()) == ("cancelled", {None})
    assert not AuditEntry.objects.filter(type="sites.site.changed").exists()


def test_numbers_are_seen_while_the_work_is_not_yet_committed(scene, job):
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.message) == ("done", 6, 6, "6 sites changed.")


def test_an_error_half_way_leaves_everything_as_it_was(scene, job, monkeypatch):
    monkeypatch.setattr("sites.actions.bulk.changing.BATCH", 2)
    calls = iter([None, None])

    def fails_at_last(*args, **more):
        next(calls)
        return real(*args, **more)

    real = actions.bulk.changing.write_cells
    monkeypatch.setattr("sites.actions.bulk.changing.write_cells", fails_at_last)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, waves()) == ("failed", {None})


def test_two_who_change_the_same_sites_at_once_both_get_through(scene):
    cast, rows, wave = scene
    ids = [row.pk for row in rows]
    started, done, failed = threading.Barrier(2), [], []

    def change(chosen, what):
        try:
            started.wait()
            done.append(
                actions.change_many(
                    rollout=cast.rollout, enrolment_ids=chosen, change=what, by=cast.pm, at=make.NOW
                )
            )
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    both = [(ids, Change("wave", wave.pk)), (ids[::-1], Change("time_zone", "America/Denver"))]
    threads = [threading.Thread(target=change, args=one) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert [one.changed for one in done] == [6, 6]
