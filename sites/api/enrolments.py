"""Places of sites in a rollout over the API: wave and priority, one by one or many at once, and how to undo the many."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from rollout.api.base import RolloutView
from rollout.api.errors import Conflict
from rollout.api.views import JobSerializer
from rollout.models import Job, Wave
from rollout.permissions import Permission
from sites import actions, queries
from sites.actions.bulk import Changed
from sites.api import finding
from sites.api.parts import SiteView
from sites.models import Enrolment
from sites.queries.bulk import Change

READ, EDIT = Permission.SITE_VIEW, Permission.SITE_EDIT
MOST = 1000


class PlaceSerializer(serializers.Serializer[Any]):
    """A site’s place in the rollout. `wave` is its number, `priority` is 1 first to 9 last."""

    site = serializers.CharField(source="site.key")
    wave = serializers.IntegerField(source="wave.number", default=None, allow_null=True)
    priority = serializers.IntegerField()
    enrolled_at = serializers.DateTimeField()


class WantedPlaceSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is; a new place has no wave and priority 5."""

    wave = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=32767)
    priority = serializers.IntegerField(required=False, min_value=1, max_value=9)


class ManyPlacesSerializer(WantedPlaceSerializer):
    """Sites by number, and what becomes of all of them."""

    sites = serializers.ListField(
        child=serializers.CharField(max_length=60), allow_empty=False, max_length=MOST
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class ChangeSerializer(serializers.Serializer[Any]):
    """One thing that was done to many sites; `undo` is the address to post to."""

    what = serializers.ChoiceField(choices=("wave", "priority"))
    changed = serializers.IntegerField()
    same = serializers.IntegerField()
    bulk_id = serializers.UUIDField()
    undo = serializers.CharField()


class ManyDoneSerializer(serializers.Serializer[Any]):
    """How many came into the rollout, what changed, and the numbers no site of the caller’s has."""

    enrolled = serializers.IntegerField()
    changes = ChangeSerializer(many=True)
    unknown = serializers.ListField(child=serializers.CharField())


class UndoneSerializer(serializers.Serializer[Any]):
    """How many sites went back, and how many stay because somebody changed them since; or the job that does it."""

    restored = serializers.IntegerField(allow_null=True)
    stays = serializers.IntegerField(allow_null=True)
    job = JobSerializer(allow_null=True)


class PlaceView(RolloutView):
    """What one place and many have in common."""

    def wave(self, number: int | None) -> Wave | None:
        """Return the wave with this number; raises `ValidationError` when the rollout has none."""
        found = queries.wave_numbered(self.rollout, number)
        if found is None and number is not None:
            raise ValidationError(
                {"wave": [ErrorDetail(f"This rollout has no wave {number}.", "no_such_wave")]}
            )
        return found

    def change(self, ids: list[int], data: dict[str, Any], reason: str = "") -> list[tuple[str, Changed]]:
        """Set what `data` names at these places."""
        wanted: dict[str, int | None] = {}
        if "wave" in data:
            wave = self.wave(data["wave"])
            wanted["wave"] = wave.pk if wave else None
        if "priority" in data:
            wanted["priority"] = data["priority"]
        return [
            (
                name,
                actions.change_many(
                    rollout=self.rollout,
                    enrolment_ids=ids,
                    change=Change(name, value),
                    by=self.user,
                    at=timezone.now(),
                    reason=reason,
                ),
            )
            for name, value in wanted.items()
        ]


class Places(PlaceView):
    """The places of sites in a rollout."""

    needs = {"GET": READ, "PUT": EDIT}
    parameters = tuple(name for name in finding.PARAMETERS if name != "fields")
    serializer_class = PlaceSerializer

    @extend_schema(
        operation_id="enrolments_list", parameters=[one for one in finding.DESCRIBED if one.name != "fields"]
    )
    def get(self, request: Request, code: str) -> Response:
        """Return a page of places, filtered and sorted like the list of sites."""
        rows: Any = finding.matching(request, self.rollout)
        return self.paged(rows, lambda page: PlaceSerializer(page, many=True).data)

    @extend_schema(operation_id="enrolments_put", request=ManyPlacesSerializer, responses=ManyDoneSerializer)
    def put(self, request: Request, code: str) -> Response:
        """Bring up to 1,000 sites of the client into the rollout where they are not, and set wave and priority of all."""
        data = self.checked(ManyPlacesSerializer)
        with transaction.atomic():
            wave = self.wave(data.get("wave"))
            found = queries.sites_numbered(self.rollout, self.user, data["sites"])
            enrolled = actions.enrol_sites(
                rollout=self.rollout, sites=found, wave=wave, by=self.user, at=timezone.now()
            )
            ids = queries.enrolment_ids(self.rollout, found)
            changes = self.change(ids, data, data["reason"])
        known = {site.key for site in found}
        told = {
            "enrolled": enrolled,
            "changes": [self._change(what, done) for what, done in changes if done.changed],
            "unknown": [key for key in dict.fromkeys(data["sites"]) if key not in known],
        }
        return Response(ManyDoneSerializer(told).data)

    def _change(self, what: str, done: Changed) -> dict[str, Any]:
        undo = reverse("api-change-undo", args=[self.rollout.code, done.bulk_id])
        return {
            "what": what,
            "changed": done.changed,
            "same": done.same,
            "bulk_id": done.bulk_id,
            "undo": undo,
        }


class OnePlace(SiteView, PlaceView):
    """The place of one site in a rollout."""

    needs = {"GET": READ, "PUT": EDIT, "DELETE": EDIT}
    serializer_class = PlaceSerializer

    @extend_schema(operation_id="enrolment_read")
    def get(self, request: Request, code: str, key: str) -> Response:
        """Return the place; 404 when the site is not in the rollout."""
        return Response(PlaceSerializer(self._place()).data)

    @extend_schema(
        operation_id="enrolment_put",
        request=WantedPlaceSerializer,
        responses={200: PlaceSerializer, 201: PlaceSerializer},
    )
    def put(self, request: Request, code: str, key: str) -> Response:
        """Bring the site into the rollout, or set its wave and priority. Safe to send twice."""
        data = self.checked(WantedPlaceSerializer)
        with transaction.atomic():
            wave = self.wave(data.get("wave"))
            new = actions.enrol_sites(
                rollout=self.rollout, sites=[self.site], wave=wave, by=self.user, at=timezone.now()
            )
            place = self._place()
            differs = {
                name: value
                for name, value in data.items()
                if value
                != (place.priority if name == "priority" else place.wave.number if place.wave else None)
            }
            self.change([place.pk], differs)
        return Response(PlaceSerializer(self._place()).data, status=201 if new else 200)

    @extend_schema(operation_id="enrolment_delete", responses={204: None})
    def delete(self, request: Request, code: str, key: str) -> Response:
        """Take the site out of the rollout; 409 says why it stays."""
        place = self._place()
        why = queries.enrolments_in_use([place.pk]).get(place.pk)
        if why:
            raise Conflict(f"{self.site} stays in the rollout because {why}.", "site_in_use")
        actions.change_many(
            rollout=self.rollout,
            enrolment_ids=[place.pk],
            change=Change("rollout"),
            by=self.user,
            at=timezone.now(),
        )
        return Response(status=204)

    def _place(self) -> Enrolment:
        found = queries.enrolment_of(self.rollout, self.site)
        if found is None:
            raise Http404
        found.site = self.site
        return found


class ChangeUndo(RolloutView):
    """Put back what a change of many sites changed."""

    needs = {"POST": EDIT}
    serializer_class = UndoneSerializer

    @extend_schema(
        operation_id="change_undo", request=None, responses={200: UndoneSerializer, 202: UndoneSerializer}
    )
    def post(self, request: Request, code: str, bulk_id: uuid.UUID) -> Response:
        """Undo it; sites somebody changed since stay. 409 when there is nothing to undo, or it is undone."""
        done = actions.start_undo_bulk(rollout=self.rollout, bulk_id=bulk_id, by=self.user, at=timezone.now())
        if isinstance(done, Job):
            return Response({"restored": None, "stays": None, "job": JobSerializer(done).data}, status=202)
        return Response({"restored": done.restored, "stays": done.stays, "job": None})
