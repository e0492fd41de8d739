"""Who was asked what, and what came of it."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from rollout.models import AuditEntry, Rollout, User
from sites.choices import InquiryKind, InquiryState
from sites.models import Attachment, Inquiry, Question, Site

OVERDUE_AFTER = timedelta(days=7)
WAITING = (
    InquiryState.PARTLY,
    InquiryState.OPENED,
    InquiryState.UNDELIVERED,
    InquiryState.SENT,
    InquiryState.TO_PASS_ON,
)
"""States in which somebody still has questions before them."""


def state_of(now: datetime) -> Case:
    """Build the `InquiryState` of a row; needs the annotation ``any_answered``."""
    return Case(
        When(closed_by__isnull=False, then=Value(InquiryState.WITHDRAWN)),
        When(closed_at__isnull=False, then=Value(InquiryState.NOT_THEIRS)),
        When(answered_at__isnull=False, then=Value(InquiryState.ANSWERED)),
        When(expires_at__lte=now, then=Value(InquiryState.EXPIRED)),
        When(any_answered=True, then=Value(InquiryState.PARTLY)),
        When(opened_at__isnull=False, then=Value(InquiryState.OPENED)),
        When(~Q(send_error=""), then=Value(InquiryState.UNDELIVERED)),
        When(sent_at__isnull=False, then=Value(InquiryState.SENT)),
        default=Value(InquiryState.TO_PASS_ON),
        output_field=CharField(),
    )


def inquiries_of(rollout: Rollout, user: User, *, now: datetime) -> QuerySet[Inquiry]:
    """The inquiries of a rollout with site, contact and who asked.

    Annotated with ``state`` (an `InquiryState`), ``overdue`` (waiting for a week and more), and the numbers ``questions``
    and ``answered``.
    """
    rows: QuerySet[Inquiry] = Inquiry.objects.visible_to(user).filter(rollout=rollout)
    return with_state(rows, now=now).select_related("site", "contact", "asked_by", "closed_by", "rollout")


def with_state(rows: QuerySet[Inquiry], *, now: datetime) -> QuerySet[Inquiry]:
    """Annotate inquiries as `inquiries_of` says."""
    asked = Question.objects.filter(inquiry=OuterRef("pk")).order_by().values("inquiry")
    done = asked.filter(answered_at__isnull=False)
    number = Count("pk")
    return rows.annotate(
        any_answered=Exists(done),
        questions_asked=Coalesce(Subquery(asked.annotate(n=number).values("n")), Value(0)),
        answered=Coalesce(Subquery(done.annotate(n=number).values("n")), Value(0)),
    ).annotate(
        state=state_of(now),
        overdue=ExpressionWrapper(
            Q(closed_at__isnull=True, answered_at__isnull=True, expires_at__gt=now)
            & Q(asked_at__lte=now - OVERDUE_AFTER),
            output_field=BooleanField(),
        ),
    )


def state_counts(rows: QuerySet[Inquiry]) -> dict[str, int]:
    """Return how many of the rows are in which state, and how many are ``waiting`` and ``overdue``; one query."""
    found: Counter[str] = Counter()
    for state, overdue, n in rows.order_by().values_list("state", "overdue").annotate(n=Count("pk")):  # type: ignore[misc]
        found[state] += n
        found["waiting"] += n if state in WAITING else 0
        found["overdue"] += n if overdue else 0
    return dict(found)


def longest_waiting(rows: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
    """Order: those somebody still waits for by how long, then the others, the newest first; of one asking by site number."""
    waits = Case(When(state__in=WAITING, then=F("asked_at")), default=None)
    return rows.order_by(waits.asc(nulls_last=True), "-asked_at", "site__sort_key", "pk")


def inquiry_behind(key: uuid.UUID) -> Inquiry | None:
    """The inquiry a link leads to, with what its page shows; None when there is none. Whether it opens `sites.links` says."""
    return (
        Inquiry.objects.select_related("site__client", "rollout__client", "asked_by", "contact")
        .filter(key=key)
        .first()
    )


def questions_of(inquiry: Inquiry) -> list[Question]:
    """The questions of an inquiry in order, each with its attribute."""
    return list(inquiry.questions.select_related("attribute"))


def pictures_of(inquiry: Inquiry) -> list[Attachment]:
    """Pictures of what is asked here that came by a link since this one was opened, the oldest first."""
    if inquiry.opened_at is None:
        return []
    rows = Attachment.objects.filter(
        site=inquiry.site_id,
        attribute__in=Question.objects.filter(inquiry=inquiry).values("attribute"),
        added_by__isnull=True,
        added_at__gte=inquiry.opened_at,
    )
    return list(rows.select_related("file", "preview", "attribute").order_by("added_at", "pk"))


def said_by(inquiry: Inquiry) -> str:
    """Who answers, as facts name them: what they called themselves, or the name and role they were asked under."""
    if inquiry.answered_by:
        return inquiry.answered_by
    role = inquiry.contact.role if inquiry.contact else ""
    return ", ".join(filter(None, (inquiry.name, role)))[:160]


def history_of_inquiry(inquiry: Inquiry) -> QuerySet[AuditEntry]:
    """What was done about an inquiry, the newest first; entries are about its site and name the inquiry."""
    rows = AuditEntry.objects.filter(
        subject_type=Site._meta.label_lower, subject_id=inquiry.site_id, data__inquiry=str(inquiry.key)
    )
    return rows.select_related("by").order_by("-at", "-pk")


def inquiries_at(site: Site, rollout: Rollout, user: User, *, now: datetime) -> list[Inquiry]:
    """What was asked about a site in a rollout, the newest first; two queries."""
    rows = inquiries_of(rollout, user, now=now).filter(site=site).order_by("-asked_at", "-pk")
    questions = Prefetch("questions", queryset=Question.objects.select_related("attribute"))
    return list(rows.prefetch_related(questions))


def askers_of(rollout: Rollout) -> list[tuple[int, str]]:
    """Who has asked in a rollout, as ``(id, name)`` by name."""
    rows = User.objects.filter(inquiries__rollout=rollout).distinct().order_by("name", "pk")
    return list(rows.values_list("pk", "name"))


def labels_of(ids: Sequence[int]) -> list[tuple[int, str]]:
    """Inquiries as items of a job: id and what people call it, in the order of their sites."""
    rows = Inquiry.objects.filter(pk__in=ids).select_related("site").order_by("site__sort_key", "pk")
    return [(row.pk, f"{row.site.key} · {row.name}") for row in rows]


def due_for_reminding(*, now: datetime, steps: Sequence[int]) -> QuerySet[Inquiry]:
    """Inquiries whose next reminder is due: open, sent by e-mail, wanted, without a complete answer.

    `steps` are days after sending, in order. Whether it is night at the site the caller looks at.
    """
    due = Q(pk__in=())
    for done, days in enumerate(steps):
        due |= Q(reminders=done, sent_at__lte=now - timedelta(days=days))
    rows: QuerySet[Inquiry] = Inquiry.objects.filter(
        due,
        closed_at__isnull=True,
        answered_at__isnull=True,
        expires_at__gt=now,
        remind=True,
        kind=InquiryKind.CONTACT,
    ).exclude(email="")
    return rows.select_related("site").order_by("sent_at", "pk")
