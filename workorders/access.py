"""The only way from a user to one object of this app: strangers get 404, members without the right 403."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from rollout.access import AnyUser, require
from rollout.permissions import Permission
from sites.models import Enrolment
from workorders.models import (
    Clause,
    Evidence,
    Packet,
    PlanRevision,
    StatementOfWork,
    Step,
    Variation,
    WorkOrder,
)


def sow_for(user: AnyUser, pk: int, permission: Permission) -> StatementOfWork:
    """Return a statement of work with its rollout and file."""
    visible = StatementOfWork.objects.visible_to(user).select_related("rollout__client", "file")
    sow: StatementOfWork = get_object_or_404(visible, pk=pk)
    require(user, permission, sow.rollout)
    return sow


def clause_for(user: AnyUser, pk: int, permission: Permission) -> Clause:
    """Return a clause with its document and rollout."""
    clause: Clause = get_object_or_404(
        Clause.objects.visible_to(user).select_related("sow__rollout__client"), pk=pk
    )
    require(user, permission, clause.sow.rollout)
    return clause


def revision_for(user: AnyUser, pk: int, permission: Permission) -> PlanRevision:
    """Return a plan revision with its rollout."""
    visible = PlanRevision.objects.visible_to(user).select_related("rollout__client", "sow")
    revision: PlanRevision = get_object_or_404(visible, pk=pk)
    require(user, permission, revision.rollout)
    return revision


def _revision_part(rows: QuerySet[Any], user: AnyUser, pk: int, permission: Permission) -> Any:
    part = get_object_or_404(rows.select_related("revision__rollout__client"), pk=pk)
    require(user, permission, part.revision.rollout)
    return part


def step_for(user: AnyUser, pk: int, permission: Permission) -> Step:
    """Return a step with its revision and rollout."""
    step: Step = _revision_part(Step.objects.visible_to(user), user, pk, permission)
    return step


def variation_for(user: AnyUser, pk: int, permission: Permission) -> Variation:
    """Return a variation with its revision and rollout."""
    variation: Variation = _revision_part(Variation.objects.visible_to(user), user, pk, permission)
    return variation


def work_order_for(user: AnyUser, number: str, permission: Permission) -> WorkOrder:
    """Return a work order with its rollout, site, wave and accountable person."""
    visible = WorkOrder.objects.visible_to(user).select_related(
        "rollout__client", "rollout__pm", "enrolment__site", "enrolment__wave__pf", "accountable"
    )
    order: WorkOrder = get_object_or_404(visible, number=number)
    require(user, permission, order.rollout)
    return order


def enrolment_for(user: AnyUser, pk: int, permission: Permission) -> Enrolment:
    """Return a site's place in a rollout, for the work orders that belong to it."""
    visible = Enrolment.objects.visible_to(user).select_related("rollout__client")
    enrolment: Enrolment = get_object_or_404(visible, pk=pk)
    require(user, permission, enrolment.rollout)
    return enrolment


def packet_for(user: AnyUser, pk: int, permission: Permission) -> Packet:
    """Return a packet with its work order, site and PDF."""
    visible = Packet.objects.visible_to(user).select_related(
        "work_order__rollout__client", "work_order__enrolment__site", "revision", "pdf"
    )
    packet: Packet = get_object_or_404(visible, pk=pk)
    require(user, permission, packet.work_order.rollout)
    return packet


def evidence_for(user: AnyUser, key: uuid.UUID, permission: Permission) -> Evidence:
    """Return a piece of evidence with its work order."""
    visible = Evidence.objects.visible_to(user).select_related(
        "work_order__rollout__client", "file", "preview"
    )
    evidence: Evidence = get_object_or_404(visible, key=key)
    require(user, permission, evidence.work_order.rollout)
    return evidence
