"""Variations: what is different where, in sentences, with the sites each one reaches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access
from rollout.exceptions import Refused
from rollout.exports import export_response
from rollout.models import Rollout
from rollout.permissions import Permission
from rollout.views.parts import refuse, signed_in
from sites.actions import attributes as site_attributes
from sites.forms.attributes import AttributeForm
from workorders import access as own_access
from workorders.actions import plan as plan_actions
from workorders.actions import variations as actions
from workorders.choices import Effect
from workorders.models import PlanRevision, Variation
from workorders.queries import plan as plan_queries
from workorders.queries import variations as queries
from workorders.variation_forms import ConditionForm, VariationForms, payload_form, step_field


def _today() -> Any:
    return timezone.localdate()


def variation_list(request: HttpRequest, code: str) -> HttpResponse:
    """All variations of the working revision, read aloud, with their reach."""
    rollout = access.rollout_for(request.user, code, Permission.PLAN_VIEW)  # type: ignore[arg-type]
    revision = plan_queries.working_revision(rollout)
    may_edit = access.may(request.user, Permission.PLAN_EDIT, rollout)  # type: ignore[arg-type]
    views = queries.variation_views(revision, today=_today()) if revision else []
    context = {
        "rollout": rollout,
        "revision": revision,
        "views": views,
        "problems": list(dict.fromkeys(problem for view in views for problem in view.problems)),
        "has_steps": revision is not None and revision.step_count > 0,  # type: ignore[attr-defined]
        "may_edit": may_edit,
        "can_edit": may_edit and revision is not None and revision.is_draft,
    }
    return render(request, "workorders/variations_page.html", context)


def variation_new(request: HttpRequest, code: str) -> HttpResponse:
    """Write a variation."""
    rollout = access.rollout_for(request.user, code, Permission.PLAN_EDIT)  # type: ignore[arg-type]
    revision = plan_queries.working_revision(rollout)
    if revision is None or not revision.is_draft:
        messages.error(
            request, "Variations are written into a draft. Start the plan or its next revision first."
        )
        return redirect("workorders:variations", code=code)
    return _form_page(request, revision, None)


def variation_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One variation: to change in a draft; in a published revision the list tells all of it."""
    variation = own_access.variation_for(request.user, pk, Permission.PLAN_VIEW)  # type: ignore[arg-type]
    rollout = variation.revision.rollout
    if request.method == "POST":
        access.require(request.user, Permission.PLAN_EDIT, rollout)  # type: ignore[arg-type]
    may_edit = access.may(request.user, Permission.PLAN_EDIT, rollout)  # type: ignore[arg-type]
    if request.method != "POST" and not (may_edit and variation.revision.is_draft):
        return redirect(f"{reverse('workorders:variations', args=[rollout.code])}#variation-{pk}")
    return _form_page(request, variation.revision, variation)


def _forms(data: Any, revision: PlanRevision, variation: Variation | None) -> VariationForms:
    client = revision.rollout.client_id
    return VariationForms(
        data,
        variation=variation,
        types=plan_queries.attribute_types(client),
        steps=queries.steps_and_added(revision),
        sow=revision.sow,
        number_attributes=plan_queries.number_attributes(client),
        seen=actions.mark(variation) if variation else "",
    )


def _form_page(request: HttpRequest, revision: PlanRevision, variation: Variation | None) -> HttpResponse:
    forms = _forms(request.POST or None, revision, variation)
    if request.method == "POST" and forms.is_valid():
        try:
            return _save(request, revision, variation, forms)
        except plan_actions.ChangedMeanwhile as refusal:
            data = request.POST.copy()
            fresh = plan_queries.variations_of(revision).filter(pk=variation.pk if variation else 0).first()
            data["seen"] = actions.mark(fresh) if fresh else ""
            variation = fresh
            forms = _forms(data, revision, fresh)
            forms.is_valid()
            forms.form.add_error(None, str(refusal))
        except Refused as refusal:
            forms.form.add_error(None, str(refusal))
    context = {
        "rollout": revision.rollout,
        "revision": revision,
        "variation": variation,
        "forms": forms,
        "attribute_form": AttributeForm(),
        "has_own_attributes": len(forms.types) > queries.OWN_FACT_COUNT,
        "blank_row": ConditionForm(prefix="when-__prefix__", types=forms.types),
        **_preview(revision, variation, forms if request.method == "POST" else None),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "workorders/variation_form_page.html", context, status=status)


