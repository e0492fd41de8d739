"""What a client's sites are sorted and described by, over the API: regions, formats, attributes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from rollout.api.base import RolloutView
from rollout.permissions import Permission
from sites import access, actions, queries
from sites.asking.words import LANGUAGES
from sites.choices import AttributeKind, GroupKind
from sites.models import Attribute, SiteGroup
from sites.queries.groups import JOINT, group_lines

READ, EDIT = Permission.SITE_VIEW, Permission.SITE_EDIT


class GroupSerializer(serializers.Serializer[Any]):
    """A region or format. `path` is the names from the largest down, joined by “ / ”; `total` counts all sites within it."""

    id = serializers.IntegerField(source="group.pk")
    path = serializers.CharField(source="group.path")
    name = serializers.CharField(source="group.name")
    sites = serializers.IntegerField(source="own")
    total = serializers.IntegerField()


class PathSerializer(serializers.Serializer[Any]):
    """A place in the tree, such as “West / Bay Area”."""

    path = serializers.CharField(max_length=400)

    def validate_path(self, text: str) -> str:
        """No level is without a name."""
        names = [" ".join(name.split()) for name in text.split("/" if JOINT not in text else JOINT)]
        if not all(names) or any(len(name) > 80 for name in names):
            raise serializers.ValidationError("Every level has a name of at most 80 letters.")
        return JOINT.join(names)


class GroupList(RolloutView):
    """The regions, or the formats, of the rollout’s client as a tree."""

    needs = {"GET": READ, "POST": EDIT}
    serializer_class = GroupSerializer
    kind: ClassVar[str]

    def get(self, request: Request, code: str) -> Response:
        """Return a page of the tree, every group before those within it."""
        lines = group_lines(self.rollout.client_id, self.kind)
        return self.paged(lines, lambda page: GroupSerializer(page, many=True).data)

    @transaction.atomic
    def post(self, request: Request, code: str) -> Response:
        """Make a group and those it lies in where they are missing. Safe to send twice."""
        path = self.checked(PathSerializer)["path"]
        there = {one.path.casefold(): one for one in queries.groups_of(self.rollout.client_id, self.kind)}
        made = False
        names = path.split(JOINT)
        parent: SiteGroup | None = None
        for depth, name in enumerate(names, 1):
            found = there.get(JOINT.join(names[:depth]).casefold())
            if found is None:
                found = actions.add_group(
                    rollout=self.rollout,
                    kind=self.kind,
                    name=name,
                    parent=parent,
                    by=self.user,
                    at=timezone.now(),
                )
                made = True
            parent = found
        return Response(_group_shown(parent), status=201 if made else 200)


def _group_shown(group: SiteGroup | None) -> dict[str, Any]:
    lines = group_lines(group.client_id, group.kind) if group else []
    line = next(one for one in lines if one.group == group)
    return dict(GroupSerializer(line).data)


_GROUP_SCHEMA: dict[str, Any] = {"request": PathSerializer, "responses": GroupSerializer}


@extend_schema_view(
    get=extend_schema(operation_id="regions_list"),
    post=extend_schema(operation_id="regions_make", **_GROUP_SCHEMA),
)
class RegionList(GroupList):
    """The regions of the rollout’s client as a tree."""

    kind = GroupKind.REGION.value


@extend_schema_view(
    get=extend_schema(operation_id="formats_list"),
    post=extend_schema(operation_id="formats_make", **_GROUP_SCHEMA),
)
class FormatList(GroupList):
    """The formats of the rollout’s client as a tree."""

    kind = GroupKind.FORMAT.value


class OneGroup(RolloutView):
    """One region or format."""

    needs = {"GET": READ, "PATCH": EDIT, "DELETE": EDIT}
    serializer_class = GroupSerializer

    def find(self, permission: Permission) -> None:
        """Find the group among those of the rollout’s client."""
        self.rollout, self.group = access.group_for(
            self.user, self.kwargs["code"], self.kwargs["pk"], permission
        )

    @extend_schema(operation_id="group_read")
    def get(self, request: Request, code: str, pk: int) -> Response:
        """Return the group."""
        return Response(_group_shown(self.group))

    @extend_schema(operation_id="group_move", **_GROUP_SCHEMA)
    def patch(self, request: Request, code: str, pk: int) -> Response:
        """Rename the group, or move it with all within it: `path` is where it is to be; what it lies in must be there."""
        *above, name = self.checked(PathSerializer)["path"].split(JOINT)
        parent = None
        if above:
            wanted = JOINT.join(above).casefold()
            groups = queries.groups_of(self.rollout.client_id, self.group.kind)
            parent = next((one for one in groups if one.path.casefold() == wanted), None)
            if parent is None:
                sentence = f"There is no “{JOINT.join(above)}”. Make it first."
                raise ValidationError({"path": [ErrorDetail(sentence, "no_such_group")]})
        group = actions.change_group(
            group=self.group, name=name, parent=parent, rollout=self.rollout, by=self.user, at=timezone.now()
        )
        return Response(_group_shown(group))

    @extend_schema(operation_id="group_remove", responses={204: None})
    def delete(self, request: Request, code: str, pk: int) -> Response:
        """Remove the group; its sites go to the one it lies in. 409 says what refers to it."""
        actions.remove_group(group=self.group, rollout=self.rollout, by=self.user, at=timezone.now())
        return Response(status=204)


class AttributeSerializer(serializers.ModelSerializer[Attribute]):
    """A typed fact the client’s sites can have. `translations` goes from language to what the site is asked in it."""

    kind = serializers.ChoiceField(choices=AttributeKind.choices)
    choices = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, max_length=200
    )
    translations = serializers.DictField(child=serializers.CharField(max_length=300), required=False)
    shelf_life_days = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=36_500)

    class Meta:
        model = Attribute
        fields = (
            "key",
            "label",
            "kind",
            "unit",
            "choices",
            "question",
            "translations",
            "hint",
            "wants_picture",
            "shelf_life_days",
        )
        read_only_fields = ("key",)

    def validate_choices(self, choices: list[str]) -> list[str]:
        """The same one twice counts once, whatever its case."""
        kept: dict[str, str] = {}
        for one in choices:
            kept.setdefault(one.casefold(), one)
        return list(kept.values())

    def validate_translations(self, translations: dict[str, str]) -> dict[str, str]:
        """Only languages in which sites are asked."""
        for language in translations:
            if language not in LANGUAGES:
                known = ", ".join(LANGUAGES)
                raise serializers.ValidationError(f"Sites are asked in {known}; not in “{language[:20]}”.")
        return translations

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of a list needs a list."""
        if attrs["kind"] == AttributeKind.CHOICE and len(attrs.get("choices", ())) < 2:
            raise serializers.ValidationError({"choices": "Send at least two choices."})
        return attrs


