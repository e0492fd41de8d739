"""Views of a list somebody wants to come back to."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from rollout.models.clients import Rollout
from rollout.querysets import TeamQuerySet


class SavedView(models.Model):
    """A list as somebody likes to see it: filters, order and columns under a name; the team's when `shared`.

    `page` is the name of the address (`sites:list`); `query` its query string without the page number, columns included.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="saved_views")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=60)
    name = models.CharField("name", max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    shared = models.BooleanField("for the whole team", default=False)
    created_at = models.DateTimeField()

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("rollout", "page", "user", "name"), name="saved_view_name_once_per_user"
            ),
        )

    def __str__(self) -> str:
        return self.name
