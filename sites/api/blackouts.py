"""Days on which nobody works at a client's sites, over the API."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from rollout.api.base import RolloutView
from rollout.permissions import Permission
from sites import access, actions, queries
from sites.actions.blackouts import BlackoutPlan
from sites.blackout_filter import BlackoutFilter
from sites.choices import GroupKind
from sites.forms.access import EVERYWHERE, ONE_SITE, BlackoutForm
from sites.models import Blackout
from sites.queries.blackouts import BlackoutLine, blackout_lines, blackouts_seen

READ, EDIT = Permission.SITE_VIEW, Permission.SITE_EDIT
PLACES = {"territory": GroupKind.REGION.value, "format": GroupKind.FORMAT.value}
NAMES = {"where": "territory", "site_key": "site"}
"""What the form of the page calls them, and what a program does."""


class WantedSerializer(serializers.Serializer[Any]):
    """Days, both included, and why. Where: the path of a region or format, or a site’s number; with none at all sites."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, help_text="Left out: one day.")
    reason = serializers.CharField(max_length=200)
    territory = serializers.CharField(required=False, allow_null=True)
    format = serializers.CharField(required=False, allow_null=True)
    site = serializers.CharField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A blackout has one place."""
        given = [name for name in ("territory", "format", "site") if attrs.get(name)]
        if len(given) > 1:
            raise serializers.ValidationError(f"Give one of {' and '.join(given)}, or none for all sites.")
        return attrs


class BlackoutSerializer(serializers.Serializer[Any]):
    """A blackout, for how many sites it holds and how many booked visits run into it."""

    id = serializers.IntegerField(source="blackout.pk")
    starts_on = serializers.DateField(source="blackout.starts_on")
    ends_on = serializers.DateField(source="blackout.ends_on")
    reason = serializers.CharField(source="blackout.reason")
    territory = serializers.SerializerMethodField()
    format = serializers.SerializerMethodField()
    site = serializers.CharField(source="blackout.site.key", default=None, allow_null=True)
    sites = serializers.IntegerField()
    visits = serializers.IntegerField()

    def get_territory(self, line: BlackoutLine) -> str | None:
        """Path of the region."""
        return _path(line.blackout, GroupKind.REGION)

    def get_format(self, line: BlackoutLine) -> str | None:
        """Path of the format."""
        return _path(line.blackout, GroupKind.FORMAT)


def _path(blackout: Blackout, kind: str) -> str | None:
    group = blackout.group
    return group.path if group is not None and group.kind == kind else None


class BlackoutView(RolloutView):
    """What the list and a single blackout share."""

    serializer_class = BlackoutSerializer

    def wanted(self, blackout: Blackout | None = None) -> BlackoutPlan:
        """Return what the body asks for, by the rules of the page; raises `ValidationError`."""
        data = self.checked(WantedSerializer)
        where = EVERYWHERE
        for name, kind in PLACES.items():
            if text := data.get(name):
                groups = queries.groups_of(self.rollout.client_id, kind)
                group = next((one for one in groups if one.path.casefold() == text.casefold()), None)
                if group is None:
                    sentence = f"There is no {GroupKind(kind).label.lower()} “{text[:80]}”."
                    raise ValidationError({name: [ErrorDetail(sentence, "no_such_group")]})
                where = str(group.pk)
        typed = {
            "reason": data["reason"],
            "starts_on": data["starts_on"],
            "ends_on": data.get("ends_on"),
            "where": ONE_SITE if data.get("site") else where,
            "site_key": data.get("site") or "",
        }
        form = BlackoutForm(
            typed, rollout=self.rollout, user=self.user, today=timezone.now().date(), blackout=blackout
        )
        if not form.is_valid():
            raise ValidationError(
                {
                    NAMES.get(name, name): [ErrorDetail(str(text), "invalid") for text in texts]
                    for name, texts in form.errors.items()
                }
            )
        return form.plan()

    def told(self, blackout: Blackout, status: int = 200) -> Response:
        """Answer with one blackout."""
        (line,) = blackout_lines(self.rollout, [blackout])
        return Response(BlackoutSerializer(line).data, status=status)


class BlackoutList(BlackoutView):
    """The blackouts of the rollout’s client, by their first day."""

    needs = {"GET": READ, "POST": EDIT}
    parameters = (*BlackoutFilter.base_filters, "when")

    @extend_schema(
        operation_id="blackouts_list",
        parameters=[
            *(
                OpenApiParameter(n, str, description=str(f.label))
                for n, f in BlackoutFilter.base_filters.items()
            ),
            OpenApiParameter("when", enum=["all", "coming", "past"], default="all"),
        ],
    )
    def get(self, request: Request, code: str) -> Response:
        """Return a page of blackouts, with what they touch."""
        when = request.query_params.get("when", "all")
        rows = blackouts_seen(self.rollout, self.user)
        found = BlackoutFilter(
            request.query_params, rows, when="" if when == "coming" else when, today=timezone.now().date()
        )
        if not found.form.is_valid() or when not in ("all", "coming", "past"):
            errors = found.form.errors or {"when": ["Write all, coming or past."]}
            raise ValidationError({name: [str(text) for text in texts] for name, texts in errors.items()})
        return self.paged(
            found.qs, lambda page: BlackoutSerializer(blackout_lines(self.rollout, page), many=True).data
        )

    @extend_schema(
        operation_id="blackouts_make",
        request=WantedSerializer,
        responses={200: BlackoutSerializer, 201: BlackoutSerializer},
    )
    def post(self, request: Request, code: str) -> Response:
        """Set a blackout. When the same one is there already it is answered, with 200: safe to send twice."""
        plan = self.wanted()
        same = blackouts_seen(self.rollout, self.user).filter(
            starts_on=plan.starts_on,
            ends_on=plan.ends_on,
            reason__iexact=plan.reason,
            group=plan.group,
            site=plan.site,
        )
        if there := same.first():
            return self.told(there)
        made = actions.add_blackout(rollout=self.rollout, plan=plan, by=self.user, at=timezone.now())
        return self.told(made.blackout, 201)


class OneBlackout(BlackoutView):
    """One blackout."""

    needs = {"GET": READ, "PUT": EDIT, "DELETE": EDIT}

    def find(self, permission: Permission) -> None:
        """Find the blackout among those the caller sees."""
        self.rollout, self.blackout = access.blackout_for(
            self.user, self.kwargs["code"], self.kwargs["pk"], permission
        )

    @extend_schema(operation_id="blackout_read")
    def get(self, request: Request, code: str, pk: int) -> Response:
        """Return the blackout."""
        return self.told(self.blackout)

    @extend_schema(operation_id="blackout_put", request=WantedSerializer)
    def put(self, request: Request, code: str, pk: int) -> Response:
        """Let the blackout be this. Safe to send twice."""
        done = actions.change_blackout(
            blackout=self.blackout,
            plan=self.wanted(self.blackout),
            rollout=self.rollout,
            by=self.user,
            at=timezone.now(),
        )
        return self.told(done.blackout)

    @extend_schema(operation_id="blackout_delete", responses={204: None})
    def delete(self, request: Request, code: str, pk: int) -> Response:
        """Let people work on these days again."""
        actions.remove_blackout(blackout=self.blackout, rollout=self.rollout, by=self.user, at=timezone.now())
        return Response(status=204)
