"""Reads of what can be known about a client's sites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from rollout.models import Client, Rollout
from sites.facts import show_value
from sites.models import Attribute, AttributeValue, Enrolment
from sites.queries.completeness import StateCounts, state_counts

MOST_FREQUENT = 4


def attributes_of(client: Client | int) -> QuerySet[Attribute]:
    """The client's attributes, by name."""
    rows: QuerySet[Attribute] = Attribute.objects.filter(client=client)
    return rows.order_by("label")


@dataclass(frozen=True)
class AttributeLine:
    """An attribute, at how many sites of the rollout it is in which state, and which values are said how often."""

    attribute: Attribute
    counts: StateCounts
    top: tuple[tuple[str, int], ...]


def attribute_lines(rollout: Rollout, *, today: date) -> list[AttributeLine]:
    """Return every attribute of the client with its numbers in this rollout; five queries however many there are."""
    attributes = list(attributes_of(rollout.client_id))
    counts = state_counts(rollout, attributes, today=today)
    top = _most_frequent(rollout)
    return [
        AttributeLine(
            one,
            counts[one.key],
            tuple((show_value(value, one.unit), n) for value, n in top.get(one.pk, ())),
        )
        for one in attributes
    ]


def _most_frequent(rollout: Rollout) -> dict[int, list[tuple[str, int]]]:
    said = AttributeValue.objects.filter(
        site__in=Enrolment.objects.filter(rollout=rollout).values("site")
    ).order_by()
    counted = said.values("attribute", "value").annotate(n=Count("site", distinct=True))
    place = Window(RowNumber(), partition_by=F("attribute"), order_by=(F("n").desc(), F("value").asc()))
    found: dict[int, list[tuple[str, int]]] = {}
    rows = counted.annotate(place=place).filter(place__lte=MOST_FREQUENT).order_by("attribute", "place")
    for attribute, value, n in rows.values_list("attribute", "value", "n"):
        found.setdefault(attribute, []).append((value, n))
    return found
