"""Parts of one site over the API: whom to call, when one may come, what is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from rollout.api.base import RolloutView
from rollout.api.errors import refused
from rollout.permissions import Permission
from sites import access, actions, queries
from sites.api.shapes import ContactSerializer, WholeFactSerializer, WindowSerializer, facts_of
from sites.choices import FactSource
from sites.models import AccessException
from sites.put_text import typed

MOST_CONTACTS = 50
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
READ_AND_WRITE = {"GET": Permission.SITE_VIEW, "PUT": Permission.SITE_EDIT}


class SiteView(RolloutView):
    """Something of one site of a rollout."""

    def find(self, permission: Permission) -> None:
        """Find the site: 404 for whoever does not see it."""
        self.rollout, self.site = access.site_for(
            self.user, self.kwargs["code"], self.kwargs["key"], permission
        )

    def many(self, serializer: type[serializers.BaseSerializer[Any]], *, most: int) -> list[dict[str, Any]]:
        """Return the body as a list of what the serializer understands; raises `ValidationError`."""
        if not isinstance(self.request.data, list):
            raise ValidationError([ErrorDetail("The body is a list: the whole of it, in order.", "no_list")])
        if len(self.request.data) > most:
            raise ValidationError([ErrorDetail(f"Send at most {most} of these.", "too_many")])
        form = serializer(data=self.request.data, many=True)
        form.is_valid(raise_exception=True)
        data: list[dict[str, Any]] = form.validated_data
        return data


class PersonSerializer(ContactSerializer):
    """Somebody to call."""

    class Meta(ContactSerializer.Meta):
        extra_kwargs = {name: {"required": False} for name in ("role", "phone", "email")}


class SiteContacts(SiteView):
    """The people to call at a site, the first one first."""

    needs = READ_AND_WRITE
    serializer_class = PersonSerializer
    pagination_class = None

    @extend_schema(operation_id="contacts_list", responses=ContactSerializer(many=True))
    def get(self, request: Request, code: str, key: str) -> Response:
        """Return everybody to call, in order."""
        return Response(ContactSerializer(queries.contacts_of(self.site), many=True).data)

    @extend_schema(
        operation_id="contacts_put",
        request=PersonSerializer(many=True),
        responses=ContactSerializer(many=True),
    )
    def put(self, request: Request, code: str, key: str) -> Response:
        """Let these be the people to call, in this order; whoever is not named is removed. Safe to send twice."""
        people = self.many(PersonSerializer, most=MOST_CONTACTS)
        actions.put_contacts(
            site=self.site, people=people, rollout=self.rollout, by=self.user, at=timezone.now()
        )
        return self.get(request, code, key)


class SiteWeek(SiteView):
    """When one may come to a site in every week, on its own clock."""

    needs = READ_AND_WRITE
    serializer_class = WindowSerializer
    pagination_class = None

    @extend_schema(operation_id="access_windows_list", responses=WindowSerializer(many=True))
    def get(self, request: Request, code: str, key: str) -> Response:
        """Return the hours of the week."""
        return Response(WindowSerializer(queries.windows_of(self.site), many=True).data)

    @extend_schema(
        operation_id="access_windows_put",
        request=WindowSerializer(many=True),
        responses=WindowSerializer(many=True),
    )
    def put(self, request: Request, code: str, key: str) -> Response:
        """Let these be the hours of the week; others go. Safe to send twice."""
        rows = self.many(WindowSerializer, most=7 * 24)
        wanted = [(row["weekday"], row["opens"], row["closes"]) for row in rows]
        if len({(day, opens) for day, opens, _ in wanted}) < len(set(wanted)):
            sentence = "Two windows of one weekday begin at the same minute. Send one of them."
            raise ValidationError([ErrorDetail(sentence, "twice")])
        actions.put_week(
            site=self.site, windows=wanted, rollout=self.rollout, by=self.user, at=timezone.now()
        )
        return self.get(request, code, key)


class HoursSerializer(serializers.Serializer[Any]):
    """Hours of a day on the site's own clock; `closes` at or before `opens` is the next morning."""

    opens = serializers.TimeField(format="%H:%M")
    closes = serializers.TimeField(format="%H:%M")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Hours have a length."""
        if attrs["opens"] == attrs["closes"]:
            raise serializers.ValidationError(
                "“opens” and “closes” are the same. Send no hours for a closed day."
            )
        return attrs


class DaySerializer(serializers.Serializer[Any]):
    """How one day differs from its week; without hours it is closed."""

    hours = HoursSerializer(many=True, max_length=24)  # type: ignore[call-arg]
    note = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class WholeDaySerializer(DaySerializer):
    """A day that differs from its week."""

    on = serializers.DateField()


def days_shown(rows: Sequence[AccessException]) -> list[dict[str, Any]]:
    """Return days that differ, each with its hours and why."""
    days = []
    for day, group in groupby(sorted(rows, key=lambda row: (row.on, str(row.opens))), key=lambda row: row.on):
        same_day = list(group)
        days.append(
            {
                "on": day,
                "hours": [{"opens": one.opens, "closes": one.closes} for one in same_day if one.opens],
                "note": next((one.note for one in same_day if one.note), ""),
            }
        )
    return days


class SiteDays(SiteView):
    """Days at a site that differ from its week."""

    needs = {"GET": Permission.SITE_VIEW}
    parameters = ("since",)
    serializer_class = WholeDaySerializer
    pagination_class = None

    @extend_schema(
        operation_id="access_exceptions_list",
        responses=WholeDaySerializer(many=True),
        parameters=[OpenApiParameter("since", date, description="Leave out what was before this day.")],
    )
    def get(self, request: Request, code: str, key: str) -> Response:
        """Return the days that differ, by date."""
        since = _day(text, "since") if (text := request.query_params.get("since")) else EARLIEST
        rows = queries.exceptions_of(self.site, since=since)
        return Response(WholeDaySerializer(days_shown(rows), many=True).data)


class SiteDay(SiteView):
    """One day at a site that differs from its week."""

    needs = READ_AND_WRITE | {"DELETE": Permission.SITE_EDIT}
    serializer_class = DaySerializer

    @extend_schema(operation_id="access_exception_read", responses=WholeDaySerializer)
    def get(self, request: Request, code: str, key: str, day: str) -> Response:
        """Return how the day differs; 404 when it is like its week."""
        on = _day(day, "day")
        rows = [row for row in queries.exceptions_of(self.site, since=on) if row.on == on]
        if not rows:
            raise Http404
        return Response(WholeDaySerializer(days_shown(rows)[0]).data)

    @extend_schema(operation_id="access_exception_put", responses=WholeDaySerializer)
    def put(self, request: Request, code: str, key: str, day: str) -> Response:
        """Let the day have these hours instead of those of its week; none closes it. Safe to send twice."""
        data = self.checked(DaySerializer)
        hours = [(one["opens"], one["closes"]) for one in data["hours"]]
        if len({opens for opens, _ in hours}) < len(set(hours)):
            raise ValidationError(
                {"hours": [ErrorDetail("Two of them begin at the same minute. Send one of them.", "twice")]}
            )
        actions.put_day(
            site=self.site,
            day=_day(day, "day"),
            hours=hours,
            note=data["note"],
            rollout=self.rollout,
            by=self.user,
            at=timezone.now(),
        )
        return self.get(request, code, key, day)

    @extend_schema(operation_id="access_exception_delete", responses={204: None})
    def delete(self, request: Request, code: str, key: str, day: str) -> Response:
        """Let the day be like its week again. Safe to send twice."""
        on = _day(day, "day")
        actions.forget_day(site=self.site, day=on, rollout=self.rollout, by=self.user, at=timezone.now())
        return Response(status=204)


class SiteFacts(SiteView):
    """What is known about a site, and what is not."""

    needs = {"GET": Permission.SITE_VIEW}
    serializer_class = WholeFactSerializer
    pagination_class = None

    @extend_schema(
        operation_id="facts_list",
        responses={
            200: {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/WholeFact"}}
        },
    )
    def get(self, request: Request, code: str, key: str) -> Response:
        """Return every fact by attribute key, the unknown ones included."""
        facts = facts_of([self.site], today=timezone.now().date())[self.site.pk]
        return Response({name: WholeFactSerializer(fact).data for name, fact in facts.items()})


class StatedSerializer(serializers.Serializer[Any]):
    """What a source says about a fact. The day is today, in UTC, when left out."""

    value = serializers.JSONField()
    source = serializers.ChoiceField(choices=FactSource.values, default=FactSource.IMPORT.value)  # type: ignore[assignment]
    observed_on = serializers.DateField(required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class OneFact(SiteView):
    """One fact of a site."""

    needs = READ_AND_WRITE | {"DELETE": Permission.SITE_EDIT}
    serializer_class = StatedSerializer

    def find(self, permission: Permission) -> None:
        """Find the site and the attribute."""
        super().find(permission)
        _, self.attribute = access.attribute_for(
            self.user, self.kwargs["code"], self.kwargs["attribute_key"], permission
        )

    @extend_schema(operation_id="fact_read", responses=WholeFactSerializer)
    def get(self, request: Request, code: str, key: str, attribute_key: str) -> Response:
        """Return the fact with everything that was said about it."""
        facts = facts_of([self.site], today=timezone.now().date())[self.site.pk]
        return Response(WholeFactSerializer(facts[self.attribute.key]).data)

    @extend_schema(operation_id="fact_put", responses=WholeFactSerializer)
    def put(self, request: Request, code: str, key: str, attribute_key: str) -> Response:
        """Write down what a source says; what it said before is replaced, what others say stays. Safe to send twice."""
        data = self.checked(StatedSerializer)
        today = timezone.now().date()
        observed_on = data.get("observed_on", today)
        if not EARLIEST <= observed_on <= today:
            sentence = "What is observed was observed today or earlier, and not before the year 2000."
            raise ValidationError({"observed_on": [ErrorDetail(sentence, "no_such_day")]})
        text = typed(data["value"])
        if text is None:
            raise ValidationError(
                {"value": [ErrorDetail("A value is a text, a number, true or false.", "wrong_type")]}
            )
        try:
            actions.put_fact(
                site=self.site,
                attribute=self.attribute,
                text=text,
                source=data["source"],
                observed_on=observed_on,
                note=data["note"],
                rollout=self.rollout,
                by=self.user,
                at=timezone.now(),
            )
        except actions.ValueDoesNotFit as refusal:
            raise refused(refusal, field="value", status_code=400) from refusal
        return self.get(request, code, key, attribute_key)

    @extend_schema(
        operation_id="fact_delete",
        responses={204: None},
        parameters=[OpenApiParameter("source", enum=FactSource.values, default=FactSource.IMPORT.value)],
    )
    def delete(self, request: Request, code: str, key: str, attribute_key: str) -> Response:
        """Drop what one source said; 409 when it said nothing."""
        source = request.query_params.get("source", FactSource.IMPORT.value)
        if source not in FactSource.values:
            raise ValidationError({"source": [ErrorDetail("There is no such source.", "no_choice")]})
        actions.forget_fact(
            site=self.site,
            attribute=self.attribute,
            source=source,
            rollout=self.rollout,
            by=self.user,
            at=timezone.now(),
        )
        return Response(status=204)


def _day(text: str, name: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not EARLIEST <= found <= LATEST:
        sentence = "This is no day from 2000 to 2100. Write it as 2026-11-26."
        raise ValidationError({name: [ErrorDetail(sentence, "no_such_day")]})
    return found
