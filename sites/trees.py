"""What lies in what: the trees of regions and formats, by id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sites.models import SiteGroup


def kin(client_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return, for every region and format of these clients, its id with those of all it lies in; one query."""
    rows = SiteGroup.objects.filter(client__in=list(client_ids)).order_by()
    parents: dict[int, int | None] = dict(rows.values_list("pk", "parent_id"))
    return {pk: frozenset(_upwards(pk, parents)) for pk in parents}


def _upwards(pk: int, parents: Mapping[int, int | None]) -> Iterator[int]:
    seen: set[int] = set()
    here: int | None = pk
    while here is not None and here not in seen:
        seen.add(here)
        yield here
        here = parents.get(here)
