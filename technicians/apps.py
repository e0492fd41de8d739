"""The technicians app."""

from django.apps import AppConfig


class TechniciansConfig(AppConfig):
    """See README.md beside this file."""

    name = "technicians"
    verbose_name = "Technicians"

    def ready(self) -> None:
        """Let web processes and workers know this app's kinds of long work, and the import wizard its people."""
        from sites.import_targets import register  # noqa: PLC0415
        from technicians import tasks  # noqa: F401, PLC0415 - registers its handlers
        from technicians.import_providers import PROVIDERS  # noqa: PLC0415
        from technicians.import_target import TECHNICIANS  # noqa: PLC0415

        register(PROVIDERS)
        register(TECHNICIANS)
