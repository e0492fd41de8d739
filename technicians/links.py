"""Links by which a technician opens a visit without an account: signed, scoped to that visit, bounded in time.

Opening shows a button (mail scanners open links too); the button signs in and takes the token out of the address.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sesame.utils
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import User
from technicians.models import Technician, Visit

# How long after the planned end a link opens its visit; evidence may be late.
GRACE = timedelta(days=7)


class HasTeamAccount(Refused):
    """A link must never open more than visits."""


@transaction.atomic
def account_of(technician: Technician) -> User:
    """Return the technician's own account, made on first use, without a password. Raises `HasTeamAccount`."""
    technician = (
        Technician.objects.select_for_update(of=("self",)).select_related("user").get(pk=technician.pk)
    )
    if technician.user is not None:
        return _only_a_technician(technician.user)
    email = technician.email.lower()
    if not email or User.objects.filter(email__iexact=email).exists():
        email = f"technician-{technician.pk}@links.invalid"
    technician.user = User.objects.create_user(
        email, None, name=technician.name, time_zone=technician.time_zone or "UTC"
    )
    technician.save(update_fields=["user"])
    return technician.user


def _only_a_technician(user: User) -> User:
    if user.is_superuser or user.is_staff or user.memberships.exists() or user.managed_providers.exists():
        raise HasTeamAccount(
            f"{user.name} has a team account as well; they sign in with it instead of a link."
        )
    return user


def _scope(visit: Visit) -> str:
    return f"visit:{visit.key}"


def link_for(visit: Visit, technician: Technician) -> str:
    """Return the absolute address to send to the technician of a visit."""
    token = sesame.utils.get_token(account_of(technician), scope=_scope(visit))
    return f"{settings.PUBLIC_URL}{reverse('technicians:visit-open', args=[visit.key])}?t={token}"


@transaction.atomic
def disclose(*, visit: Visit, technician: Technician, by: User, at: datetime) -> str:
    """Return a technician's link for somebody of the team to pass on, and write down who saw it. Raises `HasTeamAccount`."""
    link = link_for(visit, technician)
    order = visit.work_order
    summary = f"Link of {technician.name} to {order.number} shown"
    audit.record(
        "technicians.link.shown", subject=order, rollout=order.rollout, by=by, at=at, summary=summary
    )
    return link


def user_of(token: str, visit: Visit, *, now: datetime) -> User | None:
    """Return who a token signs in for this visit, or None when it is forged, for another visit, revoked or too old."""
    if now > visit.ends_at + GRACE:
        return None
    user = sesame.utils.get_user(token, scope=_scope(visit))
    if not isinstance(user, User) or not user.is_active:
        return None
    booked = visit.assignments.filter(technician__user=user, released_at__isnull=True).exists()
    return user if booked else None


@transaction.atomic
def revoke(*, technician: Technician, by: User, at: datetime) -> None:
    """Make every link of a technician useless, for instance when a phone is lost."""
    user = account_of(technician)
    # Tokens are bound to the password's hash; another unusable one ends them and every session.
    user.set_unusable_password()
    user.save(update_fields=["password"])
    summary = f"All links of {technician.name} revoked"
    audit.record("technicians.links.revoked", subject=technician, by=by, at=at, summary=summary)
