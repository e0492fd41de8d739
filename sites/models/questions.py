"""What a site is asked: by a link to somebody there, or by a surveyor who goes there."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollout.models import Rollout
from rollout.querysets import TeamQuerySet
from sites.choices import InquiryKind
from sites.models.facts import Attribute
from sites.models.sites import Contact, Site


class Inquiry(models.Model):
    """One link with questions about a site, for one person without an account. Answers become facts with their source.

    `name`, `email`, `phone` are those of the contact when it was asked. Changing `secret` ends every link given out so far.
    `language` is that of the page; `note` is a word of the PM's on it. A survey has the day it is planned for. `answered_by` is who
    they said they are; `remark` is why it was closed, in their words or the team's.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    secret = models.UUIDField(default=uuid.uuid4, editable=False)
    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="inquiries")
    site = models.ForeignKey(Site, models.CASCADE, related_name="inquiries")
    kind = models.CharField(max_length=8, choices=InquiryKind, default=InquiryKind.CONTACT)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="inquiries")
    name = models.CharField("name", max_length=120)
    email = models.EmailField("e-mail", blank=True)
    phone = models.CharField("phone", max_length=40, blank=True)
    language = models.CharField("language", max_length=8, default="en")
    note = models.CharField("a word to them", max_length=500, blank=True)
    planned_on = models.DateField("day of the survey", null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="inquiries")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    send_error = models.CharField(max_length=300, blank=True)
    remind = models.BooleanField("remind", default=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=160, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    remark = models.CharField(max_length=500, blank=True)

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-asked_at", "-pk")
        verbose_name_plural = "inquiries"
        indexes = (
            models.Index(
                fields=("rollout", "expires_at"), name="inquiry_open", condition=Q(closed_at__isnull=True)
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("rollout", "contact"),
                condition=Q(closed_at__isnull=True, contact__isnull=False),
                name="one_open_inquiry_per_contact",
            ),
            models.CheckConstraint(condition=Q(kind__in=InquiryKind.values), name="inquiry_kind_known"),
            models.CheckConstraint(
                condition=Q(reminders=0) | Q(reminded_at__isnull=False), name="inquiry_reminded_at_some_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} about {self.site}"


class Question(models.Model):
    """One fact an inquiry asks for. Answered with a value, or with "I cannot tell" (`unknown`); `remark` is in their words."""

    inquiry = models.ForeignKey(Inquiry, models.CASCADE, related_name="questions")
    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    value = models.JSONField(null=True)
    unknown = models.BooleanField(default=False)
    remark = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("inquiry", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("inquiry", "attribute"), name="question_once_per_inquiry"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=False) | Q(value__isnull=True, unknown=False),
                name="question_answered_at_some_time",
            ),
        )

    def __str__(self) -> str:
        return str(self.attribute)
