"""The technicians app."""

from django.apps import AppConfig


class TechniciansConfig(AppConfig):
    """See README.md beside this file."""

    name = "technicians"
    verbose_name = "Technicians"
