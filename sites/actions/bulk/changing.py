"""Change one thing of many sites, in one transaction: a cancel or a killed worker leaves everything as it was."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from rollout import audit, jobs
from rollout.exceptions import Refused
from rollout.models import AuditEntry, Rollout, User, Wave
from rollout.models.audit import new_bulk_id
from sites.actions.bulk.writing import Cell, Run, lock_places, write_cells
from sites.actions.sites import lock_estate
from sites.cells import ChoiceColumn, Column, FactColumn, Place, columns_of
from sites.models import SiteGroup
from sites.queries.bulk import BULK_CHANGED, Change, reasons_against

BATCH = 5000
LISTED = 200


class NoSuchChange(Refused):
    """What should be changed, or into what, is no longer there."""


@dataclass(frozen=True)
class Changed:
    """What a bulk change did: sites changed, sites that were so already, sites that could not be, and the id that undoes it."""

    changed: int
    same: int
    bulk_id: uuid.UUID
    cannot: int = 0

    @property
    def sentence(self) -> str:
        """What happened, for people."""
        said = "Nothing changed." if not self.changed else f"{_sites(self.changed)} changed."
        if self.same:
            said += f" {self.same:,} {'was' if self.same == 1 else 'were'} so already."
        if self.cannot:
            said += f" {self.cannot:,} could not be changed."
        return said


def _sites(n: int) -> str:
    return "1 site" if n == 1 else f"{n:,} sites"


def nothing_told(done: int, total: int, message: str) -> None:
    """Report to nobody: for changes small enough to be awaited."""


@transaction.atomic
def change_many(
    *,
    rollout: Rollout,
    enrolment_ids: Sequence[int],
    change: Change,
    by: User,
    at: datetime,
    reason: str = "",
    bulk_id: uuid.UUID | None = None,
    tell: jobs.Tell = nothing_told,
) -> Changed:
    """Do one change to many sites of a rollout; what is so already is counted, what cannot is listed with its reason.

    Sites of other rollouts among `enrolment_ids` are left out. Doing it again under the same `bulk_id` changes nothing and
    returns what was done. Raises `NoSuchChange` when the value, such as a wave, is gone.
    """
    lock_estate(rollout.client_id)
    run = Run(rollout, by, at, reason, bulk_id or new_bulk_id())
    if (before := done_before(run)) is not None:
        return before
    hold_choices(rollout)
    column = the_column(rollout, change, at)
    changed = same = seen = 0
    cannot: list[list[str]] = []
    for ids in _batches(sorted(set(enrolment_ids))):
        places = lock_places(rollout, enrolments=ids)
        cells, refused = _cells(run, column, change, places)
        changed += write_cells(run, cells)
        same += len(places) - len(cells) - len(refused)
        cannot += refused
        seen += len(ids)
        tell(seen, len(enrolment_ids), f"{seen:,} of {len(enrolment_ids):,} sites looked at")
    done = Changed(changed, same, run.bulk_id, len(cannot))
    record_header(run, done, change.title(column), cannot, {"change": change.as_json()})
    return done


def _cells(
    run: Run, column: Column, change: Change, places: Sequence[Place]
) -> tuple[list[Cell], list[list[str]]]:
    now = column.now([place.site for place in places], run.rollout)
    reasons = reasons_against(change, [place.enrolment for place in places])
    cells, refused = [], []
    for place in places:
        before = now.get(place.site)
        after = change.after(before)
        if before == after:
            continue
        if place.enrolment in reasons:
            refused.append([place.key, place.name, reasons[place.enrolment]])
        else:
            cells.append(Cell(place, column, before, after))
    return cells, refused


def the_column(rollout: Rollout, change: Change, at: datetime) -> Column:
    """Return the column a change is about, its value still being one; raises `NoSuchChange`."""
    column = columns_of(rollout, today=at.date()).get(change.column)
    if column is None:
        raise NoSuchChange("What should be changed is no longer there. Go back to the list and choose again.")
    is_one_of = isinstance(column, ChoiceColumn) or bool(column.choices)
    value = change.value[0] if isinstance(column, FactColumn) and change.value else change.value
    if is_one_of and value is not None and value not in [raw for raw, _ in column.choices]:
        raise NoSuchChange(
            f"The {column.label.lower()} that was chosen is no longer there. Choose another one."
        )
    return column


def hold_choices(rollout: Rollout) -> None:
    """Keep the waves, regions and formats that cells refer to from being removed before this is committed."""
    for held in (Wave.objects.filter(rollout=rollout), SiteGroup.objects.filter(client=rollout.client_id)):
        list(held.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def done_before(run: Run) -> Changed | None:
    """Return what was done under this id already, if anything."""
    header = AuditEntry.objects.filter(rollout=run.rollout, bulk_id=run.bulk_id, type=BULK_CHANGED).first()
    if header is None:
        return None
    numbers = header.data
    return Changed(numbers["changed"], numbers["same"], run.bulk_id, numbers["cannot"])


def record_header(
    run: Run,
    done: Changed,
    title: str,
    cannot: Sequence[Sequence[str]],
    data: Mapping[str, Any],
) -> None:
    """Write the entry that stands for the whole change: how many, what could not, and why it was done."""
    audit.record(
        BULK_CHANGED,
        subject=run.rollout,
        rollout=run.rollout,
        by=run.by,
        at=run.at,
        reason=run.reason,
        bulk_id=run.bulk_id,
        summary=f"{title}: {done.sentence}",
        data={
            "title": title,
            "changed": done.changed,
            "same": done.same,
            "cannot": done.cannot,
            "cannot_listed": [list(one) for one in cannot[:LISTED]],
            **data,
        },
    )


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
