"""The API of work orders and packets, read-only."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers, viewsets
from rest_framework.routers import SimpleRouter

from workorders.models import Packet, WorkOrder
from workorders.queries import orders, packets


class WorkOrderSerializer(serializers.ModelSerializer[WorkOrder]):
    """A work order: where it is and who answers for it."""

    rollout = serializers.CharField(source="rollout.code")
    site = serializers.CharField(source="enrolment.site.key")
    accountable = serializers.CharField(source="accountable.name")

    class Meta:
        model = WorkOrder
        fields = (
            "number",
            "rollout",
            "site",
            "state",
            "state_since",
            "accountable",
            "missing_facts",
            "closed_at",
        )


class WorkOrderViewSet(viewsets.ReadOnlyModelViewSet[WorkOrder]):
    """Work orders of rollouts on whose team the caller is."""

    serializer_class = WorkOrderSerializer
    queryset = WorkOrder.objects.none()
    lookup_field = "number"
    lookup_value_regex = "[^/]+"  # a site's own number may hold a dot

    def get_queryset(self) -> QuerySet[WorkOrder]:
        """Own rollouts; `?rollout=CODE` and `?state=` narrow."""
        wanted = {"rollout__code": "rollout", "state": "state"}
        filters = {
            field: self.request.GET[name] for field, name in wanted.items() if name in self.request.GET
        }
        return orders.visible_orders(self.request.user).filter(**filters)


class PacketSerializer(serializers.ModelSerializer[Packet]):
    """A packet as data: the same content and hash as its PDF."""

    work_order = serializers.CharField(source="work_order.number")

    class Meta:
        model = Packet
        fields = ("hash", "work_order", "content", "trace", "words", "pages", "issued_at", "superseded_at")


class PacketViewSet(viewsets.ReadOnlyModelViewSet[Packet]):
    """Packets of rollouts on whose team the caller is."""

    serializer_class = PacketSerializer
    queryset = Packet.objects.none()
    lookup_field = "hash"

    def get_queryset(self) -> QuerySet[Packet]:
        """Newest first."""
        return packets.visible_packets(self.request.user)


router: Any = SimpleRouter()
router.register("work-orders", WorkOrderViewSet, basename="api-work-order")
router.register("packets", PacketViewSet, basename="api-packet")
