"""The facts of one site, as its page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sites.choices import FactState
from sites.facts import FactView
from sites.models import Attachment, Attribute
from sites.planning import Need

SOON = 30
"""Days before a fact goes stale from which on it can be confirmed in one click."""


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact of a site: how it stands, what asks for it, which pictures show it."""

    attribute: Attribute
    fact: FactView
    needs: tuple[Need, ...]
    pictures: tuple[Attachment, ...]
    today: date

    @property
    def more_needs(self) -> int:
        """How many reasons there are besides the first."""
        return len(self.needs) - 1

    @property
    def days_left(self) -> int | None:
        """Days until it goes stale, negative since; None where it never does, or is unknown or disputed."""
        until = self.fact.fresh_until
        if until is None or self.fact.state == FactState.DISPUTED:
            return None
        return (until - self.today).days + 1

    @property
    def age(self) -> str:
        """That in words; "" where there is nothing to say."""
        left = self.days_left
        if left is None:
            return ""
        near = {1: "goes stale tomorrow", 0: "since today", -1: "since yesterday"}
        return near.get(left) or (f"goes stale in {left:,} days" if left > 0 else f"for {-left:,} days")

    @property
    def confirmable(self) -> bool:
        """Whether one click should say that it is still so: it is stale, or soon will be."""
        left = self.days_left
        return self.fact.state in (FactState.STALE, FactState.KNOWN) and left is not None and left <= SOON


def fact_lines(
    attributes: Iterable[Attribute],
    facts: Mapping[str, FactView],
    needs: Sequence[Need],
    pictures: Iterable[Attachment],
    *,
    today: date,
) -> list[FactLine]:
    """Put the facts of a site in order: needed ones first, of these what is missing first, then by name."""
    shown: dict[int, list[Attachment]] = {}
    for picture in pictures:
        if picture.attribute_id is not None:
            shown.setdefault(picture.attribute_id, []).append(picture)
    lines = [
        FactLine(
            one,
            facts[one.key],
            tuple(need for need in needs if need.attribute_key == one.key),
            tuple(shown.get(one.pk, ())),
            today,
        )
        for one in attributes
    ]
    return sorted(lines, key=_rank)


def _rank(line: FactLine) -> tuple[bool, bool, str]:
    return not line.needs, line.fact.state == FactState.KNOWN, line.attribute.label.casefold()
