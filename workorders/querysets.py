"""Which work a user may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from rollout.permissions import TEAM_ROLES
from rollout.querysets import VisibleQuerySet, membership_q

if TYPE_CHECKING:
    from rollout.models import User


def team_q(user: User, prefix: str) -> Q:
    """Build the condition "on the team of the rollout that `prefix` leads to", such as ``"plan__rollout"``."""
    return membership_q(user, TEAM_ROLES, client=f"{prefix}__client_id", rollout=f"{prefix}_id")


class ClauseQuerySet(VisibleQuerySet):
    """Clauses, seen by the rollout's team."""

    def visible_q(self, user: User) -> Q:
        """The team only."""
        return team_q(user, "sow__rollout")


class RevisionPartQuerySet(VisibleQuerySet):
    """Steps and variations of a plan revision."""

    def visible_q(self, user: User) -> Q:
        """The team only."""
        return team_q(user, "revision__rollout")


class WorkOrderPartQuerySet(VisibleQuerySet):
    """Rows with a `work_order`."""

    def visible_q(self, user: User) -> Q:
        """The team only."""
        return team_q(user, "work_order__rollout")
