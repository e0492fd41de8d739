"""The back office: for support to look things up. Work is done on the pages, which check the rules and write the history."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from technicians.models import (
    Engagement,
    Provider,
    ProviderManager,
    SchedulePlan,
    Skill,
    Technician,
    Visit,
)


class EngagementInline(admin.TabularInline):
    """Whom a provider works for: what decides which teams see its technicians."""

    model = Engagement
    extra = 0


class ManagerInline(admin.TabularInline):
    """Who manages a provider's people."""

    model = ProviderManager
    extra = 0
    raw_id_fields = ("user",)


@admin.register(Provider)
class ProviderAdmin(admin.ModelAdmin):
    """Firms, their managers and clients."""

    list_display = ("name", "phone", "email")
    search_fields = ("name",)
    inlines = (EngagementInline, ManagerInline)


@admin.register(Skill)
class SkillAdmin(admin.ModelAdmin):
    """Skills by name; the key is what packets and technicians are matched by."""

    list_display = ("name", "key")
    search_fields = ("name", "key")


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only actions may write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes here."""
        return False


@admin.register(Technician)
class TechnicianAdmin(ReadOnlyAdmin):
    """Technicians, to look up."""

    list_display = ("name", "provider", "code", "home_city", "is_active")
    list_filter = ("is_active", "provider")
    search_fields = ("name", "code", "email")
    list_select_related = ("provider",)


@admin.register(Visit)
class VisitAdmin(ReadOnlyAdmin):
    """Visits, to look up."""

    list_display = ("__str__", "kind", "state", "starts_at")
    list_filter = ("state", "kind")
    search_fields = ("work_order__number",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Load the order the name is made of."""
        return super().get_queryset(request).select_related("work_order")


@admin.register(SchedulePlan)
class SchedulePlanAdmin(ReadOnlyAdmin):
    """Proposals, with what is needed to compute them again."""

    list_display = ("__str__", "rollout", "state", "created_by", "created_at", "seed", "engine_version")
    list_filter = ("state",)
    list_select_related = ("rollout", "created_by")
