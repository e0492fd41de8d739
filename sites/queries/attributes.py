"""Reads of what can be known about a client's sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from rollout.models import Client, Rollout
from sites.choices import FactState
from sites.facts import FactView, facts_for
from sites.models import Attribute, Enrolment


def attributes_of(client: Client | int) -> QuerySet[Attribute]:
    """The client's attributes, by name."""
    rows: QuerySet[Attribute] = Attribute.objects.filter(client=client)
    return rows.order_by("label")


@dataclass(frozen=True)
class AttributeLine:
    """An attribute and how many sites of the rollout have it in which state, and which values how often."""

    attribute: Attribute
    known: int
    unknown: int
    stale: int
    disputed: int
    top: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """Sites of the rollout."""
        return self.known + self.unknown + self.stale + self.disputed


def attribute_lines(rollout: Rollout, *, today: date) -> list[AttributeLine]:
    """Return every attribute of the client with its numbers in this rollout; five queries however many there are."""
    site_ids = list(Enrolment.objects.filter(rollout=rollout).values_list("site_id", flat=True))
    facts = facts_for(site_ids, rollout.client_id, today=today)
    return [
        _line(attribute, [one[attribute.key] for one in facts.values()])
        for attribute in attributes_of(rollout.client_id)
    ]


def _line(attribute: Attribute, facts: Sequence[FactView]) -> AttributeLine:
    states = {state.value: 0 for state in FactState}
    values: dict[str, int] = {}
    for fact in facts:
        states[fact.state] += 1
        if fact.value is not None:
            values[fact.shown] = values.get(fact.shown, 0) + 1
    top = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:4]
    return AttributeLine(attribute, **states, top=tuple(top))
