"""Keys with which programs come in for a person."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from rest_framework_api_key.models import AbstractAPIKey, APIKeyManager


class ApiKey(AbstractAPIKey):
    """A key to the API that acts as `user`: it sees and may do what they may, or only reads.

    The secret itself is not kept, only its hash; `prefix` is its first letters, by which people and the audit name it.
    `last_used_at` is right to the minute.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys")
    read_only = models.BooleanField("may only read", default=False)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[APIKeyManager] = APIKeyManager()

    class Meta:
        verbose_name = "API key"
        ordering = ("-created",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "name"), condition=Q(revoked=False), name="api_key_name_once_per_user"
            ),
            models.CheckConstraint(
                condition=Q(revoked=False, revoked_at__isnull=True)
                | Q(revoked=True, revoked_at__isnull=False),
                name="api_key_revoked_at_some_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def usable(self, at: datetime) -> bool:
        """Neither revoked nor expired at this moment."""
        return not self.revoked and (self.expiry_date is None or at < self.expiry_date)
