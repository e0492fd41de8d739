"""The page on which somebody at a site answers, by a link and without an account. See `sites.links` for how they get in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_ratelimit.core import is_ratelimited

from rollout import files
from rollout.exceptions import Refused
from sites import actions, links, queries
from sites.asking.words import LANGUAGES, known, preferred, words_in
from sites.choices import InquiryKind
from sites.letters import day_in
from sites.models import Inquiry
from sites.views.answer_parts import Asking, asked_of, given_in, pictures_in, shown_value

SAVE_RATE = "240/m"


@dataclass(frozen=True)
class Here:
    """Who is at the door: the inquiry, and the language in which its page speaks."""

    inquiry: Inquiry
    language: str

    def address(self, name: str, **more: str) -> str:
        """Return the address of one of these pages, in the language chosen."""
        query = "&".join(f"{key}={value}" for key, value in {**more, "lang": self.language}.items())
        return f"{reverse(name, args=[self.inquiry.key])}?{query}"


def language_for(request: HttpRequest, fallback: str) -> str:
    """Return the language chosen on the page, else the browser's, else the one the link was written in."""
    chosen = known(request.GET.get("lang", ""))
    return chosen or preferred(request.headers.get("Accept-Language", "")) or fallback


def _context(request: HttpRequest, here: Here, now: datetime) -> dict[str, Any]:
    inquiry, words = here.inquiry, words_in(here.language)
    names = {"client": inquiry.rollout.client.name, "rollout": inquiry.rollout.name}
    is_survey = inquiry.kind == InquiryKind.SURVEY
    phone = inquiry.rollout.support_phone
    query = request.GET.copy()
    for name in ("lang", "done"):
        query.pop(name, None)
    return {
        "inquiry": inquiry,
        "site": inquiry.site,
        "words": words,
        "language": here.language,
        "language_name": words.name,
        "languages": [(code, one.name) for code, one in LANGUAGES.items()],
        "query": query.urlencode(),
        "title": words.survey_title if is_survey else words.title,
        "lead": (words.survey_lead if is_survey else words.lead).format(**names),
        "asks": words.asks.format(name=inquiry.asked_by.name),
        "word_from": words.word_from.format(name=inquiry.asked_by.name),
        "please_by": words.please_by.format(
            date=day_in(inquiry.expires_at, here.language, inquiry.site.zone)
        ),
        "planned": _planned(inquiry, here.language),
        "call": words.call.format(phone=phone) if phone else "",
        "footer": words.footer.format(client=names["client"]),
        "not_mine_long": words.not_mine_long.format(name=inquiry.asked_by.name),
        "is_survey": is_survey,
    }


def _planned(inquiry: Inquiry, language: str) -> str:
    if inquiry.planned_on is None:
        return ""
    return words_in(language).planned_for.format(
        date=shown_value(inquiry.planned_on.isoformat(), "date", language)
    )


def _gone(request: HttpRequest, inquiry: Inquiry | None, *, status: int = 410) -> HttpResponse:
    """One page for a link that is forged, cut short, revoked, closed or too old; who has its key may know whom to ask."""
    language = language_for(request, inquiry.language if inquiry else "en")
    words = words_in(language)
    phone = inquiry.rollout.support_phone if inquiry else ""
    context = {
        "words": words,
        "language": language,
        "whom": words.gone_ask.format(name=inquiry.asked_by.name) if inquiry else words.gone_sender,
        "call": words.call.format(phone=phone) if phone else "",
    }
    return render(request, "sites/answers_gone_page.html", context, status=status)


