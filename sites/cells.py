"""What can be changed of many sites at once, column by column: how a column is read, shown and understood.

A cell holds *raw* JSON (an id, a number, a text, a list), so that the audit trail can keep it and undo can put it back.
Nothing here writes; `sites.actions.bulk` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from rollout.models import Rollout, Wave
from sites.choices import AttributeKind, FactSource, GroupKind
from sites.facts import FactValue, read_value, show_value
from sites.imports.postal import read_postal_code
from sites.imports.site_target import SITE_TARGET
from sites.imports.values import quoted, read
from sites.models import AccessWindow, Attribute, AttributeValue, Enrolment, Site, SiteGroup
from sites.weekdays import hours_in_words

Raw = Any
"""A cell as JSON keeps it."""

FACT = "fact:"
SAID = "said:"
"""Before an attribute's key: what the project manager says of it, and everything that was said of it."""


class Place(NamedTuple):
    """One site and its place in the rollout, as far as changing a cell needs it."""

    enrolment: int
    site: int
    key: str
    name: str
    country: str


@dataclass(frozen=True)
class Column:
    """One thing that can be changed. `choices` are what a cell can hold, ``(raw, words)``; empty when anything fits."""

    key: str
    label: str
    choices: tuple[tuple[Raw, str], ...] = ()

    def now(self, site_ids: Sequence[int], rollout: Rollout) -> dict[int, Raw]:
        """Return what the cells of these sites hold, by site; one query."""
        raise NotImplementedError

    def words(self, raw: Raw) -> str:
        """Return a cell as people read it; "" when it holds nothing."""
        return "" if raw is None else str(raw)

    def read(self, text: str, place: Place) -> Raw:
        """Understand what was typed; raises ValueError with a sentence that says what would fit."""
        raise ValueError(f"{self.label} cannot be typed here.")


@dataclass(frozen=True)
class ChoiceColumn(Column):
    """One of a list, or nothing: told by its words, by the end of its path, or by its number."""

    what: str = "choice"
    may_be_empty: bool = True
    by_short: Mapping[str, Raw] = field(default_factory=dict)

    def words(self, raw: Raw) -> str:
        """The words of a choice; a choice that is gone says so."""
        return "" if raw is None else self._words.get(raw, "(removed)")

    @cached_property
    def _words(self) -> dict[Raw, str]:
        return dict(self.choices)

    def read(self, text: str, place: Place) -> Raw:
        """Find the choice."""
        wanted = " ".join(text.casefold().split())
        if wanted in ("", "none", "–", "-", f"no {self.what}") and self.may_be_empty:
            return None
        for raw, words in self.choices:
            if words.casefold() == wanted:
                return raw
        if wanted in self.by_short:
            return self.by_short[wanted]
        known = ", ".join(words for _, words in self.choices[:9]) or "there is none yet"
        more = " and others" if len(self.choices) > 9 else ""
        raise ValueError(f"{quoted(text)} is no {self.what} here. Known: {known}{more}.")


@dataclass(frozen=True)
class EnrolmentColumn(ChoiceColumn):
    """A column of the site's place in the rollout."""

    column: str = ""

    def now(self, site_ids: Sequence[int], rollout: Rollout) -> dict[int, Raw]:
        """By site."""
        rows = Enrolment.objects.filter(rollout=rollout, site__in=site_ids).order_by()
        return dict(rows.values_list("site_id", self.column))


@dataclass(frozen=True)
class GroupColumn(ChoiceColumn):
    """The region or the format of a site."""

    column: str = ""

    def now(self, site_ids: Sequence[int], rollout: Rollout) -> dict[int, Raw]:
        """By site."""
        return _of_sites(site_ids, self.column)


