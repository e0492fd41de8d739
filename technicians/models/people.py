"""Providers and their technicians: what they can do, where they start, when they work."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from rollout.models import Client
from technicians.querysets import ProviderQuerySet, TechnicianQuerySet


class Provider(models.Model):
    """A firm that employs technicians."""

    name = models.CharField("name", max_length=120, unique=True)
    phone = models.CharField("phone", max_length=40, blank=True)
    email = models.EmailField("e-mail", blank=True)

    objects: ClassVar[ProviderQuerySet] = ProviderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ProviderManager(models.Model):
    """A user who manages a provider's people."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="managers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="managed_providers")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("provider", "user"), name="provider_manager_once"),)

    def __str__(self) -> str:
        return f"{self.user} manages {self.provider}"


class Engagement(models.Model):
    """A provider works for a client; only then do the client's teams see its technicians."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="engagements")
    client = models.ForeignKey(Client, models.CASCADE, related_name="engagements")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("provider", "client"), name="engagement_once"),)

    def __str__(self) -> str:
        return f"{self.provider} for {self.client}"


class Skill(models.Model):
    """Something a step can demand and a technician can have, such as working at height."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Technician(models.Model):
    """A person who installs. `code` is the provider's own number for them; radius in kilometres from home as the crow flies."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="technicians")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="technician"
    )
    code = models.CharField("number", max_length=40)
    name = models.CharField("name", max_length=120)
    phone = models.CharField("phone", max_length=40, blank=True)
    email = models.EmailField("e-mail", blank=True)
    home_city = models.CharField("based in", max_length=120, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    time_zone = models.CharField("time zone", max_length=64, blank=True)
    radius_km = models.PositiveIntegerField(
        "radius in km", default=150, validators=[MinValueValidator(1), MaxValueValidator(5000)]
    )
    max_minutes_per_day = models.PositiveIntegerField("most minutes a day", default=600)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[TechnicianQuerySet] = TechnicianQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("provider", "code"), name="technician_code_once_per_provider"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="technician_coordinates_both_or_neither",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The technician's own zone, in which shifts are read."""
        return ZoneInfo(self.time_zone or "UTC")


class TechnicianSkill(models.Model):
    """A skill a technician has, until when (null: for good)."""

    technician = models.ForeignKey(Technician, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="holders")
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("technician", "skill"), name="technician_skill_once"),)

    def __str__(self) -> str:
        return f"{self.technician}: {self.skill}"


class Shift(models.Model):
    """When a technician works, by weekday (Monday 0), in their own clock; `ends` at or before `starts` is the next morning."""

    technician = models.ForeignKey(Technician, models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        ordering = ("technician", "weekday", "starts")
        constraints = (
            models.UniqueConstraint(fields=("technician", "weekday", "starts"), name="shift_once"),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="shift_weekday"),
            models.CheckConstraint(condition=~Q(starts=F("ends")), name="shift_has_length"),
        )

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts:%H:%M}–{self.ends:%H:%M}"


class TimeOff(models.Model):
    """Days, both included, on which a technician does not work."""

    technician = models.ForeignKey(Technician, models.CASCADE, related_name="time_off")
    first_day = models.DateField()
    last_day = models.DateField()
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("technician", "first_day")
        constraints = (
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="time_off_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.technician} off {self.first_day} to {self.last_day}"
