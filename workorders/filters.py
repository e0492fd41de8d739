"""What lists of this app can be narrowed by; the address is the state."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.forms import Select

from rollout.models import Rollout, Wave
from workorders.choices import WorkOrderState
from workorders.models import WorkOrder


class WorkOrderSort(django_filters.OrderingFilter):  # type: ignore[misc]
    """Sort by a column; work orders of a rollout differ in their site number, which is read as people read it."""

    def filter(self, qs: QuerySet[WorkOrder], value: Any) -> QuerySet[WorkOrder]:
        """Sort."""
        if value not in (["number"], ["-number"]):
            return super().filter(qs, value)  # type: ignore[no-any-return]
        column = "enrolment__site__sort_key"
        return qs.order_by(f"-{column}" if value == ["-number"] else column)


class WorkOrderFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Text, state, wave, waiting for facts; sortable."""

    q = django_filters.CharFilter(method="find", label="Find")
    state = django_filters.ChoiceFilter(
        choices=WorkOrderState.choices, empty_label="Any state", label="State"
    )
    wave = django_filters.ModelChoiceFilter(
        field_name="enrolment__wave", queryset=Wave.objects.none(), empty_label="Any wave", label="Wave"
    )
    blocked = django_filters.BooleanFilter(
        method="only_blocked",
        label="Facts",
        widget=Select(choices=(("", "Known or not"), ("true", "Waits for facts"), ("false", "All known"))),
    )
    sort = WorkOrderSort(
        fields={
            "number": "number",
            "enrolment__site__name": "site",
            "state_since": "since",
            "enrolment__wave__number": "wave",
        }
    )

    class Meta:
        model = WorkOrder
        fields = ()

    def __init__(self, *args: Any, rollout: Rollout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["wave"].queryset = Wave.objects.filter(rollout=rollout)

    def find(self, orders: QuerySet[WorkOrder], _name: str, text: str) -> QuerySet[WorkOrder]:
        """Look in number, site number, name and city."""
        site = "enrolment__site__"
        found = Q(number__icontains=text)
        for field in ("key", "name", "city"):
            found |= Q(**{f"{site}{field}__icontains": text})
        return orders.filter(found)

    def only_blocked(self, orders: QuerySet[WorkOrder], _name: str, wanted: bool) -> QuerySet[WorkOrder]:
        """Orders whose packet waits for facts."""
        waiting = Q(state=WorkOrderState.PLANNED) & ~Q(missing_facts=[])
        return orders.filter(waiting) if wanted else orders.exclude(waiting)
