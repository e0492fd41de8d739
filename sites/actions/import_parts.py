"""What importing things about sites has in common: find the site of a row, put a batch back, tell the site's history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from rollout import audit
from rollout.models import Rollout
from sites.import_targets import (
    ENROLLED,
    KEY,
    KEY_MARK,
    Batch,
    JsonValues,
    Note,
    Pair,
    Present,
    UndoBatch,
    Undone,
    fold,
)
from sites.imports.target import Field
from sites.models import ImportRow, Site

SITE_FIELD = Field(
    "site",
    "Site number",
    "code",
    required=True,
    synonyms=(
        *("site number", "site", "store number", "store", "site code", "site id", "store id", "location id"),
        *("location", "key", "id", "Filialnummer", "Filiale", "numéro de magasin", "magasin", "tienda"),
    ),
    help="The number under which the site is in this rollout.",
)


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A site of the rollout: its id and its number as it is written."""

    pk: int
    key: str


def parts_of(key: str, count: int) -> list[str]:
    """Split the key of a row into its parts; what is left over belongs to the last."""
    found = key.split(KEY_MARK, count - 1)
    return found + [""] * (count - len(found))


def sites_called(rollout: Rollout, numbers: Iterable[str]) -> dict[str, KnownSite]:
    """Find sites of the rollout by number, in lower case (`fold`); one query however many there are."""
    exact = {number for number in numbers if number}
    rows = Site.objects.filter(enrolments__rollout=rollout).annotate(low=Lower("key"))
    # The database may lower only Latin letters, so that an exact twin is looked for as well.
    rows = rows.filter(Q(low__in=[fold(number) for number in exact]) | Q(key__in=exact))
    return {fold(key): KnownSite(pk, key) for pk, key in rows.order_by().values_list("pk", "key")}


def with_sites(
    rollout: Rollout, rows: Sequence[Pair], judge: Callable[[JsonValues, Present | None], list[Note]]
) -> list[list[Note]]:
    """Say of each row whether its site is in the rollout; those whose site is are judged further."""
    known = sites_called(rollout, {str(values["site"]) for values, _ in rows if values.get("site")})
    return [_with_site(values, there, known, judge) for values, there in rows]


def _with_site(
    values: JsonValues,
    there: Present | None,
    known: Mapping[str, KnownSite],
    judge: Callable[[JsonValues, Present | None], list[Note]],
) -> list[Note]:
    number = str(values.get("site") or "")
    if not number:
        return []
    found = known.get(fold(number))
    if found is None:
        sentence = (
            f"There is no site “{number[:60]}” in this rollout. Import the site first, or correct the number."
        )
        return [Note("site", "rejected", sentence, "no_site")]
    values["site"] = found.key
    return judge(values, there)


def after(row: ImportRow) -> JsonValues:
    """What a row sets, by field."""
    return {name: pair[1] for name, pair in row.changes.items() if name != ENROLLED}


def site_ids(batch: Batch) -> dict[int, int]:
    """Return the site of each row of a batch, by the row's id; one query."""
    rows = [*batch.creates, *batch.updates]
    known = sites_called(batch.rollout, {str(row.values["site"]) for row in rows})
    return {row.pk: known[fold(row.values["site"])].pk for row in rows if fold(row.values["site"]) in known}


def record(batch: Batch, what: str, named: Callable[[ImportRow], str], owner: Mapping[int, int]) -> None:
    """Write a line into the history of the site of each row. `what` is the kind of thing, "contact"."""
    new = {row.pk for row in batch.creates}
    audit.record_many(
        audit.entry(
            f"sites.{what}.{'imported' if row.pk in new else 'changed_by_import'}",
            subject=Site(pk=owner[row.pk]),
            rollout=batch.rollout,
            by=batch.by,
            at=batch.at,
            summary=f"{named(row)} {'imported' if row.pk in new else 'changed'} from {batch.source}, line {row.line:,}",
            bulk_id=batch.bulk_id,
            data={"line": row.line, "changes": row.changes},
        )
        for row in [*batch.creates, *batch.updates]
        if row.pk in owner
    )


def put_back(
    batch: UndoBatch,
    *,
    present: Callable[[Rollout, Sequence[str]], dict[str, Present]],
    remove: Callable[[Sequence[ImportRow]], None],
    restore: Callable[[Sequence[tuple[ImportRow, JsonValues]]], None],
) -> Undone:
    """Undo a batch of things about sites: what is still as the import left it goes or goes back, the rest stays.

    Parameters
    ----------
    present
        Of the target.
    remove
        Takes the rows whose subjects the import made and nobody changed since.
    restore
        Takes rows with the values from before, of the fields that still are as the import left them.
    """
    undone = Undone()
    now = present(batch.rollout, [row.values[KEY] for row in [*batch.created, *batch.updated]])
    made = set(batch.created)
    gone = [row for row in batch.created if not _changed_since(row, now, undone, made)]
    gone = [row for row in gone if fold(row.values[KEY]) in now]
    back = [(row, _before(row, _changed_since(row, now, undone, made))) for row in batch.updated]
    back = [(row, before) for row, before in back if before]
    remove(gone)
    restore(back)
    undone.removed, undone.restored = len(gone), len(back)
    return undone


def _changed_since(
    row: ImportRow, now: Mapping[str, Present], undone: Undone, created: Collection[ImportRow]
) -> list[str]:
    """Return the fields somebody changed since, and note them; of what is gone there is nothing to say."""
    there = now.get(fold(row.values[KEY]))
    if there is None:
        return []
    told = after(row)
    if row in created:
        told = {name: value for name, value in row.values.items() if value is not None} | told
    changed = [
        name
        for name, value in told.items()
        if name != KEY and (there.values.get(name) or None) != (value or None)
    ]
    if changed:
        words = ", ".join(name.replace("_", " ") for name in changed)
        undone.stays.append((row.values[KEY], f"changed since: {words}"))
    return changed


def _before(row: ImportRow, changed: Sequence[str]) -> JsonValues:
    kept = (*changed, ENROLLED, KEY)
    return {name: pair[0] for name, pair in row.changes.items() if name not in kept}
