"""E-mails to people at sites: in their language, as plain text and simple HTML, answered to whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format

from sites import links
from sites.asking.words import words_in
from sites.choices import InquiryKind
from sites.models import Inquiry, Question

Occasion = Literal["asked", "reminder"]
SHOWN = 8


def day_in(moment: datetime, language: str, zone: Any) -> str:
    """Return a day as people of a language write it, on the site's own calendar."""
    with translation.override(language):
        return date_format(moment.astimezone(zone), "DATE_FORMAT")


def question_in(question: Question, language: str) -> str:
    """Return what is asked, in a language: its translation, else the question, else the name of the fact."""
    attribute = question.attribute
    told = attribute.translations.get(language) if isinstance(attribute.translations, dict) else None
    return str(told or attribute.question or attribute.label)


def letter(inquiry: Inquiry, questions: Sequence[Question], occasion: Occasion) -> EmailMultiAlternatives:
    """Build the e-mail that brings the link, or the reminder of it.

    Parameters
    ----------
    inquiry
        With site, rollout, client and who asks loaded.
    questions
        The open ones, with their attributes.

    Notes
    -----
    The same letter sent twice, because a worker died at the wrong moment, carries the same Message-ID.
    """
    words, site, rollout = words_in(inquiry.language), inquiry.site, inquiry.rollout
    is_survey, is_reminder = inquiry.kind == InquiryKind.SURVEY, occasion == "reminder"
    lead = words.mail_survey_lead if is_survey else words.mail_lead
    subject = words.mail_survey if is_survey else words.mail_subject
    names = {"client": rollout.client.name, "rollout": rollout.name, "site": site.name}
    context = {
        "words": words,
        "language": inquiry.language,
        "inquiry": inquiry,
        "site": site,
        "lead": (words.mail_reminder_lead if is_reminder else lead).format(**names),
        "hello": words.mail_hello.format(name=inquiry.name),
        "questions": [question_in(one, inquiry.language) for one in questions[:SHOWN]],
        "more": max(0, len(questions) - SHOWN),
        "planned": _planned(inquiry),
        "link": links.link_to(inquiry),
        "until": words.mail_until.format(date=day_in(inquiry.expires_at, inquiry.language, site.zone)),
        "word_from": words.word_from.format(name=inquiry.asked_by.name),
        "is_contact": not is_survey,
    }
    first = f"<{inquiry.key}.{inquiry.asked_at:%Y%m%d%H%M%S}@{_host()}>"
    message = EmailMultiAlternatives(
        subject=_line((words.mail_reminder if is_reminder else subject).format(**names)),
        body=render_to_string("sites/ask_email.txt", context),
        to=[inquiry.email],
        reply_to=[inquiry.asked_by.email],
        headers=_reminding(inquiry, first) if is_reminder else {"Message-ID": first},
    )
    message.attach_alternative(render_to_string("sites/ask_email.html", context), "text/html")
    return message


def _planned(inquiry: Inquiry) -> str:
    if inquiry.planned_on is None:
        return ""
    with translation.override(inquiry.language):
        day = date_format(inquiry.planned_on, "DATE_FORMAT")
    return words_in(inquiry.language).planned_for.format(date=day)


def _reminding(inquiry: Inquiry, first: str) -> dict[str, str]:
    mine = first.replace("@", f".{inquiry.reminders}.{inquiry.reminded_at:%Y%m%d%H%M}@")
    return {"Message-ID": mine, "In-Reply-To": first, "References": first}


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def _line(text: str) -> str:
    return " ".join(text.split())
