"""The steps of an import: upload, map, check, apply, undo."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout.exceptions import Refused
from rollout.models import Job
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access, actions, forms, queries
from sites.choices import AttributeKind, ImportState
from sites.forms.imports import DELIMITERS, ENCODINGS
from sites.import_files import KEY_COLUMNS
from sites.import_targets import ImportTarget, target_called, targets
from sites.models import SiteImport

PASTED = "pasted rows.csv"


def _target(request: HttpRequest) -> ImportTarget:
    try:
        return target_called(request.GET.get("target", "sites"))
    except KeyError:
        raise Http404 from None


def import_new(request: HttpRequest, code: str) -> HttpResponse:
    """Choose a file, or paste rows."""
    user, target = signed_in(request), _target(request)
    rollout = base_access.rollout_for(user, code, target.permission)
    sent = request.method == "POST"
    form = forms.UploadForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        upload, text = form.cleaned_data["file"], form.cleaned_data["text"]
        content, name = (upload, upload.name) if upload else (text.encode(), PASTED)
        try:
            made = actions.start_import(
                target=target, content=content, name=name, rollout=rollout, by=user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error("file" if upload else "text", str(refusal))
        else:
            return redirect("sites:import-map", code=code, key=made.key)
    context = {
        "rollout": rollout,
        "form": form,
        "target": target,
        "tabs": _target_tabs(request, code, target),
        "back_url": target.list_url(rollout),
    }
    return render(request, "sites/import_upload_page.html", context)


def _target_tabs(request: HttpRequest, code: str, chosen: ImportTarget) -> list[tuple[str, str]]:
    """What this person may import here; the chosen one has this very address, so that it is marked."""
    rollout = base_access.rollout_for(request.user, code, Permission.ROLLOUT_VIEW)
    may = [one for one in targets() if base_access.may(request.user, one.permission, rollout)]
    return [
        (one.label, request.get_full_path() if one == chosen else f"{request.path}?target={one.key}")
        for one in may
    ]


def import_home(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Go to the step the import is at."""
    found = access.import_for(request.user, code, key)
    if found.running_job is not None:
        return redirect("rollout:job", key=found.running_job.key)
    step = "import-map" if found.stage == ImportState.MAPPING else "import-preview"
    return redirect(f"sites:{step}", code=code, key=key)


def import_map(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Say which column is what; then every record is checked."""
    user = signed_in(request)
    found = access.import_for(user, code, key)
    form = _mapping_form(request, found)
    if request.method == "POST" and form.is_valid():
        try:
            job = actions.start_check(
                site_import=found,
                mapping=form.mapping,
                key_columns=form.key_columns,
                new_attributes=form.new_attributes,
                by=user,
                at=timezone.now(),
            )
        except actions.NotNow as refusal:
            messages.error(request, str(refusal))
            return redirect("sites:import", code=code, key=key)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("rollout:job", key=job.key)
    if found.stage in (ImportState.APPLYING, ImportState.APPLIED) or found.running_job:
        return redirect("sites:import", code=code, key=key)
    return _map_page(request, found, form)


def _mapping_form(request: HttpRequest, found: SiteImport) -> forms.MappingForm:
    return forms.MappingForm(request.POST or None, site_import=found, target=target_called(found.target))


def _map_page(
    request: HttpRequest,
    found: SiteImport,
    form: forms.MappingForm,
    reading_form: forms.ReadingForm | None = None,
) -> HttpResponse:
    target = target_called(found.target)
    delimiter = found.reading.get("delimiter", "").replace("\t", "tab")
    encoding = found.reading.get("encoding", "")
    context = {
        "rollout": found.rollout,
        "site_import": found,
        "target": target,
        "kinds": AttributeKind.choices,
        "delimiter_name": dict(DELIMITERS).get(delimiter, delimiter).lower(),
        "encoding_name": dict(ENCODINGS).get(encoding, encoding.upper()),
        "form": form,
        "reading_form": reading_form or forms.ReadingForm(site_import=found),
        "twin": queries.same_file_before(found),
    }
    return render(request, "sites/import_map_page.html", context)


def import_sample(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """The samples beside one field, for the column just chosen."""
    found = access.import_for(request.user, code, key)
    form = forms.MappingForm(request.GET, site_import=found, target=target_called(found.target))
    field = request.GET.get("field", "")
    if field == KEY_COLUMNS and form.chooses_key:
        return render(
            request, "sites/import_map_page.html#samples", {"line": {"samples": form.joined_samples()}}
        )
    try:
        line = form.line(field)
    except KeyError:
        raise Http404 from None
    return render(request, "sites/import_map_page.html#samples", {"line": line})


@require_POST
def import_read(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Read the file with other settings; the mapping is proposed anew."""
    user = signed_in(request)
    found = access.import_for(user, code, key)
    reading_form = forms.ReadingForm(request.POST, site_import=found)
    if reading_form.is_valid():
        try:
            actions.read_differently(
                site_import=found, options=reading_form.options, by=user, at=timezone.now()
            )
        except actions.NotNow as refusal:
            messages.error(request, str(refusal))
        except Refused as refusal:
            reading_form.add_error(None, str(refusal))
        else:
            messages.success(request, "Read again. The columns were matched anew.")
        if not reading_form.errors:
            return redirect("sites:import-map", code=code, key=key)
    form = forms.MappingForm(None, site_import=found, target=target_called(found.target))
    return _map_page(request, found, form, reading_form)


@require_POST
def import_apply(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Write what the preview showed."""
    user = signed_in(request)
    found = access.import_for(user, code, key)
    takes_wave = target_called(found.target).takes_wave
    form = forms.ApplyForm(request.POST, rollout=found.rollout, takes_wave=takes_wave)
    if not form.is_valid():
        messages.error(request, "That wave is gone. Choose another and apply again.")
        return redirect("sites:import-preview", code=code, key=key)
    try:
        job = actions.start_apply(
            site_import=found, wave=form.cleaned_data.get("wave"), by=user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("sites:import", code=code, key=key)
    return _to_job(job)


@require_POST
def import_undo(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Put back what the import changed."""
    user = signed_in(request)
    found = access.import_for(user, code, key)
    try:
        job = actions.start_undo(site_import=found, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("sites:import", code=code, key=key)
    return _to_job(job)


def _to_job(job: Job) -> HttpResponse:
    return redirect("rollout:job", key=job.key)


@require_POST
def import_discard(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Forget an import that was not applied."""
    user = signed_in(request)
    found = access.import_for(user, code, key)
    name = found.file.name
    try:
        actions.discard_import(site_import=found, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"The import of {name} is discarded. Nothing was changed.")
    return redirect("sites:imports", code=code)
