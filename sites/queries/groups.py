"""Reads of regions and formats: the trees a client sorts its sites into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from sites.choices import GroupKind
from sites.models import Site, SiteGroup

JOINT = " / "
"""Between the names of a path."""

SITE_FIELDS = {GroupKind.REGION.value: "territory", GroupKind.FORMAT.value: "format"}
"""Which column of a site holds its group of each kind."""


def tree_order(groups: Iterable[SiteGroup]) -> list[SiteGroup]:
    """Return groups as a tree is read: every group before those within it, names in alphabetical order."""
    return sorted(groups, key=lambda group: (group.kind, group.path.casefold().split(JOINT)))


def groups_of(client_id: int, kind: str) -> list[SiteGroup]:
    """Return the client's regions or formats (`GroupKind`) in the order of the tree; one query."""
    return tree_order(SiteGroup.objects.filter(client=client_id, kind=kind))


def group_choices(client_id: int, kind: str) -> list[tuple[int, str]]:
    """Return the client's regions or formats (`GroupKind`) to choose from, ``(id, path)`` in the order of the tree."""
    return [(group.pk, group.path) for group in groups_of(client_id, kind)]


def family(group: SiteGroup) -> QuerySet[SiteGroup]:
    """Return a group and everything within it."""
    kin: QuerySet[SiteGroup] = SiteGroup.objects.filter(client=group.client_id, kind=group.kind)
    return kin.filter(Q(path=group.path) | Q(path__startswith=group.path + JOINT)).order_by()


def within(group: SiteGroup, *, site: str = "") -> Q:
    """Build the condition "the site belongs to this region or format, or to one within it".

    `site` is the lookup prefix from the row to the site, such as ``"site__"``.
    """
    return Q(**{f"{site}{SITE_FIELDS[group.kind]}__in": family(group).values("pk")})


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group in its tree: how deep it lies (0 outermost), how many sites are in it alone and with all within it."""

    group: SiteGroup
    depth: int
    own: int
    total: int


def group_lines(client_id: int, kind: str) -> list[GroupLine]:
    """Return the client's regions or formats as a tree with counts of sites; two queries."""
    groups = groups_of(client_id, kind)
    field = SITE_FIELDS[kind]
    counted = Site.objects.filter(client=client_id, **{f"{field}__isnull": False}).order_by()
    own: dict[int, int] = dict(counted.values_list(field).annotate(n=Count("pk")))
    lines = []
    for group in groups:
        start = group.path + JOINT
        total = sum(
            own.get(other.pk, 0) for other in groups if other == group or other.path.startswith(start)
        )
        lines.append(GroupLine(group, group.path.count(JOINT), own.get(group.pk, 0), total))
    return lines


def sites_without_group(client_id: int, kind: str) -> int:
    """Return how many of the client's sites have no region or no format."""
    return Site.objects.filter(client=client_id, **{f"{SITE_FIELDS[kind]}__isnull": True}).count()
