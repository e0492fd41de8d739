"""The sites app."""

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """See README.md beside this file."""

    name = "sites"
    verbose_name = "Sites"

    def ready(self) -> None:
        """Let web processes and workers know this app's jobs, and the import wizard what it can import."""
        from sites import tasks  # noqa: F401, PLC0415 - registers its handlers
        from sites.actions.import_contacts import CONTACTS  # noqa: PLC0415
        from sites.actions.import_facts import FACTS  # noqa: PLC0415
        from sites.actions.import_hours import ACCESS_HOURS  # noqa: PLC0415
        from sites.actions.import_sites import SITES  # noqa: PLC0415
        from sites.import_targets import register  # noqa: PLC0415

        for target in (SITES, CONTACTS, FACTS, ACCESS_HOURS):
            register(target)
