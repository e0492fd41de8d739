"""The technicians app."""

from django.apps import AppConfig


class TechniciansConfig(AppConfig):
    """See README.md beside this file."""

    name = "technicians"
    verbose_name = "Technicians"

    def ready(self) -> None:
        """Tell others what this app has: kinds of long work, what can be imported, and what is booked in a blackout."""
        from sites.above import Bookings, register_bookings  # noqa: PLC0415
        from sites.asking import people  # noqa: PLC0415
        from sites.import_targets import register  # noqa: PLC0415
        from technicians import tasks  # noqa: F401, PLC0415 - registers its handlers
        from technicians.import_providers import PROVIDERS  # noqa: PLC0415
        from technicians.import_target import TECHNICIANS  # noqa: PLC0415
        from technicians.queries.blackouts import booked_in, bookings_url  # noqa: PLC0415
        from technicians.surveying import technicians_to_survey  # noqa: PLC0415

        register(PROVIDERS)
        register(TECHNICIANS)
        people.register(technicians_to_survey)
        register_bookings(Bookings(booked_in, bookings_url))
