"""Long work with numbers, kept in the database so that no killed worker and no restarted broker can lose it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollout.choices import ENDED_JOB_STATES, ItemState, JobState
from rollout.models.clients import Rollout
from rollout.querysets import TeamQuerySet


class Job(models.Model):
    """One piece of long work somebody asked for.

    Either a *whole* job, which reports `done` of `total` itself, or one with `JobItem`s, whose states are the progress.
    `alive_at` is touched while a worker works; a running job that went quiet is taken up again by `resume_jobs`.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="jobs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    params = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=400, blank=True)
    result = models.JSONField(default=dict)
    back_url = models.CharField(
        max_length=300, blank=True, help_text="Where the person came from and goes on."
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    times_resumed = models.PositiveIntegerField(default=0)

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        indexes = (
            models.Index(
                fields=("state", "alive_at"), name="job_open", condition=~Q(state__in=ENDED_JOB_STATES)
            ),
            models.Index(fields=("rollout", "-created_at"), name="job_by_rollout"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=ENDED_JOB_STATES, ended_at__isnull=False)
                | (~Q(state__in=ENDED_JOB_STATES) & Q(ended_at__isnull=True)),
                name="job_ended_at_its_end",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def has_ended(self) -> bool:
        """Nothing more will happen by itself."""
        return self.state in ENDED_JOB_STATES


class JobItem(models.Model):
    """One unit of a job: `subject_id` is the primary key of what it is about, `label` its name for people.

    A worker claims an item with a lease; when the worker dies the lease runs out and another worker claims it.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="items")
    subject_id = models.BigIntegerField()
    label = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=ItemState, default=ItemState.WAITING)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=("job", "state"), name="item_by_state"),)
        constraints = (
            models.UniqueConstraint(fields=("job", "subject_id"), name="item_once_per_job"),
            models.CheckConstraint(
                condition=Q(state=ItemState.CLAIMED, lease_until__isnull=False)
                | (~Q(state=ItemState.CLAIMED) & Q(lease_until__isnull=True)),
                name="item_lease_only_while_claimed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.label or self.subject_id} · {self.get_state_display()}"
