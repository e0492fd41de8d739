"""The statement of work: upload, read, and the workbench where its clauses become a plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from rollout import access, files, jobs
from rollout.exceptions import Refused
from rollout.exports import export_response
from rollout.models import Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from workorders.actions import sow as actions
from workorders.forms import SOW_ACCEPT, SowFilterForm, SowUploadForm
from workorders.models import PlanRevision, StatementOfWork
from workorders.queries import plan as plan_queries
from workorders.queries import sow as queries

READ_JOB = "workorders.sow.read"
# What takes longer than this to read goes to a worker. A page of PDF takes a tenth of a second, text next to nothing.
QUICK_BYTES = 2_000_000
QUICK_PDF_BYTES = 250_000
ALL_ON_ONE_PAGE = 600
PAGE = 300


_COLUMNS = ("Clause", "Place", "Headings", "Text", "State", "Steps", "Reason", "Set aside by", "Remarks")


def _lines(request: HttpRequest, rollout: Rollout, sow: StatementOfWork) -> Iterator[tuple[Any, ...]]:
    """The document as a list that proves what became of every clause, filtered as the page is."""
    revision = plan_queries.working_revision(rollout)
    clauses = queries.matching(sow, revision, SowFilterForm(request.GET).wanted())
    for row in queries.clause_rows(clauses, revision):
        clause = row.clause
        served = [f"{number} {step.title}" for number, step in row.steps]
        served += [f"Variation: {rule.name}" for rule in row.variations]
        by = clause.set_aside_by.name if clause.set_aside_by else ""
        headings = " › ".join(clause.heading_path)
        state = dict(queries.STATES)[row.state]
        yield (
            clause.number,
            clause.place,
            headings,
            clause.text,
            state,
            served,
            clause.set_aside_reason,
            by,
            clause.remarks,
        )


def sow_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """The workbench, or where there is no document yet the way to bring one."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.SOW_VIEW)
    sow = queries.current_sow(rollout)
    if sow is None:
        return _upload_page(request, rollout, SowUploadForm())
    if "format" in request.GET:
        name = f"{code} clauses version {sow.version}"
        download = export_response(request, name, _COLUMNS, _lines(request, rollout, sow))
        if download is not None:
            return download
    return render(request, "workorders/sow_page.html", workbench(request, rollout, sow))


def workbench(request: HttpRequest, rollout: Rollout, sow: StatementOfWork) -> dict[str, Any]:
    """Return what the workbench shows, filtered as the address says."""
    revision = plan_queries.working_revision(rollout)
    filters = SowFilterForm(request.GET)
    clauses = queries.matching(sow, revision, filters.wanted())
    total = clauses.count()
    pages = Paginator(clauses, max(total, 1) if total <= ALL_ON_ONE_PAGE else PAGE)
    page = pages.get_page(request.GET.get("page"))
    rows = queries.clause_rows(clauses, revision, page.start_index(), page.end_index())
    return {
        **margin(rollout, sow, revision),
        "filters": filters,
        "groups": queries.grouped(rows),
        "shown": total,
        "page_obj": page,
        "can_edit": can_decide(request, rollout, revision),
        "may_edit": access.may(request.user, Permission.SOW_EDIT, rollout),  # type: ignore[arg-type]
        "versions": queries.sows_of(rollout),
    }


def margin(rollout: Rollout, sow: StatementOfWork, revision: PlanRevision | None) -> dict[str, Any]:
    """Return what stands around the clauses: coverage on top, the plan's steps beside."""
    steps = plan_queries.step_outline(revision) if revision else ()
    counted = queries.coverage(sow, revision)
    return {
        "rollout": rollout,
        "sow": sow,
        "revision": revision,
        "coverage": counted,
        "coverage_parts": coverage_parts(counted),
        "phases": plan_queries.by_phase(steps),
    }


