"""Statements of work, plans, work orders, packets and evidence for administrators: to look at, never to change.

Writes go through `workorders.actions`, which check, lock and leave an audit row; a form here would do none of that.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from workorders import models


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


@admin.register(models.StatementOfWork)
class StatementOfWorkAdmin(LookOnly):
    """Documents by rollout and version."""

    list_display = ("title", "rollout", "version", "word_count", "uploaded_by", "uploaded_at")
    list_select_related = ("rollout", "uploaded_by")
    search_fields = ("title", "rollout__code")


@admin.register(models.Clause)
class ClauseAdmin(LookOnly):
    """Clauses with what became of them."""

    list_display = ("number", "sow", "kind", "proposed_reading", "set_aside_reason")
    list_select_related = ("sow",)
    list_filter = ("kind", "proposed_reading")
    search_fields = ("number", "text")


@admin.register(models.PlanRevision)
class PlanRevisionAdmin(LookOnly):
    """Revisions with their state."""

    list_display = ("rollout", "number", "state", "published_at", "published_by")
    list_select_related = ("rollout", "published_by")
    list_filter = ("state",)


@admin.register(models.Step)
class StepAdmin(LookOnly):
    """Steps of all revisions."""

    list_display = ("title", "revision", "phase", "minutes", "crew")
    list_select_related = ("revision",)
    list_filter = ("phase",)
    search_fields = ("title", "key")


@admin.register(models.Variation)
class VariationAdmin(LookOnly):
    """Variations of all revisions."""

    list_display = ("name", "revision", "effect", "rank", "step_key")
    list_select_related = ("revision",)
    list_filter = ("effect", "rank")
    search_fields = ("name", "key")


@admin.register(models.WorkOrder)
class WorkOrderAdmin(LookOnly):
    """Work orders with who is accountable."""

    list_display = ("number", "rollout", "state", "state_since", "accountable")
    list_select_related = ("rollout", "accountable")
    list_filter = ("state",)
    search_fields = ("number",)


@admin.register(models.Packet)
class PacketAdmin(LookOnly):
    """Packets by hash."""

    list_display = ("work_order", "hash", "revision", "compiled_at", "issued_at", "superseded_at")
    list_select_related = ("work_order", "revision")
    search_fields = ("hash", "work_order__number")


@admin.register(models.Event)
class EventAdmin(LookOnly):
    """Facts from the field."""

    list_display = ("work_order", "type", "device_at", "received_at", "by")
    list_select_related = ("work_order", "by")
    list_filter = ("type",)
    search_fields = ("work_order__number",)


@admin.register(models.Evidence)
class EvidenceAdmin(LookOnly):
    """Evidence with its verdict."""

    list_display = ("label", "work_order", "kind", "verdict", "taken_at", "replaced_at")
    list_select_related = ("work_order",)
    list_filter = ("kind", "verdict")
    search_fields = ("work_order__number", "label")
