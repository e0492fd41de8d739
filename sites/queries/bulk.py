"""Reads of bulk changes: what one would do, what those before did."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from rollout.models import AuditEntry, Job, Rollout
from sites.cells import Column, Place, Raw
from sites.models import Enrolment, Site
from sites.queries.sites import enrolments_in_use

BULK_CHANGED = "sites.bulk.changed"
BULK_UNDONE = "sites.bulk.undone"
CHANGE_JOB = "sites.bulk.change"
UNDO_JOB = "sites.bulk.undo"
SAMPLE = 8
LISTED = 200
BATCH = 5000


@dataclass(frozen=True)
class Change:
    """One thing to do to many sites: the column (a key of `sites.cells.columns_of`) and what its cells become.

    For access hours `value` holds the windows of the weekdays `days`; those of other days stay.
    """

    column: str
    value: Raw = None
    days: tuple[int, ...] = ()

    def after(self, before: Raw) -> Raw:
        """Return what a cell becomes."""
        if self.column != "windows":
            return self.value
        kept = [window for window in before or () if window[0] not in self.days]
        return sorted([*kept, *self.value])

    def title(self, column: Column) -> str:
        """Say the change in a few words."""
        if self.column == "rollout":
            return "Taken out of the rollout"
        if self.column.startswith("said:"):
            return f"{column.label} forgotten"
        return f"{column.label}: {column.words(self.value) or 'none'}"

    def as_json(self) -> dict[str, Any]:
        """Return it as the parameters of a job keep it."""
        return {"column": self.column, "value": self.value, "days": list(self.days)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Change:
        """Read what `as_json` wrote."""
        return cls(data["column"], data["value"], tuple(data["days"]))


@dataclass(frozen=True)
class Line:
    """One site of a preview: what its cell says now and would say."""

    place: Place
    before: str
    after: str


@dataclass(frozen=True)
class Preview:
    """What a change would do: numbers, the first sites, those that cannot with their reasons, and how all stand now.

    `now` goes from words to sites, the most frequent first; `rest` is how many sites hold something rarer.
    """

    total: int
    changing: int
    same: int
    cannot: int
    sample: tuple[Line, ...]
    refused: tuple[tuple[Place, str], ...]
    now: tuple[tuple[str, int], ...]
    rest: int

    @property
    def beyond(self) -> int:
        """Sites that change besides those in the sample."""
        return self.changing - len(self.sample)


def preview(rollout: Rollout, column: Column, change: Change, enrolment_ids: Sequence[int]) -> Preview:
    """Return what a change would do; three queries for every 5,000 sites, and one for each kind of reason against it."""
    sample: list[Line] = []
    refused: list[tuple[Place, str]] = []
    words: Counter[str] = Counter()
    total = changing = cannot = 0
    for start in range(0, len(enrolment_ids), BATCH):
        places = places_of(rollout, enrolment_ids[start : start + BATCH])
        now = column.now([place.site for place in places], rollout)
        reasons = reasons_against(change, [place.enrolment for place in places])
        total += len(places)
        for place in places:
            before = now.get(place.site)
            words[column.words(before) or "Nothing"] += 1
            after = change.after(before)
            if before == after:
                continue
            if place.enrolment in reasons:
                cannot += 1
                if len(refused) < LISTED:
                    refused.append((place, reasons[place.enrolment]))
                continue
            changing += 1
            if len(sample) < SAMPLE:
                sample.append(Line(place, column.words(before), column.words(after)))
    often = words.most_common(6)
    return Preview(
        total=total,
        changing=changing,
        same=total - changing - cannot,
        cannot=cannot,
        sample=tuple(sample),
        refused=tuple(refused),
        now=tuple(often),
        rest=total - sum(n for _, n in often),
    )


def places_of(rollout: Rollout, enrolment_ids: Sequence[int]) -> list[Place]:
    """Return sites of a rollout for changing their cells, in the order in which they came."""
    rows = Enrolment.objects.filter(rollout=rollout, pk__in=enrolment_ids).order_by("pk")
    return [
        Place(*row) for row in rows.values_list("pk", "site_id", "site__key", "site__name", "site__country")
    ]


def reasons_against(change: Change, enrolment_ids: Sequence[int]) -> dict[int, str]:
    """Return why some sites cannot be changed so, by enrolment."""
    return enrolments_in_use(enrolment_ids) if change.column == "rollout" else {}


def header_of(rollout: Rollout, bulk_id: uuid.UUID) -> AuditEntry | None:
    """Return the entry that stands for a whole bulk change."""
    entries = AuditEntry.objects.filter(rollout=rollout, bulk_id=bulk_id, type=BULK_CHANGED)
    return entries.select_related("by").first()


def undo_of(rollout: Rollout, bulk_id: uuid.UUID) -> AuditEntry | None:
    """Return the entry that says a bulk change was undone."""
    entries = AuditEntry.objects.filter(rollout=rollout, bulk_id=bulk_id, type=BULK_UNDONE)
    return entries.select_related("by").first()


def jobs_of_bulk(rollout: Rollout, bulk_id: uuid.UUID) -> QuerySet[Job]:
    """Return the jobs that did or do a bulk change or undo it, the newest first."""
    kinds = (CHANGE_JOB, UNDO_JOB)
    return Job.objects.filter(rollout=rollout, kind__in=kinds, params__bulk_id=str(bulk_id)).select_related(
        "rollout__client", "by"
    )


def entries_of_bulk(rollout: Rollout, bulk_id: uuid.UUID) -> QuerySet[AuditEntry]:
    """Return what a bulk change did, one entry a site, in the order in which the sites came."""
    entries: QuerySet[AuditEntry] = AuditEntry.objects.filter(
        rollout=rollout, bulk_id=bulk_id, subject_type=Site._meta.label_lower
    )
    return entries.order_by("subject_id")


def bulk_changes(rollout: Rollout) -> QuerySet[AuditEntry]:
    """Return the rollout's bulk changes, the newest first."""
    entries: QuerySet[AuditEntry] = AuditEntry.objects.filter(rollout=rollout, type=BULK_CHANGED)
    return entries.select_related("by").order_by("-at", "-pk")


def undone_among(rollout: Rollout, bulk_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of some bulk changes were undone."""
    undone = AuditEntry.objects.filter(rollout=rollout, bulk_id__in=bulk_ids, type=BULK_UNDONE)
    return set(undone.values_list("bulk_id", flat=True))


def sites_called(rollout: Rollout, site_ids: Sequence[int]) -> dict[int, Site]:
    """Return sites of the rollout's client by id."""
    return {site.pk: site for site in Site.objects.filter(client=rollout.client_id, pk__in=site_ids)}