class AttributeList(RolloutView):
    """What can be known about the sites of the rollout’s client."""

    needs = {"GET": READ}
    serializer_class = AttributeSerializer

    @extend_schema(operation_id="attributes_list")
    def get(self, request: Request, code: str) -> Response:
        """Return a page of attributes, by name."""
        rows = queries.attributes_of(self.rollout.client_id)
        return self.paged(rows, lambda page: AttributeSerializer(page, many=True).data)


class OneAttribute(RolloutView):
    """One attribute of the rollout’s client, by its key."""

    needs = {"GET": READ, "PUT": EDIT, "DELETE": EDIT}
    serializer_class = AttributeSerializer

    @extend_schema(operation_id="attribute_read")
    def get(self, request: Request, code: str, attribute_key: str) -> Response:
        """Return the attribute."""
        return Response(AttributeSerializer(self._there(READ)).data)

    @extend_schema(
        operation_id="attribute_put", responses={200: AttributeSerializer, 201: AttributeSerializer}
    )
    def put(self, request: Request, code: str, attribute_key: str) -> Response:
        """Define the attribute, or change it; what is left out stays as it is. Safe to send twice."""
        data = self.checked(AttributeSerializer)
        there = next(
            (one for one in queries.attributes_of(self.rollout.client_id) if one.key == attribute_key), None
        )
        if there is not None:
            changed = actions.change_attribute(
                attribute=there, rollout=self.rollout, by=self.user, at=timezone.now(), **data
            )
            return Response(AttributeSerializer(changed).data)
        made = actions.define_attribute(
            rollout=self.rollout, key=attribute_key, by=self.user, at=timezone.now(), **data
        )
        return Response(AttributeSerializer(made).data, status=201)

    @extend_schema(operation_id="attribute_delete", responses={204: None})
    def delete(self, request: Request, code: str, attribute_key: str) -> Response:
        """Remove an attribute no site has a value of; 409 otherwise."""
        actions.remove_attribute(
            attribute=self._there(EDIT), rollout=self.rollout, by=self.user, at=timezone.now()
        )
        return Response(status=204)

    def _there(self, permission: Permission) -> Attribute:
        key = self.kwargs["attribute_key"]
        return access.attribute_for(self.user, self.rollout.code, key, permission)[1]
