"""Reads of the statement of work: its clauses, what became of each, and how much of it is covered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from zlib import crc32

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from rollout.models import Rollout
from workorders.choices import ClauseKind, Reading
from workorders.models import Clause, PlanRevision, StatementOfWork, Step, Variation
from workorders.queries.plan import step_list
from workorders.sow.document import CELL_SEPARATOR

OPEN, TRACED, SET_ASIDE = "open", "traced", "set_aside"
STATES = ((OPEN, "Open"), (TRACED, "Traced"), (SET_ASIDE, "Set aside"))

# Readings that ask nothing of the technician: accepting such a proposal sets the clause aside for this reason.
SET_ASIDE_REASONS: dict[str, str] = {
    Reading.INFORMATION: "Information only, nothing to do on site",
    Reading.COMMERCIAL: "Commercial, between client and contractor",
    Reading.OUT_OF_SCOPE: "Out of scope of this rollout",
    Reading.CONTACT: "Contact details, kept with the sites",
}


def sows_of(rollout: Rollout) -> QuerySet[StatementOfWork]:
    """Versions of the statement of work, newest first, with file, uploader and `clause_count`."""
    sows: QuerySet[StatementOfWork] = StatementOfWork.objects.filter(rollout=rollout)
    sows = sows.select_related("file", "uploaded_by").annotate(clause_count=Count("clauses"))
    return sows.order_by("-version")


def current_sow(rollout: Rollout) -> StatementOfWork | None:
    """Return the newest version, or None."""
    return sows_of(rollout).first()


def decided(clauses: QuerySet[Clause], revision: PlanRevision | None) -> QuerySet[Any]:
    """Annotate clauses with `is_traced`: a step or a variation of the revision serves them."""
    steps = Step.objects.filter(revision=revision, clauses=OuterRef("pk"))
    rules = Variation.objects.filter(revision=revision, clause=OuterRef("pk"))
    return clauses.annotate(is_traced=Exists(steps) | Exists(rules))


def open_clauses(sow: StatementOfWork, revision: PlanRevision | None) -> QuerySet[Clause]:
    """Return the clauses nobody has decided on, in document order."""
    clauses: QuerySet[Clause] = Clause.objects.filter(sow=sow, set_aside_at__isnull=True)
    return decided(clauses, revision).filter(is_traced=False).order_by("ordinal")


def open_count(revision: PlanRevision) -> int:
    """Return how many clauses of the revision's own document nobody has decided on."""
    return open_clauses(revision.sow, revision).count() if revision.sow else 0


@dataclass(frozen=True)
class Coverage:
    """How many clauses are traced, set aside and open. Percentages are whole and never round up to 100."""

    traced: int
    set_aside: int
    open: int

    @property
    def total(self) -> int:
        """All clauses."""
        return self.traced + self.set_aside + self.open

    @property
    def percent(self) -> int:
        """Decided ones, in whole percent of all."""
        return 100 * (self.traced + self.set_aside) // self.total if self.total else 0

    @property
    def words(self) -> str:
        """How far the document is decided."""
        return f"of {self.total:,} · {self.percent} % decided"


def coverage(sow: StatementOfWork, revision: PlanRevision | None) -> Coverage:
    """Count the clauses of a document by what became of them, in one query."""
    counted = decided(Clause.objects.filter(sow=sow), revision).aggregate(
        traced=Count("pk", filter=Q(is_traced=True)),
        set_aside=Count("pk", filter=Q(is_traced=False, set_aside_at__isnull=False)),
        open=Count("pk", filter=Q(is_traced=False, set_aside_at__isnull=True)),
    )
    return Coverage(**counted)


@dataclass(frozen=True)
class ClauseRow:
    """A clause, what became of it and, as numbers of the plan, the steps that serve it."""

    clause: Clause
    state: str
    steps: tuple[tuple[int, Step], ...]
    variations: tuple[Variation, ...]

    @property
    def makes_step(self) -> bool:
        """Accepting the proposal makes a step; otherwise it sets the clause aside."""
        return self.clause.proposed_reading not in SET_ASIDE_REASONS

    @property
    def cells(self) -> tuple[tuple[str, str], ...]:
        """(header, cell) of a table row; empty for everything else."""
        if self.clause.kind != ClauseKind.TABLE_ROW:
            return ()
        parts = (part.partition(": ") for part in self.clause.text.split(CELL_SEPARATOR))
        return tuple((head, cell) if colon else ("", head) for head, colon, cell in parts)

    @property
    def path(self) -> tuple[str, ...]:
        """Its headings."""
        return tuple(self.clause.heading_path)


