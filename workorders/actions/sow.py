"""Keep statements of work: read each version into clauses and carry over what was decided on the one before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from rollout import files
from rollout.exceptions import Refused
from rollout.models import Rollout, StoredFile, User
from workorders.actions.plan import record, start_next
from workorders.models import Clause, PlanRevision, StatementOfWork, Step
from workorders.sow.document import Clause as ReadClause
from workorders.sow.document import Document, UnreadableDocument
from workorders.sow.proposing import propose
from workorders.sow.reading import read_document
from workorders.sow.warnings import remarks


class UnreadableSow(Refused):
    """The file cannot be read as a statement of work."""


class SameDocument(Refused):
    """The newest version has exactly this content."""


def read(name: str, data: bytes) -> Document:
    """Read a document into clauses; raises `UnreadableSow` with a sentence. Touches no database."""
    try:
        return read_document(name, data)
    except UnreadableDocument as problem:
        raise UnreadableSow(str(problem)) from problem


@transaction.atomic
def upload_sow(
    *, rollout: Rollout, name: str, data: bytes, media_type: str, document: Document, by: User, at: datetime
) -> StatementOfWork:
    """Keep the bytes unchanged and the document read from them as the next version; raises `SameDocument`."""
    stored = files.store(data, name=name, media_type=media_type, rollout=rollout, by=by, at=at)
    return add_sow(rollout=rollout, file=stored, document=document, by=by, at=at)


@transaction.atomic
def add_sow(
    *, rollout: Rollout, file: StoredFile, document: Document, by: User, at: datetime
) -> StatementOfWork:
    """Keep a document that was read as the next version, and point the draft plan at it.

    What was decided on the version before carries over to clauses whose words and headings are the same: set aside stays set
    aside, and steps of the draft trace the new clause. Where the newest revision is published, the next one is started.
    Safe to do twice with the same stored file: the second time returns the version made by the first. The same bytes sent
    again raise `SameDocument`.
    """
    Rollout.objects.select_for_update().get(pk=rollout.pk)
    before: StatementOfWork | None = (
        rollout.statements_of_work.select_related("file").order_by("-version").first()
    )
    if before is not None and before.file_id == file.pk:
        return before
    if before is not None and before.file.sha256 == file.sha256:
        raise SameDocument(
            f"This is version {before.version} again, byte for byte. Nothing was added and nothing changed."
        )
    sow: StatementOfWork = StatementOfWork.objects.create(
        rollout=rollout,
        version=before.version + 1 if before else 1,
        title=_storable(document.title)[:200],
        file=file,
        notes=[_storable(note) for note in document.notes],
        word_count=sum(len(clause.text.split()) for clause in document.clauses),
        uploaded_by=by,
        uploaded_at=at,
    )
    _write_clauses(sow, document)
    draft = start_next(rollout=rollout, by=by, at=at)
    carried = _carry_over(before, sow, draft) if before else 0
    PlanRevision.objects.filter(pk=draft.pk).update(sow=sow)
    total = len(document.clauses)
    record(
        draft,
        "sow.added",
        sow,
        by=by,
        at=at,
        summary=f"Statement of work, version {sow.version}: {total:,} clauses read",
        data={"clauses": total, "carried_over": carried},
    )
    return sow


def _storable(text: str) -> str:
    # PostgreSQL keeps every character but this one.
    return text.replace("\x00", "")


def _write_clauses(sow: StatementOfWork, document: Document) -> None:
    sentences: dict[int, list[str]] = defaultdict(list)
    for remark in remarks(document):
        sentences[remark.clause_ordinal].append(_storable(remark.sentence))
    Clause.objects.bulk_create(
        (_clause(sow, clause, sentences[clause.ordinal]) for clause in document.clauses), batch_size=500
    )


def _clause(sow: StatementOfWork, clause: ReadClause, sentences: list[str]) -> Clause:
    proposal = propose(clause)
    return Clause(
        sow=sow,
        ordinal=clause.ordinal,
        number=clause.number[:40],
        heading_path=[_storable(part) for part in clause.heading_path],
        kind=clause.kind,
        text=_storable(clause.text),
        place=clause.place[:80],
        proposed_reading=proposal.reading,
        proposed_phase=proposal.phase or "",
        proposed_title=_storable(proposal.title)[:120],
        proposed_minutes=proposal.minutes,
        proposed_evidence=list(proposal.evidence),
        proposal_reason=_storable(proposal.reason)[:200],
        remarks=sentences,
    )


def _carry_over(before: StatementOfWork, sow: StatementOfWork, draft: PlanRevision) -> int:
    """Apply what was decided on unchanged clauses to the new version; returns how many clauses it reached."""
    waiting: dict[tuple[str, ...], list[Clause]] = defaultdict(list)
    for clause in before.clauses.order_by("-ordinal"):
        waiting[_sameness(clause)].append(clause)
    pairs = [
        (same.pop(), clause)
        for clause in sow.clauses.order_by("ordinal")
        if (same := waiting.get(_sameness(clause)))
    ]
    new_of = {old.pk: new for old, new in pairs}
    carried = _carry_set_aside(pairs) | _carry_traces(draft, new_of) | _carry_variations(draft, new_of)
    return len(carried)


def _sameness(clause: Clause) -> tuple[str, ...]:
    return (*clause.heading_path, " ".join(clause.text.split()))


def _carry_set_aside(pairs: Sequence[tuple[Clause, Clause]]) -> set[int]:
    changed = []
    for old, new in pairs:
        if old.set_aside_at is not None:
            new.set_aside_at, new.set_aside_by_id = old.set_aside_at, old.set_aside_by_id
            new.set_aside_reason = old.set_aside_reason
            changed.append(new)
    Clause.objects.bulk_update(changed, ["set_aside_at", "set_aside_by", "set_aside_reason"], batch_size=500)
    return {new.pk for new in changed}


def _carry_traces(draft: PlanRevision, new_of: dict[int, Clause]) -> set[int]:
    through = Step.clauses.through
    old = through.objects.filter(step__revision=draft, clause_id__in=new_of)
    links = [(link.step_id, new_of[link.clause_id].pk) for link in old]
    old.delete()
    through.objects.bulk_create(
        (through(step_id=step, clause_id=clause) for step, clause in links), batch_size=1000
    )
    return {clause for _, clause in links}


def _carry_variations(draft: PlanRevision, new_of: dict[int, Clause]) -> set[int]:
    rules = list(draft.variations.filter(clause_id__in=new_of))
    for rule in rules:
        rule.clause = new_of[rule.clause_id]
    draft.variations.bulk_update(rules, ["clause"])
    return {rule.clause_id for rule in rules}
