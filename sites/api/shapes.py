"""What sites and their parts look like to programs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sites.choices import FactState, Weekday
from sites.facts import FactView, Saying, facts_for
from sites.models import AccessWindow, Contact, Enrolment, Site


class ContactSerializer(serializers.ModelSerializer[Contact]):
    """Somebody to call at a site, in the order in which to call."""

    class Meta:
        model = Contact
        fields = ("name", "role", "phone", "email")


class EnrolmentSerializer(serializers.ModelSerializer[Enrolment]):
    """A site's place in a rollout. `wave` is its number, `priority` is 1 first to 9 last."""

    rollout = serializers.CharField(source="rollout.code")
    wave = serializers.IntegerField(source="wave.number", default=None, allow_null=True)

    class Meta:
        model = Enrolment
        fields = ("rollout", "wave", "priority")


class WindowSerializer(serializers.ModelSerializer[AccessWindow]):
    """Hours of a weekday, Monday 0, on the site's own clock; `closes` at or before `opens` is the next morning."""

    weekday = serializers.ChoiceField(choices=Weekday.values)
    opens = serializers.TimeField(format="%H:%M")
    closes = serializers.TimeField(format="%H:%M")

    class Meta:
        model = AccessWindow
        fields = ("weekday", "opens", "closes")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Hours have a length."""
        if attrs["opens"] == attrs["closes"]:
            raise serializers.ValidationError(
                "“opens” and “closes” are the same. For the whole day write 00:00 to 23:59."
            )
        return attrs


class FactSerializer(serializers.Serializer[FactView]):
    """A fact; only `known` may be relied on, `value` is null when unknown."""

    state = serializers.ChoiceField(choices=FactState.choices)
    value = serializers.JSONField(allow_null=True)
    unit = serializers.CharField()
    # A field of that name shadows the base class's own attribute for the type checker only.
    source = serializers.CharField()  # type: ignore[assignment]
    observed_on = serializers.DateField(allow_null=True)


class SayingSerializer(serializers.Serializer[Saying]):
    """What one source says about a fact."""

    value = serializers.JSONField()
    source = serializers.CharField()  # type: ignore[assignment]
    observed_on = serializers.DateField()
    said_by = serializers.CharField()


class WholeFactSerializer(FactSerializer):
    """A fact with everything that was said about it, the newest first."""

    label = serializers.CharField()  # type: ignore[assignment]
    sayings = SayingSerializer(many=True)


class SiteSerializer(serializers.ModelSerializer[Site]):
    """A site. `region` is the state of its address; `territory` and `format` are paths of the client's own groups.

    `facts` goes from attribute key to fact. `updated_at` is of the site's own fields.
    """

    client = serializers.CharField(source="client.code")
    territory = serializers.CharField(source="territory.path", default=None, allow_null=True)
    # A name of the base class for the type checker only.
    format = serializers.CharField(source="format.path", default=None, allow_null=True)
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
            "access_notes",
            "territory",
            "format",
            "contacts",
            "enrolments",
            "facts",
            "created_at",
            "updated_at",
        )

    def __init__(self, *args: Any, only: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(only or self.fields):
            del self.fields[name]

    @extend_schema_field(serializers.DictField(child=FactSerializer()))
    def get_facts(self, site: Site) -> dict[str, Any]:
        """Facts the view has read for the whole page."""
        found: dict[str, FactView] = self.context.get("facts", {}).get(site.pk, {})
        # A serializer for each of some thousand facts of a page would take longer than all else together.
        return {
            key: {
                "state": fact.state,
                "value": fact.value,
                "unit": fact.unit,
                "source": fact.source,
                "observed_on": fact.observed_on,
            }
            for key, fact in found.items()
        }


SITE_FIELDS: tuple[str, ...] = SiteSerializer.Meta.fields


def facts_of(sites: Iterable[Site], *, today: date) -> dict[int, dict[str, FactView]]:
    """Return the facts of sites of any clients; three queries a client."""
    by_client: dict[int, list[int]] = defaultdict(list)
    for site in sites:
        by_client[site.client_id].append(site.pk)
    found: dict[int, dict[str, FactView]] = {}
    for client_id, ids in by_client.items():
        found |= facts_for(ids, client_id, today=today)
    return found


def shown(sites: Sequence[Site], *, only: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return sites as they are sent; facts are read only when they are wanted."""
    wants_facts = not only or "facts" in only
    facts = facts_of(sites, today=timezone.now().date()) if wants_facts else {}
    return list(SiteSerializer(sites, many=True, only=only, context={"facts": facts}).data)
