"""Sites, the regions and formats they belong to, their contacts, and their place in a rollout."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Concat, Lower, LPad

from rollout.models import Client, Rollout, Wave
from rollout.querysets import TeamQuerySet
from sites.choices import GroupKind, PlacePrecision
from sites.querysets import ClientPartQuerySet, SitePartQuerySet, SiteQuerySet


class SiteGroup(models.Model):
    """A region or a format of the client's, which may lie in a larger one: "Bay Area" in "West", "Drive-through" in "Café".

    `path` is the names from the largest down, joined by " / "; a site belongs to its group and to all above it.
    """

    client = models.ForeignKey(Client, models.CASCADE, related_name="site_groups")
    kind = models.CharField(max_length=8, choices=GroupKind)
    name = models.CharField("name", max_length=80)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=400, editable=False)

    objects: ClassVar[ClientPartQuerySet] = ClientPartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("client", "kind", "path")
        constraints = (
            models.UniqueConstraint("client", "kind", Lower("path"), name="group_path_once_per_client"),
            models.CheckConstraint(condition=Q(kind__in=GroupKind.values), name="group_kind_known"),
            models.CheckConstraint(condition=~Q(parent=F("pk")), name="group_not_in_itself"),
        )

    def __str__(self) -> str:
        return self.path


class Site(models.Model):
    """One place of the client's, known by the client's own `key` (store number).

    Coordinates are degrees, WGS 84. `region` is the state of the address, `territory` the client's own region. `time_zone` is an IANA name or empty when unknown; all times of the site are shown in it.
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
    territory = models.ForeignKey(
        SiteGroup,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="sites_in_territory",
        verbose_name="region",
    )
    format = models.ForeignKey(
        SiteGroup,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="sites_of_format",
        verbose_name="format",
    )
    # As people read numbers: 9 before 10, A2 before A10. Letters, the first number filled up, the whole.
    sort_key = models.GeneratedField(
        expression=Concat(
            Func(F("key"), Value(r"\d.*$"), Value(""), function="regexp_replace"),
            LPad(
                Coalesce(Func(F("key"), Value(r"\d{1,20}"), function="substring"), Value("")),
                20,
                Value("0"),
            ),
            F("key"),
        ),
        output_field=models.CharField(max_length=160),
        db_persist=True,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[SiteQuerySet] = SiteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("key",)
        # The orders of the list; a page of it is read from the index, however many sites there are.
        indexes = (
            models.Index(fields=("client", "sort_key"), name="site_in_natural_order"),
            models.Index(fields=("client", "name", "sort_key"), name="site_by_name"),
            models.Index(fields=("client", "city", "sort_key"), name="site_by_city"),
            models.Index(fields=("client", "region", "sort_key"), name="site_by_state"),
        )
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
        indexes = (
            models.Index(fields=("rollout", "wave"), name="enrolment_by_wave"),
            models.Index(fields=("rollout", "priority"), name="enrolment_by_priority"),
        )
        constraints = (
            models.UniqueConstraint(fields=("rollout", "site"), name="site_enrolled_once_per_rollout"),
            models.CheckConstraint(condition=Q(priority__range=(1, 9)), name="enrolment_priority_1_to_9"),
        )

    def __str__(self) -> str:
        return f"{self.site} in {self.rollout}"
