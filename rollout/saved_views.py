"""Views of a list as tabs above it. A view is nothing but the list's address with its query string, under a name.

A page of a list asks for `tabs_of` and includes ``rollout/saved_views.html``; everything else is here, in
`rollout.views.saved_views` and `rollout.actions.saved_views`. The address says which view one came from (``v=<key>``), so
that a list that was changed since can be saved back.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from rollout import access, queries
from rollout.models import Rollout, SavedView, User
from rollout.permissions import Permission

CAME_FROM = "v"
_NOT_KEPT = frozenset({CAME_FROM, "page", "format", "file"})


@dataclass(frozen=True)
class Tab:
    """One tab: what it says, where it leads, whether it is the one that is shown; `hint` tells twins apart."""

    label: str
    url: str
    is_current: bool = False
    shared: bool = False
    hint: str = ""


@dataclass(frozen=True)
class ViewTabs:
    """What is above a list.

    Attributes
    ----------
    page, query:
        The list's address and what of its query string a view keeps.
    current:
        The view one came from.
    is_changed:
        Whether the list is another than that view's, or, without a view, another than the usual one.
    may_change:
        Whether the current view is one's own, or one may tidy up the team's.
    """

    page: str
    query: str
    tabs: tuple[Tab, ...]
    current: SavedView | None
    is_changed: bool
    may_change: bool


def views_for(rollout: Rollout, user: User) -> QuerySet[SavedView]:
    """The user's own views in a rollout and those shared with its team, with whose they are."""
    return queries.saved_views_of(rollout, user).select_related("user", "rollout__client")


def kept_query(text: str) -> str:
    """Return what of a query string a view keeps: no page number, no empty values, no file to download."""
    pairs = parse_qsl(text.removeprefix("?"))
    return urlencode([(name, value) for name, value in pairs if name not in _NOT_KEPT and value])


def same_list(one: str, other: str) -> bool:
    """Whether two query strings show the same list; in which order filters were set makes no difference."""
    return sorted(parse_qsl(kept_query(one))) == sorted(parse_qsl(kept_query(other)))


def url_of(view: SavedView) -> str:
    """Return the address that shows a view."""
    path = reverse(view.page, kwargs={"code": view.rollout.code})
    query = urlencode([(CAME_FROM, str(view.key)), *parse_qsl(view.query)])
    return f"{path}?{query}"


def tabs_of(request: HttpRequest, rollout: Rollout, user: User, page: str, *, usual: str = "All") -> ViewTabs:
    """Return the tabs of a list: the usual one first, one's own, then the team's; one query.

    `page` is the name of the list's address, which takes the rollout's code; `usual` is what the list is called as it is.
    """
    views = list(views_for(rollout, user).filter(page=page))
    views.sort(key=lambda view: (view.user_id != user.pk, view.name.casefold(), view.pk))
    query = kept_query(request.META.get("QUERY_STRING", ""))
    asked = request.GET.get(CAME_FROM, "")
    current = next((view for view in views if str(view.key) == asked), None)
    names = Counter(view.name.casefold() for view in views)
    twins = {name for name, n in names.items() if n > 1}
    tabs = [Tab(usual, reverse(page, kwargs={"code": rollout.code}), current is None)]
    for view in views:
        whose = view.user.name if view.name.casefold() in twins and view.user_id != user.pk else ""
        tabs.append(Tab(view.name, url_of(view), view is current, view.shared, whose))
    return ViewTabs(
        page,
        query,
        tuple(tabs),
        current,
        is_changed=not same_list(query, current.query if current else ""),
        may_change=current is not None and may_change(user, current),
    )


def may_change(user: User, view: SavedView) -> bool:
    """Whether it is one's own, or shared and one runs the rollout."""
    runs = view.shared and access.may(user, Permission.ROLLOUT_EDIT, view.rollout)
    return view.user_id == user.pk or runs
