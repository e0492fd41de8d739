"""Addresses of the technicians app, grouped by what they are about."""

from django.urls import URLPattern

app_name = "technicians"

urlpatterns: list[URLPattern] = []
