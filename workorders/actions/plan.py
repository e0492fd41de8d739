"""Start revisions of the plan; write, order and remove its steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import AuditEntry, Rollout, User
from workorders.choices import PHASE_ORDER, EvidenceKind, Phase
from workorders.models import Clause, EvidenceSpec, PlanRevision, Step, Variation
from workorders.packets.fingerprint import fingerprint

MAX_KEY = 60
STEP_FIELDS = (
    "phase",
    "title",
    "instructions",
    "warning",
    "minutes",
    "crew",
    "skills",
    "tools",
    "materials",
)


class PlanIsPublished(Refused):
    """A published revision never changes."""


class NothingPublished(Refused):
    """There is no published revision to start the next one from."""


class ChangedMeanwhile(Refused):
    """Somebody else saved the same thing after this person opened it."""


class CannotRestore(Refused):
    """What was removed cannot come back as it was."""


@dataclass(frozen=True)
class EvidenceDraft:
    """One row of evidence as a form hands it over. `key` is empty for a new one."""

    kind: str
    label: str
    required: bool = True
    options: dict[str, Any] = field(default_factory=dict)
    key: str = ""


def editable(revision: PlanRevision) -> PlanRevision:
    """Return the revision locked for a change, its rollout and client loaded; raises `PlanIsPublished`.

    Everything that changes a plan takes this lock first, so two people's changes happen one after the other.
    """
    locked = PlanRevision.objects.select_for_update(of=("self",)).select_related("rollout__client")
    return must_be_draft(locked.get(pk=revision.pk))


def must_be_draft(revision: PlanRevision) -> PlanRevision:
    """Return the revision; raises `PlanIsPublished` when it is none that can be changed."""
    if not revision.is_draft:
        number = revision.number
        raise PlanIsPublished(
            f"Revision {number} is published and stays as it is. Start revision {number + 1} to change the plan."
        )
    return revision


@transaction.atomic
def start_plan(*, rollout: Rollout, by: User, at: datetime) -> PlanRevision:
    """Return the rollout's draft; makes revision 1 when there is no plan yet. Safe to do twice.

    Raises `PlanIsPublished` when the newest revision is published: the next one is started by `start_revision`.
    """
    Rollout.objects.select_for_update().get(pk=rollout.pk)
    newest = PlanRevision.objects.filter(rollout=rollout).order_by("-number").first()
    if newest is not None:
        return editable(newest)
    sow = rollout.statements_of_work.order_by("-version").first()
    draft: PlanRevision = PlanRevision.objects.create(rollout=rollout, number=1, sow=sow, created_at=at)
    record(draft, "revision.started", draft, by=by, at=at, summary="Plan begun: revision 1")
    return draft


@transaction.atomic
def start_revision(*, rollout: Rollout, by: User, at: datetime) -> PlanRevision:
    """Start the next revision as a copy of the newest published one, all keys kept. Returns the draft if there is one."""
    Rollout.objects.select_for_update().get(pk=rollout.pk)
    newest = PlanRevision.objects.filter(rollout=rollout).order_by("-number").first()
    if newest is None:
        raise NothingPublished("There is no plan to revise yet. Add its first step.")
    if newest.is_draft:
        return editable(newest)
    draft: PlanRevision = PlanRevision.objects.create(
        rollout=rollout, number=newest.number + 1, sow=newest.sow, created_at=at
    )
    _copy_steps(newest, draft)
    _copy_variations(newest, draft)
    summary = f"Revision {draft.number} started from revision {newest.number}"
    record(draft, "revision.started", draft, by=by, at=at, summary=summary)
    return draft


def start_next(*, rollout: Rollout, by: User, at: datetime) -> PlanRevision:
    """Return the rollout's draft, starting the first or the next revision when there is none."""
    newest = PlanRevision.objects.filter(rollout=rollout).order_by("-number").first()
    if newest is not None and not newest.is_draft:
        return start_revision(rollout=rollout, by=by, at=at)
    return start_plan(rollout=rollout, by=by, at=at)


