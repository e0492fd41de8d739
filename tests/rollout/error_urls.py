"""Addresses that fail on purpose."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path

from rollout.urls import urlpatterns as real


def _refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("Your role in this rollout does not include this. Ask its project manager.")


def _fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


urlpatterns = [path("refuse/", _refuse), path("fail/", _fail), *real]
