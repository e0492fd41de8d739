"""The workorders app."""

from django.apps import AppConfig


class WorkordersConfig(AppConfig):
    """See README.md beside this file."""

    name = "workorders"
    verbose_name = "Work orders"

    def ready(self) -> None:
        """Register the kinds of long work with whoever starts them, and tell the sites what plans ask about."""
        from sites import above, planning  # noqa: PLC0415
        from workorders import tasks  # noqa: F401, PLC0415
        from workorders.queries.group_uses import variations_about  # noqa: PLC0415
        from workorders.queries.needs import needs_of_plan  # noqa: PLC0415

        planning.register(needs_of_plan)
        above.register_group_use(variations_about)