def _copy_steps(source: PlanRevision, target: PlanRevision) -> None:
    originals = list(source.steps.prefetch_related("evidence_specs", "clauses"))
    copies = Step.objects.bulk_create(
        Step(revision=target, key=step.key, position=step.position, **_own_fields(step)) for step in originals
    )
    pairs = list(zip(originals, copies, strict=True))
    EvidenceSpec.objects.bulk_create(
        EvidenceSpec(step=copy, **_spec_fields(spec))
        for step, copy in pairs
        for spec in step.evidence_specs.all()
    )
    through = Step.clauses.through
    through.objects.bulk_create(
        through(step=copy, clause=clause) for step, copy in pairs for clause in step.clauses.all()
    )


def _copy_variations(source: PlanRevision, target: PlanRevision) -> None:
    names = [f.attname for f in Variation._meta.concrete_fields if f.attname not in ("id", "revision_id")]
    Variation.objects.bulk_create(
        Variation(revision=target, **{name: getattr(rule, name) for name in names})
        for rule in source.variations.all()
    )


def _own_fields(step: Step) -> dict[str, Any]:
    return {name: getattr(step, name) for name in STEP_FIELDS}


def _spec_fields(spec: EvidenceSpec) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in ("key", "kind", "label", "required", "options", "position")}


@transaction.atomic
def add_step(
    *,
    revision: PlanRevision,
    by: User,
    at: datetime,
    evidence: Sequence[EvidenceDraft] = (),
    clauses: Iterable[Clause] = (),
    **fields: Any,
) -> Step:
    """Add a step at the end of its phase. `fields` are those of `STEP_FIELDS`; its key follows from the title."""
    revision = editable(revision)
    last = revision.steps.aggregate(last=Max("position"))["last"] or 0
    taken = set(revision.steps.values_list("key", flat=True))
    key = free_key(fields["title"], taken, fallback="step")
    step: Step = Step.objects.create(revision=revision, key=key, position=last + 1, **fields)
    _write_evidence(step, evidence)
    step.clauses.set(list(clauses))
    record(revision, "step.added", step, by=by, at=at, summary=f"Step added: {step.title}")
    return step


@transaction.atomic
def change_step(
    *,
    step: Step,
    by: User,
    at: datetime,
    seen: str,
    evidence: Sequence[EvidenceDraft],
    **fields: Any,
) -> Step:
    """Change a step and its evidence as a whole.

    `seen` is the `mark` of the step when the person opened it; raises `ChangedMeanwhile` when it is another by now.
    """
    revision = editable(step.revision)
    fresh: Step | None = Step.objects.select_for_update().filter(pk=step.pk).first()
    if fresh is None:
        raise ChangedMeanwhile(
            f"“{step.title}” was removed meanwhile. Copy what you need and add it as a new step."
        )
    if mark(fresh) != seen:
        raise ChangedMeanwhile(
            "Somebody else saved this step after you opened it. Your text is still here: compare it with the step "
            "as it is now (below), then save again to replace it."
        )
    moved = fields.get("phase", fresh.phase) != fresh.phase
    for name, value in fields.items():
        setattr(fresh, name, value)
    if moved:
        fresh.position = (revision.steps.aggregate(last=Max("position"))["last"] or 0) + 1
    fresh.save()
    _write_evidence(fresh, evidence)
    record(revision, "step.changed", fresh, by=by, at=at, summary=f"Step changed: {fresh.title}")
    return fresh


def mark(step: Step) -> str:
    """Return a short text that is another as soon as the step or its evidence is another."""
    specs = [_spec_fields(spec) for spec in step.evidence_specs.order_by("position", "pk")]
    return fingerprint({"step": _own_fields(step), "evidence": specs})[:16]


def _write_evidence(step: Step, drafts: Sequence[EvidenceDraft]) -> None:
    """Replace the evidence of a step; rows that keep their key stay the same piece of evidence over revisions."""
    step.evidence_specs.all().delete()
    taken = {draft.key for draft in drafts if draft.key}
    specs = []
    for position, draft in enumerate(drafts):
        key = draft.key or free_key(f"{draft.kind} {draft.label}"[:40], taken, fallback=draft.kind)
        taken.add(key)
        specs.append(
            EvidenceSpec(
                step=step,
                key=key,
                kind=EvidenceKind(draft.kind),
                label=draft.label,
                required=draft.required,
                options=draft.options,
                position=position,
            )
        )
    EvidenceSpec.objects.bulk_create(specs)


