"""Which people and visits a user may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q, QuerySet

from rollout.permissions import TEAM_ROLES
from rollout.querysets import VisibleQuerySet, membership_q

if TYPE_CHECKING:
    from rollout.models import User


def _managed_providers(user: User) -> QuerySet[Any]:
    return apps.get_model("technicians", "ProviderManager").objects.filter(user=user).values("provider_id")


def _engaged_providers(user: User) -> QuerySet[Any]:
    clients = [m.client_id for m in user.loaded_memberships if m.role in TEAM_ROLES]
    return (
        apps.get_model("technicians", "Engagement")
        .objects.filter(client_id__in=clients)
        .values("provider_id")
    )


class ProviderQuerySet(VisibleQuerySet):
    """Providers: their managers, and teams of clients they are engaged by."""

    def visible_q(self, user: User) -> Q:
        """Own provider, or one engaged by a client I run a rollout for."""
        managed = _managed_providers(user)
        engaged = _engaged_providers(user)
        return Q(pk__in=managed) | Q(pk__in=engaged)


class TechnicianQuerySet(VisibleQuerySet):
    """Technicians: themselves, their manager, teams of clients that engage their provider."""

    def visible_q(self, user: User) -> Q:
        """See the class."""
        managed = _managed_providers(user)
        engaged = _engaged_providers(user)
        return Q(user=user) | Q(provider_id__in=managed) | Q(provider_id__in=engaged)


class VisitQuerySet(VisibleQuerySet):
    """Visits: the rollout's team, the assigned technician, their manager."""

    def visible_q(self, user: User) -> Q:
        """See the class."""
        managed = _managed_providers(user)
        own = apps.get_model("technicians", "Assignment").objects.filter(
            Q(technician__user=user) | Q(technician__provider_id__in=managed), released_at__isnull=True
        )
        team = membership_q(
            user, TEAM_ROLES, client="work_order__rollout__client_id", rollout="work_order__rollout_id"
        )
        return team | Q(pk__in=own.values("visit_id"))
