"""Sites over the API: all one may see, those of a rollout, one of them; many at once by their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from rollout.api.base import PAGING, RolloutView, caller, refuse_unknown
from rollout.api.errors import ChangedMeanwhile, TooBig
from rollout.permissions import Permission
from sites import access, actions, queries
from sites.actions.put_sites import MOST_RECORDS, Outcome
from sites.api import finding
from sites.api.shapes import SiteSerializer, shown
from sites.models import Site

MOST_NOTES = 2000


class SiteViewSet(viewsets.ReadOnlyModelViewSet[Site]):
    """Sites of all rollouts on whose team the caller is."""

    serializer_class = SiteSerializer
    queryset = Site.objects.none()
    wanted = {"enrolments__rollout__code": "rollout", "client__code": "client", "key": "key"}

    def get_queryset(self) -> QuerySet[Site]:
        """Own sites; the query narrows."""
        given = self.request.query_params
        filters = {path: given[name] for path, name in self.wanted.items() if given.get(name)}
        rows: QuerySet[Site] = queries.visible_sites(caller(self.request)).filter(**filters)
        return rows.select_related("territory", "format")

    @extend_schema(
        parameters=[
            OpenApiParameter("rollout", str, description="Short name of a rollout."),
            OpenApiParameter("client", str, description="Short name of a client."),
            OpenApiParameter("key", str, description="The client’s own number of a site."),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page of sites."""
        refuse_unknown(request, (*self.wanted.values(), *PAGING))
        page: Sequence[Site] = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(shown(page))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one site."""
        return Response(shown([self.get_object()])[0])


class RecordSerializer(serializers.Serializer[Any]):
    """A site as it is put: fields left out stay as they are, fields sent empty are emptied. Only `key` is needed.

    Values are read by the rules of imports: a country by any common name, phones and postal codes by country.
    """

    key = serializers.CharField(max_length=60, help_text="The client’s own number; it finds the site.")
    name = serializers.CharField(required=False)
    street = serializers.CharField(required=False, allow_null=True)
    city = serializers.CharField(required=False, allow_null=True)
    region = serializers.CharField(required=False, allow_null=True, help_text="State or province.")
    postal_code = serializers.CharField(required=False, allow_null=True)
    country = serializers.CharField(required=False, allow_null=True)
    latitude = serializers.FloatField(required=False, allow_null=True)
    longitude = serializers.FloatField(required=False, allow_null=True)
    time_zone = serializers.CharField(required=False, allow_null=True)
    phone = serializers.CharField(required=False, allow_null=True)
    opening_hours = serializers.CharField(required=False, allow_null=True)
    territory = serializers.CharField(
        required=False, allow_null=True, help_text="Path of the client’s region, such as “West / Bay Area”."
    )
    format = serializers.CharField(required=False, allow_null=True, help_text="Path of the format.")
    contact_name = serializers.CharField(required=False, help_text="Of the contact to call first.")
    contact_phone = serializers.CharField(required=False)
    contact_email = serializers.CharField(required=False)
    facts = serializers.DictField(
        required=False,
        child=serializers.JSONField(),
        help_text="From attribute key to value; source “import”.",
    )


class OneRecordSerializer(RecordSerializer):
    """One site as it is put to its own address."""

    key = serializers.CharField(
        max_length=60, required=False, help_text="PATCH: another number for the site."
    )
    access_notes = serializers.CharField(required=False, max_length=MOST_NOTES)


class ManySitesSerializer(serializers.Serializer[Any]):
    """Sites to make or change, and the wave for those that come into the rollout by it."""

    sites = serializers.ListField(child=serializers.JSONField(allow_null=True), allow_empty=False)
    wave = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=32767)


class ManySitesSchema(ManySitesSerializer):
    """Sites to make or change, at most a thousand, and the number of the wave for those that come into the rollout by it."""

    sites = RecordSerializer(many=True)  # type: ignore[assignment]


class RemarkSerializer(serializers.Serializer[Any]):
    """What is to be said about a record; only what is `rejected` kept it out."""

    field = serializers.CharField()
    severity = serializers.ChoiceField(choices=("notice", "attention", "rejected"))
    sentence = serializers.CharField()
    code = serializers.CharField()


class OutcomeSerializer(serializers.Serializer[Outcome]):
    """What became of one record."""

    number = serializers.IntegerField(help_text="Its place in the list, counted from 1.")
    key = serializers.CharField()
    result = serializers.ChoiceField(choices=("created", "updated", "unchanged", "refused"))
    changes = serializers.DictField(
        child=serializers.ListField(child=serializers.JSONField(allow_null=True)),
        help_text="From field to its value before and after.",
    )
    remarks = RemarkSerializer(many=True)


class PutSerializer(serializers.Serializer[Any]):
    """What became of all records. `undo` is the address to post to; null when nothing was written."""

    bulk_id = serializers.UUIDField(allow_null=True)
    undo = serializers.CharField(allow_null=True)
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    records = OutcomeSerializer(many=True)


class PutSiteSerializer(serializers.Serializer[Any]):
    """What became of one site, and the site."""

    result = serializers.ChoiceField(choices=("created", "updated", "unchanged"))
    changes = serializers.DictField(child=serializers.ListField(child=serializers.JSONField(allow_null=True)))
    remarks = RemarkSerializer(many=True)
    site = SiteSerializer()


class RolloutSites(RolloutView):
    """The sites of a rollout."""

    needs = {"GET": Permission.SITE_VIEW, "PUT": Permission.SITE_IMPORT}
    parameters = finding.PARAMETERS
    serializer_class = SiteSerializer

    @extend_schema(operation_id="rollout_sites_list", parameters=finding.DESCRIBED)
    def get(self, request: Request, code: str) -> Response:
        """Return a page of the rollout’s sites, filtered and sorted like the list in the desk."""
        only = finding.wanted_fields(request)
        rows: Any = finding.matching(request, self.rollout)
        return self.paged(
            rows,
            lambda page: shown(queries.sites_in_order([row.site_id for row in page], self.user), only=only),
        )

    @extend_schema(operation_id="rollout_sites_put", request=ManySitesSchema, responses=PutSerializer)
    def put(self, request: Request, code: str) -> Response:
        """Make or change up to 1,000 sites by their number. Safe to send twice; each record lands or is refused by itself."""
        data = self.checked(ManySitesSerializer)
        wave = queries.wave_numbered(self.rollout, data.get("wave"))
        if wave is None and data.get("wave") is not None:
            raise _invalid("wave", f"This rollout has no wave {data['wave']}.", "no_such_wave")
        if len(data["sites"]) > MOST_RECORDS:
            raise TooBig(f"Send at most {MOST_RECORDS:,} sites in one request, the rest in others.")
        done = actions.put_sites(
            rollout=self.rollout, sent=data["sites"], wave=wave, by=self.user, at=timezone.now()
        )
        results = [one.result for one in done.outcomes]
        key = done.site_import.key if done.site_import else None
        told = {
            "bulk_id": key,
            "undo": reverse("api-import-undo", args=[code, key]) if key else None,
            **{name: results.count(name) for name in ("created", "updated", "unchanged", "refused")},
            "records": done.outcomes,
        }
        return Response(PutSerializer(told).data)


class OneSite(RolloutView):
    """One site of a rollout, by the client’s own number."""

    needs = {
        "GET": Permission.SITE_VIEW,
        "PUT": Permission.SITE_IMPORT,
        "PATCH": Permission.SITE_EDIT,
        "DELETE": Permission.SITE_EDIT,
    }
    serializer_class = SiteSerializer

    @extend_schema(operation_id="rollout_site_read")
    def get(self, request: Request, code: str, key: str) -> Response:
        """Return the site; its `ETag` can be sent back as `If-Match`."""
        return self._told(self._site(Permission.SITE_VIEW))

    @extend_schema(
        operation_id="rollout_site_put",
        request=OneRecordSerializer,
        responses={200: PutSiteSerializer, 201: PutSiteSerializer},
        parameters=[
            OpenApiParameter("If-Match", str, OpenApiParameter.HEADER),
            OpenApiParameter(
                "If-None-Match", str, OpenApiParameter.HEADER, description="* makes a new one or nothing."
            ),
        ],
    )
    def put(self, request: Request, code: str, key: str) -> Response:
        """Make the site, or set the fields that are sent. Safe to send twice."""
        body = self._body()
        if str(body.pop("key", key)) != key:
            raise _invalid(
                "key", "The number is that of the address. Leave it out here, or PATCH it.", "other_key"
            )
        return self._put(key, body, only_new=request.headers.get("If-None-Match") == "*")

    @extend_schema(
        operation_id="rollout_site_patch",
        request=OneRecordSerializer,
        responses=PutSiteSerializer,
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER)],
    )
    def patch(self, request: Request, code: str, key: str) -> Response:
        """Set the fields that are sent of a site that is there; `key` gives it another number."""
        site = self._site(Permission.SITE_EDIT)
        if queries.enrolment_of(self.rollout, site) is None:
            raise Http404
        return self._put(site.key, self._body())

    @extend_schema(operation_id="rollout_site_delete", responses={204: None})
    def delete(self, request: Request, code: str, key: str) -> Response:
        """Remove a site nothing refers to; 409 says what does."""
        site = self._site(Permission.SITE_EDIT)
        if (seen := self._seen()) is not None and seen != site.updated_at:
            raise ChangedMeanwhile("Somebody changed this site since you looked. Read it again.")
        actions.remove_site(site=site, rollout=self.rollout, by=self.user, at=timezone.now())
        return Response(status=204)

    def _site(self, permission: Permission) -> Site:
        return access.site_for(self.user, self.rollout.code, self.kwargs["key"], permission)[1]

    def _body(self) -> dict[str, Any]:
        body = self.request.data
        if not isinstance(body, Mapping):
            raise _invalid("", "The body is an object with the fields of a site.", "no_object")
        notes, key = body.get("access_notes", ""), body.get("key", "x")
        if not isinstance(notes, str) or len(notes) > MOST_NOTES:
            raise _invalid("access_notes", f"This is a text of at most {MOST_NOTES:,} letters.", "invalid")
        if not isinstance(key, str) or not 0 < len(key.strip()) <= 60:
            raise _invalid("key", "The number of a site is a text of at most 60 letters.", "invalid")
        return {**body, **({"key": key.strip()} if "key" in body else {})}

    def _put(self, key: str, body: dict[str, Any], *, only_new: bool = False) -> Response:
        try:
            done, site = actions.put_site(
                rollout=self.rollout,
                key=key,
                sent=body,
                by=self.user,
                at=timezone.now(),
                seen=self._seen(),
                only_new=only_new,
            )
        except (actions.SiteChanged, actions.SiteThere) as refusal:
            raise ChangedMeanwhile(str(refusal)) from refusal
        if site is None:
            raise ValidationError(
                {
                    one["field"]: [ErrorDetail(one["sentence"], one["code"])]
                    for one in done.remarks
                    if one["severity"] == "rejected"
                }
            )
        told = {"result": done.result, "changes": done.changes, "remarks": done.remarks}
        return self._told(site, status=201 if done.result == "created" else 200, **told)

    def _told(self, site: Site, *, status: int = 200, **more: Any) -> Response:
        one = shown(queries.sites_in_order([site.pk], self.user))[0]
        body = {**more, "site": one} if more else one
        return Response(body, status=status, headers={"ETag": f'"{_stamp(site.updated_at)}"'})

    def _seen(self) -> datetime | None:
        """Return the moment `If-Match` names; what we never sent matches nothing."""
        text = self.request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
        if not text or text == "*":
            return None
        micros = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
        return datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)


def _stamp(moment: datetime) -> int:
    return int(moment.replace(microsecond=0).timestamp()) * 1_000_000 + moment.microsecond


def _invalid(field: str, sentence: str, code: str) -> ValidationError:
    return ValidationError({field: [ErrorDetail(sentence, code)]})
