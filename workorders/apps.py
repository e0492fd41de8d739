"""The workorders app."""

from django.apps import AppConfig


class WorkordersConfig(AppConfig):
    """See README.md beside this file."""

    name = "workorders"
    verbose_name = "Work orders"
