"""Who comes in to the API, what a key may do, and how often."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django_ratelimit.core import get_usage
from redis.exceptions import RedisError
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from rollout import actions, queries
from rollout.models import ApiKey, User

if TYPE_CHECKING:
    from rest_framework.views import APIView

log = structlog.get_logger(__name__)

SECRET = re.compile(r"[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}")


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key …`: the request is that of the key's person; `request.auth` is the key."""

    keyword = "Api-Key"

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """Return the person and the key; None when there is no such header, so that a session may speak."""
        word, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if word.lower() != self.keyword.lower():
            return None
        key = queries.key_with(secret.strip()) if SECRET.fullmatch(secret.strip()) else None
        if key is None:
            raise AuthenticationFailed(
                "This key is not known, or it was revoked. Make one under “API keys” of your account.",
                "key_unknown",
            )
        now = timezone.now()
        if not key.usable(now):
            raise AuthenticationFailed("This key has expired. Make a new one.", "key_expired")
        if not key.user.is_active:
            raise AuthenticationFailed("The account of this key is closed.", "account_closed")
        actions.note_use(key=key, at=now)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """What a request without credentials is told to bring; browsers ask nobody for it."""
        return self.keyword


class KeyMayWrite(BasePermission):
    """A key that may only read changes nothing."""

    message = "This key may only read. Use one that may write."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Allow reading with any key and writing with those made for it."""
        key = request.auth
        if isinstance(key, ApiKey) and key.read_only and request.method not in SAFE_METHODS:
            raise PermissionDenied(self.message)
        return True


class RateLimit(BaseThrottle):
    """As many requests a person as `API_RATE` allows, whatever keys they come with."""

    time_left = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request. With the cache away nobody is turned away: losing it costs limits, not work."""
        usage: dict[str, Any] | None
        person = str(request.user.pk)
        try:
            usage = get_usage(
                request,
                group="api",
                key=lambda _group, _request: person,
                rate=settings.API_RATE,
                increment=True,
            )
        except RedisError as error:
            log.warning("api.limit_unknown", error=str(error))
            return True
        self.time_left = max(1, usage["time_left"]) if usage else 0
        return not (usage and usage["should_limit"])

    def wait(self) -> float:
        """Seconds until there is room again."""
        return float(self.time_left)


def seconds_in_words(seconds: float | None) -> str:
    """Return a waiting time as people say it."""
    whole = max(1, int(seconds or 1))
    return "a second" if whole == 1 else f"{whole} seconds"
