"""Reads of regions and formats: the trees a client sorts its sites into."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from sites.choices import GroupKind
from sites.models import SiteGroup

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
