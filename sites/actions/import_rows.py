"""What a person decides about single records of a checked import: leave them out, take them back, take one instead of another.

The verdicts go on adding up to the records: what is left out counts as rejected, with who left it out as the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import pgbulk
from django.db import transaction
from django.db.models import F, JSONField, QuerySet, Value
from django.db.models.expressions import CombinedExpression

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import User
from sites.actions.import_judging import LANDING, judge
from sites.actions.imports import lock_import
from sites.choices import ImportState, RowChange, RowVerdict
from sites.import_targets import ImportTarget, checked_target, fold, target_called
from sites.imports.checking import Checker
from sites.imports.source import SourceRow
from sites.models import ImportRow, SiteImport
from sites.queries import imports as queries

LEFT_OUT, DUPLICATE = queries.LEFT_OUT, queries.DUPLICATE
BATCH = 1000
_WRITTEN = ["values", "problems", "verdict", "change", "changes", "subject_id"]


class CannotTake(Refused):
    """A record cannot land, or another with the same code does."""


@dataclass(frozen=True)
class Taken:
    """How many records land now, and how many still cannot."""

    taken: int
    refused: int


@transaction.atomic
def leave_out(*, site_import: SiteImport, rows: QuerySet[ImportRow], by: User, at: datetime) -> int:
    """Keep some records from being applied; returns how many. Those that would not land anyway stay as they are.

    One statement however many they are. Raises `NotNow` unless the import is checked and not applied.
    """
    locked = lock_import(site_import, ImportState.CHECKED)
    landing = ImportRow.objects.filter(
        pk__in=rows.order_by().values("pk"), site_import=locked, verdict__in=LANDING
    )
    count = _leave_out(landing, f"Left out by {by}.")
    _record(
        locked, "rows_left_out", f"{count:,} records left out of the import of {locked.file.name}", by, at
    )
    return count


def _leave_out(rows: QuerySet[ImportRow], sentence: str) -> int:
    more = Value([_problem(sentence)], output_field=JSONField())
    return rows.update(
        problems=CombinedExpression(F("problems"), "||", more),
        verdict=RowVerdict.REJECTED,
        change=RowChange.NONE,
    )


def _problem(sentence: str) -> dict[str, str]:
    return {"field": "", "severity": "rejected", "sentence": sentence, "code": LEFT_OUT}


@transaction.atomic
def take_back(*, site_import: SiteImport, rows: QuerySet[ImportRow], by: User, at: datetime) -> Taken:
    """Let records land after all that were left out, unless another with the same code does. Raises `NotNow`."""
    locked = lock_import(site_import, ImportState.CHECKED)
    chosen = ImportRow.objects.filter(pk__in=rows.order_by().values("pk"), site_import=locked)
    taken = _Taking(locked).take(chosen.filter(problems__contains=[{"code": LEFT_OUT}]))
    _record(
        locked,
        "rows_taken",
        f"{taken.taken:,} records taken back into the import of {locked.file.name}",
        by,
        at,
    )
    return taken


@transaction.atomic
def take_instead(*, site_import: SiteImport, line: int, by: User, at: datetime) -> None:
    """Let a record land in place of the one with the same code that does. Raises `NotNow` and `CannotTake` with the reason."""
    locked = lock_import(site_import, ImportState.CHECKED)
    row = ImportRow.objects.filter(site_import=locked, line=line).exclude(verdict=RowVerdict.BLANK).first()
    if row is None:
        raise CannotTake("This line is not in the file any more. Look at the list again.")
    if row.verdict in LANDING:
        return
    taking = _Taking(locked, instead=True)
    if not taking.take(ImportRow.objects.filter(pk=row.pk)).taken:
        raise CannotTake(f"Line {line:,} cannot land: {taking.why}")
    _record(locked, "rows_taken", f"Line {line:,} of {locked.file.name} taken instead of its twin", by, at)


@transaction.atomic
def take_last_of_each(*, site_import: SiteImport, by: User, at: datetime) -> Taken:
    """Of records with the same code let the last one land instead of the first. Raises `NotNow`."""
    locked = lock_import(site_import, ImportState.CHECKED)
    taking = _Taking(locked, instead=True)
    twins = ImportRow.objects.filter(
        site_import=locked, problems__contains=[{"code": DUPLICATE, "severity": "rejected"}]
    )
    last: dict[str, int] = {}
    for pk, values in twins.order_by("line").values_list("pk", "values"):
        last[fold(str(values[taking.key_field]))] = pk
    taken = taking.take(ImportRow.objects.filter(pk__in=last.values()))
    _record(locked, "rows_taken", f"The last of {taken.taken:,} records with the same code taken", by, at)
    return taken


class _Taking:
    """Judges records anew on their own, and lets those land whose code no other landing record has."""

    def __init__(self, site_import: SiteImport, *, instead: bool = False) -> None:
        self.site_import, self.instead = site_import, instead
        self.target: ImportTarget = target_called(site_import.target)
        pure, make_key = checked_target(self.target, site_import.rollout)
        there = {field.key for field in pure.fields}
        # A key of several columns stands behind the last one; its cells were kept with it.
        mapping = {key: column for key, column in site_import.mapping.items() if key in there}
        made = None if pure.key_field in mapping else make_key
        self.checker = Checker(pure, mapping, make_key=made)
        self.checker.swapped = "swap_coordinates" in site_import.reading.get("fixes", [])
        self.key_field = pure.key_field
        self.why = ""

    def take(self, rows: QuerySet[ImportRow]) -> Taken:
        """Take what can land."""
        taken = refused = 0
        for batch in _batches(rows.order_by("line").iterator(BATCH)):
            fresh = judge(
                self.site_import, self.target, self.key_field, [self._checked(row) for row in batch]
            )
            able = [(row, new) for row, new in zip(batch, fresh, strict=True) if self._lands(new)]
            free = self._free(able)
            for row, new in free:
                _become(row, new)
            if free:
                pgbulk.update(ImportRow, [row for row, _ in free], _WRITTEN)
            taken, refused = taken + len(free), refused + len(batch) - len(free)
        return Taken(taken, refused)

    def _checked(self, row: ImportRow) -> tuple[SourceRow, Any]:
        codes = {one["code"] for one in row.problems}
        source = SourceRow(row.line, tuple(row.cells), "damaged" in codes, "ragged" in codes)
        return source, self.checker.check(source)

    def _lands(self, new: ImportRow) -> bool:
        if new.verdict not in LANDING:
            self.why = " ".join(one["sentence"] for one in new.problems if one["severity"] == "rejected")
        return new.verdict in LANDING

    def _free(self, able: Sequence[tuple[ImportRow, ImportRow]]) -> list[tuple[ImportRow, ImportRow]]:
        """Those whose code nobody else has; with `instead`, whoever has it is left out first."""
        keys = {fold(str(new.values[self.key_field])): new.line for _, new in able}
        twins = queries.landing_with_keys(self.site_import, self.key_field, keys)
        if self.instead:
            _give_way({pk: keys[key] for pk, key in twins.items()})
            twins = {}
        used, free = set(twins.values()), []
        for row, new in able:
            key = fold(str(new.values[self.key_field]))
            if key not in used:
                used.add(key)
                free.append((row, new))
            else:
                self.why = "Another record with the same code lands."
        return free


def _give_way(taken_instead: Mapping[int, int]) -> None:
    """Leave out rows, by id, for the lines taken instead of them."""
    rows = list(ImportRow.objects.filter(pk__in=taken_instead))
    for row in rows:
        row.problems = [*row.problems, _problem(f"Line {taken_instead[row.pk]:,} was taken instead.")]
        row.verdict, row.change = RowVerdict.REJECTED, RowChange.NONE
    if rows:
        pgbulk.update(ImportRow, rows, ["problems", "verdict", "change"])


def _become(row: ImportRow, new: ImportRow) -> None:
    """Give a row what judging it anew found, keeping what other rows say about it."""
    about_others = [one for one in row.problems if one.get("lines") and one["severity"] != "rejected"]
    for name in _WRITTEN:
        setattr(row, name, getattr(new, name))
    row.problems = [*new.problems, *about_others]
    if any(one["severity"] == "attention" for one in row.problems):
        row.verdict = RowVerdict.ATTENTION


def _batches(rows: Iterable[ImportRow]) -> Iterator[list[ImportRow]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _record(site_import: SiteImport, what: str, summary: str, by: User, at: datetime) -> None:
    audit.record(
        f"sites.import.{what}",
        subject=site_import,
        rollout=site_import.rollout,
        by=by,
        at=at,
        summary=summary,
    )
