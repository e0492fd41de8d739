"""Sites, their contacts and access windows, and their place in a rollout."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from rollout.models import Client, Rollout, Wave
from rollout.querysets import TeamQuerySet
from sites.choices import PlacePrecision, Weekday
from sites.querysets import SitePartQuerySet, SiteQuerySet


class Site(models.Model):
    """One place of the client's, known by the client's own `key` (store number).

    Coordinates are degrees, WGS 84. `time_zone` is an IANA name or empty when unknown; all times of the site are shown in it.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="sites")
    key = models.CharField("site number", max_length=60)
    name = models.CharField("name", max_length=160)
    street = models.CharField("street", max_length=200, blank=True)
    city = models.CharField("city", max_length=120, blank=True)
    region = models.CharField("state or region", max_length=80, blank=True)
    postal_code = models.CharField("postal code", max_length=20, blank=True)
    country = models.CharField("country", max_length=2, blank=True, help_text="Two letters, such as US.")
    latitude = models.FloatField(
        "latitude", null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        "longitude", null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    precision = models.CharField(max_length=12, choices=PlacePrecision, default=PlacePrecision.UNKNOWN)
    time_zone = models.CharField("time zone", max_length=64, blank=True)
    phone = models.CharField("phone", max_length=40, blank=True)
    opening_hours = models.CharField("opening hours", max_length=300, blank=True)
    access_notes = models.TextField("how to get in", blank=True, max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[SiteQuerySet] = SiteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("key",)
        constraints = (
            models.UniqueConstraint(fields=("client", "key"), name="site_key_once_per_client"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="site_coordinates_both_or_neither",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, precision=PlacePrecision.UNKNOWN)
                | (Q(latitude__isnull=False) & ~Q(precision=PlacePrecision.UNKNOWN)),
                name="site_precision_of_coordinates",
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} · {self.name}"

    @property
    def locality(self) -> str:
        """City, region and postal code in one line."""
        return " ".join(
            filter(
                None,
                [f"{self.city}," if self.city and self.region else self.city, self.region, self.postal_code],
            )
        )

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone; UTC while unknown (pages then say so)."""
        return ZoneInfo(self.time_zone or "UTC")


class Contact(models.Model):
    """Somebody at the site to call, in the order in which to call them."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="contacts")
    order = models.PositiveSmallIntegerField(default=0)
    name = models.CharField("name", max_length=120)
    role = models.CharField("role", max_length=80, blank=True)
    phone = models.CharField("phone", max_length=40, blank=True)
    email = models.EmailField("e-mail", blank=True)

    objects: ClassVar[SitePartQuerySet] = SitePartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("site", "order", "pk")

    def __str__(self) -> str:
        return f"{self.name} ({self.role})" if self.role else self.name


class AccessWindow(models.Model):
    """When one may work at a site, by weekday, in the site's own clock.

    `closes` at or before `opens` means the next morning; the window belongs to the weekday it opens on.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="access_windows")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.TimeField("from")
    closes = models.TimeField("to")

    objects: ClassVar[SitePartQuerySet] = SitePartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("site", "weekday", "opens")
        constraints = (
            models.UniqueConstraint(fields=("site", "weekday", "opens"), name="access_window_once"),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="access_window_weekday"),
            models.CheckConstraint(condition=~Q(opens=F("closes")), name="access_window_has_length"),
        )

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class Enrolment(models.Model):
    """A site's place in a rollout: its wave and priority (1 first, 9 last)."""

    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="enrolments")
    site = models.ForeignKey(Site, models.PROTECT, related_name="enrolments")
    wave = models.ForeignKey(Wave, models.SET_NULL, null=True, blank=True, related_name="enrolments")
    priority = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    enrolled_at = models.DateTimeField()

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("rollout", "site__key")
        constraints = (
            models.UniqueConstraint(fields=("rollout", "site"), name="site_enrolled_once_per_rollout"),
            models.CheckConstraint(condition=Q(priority__range=(1, 9)), name="enrolment_priority_1_to_9"),
        )

    def __str__(self) -> str:
        return f"{self.site} in {self.rollout}"
