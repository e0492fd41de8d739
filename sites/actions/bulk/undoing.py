"""Put back what a bulk change changed, as far as nobody has changed it again since."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from rollout import audit, jobs
from rollout.exceptions import Refused
from rollout.models import AuditEntry, Rollout, User
from rollout.models.audit import new_bulk_id
from sites.actions.bulk.changing import LISTED, hold_choices, nothing_told
from sites.actions.bulk.writing import Cell, Run, lock_places, write_cells
from sites.actions.sites import lock_estate
from sites.cells import ChoiceColumn, Column, MembershipColumn, Place, Raw, columns_of
from sites.models import Site
from sites.queries.bulk import BULK_CHANGED, BULK_UNDONE

BATCH = 5000


class NothingToUndo(Refused):
    """The bulk change is unknown, of another rollout, or undone already."""


@dataclass(frozen=True)
class UndoneBulk:
    """How many sites went back, how many stay, and why they do, ``{reason: sites}``."""

    restored: int
    stays: int
    why: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """What happened, for people."""
        said = f"Undone for {self.restored:,} site{'' if self.restored == 1 else 's'}."
        if self.stays:
            why = "; ".join(f"{n:,} because {reason}" for reason, n in self.why.items())
            said += f" {self.stays:,} {'stays' if self.stays == 1 else 'stay'} as they are: {why}."
        return said


@transaction.atomic
def undo_bulk(
    *, rollout: Rollout, bulk_id: uuid.UUID, by: User, at: datetime, tell: jobs.Tell = nothing_told
) -> UndoneBulk:
    """Put back what a bulk change changed; cells somebody changed again since stay as they are. Raises `NothingToUndo`.

    A site of several changed cells counts as restored when any of them went back, and as staying when any of them stays.
    """
    lock_estate(rollout.client_id)
    header = header_to_undo(rollout, bulk_id)
    run = Run(rollout, by, at, f"Undo: {header.summary}"[:400], new_bulk_id())
    hold_choices(rollout)
    columns = columns_of(rollout, today=at.date())
    entries = AuditEntry.objects.filter(
        rollout=rollout, bulk_id=bulk_id, subject_type=Site._meta.label_lower, subject_id__isnull=False
    )
    total, seen, restored, last = entries.count(), 0, 0, 0
    stays: list[list[str]] = []
    # A site at a time would be slow and all at once too much; the order is that in which rows are locked everywhere.
    while batch := list(
        entries.filter(subject_id__gt=last).order_by("subject_id").values_list("subject_id", "data")[:BATCH]
    ):
        last = batch[-1][0]
        cells, staying = _cells_back(run, columns, dict(batch))
        restored += write_cells(run, cells, verb="Undone. ")
        stays += staying
        seen += len(batch)
        tell(seen, total, f"{seen:,} of {total:,} sites looked at")
    done = UndoneBulk(restored, len({key for key, _, _ in stays}), Counter(why for _, _, why in stays))
    _record(run, bulk_id, header, done, stays)
    return done


def header_to_undo(rollout: Rollout, bulk_id: uuid.UUID) -> AuditEntry:
    """Return the entry that stands for a bulk change that can be undone; raises `NothingToUndo`."""
    told = AuditEntry.objects.filter(rollout=rollout, bulk_id=bulk_id, type__in=(BULK_CHANGED, BULK_UNDONE))
    by_type = {entry.type: entry for entry in told}
    if BULK_CHANGED not in by_type:
        raise NothingToUndo("There is nothing to undo here.")
    if BULK_UNDONE in by_type:
        raise NothingToUndo("This has been undone already.")
    header: AuditEntry = by_type[BULK_CHANGED]
    return header


def _cells_back(
    run: Run, columns: Mapping[str, Column], data: Mapping[int, dict[str, Any]]
) -> tuple[list[Cell], list[list[str]]]:
    """Return the cells that go back, and why the others stay, ``[number, name, reason]``."""
    places = lock_places(run.rollout, sites=list(data))
    used = {key for one in data.values() for key in _raw(one)}
    now = {key: columns[key].now(list(data), run.rollout) for key in used if key in columns}
    cells, stays = [], []
    for place in places:
        for key, (before, after) in _raw(data[place.site]).items():
            reason = _why_it_stays(columns.get(key), place, before, after, now.get(key, {}).get(place.site))
            if reason:
                stays.append([place.key, place.name, reason])
            else:
                cells.append(Cell(place, columns[key], after, before))
    gone = data.keys() - {place.site for place in places}
    return cells, [*stays, *([str(pk), "", "the site is gone"] for pk in sorted(gone))]


def _raw(data: Mapping[str, Any]) -> Mapping[str, Sequence[Raw]]:
    """Return the cells of an entry, ``{column: [before, after]}``."""
    found: Mapping[str, Sequence[Raw]] = data.get("raw") or data.get("changes") or {}
    return found


def _why_it_stays(column: Column | None, place: Place, before: Raw, after: Raw, now: Raw) -> str:
    """Return why a cell stays; "" when it can go back."""
    if column is None:
        return "the fact is no longer defined"
    if not place.enrolment and not isinstance(column, MembershipColumn):
        return "it is no longer in this rollout"
    if now != after:
        return f"{column.label} was changed again since"
    if isinstance(column, ChoiceColumn) and before is not None and column.words(before) == "(removed)":
        return f"its {column.label.lower()} from before was removed"
    return ""


def _record(
    run: Run, bulk_id: uuid.UUID, header: AuditEntry, done: UndoneBulk, stays: Sequence[Sequence[str]]
) -> None:
    audit.record(
        BULK_UNDONE,
        subject=run.rollout,
        rollout=run.rollout,
        by=run.by,
        at=run.at,
        bulk_id=bulk_id,
        summary=f"{header.data['title']}: {done.sentence}",
        data={
            "restored": done.restored,
            "stays": done.stays,
            "why": dict(done.why),
            "stays_listed": [list(one) for one in stays[:LISTED]],
            "entries": str(run.bulk_id),
        },
    )
