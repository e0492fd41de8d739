"""The base app."""

from django.apps import AppConfig


class RolloutConfig(AppConfig):
    """Users, clients, rollouts, jobs, files, audit."""

    name = "rollout"
    verbose_name = "Rollouts"
