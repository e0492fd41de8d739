"""Imports over the API: send a file, wait for its check, look, apply, undo. The same steps as in the desk."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from rollout import access as base_access
from rollout.api.base import RolloutView
from rollout.api.errors import refused
from rollout.permissions import Permission
from sites import access, actions, queries
from sites.api.files import refuse_too_big
from sites.choices import RowChange, RowVerdict
from sites.filters import RowFilter
from sites.import_targets import ImportTarget, target_called, targets
from sites.models import ImportRow, SiteImport


class TallySerializer(serializers.Serializer[Any]):
    """How many records came out how: the verdicts add up to `records`; the last three are what applying does."""

    records = serializers.IntegerField()
    accepted = serializers.IntegerField()
    attention = serializers.IntegerField()
    rejected = serializers.IntegerField()
    blank = serializers.IntegerField()
    # Names of the base class for the type checker only.
    create = serializers.IntegerField()  # type: ignore[assignment]
    update = serializers.IntegerField()  # type: ignore[assignment]
    same = serializers.IntegerField()


class ImportSerializer(serializers.ModelSerializer[SiteImport]):
    """An import. `stage` goes mapping, checking, checked, applying, applied, undone; `job` is what works on it now.

    `mapping` goes from field to column, counted from 0, in `columns`.
    """

    file = serializers.CharField(source="file.name")
    stage = serializers.ChoiceField(
        choices=("mapping", "checking", "checked", "applying", "applied", "undone")
    )
    job = serializers.UUIDField(source="running_job.key", default=None, allow_null=True)
    tally = serializers.SerializerMethodField()
    uploaded_by = serializers.CharField(source="uploaded_by.name")

    class Meta:
        model = SiteImport
        fields = (
            "key",
            "target",
            "file",
            "stage",
            "job",
            "tally",
            "columns",
            "mapping",
            "notes",
            "uploaded_by",
            "uploaded_at",
            "applied_at",
            "undone_at",
        )

    @extend_schema(responses=TallySerializer)
    def get_tally(self, found: SiteImport) -> dict[str, Any]:
        """Numbers the view has counted for the whole page."""
        return dict(TallySerializer(self.context["tallies"][found.pk]).data)


class FileSerializer(serializers.Serializer[Any]):
    """A list as people export it: CSV, TSV, XLSX, XLS, ODS, GeoJSON, JSON lines. `mapping` is JSON; left out it is proposed."""

    file = serializers.FileField()
    target = serializers.CharField(default="sites", max_length=20)
    mapping = serializers.CharField(required=False, allow_blank=True, default="", max_length=20_000)


class MappingSerializer(serializers.Serializer[Any]):
    """From field to column, counted from 0."""

    mapping = serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=10_000))


class WaveSerializer(serializers.Serializer[Any]):
    """The number of the wave for sites that come into the rollout by it."""

    wave = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=32767)


class RowSerializer(serializers.ModelSerializer[ImportRow]):
    """One record: what the file said, what was understood, what is to be said about it, what applying it does or did."""

    class Meta:
        model = ImportRow
        fields = ("line", "verdict", "change", "cells", "values", "changes", "problems")


def shown(imports: Sequence[SiteImport]) -> list[dict[str, Any]]:
    """Return imports as they are sent, all their records counted at once."""
    context = {"tallies": queries.tallies(imports)}
    return list(ImportSerializer(imports, many=True, context=context).data)


class ImportList(RolloutView):
    """The imports of a rollout."""

    needs = {"GET": Permission.SITE_IMPORT, "POST": Permission.SITE_IMPORT}
    serializer_class = ImportSerializer
    parser_classes = (MultiPartParser,)

    @extend_schema(operation_id="imports_list")
    def get(self, request: Request, code: str) -> Response:
        """Return a page of imports, the newest first."""
        mine = [one.key for one in targets() if base_access.may(self.user, one.permission, self.rollout)]
        rows = queries.imports_of(self.rollout, self.user).filter(target__in=mine)
        return self.paged(rows, shown)

    @extend_schema(operation_id="imports_start", request=FileSerializer, responses={201: ImportSerializer})
    def post(self, request: Request, code: str) -> Response:
        """Send a file and have it checked; nothing is written before it is applied.

        The answer is at the stage “checking”, or at “mapping” when no column holds the number of a site: then choose one.
        """
        refuse_too_big(request)
        data = self.checked(FileSerializer)
        target = self._target(data["target"])
        mapping = _mapping(data["mapping"]) if data["mapping"] else None
        try:
            made = actions.start_import(
                target=target,
                content=data["file"],
                name=data["file"].name,
                rollout=self.rollout,
                by=self.user,
                at=timezone.now(),
            )
        except actions.CannotRead as refusal:
            raise refused(refusal, field="file", status_code=400) from refusal
        try:
            check(made, made.mapping if mapping is None else mapping, self)
        except actions.KeyNotMapped:
            if mapping is not None:
                raise
        return Response(shown([access.import_for(self.user, code, made.key)])[0], status=201)

    def _target(self, key: str) -> ImportTarget:
        if key not in {one.key for one in targets()}:
            known = ", ".join(one.key for one in targets())
            sentence = f"There is nothing called “{key}” to import. There are: {known}."
            raise ValidationError({"target": [ErrorDetail(sentence, "no_choice")]})
        target = target_called(key)
        base_access.require(self.user, target.permission, self.rollout)
        return target


def _mapping(text: str) -> dict[str, int]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise ValidationError(
            {"mapping": [ErrorDetail("The mapping is no JSON object of field and column.", "invalid")]}
        ) from problem
    form = MappingSerializer(data={"mapping": found})
    form.is_valid(raise_exception=True)
    mapping: dict[str, int] = form.validated_data["mapping"]
    return mapping


def check(found: SiteImport, mapping: dict[str, int], view: RolloutView) -> None:
    """Have an import checked with this mapping; raises `ValidationError` for fields and columns it does not have."""
    fields = {one.key for one in target_called(found.target).fields(view.rollout).fields}
    for name, column in mapping.items():
        if name not in fields or column >= len(found.columns):
            sentence = (
                f"There is no field “{name[:60]}” or no column {column}. Fields: {', '.join(sorted(fields))}."
            )
            raise ValidationError({"mapping": [ErrorDetail(sentence, "no_choice")]})
    actions.start_check(site_import=found, mapping=mapping, by=view.user, at=timezone.now())


class ImportView(RolloutView):
    """Something of one import."""

    serializer_class: Any = ImportSerializer

    def find(self, permission: Permission) -> None:
        """Find the import, if its person may import such things."""
        self.found = access.import_for(self.user, self.kwargs["code"], self.kwargs["key"])
        self.rollout = self.found.rollout

    def told(self, status: int = 200) -> Response:
        """Answer with the import as it is now."""
        now = access.import_for(self.user, self.rollout.code, self.found.key)
        return Response(shown([now])[0], status=status)


class OneImport(ImportView):
    """One import."""

    needs = {"GET": Permission.SITE_IMPORT, "DELETE": Permission.SITE_IMPORT}

    @extend_schema(operation_id="import_read")
    def get(self, request: Request, code: str, key: uuid.UUID) -> Response:
        """Return the import; ask again until its `job` is null."""
        return self.told()

    @extend_schema(operation_id="import_discard", responses={204: None})
    def delete(self, request: Request, code: str, key: uuid.UUID) -> Response:
        """Forget an import that is not applied; 409 otherwise."""
        actions.discard_import(site_import=self.found, by=self.user, at=timezone.now())
        return Response(status=204)


class ImportRows(ImportView):
    """The records of an import."""

    needs = {"GET": Permission.SITE_IMPORT}
    parameters = tuple(RowFilter.base_filters)
    serializer_class = RowSerializer

    @extend_schema(
        operation_id="import_rows_list",
        parameters=[
            OpenApiParameter("verdict", enum=RowVerdict.values),
            OpenApiParameter("change", enum=RowChange.values),
            OpenApiParameter("problem", str, description="A remark, written field:code."),
            OpenApiParameter("q", str, description="A line, or a text in any cell."),
        ],
    )
    def get(self, request: Request, code: str, key: uuid.UUID) -> Response:
        """Return a page of records, in the order of the file."""
        found = RowFilter(request.query_params, queries.rows_of(self.found))
        if not found.form.is_valid():
            errors = {name: [str(text) for text in texts] for name, texts in found.form.errors.items()}
            raise ValidationError(errors)
        return self.paged(found.qs, lambda page: RowSerializer(page, many=True).data)


class ImportCheck(ImportView):
    """Check an import with a mapping of one’s own."""

    needs = {"POST": Permission.SITE_IMPORT}

    @extend_schema(operation_id="import_check", request=MappingSerializer, responses={202: ImportSerializer})
    def post(self, request: Request, code: str, key: uuid.UUID) -> Response:
        """Check every record anew. 409 while something else works on the import."""
        check(self.found, self.checked(MappingSerializer)["mapping"], self)
        return self.told(202)


class ImportApply(ImportView):
    """Apply an import."""

    needs = {"POST": Permission.SITE_IMPORT}

    @extend_schema(operation_id="import_apply", request=WaveSerializer, responses={202: ImportSerializer})
    def post(self, request: Request, code: str, key: uuid.UUID) -> Response:
        """Begin to write what was checked. 409 when it is not checked, or applied already: it is never applied twice."""
        number = self.checked(WaveSerializer).get("wave")
        wave = queries.wave_numbered(self.rollout, number)
        if wave is None and number is not None:
            sentence = f"This rollout has no wave {number}."
            raise ValidationError({"wave": [ErrorDetail(sentence, "no_such_wave")]})
        actions.start_apply(site_import=self.found, wave=wave, by=self.user, at=timezone.now())
        return self.told(202)


class ImportUndo(ImportView):
    """Undo an import, or sites that were put as a list."""

    needs = {"POST": Permission.SITE_IMPORT}

    @extend_schema(operation_id="import_undo", request=None, responses={202: ImportSerializer})
    def post(self, request: Request, code: str, key: uuid.UUID) -> Response:
        """Begin to put back what it changed; what was used or changed since stays. 409 when it is not applied."""
        actions.start_undo(site_import=self.found, by=self.user, at=timezone.now())
        return self.told(202)
