"""Filters of the lists of this app; their state is the address."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from rollout.models import Rollout
from sites import fact_filters, queries
from sites.choices import GroupKind, PlacePrecision, RowChange, RowVerdict
from sites.models import AccessWindow, Attribute, Contact, Enrolment, ImportRow

NO_WAVE = "none"
GAPS = {
    "facts": "Facts unknown",
    "contact": "No contact",
    "hours": "No access hours",
    "place": "No exact place",
    "coordinates": "No place at all",
    "zone": "No time zone",
}
ASKED = {"waiting": "Waiting for answers", "answered": "Answered", "never": "Never asked"}
_MOST = 40  # values of one filter; nobody picks more by hand


NOTHING = Q(pk__in=())
"""What does not exist any more matches nothing, so that a bulk change never takes all sites by mistake."""


@dataclass(frozen=True)
class Choice:
    """One thing to choose in a filter; `group` is the heading it stands under."""

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True)
class Chip:
    """A filter that is set: what it says, and the query string without it."""

    name: str
    value: str
    text: str
    without: str


@dataclass
class Narrowing:
    """One filter of the list: what can be chosen, what is, and the condition of each value.

    Values that were chosen are shown as chips and can be taken away one by one; choosing another adds it where `several`.
    """

    name: str
    label: str
    every: str
    condition: Callable[[str], Q]
    load: Callable[[], Sequence[Choice]]
    chosen: Sequence[str] = ()
    several: bool = True
    all_of: bool = False
    closed: bool = False

    @cached_property
    def choices(self) -> Sequence[Choice]:
        """Everything that can be chosen."""
        return self.load()

    @property
    def open_choices(self) -> list[Choice]:
        """What is not chosen yet."""
        return [one for one in self.choices if one.value not in self.chosen]

    def means_something(self, value: str) -> bool:
        """Whether there is such a value."""
        if any(one.value == value for one in self.choices):
            return True
        return not self.closed and self.condition(value) is not NOTHING

    @property
    def q(self) -> Q:
        """The condition of all chosen values: any of them, or all where they are about different things."""
        found = Q()
        for value in self.chosen:
            found = found & self.condition(value) if self.all_of else found | self.condition(value)
        return found

    def text(self, value: str) -> str:
        """Say what a chosen value means; what can no longer be chosen is said as it stands in the address."""
        label = next((one.label for one in self.choices if one.value == value), "")
        return label or f"{self.label}: {value}"


class SiteFilter:
    """The sites of a rollout as an address filters them.

    Parameters
    ----------
    data
        The query string: ``q`` and the names of `_narrowings`, each as often as wanted.
    rows
        Enrolments of the rollout.
    now
        Decides which facts are stale and which questions are still open.

    Notes
    -----
    Choices are read when they are first looked at: a page shows them, a file or a bulk change never asks.
    Different filters must all hold. Of waves, states and priorities any chosen one will do; of gaps and facts all must hold.
    """

    LABELS: ClassVar[dict[str, str]] = {
        "q": "Words",
        "wave": "Wave",
        "region": "State",
        "territory": "Region",
        "missing": "Missing",
        "priority": "Priority",
        "site_format": "Format",
        "fact": "Fact",
        "questions": "Questions",
        "import": "Import",
    }
    """The parameters, name to label."""

    def __init__(
        self, data: QueryDict, rows: QuerySet[Enrolment], *, rollout: Rollout, now: datetime
    ) -> None:
        self.data, self.rows, self.rollout, self.now = data, rows, rollout, now
        self.words = data.get("q", "").replace("\x00", "").strip()[:200]
        self.common = [self._wave(), self._state(), self._group(GroupKind.REGION.value), self._missing()]
        self.more = [self._priority(), self._group(GroupKind.FORMAT.value), self._fact(), self._questions()]
        self.more.append(self._import())
        for one in (*self.common, *self.more):
            values = [value for value in dict.fromkeys(data.getlist(one.name)) if value][:_MOST]
            one.chosen = values if one.several else values[-1:]

    @cached_property
    def qs(self) -> QuerySet[Enrolment]:
        """The sites that match."""
        rows = self.rows
        if self.words:
            rows = rows.filter(queries.matching(self.words, site="site__"))
        for one in (*self.common, *self.more):
            if one.chosen:
                rows = rows.filter(one.q)
        return rows

    @property
    def active(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.words) or any(one.chosen for one in (*self.common, *self.more))

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters that are set, in words; the words searched for stand in their own field."""
        return [
            Chip(one.name, value, one.text(value), self._without(one.name, value))
            for one in (*self.common, *self.more)
            for value in one.chosen
        ]

    def _without(self, name: str, value: str) -> str:
        query = self.data.copy()
        query.setlist(name, [other for other in query.getlist(name) if other != value])
        query.pop("page", None)
        return query.urlencode()

    @property
    def problems(self) -> dict[str, str]:
        """Filters with values that mean nothing: name to a sentence. No site matches those."""
        return {
            one.name: f"{one.label} has no “{value[:60]}”."
            for one in (*self.common, *self.more)
            for value in one.chosen
            if not one.means_something(value)
        }

    @cached_property
    def attribute_list(self) -> list[Attribute]:
        """The client's attributes, by name."""
        return list(queries.attributes_of(self.rollout.client_id))

    @property
    def attributes(self) -> int:
        """How many attributes the client has."""
        return len(self.attribute_list)

    @cached_property
    def _trees(self) -> dict[str, list[Any]]:
        return queries.trees_of(self.rollout.client_id)

    def _wave(self) -> Narrowing:
        def load() -> list[Choice]:
            waves = [Choice(str(wave.pk), str(wave)) for wave in queries.waves_of(self.rollout)]
            return [*waves, Choice(NO_WAVE, "No wave yet")]

        def within(value: str) -> Q:
            return Q(wave__isnull=True) if value == NO_WAVE else _whole("wave", value)

        return Narrowing("wave", "Wave", "Any wave", within, load, closed=True)

    def _state(self) -> Narrowing:
        def load() -> list[Choice]:
            return [Choice(name, name) for name in queries.states_of(self.rollout)]

        def within(value: str) -> Q:
            return Q(site__client=self.rollout.client_id, site__region=value)

        return Narrowing("region", "State", "Any state", within, load)

    def _group(self, kind: str) -> Narrowing:
        name, label, every = {
            GroupKind.REGION.value: ("territory", "Region", "Any region"),
            GroupKind.FORMAT.value: ("site_format", "Format", "Any format"),
        }[kind]

        def load() -> list[Choice]:
            return [Choice(str(group.pk), group.path) for group in self._trees[kind]]

        def within(value: str) -> Q:
            group = next((one for one in self._trees[kind] if str(one.pk) == value), None)
            return queries.within(group, site="site__") if group else NOTHING

        return Narrowing(name, label, every, within, load, several=False)

    def _missing(self) -> Narrowing:
        def within(value: str) -> Q:
            return self._gap(value) if value in GAPS else NOTHING

        def load() -> list[Choice]:
            return [Choice(key, label) for key, label in GAPS.items()]

        return Narrowing("missing", "Missing", "Complete or not", within, load, all_of=True)

    def _gap(self, value: str) -> Q:
        match value:
            case "facts":
                complete = queries.complete_sites(self.rollout, self.attributes)
                return ~Q(site__in=complete) if self.attributes else NOTHING
            case "contact":
                return ~Q(Exists(Contact.objects.filter(site=OuterRef("site"))))
            case "hours":
                return ~Q(Exists(AccessWindow.objects.filter(site=OuterRef("site"))))
            case "place":
                return Q(site__latitude__isnull=True) | Q(site__precision=PlacePrecision.POSTAL_CODE)
            case "coordinates":
                return Q(site__latitude__isnull=True)
        return Q(site__time_zone="")

    def _priority(self) -> Narrowing:
        def load() -> list[Choice]:
            return [Choice(str(n), f"Priority {n}") for n in range(1, 10)]

        return Narrowing(
            "priority", "Priority", "Any priority", lambda value: _whole("priority", value), load, closed=True
        )

    def _fact(self) -> Narrowing:
        def load() -> list[Choice]:
            return [Choice(*one) for one in fact_filters.choices(self.attribute_list)]

        def within(value: str) -> Q:
            found = fact_filters.condition(value, self.attribute_list, today=self.now.date())
            return NOTHING if found is None else found

        return Narrowing("fact", "Fact", "Any facts", within, load, all_of=True)

    def _questions(self) -> Narrowing:
        def load() -> list[Choice]:
            return [Choice(key, label) for key, label in ASKED.items()]

        def within(value: str) -> Q:
            return queries.asked_q(self.rollout, value, now=self.now) if value in ASKED else NOTHING

        return Narrowing("questions", "Questions", "Asked or not", within, load, several=False)

    def _import(self) -> Narrowing:
        def load() -> list[Choice]:
            found = queries.applied_imports(self.rollout)
            return [Choice(str(one.key), f"From {one.file.name}", f"{one.applied_at:%Y}") for one in found]

        def within(value: str) -> Q:
            try:
                key = uuid.UUID(value)
            except ValueError:
                return NOTHING
            rows = ImportRow.objects.filter(
                site_import__key=key, site_import__rollout=self.rollout, subject_id__isnull=False
            )
            return Q(site__in=rows.values("subject_id"))

        return Narrowing("import", "Import", "Any import", within, load, several=False)


