"""Make, use and revoke the keys with which programs come in for a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import Q

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import ApiKey, User

MOST_KEYS = 20
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class NothingToShow(Refused):
    """The person belongs to no rollout, so a key of theirs would see nothing."""


class KeyNameTaken(Refused):
    """The person has a key of this name that still works."""


class TooManyKeys(Refused):
    """The person has as many keys as one may have."""


@transaction.atomic
def make_key(
    *, name: str, read_only: bool, expires_at: datetime, by: User, at: datetime
) -> tuple[ApiKey, str]:
    """Make a key that acts as `by`, and return it with its secret, which nobody can read again.

    Raises `NothingToShow`, `KeyNameTaken` and `TooManyKeys`.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not by.is_superuser and not by.loaded_memberships:
        raise NothingToShow(
            "You are in no rollout, so a key would see nothing. Ask a project manager to add you to one first."
        )
    mine = ApiKey.objects.filter(user=by, revoked=False)
    if mine.filter(name=name).exists():
        raise KeyNameTaken(f"You have a key called “{name}”. Revoke it first, or give this one another name.")
    if mine.count() >= MOST_KEYS:
        raise TooManyKeys(f"You have {MOST_KEYS} keys, which is as many as one can have. Revoke one first.")
    made, secret = ApiKey.objects.create_key(user=by, name=name, read_only=read_only, expiry_date=expires_at)
    key = cast(ApiKey, made)
    audit.record(
        "rollout.api_key.made",
        subject=by,
        by=by,
        at=at,
        summary=f"API key {key} made, {'to read only' if read_only else 'to read and write'}, until {expires_at:%Y-%m-%d}",
        data={"prefix": key.prefix, "read_only": read_only, "expires_at": expires_at.isoformat()},
    )
    return key, secret


@transaction.atomic
def revoke_key(*, key: ApiKey, by: User, at: datetime) -> None:
    """Let a key work no more; twice does no harm."""
    locked = ApiKey.objects.select_for_update(of=("self",)).select_related("user").get(pk=key.pk)
    if locked.revoked:
        return
    locked.revoked, locked.revoked_at = True, at
    locked.save(update_fields=["revoked", "revoked_at"])
    audit.record(
        "rollout.api_key.revoked",
        subject=locked.user,
        by=by,
        at=at,
        summary=f"API key {locked} revoked",
        data={"prefix": locked.prefix},
    )


def note_use(*, key: ApiKey, at: datetime) -> None:
    """Remember that a key was used, at most once a minute: reading a page of sites should not cost a write."""
    before = at - USE_IS_NOTED_EVERY
    if key.last_used_at is None or key.last_used_at < before:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=before)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=at)
