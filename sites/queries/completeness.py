"""What is known of many sites at once, decided in the database exactly as `sites.facts.settle` decides it for one.

`tests/sites/test_completeness.py` holds the two together over random sayings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FloatField,
    Func,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat, Trim
from django.db.models.lookups import Exact

from rollout.models import Rollout
from sites.choices import FactState
from sites.models import Attribute, AttributeValue, Enrolment

# What `str.split()` takes for space; the database's own \s knows fewer.
_SPACES = r"[\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
_OWN_COLUMNS: Mapping[str, str] = {"site": "key", "city": "city", "region": "region", "country": "country"}
_GROUP_COLUMNS: Mapping[str, str] = {"group:region": "territory", "group:format": "format"}


class _BareText(Func):
    """A JSON value as text: a text without its quotes."""

    template = "(%(expressions)s #>> '{}')"
    output_field = TextField()


class _CaseFold(Func):
    """`str.casefold`: full Unicode folding, which PostgreSQL has from version 18 on."""

    function = "casefold"
    template = '%(function)s(%(expressions)s COLLATE "pg_unicode_fast")'
    output_field = TextField()


def comparable() -> Case:
    """Build the text that values have in common when they agree: case and spaces aside, and 3 is 3.0."""
    text = _BareText(F("value"))
    kind = Func(F("value"), function="jsonb_typeof", output_field=TextField())
    one_spaced = Func(
        text, Value(_SPACES), Value(" "), Value("g"), function="regexp_replace", output_field=TextField()
    )
    number = Cast(Cast(text, FloatField()), TextField())
    return Case(
        When(Exact(kind, Value("number")), then=Concat(Value("number "), number)),
        When(Exact(kind, Value("boolean")), then=Concat(Value("flag "), text)),
        default=Concat(Value("text "), _CaseFold(Trim(one_spaced))),
        output_field=TextField(),
    )


def said_about(attribute: Attribute) -> QuerySet[AttributeValue]:
    """What was said about an attribute, at all sites."""
    said: QuerySet[AttributeValue] = AttributeValue.objects.filter(attribute=attribute)
    return said.order_by()


def fresh_q(attribute: Attribute, today: date) -> Q:
    """Build the condition "within its shelf life" over values of this attribute."""
    days = attribute.shelf_life_days
    if days is None:
        return Q()
    oldest = date.min if days >= today.toordinal() else today - timedelta(days=days)
    return Q(observed_on__gte=oldest)


def disputed(said: QuerySet[AttributeValue], fresh: Q) -> QuerySet[AttributeValue]:
    """Of these values, those that are fresh and contradicted by another fresh one of the same site and attribute."""
    here = {"site": OuterRef("site"), "attribute": OuterRef("attribute"), "source__lt": OuterRef("source")}
    others = AttributeValue.objects.filter(fresh, **here).annotate(as_compared=comparable()).order_by()
    return (
        said.filter(fresh)
        .annotate(as_compared=comparable())
        .filter(Exists(others.exclude(as_compared=OuterRef("as_compared"))))
        .order_by()
    )


def fact_state_q(attribute: Attribute, state: str, today: date, *, site: str = "site__") -> Q:
    """Build the condition "at this site the attribute is known, stale, disputed or unknown".

    Parameters
    ----------
    state
        A `FactState`; anything else holds for no site.
    today
        Decides what is stale.
    site
        The lookup prefix from the row to the site: ``"site__"`` for enrolments, ``""`` for sites themselves.
    """
    here = said_about(attribute).filter(site=OuterRef(f"{site}pk"))
    fresh = here.filter(fresh_q(attribute, today))
    match state:
        case FactState.UNKNOWN:
            return ~Q(Exists(here))
        case FactState.STALE:
            return Q(Exists(here)) & ~Q(Exists(fresh))
        case FactState.DISPUTED:
            return Q(**{f"{site}pk__in": _contradicted(attribute, today)})
        case FactState.KNOWN:
            return Q(Exists(fresh)) & ~Q(**{f"{site}pk__in": _contradicted(attribute, today)})
    return Q(pk__in=())


def _contradicted(attribute: Attribute, today: date) -> QuerySet[AttributeValue, Any]:
    return disputed(said_about(attribute), fresh_q(attribute, today)).values("site")


def own_state_q(key: str, state: str, *, site: str = "site__") -> Q:
    """Build the same condition for one of `sites.facts.OWN_FACTS` or `GROUP_FACTS`, known unless they are empty."""
    if key in _GROUP_COLUMNS:
        empty = Q(**{f"{site}{_GROUP_COLUMNS[key]}__isnull": True})
    else:
        empty = Q(**{f"{site}{_OWN_COLUMNS[key]}": ""})
    match state:
        case FactState.UNKNOWN:
            return empty
        case FactState.KNOWN:
            return ~empty
    return Q(pk__in=())


def key_state_q(client_id: int, key: str, state: str, today: date, *, site: str = "site__") -> Q | None:
    """Build the condition for a fact by its key, the client's own or one every site has; None when there is no such fact."""
    if key in _OWN_COLUMNS or key in _GROUP_COLUMNS:
        return own_state_q(key, state, site=site)
    attribute = Attribute.objects.filter(client=client_id, key=key).first()
    return fact_state_q(attribute, state, today, site=site) if attribute else None