@dataclass(frozen=True)
class SiteColumn(Column):
    """A text of the site's own, understood as imports understand it."""

    def now(self, site_ids: Sequence[int], rollout: Rollout) -> dict[int, Raw]:
        """By site."""
        return _of_sites(site_ids, self.key)

    def read(self, text: str, place: Place) -> Raw:
        """Read it by the kind of the field; what imports keep as typed stays as typed."""
        text = text.strip()
        own: Any = Site._meta.get_field(self.key)
        most = own.max_length
        if not text:
            if self.key == "name":
                raise ValueError("A site needs a name.")
            return ""
        if self.key == "postal_code":
            reading = read_postal_code(text, place.country or None)
        else:
            reading = read(SITE_TARGET.field(self.key), text)
        if reading.value is None and reading.remark is not None:
            raise ValueError(reading.remark.sentence)
        value = str(reading.value)
        if "\x00" in value or (most is not None and len(value) > most):
            raise ValueError(f"{self.label} takes {most} letters at most, and no control characters.")
        return value


@dataclass(frozen=True)
class HoursColumn(Column):
    """When one may come in a week: every window, ``[weekday, "21:00", "05:00"]``."""

    def now(self, site_ids: Sequence[int], rollout: Rollout) -> dict[int, Raw]:
        """By site; no windows are an empty list."""
        found: dict[int, list[list[Any]]] = {pk: [] for pk in site_ids}
        rows = AccessWindow.objects.filter(site__in=site_ids).order_by("site", "weekday", "opens")
        for site_id, day, opens, closes in rows.values_list("site_id", "weekday", "opens", "closes"):
            found[site_id].append([day, f"{opens:%H:%M}", f"{closes:%H:%M}"])
        return found

    def words(self, raw: Raw) -> str:
        """The week in a line."""
        return hours_in_words((day, opens, closes) for day, opens, closes in raw or ())


@dataclass(frozen=True)
class FactColumn(Column):
    """What the project manager says of one attribute: ``[value, "2026-11-20"]``, or nothing."""

    attribute: Attribute = None  # type: ignore[assignment]
    today: date = date.min

    def now(self, site_ids: Sequence[int], rollout: Rollout) -> dict[int, Raw]:
        """By site."""
        said = AttributeValue.objects.filter(
            attribute=self.attribute, source=FactSource.PM, site__in=site_ids
        ).order_by()
        found: dict[int, Raw] = dict.fromkeys(site_ids)
        for site_id, value, on in said.values_list("site_id", "value", "observed_on"):
            found[site_id] = [value, on.isoformat()]
        return found

    def words(self, raw: Raw) -> str:
        """The value with its unit."""
        return show_value(raw[0], self.attribute.unit) if raw else ""

    def read(self, text: str, place: Place) -> Raw:
        """Read a value as imports do, seen today."""
        value: FactValue = read_value(self.attribute, text)
        if value is None:
            raise ValueError(
                f"An empty cell does not make {self.label} unknown. Use “Forget a fact” for that."
            )
        return [value, self.today.isoformat()]


@dataclass(frozen=True)
class SayingsColumn(Column):
    """Everything that was said of one attribute; nothing makes the fact unknown.

    Each saying is ``[source, value, observed on, said by (id), said by (name), note, recorded at]``.
    """

    attribute: Attribute = None  # type: ignore[assignment]

    def now(self, site_ids: Sequence[int], rollout: Rollout) -> dict[int, Raw]:
        """By site; nothing said is an empty list."""
        found: dict[int, list[list[Any]]] = {pk: [] for pk in site_ids}
        said = AttributeValue.objects.filter(attribute=self.attribute, site__in=site_ids).order_by("source")
        for one in said:
            days = one.observed_on.isoformat(), one.recorded_at.isoformat()
            found[one.site_id].append(
                [one.source, one.value, days[0], one.said_by_id, one.said_by_name, one.note, days[1]]
            )
        return found

    def words(self, raw: Raw) -> str:
        """Each value with where it comes from."""
        unit = self.attribute.unit
        return ", ".join(f"{show_value(one[1], unit)} ({FactSource(one[0]).label})" for one in raw or ())


