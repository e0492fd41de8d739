"""Addresses of the workorders app, grouped by what they are about."""

from django.urls import URLPattern

app_name = "workorders"

urlpatterns: list[URLPattern] = []
