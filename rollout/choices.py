"""Stable string keys for everything in the base that is one of a few."""

from django.db import models


class Role(models.TextChoices):
    """What a member is to a client or to one of its rollouts."""

    PM = "pm", "Project manager"
    PF = "pf", "Project facilitator"
    CLIENT = "client", "Client viewer"


class RolloutState(models.TextChoices):
    """Draft until a customer outcome is stated and the rollout is launched."""

    DRAFT = "draft", "Draft"
    LIVE = "live", "Live"
    CLOSED = "closed", "Closed"


class PageSize(models.TextChoices):
    """Paper of the packets."""

    LETTER = "letter", "Letter"
    A4 = "a4", "A4"


class JobState(models.TextChoices):
    """Where a job is. `RUNNING` outlives a killed worker: the next worker goes on."""

    QUEUED = "queued", "Waiting for a worker"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class ItemState(models.TextChoices):
    """Where one item of a job is."""

    WAITING = "waiting", "Waiting"
    CLAIMED = "claimed", "In work"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


ENDED_JOB_STATES = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
