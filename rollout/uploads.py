"""Uploads that are too big are counted and dropped, not stored, so that a form can say so in a sentence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.template.defaultfilters import filesizeformat


class OversizeUpload(SimpleUploadedFile):
    """Stands in for a file whose bytes were not kept because there were too many of them."""

    def __init__(self, name: str, size: int) -> None:
        super().__init__(name, b"")
        self.size = size


class OversizeUploadHandler(FileUploadHandler):
    """The first handler: passes bytes on up to `UPLOAD_MAX_BYTES`, then swallows the rest and remembers the size."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin counting anew for each file."""
        super().new_file(*args, **kwargs)
        self.seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass a chunk on while the file is within bounds."""
        self.seen += len(raw_data)
        return raw_data if self.seen <= settings.UPLOAD_MAX_BYTES else None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Answer for the file only when it was too big."""
        if self.seen > settings.UPLOAD_MAX_BYTES:
            return OversizeUpload(self.file_name or "upload", self.seen)
        return None


class UploadField(forms.FileField):
    """A file field that refuses what is too big or empty with a sentence."""

    default_error_messages = {
        "required": "Choose a file first.",
        "empty": "This file is empty. Choose one that has something in it.",
        "missing": "The file did not arrive. Choose it again.",
    }

    def to_python(self, data: Any) -> Any:
        """Refuse oversize stand-ins before anything reads them."""
        if isinstance(data, OversizeUpload):
            raise ValidationError(
                f"“{data.name}” is {filesizeformat(data.size or 0)}; the limit is "
                f"{filesizeformat(settings.UPLOAD_MAX_BYTES)}. Split it, or leave out pictures you do not need."
            )
        return super().to_python(data)
