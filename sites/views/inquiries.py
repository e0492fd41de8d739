"""Ask sites: which facts, of whom, how; with numbers before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from rollout import access as base_access
from rollout.exceptions import Refused
from rollout.models import Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access, actions, planning, queries
from sites.asking.people import surveyors
from sites.asking.words import words_in
from sites.choices import InquiryKind
from sites.forms.inquiries import BY_EMAIL, AskForm, SurveyForm
from sites.models import Attribute
from sites.queries.asking import FactToAsk, Plan
from sites.views.bulk import chosen
from sites.views.sites import filtered

SHOWN = 8


@dataclass(frozen=True)
class Choice:
    """Which sites are asked: their places in the rollout, and how the form says so again."""

    ids: Sequence[int]
    all_matching: bool
    back: str


def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask contacts of the chosen sites for what is unknown there."""
    return _ask(request, code, InquiryKind.CONTACT)


def survey(request: HttpRequest, code: str) -> HttpResponse:
    """Give a surveyor the chosen sites' facts as a checklist."""
    return _ask(request, code, InquiryKind.SURVEY)


def _ask(request: HttpRequest, code: str, kind: InquiryKind) -> HttpResponse:
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    choice = _chosen(request, rollout, user)
    if not choice.ids:
        messages.error(
            request, "No site of this rollout is chosen. Import or tick some first, then ask them."
        )
        return HttpResponseRedirect(choice.back)
    now = timezone.now()
    attributes = list(queries.attributes_of(rollout.client_id))
    facts = _facts(rollout, choice.ids, attributes, now)
    ticked = _ticked(request, facts, kind)
    confirmed = "confirm" in request.POST
    bound = request.POST if confirmed or getattr(request, "htmx", False) else None
    form = _form(bound, kind, rollout, facts, ticked, now)
    if confirmed and form.is_valid():
        return _start(request, rollout, user, kind, form, choice, now)
    plan = queries.plan_asking(
        rollout=rollout,
        enrolment_ids=choice.ids,
        attributes=_in_order(attributes, form.chosen_facts()),
        kind=kind,
        now=now,
        language=str(form["language"].value() or ""),
        person=form.person(),
    )
    context = _context(request, rollout, kind, form, facts, choice, plan)
    page = (
        "sites/ask_page.html"
        if confirmed or not getattr(request, "htmx", False)
        else "sites/ask_page.html#preview"
    )
    return render(request, page, context)


def _chosen(request: HttpRequest, rollout: Rollout, user: User) -> Choice:
    """The ticked sites, one site, or all that the address filters."""
    listed = reverse("sites:list", args=[rollout.code])
    query = request.GET.urlencode()
    if number := request.GET.get("site", ""):
        _, site = access.site_for(user, rollout.code, number, Permission.SITE_EDIT)
        place = queries.enrolment_of(rollout, site)
        return Choice(
            [place.pk] if place else [], False, reverse("sites:detail", args=[rollout.code, site.key])
        )
    back = f"{listed}?{query}" if query else listed
    if request.method == "POST":
        return Choice(chosen(request, rollout, user), request.POST.get("all_matching") == "1", back)
    ids = filtered(request, rollout, user).qs.order_by().values_list("pk", flat=True)
    return Choice(list(ids), True, back)


def _facts(
    rollout: Rollout, ids: Sequence[int], attributes: Sequence[Attribute], now: datetime
) -> list[FactToAsk]:
    needed: dict[str, str] = {}
    for need in planning.needs(rollout):
        needed.setdefault(need.attribute_key, need.why)
    return queries.facts_to_ask(
        enrolment_ids=ids, rollout=rollout, attributes=attributes, needed=needed, today=now.date()
    )


def _ticked(request: HttpRequest, facts: Sequence[FactToAsk], kind: str) -> list[str]:
    """At first: what the address asks about (`fact=rack:unknown`), else what the plan needs and is lacking, else all lacking.

    A surveyor looks at everything the plan needs and everything lacking.
    """
    named = {text.partition(":")[0] for text in request.GET.getlist("fact")}
    asked = [one for one in facts if one.attribute.key in named]
    if kind == InquiryKind.SURVEY:
        found = asked or [one for one in facts if one.needed_for or one.lacking] or list(facts)
    else:
        lacking = [one for one in facts if one.lacking]
        found = [one for one in asked if one.lacking] or [one for one in lacking if one.needed_for] or lacking
    return [str(one.attribute.pk) for one in found]


def _form(
    data: Any, kind: str, rollout: Rollout, facts: Sequence[FactToAsk], ticked: Sequence[str], now: datetime
) -> AskForm:
    initial = {"facts": list(ticked)}
    if kind == InquiryKind.SURVEY:
        people = surveyors(rollout)
        return SurveyForm(data, facts=facts, people=people, today=now.date(), initial=initial)
    return AskForm(data, facts=facts, initial=initial)


def _in_order(attributes: Sequence[Attribute], ids: Sequence[int]) -> list[Attribute]:
    by_pk = {one.pk: one for one in attributes}
    return [by_pk[pk] for pk in ids if pk in by_pk]


def _start(
    request: HttpRequest,
    rollout: Rollout,
    user: User,
    kind: str,
    form: AskForm,
    choice: Choice,
    now: datetime,
) -> HttpResponse:
    data = form.cleaned_data
    wish = actions.Wish(
        enrolments=tuple(choice.ids),
        attributes=form.chosen_facts(),
        kind=str(kind),
        language=data["language"],
        days=data["days"],
        note=data["note"],
        send=data["how"] == BY_EMAIL,
        remind=data["remind"],
        press=str(data["press"] or ""),
        person=form.person(),
        planned_on=data.get("planned_on"),
    )
    try:
        job = actions.start_asking(rollout=rollout, wish=wish, by=user, at=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(choice.back)
    return redirect("rollout:job", key=job.key)


def _context(
    request: HttpRequest,
    rollout: Rollout,
    kind: str,
    form: AskForm,
    facts: Sequence[FactToAsk],
    choice: Choice,
    plan: Plan,
) -> dict[str, Any]:
    ticked = set(form.chosen_facts())
    is_survey = kind == InquiryKind.SURVEY
    return {
        "rollout": rollout,
        "form": form,
        "facts": [(one, one.attribute.pk in ticked) for one in facts],
        "count": len(choice.ids),
        "pks": [] if choice.all_matching else choice.ids,
        "all_matching": "1" if choice.all_matching else "",
        "back": choice.back,
        "plan": plan,
        "asked": plan.by_email + plan.by_hand,
        "nobody": plan.nobody[:SHOWN],
        "more_nobody": max(0, len(plan.nobody) - SHOWN),
        "languages": [(words_in(code).name, number) for code, number in plan.languages],
        "is_survey": is_survey,
        "title": "Plan a survey" if is_survey else "Ask the sites",
        "ticked_any": bool(ticked),
        "surveyor": form.person(),
        "sends": form["how"].value() == BY_EMAIL,
    }
