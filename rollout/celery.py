"""The Celery application. Work that must not be lost is kept in PostgreSQL (`rollout.jobs`); a message only wakes a worker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollout.settings")

app = Celery("downbeat")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