def _save(
    request: HttpRequest, revision: PlanRevision, variation: Variation | None, forms: VariationForms
) -> HttpResponse:
    user, now, fields = signed_in(request), timezone.now(), forms.fields()
    if variation is None:
        saved = actions.add_variation(revision=revision, by=user, at=now, **fields)
    else:
        seen = forms.form.cleaned_data["seen"]
        saved = actions.change_variation(variation=variation, by=user, at=now, seen=seen, **fields)
    messages.success(request, f"“{saved.name}” saved.")
    return redirect(f"{reverse('workorders:variations', args=[revision.rollout.code])}#variation-{saved.pk}")


def _preview(
    revision: PlanRevision, variation: Variation | None, forms: VariationForms | None
) -> dict[str, Any]:
    """Return the sentence and the reach of what is in the form, or of the variation as saved."""
    candidate = variation
    if forms is not None:
        if not forms.is_readable():
            return {"preview": None}
        candidate = Variation(revision=revision, key=variation.key if variation else "new", **forms.fields())
        if candidate.effect == Effect.ADD_STEP:
            candidate.step_key = variation.step_key if variation and variation.step_key else "new-step"
    return {"preview": queries.view_of(candidate, today=_today()) if candidate else None}


@require_POST
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """The sentence and the reach of a variation while it is being written."""
    rollout = access.rollout_for(request.user, code, Permission.PLAN_EDIT)  # type: ignore[arg-type]
    revision = plan_queries.working_revision(rollout)
    if revision is None:
        raise Http404
    pk = request.POST.get("pk", "")
    found = plan_queries.variations_of(revision).filter(pk=int(pk)).first() if pk.isdigit() else None
    context = _preview(revision, found, _forms(request.POST, revision, found))
    return render(
        request, "workorders/variation_form_page.html#preview_card", {"rollout": rollout, **context}
    )


def condition_value(request: HttpRequest, code: str) -> HttpResponse:
    """How and with what the chosen attribute is compared: one row of the condition anew."""
    rollout = access.rollout_for(request.user, code, Permission.PLAN_EDIT)  # type: ignore[arg-type]
    prefix = next(
        (name.removesuffix("-attribute") for name in request.GET if name.endswith("-attribute")), "when-0"
    )
    types = plan_queries.attribute_types(rollout.client_id)
    initial = {name: request.GET.get(f"{prefix}-{name}", "") for name in ("attribute", "op", "value")}
    row = ConditionForm(prefix=prefix, initial=initial, types=types)
    return render(
        request, "workorders/variation_form_page.html#condition_row", {"rollout": rollout, "row": row}
    )


def effect_fields(request: HttpRequest, code: str) -> HttpResponse:
    """What the chosen effect needs."""
    rollout = access.rollout_for(request.user, code, Permission.PLAN_EDIT)  # type: ignore[arg-type]
    revision = plan_queries.working_revision(rollout)
    effect = request.GET.get("effect", "")
    effect = effect if effect in Effect.values else Effect.NOTE.value
    steps = queries.steps_and_added(revision) if revision else []
    form = payload_form(
        effect,
        None,
        initial=_typed_payload(request),
        steps=steps,
        number_attributes=plan_queries.number_attributes(rollout.client_id),
    )
    step = step_field(effect, request.GET.get("step_key", ""), steps=steps, sow=None)
    context = {"rollout": rollout, "payload": form, "effect": effect, "step_field": step}
    return render(request, "workorders/variation_form_page.html#payload_fields", context)


