"""Decide on clauses: trace them to steps, set them aside with a reason, undo either."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

from django.db import transaction

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import User
from rollout.models.audit import new_bulk_id
from workorders.actions.plan import EvidenceDraft, add_step, editable, record
from workorders.choices import ClauseKind, EvidenceKind, Phase, Reading
from workorders.models import Clause, PlanRevision, Step
from workorders.queries.sow import SET_ASIDE_REASONS, open_clauses
from workorders.sow.document import CELL_SEPARATOR

MAX_WARNING = 400
MAX_INSTRUCTIONS = 6000
DEFAULT_MINUTES = 5

EVIDENCE_LABELS: dict[str, str] = {
    EvidenceKind.CONFIRMATION: "Done",
    EvidenceKind.PHOTO: "Photo of the result",
    EvidenceKind.SERIAL: "Serial number",
    EvidenceKind.READING: "Value measured",
    EvidenceKind.CHOICE: "Result",
    EvidenceKind.COUNT: "How many",
    EvidenceKind.TEXT: "What was found",
    EvidenceKind.SIGNATURE: "Signature",
}


class AlreadyDecided(Refused):
    """Somebody decided on the clause meanwhile."""


class NothingOpen(Refused):
    """None of the chosen clauses is still open."""


class TooLongForOneStep(Refused):
    """The chosen clauses say more than the instructions of one step hold."""


def _still_open(revision: PlanRevision, clauses: Iterable[Clause]) -> list[Clause]:
    """Return those of the clauses that are open now; the revision is locked, so nobody decides meanwhile."""
    if revision.sow_id is None:
        return []
    wanted = {clause.pk for clause in clauses}
    return [clause for clause in open_clauses(revision.sow, revision) if clause.pk in wanted]  # type: ignore[arg-type]


def _require_open(revision: PlanRevision, clause: Clause) -> Clause:
    found = _still_open(revision, [clause])
    if found:
        return found[0]
    fresh = Clause.objects.select_related("set_aside_by").get(pk=clause.pk)
    if fresh.set_aside_at is not None and fresh.set_aside_by is not None:
        raise AlreadyDecided(
            f"{fresh.set_aside_by.name} set clause {fresh.number} aside meanwhile: {fresh.set_aside_reason}. "
            "Undo that first if it should be something else."
        )
    step = fresh.steps.filter(revision=revision).first()
    if step is not None:
        raise AlreadyDecided(
            f"Clause {fresh.number} is traced to “{step.title}” already. Undo that first if it should be something else."
        )
    raise AlreadyDecided(
        f"Clause {fresh.number} belongs to another version of the document. Reload the page."
    )


@transaction.atomic
def accept_proposal(*, clause: Clause, revision: PlanRevision, by: User, at: datetime) -> Step | None:
    """Do what the reader proposes: make a step that traces the clause, or set it aside (then None is returned)."""
    revision = editable(revision)
    clause = _require_open(revision, clause)
    return _accept(clause, revision, by=by, at=at)


def _accept(clause: Clause, revision: PlanRevision, *, by: User, at: datetime) -> Step | None:
    reason = SET_ASIDE_REASONS.get(clause.proposed_reading)
    if reason is not None:
        _set_aside([clause], revision, reason=reason, by=by, at=at)
        return None
    return add_step(
        revision=revision,
        by=by,
        at=at,
        clauses=[clause],
        evidence=proposed_evidence(clause),
        **proposed_step(clause),
    )


def proposed_step(clause: Clause) -> dict[str, Any]:
    """Return the fields of the step a clause proposes. A safety clause becomes the step's warning."""
    text = _instructions(clause)
    is_safety = clause.proposed_reading == Reading.SAFETY and len(clause.text) <= MAX_WARNING
    return {
        "phase": clause.proposed_phase or Phase.INSTALL,
        "title": clause.proposed_title or clause.text[:80],
        "instructions": "" if is_safety else text[:MAX_INSTRUCTIONS],
        "warning": clause.text if is_safety else "",
        "minutes": clause.proposed_minutes or DEFAULT_MINUTES,
    }


def _instructions(clause: Clause) -> str:
    """Return what the clause says beyond its proposed title; of a table row, the cells that say more, one a line."""
    title = clause.proposed_title.casefold()
    if clause.kind != ClauseKind.TABLE_ROW:
        return clause.text if clause.text.strip(" .").casefold() != title.strip(" .") else ""
    cells = (cell for cell in _cells(clause) if cell[1].strip(" .").casefold() not in title)
    return "\n".join(f"- {head}: {cell}" for head, cell in cells if head)


