"""Regions and formats in an import of sites: read as paths, made when missing, removed again when nothing is in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rollout import audit
from rollout.models import AuditEntry
from sites import above
from sites.choices import GroupKind
from sites.import_targets import Batch, JsonValues, Note, UndoBatch, fold
from sites.models import SiteGroup
from sites.queries.groups import JOINT, SITE_FIELDS

FIELDS = {field: kind for kind, field in SITE_FIELDS.items()}
"""Field of an import to kind of group: territory and format."""
MOST_LEVELS, LONGEST_NAME, LONGEST_PATH = 6, 80, 400
MADE = "sites.group.imported"
_LEVELS = (("territory", "territory", "district"), ("format", "banner", "format"))
"""Which field gets the path of which two: a district lies in its region, a format in its banner."""
_SPLIT = re.compile(r"\s+[/|\\]\s+|\s*[>›»→]\s*")


class Groups:
    """The regions and formats of a client by path; reads rows as paths in the spelling that is there."""

    def __init__(self, client_id: int) -> None:
        rows = SiteGroup.objects.filter(client=client_id).values_list("kind", "path", "pk").order_by()
        self.known: dict[tuple[str, str], tuple[str, int]] = {
            (kind, fold(path)): (path, pk) for kind, path, pk in rows
        }
        self._told: set[tuple[str, str]] = set()

    def settle(self, values: JsonValues) -> list[Note]:
        """Turn region and district, banner and format into one path each, in place."""
        notes: list[Note] = []
        for field, outer, inner in _LEVELS:
            if values.keys().isdisjoint((outer, inner)):
                continue
            texts = [str(values.pop(name, None) or "") for name in (outer, inner)]
            values[field] = self._path(field, [part for text in texts for part in _parts(text)], notes)
        return notes

    def _path(self, field: str, names: list[str], notes: list[Note]) -> str | None:
        if not names:
            return None
        path = JOINT.join(names)
        if len(names) > MOST_LEVELS or len(path) > LONGEST_PATH or max(map(len, names)) > LONGEST_NAME:
            sentence = f"“{path[:60]}…” is too long or too deep for a path, so it was left out. Shorten it."
            notes.append(Note(field, "attention", sentence, "group_too_long"))
            return None
        kind = FIELDS[field]
        found = self.known.get((kind, fold(path)))
        if found is not None:
            return found[0]
        if (kind, fold(path)) not in self._told:
            self._told.add((kind, fold(path)))
            noun = GroupKind(kind).label.lower()
            notes.append(Note(field, "notice", f"The {noun} “{path}” is new and will be made.", "group_new"))
        return path


def _parts(text: str) -> list[str]:
    """Split a path as people write it: "West / Bay Area", "West > Bay Area". "Dallas/Fort Worth" is one name."""
    return [name for name in (" ".join(part.split()) for part in _SPLIT.split(text)) if name]


def group_ids(batch: Batch, paths: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
    """Return the id of each ``(field, path)``, making groups that are missing, the largest first.

    As many statements as there are levels, however many groups.
    """
    # In the order of the list: of two spellings the first one names the group.
    wanted = sorted(((FIELDS[field], path) for field, path in paths), key=lambda one: one[1].count(JOINT))
    groups = Groups(batch.rollout.client_id)
    for kind, path in wanted:
        _make(batch, groups, kind, path.split(JOINT))
    return {(SITE_FIELDS[kind], path): groups.known[kind, fold(path)][1] for kind, path in wanted}


def _make(batch: Batch, groups: Groups, kind: str, names: list[str]) -> None:
    parent: int | None = None
    for level in range(len(names)):
        path = JOINT.join(names[: level + 1])
        found = groups.known.get((kind, fold(path)))
        if found is None:
            made = SiteGroup.objects.create(
                client_id=batch.rollout.client_id,
                kind=kind,
                name=names[level],
                parent_id=parent,
                path=path,
            )
            audit.record(
                MADE,
                subject=made,
                rollout=batch.rollout,
                by=batch.by,
                at=batch.at,
                summary=f"{GroupKind(kind).label} {path} made from {batch.source}",
                bulk_id=batch.bulk_id,
            )
            found = groups.known[kind, fold(path)] = (path, made.pk)
        parent = found[1]


def remove_unused(batch: UndoBatch) -> None:
    """Remove the groups an import made that nothing refers to any more, from the smallest up."""
    client = batch.rollout.client_id
    made = AuditEntry.objects.filter(type=MADE, bulk_id=batch.bulk_id, client=client)
    groups = SiteGroup.objects.filter(client=client, pk__in=made.values_list("subject_id", flat=True))
    # Whatever points at a group: sites, groups within it, blackouts.
    free = {f"{relation.name}__isnull": True for relation in SiteGroup._meta.related_objects}
    while unused := [one.pk for one in groups.filter(**free).distinct() if not above.uses_of(one)]:
        SiteGroup.objects.filter(pk__in=unused).delete()