@dataclass(frozen=True)
class MembershipColumn(Column):
    """Whether a site is in the rollout: ``[enrolment, wave, priority, "2026-11-20T…"]``, or nothing."""

    def now(self, site_ids: Sequence[int], rollout: Rollout) -> dict[int, Raw]:
        """By site."""
        rows = Enrolment.objects.filter(rollout=rollout, site__in=site_ids).order_by()
        found: dict[int, Raw] = dict.fromkeys(site_ids)
        for site_id, pk, wave, priority, at in rows.values_list(
            "site_id", "pk", "wave_id", "priority", "enrolled_at"
        ):
            found[site_id] = [pk, wave, priority, at.isoformat()]
        return found

    def words(self, raw: Raw) -> str:
        """In or out."""
        return "In this rollout" if raw else "Not in this rollout"


def _of_sites(site_ids: Sequence[int], column: str) -> dict[int, Raw]:
    own: Any = Site._meta.get_field(column)
    return dict(Site.objects.filter(pk__in=site_ids).order_by().values_list("pk", own.attname))


SITE_TEXTS = (
    "name",
    "street",
    "city",
    "region",
    "postal_code",
    "country",
    "time_zone",
    "phone",
    "opening_hours",
)
GROUPS = {
    "territory": (GroupKind.REGION.value, "Region", "region"),
    "format": (GroupKind.FORMAT.value, "Format", "format"),
}


def columns_of(rollout: Rollout, *, today: date) -> dict[str, Column]:
    """Return everything that can be changed of the rollout's sites, by key, in the order to offer it; three queries.

    `today` is the day on which facts that are typed were seen.
    """
    found: list[Column] = [_wave_column(rollout), _priority_column()]
    groups = list(SiteGroup.objects.filter(client=rollout.client_id))
    found += [_group_column(key, groups) for key in GROUPS]
    found += [SiteColumn(key, _site_label(key)) for key in SITE_TEXTS]
    found += [HoursColumn("windows", "Access hours"), MembershipColumn("rollout", "Rollout")]
    for attribute in Attribute.objects.filter(client=rollout.client_id).order_by("label", "pk"):
        found.append(fact_column(attribute, today=today))
        found.append(SayingsColumn(f"{SAID}{attribute.key}", str(attribute), attribute=attribute))
    return {column.key: column for column in found}


def _site_label(key: str) -> str:
    return SITE_TARGET.field(key).label


def fact_column(attribute: Attribute, *, today: date) -> FactColumn:
    """Return the column of one attribute."""
    choices: tuple[tuple[Raw, str], ...] = ()
    if attribute.kind == AttributeKind.CHOICE:
        choices = tuple((str(one), str(one)) for one in attribute.choices)
    elif attribute.kind == AttributeKind.YES_NO:
        choices = ((True, "Yes"), (False, "No"))
    return FactColumn(f"{FACT}{attribute.key}", str(attribute), choices, attribute=attribute, today=today)


def _wave_column(rollout: Rollout) -> EnrolmentColumn:
    waves = list(Wave.objects.filter(rollout=rollout).order_by("number"))
    short: dict[str, Raw] = {wave.name.casefold(): wave.pk for wave in waves}
    short |= {form: wave.pk for wave in waves for form in (str(wave.number), f"wave {wave.number}")}
    choices = tuple((wave.pk, str(wave)) for wave in waves)
    return EnrolmentColumn("wave", "Wave", choices, what="wave", by_short=short, column="wave_id")


def _priority_column() -> EnrolmentColumn:
    choices = tuple((n, str(n)) for n in range(1, 10))
    return EnrolmentColumn(
        "priority", "Priority", choices, what="priority", may_be_empty=False, column="priority"
    )


def _group_column(key: str, groups: Sequence[SiteGroup]) -> GroupColumn:
    kind, label, what = GROUPS[key]
    own = sorted((group for group in groups if group.kind == kind), key=lambda group: group.path.casefold())
    names = [group.name.casefold() for group in own]
    short = {group.name.casefold(): group.pk for group in own if names.count(group.name.casefold()) == 1}
    choices = tuple((group.pk, group.path) for group in own)
    return GroupColumn(key, label, choices, what=what, by_short=short, column=key)
