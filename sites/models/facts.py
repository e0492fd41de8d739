"""What is known about a site, and what is not."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollout.models import Client
from sites.choices import AttributeKind, FactSource
from sites.querysets import SitePartQuerySet


class Attribute(models.Model):
    """A typed fact the client's sites can have, such as ceiling height in feet. `key` is what variations refer to.

    `translations` goes from language to what the site is asked in it: ``{"es": "¿Hay un rack?"}``.
    """

    client = models.ForeignKey(Client, models.CASCADE, related_name="attributes")
    key = models.SlugField(max_length=60)
    label = models.CharField("name", max_length=80)
    kind = models.CharField("kind", max_length=10, choices=AttributeKind)
    unit = models.CharField("unit", max_length=20, blank=True)
    choices = models.JSONField("choices", default=list, blank=True, help_text="For one of a list: the list.")
    question = models.CharField(
        "what the site is asked", max_length=200, blank=True, help_text="Empty: its name is the question."
    )
    translations = models.JSONField(default=dict, blank=True)
    hint = models.CharField("how to find out", max_length=300, blank=True)
    wants_picture = models.BooleanField("ask for a picture", default=False)
    shelf_life_days = models.PositiveIntegerField("goes stale after days", null=True, blank=True)

    class Meta:
        ordering = ("client", "label")
        constraints = (
            models.UniqueConstraint(fields=("client", "key"), name="attribute_key_once_per_client"),
            models.CheckConstraint(condition=Q(kind__in=AttributeKind.values), name="attribute_kind_known"),
        )

    def __str__(self) -> str:
        return f"{self.label} ({self.unit})" if self.unit else self.label


class AttributeValue(models.Model):
    """What one source says about one attribute of one site. Sources that disagree make the fact disputed.

    `value` is a string, number, boolean or ISO date by the attribute's kind. `said_by_name` names who said it when that was
    nobody with an account; `note` is in their words.
    """

    site = models.ForeignKey("sites.Site", models.CASCADE, related_name="attribute_values")
    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="values")
    value = models.JSONField()
    source = models.CharField(max_length=12, choices=FactSource)
    observed_on = models.DateField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="said_values"
    )
    said_by_name = models.CharField(max_length=160, blank=True)
    note = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()

    objects: ClassVar[SitePartQuerySet] = SitePartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("site", "attribute", "-observed_on")
        constraints = (
            models.UniqueConstraint(fields=("site", "attribute", "source"), name="one_value_per_source"),
            models.CheckConstraint(condition=Q(source__in=FactSource.values), name="fact_source_known"),
        )

    def __str__(self) -> str:
        return f"{self.attribute.label}: {self.value}"
