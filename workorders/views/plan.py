"""The plan: its steps by phase, and the page of one step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access
from rollout.exceptions import Refused
from rollout.exports import export_response
from rollout.permissions import Permission
from rollout.views.parts import refuse, signed_in
from workorders import access as own_access
from workorders.actions import plan as actions
from workorders.choices import Phase
from workorders.forms import StepForms
from workorders.models import PlanRevision, Step
from workorders.queries import plan as queries
from workorders.queries.sow import coverage
from workorders.views.sow import coverage_parts

_COLUMNS = (
    "Number",
    "Phase",
    "Step",
    "Instructions",
    "Warning",
    "Minutes",
    "People",
    "Skills",
    "Tools",
    "Materials",
    "Evidence",
    "Clauses",
)


def _lines(revision: PlanRevision) -> Iterator[tuple[Any, ...]]:
    for number, step in enumerate(queries.steps_of(revision), start=1):
        materials = [
            f"{one['quantity']} {one['unit']} {one['name']}".replace("  ", " ") for one in step.materials
        ]
        evidence = [f"{spec.get_kind_display()}: {spec.label}" for spec in step.evidence_specs.all()]
        clauses = [clause.number for clause in step.clauses.all()]
        own = (step.title, step.instructions, step.warning, step.minutes, step.crew, step.skills, step.tools)
        yield number, step.get_phase_display(), *own, materials, evidence, clauses


def plan_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """The working revision: the draft, or the newest published one to read."""
    rollout = access.rollout_for(request.user, code, Permission.PLAN_VIEW)  # type: ignore[arg-type]
    revision = queries.working_revision(rollout)
    if revision is None:
        may_edit = access.may(request.user, Permission.PLAN_EDIT, rollout)  # type: ignore[arg-type]
        return render(request, "workorders/plan_empty_page.html", {"rollout": rollout, "may_edit": may_edit})
    return _page_or_list(request, revision)


def plan_revision(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """Any revision by its number."""
    rollout = access.rollout_for(request.user, code, Permission.PLAN_VIEW)  # type: ignore[arg-type]
    return _page_or_list(request, get_object_or_404(queries.revisions_of(rollout), number=number))


def _page_or_list(request: HttpRequest, revision: PlanRevision) -> HttpResponseBase:
    if "format" in request.GET:
        name = f"{revision.rollout.code} plan revision {revision.number}"
        download = export_response(request, name, _COLUMNS, _lines(revision))
        if download is not None:
            return download
    return _revision_page(request, revision)


def _revision_page(
    request: HttpRequest, revision: PlanRevision, *, template: str = "workorders/plan_page.html"
) -> HttpResponse:
    rollout = revision.rollout
    steps = list(queries.steps_of(revision))
    may_edit = access.may(request.user, Permission.PLAN_EDIT, rollout)  # type: ignore[arg-type]
    counted = coverage(revision.sow, revision) if revision.sow else None
    revisions = list(queries.revisions_of(rollout))
    context = {
        "rollout": rollout,
        "revision": revision,
        "revisions": revisions,
        "is_newest": revisions[0].pk == revision.pk,
        "phases": queries.by_phase(steps),
        "totals": queries.totals(steps),
        "coverage": counted,
        "coverage_parts": coverage_parts(counted, reverse("workorders:sow", args=[rollout.code]))
        if counted
        else (),
        "may_edit": may_edit,
        "can_edit": may_edit and revision.is_draft,
        "can_publish": access.may(request.user, Permission.PLAN_PUBLISH, rollout),  # type: ignore[arg-type]
    }
    return render(request, template, context)


@require_POST
def revision_start(request: HttpRequest, code: str) -> HttpResponse:
    """Begin the plan, or start the next revision from the published one."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.PLAN_EDIT)
    try:
        actions.start_next(rollout=rollout, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("workorders:sow" if request.POST.get("next") == "sow" else "workorders:plan", code=code)


def step_new(request: HttpRequest, code: str) -> HttpResponse:
    """Write a step that no clause asks for."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.PLAN_EDIT)
    revision = queries.working_revision(rollout)
    if revision is None or not revision.is_draft:
        if request.method != "POST":
            return redirect("workorders:plan", code=code)
        revision = actions.start_next(rollout=rollout, by=user, at=timezone.now())
    phase = request.GET.get("phase", "")
    first = {"phase": phase if phase in Phase.values else Phase.INSTALL}
    return _step_form(request, revision, Step(revision=revision), initial=first)


def step_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One step: to change in a draft, to read in a published revision."""
    step = own_access.step_for(request.user, pk, Permission.PLAN_VIEW)  # type: ignore[arg-type]
    may_edit = access.may(request.user, Permission.PLAN_EDIT, step.revision.rollout)  # type: ignore[arg-type]
    if request.method == "POST":
        access.require(request.user, Permission.PLAN_EDIT, step.revision.rollout)  # type: ignore[arg-type]
    elif not (may_edit and step.revision.is_draft):
        return _step_read(request, step)
    return _step_form(request, step.revision, step)


def _step_read(request: HttpRequest, step: Step) -> HttpResponse:
    context = {"rollout": step.revision.rollout, "revision": step.revision, **_surroundings(step)}
    return render(request, "workorders/plan_step_page.html", context)


def _surroundings(step: Step) -> dict[str, Any]:
    """Return the step with all it has, its number and its neighbours; only itself while it is new or gone."""
    phases = queries.by_phase(queries.steps_of(step.revision))
    numbered = [one for phase in phases for one in phase.steps]
    at = next((index for index, one in enumerate(numbered) if one.step.pk == step.pk), None)
    if at is None:
        return {"step": step}
    return {
        "step": numbered[at].step,
        "number": numbered[at].number,
        "before": numbered[at - 1].step if at else None,
        "after": numbered[at + 1].step if at + 1 < len(numbered) else None,
    }


def _step_form(
    request: HttpRequest, revision: PlanRevision, step: Step, *, initial: dict[str, Any] | None = None
) -> HttpResponse:
    forms = _forms(request.POST or None, revision, step, initial)
    changed_meanwhile = False
    if request.method == "POST" and forms.is_valid():
        try:
            return _save_step(request, revision, step, forms)
        except actions.ChangedMeanwhile as refusal:
            changed_meanwhile = True
            forms = _again(request, revision, step, str(refusal))
        except Refused as refusal:
            forms.form.add_error(None, str(refusal))
    context = {
        "rollout": revision.rollout,
        "revision": revision,
        "forms": forms,
        "changed_meanwhile": changed_meanwhile,
        **_surroundings(step),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "workorders/plan_step_form_page.html", context, status=status)


def _forms(data: Any, revision: PlanRevision, step: Step, initial: dict[str, Any] | None = None) -> StepForms:
    return StepForms(
        data,
        step=step,
        number_attributes=queries.number_attributes(revision.rollout.client_id),
        known_skills=queries.known_skills(revision.rollout),
        initial=initial,
    )


def _again(request: HttpRequest, revision: PlanRevision, step: Step, sentence: str) -> StepForms:
    """Return the form as it was typed, such that saving it once more replaces what somebody else saved."""
    data = request.POST.copy()
    fresh = queries.step_list(revision).filter(pk=step.pk).first()
    data["seen"] = actions.mark(fresh) if fresh else ""
    forms = _forms(data, revision, fresh or Step(revision=revision))
    forms.is_valid()
    forms.form.add_error(None, sentence)
    return forms


def _save_step(request: HttpRequest, revision: PlanRevision, step: Step, forms: StepForms) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    fields, drafts = forms.step_fields(), forms.drafts()
    if step.pk:
        seen = forms.form.cleaned_data["seen"]
        saved = actions.change_step(step=step, by=user, at=now, seen=seen, evidence=drafts, **fields)
    else:
        saved = actions.add_step(revision=revision, by=user, at=now, evidence=drafts, **fields)
    messages.success(request, f"“{saved.title}” saved.")
    if "another" in request.POST:
        new = reverse("workorders:step-new", args=[revision.rollout.code])
        return redirect(f"{new}?phase={saved.phase}")
    return redirect(f"{reverse('workorders:plan', args=[revision.rollout.code])}#step-{saved.pk}")


@require_POST
def step_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a step; the message offers to bring it back."""
    user = signed_in(request)
    step = own_access.step_for(user, pk, Permission.PLAN_EDIT)
    code = step.revision.rollout.code
    clauses = step.clauses.count()
    try:
        entry = actions.remove_step(step=step, by=user, at=timezone.now())
    except Refused as refusal:
        return refuse(request, refusal, reverse("workorders:plan", args=[code]))
    undo = reverse("workorders:step-restore", args=[code, entry.pk])
    freed = f" {clauses:,} of its clauses {'is' if clauses == 1 else 'are'} open again." if clauses else ""
    messages.success(request, f"“{step.title}” removed.{freed}", extra_tags=f"undo:{undo}")
    return redirect("workorders:plan", code=code)


@require_POST
def step_restore(request: HttpRequest, code: str, entry: int) -> HttpResponse:
    """Bring a removed step back."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.PLAN_EDIT)
    removed = get_object_or_404(queries.removed_from(rollout), pk=entry)
    revision = queries.working_revision(rollout)
    if revision is None:
        return redirect("workorders:plan", code=code)
    try:
        step = actions.restore_step(revision=revision, entry=removed, by=user, at=timezone.now())
        messages.success(request, f"“{step.title}” is back.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("workorders:plan", code=code)


@require_POST
def step_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a step one place up or down within its phase."""
    user = signed_in(request)
    step = own_access.step_for(user, pk, Permission.PLAN_EDIT)
    places = -1 if request.POST.get("to") == "up" else 1
    try:
        actions.move_step(step=step, places=places, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    if request.htmx:  # type: ignore[attr-defined]
        return _revision_page(request, step.revision, template="workorders/plan_page.html#phases")
    return redirect(f"{reverse('workorders:plan', args=[step.revision.rollout.code])}#step-{pk}")
