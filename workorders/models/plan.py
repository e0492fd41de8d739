"""The work plan: steps with evidence, and the variations that shape it for each site."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from rollout.models import Rollout
from rollout.querysets import TeamQuerySet
from workorders.choices import Effect, EvidenceKind, Phase, Rank, RevisionState
from workorders.models.sow import Clause, StatementOfWork
from workorders.querysets import RevisionPartQuerySet


class PlanRevision(models.Model):
    """A numbered version of the plan: one draft at most, published ones immutable."""

    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="plan_revisions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=RevisionState, default=RevisionState.DRAFT)
    sow = models.ForeignKey(StatementOfWork, models.PROTECT, null=True, related_name="plan_revisions")
    open_clauses_reason = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="published_plan_revisions"
    )

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("rollout", "-number")
        constraints = (
            models.UniqueConstraint(fields=("rollout", "number"), name="plan_number_once_per_rollout"),
            models.UniqueConstraint(
                fields=("rollout",), condition=Q(state=RevisionState.DRAFT), name="one_draft_plan_per_rollout"
            ),
            models.CheckConstraint(
                condition=Q(state=RevisionState.DRAFT, published_at__isnull=True, published_by__isnull=True)
                | Q(state=RevisionState.PUBLISHED, published_at__isnull=False, published_by__isnull=False),
                name="plan_published_by_someone",
            ),
        )

    def __str__(self) -> str:
        return f"Plan revision {self.number}"

    @property
    def is_draft(self) -> bool:
        """Still changeable."""
        return self.state == RevisionState.DRAFT


class Step(models.Model):
    """One thing the technician does. `key` stays the same over revisions, so that differences can be told.

    `minutes` is for the whole crew together on the clock; `tools` a list of names; `materials` a list of
    ``{"name", "quantity", "unit"}``; `skills` a list of skill keys.
    """

    revision = models.ForeignKey(PlanRevision, models.CASCADE, related_name="steps")
    key = models.SlugField(max_length=60)
    phase = models.CharField("phase", max_length=10, choices=Phase)
    position = models.PositiveIntegerField()
    title = models.CharField("title", max_length=120)
    instructions = models.TextField("instructions", blank=True, max_length=6000)
    warning = models.CharField(
        "warning", max_length=400, blank=True, help_text="Shown where it cannot be missed."
    )
    minutes = models.PositiveSmallIntegerField(
        "minutes", default=10, validators=[MinValueValidator(0), MaxValueValidator(600)]
    )
    crew = models.PositiveSmallIntegerField(
        "people", default=1, validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    skills = models.JSONField(default=list, blank=True)
    tools = models.JSONField(default=list, blank=True)
    materials = models.JSONField(default=list, blank=True)
    clauses = models.ManyToManyField(Clause, related_name="steps", blank=True)

    objects: ClassVar[RevisionPartQuerySet] = RevisionPartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("revision", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("revision", "key"), name="step_key_once_per_revision"),
            models.CheckConstraint(condition=Q(phase__in=Phase.values), name="step_phase_known"),
        )

    def __str__(self) -> str:
        return self.title


class EvidenceSpec(models.Model):
    """What proves a step. `options` by kind: reading ``{"unit", "low", "high"}``, serial ``{"pattern"}``, choice
    ``{"choices"}``, count ``{"expected"}``, photo ``{"must_show"}``."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="evidence_specs")
    key = models.SlugField(max_length=60)
    kind = models.CharField("kind", max_length=12, choices=EvidenceKind)
    label = models.CharField("what", max_length=160)
    required = models.BooleanField("required", default=True)
    options = models.JSONField(default=dict, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("step", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("step", "key"), name="evidence_key_once_per_step"),
            models.CheckConstraint(condition=Q(kind__in=EvidenceKind.values), name="evidence_kind_known"),
        )

    def __str__(self) -> str:
        return self.label


class Variation(models.Model):
    """A rule: where `condition` holds over a site's facts, `effect` changes the plan, for a `reason`.

    `condition` is that of `workorders.packets.conditions`; `payload` what the effect needs (see `workorders.packets.model`);
    `step_key` the step it touches, empty where it touches none.
    """

    revision = models.ForeignKey(PlanRevision, models.CASCADE, related_name="variations")
    key = models.SlugField(max_length=60)
    name = models.CharField("name", max_length=120)
    rank = models.PositiveSmallIntegerField("reach", choices=Rank, default=Rank.ROLLOUT)
    condition = models.JSONField()
    effect = models.CharField("what it does", max_length=14, choices=Effect)
    step_key = models.SlugField("step", max_length=60, blank=True)
    payload = models.JSONField(default=dict, blank=True)
    reason = models.CharField("why", max_length=300)
    clause = models.ForeignKey(Clause, models.SET_NULL, null=True, blank=True, related_name="variations")
    position = models.PositiveIntegerField(default=0)

    objects: ClassVar[RevisionPartQuerySet] = RevisionPartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("revision", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("revision", "key"), name="variation_key_once_per_revision"),
            models.CheckConstraint(condition=Q(effect__in=Effect.values), name="variation_effect_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="variation_has_a_reason"),
        )

    def __str__(self) -> str:
        return self.name
