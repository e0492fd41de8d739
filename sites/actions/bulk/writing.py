"""Write cells of many sites: rows locked in one order, one statement a value, one audit entry a site."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import singledispatch
from typing import Any

import pgbulk
from django.db import connection

from rollout import audit
from rollout.models import AuditEntry, Rollout, User
from sites.actions.import_bulk import as_json, copy_in
from sites.cells import (
    Column,
    EnrolmentColumn,
    FactColumn,
    GroupColumn,
    HoursColumn,
    MembershipColumn,
    Place,
    Raw,
    SayingsColumn,
    SiteColumn,
)
from sites.choices import FactSource
from sites.models import AccessWindow, AttributeValue, Enrolment, Site

CHANGED = "sites.site.changed"
REMOVED = "sites.enrolment.removed"
FEW = 20


@dataclass(frozen=True)
class Run:
    """One bulk change as it is being written: where, by whom, when, why, and the id its entries share."""

    rollout: Rollout
    by: User
    at: datetime
    reason: str
    bulk_id: uuid.UUID


@dataclass(frozen=True)
class Cell:
    """One cell that changes."""

    place: Place
    column: Column
    before: Raw
    after: Raw


def lock_places(
    rollout: Rollout, *, enrolments: Sequence[int] = (), sites: Sequence[int] = ()
) -> list[Place]:
    """Lock sites and their places in the rollout, always in the order of their ids, and return them in that of the sites.

    Given as enrolments, those of other rollouts are left out; given as sites, those outside the rollout have enrolment 0.
    """
    locking = Enrolment.objects.select_for_update(no_key=True).filter(rollout=rollout)
    chosen = locking.filter(pk__in=enrolments) if enrolments else locking.filter(site__in=sites)
    places = dict(chosen.order_by("pk").values_list("site_id", "pk"))
    wanted = sites or list(places)
    rows = Site.objects.select_for_update(no_key=True).filter(pk__in=wanted, client=rollout.client_id)
    found = rows.order_by("pk").values_list("pk", "key", "name", "country")
    return [Place(places.get(pk, 0), pk, key, name, country) for pk, key, name, country in found]


def write_cells(run: Run, cells: Iterable[Cell], *, verb: str = "") -> int:
    """Write cells and tell of them, one audit entry a site; returns how many sites changed."""
    by_column: dict[str, dict[int, Raw]] = defaultdict(dict)
    by_site: dict[int, list[Cell]] = defaultdict(list)
    columns: dict[str, Column] = {}
    for cell in cells:
        columns[cell.column.key] = cell.column
        by_column[cell.column.key][cell.place.site] = cell.after
        by_site[cell.place.site].append(cell)
    for key, values in by_column.items():
        write(columns[key], values, run)
    _tell(run, list(by_site.values()), verb)
    return len(by_site)


_SAME = ("at", "by_id", "client_id", "rollout_id", "subject_type", "reason", "bulk_id")
_OWN = ("type", "subject_id", "summary", "data")


def _tell(run: Run, by_site: Sequence[Sequence[Cell]], verb: str) -> None:
    """Write one entry a site. There are as many as sites: past the models they cost a tenth."""
    common = audit.entry(
        CHANGED,
        subject=Site(),
        rollout=run.rollout,
        by=run.by,
        at=run.at,
        reason=run.reason,
        summary="",
        bulk_id=run.bulk_id,
    )
    same = [getattr(common, name) for name in _SAME]
    copy_in(AuditEntry, (*_SAME, *_OWN), ([*same, *_own(cells, verb)] for cells in by_site))


def _own(cells: Sequence[Cell], verb: str) -> tuple[str, int, str, str]:
    """Return what an entry says of its own site, in the order of `_OWN`."""
    leaving = any(isinstance(cell.column, MembershipColumn) and cell.after is None for cell in cells)
    words = [(cell.column.words(cell.before), cell.column.words(cell.after)) for cell in cells]
    data = {
        "changes": {history_key(cell.column): list(both) for cell, both in zip(cells, words, strict=True)},
        "raw": {cell.column.key: [cell.before, cell.after] for cell in cells},
    }
    if len(cells) > 1:
        summary = "Changed: " + ", ".join(cell.column.label for cell in cells)
    else:
        before, after = words[0]
        summary = f"{cells[0].column.label}: {before or 'nothing'} → {after or 'nothing'}"
    kind = REMOVED if leaving else CHANGED
    return kind, cells[0].place.site, (verb + summary)[:400], as_json(data)


def history_key(column: Column) -> str:
    """Return what the field is called in the history of a site: an attribute by its own key."""
    return column.attribute.key if isinstance(column, FactColumn | SayingsColumn) else column.key


# --- One way to write for each sort of column -----------------------------------------------------------------


@singledispatch
def write(column: Column, values: Mapping[int, Raw], run: Run) -> None:
    """Write a column of some sites, given by site."""
    raise TypeError(f"Nothing is known of writing {column.key}.")


def _by_value(values: Mapping[int, Raw]) -> list[tuple[Raw, list[int]]]:
    """Return the different values, each with its sites."""
    groups: dict[str, tuple[Raw, list[int]]] = {}
    for site_id, value in values.items():
        groups.setdefault(json.dumps(value), (value, []))[1].append(site_id)
    return list(groups.values())


@write.register
def _(column: EnrolmentColumn, values: Mapping[int, Raw], run: Run) -> None:
    for value, sites in _by_value(values):
        Enrolment.objects.filter(rollout=run.rollout, site__in=sites).update(**{column.column: value})


@write.register(GroupColumn)
@write.register(SiteColumn)
def _(column: GroupColumn | SiteColumn, values: Mapping[int, Raw], run: Run) -> None:
    own: Any = Site._meta.get_field(column.key)
    groups = _by_value(values)
    if len(groups) <= FEW:
        for value, sites in groups:
            Site.objects.filter(pk__in=sites).update(**{own.attname: value, "updated_at": run.at})
        return
    rows = [Site(pk=pk, **{own.attname: value}, updated_at=run.at) for pk, value in sorted(values.items())]
    pgbulk.update(Site, rows, [own.attname, "updated_at"])


@write.register
def _(column: FactColumn, values: Mapping[int, Raw], run: Run) -> None:
    said = AttributeValue.objects.filter(attribute=column.attribute, source=FactSource.PM)
    said.filter(site__in=[pk for pk, value in values.items() if value is None]).delete()
    rows = [
        AttributeValue(
            site_id=pk,
            attribute=column.attribute,
            source=FactSource.PM,
            value=value[0],
            observed_on=date.fromisoformat(value[1]),
            said_by=run.by,
            recorded_at=run.at,
        )
        for pk, value in values.items()
        if value is not None
    ]
    told = ["value", "observed_on", "said_by_id", "recorded_at"]
    if rows:
        pgbulk.upsert(AttributeValue, rows, ["site_id", "attribute_id", "source"], told)


@write.register
def _(column: SayingsColumn, values: Mapping[int, Raw], run: Run) -> None:
    AttributeValue.objects.filter(attribute=column.attribute, site__in=list(values)).delete()
    AttributeValue.objects.bulk_create(
        [
            AttributeValue(
                site_id=pk,
                attribute=column.attribute,
                source=source,
                value=value,
                observed_on=date.fromisoformat(on),
                said_by_id=who,
                said_by_name=name,
                note=note,
                recorded_at=datetime.fromisoformat(at),
            )
            for pk, sayings in values.items()
            for source, value, on, who, name, note, at in sayings
        ],
        batch_size=2000,
    )


_WEEKS = """
    INSERT INTO sites_accesswindow (site_id, weekday, opens, closes)
    SELECT site, (hours ->> 0)::smallint, (hours ->> 1)::time, (hours ->> 2)::time
    FROM unnest(%s::bigint[]) AS site, jsonb_array_elements(%s::jsonb) AS hours
"""


@write.register
def _(column: HoursColumn, values: Mapping[int, Raw], run: Run) -> None:
    AccessWindow.objects.filter(site__in=list(values)).delete()
    # Seven rows a site are as many as all other writing together; made inside the database they cost a third.
    with connection.cursor() as cursor:
        for week, sites in _by_value(values):
            if week:
                cursor.execute(_WEEKS, [sites, json.dumps(week)])


@write.register
def _(column: MembershipColumn, values: Mapping[int, Raw], run: Run) -> None:
    leaving = [pk for pk, value in values.items() if value is None]
    Enrolment.objects.filter(rollout=run.rollout, site__in=leaving).delete()
    waves = set(run.rollout.waves.values_list("pk", flat=True))
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                pk=value[0],
                rollout=run.rollout,
                site_id=pk,
                wave_id=value[1] if value[1] in waves else None,
                priority=value[2],
                enrolled_at=datetime.fromisoformat(value[3]),
            )
            for pk, value in values.items()
            if value is not None
        ],
        batch_size=2000,
    )
