"""What the answer page shows of each question, and what its form sends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils import formats, translation

from rollout.uploads import OversizeUpload
from sites import actions, queries
from sites.actions.answers import Given
from sites.asking.wording import Wording
from sites.asking.words import words_in
from sites.choices import AttributeKind
from sites.letters import question_in
from sites.models import Attachment, Inquiry, Question

UNKNOWN = "?"
_ASKED = re.compile(r"\d{1,18}")


@dataclass(frozen=True)
class Asking:
    """One question as its page shows it.

    Attributes
    ----------
    value:
        What stands in the field, as it would be typed in this language; "" for nothing.
    shown:
        The answer as it was understood, with its unit; "" for none.
    help:
        How a number is written in this language, by an example.
    options:
        ``(value, label)`` of a choice or yes/no, "I can't tell" last.
    """

    pk: int
    text: str
    hint: str
    kind: str
    unit: str
    value: str
    shown: str
    unknown: bool
    remark: str
    is_answered: bool
    wants_picture: bool
    help: str = ""
    error: str = ""
    options: tuple[tuple[str, str], ...] = ()
    pictures: list[Attachment] = field(default_factory=list)

    @property
    def is_radio(self) -> bool:
        """Whether it is answered by choosing."""
        return bool(self.options)

    @property
    def is_number(self) -> bool:
        """Whether it is answered by a number."""
        return self.kind == AttributeKind.NUMBER

    @property
    def is_date(self) -> bool:
        """Whether it is answered by a day."""
        return self.kind == AttributeKind.DATE


def shown_value(value: Any, kind: str, language: str, unit: str = "") -> str:
    """Return an answer for people of a language: grouped digits, their decimal mark, their way to write a day."""
    words = words_in(language)
    if value is None:
        return ""
    if isinstance(value, bool):
        return words.yes if value else words.no
    with translation.override(language):
        if isinstance(value, int | float):
            return f"{formats.number_format(value, use_l10n=True, force_grouping=True)} {unit}".strip()
        if kind == AttributeKind.DATE:
            return str(formats.date_format(date.fromisoformat(str(value)), "DATE_FORMAT"))
    return str(value)


def typed_value(value: Any, language: str) -> str:
    """Return an answer as it would be typed into its field."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.12g}".replace(".", words_in(language).decimal_mark)
    return str(value)


def asked_of(
    inquiry: Inquiry,
    language: str,
    errors: Mapping[int, str] | None = None,
    typed: QueryDict | None = None,
) -> list[Asking]:
    """Return the questions of an inquiry for its page; what was typed wrongly stays as it was typed. Two queries."""
    pictures: dict[int, list[Attachment]] = {}
    for one in queries.pictures_of(inquiry):
        if one.attribute_id is not None:
            pictures.setdefault(one.attribute_id, []).append(one)
    return [
        _asking(question, language, (errors or {}).get(question.pk, ""), typed, pictures)
        for question in queries.questions_of(inquiry)
    ]


def _asking(
    question: Question,
    language: str,
    error: str,
    typed: QueryDict | None,
    pictures: Mapping[int, list[Attachment]],
) -> Asking:
    attribute = question.attribute
    kept = typed if error and typed is not None else QueryDict()
    shown = shown_value(question.value, attribute.kind, language, attribute.unit)
    return Asking(
        pk=question.pk,
        text=question_in(question, language),
        hint=attribute.hint,
        kind=attribute.kind,
        unit=attribute.unit,
        value=kept.get(f"q{question.pk}", typed_value(question.value, language)),
        shown=words_in(language).cannot_tell if question.unknown else shown,
        unknown=question.unknown,
        remark=kept.get(f"q{question.pk}-remark", question.remark),
        is_answered=question.answered_at is not None,
        wants_picture=attribute.wants_picture,
        help=_help(question, language),
        error=error,
        options=_options(question, language),
        pictures=pictures.get(attribute.pk, []),
    )


def _options(question: Question, language: str) -> tuple[tuple[str, str], ...]:
    words, attribute = words_in(language), question.attribute
    last = (UNKNOWN, words.cannot_tell)
    if attribute.kind == AttributeKind.YES_NO:
        return (("yes", words.yes), ("no", words.no), last)
    if attribute.kind == AttributeKind.CHOICE:
        return (*((str(one), str(one)) for one in attribute.choices), last)
    return ()


def _help(question: Question, language: str) -> str:
    words, attribute = words_in(language), question.attribute
    if attribute.kind != AttributeKind.NUMBER:
        return ""
    return words.such_as.format(example=words.number_example)


def given_in(post: QueryDict) -> dict[int, Given]:
    """Return what a form sent, by question id; `asked` names the questions that were in it."""
    given = {}
    for text in post.getlist("asked")[:500]:
        if _ASKED.fullmatch(text):
            chosen = post.get(f"q{text}", "")
            unknown = chosen == UNKNOWN or f"q{text}-unknown" in post
            remark = post.get(f"q{text}-remark", "")
            given[int(text)] = Given("" if chosen == UNKNOWN else chosen, unknown, remark)
    return given


def pictures_in(request: HttpRequest, inquiry: Inquiry, words: Wording, at: datetime) -> dict[int, str]:
    """Keep the pictures a form sent and drop the one it wants removed; returns sentences about those not taken."""
    removed = request.POST.get("remove", "")
    for one in queries.pictures_of(inquiry) if removed else ():
        if str(one.key) == removed:
            actions.remove_attachment(attachment=one, rollout=inquiry.rollout, by=None, at=at)
    errors: dict[int, str] = {}
    for question in queries.questions_of(inquiry):
        for upload in request.FILES.getlist(f"q{question.pk}-picture"):
            if error := _keep(upload, question, inquiry, words, at):
                errors[question.pk] = error
    return errors


def _keep(upload: Any, question: Question, inquiry: Inquiry, words: Wording, at: datetime) -> str:
    if isinstance(upload, OversizeUpload):
        return words.error_picture_size.format(size=filesizeformat(settings.UPLOAD_MAX_BYTES))
    try:
        actions.add_picture(inquiry=inquiry, question=question, content=upload, at=at)
    except actions.TooManyPictures:
        return words.error_pictures.format(count=actions.MOST_PICTURES)
    except actions.FileNotKept:
        return words.error_picture
    return ""
