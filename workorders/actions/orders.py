"""Make work orders, hold and release them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import chain, count

from django.db import transaction

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import Rollout, User
from rollout.models.audit import new_bulk_id
from sites.models import Enrolment
from workorders import lifecycle
from workorders.choices import WorkOrderState
from workorders.models import WorkOrder


class NothingToDo(Refused):
    """Every enrolled site has its work order already."""


def lock(order: WorkOrder) -> WorkOrder:
    """Return the order selected for update, with all that `lifecycle.move` needs."""
    locked = WorkOrder.objects.select_for_update(of=("self",)).select_related(
        "rollout__pm", "enrolment__site", "enrolment__wave__pf", "accountable"
    )
    fresh: WorkOrder = locked.get(pk=order.pk)
    return fresh


@transaction.atomic
def create_work_orders(*, rollout: Rollout, by: User, at: datetime) -> list[WorkOrder]:
    """Make the missing work orders of all enrolled sites, numbered by rollout and site. Safe to do twice."""
    Rollout.objects.select_for_update().get(pk=rollout.pk)
    without = Enrolment.objects.filter(rollout=rollout, work_order__isnull=True).select_related(
        "site", "wave__pf"
    )
    taken = set(
        WorkOrder.objects.filter(number__startswith=rollout.code.upper()).values_list("number", flat=True)
    )
    orders = [
        _new_order(rollout, enrolment, _free_number(rollout, enrolment, taken), at) for enrolment in without
    ]
    WorkOrder.objects.bulk_create(orders, batch_size=2000)
    _record_new(orders, by=by, at=at)
    return orders


def _free_number(rollout: Rollout, enrolment: Enrolment, taken: set[str]) -> str:
    """Return a number nobody has, and take it: "12/7", "12-7" and "12 7" may be three sites, two rollouts may share a beginning."""
    plain = f"{rollout.code}-{enrolment.site.key}".upper().replace(" ", "-").replace("/", "-")[:60]
    others = (f"{plain[:54]}-{n}" for n in count(2))
    number = next(one for one in chain([plain], others) if one not in taken)
    taken.add(number)
    return number


def _new_order(rollout: Rollout, enrolment: Enrolment, number: str, at: datetime) -> WorkOrder:
    return WorkOrder(
        rollout=rollout,
        enrolment=enrolment,
        number=number,
        state=WorkOrderState.PLANNED,
        state_since=at,
        accountable=rollout.pm,
        accountable_since=at,
        created_at=at,
    )


def _record_new(orders: Sequence[WorkOrder], *, by: User, at: datetime) -> None:
    bulk_id = new_bulk_id()
    audit.record_many(
        audit.entry(
            "workorders.work_order.created",
            subject=order,
            rollout=order.rollout,
            by=by,
            at=at,
            summary=f"{order.number} made",
            bulk_id=bulk_id,
        )
        for order in orders
    )


@transaction.atomic
def hold(*, order: WorkOrder, reason: str, review_on: date, by: User, at: datetime) -> WorkOrder:
    """Put an order on hold: lateness stops counting, check-in is off, somebody looks again on `review_on`."""
    order = lock(order)
    lifecycle.check(order, WorkOrderState.ON_HOLD)
    order.state_before_hold, order.hold_reason, order.hold_review_on = order.state, reason, review_on
    before = order.state
    order.state, order.state_since = WorkOrderState.ON_HOLD, at
    order.save(update_fields=["state_before_hold", "hold_reason", "hold_review_on", "state", "state_since"])
    audit.record(
        "workorders.work_order.on_hold",
        subject=order,
        rollout=order.rollout,
        by=by,
        at=at,
        summary=f"{order.number} put on hold until {review_on}",
        reason=reason,
        data={"from": before},
    )
    return order


@transaction.atomic
def release_hold(*, order: WorkOrder, by: User, at: datetime) -> WorkOrder:
    """End a hold. A scheduled order comes back as ready: its date must be confirmed anew."""
    order = lock(order)
    if order.state != WorkOrderState.ON_HOLD:
        raise lifecycle.IllegalMove(f"{order.number} is not on hold.")
    back = (
        WorkOrderState.PLANNED if order.state_before_hold == WorkOrderState.PLANNED else WorkOrderState.READY
    )
    order.state, order.state_since = back, at
    order.hold_reason, order.hold_review_on, order.state_before_hold = "", None, ""
    order.save(update_fields=["state_before_hold", "hold_reason", "hold_review_on", "state", "state_since"])
    audit.record(
        "workorders.work_order.released",
        subject=order,
        rollout=order.rollout,
        by=by,
        at=at,
        summary=f"{order.number} released from hold",
    )
    return order
