"""Floor plans, pictures and other papers of a site."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollout.models import StoredFile
from sites.choices import AttachmentKind
from sites.models.facts import Attribute
from sites.models.sites import Site
from sites.querysets import SitePartQuerySet


class Attachment(models.Model):
    """A file about a site. With `attribute` it is the picture that shows a fact, such as the rack that is said to be there.

    `said_by` names who sent it when that was nobody with an account.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, models.CASCADE, related_name="attachments")
    kind = models.CharField("what it is", max_length=12, choices=AttachmentKind)
    title = models.CharField("title", max_length=160)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="attachments")
    preview = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    attribute = models.ForeignKey(
        Attribute, models.SET_NULL, null=True, blank=True, related_name="attachments"
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="site_attachments"
    )
    said_by = models.CharField(max_length=160, blank=True)
    added_at = models.DateTimeField()

    objects: ClassVar[SitePartQuerySet] = SitePartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("site", "kind", "-added_at")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=AttachmentKind.values), name="attachment_kind_known"),
        )

    def __str__(self) -> str:
        return self.title
