"""Answer every exception and every error of the API in its one shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from rollout.api.authentication import seconds_in_words
from rollout.api.errors import NOT_ALLOWED, NOTHING_HERE, SENTENCES, Conflict, TooBig, code_of, error
from rollout.exceptions import Refused

CODES = {400: "bad_request", 404: "not_found", 413: "too_big", 500: "failed_here"}


def flattened(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """Yield the errors of REST framework's nested details, fields joined by dots."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            own = "" if key == "non_field_errors" else str(key)
            yield from flattened(value, ".".join(filter(None, (field, own))))
    elif isinstance(detail, list):
        for number, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            yield from flattened(value, f"{field}.{number}" if nested and field else field)
    else:
        yield error(str(detail), field=field, code=str(getattr(detail, "code", "invalid")))


def handle(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of a view; None for what nobody foresaw, which is logged and told as our own failure."""
    known = _translated(exception)
    response = exception_handler(known, context)
    if response is None:
        return None
    if isinstance(known, exceptions.Throttled):
        wait = seconds_in_words(getattr(known, "wait", None))
        sentence = f"Too many requests. Try again in {wait}."
        response.data = {"errors": [error(sentence, code="throttled")]}
    elif isinstance(known, exceptions.NotAuthenticated):
        response.data = {"errors": [error(SENTENCES[401], code="not_authenticated")]}
    elif isinstance(known, exceptions.APIException):
        response.data = {"errors": list(flattened(known.detail))}
    return response


def _translated(exception: Exception) -> Exception:
    """Return the exception of REST framework that says the same."""
    if isinstance(exception, Http404):
        return exceptions.NotFound(NOTHING_HERE)
    if isinstance(exception, PermissionDenied):
        return exceptions.PermissionDenied(str(exception) or NOT_ALLOWED)
    if isinstance(exception, Refused):
        return Conflict(str(exception), code_of(exception))
    if isinstance(exception, RequestDataTooBig):
        return TooBig()
    if isinstance(exception, SuspiciousOperation | BadRequest):
        return exceptions.ParseError(str(exception) or SENTENCES[400])
    return exception


class ApiMiddleware:
    """Let what never reached a view of the API be answered in its shape too: no HTML to a program."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/api/"):
            return self.get_response(request)
        if not request.path.endswith("/") and request.method not in ("GET", "HEAD", "OPTIONS"):
            return _answer(404, "Addresses of the API end with a slash. Add it and send the request again.")
        response = self.get_response(request)
        if response.status_code >= 400 and response["Content-Type"].startswith("text/"):
            return _answer(response.status_code)
        return response


def _answer(status_code: int, sentence: str = "") -> JsonResponse:
    told = sentence or SENTENCES.get(status_code, HTTPStatus(status_code).phrase)
    code = CODES.get(status_code, "refused")
    return JsonResponse({"errors": [error(told, code=code)]}, status=status_code)
