"""Conditions over facts as they stand in an address: ``rack:unknown``, ``rack:is:Yes``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q

from sites.choices import AttributeKind, FactState
from sites.facts import OWN_FACTS, read_value
from sites.models import Attribute
from sites.queries import completeness

IS = "is:"
_OWN_COLUMNS = {"site": "key", "city": "city", "region": "region", "country": "country"}


def choices(attributes: Sequence[Attribute]) -> Iterator[tuple[str, str, str]]:
    """Yield what can be chosen about facts as ``(value, label, heading)``: their states, and values where there are few."""
    for attribute in attributes:
        for state in FactState:
            yield (
                f"{attribute.key}:{state.value}",
                f"{attribute.label}: {state.label.lower()}",
                attribute.label,
            )
        for value in _values(attribute):
            yield f"{attribute.key}:{IS}{value}", f"{attribute.label}: {value}", attribute.label


def _values(attribute: Attribute) -> list[str]:
    if attribute.kind == AttributeKind.YES_NO:
        return ["Yes", "No"]
    return list(map(str, attribute.choices)) if attribute.kind == AttributeKind.CHOICE else []


def condition(text: str, attributes: Sequence[Attribute], *, today: date) -> Q | None:
    """Build the condition over enrolments, or return None when there is no such fact, state or value.

    A value counts only where it is known: neither stale nor disputed.
    """
    key, _, wanted = text.partition(":")
    attribute = next((one for one in attributes if one.key == key), None)
    if attribute is None:
        return _own_condition(key, wanted)
    if not wanted.startswith(IS):
        return completeness.fact_state_q(attribute, wanted, today) if wanted in FactState.values else None
    return _has_value(attribute, wanted.removeprefix(IS), today)


def _own_condition(key: str, wanted: str) -> Q | None:
    if key not in OWN_FACTS or key not in _OWN_COLUMNS:
        return None
    if wanted.startswith(IS):
        return Q(**{f"site__{_OWN_COLUMNS[key]}__iexact": wanted.removeprefix(IS)})
    return completeness.own_state_q(key, wanted) if wanted in FactState.values else None


def _has_value(attribute: Attribute, text: str, today: date) -> Q | None:
    try:
        value = read_value(attribute, text)
    except ValueError:
        return None
    if value is None:
        return None
    said = completeness.said_about(attribute).filter(
        completeness.fresh_q(attribute, today), site=OuterRef("site")
    )
    if isinstance(value, str):
        folded = f"text {' '.join(value.casefold().split())}"
        said = said.annotate(as_compared=completeness.comparable()).filter(as_compared=folded)
    else:
        said = said.filter(value=value)
    return Q(Exists(said)) & completeness.fact_state_q(attribute, FactState.KNOWN.value, today)
