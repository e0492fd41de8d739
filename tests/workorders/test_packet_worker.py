"""Real workers, really killed: every packet exists once, none is lost, and the job says what happened."""

from __future__ import annotations

import time

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from rollout.choices import ItemState, JobState
from rollout.models import Job, StoredFile
from tests import factories as make
from tests.people import assemble
from tests.workers import OwnValkey, wait_for
from workorders.actions import packets as actions
from workorders.choices import RevisionState
from workorders.models import Packet

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
SITES = 14


@pytest.fixture
def job(transactional_db):
    cast = assemble()
    revision = make.PlanRevisionFactory(rollout=cast.rollout)
    for number in range(4):
        step = make.StepFactory(revision=revision, key=f"step-{number}", title=f"Step {number}")
        make.EvidenceSpecFactory(step=step, key="photo")
    revision.state, revision.published_at, revision.published_by = RevisionState.PUBLISHED, make.NOW, cast.pm
    revision.save()
    for _ in range(SITES):
        make.EnrolmentFactory(rollout=cast.rollout)
    return actions.start_generating(rollout=cast.rollout, by=cast.pm, at=timezone.now(), back_url="/")


@pytest.fixture
def valkey(tmp_path):
    """A broker of this test's own, ended whatever happens."""
    own = OwnValkey(tmp_path)
    own.start()
    yield own
    own.kill()


def finished(job: Job) -> int:
    return job.items.filter(state=ItemState.DONE).count()


def ended(job: Job) -> bool:
    job.refresh_from_db()
    return job.has_ended


def assert_every_packet_exists_once(job: Job) -> None:
    packets = Packet.objects.filter(superseded_at__isnull=True).select_related("pdf")
    assert packets.count() == SITES
    assert all(packet.pdf and packet.issued_at for packet in packets)
    assert StoredFile.objects.filter(media_type="application/pdf").count() == SITES
    assert all(default_storage.size(packet.pdf.content.name) == packet.pdf.size for packet in packets)
    assert job.items.filter(state=ItemState.DONE).count() == SITES


def test_a_worker_killed_in_the_middle_loses_nothing(job, worker):
    worker.start()
    wait_for(lambda: finished(job) >= 2, seconds=60, what="the first packets")
    worker.kill()
    before = finished(job)
    assert before < SITES, "the batch was over before the kill; make it longer"
    worker.start()
    wait_for(lambda: ended(job), seconds=120, what="the job to end after the restart")
    assert job.state == JobState.DONE, job.message
    assert "resumed" in job.message
    assert_every_packet_exists_once(job)


def test_a_killed_and_restarted_broker_loses_nothing(job, valkey, worker):
    worker.redis_url = valkey.url
    worker.start()
    wait_for(lambda: finished(job) >= 2, seconds=60, what="the first packets")
    valkey.kill()
    time.sleep(2)
    valkey.start()
    wait_for(lambda: ended(job), seconds=120, what="the job to end after the restart")
    assert job.state == JobState.DONE, job.message
    assert_every_packet_exists_once(job)


def test_messages_lost_before_a_worker_came_are_sent_again(job, worker):
    from rollout.celery import app

    with app.connection_for_write() as broker:
        broker.default_channel.client.delete(app.conf.task_default_queue)
    worker.start()
    wait_for(lambda: ended(job), seconds=120, what="beat to wake a worker")
    assert_every_packet_exists_once(job)