def free_key(text: str, taken: Iterable[str], *, fallback: str) -> str:
    """Return a key made of `text` that is not taken: ``mount-the-ap``, ``mount-the-ap-2``, …"""
    used = set(taken)
    stem = slugify(text)[: MAX_KEY - 6].strip("-") or fallback
    if stem not in used:
        return stem
    return next(key for n in range(2, len(used) + 3) if (key := f"{stem}-{n}") not in used)


@transaction.atomic
def remove_step(*, step: Step, by: User, at: datetime) -> AuditEntry:
    """Remove a step; its clauses are open again. The returned entry brings it back through `restore_step`.

    Removing one that is gone already raises `ChangedMeanwhile`.
    """
    revision = editable(step.revision)
    fresh = revision.steps.filter(pk=step.pk).first()
    if fresh is None:
        raise ChangedMeanwhile(f"“{step.title}” was removed meanwhile.")
    snapshot = {
        "key": fresh.key,
        "position": fresh.position,
        "step": _own_fields(fresh),
        "evidence": [_spec_fields(spec) for spec in fresh.evidence_specs.all()],
        "clauses": list(fresh.clauses.values_list("pk", flat=True)),
    }
    entry = record(
        revision, "step.removed", fresh, by=by, at=at, summary=f"Step removed: {fresh.title}", data=snapshot
    )
    fresh.delete()
    return entry


@transaction.atomic
def restore_step(*, revision: PlanRevision, entry: AuditEntry, by: User, at: datetime) -> Step:
    """Bring a removed step back with its evidence and those of its clauses that are still open. Safe to do twice."""
    revision = editable(revision)
    data = entry.data
    if entry.type != "workorders.step.removed" or data.get("revision") != revision.pk:
        raise CannotRestore("This step belongs to another revision. Add it by hand.")
    there: Step | None = revision.steps.filter(key=data["key"]).first()
    if there is not None:
        return there
    step: Step = Step.objects.create(
        revision=revision, key=data["key"], position=data["position"], **data["step"]
    )
    EvidenceSpec.objects.bulk_create(EvidenceSpec(step=step, **spec) for spec in data["evidence"])
    step.clauses.set(Clause.objects.filter(pk__in=data["clauses"], set_aside_at__isnull=True))
    record(revision, "step.restored", step, by=by, at=at, summary=f"Step brought back: {step.title}")
    return step


@transaction.atomic
def move_step(*, step: Step, places: int, by: User, at: datetime) -> bool:
    """Move a step up (-1) or down (1) within its phase; returns whether it moved."""
    revision = editable(step.revision)
    steps = sorted(
        revision.steps.all(), key=lambda one: (PHASE_ORDER[Phase(one.phase)], one.position, one.pk)
    )
    index = next((i for i, one in enumerate(steps) if one.pk == step.pk), None)
    if index is None:
        raise ChangedMeanwhile(f"“{step.title}” was removed meanwhile.")
    other = index + places
    if not 0 <= other < len(steps) or steps[other].phase != steps[index].phase:
        return False
    steps.insert(other, steps.pop(index))
    for position, one in enumerate(steps, start=1):
        one.position = position
    Step.objects.bulk_update(steps, ["position"])
    record(revision, "step.moved", step, by=by, at=at, summary=f"Step moved: {step.title}")
    return True


def record(
    revision: PlanRevision,
    event: str,
    subject: Any,
    *,
    by: User,
    at: datetime,
    summary: str,
    data: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write the audit row of a change to a plan; `data` always names the revision."""
    return audit.record(
        f"workorders.{event}",
        subject=subject,
        rollout=revision.rollout,
        by=by,
        at=at,
        summary=summary,
        data={**(data or {}), "revision": revision.pk},
    )
