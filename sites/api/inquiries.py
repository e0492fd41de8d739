"""Questions to sites over the API: who was asked what, ask, withdraw."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from rollout.api.base import RolloutView
from rollout.api.views import JobSerializer
from rollout.permissions import Permission
from sites import access, actions, queries
from sites.actions.asking import Wish
from sites.asking.words import LANGUAGES
from sites.choices import InquiryState
from sites.models import Inquiry, Question


class QuestionSerializer(serializers.ModelSerializer[Question]):
    """One fact that was asked for; `unknown` is “I cannot tell”."""

    attribute = serializers.CharField(source="attribute.key")

    class Meta:
        model = Question
        fields = ("attribute", "answered_at", "value", "unknown", "remark")


class InquirySerializer(serializers.ModelSerializer[Inquiry]):
    """Questions to one person about a site. The link itself is shown in the desk only, where it is written down who saw it."""

    site = serializers.CharField(source="site.key")
    state = serializers.ChoiceField(choices=InquiryState.choices)
    overdue = serializers.BooleanField()
    questions = serializers.IntegerField(source="questions_asked")
    answered = serializers.IntegerField()
    asked_by = serializers.CharField(source="asked_by.name")

    class Meta:
        model = Inquiry
        fields: tuple[str, ...] = (
            "key",
            "site",
            "kind",
            "state",
            "overdue",
            "name",
            "email",
            "phone",
            "language",
            "questions",
            "answered",
            "asked_by",
            "asked_at",
            "sent_at",
            "send_error",
            "expires_at",
            "reminders",
            "answered_at",
            "closed_at",
        )


class WholeInquirySerializer(InquirySerializer):
    """Questions to one person, each with its answer."""

    answers = QuestionSerializer(many=True)

    class Meta(InquirySerializer.Meta):
        fields: tuple[str, ...] = (*InquirySerializer.Meta.fields, "answers")


class AskSerializer(serializers.Serializer[Any]):
    """Which sites to ask for which facts; each is asked only for what is unknown or stale there."""

    sites = serializers.ListField(
        child=serializers.CharField(max_length=60), allow_empty=False, max_length=1000
    )
    attributes = serializers.ListField(
        child=serializers.CharField(max_length=60), allow_empty=False, max_length=100
    )
    language = serializers.ChoiceField(
        choices=["", *LANGUAGES], default="", help_text="Empty: by the country of each site."
    )
    days = serializers.IntegerField(default=21, min_value=1, max_value=365, help_text="How long links open.")
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")
    send = serializers.BooleanField(default=True, help_text="By e-mail, to whoever has an address.")
    remind = serializers.BooleanField(default=True)
    press = serializers.UUIDField(
        help_text="A key of your own: the same one asks once, however often it is sent."
    )


class WithdrawSerializer(serializers.Serializer[Any]):
    """Why questions are withdrawn."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class InquiryList(RolloutView):
    """Who was asked what in a rollout."""

    needs = {"GET": Permission.SITE_VIEW, "POST": Permission.SITE_EDIT}
    parameters = ("state", "site")
    serializer_class = InquirySerializer

    @extend_schema(
        operation_id="inquiries_list",
        parameters=[
            OpenApiParameter("state", enum=InquiryState.values),
            OpenApiParameter("site", str, description="Number of a site."),
        ],
    )
    def get(self, request: Request, code: str) -> Response:
        """Return a page of inquiries, those somebody waits for longest first."""
        rows: QuerySet[Any] = queries.inquiries_of(self.rollout, self.user, now=timezone.now())
        if state := request.query_params.get("state"):
            if state not in InquiryState.values:
                sentence = f"There is no state “{state[:40]}”. There are: {', '.join(InquiryState.values)}."
                raise ValidationError({"state": [ErrorDetail(sentence, "no_choice")]})
            rows = rows.filter(state=state)
        if site := request.query_params.get("site"):
            rows = rows.filter(site__key=site)
        return self.paged(queries.longest_waiting(rows), lambda page: InquirySerializer(page, many=True).data)

    @extend_schema(operation_id="inquiries_ask", request=AskSerializer, responses={202: JobSerializer})
    def post(self, request: Request, code: str) -> Response:
        """Ask the contacts of sites; a job writes the questions and sends the links. `press` makes it safe to send twice."""
        data = self.checked(AskSerializer)
        sites = queries.sites_numbered(self.rollout, self.user, data["sites"])
        found = {one.key: one.pk for one in queries.attributes_of(self.rollout.client_id)}
        _refuse_unknown("sites", data["sites"], {site.key for site in sites})
        _refuse_unknown("attributes", data["attributes"], set(found))
        wish = Wish(
            enrolments=tuple(queries.enrolment_ids(self.rollout, sites)),
            attributes=tuple(found[key] for key in dict.fromkeys(data["attributes"])),
            language=data["language"],
            days=data["days"],
            note=data["note"],
            send=data["send"],
            remind=data["remind"],
            press=str(data["press"]),
        )
        job = actions.start_asking(rollout=self.rollout, wish=wish, by=self.user, at=timezone.now())
        return Response(JobSerializer(job).data, status=202)


def _refuse_unknown(field: str, asked: list[str], known: set[str]) -> None:
    missing = [key for key in asked if key not in known]
    if missing:
        sentence = f"Not known here: {', '.join(missing[:10])}. Nobody was asked."
        raise ValidationError({field: [ErrorDetail(sentence, "not_found")]})


class InquiryView(RolloutView):
    """Something of one inquiry."""

    def find(self, permission: Permission) -> None:
        """Find the inquiry in its rollout."""
        self.rollout, self.inquiry = access.inquiry_for(
            self.user, self.kwargs["code"], self.kwargs["key"], permission
        )

    def told(self) -> Response:
        """Answer with the inquiry as it is now, with its answers."""
        rows = queries.inquiries_of(self.rollout, self.user, now=timezone.now())
        now: Any = rows.get(pk=self.inquiry.pk)
        now.answers = queries.questions_of(now)
        return Response(WholeInquirySerializer(now).data)


class OneInquiry(InquiryView):
    """Questions to one person about a site."""

    needs = {"GET": Permission.SITE_VIEW}
    serializer_class = WholeInquirySerializer

    @extend_schema(operation_id="inquiry_read")
    def get(self, request: Request, code: str, key: uuid.UUID) -> Response:
        """Return the inquiry with every question and answer."""
        return self.told()


class InquiryWithdraw(InquiryView):
    """Take questions back."""

    needs = {"POST": Permission.SITE_EDIT}
    serializer_class = WholeInquirySerializer

    @extend_schema(operation_id="inquiry_withdraw", request=WithdrawSerializer)
    def post(self, request: Request, code: str, key: uuid.UUID) -> Response:
        """Close the questions: the link no longer opens, what was answered stays. Safe to send twice."""
        reason = self.checked(WithdrawSerializer)["reason"]
        actions.withdraw(inquiry_id=self.inquiry.pk, by=self.user, at=timezone.now(), reason=reason)
        return self.told()
