"""Make, change and launch rollouts; their outcomes and waves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from rollout import audit
from rollout.actions.clients import CodeTaken
from rollout.choices import Role, RolloutState
from rollout.exceptions import Refused
from rollout.models import Client, CustomerOutcome, Membership, Rollout, User, Wave


class NoOutcome(Refused):
    """A rollout without a customer outcome cannot be launched."""


class AlreadyLaunched(Refused):
    """Launching twice."""


class WaveInUse(Refused):
    """A wave with sites cannot be removed."""


@transaction.atomic
def create_rollout(*, client: Client, by: User, at: datetime, **fields: Any) -> Rollout:
    """Make a draft rollout; `by` becomes its accountable PM. `fields` are the rollout's own."""
    if Rollout.objects.filter(code=fields["code"]).exists():
        raise CodeTaken(f"There is already a rollout with the short name “{fields['code']}”. Choose another.")
    rollout: Rollout = Rollout.objects.create(client=client, pm=by, **fields)
    if not Membership.objects.filter(user=by, client=client, rollout=None, role=Role.PM).exists():
        Membership.objects.create(user=by, client=client, rollout=rollout, role=Role.PM)
        by.__dict__.pop("loaded_memberships", None)
    audit.record(
        "rollout.rollout.created",
        subject=rollout,
        rollout=rollout,
        by=by,
        at=at,
        summary=f"Rollout {rollout.name} made",
    )
    return rollout


@transaction.atomic
def change_rollout(*, rollout: Rollout, by: User, at: datetime, **fields: Any) -> Rollout:
    """Change a rollout's own fields; the audit entry keeps each value before and after."""
    changes = {
        name: [str(getattr(rollout, name)), str(value)]
        for name, value in fields.items()
        if getattr(rollout, name) != value
    }
    for name, value in fields.items():
        setattr(rollout, name, value)
    rollout.save(update_fields=list(fields))
    if changes:
        summary = "Rollout changed: " + ", ".join(sorted(changes)).replace("_", " ")
        audit.record(
            "rollout.rollout.changed",
            subject=rollout,
            rollout=rollout,
            by=by,
            at=at,
            summary=summary,
            data=changes,
        )
    return rollout


@transaction.atomic
def launch_rollout(*, rollout: Rollout, by: User, at: datetime) -> Rollout:
    """Launch: visits may be scheduled from now on. Demands at least one customer outcome.

    Raises `NoOutcome` or `AlreadyLaunched`.
    """
    rollout = Rollout.objects.select_for_update().get(pk=rollout.pk)
    if rollout.state != RolloutState.DRAFT:
        raise AlreadyLaunched(f"{rollout.name} has been launched already.")
    if not rollout.outcomes.exists():
        raise NoOutcome(
            "State at least one customer outcome first: what does this rollout change for the client’s customers?"
        )
    rollout.state, rollout.launched_at, rollout.launched_by = RolloutState.LIVE, at, by
    rollout.save(update_fields=["state", "launched_at", "launched_by"])
    summary = f"Rollout {rollout.name} launched"
    audit.record("rollout.rollout.launched", subject=rollout, rollout=rollout, by=by, at=at, summary=summary)
    return rollout


@transaction.atomic
def save_outcome(*, outcome: CustomerOutcome, by: User, at: datetime) -> CustomerOutcome:
    """Write a new or changed outcome."""
    verb = "changed" if outcome.pk else "stated"
    outcome.save()
    audit.record(
        f"rollout.outcome.{verb}",
        subject=outcome,
        rollout=outcome.rollout,
        by=by,
        at=at,
        summary=f"Outcome {verb}: {outcome.statement}",
    )
    return outcome


@transaction.atomic
def remove_outcome(*, outcome: CustomerOutcome, by: User, at: datetime) -> None:
    """Remove an outcome; the last one of a launched rollout stays."""
    rollout = outcome.rollout
    if rollout.state != RolloutState.DRAFT and rollout.outcomes.count() == 1:
        raise NoOutcome(
            "A launched rollout keeps at least one customer outcome. Add another before removing this one."
        )
    summary = f"Outcome removed: {outcome.statement}"
    audit.record("rollout.outcome.removed", subject=outcome, rollout=rollout, by=by, at=at, summary=summary)
    outcome.delete()


@transaction.atomic
def save_wave(*, wave: Wave, by: User, at: datetime) -> Wave:
    """Write a new or changed wave."""
    verb = "changed" if wave.pk else "made"
    wave.save()
    audit.record(
        f"rollout.wave.{verb}", subject=wave, rollout=wave.rollout, by=by, at=at, summary=f"{wave} {verb}"
    )
    return wave


@transaction.atomic
def remove_wave(*, wave: Wave, by: User, at: datetime) -> None:
    """Remove a wave that has no sites."""
    enrolled = wave.enrolments.count()  # type: ignore[attr-defined]
    if enrolled:
        raise WaveInUse(f"{wave} has {enrolled:,} sites. Move them to another wave first.")
    audit.record(
        "rollout.wave.removed", subject=wave, rollout=wave.rollout, by=by, at=at, summary=f"{wave} removed"
    )
    wave.delete()
