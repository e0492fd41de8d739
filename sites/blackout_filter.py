"""The filter of the list of blackouts; its state is the address."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from sites.choices import GroupKind
from sites.models import Blackout

COMING, PAST, ALL = "", "past", "all"
WHERE = (
    ("all", "All sites"),
    (GroupKind.REGION.value, "A region"),
    (GroupKind.FORMAT.value, "A format"),
    ("site", "One site"),
)


class BlackoutFilter(django_filters.FilterSet):
    """Words, where, from and to. The days `from` to `to` show what touches them, past or not."""

    q = django_filters.CharFilter(method="search", label="Search")
    where = django_filters.ChoiceFilter(method="placed", label="Where", empty_label="Anywhere", choices=WHERE)
    first = django_filters.DateFilter(field_name="ends_on", lookup_expr="gte", label="From")
    last = django_filters.DateFilter(field_name="starts_on", lookup_expr="lte", label="To")

    class Meta:
        model = Blackout
        fields = ("q", "where", "first", "last")

    def __init__(self, data: Any, queryset: QuerySet[Blackout], *, when: str, today: date) -> None:
        if when == COMING:
            queryset = queryset.filter(ends_on__gte=today)
        elif when == PAST:
            queryset = queryset.filter(ends_on__lt=today).order_by("-starts_on", "-pk")
        super().__init__(data, queryset)
        self.form.fields["where"].widget.attrs["class"] = "form-select"

    def search(self, rows: QuerySet[Blackout], name: str, value: str) -> QuerySet[Blackout]:
        """Look in the reason and in what it is set for; every word occurs."""
        for word in value.split()[:6]:
            found = Q()
            for column in ("reason", "group__path", "site__key", "site__name"):
                found |= Q(**{f"{column}__icontains": word})
            rows = rows.filter(found)
        return rows

    def placed(self, rows: QuerySet[Blackout], name: str, value: str) -> QuerySet[Blackout]:
        """For all sites, a region, a format or one site."""
        if value == "all":
            return rows.filter(group__isnull=True, site__isnull=True)
        return rows.filter(site__isnull=False) if value == "site" else rows.filter(group__kind=value)

    @property
    def active(self) -> bool:
        """Whether anything narrows the list."""
        return any(self.data.get(name) for name in self.filters)
