"""Save what was typed into a grid of sites: one change of many cells, undone like any change of many sites."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from rollout.models import Rollout, User
from sites.actions.bulk.changing import Changed, done_before, hold_choices, record_header
from sites.actions.bulk.writing import Cell, Run, lock_places, write_cells
from sites.actions.sites import lock_estate
from sites.queries.grid import Judged, Typed, grid_columns, judge


@dataclass(frozen=True)
class Saved:
    """What was saved of a grid: the change as a whole, how many cells, and the cells that were not, each with its sentence."""

    changed: Changed
    cells: int
    refused: tuple[Judged, ...] = ()


@transaction.atomic
def change_cells(
    *,
    rollout: Rollout,
    typed: Sequence[Typed],
    by: User,
    at: datetime,
    reason: str = "",
    bulk_id: uuid.UUID,
) -> Saved:
    """Write the cells that can be read and that nobody changed since they were seen; the others are returned.

    Doing it again under the same `bulk_id` changes nothing.
    """
    lock_estate(rollout.client_id)
    run = Run(rollout, by, at, reason, bulk_id)
    if (before := done_before(run)) is not None:
        return Saved(before, 0)
    hold_choices(rollout)
    places = lock_places(rollout, enrolments=sorted({one.enrolment for one in typed})) if typed else []
    columns = grid_columns(rollout, today=at.date())
    found = judge(rollout, {place.enrolment: place for place in places}, columns, typed, today=at.date())
    cells = [
        Cell(one.place, one.column, one.before, one.after)
        for one in found
        if one.verdict == "change" and one.place is not None and one.column is not None
    ]
    changed = write_cells(run, cells)
    refused = tuple(one for one in found if one.verdict in ("invalid", "conflict"))
    same = len({one.typed.enrolment for one in found if one.verdict == "same"})
    done = Changed(changed, same, bulk_id, len(refused))
    if changed:
        labels = ", ".join(sorted({cell.column.label for cell in cells}))
        record_header(
            run, done, f"Edited as a spreadsheet: {labels}"[:200], _listed(refused), {"cells": len(cells)}
        )
    return Saved(done, len(cells), refused)


def _listed(refused: Sequence[Judged]) -> list[list[str]]:
    return [
        [one.place.key if one.place else "", one.place.name if one.place else "", one.sentence]
        for one in refused
    ]
