"""The API of the estate, read-only: sites with their contacts, facts and places in rollouts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from sites import queries
from sites.facts import FactView, facts_for
from sites.models import Contact, Enrolment, Site


class ContactSerializer(serializers.ModelSerializer[Contact]):
    """Somebody to call at a site, in the order in which to call."""

    class Meta:
        model = Contact
        fields = ("name", "role", "phone", "email")


class EnrolmentSerializer(serializers.ModelSerializer[Enrolment]):
    """A site's place in a rollout."""

    rollout = serializers.CharField(source="rollout.code")
    wave = serializers.IntegerField(source="wave.number", default=None, allow_null=True)

    class Meta:
        model = Enrolment
        fields = ("rollout", "wave", "priority")


class FactSerializer(serializers.Serializer[FactView]):
    """A fact; only `known` may be relied on, `value` is null when unknown."""

    state = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    unit = serializers.CharField()
    # A field of that name shadows the base class's own attribute for the type checker only.
    source = serializers.CharField()  # type: ignore[assignment]
    observed_on = serializers.DateField(allow_null=True)


class SiteSerializer(serializers.ModelSerializer[Site]):
    """A site. `facts` goes from attribute key to fact; `updated_at` is of the site's own fields."""

    client = serializers.CharField(source="client.code")
    contacts = ContactSerializer(many=True)
    enrolments = EnrolmentSerializer(many=True)
    facts = serializers.SerializerMethodField()

    class Meta:
        model = Site
        fields = (
            "id",
            "client",
            "key",
            "name",
            "street",
            "city",
            "region",
            "postal_code",
            "country",
            "latitude",
            "longitude",
            "precision",
            "time_zone",
            "phone",
            "opening_hours",
            "contacts",
            "enrolments",
            "facts",
            "updated_at",
        )

    @extend_schema(responses=serializers.DictField(child=FactSerializer()))
    def get_facts(self, site: Site) -> dict[str, Any]:
        """Facts the view has read for the whole page."""
        found: dict[str, FactView] = self.context.get("facts", {}).get(site.pk, {})
        return {key: FactSerializer(fact).data for key, fact in found.items()}


def facts_of(sites: Iterable[Site], *, today: date) -> dict[int, dict[str, FactView]]:
    """Return the facts of sites of any clients; three queries a client."""
    by_client: dict[int, list[int]] = defaultdict(list)
    for site in sites:
        by_client[site.client_id].append(site.pk)
    found: dict[int, dict[str, FactView]] = {}
    for client_id, ids in by_client.items():
        found |= facts_for(ids, client_id, today=today)
    return found


class SiteViewSet(viewsets.ReadOnlyModelViewSet[Site]):
    """Sites of rollouts on whose team the caller is."""

    serializer_class = SiteSerializer
    queryset = Site.objects.none()

    def get_queryset(self) -> QuerySet[Site]:
        """Own sites; the query narrows."""
        wanted = {"enrolments__rollout__code": "rollout", "client__code": "client", "key": "key"}
        filters = {
            path: self.request.GET[name] for path, name in wanted.items() if self.request.GET.get(name)
        }
        return queries.visible_sites(self.request.user).filter(**filters)

    @extend_schema(
        parameters=[
            OpenApiParameter("rollout", str, description="Short name of a rollout."),
            OpenApiParameter("client", str, description="Short name of a client."),
            OpenApiParameter("key", str, description="The client’s own number of a site."),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page of sites."""
        page: Sequence[Site] = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(self._shown(page, many=True))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one site."""
        return Response(self._shown(self.get_object(), many=False))

    def _shown(self, found: Any, *, many: bool) -> Any:
        facts = facts_of(found if many else [found], today=timezone.now().date())
        context = {**self.get_serializer_context(), "facts": facts}
        return SiteSerializer(found, many=many, context=context).data


router: Any = SimpleRouter()
router.register("sites", SiteViewSet, basename="api-site")
