"""Filters of the lists of this app; their state is the address."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet

from rollout.models import Rollout
from sites import queries
from sites.choices import RowChange, RowVerdict
from sites.models import Enrolment, ImportRow

NO_WAVE = "none"
GAPS = (
    ("facts", "Facts unknown"),
    ("contact", "No contact"),
    ("window", "No access hours"),
    ("place", "No coordinates"),
    ("zone", "No time zone"),
)
SORTS = {
    "key": "site__sort_key",
    "name": "site__name",
    "city": "site__city",
    "region": "site__region",
    "wave": "wave__number",
    "priority": "priority",
    "known": "known",
}


class SiteFilter(django_filters.FilterSet):
    """Filters of the sites of a rollout. `attributes` is how many attributes the client has."""

    q = django_filters.CharFilter(method="search", label="Search")
    wave = django_filters.ChoiceFilter(method="in_wave", label="Wave", empty_label="Any wave")
    region = django_filters.ChoiceFilter(
        field_name="site__region", label="State or region", empty_label="Anywhere"
    )
    priority = django_filters.ChoiceFilter(
        label="Priority", empty_label="Any priority", choices=[(n, str(n)) for n in range(1, 10)]
    )
    missing = django_filters.ChoiceFilter(
        method="lacking", label="Missing", empty_label="Complete or not", choices=GAPS
    )

    class Meta:
        model = Enrolment
        fields = ("q", "wave", "region", "priority", "missing")

    def __init__(
        self, data: Any, queryset: QuerySet[Enrolment], *, rollout: Rollout, attributes: int
    ) -> None:
        super().__init__(data, queryset)
        self.attributes = attributes
        waves = [(str(wave.pk), str(wave)) for wave in queries.waves_of(rollout)]
        self.form.fields["wave"].choices = [("", "Any wave"), (NO_WAVE, "No wave yet"), *waves]
        regions = [(name, name) for name in queries.states_of(rollout)]
        self.form.fields["region"].choices = [("", "Anywhere"), *regions]
        for field in self.form.fields.values():
            field.widget.attrs["class"] = "form-select"

    def search(self, rows: QuerySet[Enrolment], name: str, value: str) -> QuerySet[Enrolment]:
        """Every word occurs in number, name, street, city or postal code."""
        return rows.filter(queries.matching(value, site="site__"))

    def in_wave(self, rows: QuerySet[Enrolment], name: str, value: str) -> QuerySet[Enrolment]:
        """One wave, or none yet."""
        return rows.filter(wave__isnull=True) if value == NO_WAVE else rows.filter(wave=int(value))

    def lacking(self, rows: QuerySet[Enrolment], name: str, value: str) -> QuerySet[Enrolment]:
        """What a packet or a schedule would miss."""
        if value == "facts":
            return rows.filter(known__lt=self.attributes)  # type: ignore[misc]
        return rows.filter(
            {
                "contact": Q(has_contact=False),
                "window": Q(has_window=False),
                "place": Q(site__latitude__isnull=True),
                "zone": Q(site__time_zone=""),
            }[value]
        )

    @property
    def active(self) -> bool:
        """Whether anything is filtered at all."""
        return any(value for value in self.form.cleaned_data.values()) if self.form.is_valid() else False


def sorted_rows(rows: QuerySet[Enrolment], sort: str) -> QuerySet[Enrolment]:
    """Sort by a key of `SORTS`, downwards with a hyphen in front; the site number, read as people read it, decides."""
    down = sort.startswith("-")
    column = SORTS.get(sort.removeprefix("-"), "site__sort_key")
    first = F(column).desc(nulls_last=True) if down else F(column).asc(nulls_last=True)
    return rows.order_by(first, "site__sort_key")


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
