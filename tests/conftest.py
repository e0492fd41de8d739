"""What every test can lean on: the cast, a quiet network, jobs that can be run at once."""

from __future__ import annotations

import logging
import os

import pytest

# Only loopback and Unix sockets: the database, Valkey, our own server, our own browser.
ALLOWED_HOSTS = ["127.0.0.1", "::1", "localhost"]


def pytest_configure() -> None:
    """Two lines of log per request drown a failure and cost a third of the time of a page."""
    logging.getLogger().setLevel(logging.ERROR)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Block every other address."""
    from pytest_socket import socket_allow_hosts

    socket_allow_hosts(ALLOWED_HOSTS, allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _settings(settings, tmp_path):
    """Cheap password hashes, files that vanish with the test, mail in memory, a queue of one's own."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    from rollout.celery import app

    app.conf.task_default_queue = f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture
def cast(db):
    """The cast, see `tests/people.py`."""
    from tests.people import assemble

    return assemble()


@pytest.fixture
def run_jobs(db):
    """Return a function that does all waiting jobs here and now, as a worker would."""
    from rollout.models import Job
    from rollout.tasks import run_job

    def run() -> None:
        for job in Job.objects.filter(ended_at__isnull=True).order_by("pk"):
            run_job(job.pk)

    return run


@pytest.fixture
def as_user(client):
    """Return a function that signs somebody in and hands back the HTTP client."""

    def sign_in(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def worker(transactional_db, tmp_path):
    """A real worker on this test's data; started by the test, stopped whatever happens."""
    from rollout.celery import app
    from tests.workers import RealWorker

    with app.connection_for_write() as broker:
        broker.default_channel.queue_purge(app.conf.task_default_queue) if _queue_exists(
            broker, app
        ) else None
    real = RealWorker(tmp_path)
    yield real
    real.stop()
    if real.log.exists():
        print(real.log.read_text()[-4000:])  # shown by pytest when the test failed


def _queue_exists(broker, app):
    return bool(broker.default_channel.client.exists(app.conf.task_default_queue))


@pytest.fixture(scope="module")
def _world(django_db_setup, django_db_blocker, tmp_path_factory):
    """One world for all tests of a file; the transaction of each test undoes what it does."""
    from django.db import transaction
    from django.test import override_settings

    from tests.routes import ROLES
    from tests.world import build

    storages = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path_factory.mktemp("world"))},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with django_db_blocker.unblock(), override_settings(STORAGES=storages), transaction.atomic():
        built = build()
        for role in ROLES:
            built.browser(role)
        yield built, storages
        transaction.set_rollback(True)


@pytest.fixture
def world(_world, settings, db):
    """One of everything, see `tests/world.py`."""
    settings.STORAGES = _world[1]
    settings.RATELIMIT_ENABLE = False
    return _world[0]
