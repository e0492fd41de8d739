"""The back office: for support to look things up. Work is done on the pages, which check the rules and write the history."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from sites import models


class LookOnly(admin.ModelAdmin):
    """Lists and pages without add, change and delete."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes here."""
        return False


@admin.register(models.Site)
class SiteAdmin(LookOnly):
    """Sites of all clients."""

    list_display = ("key", "name", "client", "city", "region", "country", "time_zone", "updated_at")
    list_select_related = ("client",)
    list_filter = ("client", "precision")
    search_fields = ("key", "name", "city", "postal_code")


@admin.register(models.Enrolment)
class EnrolmentAdmin(LookOnly):
    """Places of sites in rollouts."""

    list_display = ("site", "rollout", "wave", "priority", "enrolled_at")
    list_select_related = ("site", "rollout", "wave")
    list_filter = ("rollout",)
    search_fields = ("site__key", "site__name")


@admin.register(models.Attribute)
class AttributeAdmin(LookOnly):
    """Attributes of all clients."""

    list_display = ("label", "key", "client", "kind", "unit", "shelf_life_days")
    list_select_related = ("client",)
    list_filter = ("client", "kind")
    search_fields = ("key", "label")


@admin.register(models.AttributeValue)
class AttributeValueAdmin(LookOnly):
    """What sources say about sites."""

    list_display = ("site", "attribute", "value", "source", "observed_on", "said_by")
    list_select_related = ("site", "attribute", "said_by")
    list_filter = ("source",)
    search_fields = ("site__key", "attribute__key")


@admin.register(models.SiteImport)
class SiteImportAdmin(LookOnly):
    """Imports with their files."""

    list_display = ("file", "rollout", "target", "state", "uploaded_by", "uploaded_at", "applied_at")
    list_select_related = ("file", "rollout", "uploaded_by")
    list_filter = ("state", "target")
    search_fields = ("file__name", "rollout__code")