def _cells(clause: Clause) -> list[tuple[str, str]]:
    """Return (header, cell) of a table row; a running number in front, ticks and dashes say nothing."""
    parts = [part.partition(": ") for part in clause.text.split(CELL_SEPARATOR)]
    cells = [(head, cell) if colon else ("", head) for head, colon, cell in parts]
    if len(cells) > 1 and cells[0][1].strip(" .").isdigit():
        del cells[0]
    return [(head, cell) for head, cell in cells if any(char.isalnum() for char in cell)]


def proposed_evidence(clause: Clause) -> list[EvidenceDraft]:
    """Return the evidence a clause proposes, one of a kind."""
    return [
        EvidenceDraft(
            kind, EVIDENCE_LABELS[kind], options={"choices": ["Pass", "Fail"]} if kind == "choice" else {}
        )
        for kind in dict.fromkeys(clause.proposed_evidence)
        if kind in EVIDENCE_LABELS
    ]


@transaction.atomic
def accept_many(*, clauses: Iterable[Clause], revision: PlanRevision, by: User, at: datetime) -> list[Step]:
    """Accept the proposals of those clauses that are open and propose a step; the others stay as they are."""
    revision = editable(revision)
    chosen = [c for c in _still_open(revision, clauses) if c.proposed_reading not in SET_ASIDE_REASONS]
    if not chosen:
        raise NothingOpen("None of these clauses is open and proposes a step. Decide on them one by one.")
    made = [_accept(clause, revision, by=by, at=at) for clause in chosen]
    return [step for step in made if step is not None]


@transaction.atomic
def make_one_step(
    *, clauses: Iterable[Clause], revision: PlanRevision, by: User, at: datetime, title: str = ""
) -> Step:
    """Make one step of several clauses.

    A whole section gives its heading as the title, other clauses the title of the first that proposes a step, which gives
    the phase, too. All give their words, minutes and evidence; safety clauses become the warning. Raises `TooLongForOneStep`
    rather than lose words.
    """
    revision = editable(revision)
    chosen = _still_open(revision, clauses)
    if not chosen:
        raise NothingOpen("All of these clauses were decided meanwhile. Choose open ones.")
    lead = next((c for c in chosen if c.proposed_reading not in SET_ASIDE_REASONS), chosen[0])
    fields = proposed_step(lead) | _words_of(chosen)
    fields["title"] = title or _section_title(revision, chosen) or fields["title"]
    fields["minutes"] = min(600, sum(c.proposed_minutes or 0 for c in chosen) or DEFAULT_MINUTES)
    evidence = {draft.kind: draft for clause in chosen for draft in proposed_evidence(clause)}
    return add_step(
        revision=revision, by=by, at=at, clauses=chosen, evidence=list(evidence.values()), **fields
    )


def _words_of(chosen: Sequence[Clause]) -> dict[str, str]:
    """Return instructions, a line for each clause, and the warning. The source of a diagram is nothing to read."""
    safety = [clause for clause in chosen if clause.proposed_reading == Reading.SAFETY]
    warning = " ".join(clause.text for clause in safety)
    if len(warning) > MAX_WARNING:
        safety, warning = [], ""
    said = [clause for clause in chosen if clause.kind != ClauseKind.DIAGRAM and clause not in safety]
    instructions = "\n".join(f"- {_line(clause)}" for clause in said)
    if len(instructions) > MAX_INSTRUCTIONS:
        raise TooLongForOneStep(
            f"Together these clauses have {len(instructions):,} characters; one step holds {MAX_INSTRUCTIONS:,}. "
            "Choose fewer of them and make two steps."
        )
    return {"instructions": instructions, "warning": warning}


def _line(clause: Clause) -> str:
    """Return a clause as one line of several: of a table row the first cell by itself, the others with their header."""
    cells = _cells(clause) if clause.kind == ClauseKind.TABLE_ROW else []
    if not cells:
        return clause.text
    rest = (f"{head}: {cell}" if head else cell for head, cell in cells[1:])
    return CELL_SEPARATOR.join((cells[0][1], *rest))