@dataclass(frozen=True, slots=True)
class StateCounts:
    """At how many sites a fact is in which state."""

    known: int
    stale: int
    disputed: int
    unknown: int

    @property
    def total(self) -> int:
        """All the sites."""
        return self.known + self.stale + self.disputed + self.unknown

    @property
    def open(self) -> int:
        """Sites where it cannot decide anything."""
        return self.total - self.known


def state_counts(rollout: Rollout, attributes: Sequence[Attribute], *, today: date) -> dict[str, StateCounts]:
    """Count the sites of a rollout by the state of each attribute, by its key. Three queries however many there are."""
    return counts_with(rollout, attributes, disputes(rollout, attributes, today=today), today=today)


def disputes(rollout: Rollout, attributes: Sequence[Attribute], *, today: date) -> set[tuple[int, int]]:
    """Return the disputes at the sites of a rollout, as ids (attribute, site). One query."""
    found = disputed(_said(rollout, attributes), every_fresh_q(attributes, today))
    return set(found.values_list("attribute", "site"))


def counts_with(
    rollout: Rollout, attributes: Sequence[Attribute], at_odds: Collection[tuple[int, int]], *, today: date
) -> dict[str, StateCounts]:
    """Count as `state_counts` does, with the disputes at hand: two queries."""
    total = Enrolment.objects.filter(rollout=rollout).count()
    per_attribute = _said(rollout, attributes).values("attribute")
    spoken = {
        pk: (anything, usable)
        for pk, anything, usable in per_attribute.annotate(
            anything=Count("site", distinct=True),
            usable=Count("site", distinct=True, filter=every_fresh_q(attributes, today)),
        ).values_list("attribute", "anything", "usable")
    }
    odds = Counter(attribute for attribute, _ in at_odds)
    return {one.key: _counted(total, *spoken.get(one.pk, (0, 0)), odds[one.pk]) for one in attributes}


def _said(rollout: Rollout, attributes: Sequence[Attribute]) -> QuerySet[AttributeValue]:
    sites = Enrolment.objects.filter(rollout=rollout).values("site")
    said: QuerySet[AttributeValue] = AttributeValue.objects.filter(attribute__in=attributes, site__in=sites)
    return said.order_by()


def every_fresh_q(attributes: Sequence[Attribute], today: date) -> Q:
    """Build the condition "within its shelf life" over values of any of these attributes."""
    fresh = Q(pk__in=())
    for days in {one.shelf_life_days for one in attributes}:
        same = [one for one in attributes if one.shelf_life_days == days]
        fresh |= Q(attribute__in=same) & fresh_q(same[0], today)
    return fresh


def _counted(total: int, anything: int, usable: int, at_odds: int) -> StateCounts:
    return StateCounts(usable - at_odds, anything - usable, at_odds, total - anything)
