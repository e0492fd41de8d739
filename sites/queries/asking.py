"""Before a site is asked: which facts it lacks, whom to ask, and what the open questions are already.

Everything is read set-based: five queries for any number of sites. The preview shows `Plan`, asking does the same `Plan`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from rollout.models import Rollout
from sites.asking.words import language_of
from sites.choices import InquiryKind
from sites.models import Attribute, AttributeValue, Contact, Enrolment, Inquiry, Question
from sites.queries.completeness import fresh_q


@dataclass(frozen=True, slots=True)
class Person:
    """Who is asked. `contact_id` is None for a surveyor, who is nobody of the site's."""

    name: str
    email: str = ""
    phone: str = ""
    role: str = ""
    contact_id: int | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """Questions that are open already: the inquiry's id, who has its link, and which attributes it asks for."""

    pk: int
    contact_id: int | None
    asked: frozenset[int]
    again: frozenset[int]
    expires_at: datetime

    def news_of(self, lacking: tuple[int, ...]) -> tuple[int, ...]:
        """Of lacking facts, those not asked yet or answered before they were lacking again."""
        return tuple(one for one in lacking if one not in self.asked or one in self.again)


@dataclass(frozen=True, slots=True)
class Line:
    """One site of a plan.

    Attributes
    ----------
    person
        None when there is nobody to ask.
    lacking
        Attributes this site is to be asked for, as ids in the order of the plan.
    new
        Those that are not asked already.
    """

    site_id: int
    key: str
    name: str
    language: str
    person: Person | None
    lacking: tuple[int, ...]
    new: tuple[int, ...]
    open: Open | None

    @property
    def label(self) -> str:
        """The site as people call it."""
        return f"{self.key} · {self.name}"


@dataclass(frozen=True)
class Plan:
    """What asking would do, site by site."""

    lines: tuple[Line, ...]
    now: datetime

    def _asked(self) -> Iterator[Line]:
        return (line for line in self.lines if line.person is not None and self.is_news(line))

    def is_news(self, line: Line) -> bool:
        """Say whether this site gets a link or a longer list: something new to ask, or open questions that ran out."""
        ran_out = line.open is not None and line.open.expires_at <= self.now
        return bool(line.new) or (ran_out and bool(line.lacking))

    @cached_property
    def by_email(self) -> int:
        """Sites where somebody has an e-mail address."""
        return sum(1 for line in self._asked() if line.person and line.person.email)

    @cached_property
    def by_hand(self) -> int:
        """Sites where the link has to be passed on: a phone number at most."""
        return sum(1 for line in self._asked() if line.person and not line.person.email)

    @cached_property
    def nobody(self) -> list[Line]:
        """Sites that lack facts and have nobody to ask."""
        return [line for line in self.lines if line.person is None and line.lacking]

    @cached_property
    def complete(self) -> int:
        """Sites that lack none of the chosen facts."""
        return sum(1 for line in self.lines if not line.lacking)

    @cached_property
    def already(self) -> int:
        """Sites that have all of these questions before them."""
        return sum(1 for line in self.lines if line.lacking and line.person and not self.is_news(line))

    @cached_property
    def questions(self) -> int:
        """New questions in all."""
        return sum(len(line.new) for line in self._asked())

    @cached_property
    def languages(self) -> list[tuple[str, int]]:
        """Languages with how many sites are written to in them, the commonest first."""
        return Counter(line.language for line in self._asked()).most_common()

    @property
    def asked(self) -> list[Line]:
        """Sites that would be asked something."""
        return list(self._asked())


def plan_asking(
    *,
    rollout: Rollout,
    enrolment_ids: Sequence[int],
    attributes: Sequence[Attribute],
    kind: str,
    now: datetime,
    language: str = "",
    person: Person | None = None,
) -> Plan:
    """Work out whom to ask what.

    Parameters
    ----------
    kind
        An `InquiryKind`. A contact is asked for what is unknown or stale at the site, a surveyor for everything chosen.
    language
        Of all links; "" takes that of each site's country.
    person
        The surveyor; for contacts whoever at the site is first in order with an e-mail address, else with a phone number.
    """
    sites = _sites(rollout, enrolment_ids)
    ids = list(sites)
    is_survey = kind == InquiryKind.SURVEY
    fresh = {} if is_survey else _fresh(ids, attributes, now.date())
    opened = _open(rollout, ids, kind, person)
    people = {} if is_survey else _people(ids, opened)
    order = [attribute.pk for attribute in attributes]
    lines = []
    for pk, (key, name, country) in sites.items():
        known = fresh.get(pk, frozenset())
        lacking = tuple(one for one in order if one not in known)
        asks = person if is_survey else people.get(pk)
        found = opened.get((pk, asks.contact_id if asks else None))
        new = lacking if found is None else found.news_of(lacking)
        lines.append(
            Line(pk, key, name, language or language_of(country), asks, lacking, new if asks else (), found)
        )
    return Plan(tuple(lines), now)


