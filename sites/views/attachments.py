"""Floor plans, pictures and papers of one site."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access as base_access
from rollout import files
from rollout.exceptions import Refused
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access, actions, forms
from sites.views.parts import reason_of, to_site


@require_POST
def attachment_add(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Keep the files that were sent; one that cannot be kept does not cost the others."""
    user = signed_in(request)
    rollout, site = access.site_for(user, code, key, Permission.SITE_EDIT)
    form = forms.FilesForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["sent"])))
        return to_site(rollout, site, "#files")
    kept = 0
    for one in form.cleaned_data["sent"]:
        try:
            actions.attach(site=site, content=one, rollout=rollout, by=user, at=timezone.now())
            kept += 1
        except Refused as refusal:
            messages.error(request, str(refusal))
    if kept:
        messages.success(request, "The file is kept." if kept == 1 else f"{kept} files are kept.")
    return to_site(rollout, site, "#files")


def attachment_page(request: HttpRequest, code: str, key: str, attachment_key: uuid.UUID) -> HttpResponse:
    """One file, large, with what it is called and who added it."""
    user = signed_in(request)
    right = Permission.SITE_EDIT if request.method == "POST" else Permission.SITE_VIEW
    rollout, attachment = access.attachment_for(user, code, key, attachment_key, right)
    title = attachment.title
    form = forms.AttachmentForm(request.POST or None, instance=attachment)
    if request.method == "POST" and form.is_valid():
        actions.change_attachment(
            attachment=attachment, rollout=rollout, by=user, at=timezone.now(), **form.cleaned_data
        )
        messages.success(request, "Saved.")
        return to_site(rollout, attachment.site, "#files")
    context = {
        "rollout": rollout,
        "site": attachment.site,
        "attachment": attachment,
        "title": title,
        "form": form,
        "opens": attachment.file.media_type in files.INLINE_MEDIA_TYPES,
        "may_edit": base_access.may(user, Permission.SITE_EDIT, rollout),
    }
    return render(request, "sites/attachment_page.html", context)


def attachment_file(request: HttpRequest, code: str, key: str, attachment_key: uuid.UUID) -> FileResponse:
    """The file itself; shown only where it cannot do anything, offered for saving otherwise."""
    _, attachment = access.attachment_for(signed_in(request), code, key, attachment_key, Permission.SITE_VIEW)
    return files.response(attachment.file, download="download" in request.GET)


def attachment_preview(request: HttpRequest, code: str, key: str, attachment_key: uuid.UUID) -> FileResponse:
    """The small picture of a file."""
    _, attachment = access.attachment_for(signed_in(request), code, key, attachment_key, Permission.SITE_VIEW)
    if attachment.preview is None:
        raise Http404("This file has no small picture, or not yet.")
    return files.response(attachment.preview)


@require_POST
def attachment_remove(request: HttpRequest, code: str, key: str, attachment_key: uuid.UUID) -> HttpResponse:
    """Take a file off the site; it can be brought back."""
    user = signed_in(request)
    rollout, attachment = access.attachment_for(user, code, key, attachment_key, Permission.SITE_EDIT)
    site, title = attachment.site, attachment.title
    actions.remove_attachment(
        attachment=attachment, rollout=rollout, by=user, at=timezone.now(), reason=reason_of(request)
    )
    back = reverse("sites:attachment-restore", args=[rollout.code, site.key, attachment_key])
    messages.success(request, f"“{title}” is removed.", extra_tags=f"undo:{back}")
    return to_site(rollout, site, "#files")


@require_POST
def attachment_restore(request: HttpRequest, code: str, key: str, attachment_key: uuid.UUID) -> HttpResponse:
    """Bring back a file that was removed."""
    user = signed_in(request)
    rollout, site = access.site_for(user, code, key, Permission.SITE_EDIT)
    try:
        back = actions.restore_attachment(
            site=site, key=attachment_key, rollout=rollout, by=user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"“{back.title}” is back.")
    return to_site(rollout, site, "#files")
