"""Who belongs to a rollout, and as what."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from rollout import audit
from rollout.accounts import vouch_for_address
from rollout.choices import Role
from rollout.exceptions import Refused
from rollout.models import Membership, Rollout, User


class LastConductor(Refused):
    """A rollout keeps a project manager."""


class NotForStaff(Refused):
    """Somebody who comes in by technician links cannot be on a team as well."""


@transaction.atomic
def add_member(*, rollout: Rollout, email: str, name: str, role: str, by: User, at: datetime) -> Membership:
    """Add a person to a rollout's team or to its client's viewers; makes the account when there is none.

    A new account has no password: its owner asks for a sign-in code or sets one by “Forgot your password?”.
    """
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, None, name=name)
        vouch_for_address(user)
    elif hasattr(user, "technician"):
        raise NotForStaff(f"{email} is a technician’s address. Use another address for the team.")
    membership, created = Membership.objects.get_or_create(
        user=user, client=rollout.client, rollout=rollout, role=role
    )
    if created:
        summary = f"{user.name} added as {membership.get_role_display().lower()}"
        audit.record("rollout.member.added", subject=user, rollout=rollout, by=by, at=at, summary=summary)
    return membership


@transaction.atomic
def remove_member(*, membership: Membership, rollout: Rollout, by: User, at: datetime) -> None:
    """Take somebody's role away; the accountable PM stays until another is named."""
    if membership.role == Role.PM and membership.user_id == rollout.pm_id:
        raise LastConductor(
            f"{membership.user} is accountable for this rollout. Name another PM in its settings first."
        )
    summary = f"{membership.user.name} is no longer {membership.get_role_display().lower()}"
    audit.record(
        "rollout.member.removed", subject=membership.user, rollout=rollout, by=by, at=at, summary=summary
    )
    membership.delete()
