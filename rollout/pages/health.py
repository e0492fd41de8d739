"""Is everything there that work needs?"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django_prometheus import exports
from redis.exceptions import RedisError

from rollout.models import Job

log = structlog.get_logger(__name__)
STUCK_AFTER = timedelta(minutes=2)


@login_not_required
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the database and the broker answer, 503 otherwise; `jobs` says how many wait for a worker too long."""
    parts = {"database": _database(), "broker": _broker()}
    stuck = _stuck_jobs() if parts["database"] == "ok" else None
    status = 200 if set(parts.values()) == {"ok"} else 503
    return JsonResponse(
        {"status": "ok" if status == 200 else "failing", **parts, "stuck_jobs": stuck}, status=status
    )


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.warning("health.database", error=str(error))
        return "failing"
    return "ok"


def _broker() -> str:
    try:
        cache.set("health", "ok", 10)
    except RedisError as error:
        log.warning("health.broker", error=str(error))
        return "failing"
    return "ok"


def _stuck_jobs() -> int:
    waiting = Job.objects.filter(ended_at__isnull=True, created_at__lt=timezone.now() - STUCK_AFTER)
    return waiting.filter(alive_at__isnull=True).count()


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, for the network inside: the reverse proxy does not pass this address on (docs/deploy.md)."""
    if "X-Forwarded-For" in request.headers:
        return HttpResponse(status=404)
    answer: HttpResponse = exports.ExportToDjangoView(request)
    return answer
