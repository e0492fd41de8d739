"""Make, rename, move and remove regions and formats."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Length, Substr
from django.db.models.lookups import GreaterThan

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import Rollout, User
from sites import above
from sites.actions.sites import lock_estate
from sites.models import Site, SiteGroup
from sites.queries.groups import JOINT, SITE_FIELDS, family

MOST_LEVELS = 6
LONGEST_PATH = 400
"""As many letters as a path has room for."""


class GroupNameTaken(Refused):
    """There is such a region or format at this place of the tree."""


class GroupDoesNotFit(Refused):
    """The place in the tree cannot be: within itself, or too deep."""


class GroupInUse(Refused):
    """Something still refers to the region or format."""


@transaction.atomic
def add_group(
    *, rollout: Rollout, kind: str, name: str, parent: SiteGroup | None, by: User, at: datetime
) -> SiteGroup:
    """Add a region or format (`GroupKind`) of the rollout's client, outermost or within `parent`.

    Raises `GroupNameTaken`, `GroupDoesNotFit`.
    """
    lock_estate(rollout.client_id)
    group = SiteGroup(
        client_id=rollout.client_id, kind=kind, name=name, parent=_now(parent, rollout.client_id, kind)
    )
    group.path = _path(group)
    _refuse_twin(group)
    group.save()
    _record("added", group, f"{_noun(group)} added: {group}", rollout=rollout, by=by, at=at)
    return group


@transaction.atomic
def change_group(
    *, group: SiteGroup, name: str, parent: SiteGroup | None, rollout: Rollout, by: User, at: datetime
) -> SiteGroup:
    """Rename a region or format, move it with all within it, or both. Nothing different: nothing is written.

    Raises `GroupNameTaken`, `GroupDoesNotFit`.
    """
    lock_estate(group.client_id)
    group = SiteGroup.objects.get(pk=group.pk)
    parent = _now(parent, group.client_id, group.kind)
    old = group.path
    if (group.name, group.parent_id) == (name, parent.pk if parent else None):
        return group
    kinsfolk = family(group)
    if parent is not None and kinsfolk.filter(pk=parent.pk).exists():
        raise GroupDoesNotFit(f"{parent} lies within {group.name} itself. Choose another place for it.")
    levels = max(path.count(JOINT) for path in kinsfolk.values_list("path", flat=True)) - old.count(JOINT)
    group.name, group.parent = name, parent
    group.path = _path(group, below=levels)
    _refuse_twin(group)
    _refuse_long(group, old)
    # One statement for the group and all within it, so that no path is ever half right.
    moved = SiteGroup.objects.filter(pk__in=list(kinsfolk.values_list("pk", flat=True)))
    moved.update(path=Concat(Value(group.path), Substr("path", len(old) + 1)))
    group.save(update_fields=["name", "parent"])
    data = {"before": old, "after": group.path}
    summary = f"{_noun(group)} {old} is now {group.path}"
    _record("changed", group, summary, rollout=rollout, by=by, at=at, data=data)
    return group


@transaction.atomic
def remove_group(*, group: SiteGroup, rollout: Rollout, by: User, at: datetime) -> int:
    """Remove a region or format that nothing refers to; its sites go to the one it lies in, or have none then.

    Returns how many sites moved. Raises `GroupInUse` while others lie within it, or a blackout or a variation refers to it.
    """
    lock_estate(group.client_id)
    group = SiteGroup.objects.select_related("parent").get(pk=group.pk)
    _refuse_users(group)
    field = SITE_FIELDS[group.kind]
    moved = Site.objects.filter(**{field: group}).update(**{field: group.parent})
    where = f"to {group.parent}" if group.parent else f"and have no {group.get_kind_display().lower()} now"
    told = f"; {moved:,} sites went {where}" if moved else ""
    data = {"name": group.name, "path": group.path, "sites": moved}
    summary = f"{_noun(group)} removed: {group}{told}"
    _record("removed", group, summary, rollout=rollout, by=by, at=at, data=data)
    group.delete()
    return moved


def _now(parent: SiteGroup | None, client_id: int, kind: str) -> SiteGroup | None:
    """Read the larger group again under the lock: its path may have changed since it was chosen."""
    if parent is None:
        return None
    same = SiteGroup.objects.filter(client=client_id, kind=kind)
    found: SiteGroup | None = same.filter(pk=parent.pk).first()
    if found is None:
        raise GroupDoesNotFit(f"{parent.name} is not there any more. Choose another place.")
    return found


def _path(group: SiteGroup, *, below: int = 0) -> str:
    """Return the path that follows from the place; `below` is how many levels lie within the group."""
    path = f"{group.parent.path}{JOINT}{group.name}" if group.parent else group.name
    if path.count(JOINT) + 1 + below > MOST_LEVELS:
        raise GroupDoesNotFit(f"That would be more than {MOST_LEVELS} levels. Choose a place further up.")
    if len(path) > LONGEST_PATH:
        raise GroupDoesNotFit(
            f"The names from the top down are longer than {LONGEST_PATH} letters together. Shorten one."
        )
    return path


def _refuse_twin(group: SiteGroup) -> None:
    same = SiteGroup.objects.filter(client=group.client_id, kind=group.kind, path__iexact=group.path)
    twin = same.exclude(pk=group.pk).first()
    if twin is not None:
        where = f"in {group.parent}" if group.parent else "already"
        raise GroupNameTaken(f"There is a {_noun(group).lower()} “{twin.name}” {where}. Give another name.")


def _refuse_long(group: SiteGroup, old: str) -> None:
    """Paths of what lies within must still fit when the group's own grows."""
    grown = len(group.path) - len(old)
    kin = SiteGroup.objects.filter(client=group.client_id, kind=group.kind, path__startswith=old + JOINT)
    too_long = kin.filter(GreaterThan(Length(F("path")), LONGEST_PATH - grown)).first()
    if too_long is not None:
        raise GroupDoesNotFit(f"The path of {too_long.name} would be too long then. Shorten a name first.")


def _refuse_users(group: SiteGroup) -> None:
    noun = _noun(group).lower()
    within = group.children.count()
    if within:
        raise GroupInUse(
            f"{within} {noun}{'s lie' if within != 1 else ' lies'} within {group.name}. Move or remove {'them' if within != 1 else 'it'} first."
        )
    blackout = group.blackouts.first()
    if blackout is not None:
        raise GroupInUse(
            f"The blackout “{blackout.reason}” is set for {group.name}. Change or remove it first."
        )
    uses = above.uses_of(group)
    if uses:
        more = f" and {len(uses) - 1} more" if len(uses) > 1 else ""
        raise GroupInUse(f"{uses[0][:1].upper()}{uses[0][1:]}{more} refers to {group.name}, so it stays.")


def _noun(group: SiteGroup) -> str:
    return str(group.get_kind_display())


def _record(
    what: str,
    group: SiteGroup,
    summary: str,
    *,
    rollout: Rollout,
    by: User,
    at: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    audit.record(
        f"sites.group.{what}", subject=group, rollout=rollout, by=by, at=at, summary=summary, data=data
    )
