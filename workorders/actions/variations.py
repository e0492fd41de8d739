"""Write and remove the variations of a draft plan."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from rollout.models import AuditEntry, User
from workorders.actions.plan import CannotRestore, ChangedMeanwhile, editable, free_key, record
from workorders.choices import Effect
from workorders.models import Clause, PlanRevision, Variation
from workorders.packets.fingerprint import fingerprint

VARIATION_FIELDS = ("name", "rank", "condition", "effect", "step_key", "payload", "reason")


@transaction.atomic
def add_variation(
    *, revision: PlanRevision, by: User, at: datetime, clause: Clause | None = None, **fields: Any
) -> Variation:
    """Add a variation to a draft. `fields` are those of `VARIATION_FIELDS`, already validated against the attributes.

    A variation that adds a step names the new step itself: its key follows from the title in the payload.
    """
    revision = editable(revision)
    key = free_key(fields["name"], revision.variations.values_list("key", flat=True), fallback="variation")
    last = revision.variations.aggregate(last=Max("position"))["last"] or 0
    if fields["effect"] == Effect.ADD_STEP and not fields.get("step_key"):
        fields["step_key"] = _key_of_new_step(revision, fields["payload"])
    rule: Variation = Variation.objects.create(
        revision=revision, key=key, position=last + 1, clause=clause, **fields
    )
    record(revision, "variation.added", rule, by=by, at=at, summary=f"Variation added: {rule.name}")
    return rule


def _key_of_new_step(revision: PlanRevision, payload: dict[str, Any]) -> str:
    taken = {*revision.steps.values_list("key", flat=True)}
    taken |= {*revision.variations.filter(effect=Effect.ADD_STEP).values_list("step_key", flat=True)}
    return free_key(str(payload.get("title", "")), taken, fallback="added-step")


@transaction.atomic
def change_variation(
    *,
    variation: Variation,
    by: User,
    at: datetime,
    seen: str,
    clause: Clause | None = None,
    **fields: Any,
) -> Variation:
    """Change a variation; `seen` is its `mark` when the person opened it, else `ChangedMeanwhile`."""
    revision = editable(variation.revision)
    fresh: Variation | None = Variation.objects.select_for_update().filter(pk=variation.pk).first()
    if fresh is None:
        raise ChangedMeanwhile(f"“{variation.name}” was removed meanwhile. Add it as a new variation.")
    if mark(fresh) != seen:
        raise ChangedMeanwhile(
            "Somebody else saved this variation after you opened it. What you typed is still here; "
            "save again to replace theirs, or go back to see it."
        )
    if fields["effect"] == Effect.ADD_STEP:
        kept = fresh.step_key if fresh.effect == Effect.ADD_STEP else ""
        fields["step_key"] = kept or _key_of_new_step(revision, fields["payload"])
    for name, value in fields.items():
        setattr(fresh, name, value)
    fresh.clause = clause
    fresh.save()
    record(revision, "variation.changed", fresh, by=by, at=at, summary=f"Variation changed: {fresh.name}")
    return fresh


def mark(variation: Variation) -> str:
    """Return a short text that is another as soon as the variation is another."""
    own = {name: getattr(variation, name) for name in VARIATION_FIELDS}
    return fingerprint({**own, "clause": variation.clause_id})[:16]


@transaction.atomic
def remove_variation(*, variation: Variation, by: User, at: datetime) -> AuditEntry:
    """Remove a variation. The returned entry brings it back through `restore_variation`."""
    revision = editable(variation.revision)
    fresh = revision.variations.filter(pk=variation.pk).first()
    if fresh is None:
        raise ChangedMeanwhile(f"“{variation.name}” was removed meanwhile.")
    snapshot = {name: getattr(fresh, name) for name in (*VARIATION_FIELDS, "key", "position", "clause_id")}
    entry = record(
        revision,
        "variation.removed",
        fresh,
        by=by,
        at=at,
        summary=f"Variation removed: {fresh.name}",
        data={"variation": snapshot},
    )
    fresh.delete()
    return entry


@transaction.atomic
def restore_variation(*, revision: PlanRevision, entry: AuditEntry, by: User, at: datetime) -> Variation:
    """Bring a removed variation back. Safe to do twice."""
    revision = editable(revision)
    if entry.type != "workorders.variation.removed" or entry.data.get("revision") != revision.pk:
        raise CannotRestore("This variation belongs to another revision. Add it by hand.")
    data = entry.data["variation"]
    there: Variation | None = revision.variations.filter(key=data["key"]).first()
    if there is not None:
        return there
    rule: Variation = Variation.objects.create(revision=revision, **data)
    record(revision, "variation.restored", rule, by=by, at=at, summary=f"Variation brought back: {rule.name}")
    return rule
