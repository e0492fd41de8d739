"""Write audit entries; every action calls this inside its transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models

from rollout.models import AuditEntry, Rollout, User


def entry(
    type: str,  # noqa: A002 - the field's own name
    *,
    subject: models.Model,
    by: User | None,
    at: datetime,
    summary: str,
    rollout: Rollout | None = None,
    reason: str = "",
    data: dict[str, Any] | None = None,
    bulk_id: uuid.UUID | None = None,
) -> AuditEntry:
    """Build an unsaved entry about `subject`. `summary` is cut at 400 characters."""
    return AuditEntry(
        at=at,
        by=by,
        type=type,
        rollout=rollout,
        client_id=rollout.client_id if rollout else None,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        summary=summary[:400],
        reason=reason,
        data=data or {},
        bulk_id=bulk_id,
    )


def record(type: str, **fields: Any) -> AuditEntry:  # noqa: A002
    """Write one entry; takes what `entry` takes."""
    made = entry(type, **fields)
    made.save()
    return made


def record_many(entries: Iterable[AuditEntry]) -> None:
    """Write the entries of a bulk operation in one go."""
    AuditEntry.objects.bulk_create(entries, batch_size=2000)
