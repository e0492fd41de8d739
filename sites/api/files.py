"""Files about a site over the API: floor plans, pictures, papers."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from rollout import files
from rollout.api.base import RolloutView
from rollout.api.errors import TooBig, refused
from rollout.permissions import Permission
from rollout.uploads import OversizeUpload
from sites import access, actions, queries
from sites.api.parts import SiteView
from sites.choices import AttachmentKind
from sites.models import Attachment, Attribute


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """A file about a site. With `attribute` it is the picture that shows that fact. `size` is in bytes."""

    name = serializers.CharField(source="file.name")
    media_type = serializers.CharField(source="file.media_type")
    size = serializers.IntegerField(source="file.size")
    sha256 = serializers.CharField(source="file.sha256")
    attribute = serializers.CharField(source="attribute.key", default=None, allow_null=True)
    added_by = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = (
            "key",
            "kind",
            "title",
            "name",
            "media_type",
            "size",
            "sha256",
            "attribute",
            "added_by",
            "added_at",
        )

    def get_added_by(self, attachment: Attachment) -> str:
        """Whoever sent it, with an account or without."""
        return attachment.added_by.name if attachment.added_by else attachment.said_by


class UploadSerializer(serializers.Serializer[Any]):
    """A file and what it is; kind and title follow from the file when left out."""

    file = serializers.FileField()
    kind = serializers.ChoiceField(
        choices=AttachmentKind.values, required=False, allow_blank=True, default=""
    )
    title = serializers.CharField(required=False, allow_blank=True, max_length=160, default="")
    attribute = serializers.CharField(required=False, allow_blank=True, max_length=60, default="")


def refuse_too_big(request: Request) -> None:
    """Raise `TooBig` for a file of which not all bytes were kept."""
    if any(isinstance(one, OversizeUpload) for one in request.FILES.values()):
        raise TooBig("This file is larger than may be sent. Send a smaller version of it, or split it.")


class SiteFiles(SiteView):
    """The files about a site."""

    needs = {"GET": Permission.SITE_VIEW, "POST": Permission.SITE_EDIT}
    serializer_class = AttachmentSerializer
    parser_classes = (MultiPartParser,)

    @extend_schema(operation_id="attachments_list")
    def get(self, request: Request, code: str, key: str) -> Response:
        """Return a page of files, the newest first."""
        rows = queries.attachments_of(self.site)
        return self.paged(rows, lambda page: AttachmentSerializer(page, many=True).data)

    @extend_schema(
        operation_id="attachments_add", request=UploadSerializer, responses={201: AttachmentSerializer}
    )
    def post(self, request: Request, code: str, key: str) -> Response:
        """Keep a file about the site. The same file sent twice is kept once: safe to send again."""
        refuse_too_big(request)
        data = self.checked(UploadSerializer)
        try:
            made = actions.attach(
                site=self.site,
                content=data["file"],
                kind=data["kind"],
                title=data["title"],
                attribute=self._attribute(data["attribute"]),
                rollout=self.rollout,
                by=self.user,
                at=timezone.now(),
            )
        except actions.FileNotKept as refusal:
            raise refused(refusal, field="file", status_code=400) from refusal
        return Response(AttachmentSerializer(made).data, status=201)

    def _attribute(self, key: str) -> Attribute | None:
        found = queries.attributes_of(self.rollout.client_id).filter(key=key).first() if key else None
        if key and found is None:
            sentence = f"The client has no attribute “{key}”."
            raise ValidationError({"attribute": [ErrorDetail(sentence, "unknown_attribute")]})
        return found


class FileView(RolloutView):
    """Something of one file."""

    serializer_class = AttachmentSerializer

    def find(self, permission: Permission) -> None:
        """Find the file at its site."""
        named = self.kwargs
        self.rollout, self.attachment = access.attachment_for(
            self.user, named["code"], named["key"], named["attachment_key"], permission
        )


class SiteFile(FileView):
    """One file about a site."""

    needs = {"GET": Permission.SITE_VIEW, "DELETE": Permission.SITE_EDIT}

    @extend_schema(operation_id="attachment_read")
    def get(self, request: Request, code: str, key: str, attachment_key: uuid.UUID) -> Response:
        """Return what the file is."""
        return Response(AttachmentSerializer(self.attachment).data)

    @extend_schema(operation_id="attachment_delete", responses={204: None})
    def delete(self, request: Request, code: str, key: str, attachment_key: uuid.UUID) -> Response:
        """Take the file off the site; on the site’s page it can be brought back."""
        actions.remove_attachment(
            attachment=self.attachment, rollout=self.rollout, by=self.user, at=timezone.now()
        )
        return Response(status=204)


class SiteFileContent(FileView):
    """The bytes of a file."""

    needs = {"GET": Permission.SITE_VIEW}

    @extend_schema(
        operation_id="attachment_download", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, code: str, key: str, attachment_key: uuid.UUID) -> FileResponse:
        """Return the file itself, for saving."""
        return files.response(self.attachment.file, download=True)
