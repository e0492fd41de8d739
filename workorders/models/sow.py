"""The client's statement of work and its numbered clauses."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollout.models import Rollout, StoredFile
from rollout.querysets import TeamQuerySet
from workorders.choices import ClauseKind, Phase, Reading
from workorders.querysets import ClauseQuerySet


class StatementOfWork(models.Model):
    """The document as the client sent it, kept unchanged; a new upload is a new version."""

    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="statements_of_work")
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="statements_of_work")
    notes = models.JSONField(default=list)
    word_count = models.PositiveIntegerField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="statements_of_work"
    )
    uploaded_at = models.DateTimeField()

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("rollout", "-version")
        verbose_name = "statement of work"
        verbose_name_plural = "statements of work"
        constraints = (
            models.UniqueConstraint(fields=("rollout", "version"), name="sow_version_once_per_rollout"),
        )

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"


class Clause(models.Model):
    """One numbered paragraph, list item or table row. It is open until a step traces it or it is set aside with a reason.

    `proposed_*` is what the reader suggests, with `proposal_reason`; the PM decides. `remarks` are sentences about
    placeholders and references that lead nowhere.
    """

    sow = models.ForeignKey(StatementOfWork, models.CASCADE, related_name="clauses")
    ordinal = models.PositiveIntegerField()
    number = models.CharField(max_length=40)
    heading_path = models.JSONField(default=list)
    kind = models.CharField(max_length=12, choices=ClauseKind)
    text = models.TextField()
    place = models.CharField(max_length=80)
    proposed_reading = models.CharField(max_length=14, choices=Reading, default=Reading.INFORMATION)
    proposed_phase = models.CharField(max_length=10, choices=Phase, blank=True)
    proposed_title = models.CharField(max_length=120, blank=True)
    proposed_minutes = models.PositiveSmallIntegerField(null=True)
    proposed_evidence = models.JSONField(default=list)
    proposal_reason = models.CharField(max_length=200, blank=True)
    remarks = models.JSONField(default=list)
    set_aside_reason = models.CharField(max_length=300, blank=True)
    set_aside_at = models.DateTimeField(null=True)
    set_aside_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="clauses_set_aside"
    )

    objects: ClassVar[ClauseQuerySet] = ClauseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("sow", "ordinal")
        constraints = (
            models.UniqueConstraint(fields=("sow", "ordinal"), name="clause_ordinal_once_per_sow"),
            models.CheckConstraint(
                condition=Q(set_aside_at__isnull=True, set_aside_by__isnull=True, set_aside_reason="")
                | (Q(set_aside_at__isnull=False, set_aside_by__isnull=False) & ~Q(set_aside_reason="")),
                name="clause_set_aside_with_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.text[:60]}"