def clause_rows(
    clauses: QuerySet[Any], revision: PlanRevision | None, first: int = 1, last: int | None = None
) -> list[ClauseRow]:
    """Return clauses with what became of them: four queries, however many there are.

    `first` and `last` cut out a page, counted from 1, both included.
    """
    numbers = step_numbers(revision)
    steps = Step.objects.filter(revision=revision).only("pk", "title", "phase", "revision")
    rules = Variation.objects.filter(revision=revision).only("pk", "name", "clause")
    loaded = clauses.select_related("sow", "set_aside_by").prefetch_related(
        Prefetch("steps", steps, to_attr="traced_by"), Prefetch("variations", rules, to_attr="varied_by")
    )
    return [_row(clause, numbers) for clause in loaded.order_by("ordinal")[max(first, 1) - 1 : last]]


def step_numbers(revision: PlanRevision | None) -> dict[int, int]:
    """Return the number each step has in the plan, by primary key."""
    if revision is None:
        return {}
    return {pk: n for n, pk in enumerate(step_list(revision).values_list("pk", flat=True), start=1)}


def _row(clause: Clause, numbers: dict[int, int]) -> ClauseRow:
    steps = tuple(sorted((numbers[step.pk], step) for step in clause.traced_by))  # type: ignore[attr-defined]
    rules = tuple(clause.varied_by)  # type: ignore[attr-defined]
    state = TRACED if steps or rules else SET_ASIDE if clause.set_aside_at else OPEN
    return ClauseRow(clause, state, steps, rules)


@dataclass(frozen=True)
class Filter:
    """What of a document is shown: a state, a reading, words, only clauses with remarks."""

    state: str = ""
    reading: str = ""
    words: str = ""
    remarked: bool = False


def matching(sow: StatementOfWork, revision: PlanRevision | None, wanted: Filter) -> QuerySet[Any]:
    """Return the clauses of a document that match, in document order."""
    clauses = decided(Clause.objects.filter(sow=sow), revision).order_by("ordinal")
    if wanted.state == OPEN:
        clauses = clauses.filter(is_traced=False, set_aside_at__isnull=True)
    elif wanted.state == TRACED:
        clauses = clauses.filter(is_traced=True)
    elif wanted.state == SET_ASIDE:
        clauses = clauses.filter(is_traced=False, set_aside_at__isnull=False)
    if wanted.reading:
        clauses = clauses.filter(proposed_reading=wanted.reading)
    if wanted.remarked:
        clauses = clauses.exclude(remarks=[])
    if wanted.words:
        by_path = Q(heading_path__icontains=wanted.words)
        clauses = clauses.filter(
            Q(text__icontains=wanted.words) | Q(number__startswith=wanted.words) | by_path
        )
    return clauses


@dataclass(frozen=True)
class Group:
    """Consecutive clauses below the same headings. `level` 1 is a section, 2 what is below it."""

    path: tuple[str, ...]
    level: int
    rows: tuple[ClauseRow, ...]
    groups: tuple[Group, ...] = field(default=())

    @property
    def heading(self) -> str:
        """What stands above its clauses, beyond the section's own heading."""
        return " › ".join(self.path[1:] if self.level > 1 else self.path)

    @property
    def key(self) -> str:
        """A name for the page that stays the same whatever is filtered."""
        return f"{self.level}-{crc32(repr(self.path).encode()):x}"

    @property
    def all_rows(self) -> tuple[ClauseRow, ...]:
        """Its own clauses and those of the groups below."""
        return (*self.rows, *(row for group in self.groups for row in group.rows))

    @property
    def first(self) -> int:
        """Ordinal of its first clause."""
        return self.all_rows[0].clause.ordinal

    @property
    def last(self) -> int:
        """Ordinal of its last clause."""
        return self.all_rows[-1].clause.ordinal

    @property
    def open_count(self) -> int:
        """Clauses nobody has decided on."""
        return sum(row.state == OPEN for row in self.all_rows)

    @property
    def proposed_steps(self) -> int:
        """Open clauses that are proposed to become a step."""
        return sum(row.state == OPEN and row.makes_step for row in self.all_rows)


def grouped(rows: Sequence[ClauseRow]) -> list[Group]:
    """Group rows by their first heading, and within it by the headings below."""
    sections = groupby(rows, key=lambda row: row.path[:1])
    return [_section(path, tuple(below)) for path, below in sections]


def _section(path: tuple[str, ...], rows: Iterable[ClauseRow]) -> Group:
    own: list[ClauseRow] = []
    groups: list[Group] = []
    for whole, below in groupby(rows, key=lambda row: row.path):
        if whole == path and not groups:
            own.extend(below)
        else:
            groups.append(Group(whole, 2, tuple(below)))
    return Group(path, 1, tuple(own), tuple(groups))


def arrival_words(sow: StatementOfWork, revision: PlanRevision | None) -> str:
    """Return what a person wants to know when a document has been read."""
    counted = coverage(sow, revision)
    read = f"Version {sow.version} read: {counted.total:,} clauses."
    kept = counted.traced + counted.set_aside
    if sow.version == 1:
        return f"{read} Decide on each: make it a step, or set it aside with a reason."
    return f"{read} {kept:,} kept what was decided on the version before, {counted.open:,} are open."