def _sites(rollout: Rollout, enrolment_ids: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    rows = Enrolment.objects.filter(rollout=rollout, pk__in=list(enrolment_ids)).order_by("site__sort_key")
    columns = rows.values_list("site_id", "site__key", "site__name", "site__country")
    return {pk: (key, name, country) for pk, key, name, country in columns}


def _fresh(ids: Sequence[int], attributes: Sequence[Attribute], today: date) -> dict[int, frozenset[int]]:
    """Which of the attributes have a value within its shelf life, by site: those are known or disputed, not lacking."""
    if not attributes:
        return {}
    rows = _within_shelf_life(ids, attributes, today).values("site_id")
    found = rows.annotate(known=ArrayAgg("attribute_id")).values_list("site_id", "known")
    return {site_id: frozenset(known) for site_id, known in found.iterator(5000)}


def _within_shelf_life(
    ids: Sequence[int], attributes: Sequence[Attribute], today: date
) -> QuerySet[AttributeValue]:
    within = Q(pk__in=())
    for attribute in attributes:
        within |= Q(attribute=attribute) & fresh_q(attribute, today)
    rows: QuerySet[AttributeValue] = AttributeValue.objects.filter(within, site__in=ids)
    return rows.order_by()


def _open(
    rollout: Rollout, ids: Sequence[int], kind: str, person: Person | None
) -> dict[tuple[int, int | None], Open]:
    rows = Inquiry.objects.filter(rollout=rollout, site__in=ids, kind=kind, closed_at__isnull=True)
    if person is not None:
        rows = rows.filter(name__iexact=person.name, email__iexact=person.email)
    found = list(rows.order_by("pk").values_list("pk", "site_id", "contact_id", "expires_at"))
    asked, again = _asked([pk for pk, *_ in found])
    return {
        (site_id, contact_id): Open(
            pk, contact_id, frozenset(asked.get(pk, ())), frozenset(again.get(pk, ())), expires_at
        )
        for pk, site_id, contact_id, expires_at in found
        if person is not None or contact_id is not None
    }


def _asked(ids: Sequence[int]) -> tuple[Mapping[int, set[int]], Mapping[int, set[int]]]:
    """What inquiries ask for, and of that what was answered with a value, which is asked again once the fact is lacking."""
    asked: dict[int, set[int]] = defaultdict(set)
    again: dict[int, set[int]] = defaultdict(set)
    columns = ("inquiry_id", "attribute_id", "answered_at", "unknown")
    rows = Question.objects.filter(inquiry__in=ids).order_by()
    for inquiry_id, attribute_id, answered_at, unknown in rows.values_list(*columns):
        asked[inquiry_id].add(attribute_id)
        if answered_at is not None and not unknown:
            again[inquiry_id].add(attribute_id)
    return asked, again


def _people(ids: Sequence[int], opened: Mapping[tuple[int, int | None], Open]) -> dict[int, Person]:
    """Whom to ask at each site: whoever was asked already, else the first with an e-mail address, else with a phone."""
    asked = [contact_id for _, contact_id in opened if contact_id is not None]
    rank = Case(
        When(pk__in=asked, then=Value(0)),
        When(~Q(email=""), then=Value(1)),
        When(~Q(phone=""), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    rows = Contact.objects.filter(site__in=ids).exclude(email="", phone="").annotate(rank=rank)
    first = rows.order_by("site_id", "rank", "order", "pk").distinct("site_id")
    columns = first.values_list("site_id", "name", "email", "phone", "role", "pk")
    return {site_id: Person(*who) for site_id, *who in columns}


@dataclass(frozen=True)
class FactToAsk:
    """An attribute with at how many of the chosen sites it is lacking, and why the plan needs it."""

    attribute: Attribute
    lacking: int
    needed_for: str


def facts_to_ask(
    *,
    enrolment_ids: Sequence[int],
    rollout: Rollout,
    attributes: Sequence[Attribute],
    needed: Mapping[str, str],
    today: date,
) -> list[FactToAsk]:
    """Return every attribute of the client with its numbers at the chosen sites, needed ones first; two queries."""
    ids = list(_sites(rollout, enrolment_ids))
    rows = _within_shelf_life(ids, attributes, today).values("attribute_id")
    known = dict(rows.annotate(n=Count("site_id", distinct=True)).values_list("attribute_id", "n"))
    lines = [FactToAsk(one, len(ids) - known.get(one.pk, 0), needed.get(one.key, "")) for one in attributes]
    return sorted(lines, key=lambda line: (not line.needed_for, line.attribute.label.casefold()))