def _section_title(revision: PlanRevision, chosen: Sequence[Clause]) -> str:
    """Return the heading all chosen clauses stand under, when they are all that is open there; otherwise nothing."""
    levels = zip(*(clause.heading_path for clause in chosen), strict=False)
    shared = [names[0] for names in takewhile(lambda names: len(set(names)) == 1, levels)]
    if len(chosen) < 2 or not shared or revision.sow is None:
        return ""
    paths = open_clauses(revision.sow, revision).values_list("heading_path", flat=True)
    there = sum(path[: len(shared)] == shared for path in paths)
    return str(shared[-1]).strip(" :")[:120] if there == len(chosen) else ""


@transaction.atomic
def trace(*, clauses: Iterable[Clause], step: Step, by: User, at: datetime) -> list[Clause]:
    """Trace open clauses to a step that is there; returns those that were open."""
    revision = editable(step.revision)
    chosen = list(clauses)
    if len(chosen) == 1:
        _require_open(revision, chosen[0])
    chosen = _still_open(revision, chosen)
    fresh = revision.steps.filter(pk=step.pk).first()
    if fresh is None:
        raise AlreadyDecided(f"“{step.title}” was removed meanwhile. Choose another step.")
    if not chosen:
        raise NothingOpen("All of these clauses were decided meanwhile. Choose open ones.")
    fresh.clauses.add(*chosen)
    numbers = ", ".join(clause.number for clause in chosen)
    record(
        revision, "clause.traced", fresh, by=by, at=at, summary=f"Clause {numbers} traced to {fresh.title}"
    )
    return chosen


@transaction.atomic
def set_aside(
    *, clauses: Iterable[Clause], revision: PlanRevision, reason: str, by: User, at: datetime
) -> list[Clause]:
    """Set open clauses aside for one reason; returns those that were open."""
    revision = editable(revision)
    chosen = list(clauses)
    if len(chosen) == 1:
        _require_open(revision, chosen[0])
    chosen = _still_open(revision, chosen)
    if not chosen:
        raise NothingOpen("All of these clauses were decided meanwhile. Choose open ones.")
    _set_aside(chosen, revision, reason=reason, by=by, at=at)
    return chosen


def _set_aside(
    clauses: Sequence[Clause], revision: PlanRevision, *, reason: str, by: User, at: datetime
) -> None:
    Clause.objects.filter(pk__in=[clause.pk for clause in clauses]).update(
        set_aside_reason=reason, set_aside_at=at, set_aside_by=by
    )
    bulk_id = new_bulk_id() if len(clauses) > 1 else None
    audit.record_many(
        audit.entry(
            "workorders.clause.set_aside",
            subject=clause,
            rollout=revision.rollout,
            by=by,
            at=at,
            summary=f"Clause {clause.number} set aside",
            reason=reason,
            bulk_id=bulk_id,
        )
        for clause in clauses
    )


@transaction.atomic
def reopen(*, clause: Clause, revision: PlanRevision, by: User, at: datetime) -> str:
    """Undo what was decided on a clause; returns what happened as a sentence.

    A step that was made of this clause alone and is still as it was proposed goes with it; any other step stays and only
    loses the trace. Reopening an open clause changes nothing.
    """
    revision = editable(revision)
    clause = Clause.objects.select_for_update().get(pk=clause.pk)
    said = f"Clause {clause.number} is open again."
    if clause.set_aside_at is not None:
        clause.set_aside_reason, clause.set_aside_at, clause.set_aside_by = "", None, None
        clause.save(update_fields=["set_aside_reason", "set_aside_at", "set_aside_by"])
    for step in revision.steps.filter(clauses=clause):
        said = _untrace(step, clause)
    for rule in revision.variations.filter(clause=clause):
        rule.clause = None
        rule.save(update_fields=["clause"])
        said = f"Clause {clause.number} is open again; the variation “{rule.name}” no longer names it."
    record(revision, "clause.reopened", clause, by=by, at=at, summary=said)
    return said


def _untrace(step: Step, clause: Clause) -> str:
    step.clauses.remove(clause)
    if not step.clauses.exists() and _is_as_proposed(step, clause):
        step.delete()
        return f"Clause {clause.number} is open again; its step “{step.title}” is gone."
    return f"Clause {clause.number} is open again; the step “{step.title}” stays in the plan."


def _is_as_proposed(step: Step, clause: Clause) -> bool:
    fields = proposed_step(clause)
    kinds = [draft.kind for draft in proposed_evidence(clause)]
    same_fields = all(getattr(step, name) == value for name, value in fields.items())
    bare = not (step.skills or step.tools or step.materials) and step.crew == 1
    return same_fields and bare and [spec.kind for spec in step.evidence_specs.order_by("position")] == kinds
