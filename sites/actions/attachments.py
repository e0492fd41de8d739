"""Floor plans, pictures and papers of a site: keep, name, remove and bring back."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from kombu.exceptions import OperationalError

from rollout import audit, files, previews
from rollout.exceptions import Refused
from rollout.models import AuditEntry, Rollout, User
from sites.attachment_kinds import CannotKeep, look_at, title_from
from sites.choices import AttachmentKind
from sites.models import Attachment, Attribute, Site

log = structlog.get_logger(__name__)

REMOVED = "sites.attachment.removed"


class FileNotKept(Refused):
    """The file is empty, too large, a program, or no picture where one is needed."""


class NothingToRestore(Refused):
    """Nobody removed this file, or it is there."""


@transaction.atomic
def attach(
    *,
    site: Site,
    content: File[bytes],
    rollout: Rollout,
    by: User | None,
    at: datetime,
    kind: str = "",
    title: str = "",
    attribute: Attribute | None = None,
    said_by: str = "",
) -> Attachment:
    """Keep a file about a site; the same file sent twice is kept once.

    Parameters
    ----------
    content
        Open, with its `name` and `size`.
    kind, title
        What it is and what it is called; both follow from the file when left out.
    attribute
        The fact it shows; it must then be a picture.
    said_by
        Who sent it, when that was nobody with an account.

    Raises `FileNotKept`. A small picture for pages is made afterwards by a worker.
    """
    name = (content.name or "file").replace("\\", "/").rsplit("/", 1)[-1]
    if content.size > settings.UPLOAD_MAX_BYTES:
        raise FileNotKept(
            f"“{name}” is {filesizeformat(content.size)}; the limit is "
            f"{filesizeformat(settings.UPLOAD_MAX_BYTES)}. Send a smaller version of it."
        )
    try:
        seen = look_at(content.file or content, name)
    except CannotKeep as error:
        raise FileNotKept(str(error)) from error
    if not seen.is_picture and (attribute is not None or kind == AttachmentKind.PICTURE):
        raise FileNotKept(f"“{name}” is no picture we can open. Send a JPEG, PNG, WebP or HEIC.")
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    digest = files.sha256_of(content.file or content)
    twin: Attachment | None = Attachment.objects.filter(
        site=site, attribute=attribute, file__sha256=digest
    ).first()
    if twin is not None:
        return twin
    stored = files.store(content, name=name, media_type=seen.media_type, rollout=rollout, by=by, at=at)
    kind = kind or seen.kind
    made: Attachment = Attachment.objects.create(
        site=site,
        kind=kind,
        title=title.strip()[:160] or title_from(name, kind),
        file=stored,
        attribute=attribute,
        added_by=by,
        said_by=said_by[:160],
        added_at=at,
    )
    summary = f"{made.get_kind_display()} added: {made.title}"
    _record("added", made, summary, [None, made.title], rollout=rollout, by=by, at=at)
    if seen.is_picture:
        transaction.on_commit(lambda: _ask_for_preview(made.pk))
    return made


def _ask_for_preview(attachment_id: int) -> None:
    # Without a broker, or when the message is lost, pages show a sign instead of the picture, and the file opens as ever.
    try:
        current_app.send_task("sites.tasks.make_attachment_preview", [attachment_id])
    except OperationalError as error:
        log.warning("attachment.preview_not_asked", attachment_id=attachment_id, error=str(error))


def make_preview(*, attachment: Attachment, at: datetime) -> Attachment:
    """Keep a small upright picture without place or camera data beside the file, once."""
    if attachment.preview_id is not None:
        return attachment
    try:
        with attachment.file.content.open("rb") as content:
            small = previews.preview_of(content)
    except (OSError, ValueError, SyntaxError) as error:
        log.warning("attachment.preview_failed", attachment_id=attachment.pk, error=str(error))
        return attachment
    with transaction.atomic():
        locked: Attachment = (
            Attachment.objects.select_for_update(of=("self",)).select_related("file").get(pk=attachment.pk)
        )
        if locked.preview_id is None:
            locked.preview = files.store(
                small,
                name=locked.file.name.rsplit(".", 1)[0] + "-small.jpg",
                media_type=previews.MEDIA_TYPE,
                rollout=locked.file.rollout,
                by=locked.file.stored_by,
                at=at,
            )
            locked.save(update_fields=["preview"])
    return locked


@transaction.atomic
def change_attachment(
    *, attachment: Attachment, kind: str, title: str, rollout: Rollout, by: User, at: datetime
) -> Attachment:
    """Call a file something else, or say that it is something else."""
    now: Attachment = Attachment.objects.select_for_update().get(pk=attachment.pk)
    before = f"{now.title} ({now.get_kind_display()})"
    if (now.kind, now.title) == (kind, title):
        return now
    now.kind, now.title = kind, title
    now.save(update_fields=["kind", "title"])
    after = f"{now.title} ({now.get_kind_display()})"
    _record("changed", now, f"File renamed: {after}", [before, after], rollout=rollout, by=by, at=at)
    return now


@transaction.atomic
def remove_attachment(
    *, attachment: Attachment, rollout: Rollout, by: User | None, at: datetime, reason: str = ""
) -> None:
    """Take a file off a site. The bytes are kept, so that `restore_attachment` can bring it back."""
    now: Attachment | None = (
        Attachment.objects.select_for_update(of=("self",)).filter(pk=attachment.pk).first()
    )
    if now is None:
        return
    summary = f"{now.get_kind_display()} removed: {now.title}"
    more = {"was": _kept(now)}
    _record(
        "removed", now, summary, [now.title, None], rollout=rollout, by=by, at=at, reason=reason, more=more
    )
    now.delete()


def _kept(attachment: Attachment) -> dict[str, Any]:
    return {
        "key": str(attachment.key),
        "kind": attachment.kind,
        "title": attachment.title,
        "file": attachment.file_id,
        "preview": attachment.preview_id,
        "attribute": attachment.attribute_id,
        "added_by": attachment.added_by_id,
        "said_by": attachment.said_by,
        "added_at": attachment.added_at.isoformat(),
    }


@transaction.atomic
def restore_attachment(*, site: Site, key: uuid.UUID, rollout: Rollout, by: User, at: datetime) -> Attachment:
    """Bring back a file that was removed from this site. Raises `NothingToRestore`."""
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    entry = AuditEntry.objects.filter(
        rollout=rollout,
        type=REMOVED,
        subject_type=Site._meta.label_lower,
        subject_id=site.pk,
        data__was__key=str(key),
    ).first()
    if entry is None or Attachment.objects.filter(key=key).exists():
        raise NothingToRestore(
            "There is nothing to bring back here: the file is there, or was never removed."
        )
    was = entry.data["was"]
    attribute = Attribute.objects.filter(pk=was["attribute"]).first()
    back: Attachment = Attachment.objects.create(
        site=site,
        key=key,
        kind=was["kind"],
        title=was["title"],
        file_id=was["file"],
        preview_id=was["preview"],
        attribute=attribute,
        added_by_id=was["added_by"],
        said_by=was["said_by"],
        added_at=datetime.fromisoformat(was["added_at"]),
    )
    summary = f"{back.get_kind_display()} brought back: {back.title}"
    _record("restored", back, summary, [None, back.title], rollout=rollout, by=by, at=at)
    return back


def _record(
    verb: str,
    attachment: Attachment,
    summary: str,
    change: list[str | None],
    *,
    rollout: Rollout,
    by: User | None,
    at: datetime,
    reason: str = "",
    more: dict[str, Any] | None = None,
) -> None:
    data = {"attachment": str(attachment.key), "changes": {"attachment": change}, **(more or {})}
    if attachment.said_by and verb == "added":
        data["said_by"] = attachment.said_by
    audit.record(
        f"sites.attachment.{verb}",
        subject=attachment.site,
        rollout=rollout,
        by=by,
        at=at,
        summary=summary,
        reason=reason,
        data=data,
    )
