"""Publish a plan revision."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from rollout.exceptions import Refused
from rollout.models import User
from workorders.actions.orders import create_work_orders
from workorders.actions.plan import record
from workorders.choices import RevisionState
from workorders.models import PlanRevision
from workorders.queries.sow import open_count
from workorders.queries.variations import revision_problems


class PlanIsEmpty(Refused):
    """A plan without steps cannot be published."""


class VariationsConflict(Refused):
    """Variations contradict each other."""


class OpenClauses(Refused):
    """Clauses are still open and no reason was given."""


@transaction.atomic
def publish_plan(*, revision: PlanRevision, open_clauses_reason: str, by: User, at: datetime) -> int:
    """Publish a draft: it never changes again. Makes the missing work orders; returns how many.

    Publishing twice publishes once. Raises `PlanIsEmpty`, `VariationsConflict`, or `OpenClauses` when clauses are open and
    `open_clauses_reason` is empty.
    """
    locked = PlanRevision.objects.select_for_update(of=("self",)).select_related("rollout__client", "sow")
    revision = locked.get(pk=revision.pk)
    if not revision.is_draft:
        return len(create_work_orders(rollout=revision.rollout, by=by, at=at))
    left = _check(revision, open_clauses_reason)
    revision.state, revision.published_at, revision.published_by = RevisionState.PUBLISHED, at, by
    revision.open_clauses_reason = open_clauses_reason if left else ""
    revision.save(update_fields=["state", "published_at", "published_by", "open_clauses_reason"])
    record(
        revision,
        "revision.published",
        revision,
        by=by,
        at=at,
        summary=f"Plan revision {revision.number} published",
        data={"open_clauses": left, "open_clauses_reason": revision.open_clauses_reason},
    )
    return len(create_work_orders(rollout=revision.rollout, by=by, at=at))


def _check(revision: PlanRevision, reason: str) -> int:
    """Return how many clauses stay open; refuse what must not be published."""
    if not revision.steps.exists():
        raise PlanIsEmpty("The plan has no steps yet. Add what the technician is to do, then publish.")
    found = revision_problems(revision)
    if found:
        raise VariationsConflict(found[0].sentence)
    left = open_count(revision)
    if left and not reason:
        raise OpenClauses(
            f"{left:,} clauses are neither traced nor set aside. Decide on them, or say why they can stay open."
        )
    return left
