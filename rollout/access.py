"""The only way from a user to one object of the base: strangers get 404, members without the right 403."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from rollout.models import ApiKey, Client, CustomerOutcome, Job, Rollout, StoredFile, User, Wave
from rollout.permissions import ROLE_PERMISSIONS, Permission

AnyUser = User | AnonymousUser


def permissions_in(user: AnyUser, *, client_id: int, rollout_id: int | None) -> frozenset[Permission]:
    """Return what the user may do in a rollout, or, without one, client-wide."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return frozenset()
    if user.is_superuser:
        return frozenset(Permission)
    granted: frozenset[Permission] = frozenset()
    for membership in user.loaded_memberships:
        if membership.client_id == client_id and membership.rollout_id in (None, rollout_id):
            granted |= ROLE_PERMISSIONS[membership.role]
    return granted


def may(user: AnyUser, permission: Permission, rollout: Rollout) -> bool:
    """Return whether the user may do this in this rollout."""
    return permission in permissions_in(user, client_id=rollout.client_id, rollout_id=rollout.pk)


def require(user: AnyUser, permission: Permission, rollout: Rollout) -> None:
    """Raise `PermissionDenied` with a sentence unless the user may do this in this rollout."""
    if not may(user, permission, rollout):
        raise PermissionDenied("Your role in this rollout does not include this. Ask its project manager.")


def rollout_for(user: AnyUser, code: str, permission: Permission) -> Rollout:
    """Return the rollout with this code, its client loaded, if the user may do this in it."""
    rollouts: QuerySet[Rollout] = Rollout.objects.visible_to(user).select_related("client", "pm")
    rollout = get_object_or_404(rollouts, code=code)
    require(user, permission, rollout)
    return rollout


def client_for(user: AnyUser, code: str, permission: Permission) -> Client:
    """Return the client with this code if the user may do this for the whole client."""
    client: Client = get_object_or_404(Client.objects.visible_to(user), code=code)
    if permission not in permissions_in(user, client_id=client.pk, rollout_id=None):
        raise PermissionDenied("Your role for this client does not include this. Ask an administrator.")
    return client


def wave_for(user: AnyUser, pk: int, permission: Permission) -> Wave:
    """Return a wave, its rollout loaded."""
    wave: Wave = get_object_or_404(
        Wave.objects.visible_to(user).select_related("rollout__client", "pf"), pk=pk
    )
    require(user, permission, wave.rollout)
    return wave


def outcome_for(user: AnyUser, pk: int, permission: Permission) -> CustomerOutcome:
    """Return a customer outcome, its rollout loaded."""
    outcomes = CustomerOutcome.objects.visible_to(user).select_related("rollout__client")
    outcome: CustomerOutcome = get_object_or_404(outcomes, pk=pk)
    require(user, permission, outcome.rollout)
    return outcome


def job_for(user: AnyUser, key: uuid.UUID) -> Job:
    """Return a job of a rollout the user's team works on."""
    jobs = Job.objects.visible_to(user).select_related("rollout__client", "by")
    job: Job = get_object_or_404(jobs, key=key)
    return job


def file_for(user: AnyUser, key: uuid.UUID) -> StoredFile:
    """Return a stored file of a rollout the user's team works on."""
    stored: StoredFile = get_object_or_404(StoredFile.objects.visible_to(user), key=key)
    return stored


def key_for(user: AnyUser, prefix: str) -> ApiKey:
    """Return a key of the user's own; for everybody else, administrators included, it does not exist."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        raise Http404
    key: ApiKey = get_object_or_404(ApiKey, user=user, prefix=prefix)
    return key


def require_administrator(user: AnyUser) -> User:
    """Return the user if they administer this installation; everybody else gets 404."""
    if isinstance(user, AnonymousUser) or not (user.is_active and user.is_superuser):
        raise Http404
    return user
