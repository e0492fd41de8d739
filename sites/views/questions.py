"""Who was asked what, what came of it, and what to do about it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout.exports import export_response
from rollout.models import Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access, actions, queries
from sites.actions.inquiries import CHANGES
from sites.asking.words import words_in
from sites.choices import InquiryState
from sites.forms.inquiries import ALWAYS, SORTS, TABS, InquiryChangeForm, InquiryFilter
from sites.models import Inquiry
from sites.views.answer_parts import shown_value
from sites.views.parts import page_of

PAGE = "sites/inquiry_page.html"
EXPORTED = (
    "Site code",
    "Site",
    "Asked",
    "Role",
    "E-mail",
    "Phone",
    "Kind",
    "State",
    "Questions",
    "Answered",
    "Asked by",
    "Asked at",
    "Sent at",
    "Opened at",
    "Reminders",
    "Last reminder",
    "Answered at",
    "Open until",
    "Language",
    "Answered by",
    "Remark",
    "E-mail problem",
)


def _filtered(
    request: HttpRequest, rollout: Rollout, user: User
) -> tuple[InquiryFilter, QuerySet[Inquiry], QuerySet[Inquiry]]:
    """Return the filter, the rows of all tabs, and those of this tab in their order."""
    everything = queries.inquiries_of(rollout, user, now=timezone.now())
    filters = InquiryFilter(request.GET, askers=queries.askers_of(rollout))
    rows = filters.narrowed(everything)
    return filters, rows, _sorted(filters.in_tab(rows), request.GET.get("sort", ""))


def _sorted(rows: QuerySet[Inquiry], sort: str) -> QuerySet[Inquiry]:
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return queries.longest_waiting(rows)
    return rows.order_by(f"-{column}" if sort.startswith("-") else column, "pk")


def question_list(request: HttpRequest, code: str) -> HttpResponseBase:
    """The chase list."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_VIEW)
    filters, every, rows = _filtered(request, rollout, user)
    export = export_response(request, f"{code}-questions", EXPORTED, _export_rows(rows))
    if export is not None:
        return export
    counts = queries.state_counts(every)
    counts["all"] = sum(counts.get(state, 0) for state in InquiryState.values)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "rollout": rollout,
        "filters": filters,
        "page_obj": page_of(request, rows),
        "counts": counts,
        "tabs": _tabs(request, filters, counts),
        "query": query.urlencode(),
        "changes": CHANGES,
        "now": timezone.now(),
        "may_edit": base_access.may(user, Permission.SITE_EDIT, rollout),
    }
    return render(request, "sites/inquiry_list_page.html", context)


