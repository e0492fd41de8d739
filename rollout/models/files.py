"""Files people sent or Downbeat made."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from rollout.models.clients import Rollout
from rollout.querysets import TeamQuerySet


class StoredFile(models.Model):
    """The bytes and what they are. Served only through views that ask who is asking, never as active content."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    rollout = models.ForeignKey(Rollout, models.PROTECT, null=True, related_name="files")
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.FileField(max_length=100)
    stored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="stored_files"
    )
    stored_at = models.DateTimeField()

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = (models.Index(fields=("sha256",), name="file_by_content"),)

    def __str__(self) -> str:
        return self.name
