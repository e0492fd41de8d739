"""Clients, their rollouts, the waves of a rollout and the outcomes it owes the client's customers."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from rollout.choices import PageSize, RolloutState
from rollout.querysets import ClientQuerySet, RolloutQuerySet, TeamQuerySet

CODE_VALIDATOR = RegexValidator(
    r"^[a-z0-9][a-z0-9-]*$", "Use lower-case letters, digits and hyphens, beginning with a letter or digit."
)


class Client(models.Model):
    """The enterprise whose sites are rolled out."""

    name = models.CharField("name", max_length=120, unique=True)
    code = models.SlugField("short name", max_length=40, unique=True, validators=[CODE_VALIDATOR])
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[ClientQuerySet] = ClientQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Rollout(models.Model):
    """One technology going to many sites of one client. The PM is accountable for it."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="rollouts")
    name = models.CharField("name", max_length=120)
    code = models.SlugField(
        "short name",
        max_length=30,
        unique=True,
        validators=[CODE_VALIDATOR],
        help_text="Part of every address and work-order number, for example cafe-wifi.",
    )
    summary = models.TextField("what is installed", blank=True, max_length=2000)
    state = models.CharField(max_length=10, choices=RolloutState, default=RolloutState.DRAFT)
    pm = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="conducted_rollouts", verbose_name="PM"
    )
    starts_on = models.DateField("first installs", null=True, blank=True)
    ends_on = models.DateField("planned finish", null=True, blank=True)
    support_phone = models.CharField("support number on the night", max_length=40, blank=True)
    page_size = models.CharField("packet paper", max_length=10, choices=PageSize, default=PageSize.LETTER)
    launched_at = models.DateTimeField(null=True, blank=True)
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="launched_rollouts"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[RolloutQuerySet] = RolloutQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("client", "name"), name="rollout_name_once_per_client"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="rollout_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(state=RolloutState.DRAFT)
                | Q(launched_at__isnull=False, launched_by__isnull=False),
                name="rollout_launched_by_someone",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Wave(models.Model):
    """A cohort of sites with dates, a pace and an accountable facilitator. Wave 0 is the pilot."""

    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="waves")
    number = models.PositiveSmallIntegerField("number")
    name = models.CharField("name", max_length=80)
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    pace_per_day = models.PositiveSmallIntegerField(
        "most installs a day", null=True, blank=True, help_text="Empty: as many as technicians can do."
    )
    pf = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="facilitated_waves",
        verbose_name="facilitator",
    )

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("rollout", "number")
        constraints = (
            models.UniqueConstraint(fields=("rollout", "number"), name="wave_number_once_per_rollout"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="wave_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(pace_per_day__isnull=True) | Q(pace_per_day__gt=0), name="wave_pace_positive"
            ),
        )

    def __str__(self) -> str:
        return f"Wave {self.number} · {self.name}"


class CustomerOutcome(models.Model):
    """What the rollout changes for the client's own customers: a measure that goes from a baseline to a target.

    `baseline`, `target` and `latest` share `unit`. No rollout is launched without one.
    """

    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="outcomes")
    statement = models.CharField(
        "what customers get", max_length=200, help_text="For example: guests are online within 10 seconds."
    )
    measure = models.CharField("how it is measured", max_length=200)
    unit = models.CharField("unit", max_length=30, blank=True)
    baseline = models.DecimalField("today", max_digits=12, decimal_places=2)
    target = models.DecimalField("target", max_digits=12, decimal_places=2)
    latest = models.DecimalField("latest reading", max_digits=12, decimal_places=2, null=True, blank=True)
    latest_on = models.DateField("read on", null=True, blank=True)

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("rollout", "pk")
        constraints = (
            models.CheckConstraint(condition=~Q(baseline=F("target")), name="outcome_changes_something"),
            models.CheckConstraint(
                condition=Q(latest__isnull=True, latest_on__isnull=True)
                | Q(latest__isnull=False, latest_on__isnull=False),
                name="outcome_reading_has_a_date",
            ),
        )

    def __str__(self) -> str:
        return self.statement

    @property
    def share_reached(self) -> float | None:
        """How much of the way from baseline to target the latest reading is: 0 to 1, None without a reading."""
        if self.latest is None:
            return None
        share = float((self.latest - self.baseline) / (self.target - self.baseline))
        return max(0.0, min(1.0, share))

    @property
    def percent_reached(self) -> int | None:
        """The same in whole percent."""
        share = self.share_reached
        return None if share is None else round(100 * share)
