"""The workorders app."""

from django.apps import AppConfig


class WorkordersConfig(AppConfig):
    """See README.md beside this file."""

    name = "workorders"
    verbose_name = "Work orders"

    def ready(self) -> None:
        """Register the kinds of long work with whoever starts them, the web process included."""
        from workorders import tasks  # noqa: F401, PLC0415
