"""Sites as programs put them: many at once, safe to send twice, checked like an import and undone like one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from rollout import audit, files
from rollout.exceptions import Refused
from rollout.models import Rollout, User, Wave
from rollout.models.audit import new_bulk_id
from sites.actions.put_records import Record, judge_records, records_of, remarks_of, sent_as
from sites.actions.sites import change_site, lock_estate
from sites.choices import ImportState, RowChange
from sites.import_targets import ENROLLED, Batch, ImportTarget, target_called
from sites.imports.target import Target
from sites.models import ImportRow, Site, SiteImport

MOST_RECORDS = 1000
RESULTS: dict[str, str] = {
    RowChange.CREATE: "created",
    RowChange.UPDATE: "updated",
    RowChange.SAME: "unchanged",
}
SOURCE = "the API"


class TooManyRecords(Refused):
    """More records than one request may carry."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record.

    Attributes
    ----------
    number:
        Its place in the list, counted from 1.
    key:
        The site's number, as the client writes it.
    result:
        created, updated, unchanged or refused.
    changes:
        ``{field: [before, after]}``; facts are called ``facts.<key>``.
    remarks:
        Field, severity (notice, attention, rejected), sentence, code.
    """

    number: int
    key: str
    result: str
    changes: dict[str, list[Any]]
    remarks: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Put:
    """What became of all records, and the import that undoes it; None when nothing was written or it was a single one."""

    outcomes: tuple[Outcome, ...]
    site_import: SiteImport | None


@transaction.atomic
def put_sites(
    *,
    rollout: Rollout,
    sent: Sequence[Any],
    by: User,
    at: datetime,
    wave: Wave | None = None,
    undoable: bool = True,
) -> Put:
    """Make or change sites of the rollout's client, by their number, and bring them into the rollout.

    Fields left out stay as they are; fields sent empty are emptied. What is refused is refused by itself: the other records
    land. Sending the same again changes nothing.

    Parameters
    ----------
    sent
        At most `MOST_RECORDS` objects with the fields of an import of sites, facts under ``facts`` by attribute key.
    wave
        Where sites go that come into the rollout by this.
    undoable
        Keep what was sent as an applied import, which is how it is undone.

    Raises `TooManyRecords`.
    """
    if len(sent) > MOST_RECORDS:
        raise TooManyRecords(
            f"That are {len(sent):,} sites. Send at most {MOST_RECORDS:,} in one request, the rest in others."
        )
    lock_estate(rollout.client_id)
    target = target_called("sites")
    pure = target.fields(rollout)
    records = records_of(pure, sent)
    judge_records(rollout, target, pure, records)
    landing = [one.row for one in records if one.row is not None and one.row.change in _WRITTEN]
    kept = _keep(rollout, target, pure, records, by, at) if undoable and landing else None
    _write(rollout, target, landing, wave, kept, by, at)
    if kept is not None:
        _finish(kept, records, landing, by, at)
    return Put(tuple(map(_outcome, records)), kept)


_WRITTEN = (RowChange.CREATE, RowChange.UPDATE)


def _write(
    rollout: Rollout,
    target: ImportTarget,
    rows: Sequence[ImportRow],
    wave: Wave | None,
    kept: SiteImport | None,
    by: User,
    at: datetime,
) -> None:
    if not rows:
        return
    for row in rows:
        row.pk = row.line  # applying tells rows apart by their key, and these have none yet
        row.line = row.line if kept else 0  # a record on its own has no line
    batch = Batch(
        rollout=rollout,
        creates=[row for row in rows if row.change == RowChange.CREATE],
        updates=[row for row in rows if row.change == RowChange.UPDATE],
        wave=wave,
        by=by,
        at=at,
        today=at.date(),
        bulk_id=kept.key if kept else new_bulk_id(),
        source=kept.file.name if kept else SOURCE,
    )
    target.apply(batch)
    for row in rows:
        row.pk = None


def _keep(
    rollout: Rollout,
    target: ImportTarget,
    pure: Target,
    records: Sequence[Record],
    by: User,
    at: datetime,
) -> SiteImport:
    """Keep what was sent as the file of an import that can be read again, looked at and undone on its page."""
    named = {name for record in records for name in record.cells} | {"key"}
    columns = [one.key for one in pure.fields if one.key in named]
    lines = [{name: record.cells.get(name, "") for name in columns} for record in records]
    stored = files.store(
        json.dumps(lines, ensure_ascii=False, indent=0).encode(),
        name=f"API {at:%Y-%m-%d %H:%M:%S}.json",
        media_type="application/json",
        rollout=rollout,
        by=by,
        at=at,
    )
    made: SiteImport = SiteImport.objects.create(
        rollout=rollout,
        target=target.key,
        file=stored,
        state=ImportState.APPLIED,
        columns=columns,
        mapping={name: place for place, name in enumerate(columns)},
        reading=_reading(lines, columns),
        uploaded_by=by,
        uploaded_at=at,
        applied_at=at,
    )
    return made


def _reading(lines: Sequence[dict[str, str]], columns: Sequence[str]) -> dict[str, Any]:
    """As `sites.import_files.describe` tells of any other file."""
    return {
        "format": "json",
        "encoding": "utf-8",
        "delimiter": "",
        "sheet": "",
        "header_row": None,
        "sheets": [],
        "records": len(lines),
        "samples": [list(line.values()) for line in lines[:5]],
        "proposals": {name: [place, "Sent under this name", 1.0] for place, name in enumerate(columns)},
    }


def _finish(
    kept: SiteImport, records: Sequence[Record], landing: Sequence[ImportRow], by: User, at: datetime
) -> None:
    rows = [record.row for record in records if record.row is not None]
    for row in rows:
        row.site_import = kept
    ImportRow.objects.bulk_create(rows, batch_size=MOST_RECORDS)
    made = sum(row.change == RowChange.CREATE for row in landing)
    audit.record(
        "sites.import.applied",
        subject=kept,
        rollout=kept.rollout,
        by=by,
        at=at,
        summary=f"{kept.file.name}: {made:,} new, {len(landing) - made:,} changed",
        data={"created": made, "updated": len(landing) - made},
    )


def _outcome(record: Record) -> Outcome:
    row = record.row or ImportRow()
    return Outcome(
        number=record.number,
        key=str(row.values.get("key") or record.key),
        result=RESULTS.get(row.change, "refused"),
        changes={sent_as(name): pair for name, pair in row.changes.items() if name != ENROLLED},
        remarks=tuple(remarks_of(row)),
    )


class SiteThere(Refused):
    """There is a site with this number, though a new one was asked for."""


class SiteChanged(Refused):
    """Somebody changed the site since the caller looked."""


@transaction.atomic
def put_site(
    *,
    rollout: Rollout,
    key: str,
    sent: dict[str, Any],
    by: User,
    at: datetime,
    seen: datetime | None = None,
    only_new: bool = False,
) -> tuple[Outcome, Site | None]:
    """Make or change one site, as `put_sites` does many; returns what became of it and the site, None when it was refused.

    Parameters
    ----------
    key
        The number by which it is found.
    sent
        Fields of a record, and what only a single site takes: ``access_notes``, and another number as ``key``.
    seen
        When the site was last changed as far as the caller knows; None to change it whatever happened.
    only_new
        Change nothing that is there.

    Raises `SiteThere`, `SiteChanged`, and `SiteNumberTaken` for another number that is taken.
    """
    lock_estate(rollout.client_id)
    there = Site.objects.filter(client=rollout.client_id, key__iexact=key).first()
    if only_new and there is not None:
        raise SiteThere(f"{there} is there already.")
    if seen is not None and (there is None or there.updated_at != seen):
        raise SiteChanged(
            "Somebody changed this site since you looked. Read it again, then send your change."
        )
    rest = {name: value for name, value in sent.items() if name not in ("key", "access_notes")}
    (outcome,) = put_sites(
        rollout=rollout, sent=[{**rest, "key": key}], by=by, at=at, undoable=False
    ).outcomes
    if outcome.result == "refused":
        return outcome, None
    site = Site.objects.get(client=rollout.client_id, key=outcome.key)
    more = {name: sent[name] for name in ("key", "access_notes") if name in sent}
    changes = change_site(site=site, rollout=rollout, by=by, at=at, **more) if more else {}
    site.refresh_from_db()
    if changes:
        told = RESULTS[RowChange.UPDATE] if outcome.result == "unchanged" else outcome.result
        outcome = replace(outcome, key=site.key, result=told, changes={**outcome.changes, **changes})
    return outcome, site
