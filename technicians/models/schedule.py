"""Schedule proposals: what the solver suggests, why, and what it could not place."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from rollout.models import Job, Rollout, Wave
from rollout.querysets import TeamQuerySet
from technicians.choices import PlanState
from technicians.models.people import Technician
from workorders.models import WorkOrder


class SchedulePlan(models.Model):
    """One run of the solver: reproducible from its seed, engine version and problem hash."""

    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="schedule_plans")
    waves = models.ManyToManyField(Wave, related_name="schedule_plans")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.SOLVING)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    seed = models.PositiveIntegerField(default=1)
    engine_version = models.CharField(max_length=20, blank=True)
    problem_hash = models.CharField(max_length=64, blank=True)
    metrics = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="schedule_plans")
    applied_at = models.DateTimeField(null=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="applied_schedule_plans"
    )

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(fields=("rollout", "number"), name="schedule_number_once_per_rollout"),
            models.CheckConstraint(
                condition=~Q(state=PlanState.APPLIED) | Q(applied_at__isnull=False, applied_by__isnull=False),
                name="schedule_applied_by_someone",
            ),
        )

    def __str__(self) -> str:
        return f"Proposal {self.number}"


class ProposedVisit(models.Model):
    """One placement of a proposal. `explanation` holds km, travel minutes, a sentence and the next best technicians."""

    plan = models.ForeignKey(SchedulePlan, models.CASCADE, related_name="proposed_visits")
    work_order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="proposed_visits")
    technician = models.ForeignKey(Technician, models.CASCADE, related_name="proposed_visits")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    explanation = models.JSONField(default=dict)

    class Meta:
        ordering = ("plan", "starts_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("plan", "work_order", "technician"), name="proposed_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="proposed_ends_after_it_starts"
            ),
        )

    def __str__(self) -> str:
        return f"{self.work_order} by {self.technician}"


class UnscheduledVisit(models.Model):
    """A work order the proposal could not place: the gate it failed at, why in a sentence, and what would help."""

    plan = models.ForeignKey(SchedulePlan, models.CASCADE, related_name="unscheduled_visits")
    work_order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="unscheduled_visits")
    gate = models.CharField(max_length=40)
    sentence = models.CharField(max_length=400)
    suggestion = models.CharField(max_length=400, blank=True)
    evidence = models.JSONField(default=dict)

    class Meta:
        ordering = ("plan", "gate", "pk")
        constraints = (models.UniqueConstraint(fields=("plan", "work_order"), name="unscheduled_once"),)

    def __str__(self) -> str:
        return self.sentence
