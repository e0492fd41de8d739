"""Reads of imports and their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Lower

from rollout.models import Rollout, User
from sites.choices import RowChange, RowVerdict
from sites.import_memory import Before
from sites.models import ImportRow, SiteImport

LEFT_OUT, DUPLICATE, SAME_PLACE = "left_out", "duplicate", "same_place"
"""Codes of remarks: left out by a person, the same key as another record, the same place as another."""
MOST_TWINS = 12
"""How many records with the same key or place are shown beside each other."""
LANDING = (RowVerdict.ACCEPTED, RowVerdict.ATTENTION)


@dataclass(frozen=True)
class ImportTally:
    """How many records of a file came out how. The verdicts add up to the records."""

    accepted: int = 0
    attention: int = 0
    rejected: int = 0
    blank: int = 0
    create: int = 0
    update: int = 0
    same: int = 0

    @property
    def records(self) -> int:
        """All records."""
        return self.accepted + self.attention + self.rejected + self.blank

    @property
    def importable(self) -> int:
        """Records that land: the accepted ones and those that need attention."""
        return self.accepted + self.attention

    @property
    def changing(self) -> int:
        """Records that applying writes."""
        return self.create + self.update

    @property
    def sentence(self) -> str:
        """The sum, in words."""
        return (
            f"{self.records:,} records = {self.accepted:,} accepted + {self.attention:,} need attention + "
            f"{self.rejected:,} rejected + {self.blank:,} blank"
        )


def tallies(imports: Iterable[SiteImport]) -> dict[int, ImportTally]:
    """Return the tally of each import, in one query however many there are."""
    ids = [one.pk for one in imports]
    numbers: dict[int, dict[str, int]] = {pk: {} for pk in ids}
    grouped = ImportRow.objects.filter(site_import__in=ids).values_list("site_import", "verdict", "change")
    for pk, verdict, change, n in grouped.annotate(n=Count("pk")).order_by():
        for name in {verdict, change} - {RowChange.NONE}:
            numbers[pk][name] = numbers[pk].get(name, 0) + n
    return {pk: ImportTally(**found) for pk, found in numbers.items()}


def tally_of(site_import: SiteImport) -> ImportTally:
    """Return the tally of one import."""
    return tallies([site_import])[site_import.pk]


def imports_of(rollout: Rollout, user: User) -> QuerySet[SiteImport]:
    """The rollout's imports with their files, newest first."""
    rows: QuerySet[SiteImport] = SiteImport.objects.visible_to(user).filter(rollout=rollout)
    return rows.select_related("file", "uploaded_by", "check_job", "apply_job", "undo_job", "rollout")


def same_file_before(site_import: SiteImport) -> SiteImport | None:
    """The last applied import of the same content into the same rollout and target."""
    twins = SiteImport.objects.filter(
        rollout=site_import.rollout_id,
        target=site_import.target,
        file__sha256=site_import.file.sha256,
        applied_at__isnull=False,
        undone_at__isnull=True,
    )
    return twins.exclude(pk=site_import.pk).select_related("uploaded_by").order_by("-applied_at").first()


def read_before(rollout: Rollout, target: str, user: User, *, most: int = 10) -> list[Before]:
    """How the client's last applied lists for a target were read, newest first; one query.

    Only those the user may see: the names of files in another team's rollout are none of theirs.
    """
    rows = SiteImport.objects.visible_to(user).filter(
        rollout__client=rollout.client_id, target=target, applied_at__isnull=False, undone_at__isnull=True
    )
    return [_before(one) for one in rows.select_related("file").order_by("-applied_at")[:most]]


def _before(one: SiteImport) -> Before:
    return Before(
        name=one.file.name,
        on=(one.applied_at or one.uploaded_at).date(),
        columns=one.columns,
        mapping={field: column for field, column in one.mapping.items() if column < len(one.columns)},
        key_columns=one.options.get("key_columns") or [],
    )


def rows_of(site_import: SiteImport) -> QuerySet[ImportRow]:
    """The import's records, in the order of the file."""
    return ImportRow.objects.filter(site_import=site_import).order_by("line")


def left_out_of(site_import: SiteImport) -> int:
    """Return how many records a person left out."""
    return rows_of(site_import).filter(problems__contains=[{"code": LEFT_OUT}]).count()


def landing_with_keys(site_import: SiteImport, key_field: str, keys: Collection[str]) -> dict[int, str]:
    """Return the records that land whose key (in lower case) is one of these: id to key."""
    rows = (
        rows_of(site_import).filter(verdict__in=LANDING).annotate(own=KeyTextTransform(key_field, "values"))
    )
    rows = rows.annotate(low=Lower("own")).filter(low__in=keys)
    return {pk: own.casefold() for pk, own in rows.values_list("pk", "own")}


@dataclass(frozen=True)
class Twins:
    """Records that have the same key or lie at the same place, the one that comes first in the file first."""

    rows: tuple[ImportRow, ...]


def first_twins(site_import: SiteImport, code: str) -> QuerySet[ImportRow]:
    """The first record of each group with the same key or place; `lines` of its remark are the others."""
    return rows_of(site_import).filter(problems__contains=[{"code": code, "severity": "notice"}])


def with_twins(firsts: Iterable[ImportRow], code: str) -> list[Twins]:
    """Return the groups that begin with these records, in one query."""
    lines = {row: _lines(row, code) for row in firsts}
    site_imports = {row.site_import_id for row in lines}
    wanted = {line for others in lines.values() for line in others}
    found = {row.line: row for row in ImportRow.objects.filter(site_import__in=site_imports, line__in=wanted)}
    return [Twins((row, *(found[line] for line in others if line in found))) for row, others in lines.items()]


def _lines(row: ImportRow, code: str) -> list[int]:
    others = {
        line
        for one in row.problems
        if one["code"] == code and one["severity"] == "notice"
        for line in one.get("lines", [])
    }
    return sorted(others)[:MOST_TWINS]


def not_accepted(site_import: SiteImport) -> QuerySet[ImportRow]:
    """The records a person should look at."""
    return rows_of(site_import).filter(verdict__in=[RowVerdict.ATTENTION, RowVerdict.REJECTED])
