"""Which sites a user may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Q

from rollout.permissions import TEAM_ROLES
from rollout.querysets import VisibleQuerySet

if TYPE_CHECKING:
    from rollout.models import User


def team_site_q(user: User, *, site: str = "") -> Q:
    """Build the condition "a site of a client I run all rollouts of, or enrolled in a rollout of mine".

    `site` is the lookup prefix from the row to the site, such as ``"site__"``.
    """
    mine = [m for m in user.loaded_memberships if m.role in TEAM_ROLES]
    clients = [m.client_id for m in mine if m.rollout_id is None]
    rollouts = [m.rollout_id for m in mine if m.rollout_id is not None]
    enrolled = apps.get_model("sites", "Enrolment").objects.filter(rollout_id__in=rollouts).values("site_id")
    key = f"{site}pk__in" if site else "pk__in"
    return Q(**{f"{site}client_id__in": clients}) | Q(**{key: enrolled})


class SiteQuerySet(VisibleQuerySet):
    """Sites, seen by the teams of the rollouts they are enrolled in."""

    def visible_q(self, user: User) -> Q:
        """Team members only; the client's own people see progress, not the working data."""
        return team_site_q(user)


class SitePartQuerySet(VisibleQuerySet):
    """Rows with a `site`."""

    def visible_q(self, user: User) -> Q:
        """Whoever sees the site."""
        return team_site_q(user, site="site__")


class ClientPartQuerySet(VisibleQuerySet):
    """Rows with a `client` that the teams of any of its rollouts see."""

    def visible_q(self, user: User) -> Q:
        """Members of a team anywhere at the client; what they may change is asked of `access`."""
        clients = [m.client_id for m in user.loaded_memberships if m.role in TEAM_ROLES]
        return Q(client_id__in=clients)
