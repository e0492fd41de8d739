"""The life of a work order as one table: which move is legal, and who is accountable after it.

``planned → ready → scheduled → confirmed → on site → in review → done``, with ``on hold`` and ``cancelled`` beside it.
"""

from __future__ import annotations

from datetime import datetime

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import User
from workorders.choices import WorkOrderState as S
from workorders.models import WorkOrder

MOVES: dict[str, frozenset[str]] = {
    S.PLANNED: frozenset({S.READY, S.ON_HOLD, S.CANCELLED}),
    S.READY: frozenset({S.PLANNED, S.SCHEDULED, S.ON_HOLD, S.CANCELLED}),
    S.SCHEDULED: frozenset({S.READY, S.CONFIRMED, S.ON_SITE, S.ON_HOLD, S.CANCELLED}),
    S.CONFIRMED: frozenset({S.READY, S.SCHEDULED, S.ON_SITE, S.ON_HOLD, S.CANCELLED}),
    S.ON_SITE: frozenset({S.IN_REVIEW, S.READY, S.ON_HOLD}),
    S.IN_REVIEW: frozenset({S.DONE, S.READY, S.ON_SITE}),
    S.DONE: frozenset(),
    S.ON_HOLD: frozenset({S.PLANNED, S.READY, S.CANCELLED}),
    S.CANCELLED: frozenset({S.PLANNED}),
}


class IllegalMove(Refused):
    """The work order is not in a state from which this can be done."""


def check(order: WorkOrder, to: str) -> None:
    """Raise `IllegalMove` with a sentence unless the order may go to state `to`."""
    if to not in MOVES[order.state]:
        raise IllegalMove(
            f"{order.number} is {order.get_state_display().lower()}; from there it cannot become "
            f"{S(to).label.lower()}. Reload the page to see what happened meanwhile."
        )


def accountable_for(order: WorkOrder, state: str) -> User:
    """Return who answers for the order in a state: the PM while it is prepared, the wave's facilitator after."""
    wave = order.enrolment.wave
    facilitator = wave.pf if wave else None
    if state in (S.PLANNED, S.ON_HOLD, S.CANCELLED) or facilitator is None:
        return order.rollout.pm
    return facilitator


def move(order: WorkOrder, to: str, *, by: User | None, at: datetime, reason: str = "") -> WorkOrder:
    """Move a locked order, hand over accountability and write the audit row. Call inside a transaction.

    `order` must have been selected for update with its rollout, enrolment, wave and site loaded.
    """
    check(order, to)
    before = order.state
    order.state, order.state_since = to, at
    order.closed_at = at if to == S.DONE else None
    accountable = accountable_for(order, to)
    if accountable.pk != order.accountable_id:
        order.accountable, order.accountable_since = accountable, at
    order.save(update_fields=["state", "state_since", "closed_at", "accountable", "accountable_since"])
    audit.record(
        f"workorders.work_order.{to}",
        subject=order,
        rollout=order.rollout,
        by=by,
        at=at,
        summary=f"{order.number}: {S(before).label} → {S(to).label}",
        reason=reason,
        data={"from": before, "to": to},
    )
    return order