def _typed_payload(request: HttpRequest) -> dict[str, Any]:
    """What was typed for another effect is kept where the fields have the same name."""
    return {
        name.removeprefix("payload-"): value
        for name, value in request.GET.items()
        if name.startswith("payload-") and value
    }


@require_POST
def attribute_new(request: HttpRequest, code: str) -> HttpResponse:
    """Define an attribute without leaving the variation."""
    user = signed_in(request)
    rollout: Rollout = access.rollout_for(user, code, Permission.SITE_EDIT)
    form = AttributeForm(request.POST)
    made = None
    if form.is_valid():
        try:
            made = site_attributes.define_attribute(
                rollout=rollout, by=user, at=timezone.now(), **form.cleaned_data
            )
            form = AttributeForm()
        except Refused as refusal:
            form.add_error("label", str(refusal))
    types = plan_queries.attribute_types(rollout.client_id)
    initial = {"attribute": made.key} if made else {}
    context = {
        "rollout": rollout,
        "attribute_form": form,
        "made": made,
        "blank_row": ConditionForm(prefix="when-__prefix__", types=types, initial=initial),
    }
    return render(
        request,
        "workorders/variation_form_page.html#attribute_fields",
        context,
        status=200 if made else 422,
    )


@require_POST
def variation_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a variation; the message offers to bring it back."""
    user = signed_in(request)
    variation = own_access.variation_for(user, pk, Permission.PLAN_EDIT)
    code = variation.revision.rollout.code
    try:
        entry = actions.remove_variation(variation=variation, by=user, at=timezone.now())
    except Refused as refusal:
        return refuse(request, refusal, reverse("workorders:variations", args=[code]))
    undo = reverse("workorders:variation-restore", args=[code, entry.pk])
    messages.success(request, f"“{variation.name}” removed.", extra_tags=f"undo:{undo}")
    return redirect("workorders:variations", code=code)


@require_POST
def variation_restore(request: HttpRequest, code: str, entry: int) -> HttpResponse:
    """Bring a removed variation back."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.PLAN_EDIT)
    removed = get_object_or_404(plan_queries.removed_from(rollout), pk=entry)
    revision = plan_queries.working_revision(rollout)
    try:
        if revision is None:
            raise Refused("There is no plan any more.")
        rule = actions.restore_variation(revision=revision, entry=removed, by=user, at=timezone.now())
        messages.success(request, f"“{rule.name}” is back.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("workorders:variations", code=code)


_COLUMNS = ("Site number", "Name", "City", "State or region", "Facts")


def _lines(variation: Variation, sites: Any) -> Iterator[tuple[Any, ...]]:
    for row in queries.with_facts(variation, sites, today=_today()):
        told = [f"{label}: {value or state}" for label, value, state in row.facts]
        yield row.site.key, row.site.name, row.site.city, row.site.region, told


def variation_sites(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The sites where a variation holds, does not hold, or cannot be decided."""
    variation = own_access.variation_for(request.user, pk, Permission.PLAN_VIEW)  # type: ignore[arg-type]
    verdict = request.GET.get("verdict", queries.YES)
    if verdict not in queries.VERDICTS.values():
        verdict = queries.YES
    view = queries.view_of(variation, today=_today())
    sites = queries.sites_reached(variation, verdict, today=_today())
    rollout = variation.revision.rollout
    name = f"{rollout.code} {variation.name} {verdict}"
    download = export_response(
        request, name, _COLUMNS, _lines(variation, sites) if "format" in request.GET else ()
    )
    if download is not None:
        return download
    page = Paginator(sites, 50).get_page(request.GET.get("page"))
    context = {
        "rollout": rollout,
        "variation": variation,
        "view": view,
        "verdict": verdict,
        "page_obj": page,
        "rows": queries.with_facts(variation, page.object_list, today=_today()),
    }
    return render(request, "workorders/variation_sites_page.html", context)
