"""Imports: a file, how its columns are read, and what became of every single record."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollout.models import Job, Rollout, StoredFile
from rollout.querysets import TeamQuerySet
from sites.choices import ImportState, RowChange, RowVerdict


class SiteImport(models.Model):
    """One imported file. `target` says what its rows become (`sites`, `technicians`); the wizard is the same.

    `options` (encoding, delimiter, sheet, header row) are those of `sites.imports.reading.ReadOptions`, and
    `key_columns` where several columns make the key together; `mapping` goes from field key to column number, counted from
    0, a joined key behind the last column. `reading` is what was found on opening the file (`sites.import_files.describe`),
    kept so that showing the mapping never reads the file again.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="imports")
    target = models.CharField(max_length=20, default="sites")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="imports")
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.MAPPING)
    options = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    reading = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    check_job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    apply_job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    undo_job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="imports")
    uploaded_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-uploaded_at",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state=ImportState.APPLIED) | Q(applied_at__isnull=False),
                name="import_applied_at_some_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.file.name} → {self.target}"

    @property
    def stage(self) -> str:
        """The state, seeing through jobs that ended without finishing: a failed check is mapped again, a failed apply redone."""
        if self.state == ImportState.CHECKING and self.check_job is not None and self.check_job.has_ended:
            return ImportState.MAPPING.value
        if self.state == ImportState.APPLYING and self.apply_job is not None and self.apply_job.has_ended:
            return ImportState.CHECKED.value
        return str(self.state)

    @property
    def stage_label(self) -> str:
        """The stage in words."""
        return str(ImportState(self.stage).label)

    @property
    def running_job(self) -> Job | None:
        """The job that is working on this import now, if any."""
        running = (self.undo_job, self.apply_job, self.check_job)
        return next((job for job in running if job is not None and not job.has_ended), None)


class ImportRow(models.Model):
    """One record of the file: what it said, what was understood, what is wrong with it, what applying it does.

    `line` is the line or row a person sees in their editor. `changes` maps a field to its value before and after; `before` is
    what undo restores (null for a created row).
    """

    site_import = models.ForeignKey(SiteImport, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    values = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    verdict = models.CharField(max_length=10, choices=RowVerdict)
    change = models.CharField(max_length=6, choices=RowChange, default=RowChange.NONE)
    changes = models.JSONField(default=dict)
    subject_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("site_import", "line")
        indexes = (models.Index(fields=("site_import", "verdict"), name="row_by_verdict"),)
        constraints = (
            models.UniqueConstraint(fields=("site_import", "line"), name="import_row_once_per_line"),
        )

    def __str__(self) -> str:
        return f"line {self.line}: {self.get_verdict_display()}"
