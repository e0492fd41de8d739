"""Files about a site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from sites.attachment_kinds import MOST_FILES
from sites.models import Attachment


class SeveralFilesInput(forms.FileInput):
    """Takes more than one file."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Several files at once; what each of them is, the action looks at, so that a bad one does not cost the others."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the files that were sent, at least one."""
        sent = [one for one in data or [] if isinstance(one, UploadedFile)]
        if not sent:
            raise ValidationError("Choose at least one file first.")
        if len(sent) > MOST_FILES:
            raise ValidationError(
                f"{len(sent)} files are too many at once. Send up to {MOST_FILES}, then the rest."
            )
        return sent


class FilesForm(forms.Form):
    """What is added to a site."""

    sent = SeveralFilesField(label="Plans, pictures and documents")


class AttachmentForm(forms.ModelForm):
    """What a file is called and what it is."""

    class Meta:
        model = Attachment
        fields = ("title", "kind")
        error_messages = {"title": {"required": "Give it a title, such as Back office with rack."}}