@login_not_required
@never_cache
def answers_open(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """GET shows what this is and a button, because mail scanners open links too; POST lets this browser in."""
    inquiry = queries.inquiry_behind(key)
    if _too_often(request):
        words = words_in(language_for(request, inquiry.language if inquiry else "en"))
        context = {"words": words, "language": language_for(request, "en")}
        return render(request, "sites/answers_wait_page.html", context, status=429)
    token, now = request.POST.get("t") or request.GET.get("t", ""), timezone.now()
    if inquiry is None or not links.fits(token, inquiry) or not links.is_open(inquiry, now=now):
        if inquiry is not None and not token and links.is_let_in(request.session, inquiry):
            return HttpResponseRedirect(reverse("sites:answers", args=[key]))
        return _gone(request, inquiry)
    here = Here(inquiry, language_for(request, inquiry.language))
    if request.method == "POST":
        _let_in(request, inquiry)
        actions.open_inquiry(inquiry=inquiry, at=now)
        return HttpResponseRedirect(here.address("sites:answers"))
    questions = queries.questions_of(inquiry)
    words = words_in(here.language)
    count = words.count.format(count=len(questions))
    context = {**_context(request, here, now), "token": token, "count": count}
    return render(request, "sites/answers_open_page.html", context)


def _too_often(request: HttpRequest) -> bool:
    limited: bool = is_ratelimited(
        request,
        group="answers-open",
        key="ip",
        rate=settings.LINK_RATE,
        method="POST",
        increment=request.method == "POST",
    )
    return limited


def _let_in(request: HttpRequest, inquiry: Inquiry) -> None:
    links.let_in(request.session, inquiry)
    if not request.user.is_authenticated and inquiry.expires_at > request.session.get_expiry_date():
        request.session.set_expiry(inquiry.expires_at)


def _here(request: HttpRequest, key: uuid.UUID) -> tuple[Here | None, HttpResponse | None]:
    """Return who is here, or the page that says why the link no longer opens."""
    inquiry = queries.inquiry_behind(key)
    if inquiry is None or not links.is_let_in(request.session, inquiry):
        return None, _gone(request, inquiry)
    if not links.is_open(inquiry, now=timezone.now()):
        return None, _gone(request, inquiry)
    return Here(inquiry, language_for(request, inquiry.language)), None


@login_not_required
@never_cache
def answers(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """All questions on one page; POST takes some or all of the answers, as a page or (asked for JSON) one by one."""
    here, gone = _here(request, key)
    if here is None:
        return gone or _gone(request, None)
    if request.method == "POST":
        return _take(request, here)
    questions = asked_of(here.inquiry, here.language)
    if request.GET.get("done"):
        return _thanks(request, here, questions)
    return _page(request, here, questions)


def _page(request: HttpRequest, here: Here, questions: list[Asking], *, failed: bool = False) -> HttpResponse:
    now = timezone.now()
    context = {
        **_context(request, here, now),
        **_progress(here, questions),
        "questions": questions,
        "failed": failed,
        "name": queries.said_by(here.inquiry),
        "action": here.address("sites:answers"),
        "not_mine_url": here.address("sites:answers-not-mine"),
    }
    return render(request, "sites/answers_page.html", context, status=422 if failed else 200)


def _progress(here: Here, questions: list[Asking]) -> dict[str, Any]:
    done, total = sum(1 for one in questions if one.is_answered), len(questions)
    text = words_in(here.language).progress.format(done=done, total=total)
    return {"done": done, "total": total, "progress": text}


def _thanks(request: HttpRequest, here: Here, questions: list[Asking]) -> HttpResponse:
    words, numbers = words_in(here.language), _progress(here, questions)
    until = day_in(here.inquiry.expires_at, here.language, here.inquiry.site.zone)
    open_ones = numbers["total"] - numbers["done"]
    text = words.thanks_some if open_ones else words.thanks_all
    context = {
        **_context(request, here, timezone.now()),
        **numbers,
        "text": text.format(date=until, count=open_ones),
        "go_on": words.go_on if open_ones else words.change,
        "go_on_url": here.address("sites:answers"),
        "complete": not open_ones,
    }
    return render(request, "sites/answers_thanks_page.html", context)


def _take(request: HttpRequest, here: Here) -> HttpResponse:
    wants_json = "application/json" in request.headers.get("Accept", "")
    words, now = words_in(here.language), timezone.now()
    key = str(here.inquiry.key)
    if is_ratelimited(request, group="answers", key=lambda *_: key, rate=SAVE_RATE, increment=True):
        return HttpResponse(words.wait, status=429, content_type="text/plain; charset=utf-8")
    try:
        outcomes = actions.save_answers(
            inquiry=here.inquiry,
            given=given_in(request.POST),
            language=here.language,
            name=request.POST.get("name", ""),
            at=now,
        )
        errors = {outcome.question.pk: outcome.error for outcome in outcomes if outcome.error}
        errors |= pictures_in(request, here.inquiry, words, now)
    except actions.NoLongerOpen:
        return _gone(request, here.inquiry)
    here = Here(queries.inquiry_behind(here.inquiry.key) or here.inquiry, here.language)
    questions = asked_of(here.inquiry, here.language, errors, request.POST if errors else None)
    if wants_json:
        return _as_json(here, questions, request.POST.getlist("asked"))
    if errors:
        return _page(request, here, questions, failed=True)
    removed = "remove" in request.POST
    return HttpResponseRedirect(here.address("sites:answers", **({} if removed else {"done": "1"})))


def _as_json(here: Here, questions: list[Asking], asked: list[str]) -> JsonResponse:
    words = words_in(here.language)
    told = {
        one.pk: {
            "error": one.error,
            "answered": one.is_answered,
            "state": one.error or (words.saved if one.is_answered or one.remark else ""),
            "shown": one.shown,
            "pictures": render_to_string(
                "sites/answers_pictures.html", {"question": one, "words": words, "inquiry": here.inquiry}
            ),
        }
        for one in questions
        if str(one.pk) in asked
    }
    return JsonResponse({"questions": told, **_progress(here, questions)})


@login_not_required
@never_cache
@require_POST
def answers_not_mine(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """They say that the site is not theirs: the questions close and the team is told."""
    here, gone = _here(request, key)
    if here is None:
        return gone or _gone(request, None)
    try:
        actions.not_theirs(inquiry=here.inquiry, remark=request.POST.get("remark", ""), at=timezone.now())
    except Refused:
        return _gone(request, here.inquiry)
    words = words_in(here.language)
    text = words.not_mine_done.format(name=here.inquiry.asked_by.name)
    context = {**_context(request, here, timezone.now()), "text": text, "complete": True}
    return render(request, "sites/answers_thanks_page.html", context)


@login_not_required
@never_cache
@require_safe
def answers_picture(request: HttpRequest, key: uuid.UUID, picture: uuid.UUID) -> HttpResponseBase:
    """A picture that was sent by this link, small."""
    here, gone = _here(request, key)
    if here is None:
        return gone or _gone(request, None)
    found = next((one for one in queries.pictures_of(here.inquiry) if one.key == picture), None)
    if found is None:
        raise Http404
    return files.response(found.preview or found.file)