def _tabs(request: HttpRequest, filters: InquiryFilter, counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """The tabs that are always there, those that have something in them, and the one that is open."""
    found = []
    for state, label in TABS:
        if state in ALWAYS or counts.get(state) or state == filters.tab:
            query = request.GET.copy()
            query.pop("page", None)
            query["state"] = state
            here = request.get_full_path() if state == filters.tab else f"{request.path}?{query.urlencode()}"
            found.append((label, here, counts.get(state, 0)))
    return found


def _export_rows(rows: QuerySet[Inquiry]) -> Iterator[list[Any]]:
    for row in rows.iterator(1000):
        states = InquiryState(row.state)  # type: ignore[attr-defined]
        yield [
            row.site.key,
            row.site.name,
            row.name,
            row.contact.role if row.contact else "",
            row.email,
            row.phone,
            row.get_kind_display(),
            str(states.label),
            row.questions_asked,  # type: ignore[attr-defined]
            row.answered,  # type: ignore[attr-defined]
            row.asked_by.name,
            row.asked_at,
            row.sent_at,
            row.opened_at,
            row.reminders,
            row.reminded_at,
            row.answered_at,
            row.expires_at,
            row.language,
            row.answered_by,
            row.remark,
            row.send_error,
        ]


def question_page(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """One person's questions: what they were asked and answered, and everything that happened."""
    user = signed_in(request)
    rollout, inquiry = access.inquiry_for(user, code, key, Permission.SITE_VIEW)
    return render(request, PAGE, _context(user, rollout, inquiry))


def _context(user: User, rollout: Rollout, inquiry: Inquiry) -> dict[str, Any]:
    now = timezone.now()
    row = queries.inquiries_of(rollout, user, now=now).get(pk=inquiry.pk)
    questions = queries.questions_of(row)
    pictures = queries.pictures_of(row)
    lines = [
        (
            one,
            shown_value(one.value, one.attribute.kind, "en", one.attribute.unit),
            [picture for picture in pictures if picture.attribute_id == one.attribute_id],
        )
        for one in questions
    ]
    return {
        "rollout": rollout,
        "inquiry": row,
        "site": row.site,
        "state": row.state,  # type: ignore[attr-defined]
        "lines": lines,
        "said_by": queries.said_by(row),
        "language": words_in(row.language).name,
        "history": queries.history_of_inquiry(row),
        "now": now,
        "open": row.state in queries.WAITING,  # type: ignore[attr-defined]
        "may_edit": base_access.may(user, Permission.SITE_EDIT, rollout),
    }


@require_POST
def question_link(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Show the link, so that somebody can pass it on; written down."""
    user = signed_in(request)
    rollout, inquiry = access.inquiry_for(user, code, key, Permission.SITE_EDIT)
    link = actions.disclose_inquiry(inquiry=inquiry, by=user, at=timezone.now())
    if getattr(request, "htmx", False):
        return render(request, f"{PAGE}#link", {"link": link, "inquiry": inquiry})
    return render(request, PAGE, {**_context(user, rollout, inquiry), "link": link})


@require_POST
def question_renew(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Give the person another link; the old one ends."""
    user = signed_in(request)
    _, inquiry = access.inquiry_for(user, code, key, Permission.SITE_EDIT)
    actions.renew_link(inquiry=inquiry, by=user, at=timezone.now())
    messages.success(request, "The old link no longer opens. Copy the new one, or send it by “Ask again”.")
    return redirect("sites:question", code=code, key=key)


@require_POST
def question_change(request: HttpRequest, code: str, change: str) -> HttpResponse:
    """Do something about the questions of the chosen people, after showing to how many."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.SITE_EDIT)
    if change not in CHANGES:
        raise Http404
    chosen = _chosen(request, rollout, user)
    rows = list(chosen.order_by("site__sort_key", "pk")[:8])
    count = chosen.count()
    back = _back(request, code, rows, count)
    if not count:
        messages.error(request, "Nobody is chosen. Tick some people first.")
        return HttpResponseRedirect(back)
    confirmed = "confirm" in request.POST
    form = InquiryChangeForm(request.POST if confirmed else None, change=change)
    if confirmed and form.is_valid() and request.POST.get("expected") == str(count):
        data = form.cleaned_data
        options = {name: data[name] for name in ("days", "reason") if name in data}
        ids = list(chosen.order_by().values_list("pk", flat=True))
        job = actions.start_changing(
            rollout=rollout,
            change=change,
            inquiry_ids=ids,
            by=user,
            at=timezone.now(),
            press=str(data["press"] or ""),
            **options,
        )
        return redirect("rollout:job", key=job.key)
    context = {
        "rollout": rollout,
        "form": form,
        "change": change,
        "title": CHANGES[change],
        "count": count,
        "sample": rows,
        "more": max(0, count - len(rows)),
        "without_email": chosen.filter(email="").count(),
        "pks": []
        if request.POST.get("all_matching") == "1"
        else chosen.order_by().values_list("pk", flat=True),
        "all_matching": request.POST.get("all_matching", ""),
        "one": "one" in request.POST,
        "list_changed": confirmed and form.is_valid(),
        "back": back,
    }
    return render(request, "sites/inquiry_bulk_page.html", context)


def _chosen(request: HttpRequest, rollout: Rollout, user: User) -> QuerySet[Inquiry]:
    if request.POST.get("all_matching") == "1":
        return _filtered(request, rollout, user)[2]
    ticked = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 19]
    return queries.inquiries_of(rollout, user, now=timezone.now()).filter(pk__in=ticked)


def _back(request: HttpRequest, code: str, rows: list[Inquiry], count: int) -> str:
    if "one" in request.POST and count == 1:
        return reverse("sites:question", args=[code, rows[0].key])
    query = request.GET.urlencode()
    return reverse("sites:questions", args=[code]) + (f"?{query}" if query else "")


def site_questions(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """The panel on a site's page: what it was asked and answered."""
    user = signed_in(request)
    rollout, site = access.site_for(user, code, key, Permission.SITE_VIEW)
    now = timezone.now()
    context = {
        "rollout": rollout,
        "site": site,
        "inquiries": queries.inquiries_at(site, rollout, user, now=now),
        "enrolled": queries.enrolment_of(rollout, site) is not None,
        "now": now,
        "may_edit": base_access.may(user, Permission.SITE_EDIT, rollout),
    }
    return render(request, "sites/inquiry_site.html", context)
