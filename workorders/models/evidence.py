"""Facts from the field and the verdicts on them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollout.models import StoredFile
from workorders.choices import EventType, EvidenceKind, Verdict
from workorders.models.orders import Packet, WorkOrder
from workorders.querysets import WorkOrderPartQuerySet


class Event(models.Model):
    """An append-only fact. `id` is made on the device, so sending it twice leaves one; `visit_key` names the visit.

    The same id with other content is kept as a second row with `conflicts_with` set, never dropped.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    work_order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="events")
    visit_key = models.UUIDField()
    packet = models.ForeignKey(Packet, models.PROTECT, related_name="events")
    type = models.CharField(max_length=16, choices=EventType)
    data = models.JSONField(default=dict)
    device = models.CharField(max_length=40)
    sequence = models.PositiveIntegerField()
    device_at = models.DateTimeField()
    received_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="events")
    conflicts_with = models.ForeignKey("self", models.PROTECT, null=True, related_name="conflicts")

    objects: ClassVar[WorkOrderPartQuerySet] = WorkOrderPartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("work_order", "device_at", "sequence")
        indexes = (models.Index(fields=("visit_key", "device", "sequence"), name="event_by_visit"),)
        constraints = (
            models.CheckConstraint(condition=Q(type__in=EventType.values), name="event_type_known"),
        )

    def __str__(self) -> str:
        return self.get_type_display()


class Evidence(models.Model):
    """One recorded proof of one step of one visit: a value, or a file announced by `sha256` that must arrive.

    `step_key` and `spec_key` refer to the packet's content. `file` stays empty until the bytes came and matched the hash.
    A newer answer to the same spec replaces an open one; rejected ones stay for the record.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    work_order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="evidence")
    visit_key = models.UUIDField()
    step_key = models.CharField(max_length=60)
    spec_key = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=EvidenceKind)
    label = models.CharField(max_length=160)
    value = models.JSONField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="evidence")
    preview = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    remarks = models.JSONField(default=list)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="taken_evidence")
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.OPEN)
    verdict_reason = models.CharField(max_length=300, blank=True)
    verdict_at = models.DateTimeField(null=True)
    verdict_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="verdicts"
    )
    replaced_at = models.DateTimeField(null=True)

    objects: ClassVar[WorkOrderPartQuerySet] = WorkOrderPartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("work_order", "taken_at", "pk")
        verbose_name_plural = "evidence"
        indexes = (models.Index(fields=("visit_key", "step_key", "spec_key"), name="evidence_by_visit"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(verdict=Verdict.OPEN, verdict_at__isnull=True, verdict_by__isnull=True)
                | (~Q(verdict=Verdict.OPEN) & Q(verdict_at__isnull=False, verdict_by__isnull=False)),
                name="evidence_verdict_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.REJECTED) | ~Q(verdict_reason=""),
                name="evidence_rejected_with_reason",
            ),
            models.UniqueConstraint(
                fields=("visit_key", "step_key", "spec_key"),
                condition=Q(replaced_at__isnull=True),
                name="one_current_answer_per_spec",
            ),
        )

    def __str__(self) -> str:
        return self.label