def coverage_parts(counted: queries.Coverage, url: str = "") -> list[dict[str, Any]]:
    """Return the coverage as parts of a bar, each leading to its clauses."""
    looks = (
        (queries.TRACED, "Traced", counted.traced, "success", "circle-check"),
        (queries.SET_ASIDE, "Set aside", counted.set_aside, "neutral", "circle-minus"),
        (queries.OPEN, "Open", counted.open, "warning", "circle-dashed"),
    )
    return [
        {"tone": tone, "icon": icon, "label": label, "count": count, "url": f"{url}?state={state}"}
        for state, label, count, tone, icon in looks
    ]


def can_decide(request: HttpRequest, rollout: Rollout, revision: PlanRevision | None) -> bool:
    """Return whether this person may decide on clauses now: the right to, and a draft to write into."""
    may = access.may(request.user, Permission.SOW_EDIT, rollout)  # type: ignore[arg-type]
    return may and revision is not None and revision.is_draft


def sow_upload(request: HttpRequest, code: str) -> HttpResponse:
    """Bring the first or a newer version."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.SOW_EDIT)
    if request.method != "POST":
        return _upload_page(request, rollout, SowUploadForm())
    form = SowUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, rollout, form, status=422)
    return _take(request, rollout, form, user)


def _take(request: HttpRequest, rollout: Rollout, form: SowUploadForm, user: User) -> HttpResponse:
    upload: UploadedFile | None = form.cleaned_data["file"]
    if upload is not None and not _is_quick(upload):
        return _read_later(rollout, upload, user)
    name = str(upload.name) if upload else ""
    data = upload.read() if upload else form.cleaned_data["text"].encode()
    media_type = (upload.content_type if upload else None) or "text/plain"
    try:
        document = actions.read(name, data)
        sow = actions.upload_sow(
            rollout=rollout,
            name=name or "Pasted text.txt",
            data=data,
            media_type=media_type,
            document=document,
            by=user,
            at=timezone.now(),
        )
    except actions.SameDocument as same:
        messages.info(request, str(same))
        return redirect("workorders:sow", code=rollout.code)
    except Refused as refusal:
        form.add_error("file" if upload else "text", str(refusal))
        return _upload_page(request, rollout, form, status=422)
    messages.success(request, queries.arrival_words(sow, plan_queries.working_revision(rollout)))
    return redirect("workorders:sow", code=rollout.code)


def _is_quick(upload: UploadedFile) -> bool:
    is_pdf = str(upload.name).lower().endswith(".pdf") or upload.content_type == "application/pdf"
    return (upload.size or 0) <= (QUICK_PDF_BYTES if is_pdf else QUICK_BYTES)


def _read_later(rollout: Rollout, upload: UploadedFile, user: User) -> HttpResponse:
    """Keep the file and have a worker read it."""
    now = timezone.now()
    stored = files.store(
        upload,
        name=str(upload.name),
        media_type=upload.content_type or "application/octet-stream",
        rollout=rollout,
        by=user,
        at=now,
    )
    job = jobs.start(
        READ_JOB,
        title=f"Read {stored.name}",
        rollout=rollout,
        by=user,
        at=now,
        params={"file": stored.pk},
        back_url=reverse("workorders:sow", args=[rollout.code]),
    )
    return redirect("rollout:job", key=job.key)


def _upload_page(
    request: HttpRequest, rollout: Rollout, form: SowUploadForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "rollout": rollout,
        "form": form,
        "accept": SOW_ACCEPT,
        "sow": queries.current_sow(rollout),
        "may_edit": access.may(request.user, Permission.SOW_EDIT, rollout),  # type: ignore[arg-type]
    }
    return render(request, "workorders/sow_upload_page.html", context, status=status)


def sow_version(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """An earlier version as it was read; nothing can be decided there any more."""
    rollout = access.rollout_for(request.user, code, Permission.SOW_VIEW)  # type: ignore[arg-type]
    sow = get_object_or_404(queries.sows_of(rollout), version=version)
    newest = queries.current_sow(rollout)
    if newest is not None and newest.pk == sow.pk:
        return redirect(f"{reverse('workorders:sow', args=[code])}?{urlencode(request.GET)}")
    context = workbench(request, rollout, sow) | {"can_edit": False, "newest": newest}
    return render(request, "workorders/sow_page.html", context)
