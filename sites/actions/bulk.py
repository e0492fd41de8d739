"""Change many sites at once, in a way that can be undone."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import pgbulk
from django.db import transaction

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import AuditEntry, Rollout, User, Wave
from rollout.models.audit import new_bulk_id
from sites.choices import FactSource
from sites.facts import FactValue, show_value
from sites.models import AccessWindow, Attribute, AttributeValue, Enrolment
from sites.weekdays import days_in_words

WAVE_SET = "sites.enrolment.wave_set"
PRIORITY_SET = "sites.enrolment.priority_set"
FACT_SET = "sites.fact.set_for_many"
WINDOWS_SET = "sites.window.set_for_many"
UNDONE = "sites.bulk.undone"


class NothingToUndo(Refused):
    """The bulk change is unknown, of another rollout, or undone already."""


@dataclass(frozen=True)
class Changed:
    """What a bulk change did: how many sites changed, how many were so already, and the id that undoes it."""

    changed: int
    same: int
    bulk_id: uuid.UUID


def _locked(rollout: Rollout, enrolment_ids: Sequence[int]) -> list[Enrolment]:
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("site", "wave")
    return list(rows.filter(rollout=rollout, pk__in=enrolment_ids).order_by("pk"))


@transaction.atomic
def set_wave(
    *, rollout: Rollout, enrolment_ids: Sequence[int], wave: Wave | None, by: User, at: datetime
) -> Changed:
    """Put sites into a wave, or into none."""
    rows = _locked(rollout, enrolment_ids)
    changing = [row for row in rows if row.wave_id != (wave.pk if wave else None)]
    Enrolment.objects.filter(pk__in=[row.pk for row in changing]).update(wave=wave)
    after = wave.pk if wave else None
    told = [(row, f"Put into {wave or 'no wave'}", row.wave_id, after) for row in changing]
    return _tell(WAVE_SET, told, rows, rollout=rollout, by=by, at=at)


@transaction.atomic
def set_priority(
    *, rollout: Rollout, enrolment_ids: Sequence[int], priority: int, by: User, at: datetime
) -> Changed:
    """Give sites a priority: 1 first, 9 last."""
    rows = _locked(rollout, enrolment_ids)
    changing = [row for row in rows if row.priority != priority]
    Enrolment.objects.filter(pk__in=[row.pk for row in changing]).update(priority=priority)
    told = [(row, f"Priority {row.priority} → {priority}", row.priority, priority) for row in changing]
    return _tell(PRIORITY_SET, told, rows, rollout=rollout, by=by, at=at)


@transaction.atomic
def set_fact(
    *,
    rollout: Rollout,
    enrolment_ids: Sequence[int],
    attribute: Attribute,
    value: FactValue,
    observed_on: date,
    by: User,
    at: datetime,
) -> Changed:
    """Write down, as the project manager, that an attribute of many sites has this value."""
    rows = _locked(rollout, enrolment_ids)
    said = AttributeValue.objects.filter(
        attribute=attribute, source=FactSource.PM, site__in=[row.site_id for row in rows]
    )
    before = {one.site_id: [one.value, one.observed_on.isoformat()] for one in said}
    after = [value, observed_on.isoformat()]
    changing = [row for row in rows if before.get(row.site_id) != after]
    pgbulk.upsert(
        AttributeValue,
        [
            AttributeValue(
                site_id=row.site_id,
                attribute=attribute,
                source=FactSource.PM,
                value=value,
                observed_on=observed_on,
                said_by=by,
                recorded_at=at,
            )
            for row in changing
        ],
        ["site_id", "attribute_id", "source"],
        ["value", "observed_on", "said_by_id", "recorded_at"],
    )
    text = f"{attribute.label}: {show_value(value, attribute.unit)}"
    told = [(row, text, before.get(row.site_id), after) for row in changing]
    return _tell(FACT_SET, told, rows, rollout=rollout, by=by, at=at, more={"attribute": attribute.pk})


@transaction.atomic
def set_windows(
    *,
    rollout: Rollout,
    enrolment_ids: Sequence[int],
    days: Iterable[int],
    opens: time,
    closes: time,
    by: User,
    at: datetime,
) -> Changed:
    """Let people in at the same hours at many sites; other windows of those weekdays go."""
    days = sorted(set(days))
    rows = _locked(rollout, enrolment_ids)
    before = _windows_of([row.site_id for row in rows], days)
    after = [[day, f"{opens:%H:%M}", f"{closes:%H:%M}"] for day in days]
    changing = [row for row in rows if before.get(row.site_id, []) != after]
    _write_windows({row.site_id: after for row in changing}, days)
    text = f"Access {days_in_words(days)} {opens:%H:%M}–{closes:%H:%M}"
    told = [(row, text, before.get(row.site_id, []), after) for row in changing]
    return _tell(WINDOWS_SET, told, rows, rollout=rollout, by=by, at=at, more={"days": days})


def _windows_of(site_ids: Sequence[int], days: Sequence[int]) -> dict[int, list[list[Any]]]:
    found: dict[int, list[list[Any]]] = {}
    windows = AccessWindow.objects.filter(site_id__in=site_ids, weekday__in=days).order_by(
        "site", "weekday", "opens"
    )
    for one in windows:
        found.setdefault(one.site_id, []).append([one.weekday, f"{one.opens:%H:%M}", f"{one.closes:%H:%M}"])
    return found


def _write_windows(by_site: dict[int, list[list[Any]]], days: Sequence[int]) -> None:
    AccessWindow.objects.filter(site_id__in=list(by_site), weekday__in=days).delete()
    AccessWindow.objects.bulk_create(
        [
            AccessWindow(
                site_id=site_id,
                weekday=day,
                opens=time.fromisoformat(opens),
                closes=time.fromisoformat(closes),
            )
            for site_id, windows in by_site.items()
            for day, opens, closes in windows
        ],
        batch_size=5000,
    )


def _tell(
    type: str,  # noqa: A002 - the audit's word
    told: Sequence[tuple[Enrolment, str, Any, Any]],
    rows: Sequence[Enrolment],
    *,
    rollout: Rollout,
    by: User,
    at: datetime,
    more: dict[str, Any] | None = None,
) -> Changed:
    """Write one audit entry a site; `before` and `after` in it are what undo needs."""
    bulk_id = new_bulk_id()
    audit.record_many(
        audit.entry(
            type,
            subject=row.site,
            rollout=rollout,
            by=by,
            at=at,
            summary=text,
            bulk_id=bulk_id,
            data={"enrolment": row.pk, "before": before, "after": after, **(more or {})},
        )
        for row, text, before, after in told
    )
    return Changed(len(told), len(rows) - len(told), bulk_id)


@dataclass(frozen=True)
class UndoneBulk:
    """How many sites went back, and how many stay because somebody changed them since."""

    restored: int
    stays: int


@transaction.atomic
def undo_bulk(*, rollout: Rollout, bulk_id: uuid.UUID, by: User, at: datetime) -> UndoneBulk:
    """Put back what a bulk change changed. Sites somebody changed again since stay as they are. Raises `NothingToUndo`."""
    Rollout.objects.select_for_update(no_key=True).get(pk=rollout.pk)
    entries = list(AuditEntry.objects.filter(rollout=rollout, bulk_id=bulk_id, type__in=_RESTORERS))
    if not entries:
        raise NothingToUndo("There is nothing to undo here.")
    if AuditEntry.objects.filter(rollout=rollout, type=UNDONE, data__bulk_id=str(bulk_id)).exists():
        raise NothingToUndo("This has been undone already.")
    restored = _RESTORERS[entries[0].type](entries, by, at)
    audit.record(
        UNDONE,
        subject=rollout,
        rollout=rollout,
        by=by,
        at=at,
        summary=f"Undone for {restored:,} sites: {entries[0].summary}",
        data={"bulk_id": str(bulk_id)},
    )
    return UndoneBulk(restored, len(entries) - restored)


def _restore_enrolments(entries: Sequence[AuditEntry], field: str) -> int:
    """Set a column of enrolments back where it still is what the bulk change made it."""
    by_pk = {entry.data["enrolment"]: entry.data for entry in entries}
    rows = Enrolment.objects.select_for_update().filter(pk__in=list(by_pk))
    back = [row for row in rows if getattr(row, field) == by_pk[row.pk]["after"]]
    waves = set(Wave.objects.values_list("pk", flat=True)) if field == "wave_id" else set()
    for row in back:
        before = by_pk[row.pk]["before"]
        setattr(row, field, before if field != "wave_id" or before in waves else None)
    if back:
        pgbulk.update(Enrolment, back, [field])
    return len(back)


def _restore_waves(entries: Sequence[AuditEntry], by: User, at: datetime) -> int:
    return _restore_enrolments(entries, "wave_id")


def _restore_priorities(entries: Sequence[AuditEntry], by: User, at: datetime) -> int:
    return _restore_enrolments(entries, "priority")


def _restore_facts(entries: Sequence[AuditEntry], by: User, at: datetime) -> int:
    data = {entry.subject_id: entry.data for entry in entries}
    said = AttributeValue.objects.select_for_update().filter(
        attribute=entries[0].data["attribute"], source=FactSource.PM, site__in=list(data)
    )
    back = [one for one in said if [one.value, one.observed_on.isoformat()] == data[one.site_id]["after"]]
    gone = [one.pk for one in back if data[one.site_id]["before"] is None]
    AttributeValue.objects.filter(pk__in=gone).delete()
    kept = [one for one in back if data[one.site_id]["before"] is not None]
    for one in kept:
        one.value, observed_on = data[one.site_id]["before"]
        one.observed_on, one.said_by, one.recorded_at = date.fromisoformat(observed_on), by, at
    if kept:
        pgbulk.update(AttributeValue, kept, ["value", "observed_on", "said_by_id", "recorded_at"])
    return len(back)


def _restore_windows(entries: Sequence[AuditEntry], by: User, at: datetime) -> int:
    days = entries[0].data["days"]
    data = {entry.subject_id: entry.data for entry in entries if entry.subject_id is not None}
    now = _windows_of(list(data), days)
    back = {pk: one["before"] for pk, one in data.items() if now.get(pk, []) == one["after"]}
    _write_windows(back, days)
    return len(back)


_RESTORERS = {
    WAVE_SET: _restore_waves,
    PRIORITY_SET: _restore_priorities,
    FACT_SET: _restore_facts,
    WINDOWS_SET: _restore_windows,
}
