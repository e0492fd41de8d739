"""When one may come to a site: weekly windows, days that are different, and days on which nobody works."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from rollout.models import Client
from sites.choices import Weekday
from sites.models.sites import Site, SiteGroup
from sites.querysets import ClientPartQuerySet, SitePartQuerySet


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


class AccessException(models.Model):
    """One day at a site that differs from its week: other hours, or none at all (`opens` and `closes` empty).

    It replaces every weekly window that opens on that day. Hours read like those of `AccessWindow`, over midnight too.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="access_exceptions")
    on = models.DateField("day")
    opens = models.TimeField("from", null=True, blank=True)
    closes = models.TimeField("to", null=True, blank=True)
    note = models.CharField("why", max_length=200, blank=True)

    objects: ClassVar[SitePartQuerySet] = SitePartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("site", "on", "opens")
        constraints = (
            models.UniqueConstraint(
                fields=("site", "on", "opens"), name="access_exception_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | (Q(opens__isnull=False, closes__isnull=False) & ~Q(opens=F("closes"))),
                name="access_exception_hours_or_closed",
            ),
        )

    def __str__(self) -> str:
        hours = f"{self.opens:%H:%M}–{self.closes:%H:%M}" if self.opens and self.closes else "closed"
        return f"{self.on:%Y-%m-%d} {hours}"


class Blackout(models.Model):
    """Days on which nobody works at the client's sites, at those of a region or format, or at one site.

    Both days are included and read in each site's own calendar. With neither `group` nor `site` it holds for all sites.
    """

    client = models.ForeignKey(Client, models.CASCADE, related_name="blackouts")
    group = models.ForeignKey(SiteGroup, models.CASCADE, null=True, blank=True, related_name="blackouts")
    site = models.ForeignKey(Site, models.CASCADE, null=True, blank=True, related_name="blackouts")
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    reason = models.CharField("why", max_length=200)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="blackouts_set"
    )
    created_at = models.DateTimeField()

    objects: ClassVar[ClientPartQuerySet] = ClientPartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("starts_on", "ends_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="blackout_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=True) | Q(site__isnull=True), name="blackout_of_one_scope"
            ),
        )

    def __str__(self) -> str:
        days = f"{self.starts_on:%Y-%m-%d}"
        return f"{self.reason}: {days}" + (
            f" to {self.ends_on:%Y-%m-%d}" if self.ends_on != self.starts_on else ""
        )