def _whole(column: str, value: str) -> Q:
    """Build "the column is this whole number"; anything else matches nothing."""
    fits = value.isascii() and value.isdigit() and len(value) < 10
    return Q(**{column: int(value)}) if fits else NOTHING


class RowFilter(django_filters.FilterSet):
    """Filters of the records of an import."""

    verdict = django_filters.ChoiceFilter(choices=RowVerdict.choices, empty_label="Any verdict")
    change = django_filters.ChoiceFilter(choices=RowChange.choices, empty_label="Any change")
    problem = django_filters.CharFilter(method="with_problem", label="Remark")
    q = django_filters.CharFilter(method="search", label="Search")

    class Meta:
        model = ImportRow
        fields = ("verdict", "change", "problem", "q")

    def __init__(self, data: Any, queryset: QuerySet[ImportRow]) -> None:
        super().__init__(data, queryset)
        for name in ("verdict", "change"):
            self.form.fields[name].widget.attrs["class"] = "form-select"

    def with_problem(self, rows: QuerySet[ImportRow], name: str, value: str) -> QuerySet[ImportRow]:
        """Records with this remark, written ``field:code``."""
        field, _, code = value.partition(":")
        return rows.filter(problems__contains=[{"field": field, "code": code}])

    def search(self, rows: QuerySet[ImportRow], name: str, value: str) -> QuerySet[ImportRow]:
        """A line number, or a text in any cell."""
        if value.isdecimal() and len(value) < 9:
            return rows.filter(Q(line=int(value)) | Q(cells__icontains=value))
        return rows.filter(cells__icontains=value)
