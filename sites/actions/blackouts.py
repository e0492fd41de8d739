"""Set, change and remove the days on which nobody works at the client's sites; each can be undone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import AuditEntry, Rollout, User
from rollout.models.audit import new_bulk_id
from sites.actions.bulk import NothingToUndo
from sites.actions.sites import lock_estate
from sites.models import Blackout, Site, SiteGroup
from sites.weekdays import dates_in_words

MADE = "sites.blackout.made"
CHANGED = "sites.blackout.changed"
REMOVED = "sites.blackout.removed"
UNDONE = "sites.blackout.undone"


class BlackoutThere(Refused):
    """The same days are a blackout there already, for the same reason."""


class BlackoutGone(Refused):
    """Somebody removed the blackout meanwhile."""


@dataclass(frozen=True, slots=True)
class BlackoutPlan:
    """What a blackout says: its days, both included, why, and where; with neither group nor site at all sites."""

    starts_on: date
    ends_on: date
    reason: str
    group: SiteGroup | None = None
    site: Site | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A blackout as it was written, and the id that undoes it; None when nothing was different."""

    blackout: Blackout
    undo_id: uuid.UUID | None


@transaction.atomic
def add_blackout(*, rollout: Rollout, plan: BlackoutPlan, by: User, at: datetime) -> Written:
    """Let nobody work at the client's sites for some days. What is booked already stays booked. Raises `BlackoutThere`."""
    lock_estate(rollout.client_id)
    blackout = Blackout(client_id=rollout.client_id, created_by=by, created_at=at)
    _fill(blackout, plan)
    _refuse_twin(blackout)
    blackout.save()
    undo_id = _record(MADE, blackout, before=None, rollout=rollout, by=by, at=at)
    return Written(blackout, undo_id)


@transaction.atomic
def change_blackout(
    *, blackout: Blackout, plan: BlackoutPlan, rollout: Rollout, by: User, at: datetime
) -> Written:
    """Give a blackout other days, another reason or another place. Raises `BlackoutThere`, `BlackoutGone`."""
    blackout = _locked(blackout)
    before = _said(blackout)
    _fill(blackout, plan)
    if _said(blackout) == before:
        return Written(blackout, None)
    _refuse_twin(blackout)
    blackout.save(update_fields=["starts_on", "ends_on", "reason", "group", "site"])
    return Written(blackout, _record(CHANGED, blackout, before=before, rollout=rollout, by=by, at=at))


@transaction.atomic
def remove_blackout(*, blackout: Blackout, rollout: Rollout, by: User, at: datetime) -> uuid.UUID:
    """Let people work on these days again; returns the id that undoes it. Raises `BlackoutGone`."""
    blackout = _locked(blackout)
    before = _said(blackout)
    undo_id = _record(REMOVED, blackout, before=before, rollout=rollout, by=by, at=at)
    blackout.delete()
    return undo_id


@transaction.atomic
def undo_blackout(*, rollout: Rollout, undo_id: uuid.UUID, by: User, at: datetime) -> Blackout | None:
    """Take back what was added, changed or removed; returns the blackout as it is then, None when it is no more.

    Raises `NothingToUndo` when it was undone already or somebody changed the blackout since.
    """
    lock_estate(rollout.client_id)
    entries = AuditEntry.objects.filter(rollout=rollout, bulk_id=undo_id, type__in=(MADE, CHANGED, REMOVED))
    entry = entries.first()
    if entry is None:
        raise NothingToUndo("There is nothing to undo here.")
    if AuditEntry.objects.filter(rollout=rollout, type=UNDONE, data__bulk_id=str(undo_id)).exists():
        raise NothingToUndo("This has been undone already.")
    found = Blackout.objects.select_for_update(of=("self",)).filter(
        pk=entry.subject_id, client=rollout.client_id
    )
    now = found.first()
    if (_said(now) if now else None) != entry.data["after"]:
        raise NothingToUndo("Somebody changed this blackout since, so it stays as it is. Change it by hand.")
    back = _put_back(now, entry, rollout)
    audit.record(
        UNDONE,
        subject=rollout,
        rollout=rollout,
        by=by,
        at=at,
        summary=f"Undone: {entry.summary}",
        data={"bulk_id": str(undo_id)},
    )
    return back


def _put_back(now: Blackout | None, entry: AuditEntry, rollout: Rollout) -> Blackout | None:
    before = entry.data["before"]
    if before is None:
        if now is not None:
            now.delete()
        return None
    back = now or Blackout(
        pk=entry.subject_id,
        client_id=rollout.client_id,
        created_by_id=entry.data["made_by"],
        created_at=datetime.fromisoformat(entry.data["made_at"]),
    )
    group = SiteGroup.objects.filter(client=rollout.client_id, pk=before["group"]).first()
    site = Site.objects.filter(client=rollout.client_id, pk=before["site"]).first()
    if (group is None) != (before["group"] is None) or (site is None) != (before["site"] is None):
        raise NothingToUndo("The region, format or site it was set for is gone. Set a new blackout instead.")
    days = [date.fromisoformat(before[name]) for name in ("starts_on", "ends_on")]
    _fill(back, BlackoutPlan(days[0], days[1], before["reason"], group, site))
    _refuse_twin(back)
    back.save()
    return back


def _fill(blackout: Blackout, plan: BlackoutPlan) -> None:
    blackout.starts_on, blackout.ends_on, blackout.reason = plan.starts_on, plan.ends_on, plan.reason
    blackout.group, blackout.site = plan.group, plan.site


def _locked(blackout: Blackout) -> Blackout:
    lock_estate(blackout.client_id)
    found: Blackout | None = (
        Blackout.objects.select_for_update(of=("self",))
        .select_related("group", "site")
        .filter(pk=blackout.pk)
        .first()
    )
    if found is None:
        raise BlackoutGone("Somebody removed this blackout meanwhile.")
    return found


def _said(blackout: Blackout) -> dict[str, Any]:
    """Return what a blackout says, as it goes on the audit trail."""
    return {
        "starts_on": blackout.starts_on.isoformat(),
        "ends_on": blackout.ends_on.isoformat(),
        "reason": blackout.reason,
        "group": blackout.group_id,
        "site": blackout.site_id,
    }


def _refuse_twin(blackout: Blackout) -> None:
    same = Blackout.objects.filter(
        client=blackout.client_id,
        starts_on=blackout.starts_on,
        ends_on=blackout.ends_on,
        reason__iexact=blackout.reason,
        group=blackout.group,
        site=blackout.site,
    )
    if same.exclude(pk=blackout.pk).exists():
        raise BlackoutThere("These days are a blackout there already, for the same reason.")


def _record(
    what: str,
    blackout: Blackout,
    *,
    before: dict[str, Any] | None,
    rollout: Rollout,
    by: User,
    at: datetime,
) -> uuid.UUID:
    undo_id = new_bulk_id()
    verb = {MADE: "set", CHANGED: "changed", REMOVED: "removed"}[what]
    where = blackout.group or blackout.site or "all sites"
    days = dates_in_words(blackout.starts_on, blackout.ends_on)
    audit.record(
        what,
        subject=blackout,
        rollout=rollout,
        by=by,
        at=at,
        summary=f"Blackout {verb} for {where}, {days}",
        reason=blackout.reason,
        data={
            "before": before,
            "after": None if what == REMOVED else _said(blackout),
            "made_by": blackout.created_by_id,
            "made_at": blackout.created_at.isoformat(),
        },
        bulk_id=undo_id,
    )
    return undo_id
