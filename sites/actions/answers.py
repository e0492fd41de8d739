"""What somebody at a site answers: kept with the question, and told to the site's facts with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import File
from django.db import transaction

from rollout import audit
from rollout.exceptions import Refused
from sites import links, queries
from sites.actions.attachments import attach
from sites.actions.facts import NothingSaid, forget_fact, state_fact
from sites.asking.reading import LONGEST, Answer, Asked, Unreadable, read_answer, tidy
from sites.asking.words import words_in
from sites.choices import AttachmentKind, FactSource, InquiryKind
from sites.models import Attachment, Inquiry, Question

MOST_PICTURES = 6
"""So many pictures of one question come by one link."""


class NoLongerOpen(Refused):
    """The questions are closed or past their last day."""


class TooManyPictures(Refused):
    """The question has as many pictures as it may have."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was sent for one question: what was typed or chosen, "I can't tell", and a remark."""

    text: str = ""
    unknown: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one answer: the question as it is now, or why it was not taken, in the language of the page."""

    question: Question
    error: str = ""


def _locked(inquiry: Inquiry, at: datetime) -> Inquiry:
    rows = Inquiry.objects.select_for_update(of=("self",)).select_related(
        "site", "rollout__client", "asked_by", "contact"
    )
    found: Inquiry = rows.get(pk=inquiry.pk)
    if not links.is_open(found, now=at):
        raise NoLongerOpen("These questions are closed.")
    return found


@transaction.atomic
def open_inquiry(*, inquiry: Inquiry, at: datetime) -> None:
    """Note that somebody pressed the button behind the link; a second time changes nothing."""
    Inquiry.objects.filter(pk=inquiry.pk, opened_at__isnull=True).update(opened_at=at)


@transaction.atomic
def save_answers(
    *, inquiry: Inquiry, given: Mapping[int, Given], language: str, name: str, at: datetime
) -> list[Outcome]:
    """Take answers, each on its own: one that cannot be read does not hold up the others.

    Parameters
    ----------
    given
        By question id; questions that are not in it stay as they are, ids of other inquiries are passed over.
    language
        How numbers are read and in which language errors are told.
    name
        Who answers, as they call themselves; "" keeps what was said.

    Returns
    -------
    list of Outcome
        In the order of the questions. Sending the same answers again changes nothing and writes nothing.

    Raises `NoLongerOpen`.
    """
    inquiry = _locked(inquiry, at)
    if tidy(name) and tidy(name)[:160] != inquiry.answered_by:
        inquiry.answered_by = " ".join(tidy(name).split())[:160]
    questions = queries.questions_of(inquiry)
    outcomes = [_take(inquiry, one, given[one.pk], language, at) for one in questions if one.pk in given]
    complete = all(one.answered_at is not None for one in questions)
    inquiry.opened_at = inquiry.opened_at or at
    if not complete:
        inquiry.answered_at = None
    elif inquiry.answered_at is None:
        inquiry.answered_at = at
        _note(inquiry, "answered", f"{queries.said_by(inquiry)} answered every question", at)
    inquiry.save(update_fields=["answered_by", "opened_at", "answered_at"])
    return outcomes


def _note(inquiry: Inquiry, type_: str, summary: str, at: datetime, reason: str = "") -> None:
    audit.record(
        f"sites.inquiry.{type_}",
        subject=inquiry.site,
        rollout=inquiry.rollout,
        by=None,
        at=at,
        summary=summary,
        reason=reason,
        data={"inquiry": str(inquiry.key)},
    )


def _take(inquiry: Inquiry, question: Question, given: Given, language: str, at: datetime) -> Outcome:
    words, attribute = words_in(language), question.attribute
    remark = tidy(given.remark)
    if len(remark) > LONGEST:
        return Outcome(question, words.error_long.format(count=LONGEST))
    try:
        asked = Asked(attribute.kind, attribute.unit, tuple(map(str, attribute.choices)))
        value = read_answer(asked, given.text, words)
    except Unreadable as refusal:
        return Outcome(question, str(refusal))
    unknown = given.unknown and value is None
    before = (question.value, question.unknown, question.remark)
    if (value, unknown, remark) == before and type(value) is type(question.value):
        return Outcome(question)
    had = question.value
    question.value, question.unknown, question.remark = value, unknown, remark
    question.answered_at = at if value is not None or unknown else None
    question.save(update_fields=["value", "unknown", "remark", "answered_at"])
    _tell_facts(inquiry, question, had, at)
    return Outcome(question)


def _tell_facts(inquiry: Inquiry, question: Question, had: Answer, at: datetime) -> None:
    """State the fact, or take back what was said when the answer was taken back."""
    source = FactSource.SURVEY if inquiry.kind == InquiryKind.SURVEY else FactSource.CONTACT
    if question.value is not None:
        state_fact(
            site=inquiry.site,
            attribute=question.attribute,
            value=question.value,
            observed_on=at.astimezone(inquiry.site.zone).date(),
            source=source.value,
            said_by_name=queries.said_by(inquiry),
            note=question.remark,
            rollout=inquiry.rollout,
            by=None,
            at=at,
        )
    elif had is not None:
        try:
            forget_fact(
                site=inquiry.site,
                attribute=question.attribute,
                source=source.value,
                rollout=inquiry.rollout,
                by=None,
                at=at,
            )
        except NothingSaid:
            return  # the team has decided otherwise meanwhile


@transaction.atomic
def add_picture(*, inquiry: Inquiry, question: Question, content: File[bytes], at: datetime) -> Attachment:
    """Keep a picture that was sent with an answer; counted under the lock, since phones send several at once.

    Raises `NoLongerOpen`, `TooManyPictures`, and `FileNotKept` for what is no picture or too large.
    """
    inquiry = _locked(inquiry, at)
    there = sum(1 for one in queries.pictures_of(inquiry) if one.attribute_id == question.attribute_id)
    if there >= MOST_PICTURES:
        raise TooManyPictures(f"There are {MOST_PICTURES} pictures already. Remove one first.")
    return attach(
        site=inquiry.site,
        content=content,
        kind=AttachmentKind.PICTURE,
        title=question.attribute.label,
        attribute=question.attribute,
        rollout=inquiry.rollout,
        by=None,
        said_by=queries.said_by(inquiry),
        at=at,
    )


@transaction.atomic
def not_theirs(*, inquiry: Inquiry, remark: str, at: datetime) -> None:
    """Close questions because whoever has the link says that the site is not theirs; the team sees it with their remark."""
    inquiry = _locked(inquiry, at)
    inquiry.closed_at, inquiry.remark = at, tidy(remark)[:LONGEST]
    inquiry.opened_at = inquiry.opened_at or at
    inquiry.save(update_fields=["closed_at", "remark", "opened_at"])
    summary = f"{queries.said_by(inquiry)} says that this is not their site"
    _note(inquiry, "not_theirs", summary, at, reason=inquiry.remark)
