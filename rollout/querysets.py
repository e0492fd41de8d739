"""Which rows of the base a user may see at all. Every list starts here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from rollout.choices import Role
from rollout.permissions import TEAM_ROLES

if TYPE_CHECKING:
    from rollout.models import User


def membership_q(user: User, roles: tuple[str, ...], *, client: str, rollout: str) -> Q:
    """Build the condition "a membership of ours in one of `roles` covers this row".

    `client` and `rollout` are the lookups from the row to the client's and the rollout's primary key.
    A membership without a rollout covers every rollout of its client.
    """
    mine = [m for m in user.loaded_memberships if m.role in roles]
    clients = [m.client_id for m in mine if m.rollout_id is None]
    rollouts = [m.rollout_id for m in mine if m.rollout_id is not None]
    return Q(**{f"{client}__in": clients}) | Q(**{f"{rollout}__in": rollouts})


class VisibleQuerySet(models.QuerySet[Any]):
    """A queryset that knows what a user may see: administrators all, strangers nothing, members what `visible_q` says."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the rows this user may see."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(self.visible_q(user))

    def visible_q(self, user: User) -> Q:
        """Return the condition for a signed-in user who is no administrator."""
        raise NotImplementedError


class ClientQuerySet(VisibleQuerySet):
    """Clients one works for or belongs to."""

    def visible_q(self, user: User) -> Q:
        """Any membership makes the client itself visible."""
        return Q(pk__in=[m.client_id for m in user.loaded_memberships])


class RolloutQuerySet(VisibleQuerySet):
    """Rollouts one is a member of, by role."""

    def visible_q(self, user: User) -> Q:
        """Every role sees the rollout; what it may do there is asked of `rollout.access`."""
        return membership_q(user, (*TEAM_ROLES, Role.CLIENT), client="client_id", rollout="pk")


class TeamQuerySet(VisibleQuerySet):
    """Rows with a `rollout` that only project managers and facilitators see."""

    def visible_q(self, user: User) -> Q:
        """Only the rollout's own team."""
        return membership_q(user, TEAM_ROLES, client="rollout__client_id", rollout="rollout_id")
