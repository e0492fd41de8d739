"""Visits and who is assigned to them. The database itself forbids double booking."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from technicians.choices import VisitKind, VisitState
from technicians.models.people import Technician
from technicians.querysets import VisitQuerySet
from workorders.models import WorkOrder


class Visit(models.Model):
    """Somebody going to a site for a work order, once. `key` names it in links and events. Times are instants."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    work_order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="visits")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=VisitKind, default=VisitKind.INSTALL)
    state = models.CharField(max_length=10, choices=VisitState, default=VisitState.SCHEDULED)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    plan = models.ForeignKey("technicians.SchedulePlan", models.PROTECT, null=True, related_name="visits")
    checked_in_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    step_keys = models.JSONField(
        default=list, help_text="For a revisit: the steps still to do; empty means all."
    )
    created_at = models.DateTimeField()

    objects: ClassVar[VisitQuerySet] = VisitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("starts_at", "pk")
        indexes = (models.Index(fields=("state", "starts_at"), name="visit_by_state"),)
        constraints = (
            models.UniqueConstraint(fields=("work_order", "number"), name="visit_number_once_per_work_order"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="visit_ends_after_it_starts"
            ),
            models.UniqueConstraint(
                fields=("work_order",),
                condition=Q(state__in=[VisitState.SCHEDULED, VisitState.CONFIRMED, VisitState.ON_SITE]),
                name="one_upcoming_visit_per_work_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.work_order} visit {self.number}"


class Assignment(models.Model):
    """A technician is booked for a visit during `during` (travel not included) until released.

    `told_at` is when the technician was given this booking and its link; another time or technician is another row.
    """

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="assignments")
    technician = models.ForeignKey(Technician, models.PROTECT, related_name="assignments")
    is_lead = models.BooleanField(default=True)
    during = DateTimeRangeField()
    assigned_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("visit",),
                condition=Q(is_lead=True, released_at__isnull=True),
                name="one_lead_per_visit",
            ),
            models.UniqueConstraint(
                fields=("visit", "technician"),
                condition=Q(released_at__isnull=True),
                name="technician_once_per_visit",
            ),
            # int8range of the id with itself makes "same technician" a range operator, so no btree_gist is needed.
            ExclusionConstraint(
                name="no_double_booking",
                expressions=[
                    (
                        Func(F("technician_id"), F("technician_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(released_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.technician} on {self.visit}"
