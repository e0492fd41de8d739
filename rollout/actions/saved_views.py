"""Keep lists as somebody likes to see them, under a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import AuditEntry, Rollout, SavedView, User

VIEW_REMOVED = "rollout.view.removed"
LONGEST_QUERY = 2000
MOST_VIEWS = 40


class ViewNameTaken(Refused):
    """One person's views of a list have different names."""


class ViewTooLong(Refused):
    """A query string that cannot be kept, or more views than anybody can tell apart."""


class CannotRestoreView(Refused):
    """The entry tells of no removed view, or its place is taken."""


@transaction.atomic
def save_view(
    *, rollout: Rollout, page: str, name: str, query: str, shared: bool, by: User, at: datetime
) -> SavedView:
    """Keep a list under a name. Saving the very same twice keeps one.

    `page` is the name of the list's address, `query` its query string. Raises `ViewNameTaken` or `ViewTooLong`.
    """
    _lock(rollout)
    own = SavedView.objects.filter(rollout=rollout, page=page, user=by)
    twin: SavedView | None = own.filter(name__iexact=name).first()
    if twin is not None and (twin.query, twin.shared) == (query, shared):
        return twin
    if twin is not None:
        raise ViewNameTaken(f"You have a view called “{twin.name}” already. Choose another name.")
    if len(query) > LONGEST_QUERY:
        raise ViewTooLong("This list has more filters and columns than a view can keep. Take some away.")
    if own.count() >= MOST_VIEWS:
        raise ViewTooLong(f"You have {MOST_VIEWS} views of this list. Remove one you no longer need.")
    view: SavedView = SavedView.objects.create(
        rollout=rollout, page=page, user=by, name=name, query=query, shared=shared, created_at=at
    )
    _record("rollout.view.saved", view, by, at, f"View “{name}” saved", {"query": query, "shared": shared})
    return view


@transaction.atomic
def change_view(
    *,
    view: SavedView,
    by: User,
    at: datetime,
    name: str | None = None,
    query: str | None = None,
    shared: bool | None = None,
) -> SavedView:
    """Give a view another name, list or audience; what is None stays. Raises `ViewNameTaken` or `ViewTooLong`."""
    _lock(view.rollout)
    view = SavedView.objects.select_for_update(of=("self",)).select_related("rollout").get(pk=view.pk)
    wanted = {"name": name, "query": query, "shared": shared}
    changes = {
        field: [getattr(view, field), value]
        for field, value in wanted.items()
        if value is not None and value != getattr(view, field)
    }
    if not changes:
        return view
    if query is not None and len(query) > LONGEST_QUERY:
        raise ViewTooLong("This list has more filters and columns than a view can keep. Take some away.")
    if "name" in changes and _named(view, str(name)).exclude(pk=view.pk).exists():
        raise ViewNameTaken(f"There is a view called “{name}” already. Choose another name.")
    for field, (_, value) in changes.items():
        setattr(view, field, value)
    view.save(update_fields=list(changes))
    _record("rollout.view.changed", view, by, at, f"View “{view.name}” changed", {"changes": changes})
    return view


@transaction.atomic
def remove_view(*, view: SavedView, by: User, at: datetime) -> AuditEntry:
    """Remove a view. The returned entry brings it back through `restore_view`."""
    kept = {
        "key": str(view.key),
        "page": view.page,
        "name": view.name,
        "query": view.query,
        "shared": view.shared,
        "user": view.user_id,
        "created_at": view.created_at.isoformat(),
    }
    entry = _record(VIEW_REMOVED, view, by, at, f"View “{view.name}” removed", {"view": kept})
    view.delete()
    return entry


@transaction.atomic
def restore_view(*, rollout: Rollout, entry: AuditEntry, by: User, at: datetime) -> SavedView:
    """Bring a removed view back to whom it belonged, under its old key. Safe to do twice. Raises `CannotRestoreView`."""
    _lock(rollout)
    kept = entry.data.get("view")
    if entry.type != VIEW_REMOVED or entry.rollout_id != rollout.pk or not kept:
        raise CannotRestoreView("This view cannot be brought back. Save it again.")
    there: SavedView | None = SavedView.objects.filter(key=kept["key"]).first()
    if there is not None:
        return there
    fields: dict[str, Any] = {name: kept[name] for name in ("key", "page", "name", "query", "shared")}
    view = SavedView(
        rollout=rollout,
        user_id=kept["user"],
        created_at=datetime.fromisoformat(kept["created_at"]),
        **fields,
    )
    if _named(view, view.name).exists():
        raise CannotRestoreView(
            f"There is another view called “{view.name}” now. Rename it, then undo the removal again."
        )
    view.save(force_insert=True)
    _record("rollout.view.restored", view, by, at, f"View “{view.name}” brought back", {})
    return view


def _lock(rollout: Rollout) -> None:
    """Let one change of the views of a rollout follow another, so that names are compared with what is there."""
    Rollout.objects.select_for_update(no_key=True).get(pk=rollout.pk)


def _named(view: SavedView, name: str) -> Any:
    return SavedView.objects.filter(
        rollout=view.rollout_id, page=view.page, user=view.user_id, name__iexact=name
    )


def _record(
    type: str,  # noqa: A002 - the audit's word
    view: SavedView,
    by: User,
    at: datetime,
    summary: str,
    data: dict[str, Any],
) -> AuditEntry:
    return audit.record(type, subject=view, rollout=view.rollout, by=by, at=at, summary=summary, data=data)
