"""The only way from a user to one object of this app: strangers get 404, members without the right 403."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from rollout.access import AnyUser, require
from rollout.permissions import Permission
from technicians.models import Provider, SchedulePlan, Technician, Visit
from technicians.queries import visits


def provider_for(user: AnyUser, pk: int) -> Provider:
    """Return a provider the user manages, or one engaged by a client the user works for."""
    provider: Provider = get_object_or_404(Provider.objects.visible_to(user), pk=pk)
    return provider


def technician_for(user: AnyUser, pk: int) -> Technician:
    """Return a technician the user may see."""
    visible = Technician.objects.visible_to(user).select_related("provider", "user")
    technician: Technician = get_object_or_404(visible, pk=pk)
    return technician


def plan_for(user: AnyUser, pk: int, permission: Permission) -> SchedulePlan:
    """Return a schedule proposal with its rollout and job."""
    plans = SchedulePlan.objects.visible_to(user).select_related("rollout__client", "job", "created_by")
    plan: SchedulePlan = get_object_or_404(plans, pk=pk)
    require(user, permission, plan.rollout)
    return plan


def _visible_visits(user: AnyUser) -> QuerySet[Visit]:
    visible: QuerySet[Visit] = Visit.objects.visible_to(user)
    return visits.with_people(visible).select_related(
        "work_order__rollout__client", "work_order__rollout__pm"
    )


def visit_for(user: AnyUser, key: uuid.UUID, permission: Permission) -> Visit:
    """Return a visit for the rollout's team."""
    visit: Visit = get_object_or_404(_visible_visits(user), key=key)
    require(user, permission, visit.work_order.rollout)
    return visit


def own_visit(user: AnyUser, key: uuid.UUID) -> Visit:
    """Return a visit for the technician who is booked for it; everybody else gets 404."""
    booked = {"assignments__technician__user_id": user.pk, "assignments__released_at__isnull": True}
    mine = _visible_visits(user).filter(**booked)
    visit: Visit = get_object_or_404(mine, key=key)
    return visit
