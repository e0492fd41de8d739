"""Work orders and their packets."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollout.models import Rollout, StoredFile
from rollout.querysets import TeamQuerySet
from sites.models import Enrolment
from workorders.choices import WorkOrderState
from workorders.models.plan import PlanRevision
from workorders.querysets import WorkOrderPartQuerySet


class WorkOrder(models.Model):
    """One site's job in one rollout, with exactly one accountable person at any moment.

    `missing_facts` are what its packet waits for: a list of ``{"attribute", "label", "needed_by"}``.
    """

    rollout = models.ForeignKey(Rollout, models.PROTECT, related_name="work_orders")
    enrolment = models.OneToOneField(Enrolment, models.PROTECT, related_name="work_order")
    number = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=10, choices=WorkOrderState, default=WorkOrderState.PLANNED)
    state_since = models.DateTimeField()
    accountable = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="accountable_work_orders"
    )
    accountable_since = models.DateTimeField()
    missing_facts = models.JSONField(default=list)
    hold_reason = models.CharField(max_length=300, blank=True)
    hold_review_on = models.DateField(null=True)
    state_before_hold = models.CharField(max_length=10, choices=WorkOrderState, blank=True)
    closed_at = models.DateTimeField(null=True)
    visits_planned = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("number",)
        indexes = (
            models.Index(fields=("rollout", "state"), name="work_order_by_state"),
            models.Index(fields=("rollout", "closed_at"), name="work_order_by_close"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state=WorkOrderState.DONE, closed_at__isnull=False)
                | (~Q(state=WorkOrderState.DONE) & Q(closed_at__isnull=True)),
                name="work_order_closed_when_done",
            ),
            models.CheckConstraint(
                condition=(Q(state=WorkOrderState.ON_HOLD) & ~Q(hold_reason="") & ~Q(state_before_hold=""))
                | (~Q(state=WorkOrderState.ON_HOLD) & Q(hold_reason="", state_before_hold="")),
                name="work_order_hold_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WorkOrderState.values), name="work_order_state_known"
            ),
        )

    def __str__(self) -> str:
        return self.number


class Packet(models.Model):
    """The immutable, hash-named result of compiling a plan revision with a site's facts.

    `content` is the data for the phone and the PDF alike; `trace` tells for every line which rule shaped it. A packet is current
    until a newer one of the same work order is compiled, which sets `superseded_at`.
    """

    work_order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="packets")
    revision = models.ForeignKey(PlanRevision, models.PROTECT, related_name="packets")
    hash = models.CharField(max_length=64)
    content = models.JSONField()
    trace = models.JSONField(default=list)
    words = models.PositiveIntegerField()
    work_minutes = models.PositiveIntegerField()
    compiled_at = models.DateTimeField()
    pdf = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="packets")
    pages = models.PositiveSmallIntegerField(null=True)
    rendered_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="issued_packets"
    )
    superseded_at = models.DateTimeField(null=True)

    objects: ClassVar[WorkOrderPartQuerySet] = WorkOrderPartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("work_order", "-compiled_at")
        constraints = (
            models.UniqueConstraint(fields=("work_order", "hash"), name="packet_once_per_hash"),
            models.UniqueConstraint(
                fields=("work_order",),
                condition=Q(superseded_at__isnull=True),
                name="one_current_packet_per_work_order",
            ),
            models.CheckConstraint(
                condition=Q(pdf__isnull=True, rendered_at__isnull=True, pages__isnull=True)
                | Q(pdf__isnull=False, rendered_at__isnull=False, pages__isnull=False),
                name="packet_pdf_complete",
            ),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True, issued_by__isnull=True)
                | Q(issued_at__isnull=False, issued_by__isnull=False),
                name="packet_issued_by_someone",
            ),
        )

    def __str__(self) -> str:
        return f"{self.work_order} · {self.hash[:10]}"
