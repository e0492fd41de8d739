"""What lists of this app can be narrowed by; the address is the state."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from rollout.models import Rollout
from technicians.models import Provider, Skill, Technician


class TechnicianFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Text, provider, skill, active; sortable."""

    q = django_filters.CharFilter(method="find", label="Find")
    provider = django_filters.ModelChoiceFilter(
        queryset=Provider.objects.none(), empty_label="Any provider", label="Provider"
    )
    skill = django_filters.ModelChoiceFilter(
        field_name="skills__skill", queryset=Skill.objects.none(), empty_label="Any skill", label="Skill"
    )
    lacks = django_filters.ChoiceFilter(
        method="lacking",
        label="Show",
        empty_label="Everybody",
        choices=(
            ("ready", "Can be planned"),
            ("base", "No base"),
            ("shifts", "No shifts"),
            ("inactive", "Not active"),
        ),
    )
    sort = django_filters.OrderingFilter(
        fields={"name": "name", "provider__name": "provider", "radius_km": "radius", "upcoming": "upcoming"}
    )

    class Meta:
        model = Technician
        fields = ()

    def __init__(self, *args: Any, rollout: Rollout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        engaged = Provider.objects.filter(engagements__client=rollout.client_id)
        self.filters["provider"].queryset = engaged
        held = Skill.objects.filter(holders__technician__provider__in=engaged)
        self.filters["skill"].queryset = held.distinct()

    def find(self, technicians: QuerySet[Technician], _name: str, text: str) -> QuerySet[Technician]:
        """Look in name, number, base and provider."""
        fields = ("name", "code", "home_city", "provider__name")
        found = Q()
        for field in fields:
            found |= Q(**{f"{field}__icontains": text})
        return technicians.filter(found)

    def lacking(self, technicians: QuerySet[Technician], _name: str, what: str) -> QuerySet[Technician]:
        """Who can be planned, or what stands in the way."""
        match what:
            case "base":
                return technicians.filter(is_active=True, latitude__isnull=True)
            case "shifts":
                return technicians.filter(is_active=True, shifts__isnull=True)
            case "inactive":
                return technicians.filter(is_active=False)
        return technicians.filter(is_active=True, latitude__isnull=False, shifts__isnull=False).distinct()
