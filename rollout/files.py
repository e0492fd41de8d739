"""Keep files by content and hand them out harmlessly."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import IO

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.http import FileResponse

from rollout.models import Rollout, StoredFile, User

# Only these are ever shown inside the browser; everything else is offered for saving.
INLINE_MEDIA_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})


def sha256_of(content: IO[bytes]) -> str:
    """Return the hex digest of an open file and rewind it."""
    content.seek(0)
    digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    content.seek(0)
    return digest


def store(
    content: File[bytes] | bytes,
    *,
    name: str,
    media_type: str,
    rollout: Rollout | None,
    by: User | None,
    at: datetime,
) -> StoredFile:
    """Keep bytes once per content and return the row that names them.

    Writing the same content again writes no second copy, so a task that runs twice leaves one file.
    """
    source: File[bytes] = ContentFile(content) if isinstance(content, bytes) else content
    digest = sha256_of(source.file if source.file is not None else source)
    stored = StoredFile(
        rollout=rollout,
        name=name[-255:],
        media_type=media_type,
        size=source.size,
        sha256=digest,
        stored_by=by,
        stored_at=at,
    )
    path = f"{digest[:2]}/{digest}"  # by content, never by a name somebody typed
    # A worker that died while it wrote left part of a file behind; that is not the content of this name.
    if default_storage.exists(path) and default_storage.size(path) != source.size:
        default_storage.delete(path)
    if default_storage.exists(path):
        stored.content.name = path
    else:
        stored.content.save(path, source, save=False)
    stored.save()
    return stored


def response(stored: StoredFile, *, download: bool = False) -> FileResponse:
    """Return the file for a browser, sandboxed; inline only where the type is known to be inert."""
    inline = stored.media_type in INLINE_MEDIA_TYPES and not download
    answer = FileResponse(
        stored.content.open("rb"),
        as_attachment=not inline,
        filename=stored.name,
        content_type=stored.media_type,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=3600"
    # Chromium's own PDF viewer does not run inside a sandboxed document.
    policy: dict[str, object] = {"default-src": ["'none'"]}
    if stored.media_type != "application/pdf":
        policy["sandbox"] = True
    answer._csp_replace = policy  # type: ignore[attr-defined]
    return answer
