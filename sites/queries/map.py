"""The sites of a rollout as points of a map, or, where they are many, as clusters of cells counted by the database."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import (
    Aggregate,
    Avg,
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    Max,
    Min,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Floor

from rollout.models import Rollout, Wave
from sites.models import AccessWindow, Contact, Enrolment
from sites.queries.site_list import complete_sites

Rows = QuerySet[Any, Any]
"""Enrolments with their ``kind``."""

FEW = 800
"""So many sites are shown one by one; more are clusters."""
CELLS = 28
"""About so many cells across what is seen."""
MOST_CELLS = 64
COARSE = 8
"""The zoom at which everything is counted at first; farther away is counted from it."""
DEEPEST = 22
_WAVE_TONES = ("accent", "info", "violet", "success")
BY = {"wave": "Wave", "gaps": "What is missing"}
"""What the colour can stand for."""
_GAPS = (("Complete", "success"), ("Facts unknown", "warning"), ("No contact or no hours", "danger"))


class Box(NamedTuple):
    """Part of the map in degrees."""

    west: float
    south: float
    east: float
    north: float


NOWHERE = Box(180.0, 90.0, -180.0, -90.0)
"""A box that any place makes larger."""


@dataclass(frozen=True)
class Look:
    """One kind of point: its key, words, colour, and how many sites of the filter are of it."""

    key: str
    label: str
    tone: str
    count: int


@dataclass
class Cluster:
    """The sites of one cell: their middle and edges, how many of each kind, and the town most of them are in."""

    count: int = 0
    latitude: float = 0.0
    longitude: float = 0.0
    box: Box = NOWHERE
    states: dict[str, int] = field(default_factory=dict)
    town: str = ""
    largest: int = 0
    one: int = 0

    def take(self, state: str, row: Mapping[str, Any]) -> None:
        """Add the sites of one kind."""
        n = row["n"]
        whole = self.count + n
        self.latitude = (self.latitude * self.count + row["lat"] * n) / whole
        self.longitude = (self.longitude * self.count + row["lon"] * n) / whole
        self.box = Box(
            min(self.box.west, row["west"]),
            min(self.box.south, row["south"]),
            max(self.box.east, row["east"]),
            max(self.box.north, row["north"]),
        )
        self.states[state] = self.states.get(state, 0) + n
        self.count, self.one = whole, row["one"]
        if n > self.largest:
            self.largest, self.town = n, row["town"] or ""


@dataclass(frozen=True)
class SiteMap:
    """What is drawn: all kinds with their counts, and clusters and single sites of the part asked for.

    `points` are ``{key, name, city, region, lat, lon, state}``; `extent` goes around all sites of the filter.
    """

    total: int
    nowhere: int
    extent: Box | None
    looks: tuple[Look, ...]
    clusters: tuple[Cluster, ...]
    points: tuple[dict[str, Any], ...]
    whole: bool


class _Town(Aggregate):
    """The most frequent text of a group."""

    function = "MODE"
    template = "%(function)s() WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = CharField()


def map_of(
    rollout: Rollout,
    rows: QuerySet[Enrolment],
    *,
    attributes: int,
    by: str = "wave",
    box: Box | None = None,
    zoom: int | None = None,
) -> SiteMap:
    """Return the map of some enrolments in at most four queries, whatever their number.

    Parameters
    ----------
    attributes
        How many attributes the client has: a site is complete when it has a value of each, a contact and hours.
    by
        A key of `BY`: what the kinds of points are.
    box, zoom
        The part that is seen, and how near: a cell is 360 / 2 ** zoom degrees wide. Without a box everything is seen. With
        one the answer holds clusters and points alone, because the kinds and counts of the whole are known by then.
    """
    kinds = _kinds(rollout, rows, by, attributes)
    if box is not None:
        return _part(kinds, box, zoom)
    cells = _cells(kinds, COARSE)
    placed = [cell for cell in cells if cell["column"] is not None]
    looks = _looks(rollout, by, cells)
    total, there = (sum(cell["n"] for cell in group) for group in (cells, placed))
    if not placed:
        return SiteMap(total, total, None, looks, (), (), whole=True)
    extent = _around(placed)
    if there <= FEW:
        return SiteMap(total, total - there, extent, looks, (), _points(kinds), whole=True)
    near = _zoom_for(extent, zoom)
    found = _gathered(placed, COARSE - near) if near <= COARSE else _gathered(_cells(kinds, near), 0)
    clusters, points = _lone_apart(kinds, found)
    return SiteMap(total, total - there, extent, looks, clusters, points, whole=False)


def _part(kinds: Rows, box: Box, zoom: int | None) -> SiteMap:
    seen = kinds.filter(_within(box))
    found = _gathered(_cells(seen, _zoom_for(box, zoom)), 0)
    if sum(cluster.count for cluster in found) <= FEW:
        return SiteMap(0, 0, None, (), (), _points(seen), whole=False)
    clusters, points = _lone_apart(kinds, found)
    return SiteMap(0, 0, None, (), clusters, points, whole=False)


def _kinds(rollout: Rollout, rows: QuerySet[Enrolment], by: str, attributes: int) -> QuerySet[Enrolment]:
    """Annotate ``kind``; starts anew from the ids where the list annotates more, which would be grouped by."""
    bare: Rows = rows.order_by().select_related(None)
    if rows.query.annotations:
        bare = Enrolment.objects.filter(pk__in=rows.order_by().values("pk")).order_by()
    if by == "wave":
        by_wave: Rows = bare.annotate(kind=F("wave_id"))
        return by_wave
    reached = Q(site__in=Contact.objects.order_by().values("site")) & Q(
        site__in=AccessWindow.objects.order_by().values("site")
    )
    known = Q(site__in=complete_sites(rollout, attributes)) if attributes else Q()
    complete = When(known, then=Value(0)) if attributes else When(pk__isnull=False, then=Value(0))
    by_gap: Rows = bare.annotate(
        kind=Case(When(~reached, then=Value(2)), complete, default=Value(1), output_field=IntegerField())
    )
    return by_gap


def _looks(rollout: Rollout, by: str, cells: Sequence[Mapping[str, Any]]) -> tuple[Look, ...]:
    counts: Counter[Any] = Counter()
    for cell in cells:
        counts[cell["kind"]] += cell["n"]
    if by == "wave":
        waves = Wave.objects.filter(rollout=rollout).order_by("number")
        looks = [
            Look(str(wave.pk), str(wave), _WAVE_TONES[wave.number % len(_WAVE_TONES)], counts[wave.pk])
            for wave in waves
        ]
        looks.append(Look("None", "No wave yet", "neutral", counts[None]))
    else:
        looks = [Look(str(n), label, tone, counts[n]) for n, (label, tone) in enumerate(_GAPS)]
    return tuple(look for look in looks if look.count)


def _around(cells: Sequence[Mapping[str, Any]]) -> Box:
    return Box(
        min(cell["west"] for cell in cells),
        min(cell["south"] for cell in cells),
        max(cell["east"] for cell in cells),
        max(cell["north"] for cell in cells),
    )


def _within(box: Box) -> Q:
    return Q(
        site__latitude__range=(box.south, box.north),
        site__longitude__range=(box.west, box.east),
    )


def _zoom_for(box: Box, asked: int | None) -> int:
    """Return how near to look: as asked, but with neither a handful of cells nor thousands."""
    span = max(box.east - box.west, 2 * (box.north - box.south), 1e-4)
    best = math.floor(math.log2(CELLS * 360 / span))
    most = math.floor(math.log2(MOST_CELLS * 360 / span))
    return max(0, min(best if asked is None else asked, most, DEEPEST))


def _cells(rows: Rows, zoom: int) -> list[dict[str, Any]]:
    """Return the sites counted by cell and kind; those without a place lie in the cell None."""
    width = 360 / 2**zoom
    found = rows.annotate(column=_cell("site__longitude", width), line=_cell("site__latitude", width))
    return list(
        found.values("column", "line", "kind").annotate(
            n=Count("pk"),
            lat=Avg("site__latitude"),
            lon=Avg("site__longitude"),
            west=Min("site__longitude"),
            east=Max("site__longitude"),
            south=Min("site__latitude"),
            north=Max("site__latitude"),
            town=_Town("site__city"),
            one=Min("pk"),
        )
    )


def _cell(column: str, width: float) -> Cast:
    return Cast(Floor(F(column) / Value(width)), IntegerField())


def _gathered(cells: Sequence[Mapping[str, Any]], steps: int) -> tuple[Cluster, ...]:
    """Return cells as clusters, `steps` zooms farther away: every step puts four cells into one."""
    clusters: dict[tuple[int, int], Cluster] = defaultdict(Cluster)
    for cell in cells:
        if cell["column"] is not None:
            clusters[cell["column"] >> steps, cell["line"] >> steps].take(str(cell["kind"]), cell)
    return tuple(clusters.values())


def _lone_apart(
    kinds: Rows, clusters: Sequence[Cluster]
) -> tuple[tuple[Cluster, ...], tuple[dict[str, Any], ...]]:
    """Return the clusters of several sites, and the sites that are alone in theirs as points."""
    lone = [cluster.one for cluster in clusters if cluster.count == 1]
    many = tuple(cluster for cluster in clusters if cluster.count > 1)
    return many, _points(kinds.filter(pk__in=lone)) if lone else ()


def _points(rows: Rows) -> tuple[dict[str, Any], ...]:
    columns = ("site__key", "site__name", "site__city", "site__region", "site__latitude", "site__longitude")
    names = ("key", "name", "city", "region", "lat", "lon", "state")
    placed = rows.filter(site__latitude__isnull=False).order_by("site__sort_key")
    found = placed.values_list(*columns, "kind")
    return tuple(dict(zip(names, [*row[:-1], str(row[-1])], strict=True)) for row in found)


def box_in(text: str) -> Box | None:
    """Read "west,south,east,north" in degrees; None for anything else."""
    parts: Sequence[str] = text.split(",")
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        return None
    sound = all(math.isfinite(edge) for edge in (west, south, east, north))
    return Box(west, south, east, north) if sound and west <= east and south <= north else None
