"""Which facts are needed for what is planned, and which of them are missing: for a rollout and for one site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from rollout.models import Rollout
from sites import planning
from sites.choices import FactState
from sites.facts import GROUP_FACTS, OWN_FACTS, FactView
from sites.models import Attribute, AttributeValue, Enrolment
from sites.planning import Need
from sites.queries.attributes import attributes_of
from sites.queries.completeness import StateCounts, counts_with, disputes, every_fresh_q, own_state_q


@dataclass(frozen=True, slots=True)
class NeededFact:
    """A fact, what asks for it, and at how many sites it is in which state.

    `attribute` is None for what every site has; `needs` is empty where all of the client's facts are shown because no plan
    asks for any yet.
    """

    key: str
    label: str
    attribute: Attribute | None
    needs: tuple[Need, ...]
    counts: StateCounts


@dataclass(frozen=True, slots=True)
class Completeness:
    """What is known of a rollout's sites for what is planned.

    `planned` is False while no plan asks for facts; `facts` are then all of the client's. `ready` counts the sites where
    every one of them is known.
    """

    planned: bool
    facts: tuple[NeededFact, ...]
    sites: int
    ready: int

    @property
    def disputed(self) -> int:
        """Disputes to settle, over all facts."""
        return sum(fact.counts.disputed for fact in self.facts)

    @property
    def stale(self) -> int:
        """Facts to confirm, over all of them."""
        return sum(fact.counts.stale for fact in self.facts)

    @property
    def unknown(self) -> int:
        """Facts to find out, over all of them."""
        return sum(fact.counts.unknown for fact in self.facts)


def completeness_of(rollout: Rollout, *, today: date) -> Completeness:
    """Return how complete the needed facts are: a constant number of queries, whatever the sites, facts and plans."""
    by_key = _by_key(planning.needs(rollout))
    owned = {**OWN_FACTS, **GROUP_FACTS}
    attributes = {one.key: one for one in attributes_of(rollout.client_id)}
    keys = [key for key in by_key if key in attributes or key in owned] or list(attributes)
    wanted = [attributes[key] for key in keys if key in attributes]
    own = [key for key in keys if key not in attributes]
    at_odds = disputes(rollout, wanted, today=today) if wanted else set()
    counts = counts_with(rollout, wanted, at_odds, today=today) | _own_counts(rollout, own)
    facts = tuple(
        NeededFact(
            key,
            attributes[key].label if key in attributes else owned[key],
            attributes.get(key),
            by_key.get(key, ()),
            counts[key],
        )
        for key in keys
    )
    sites = Enrolment.objects.filter(rollout=rollout).count()
    complete = _with_all(rollout, wanted, own, today) if facts else set()
    return Completeness(bool(by_key), facts, sites, len(complete - {site for _, site in at_odds}))


def _by_key(needs: Sequence[Need]) -> dict[str, tuple[Need, ...]]:
    found: dict[str, list[Need]] = {}
    for need in needs:
        same = found.setdefault(need.attribute_key, [])
        if need not in same:
            same.append(need)
    return {key: tuple(same) for key, same in found.items()}


def _own_counts(rollout: Rollout, keys: Sequence[str]) -> dict[str, StateCounts]:
    if not keys:
        return {}
    counted = {
        f"empty{n}": Count("pk", filter=own_state_q(key, FactState.UNKNOWN)) for n, key in enumerate(keys)
    }
    found = Enrolment.objects.filter(rollout=rollout).aggregate(sites=Count("pk"), **counted)
    return {
        key: StateCounts(found["sites"] - found[f"empty{n}"], 0, 0, found[f"empty{n}"])
        for n, key in enumerate(keys)
    }


def _with_all(rollout: Rollout, attributes: Sequence[Attribute], own: Sequence[str], today: date) -> set[int]:
    """Return the sites where everything has a fresh saying; whether sayings agree is not asked here."""
    rows = Enrolment.objects.filter(rollout=rollout)
    for key in own:
        rows = rows.filter(own_state_q(key, FactState.KNOWN))
    if attributes:
        fresh = AttributeValue.objects.filter(every_fresh_q(attributes, today), attribute__in=attributes)
        spoken = fresh.order_by().values("site").annotate(n=Count("attribute", distinct=True))
        rows = rows.filter(site__in=spoken.filter(n=len(attributes)).values("site"))
    return set(rows.order_by().values_list("site_id", flat=True))


@dataclass(frozen=True, slots=True)
class Missing:
    """A needed fact that cannot decide anything at a site."""

    key: str
    label: str
    state: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class SiteCompleteness:
    """What is known of one site for what is planned."""

    needed: int
    missing: tuple[Missing, ...]

    @property
    def known(self) -> int:
        """How many of the needed facts can be relied on."""
        return self.needed - len(self.missing)


def site_completeness(facts: Mapping[str, FactView], needs: Sequence[Need]) -> SiteCompleteness:
    """Compare the settled facts of a site with what is needed; facts that no longer exist are left out."""
    by_key = {key: same for key, same in _by_key(needs).items() if key in facts}
    missing = tuple(
        Missing(key, facts[key].label, facts[key].state, same)
        for key, same in by_key.items()
        if facts[key].state != FactState.KNOWN
    )
    return SiteCompleteness(len(by_key), missing)
