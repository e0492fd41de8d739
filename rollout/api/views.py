"""The base's own part of the API: rollouts, jobs, saved views."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from rollout import jobs, queries
from rollout.api.base import RolloutView, caller
from rollout.models import Job, Rollout, SavedView, Wave
from rollout.permissions import Permission


class WaveSerializer(serializers.ModelSerializer[Wave]):
    """A cohort of sites; wave 0 is the pilot. `pace_per_day` is in sites."""

    sites = serializers.IntegerField(read_only=True)

    class Meta:
        model = Wave
        fields = ("number", "name", "starts_on", "ends_on", "pace_per_day", "sites")


class RolloutSerializer(serializers.ModelSerializer[Rollout]):
    """A rollout without what is internal."""

    client = serializers.CharField(source="client.name")

    class Meta:
        model = Rollout
        fields = ("code", "name", "client", "state", "summary", "starts_on", "ends_on")


class RolloutViewSet(viewsets.ReadOnlyModelViewSet[Rollout]):
    """Rollouts the caller may see."""

    serializer_class = RolloutSerializer
    queryset = Rollout.objects.none()
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[Rollout]:
        """Own rollouts only."""
        return queries.rollouts_of(caller(self.request))


class JobCountsSerializer(serializers.Serializer[jobs.Counts]):
    """How many things a job is about, and how many of them ended how."""

    total = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class JobSerializer(serializers.ModelSerializer[Job]):
    """Long work with its numbers. It has ended once `ended_at` is set; `message` then says what came of it."""

    rollout = serializers.CharField(source="rollout.code")
    counts = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (
            "key",
            "kind",
            "title",
            "rollout",
            "state",
            "message",
            "counts",
            "created_at",
            "started_at",
            "ended_at",
        )

    @extend_schema(responses=JobCountsSerializer)
    def get_counts(self, job: Job) -> dict[str, int]:
        """Numbers the view has counted for the whole page; of a job on its own, its own."""
        found: dict[int, jobs.Counts] | None = self.context.get("counts")
        numbers = found[job.pk] if found is not None else jobs.counts(job)
        return dict(JobCountsSerializer(numbers).data)


class JobViewSet(viewsets.ReadOnlyModelViewSet[Job]):
    """Long work of rollouts on whose team the caller is, the newest first."""

    serializer_class = JobSerializer
    queryset = Job.objects.none()
    lookup_field = "key"

    def get_queryset(self) -> QuerySet[Job]:
        """Jobs of rollouts on whose team the caller is."""
        return queries.visible_jobs(self.request.user)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page of jobs, all their items counted at once."""
        page = self.paginate_queryset(self.get_queryset()) or []
        context = {**self.get_serializer_context(), "counts": jobs.counts_of(page)}
        return self.get_paginated_response(JobSerializer(page, many=True, context=context).data)


class WaveList(RolloutView):
    """The waves of a rollout, in order."""

    needs = {"GET": Permission.SITE_VIEW}
    serializer_class = WaveSerializer
    queryset = Wave.objects.none()

    @extend_schema(operation_id="waves_list")
    def get(self, request: Request, code: str) -> Response:
        """Return a page of waves with how many sites each has."""
        return self.paged(queries.waves_of(self.rollout), lambda page: WaveSerializer(page, many=True).data)


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    """A list as somebody likes to see it: `query` is the query string of its page."""

    class Meta:
        model = SavedView
        fields = ("key", "page", "name", "query", "shared", "created_at")


class SavedViewList(RolloutView):
    """Saved views of a rollout: one's own and those shared with the team."""

    needs = {"GET": Permission.SITE_VIEW}
    parameters = ("for",)
    serializer_class = SavedViewSerializer
    queryset = SavedView.objects.none()

    @extend_schema(
        operation_id="views_list",
        parameters=[OpenApiParameter("for", str, description="Name of the list, such as sites:list.")],
    )
    def get(self, request: Request, code: str) -> Response:
        """Return a page of saved views, by name."""
        rows = queries.saved_views_of(self.rollout, self.user, page=request.query_params.get("for", ""))
        return self.paged(rows, lambda page: SavedViewSerializer(page, many=True).data)


router: Any = SimpleRouter()
router.register("rollouts", RolloutViewSet, basename="api-rollout")
router.register("jobs", JobViewSet, basename="api-job")

urlpatterns = [
    path("rollouts/<slug:code>/waves/", WaveList.as_view(), name="api-waves"),
    path("rollouts/<slug:code>/views/", SavedViewList.as_view(), name="api-views"),
]
