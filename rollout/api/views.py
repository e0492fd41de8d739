"""What the API of every app shares, and the base's own part: rollouts and jobs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter

from rollout import access, jobs, queries
from rollout.models import Job, Rollout
from rollout.permissions import Permission
from rollout.views.parts import signed_in


def rollouts_for(request: Request, permission: Permission) -> list[int]:
    """Return the primary keys of the rollouts in which the caller may do this; the API's lists are cut to them."""
    user = signed_in(request._request)
    return [r.pk for r in queries.rollouts_of(user) if access.may(user, permission, r)]


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
        return queries.rollouts_of(signed_in(self.request._request))


class JobSerializer(serializers.ModelSerializer[Job]):
    """A job with its numbers."""

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

    def get_counts(self, job: Job) -> dict[str, int]:
        """Total, done, failed and cancelled items."""
        numbers = jobs.counts(job)
        return {
            "total": numbers.total,
            "done": numbers.done,
            "failed": numbers.failed,
            "cancelled": numbers.cancelled,
        }


class JobViewSet(viewsets.ReadOnlyModelViewSet[Job]):
    """Long work of the caller's rollouts."""

    serializer_class = JobSerializer
    queryset = Job.objects.none()
    lookup_field = "key"

    def get_queryset(self) -> QuerySet[Job]:
        """Jobs of rollouts on whose team the caller is."""
        return queries.visible_jobs(self.request.user)


router: Any = SimpleRouter()
router.register("rollouts", RolloutViewSet, basename="api-rollout")
router.register("jobs", JobViewSet, basename="api-job")
