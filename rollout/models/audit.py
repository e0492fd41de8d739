"""Who did what, when and why."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from rollout.models.clients import Client, Rollout
from rollout.querysets import TeamQuerySet


class AuditEntry(models.Model):
    """One business event, written in the transaction of the action it tells of; never changed, never deleted.

    `type` is dotted (`workorders.packet.issued`), `summary` a sentence for people, `data` what machines need.
    Entries of one bulk operation share `bulk_id`, which is how it can be undone.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="audit_entries")
    type = models.CharField(max_length=80)
    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="audit_entries")
    rollout = models.ForeignKey(Rollout, models.PROTECT, null=True, related_name="audit_entries")
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    summary = models.CharField(max_length=400)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    bulk_id = models.UUIDField(null=True, default=None)

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("subject_type", "subject_id", "-at"), name="audit_by_subject"),
            models.Index(fields=("rollout", "-at"), name="audit_by_rollout"),
            models.Index(fields=("bulk_id",), name="audit_by_bulk", condition=Q(bulk_id__isnull=False)),
            BrinIndex(fields=("at",), name="audit_by_time"),
        )
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return self.summary


def new_bulk_id() -> uuid.UUID:
    """Return an id for the entries of one bulk operation."""
    return uuid.uuid4()
