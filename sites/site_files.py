"""The list of sites as a file: what is shown, or what can be changed in a spreadsheet and imported again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sites import queries
from sites.choices import FactSource
from sites.columns import Column, needs_of
from sites.imports.site_target import SITE_TARGET
from sites.models import Attribute, Enrolment
from sites.queries import site_rows
from sites.queries.site_rows import SiteRow

SIZE = 1000
"""So many sites are in memory at once."""

_OWN = {
    one.key: one.label
    for one in SITE_TARGET.fields
    if not one.key.startswith("contact_") and one.key not in ("coordinates", "district", "banner")
}
"""A region and a format are one path each: the district lies in it."""
_CONTACT = {
    one.key.removeprefix("contact_"): one.label
    for one in SITE_TARGET.fields
    if one.key.startswith("contact_")
}


def shown_header(columns: Sequence[Column]) -> list[str]:
    """Return the headings of the columns that are shown."""
    return [column.label for column in columns]


def shown_rows(
    order: queries.SitesInOrder, columns: Sequence[Column], *, now: datetime
) -> Iterator[list[Any]]:
    """Yield the sites of the list as its columns show them; stale and disputed facts say so."""
    for row in _rows(order, needs_of(columns), now=now):
        yield [column.value(row) for column in columns]


def import_header(attributes: Sequence[Attribute]) -> list[str]:
    """Return headings that the import knows again without being told."""
    return [*_OWN.values(), *_CONTACT.values(), *(one.label for one in attributes)]


def import_rows(
    order: queries.SitesInOrder, attributes: Sequence[Attribute], *, now: datetime
) -> Iterator[list[Any]]:
    """Yield the sites with every field a list can set, as it is now; importing them again changes nothing.

    Of facts it holds what lists said. What others said is theirs, and would become the list's word by being imported.
    """
    needs = frozenset({site_rows.CONTACTS, site_rows.FACTS, site_rows.GROUPS})
    for row in _rows(order, needs, now=now):
        # A group reads as its path.
        own = [
            value if isinstance(value := getattr(row.site, name), float | None) else str(value)
            for name in _OWN
        ]
        contact = [getattr(row.contact, name) if row.contact else "" for name in _CONTACT]
        yield [*own, *contact, *(_said_by_a_list(row, one) for one in attributes)]


def _said_by_a_list(row: SiteRow, attribute: Attribute) -> Any:
    said = row.facts[attribute.key].sayings if attribute.key in row.facts else ()
    return next((one.value for one in said if one.source == FactSource.IMPORT), None)


def _rows(order: queries.SitesInOrder, needs: frozenset[str], *, now: datetime) -> Iterator[SiteRow]:
    """Yield the rows a thousand at a time: as many queries for each thousand, whatever the columns hold."""
    ids = order.ids()
    every: Any = site_rows.places_with(Enrolment.objects.select_related("site", "wave"), needs)
    for start in range(0, len(ids), SIZE):
        places = queries.enrolments_by_id(every, ids[start : start + SIZE])
        yield from site_rows.site_rows(places, needs, rollout=order.rollout, now=now)
