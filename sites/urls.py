"""Addresses of the sites app, grouped by what they are about."""

from django.urls import URLPattern

app_name = "sites"

urlpatterns: list[URLPattern] = []
