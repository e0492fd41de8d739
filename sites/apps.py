"""The sites app."""

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """See README.md beside this file."""

    name = "sites"
    verbose_name = "Sites"
