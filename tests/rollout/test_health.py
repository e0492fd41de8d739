"""Health says what works, and how many jobs wait for a worker too long."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.db import DatabaseError
from django.utils import timezone
from redis.exceptions import ConnectionError as BrokerAway

from rollout.models import Job
from rollout.pages import health


def waiting(cast, age, alive=None):
    now = timezone.now()
    Job.objects.create(
        kind="k", title="T", rollout=cast.rollout, by=cast.pm, created_at=now - age, alive_at=alive
    )


def test_everything_answers(client, db):
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok", "stuck_jobs": 0}
    assert "no-store" in answer["Cache-Control"]


def test_only_jobs_nobody_has_begun_for_long_are_stuck(client, cast):
    waiting(cast, timedelta(minutes=3))
    waiting(cast, timedelta(seconds=5))
    waiting(cast, timedelta(minutes=3), alive=timezone.now())
    assert client.get("/health").json()["stuck_jobs"] == 1


def test_a_database_that_is_away_is_told(client, db):
    with mock.patch.object(health, "connection") as connection:
        connection.cursor.side_effect = DatabaseError("away")
        answer = client.get("/health")
    assert (answer.status_code, answer.json()["database"], answer.json()["stuck_jobs"]) == (
        503,
        "failing",
        None,
    )


def test_a_broker_that_is_away_is_told(client, db):
    with mock.patch.object(health.cache, "set", side_effect=BrokerAway("away")):
        answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"], answer.json()["broker"]) == (
        503,
        "failing",
        "failing",
    )


@pytest.mark.parametrize(("headers", "status"), [({}, 200), ({"X-Forwarded-For": "203.0.113.9"}, 404)])
def test_metrics_stay_inside(client, db, headers, status):
    assert client.get("/metrics", headers=headers).status_code == status
