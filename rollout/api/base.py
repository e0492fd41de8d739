"""What every view of the API that is about one rollout begins with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from rest_framework.exceptions import ErrorDetail, MethodNotAllowed, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from rollout import access
from rollout.models import Rollout, User
from rollout.permissions import Permission

PAGING = ("page", "page_size")


def caller(request: Request) -> User:
    """Return who asks; the permissions have turned strangers away."""
    if isinstance(request.user, AnonymousUser):
        raise PermissionDenied
    return request.user


class RolloutView(GenericAPIView[Any]):
    """Something of one rollout. `needs` says which right each method asks for; others are not allowed.

    `parameters` are the names a query string may hold besides those of paging: a misspelt filter is refused, since
    finding everything is worse than finding nothing.
    """

    needs: ClassVar[Mapping[str, Permission]] = {}
    parameters: ClassVar[Collection[str]] = ()
    queryset: Any = Rollout.objects.none()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the rollout: strangers get 404, members without the right 403."""
        super().initial(request, *args, **kwargs)
        method = "GET" if request.method in ("HEAD", "OPTIONS") else str(request.method)
        if method not in self.needs:
            raise MethodNotAllowed(method)
        self.user = caller(request)
        self.find(self.needs[method])
        if method == "GET":
            refuse_unknown(request, (*self.parameters, *PAGING))

    def find(self, permission: Permission) -> None:
        """Find what the address names; a part of something within a rollout finds that as well."""
        self.rollout = access.rollout_for(self.user, self.kwargs["code"], permission)

    def checked(self, serializer: type[BaseSerializer[Any]], **kwargs: Any) -> dict[str, Any]:
        """Return the body as the serializer understands it; raises `ValidationError`."""
        form = serializer(data=self.request.data, context=self.get_serializer_context(), **kwargs)
        form.is_valid(raise_exception=True)
        data: dict[str, Any] = form.validated_data
        return data

    def paged(self, rows: QuerySet[Any] | Sequence[Any], shown: Callable[[Sequence[Any]], Any]) -> Response:
        """Return one page of a list; `shown` turns its rows into what is sent."""
        page: Sequence[Any] = self.paginate_queryset(rows) or []  # type: ignore[arg-type]
        return self.get_paginated_response(shown(page))


def refuse_unknown(request: Request, known: Collection[str]) -> None:
    """Raise `ValidationError` for the first name in the query string that means nothing here."""
    for name in request.query_params:
        if name not in known:
            sentence = f"There is no filter called “{name[:60]}” here. There are: {', '.join(known)}."
            raise ValidationError({name[:60]: [ErrorDetail(sentence, "unknown_filter")]})
