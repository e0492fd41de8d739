"""Make and change single sites, and bring sites into a rollout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import Client, Rollout, User, Wave
from rollout.models.audit import new_bulk_id
from sites import places
from sites.choices import PlacePrecision
from sites.models import Enrolment, Site, SiteGroup


class SiteNumberTaken(Refused):
    """The client has a site with this number."""


class ChangedMeanwhile(Refused):
    """Somebody changed the site after the page one wrote on was made; nothing was saved."""


def lock_estate(client_id: int) -> None:
    """Let one person at a time make sites of a client; whoever only refers to the client is not kept waiting."""
    Client.objects.select_for_update(no_key=True).get(pk=client_id)


@transaction.atomic
def create_site(
    *,
    rollout: Rollout,
    by: User,
    at: datetime,
    wave: Wave | None = None,
    by_hand: bool = False,
    reason: str = "",
    **fields: Any,
) -> Site:
    """Make a site of the rollout's client and enrol it. `fields` are the site's own; raises `SiteNumberTaken`.

    `by_hand` says that somebody typed the coordinates.
    """
    lock_estate(rollout.client_id)
    _refuse_twin(rollout, fields["key"])
    site = Site(client_id=rollout.client_id, **fields)
    if by_hand and site.latitude is not None:
        site.precision = PlacePrecision.BY_HAND
    _settle_place(site)
    site.save()
    Enrolment.objects.create(rollout=rollout, site=site, wave=wave, enrolled_at=at)
    audit.record(
        "sites.site.created",
        subject=site,
        rollout=rollout,
        by=by,
        at=at,
        summary=f"Site {site.key} made by hand",
        reason=reason,
    )
    return site


def _refuse_twin(rollout: Rollout, key: str, *, but: int | None = None) -> None:
    twin = Site.objects.filter(client=rollout.client_id, key__iexact=key).exclude(pk=but).first()
    if twin is None:
        return
    if twin.enrolments.filter(rollout=rollout).exists():
        raise SiteNumberTaken(f"{twin} has this number already. Open it, or give this one another number.")
    raise SiteNumberTaken(
        f"{twin} has this number already and is not in this rollout yet. Bring it in with “Add existing sites”."
    )


def _settle_place(site: Site) -> None:
    if site.latitude is not None and site.longitude is not None and not site.time_zone:
        site.time_zone = places.zone_at(site.latitude, site.longitude)
    site.precision = places.precision_of(site.latitude, site.precision)


@transaction.atomic
def change_site(
    *,
    site: Site,
    rollout: Rollout,
    by: User,
    at: datetime,
    seen: datetime | None = None,
    by_hand: bool = False,
    reason: str = "",
    **fields: Any,
) -> dict[str, list[Any]]:
    """Change a site's own fields and return what changed, ``{field: [before, after]}``.

    Parameters
    ----------
    seen
        `updated_at` of the site when the page one wrote on was made: what others saved since is then never overwritten.
    by_hand
        Somebody typed the coordinates, if they differ.
    reason
        Why, in the person's own words; kept in the history.

    Raises `SiteNumberTaken` and `ChangedMeanwhile`.
    """
    lock_estate(rollout.client_id)
    site = Site.objects.select_for_update(of=("self",)).select_related("territory", "format").get(pk=site.pk)
    if seen is not None and site.updated_at != seen:
        raise ChangedMeanwhile(
            "Somebody changed this site while you were writing. Nothing of yours is saved yet."
        )
    if "key" in fields:
        _refuse_twin(rollout, fields["key"], but=site.pk)
    before = {name: getattr(site, name) for name in (*fields, "time_zone", "precision")}
    for name, value in fields.items():
        setattr(site, name, value)
    if (before.get("latitude"), before.get("longitude")) != (site.latitude, site.longitude):
        site.precision = PlacePrecision.BY_HAND if by_hand else places.precision_of(site.latitude)
    _settle_place(site)
    changes = {
        name: [_plain(was), _plain(getattr(site, name))]
        for name, was in before.items()
        if was != getattr(site, name)
    }
    if changes:
        site.save(update_fields=[*changes, "updated_at"])
        summary = f"Site {site.key} changed: {_named(changes)}"
        audit.record(
            "sites.site.changed",
            subject=site,
            rollout=rollout,
            by=by,
            at=at,
            summary=summary,
            reason=reason,
            data={"changes": changes},
        )
    return changes


def _plain(value: Any) -> Any:
    """A value as the history keeps it: regions and formats by their names."""
    return value.path if isinstance(value, SiteGroup) else value


def _named(changes: Mapping[str, Any]) -> str:
    return ", ".join(
        str(getattr(Site._meta.get_field(name), "verbose_name", name)) for name in sorted(changes)
    )


@transaction.atomic
def enrol_sites(*, rollout: Rollout, sites: Sequence[Site], wave: Wave | None, by: User, at: datetime) -> int:
    """Bring sites of the client into the rollout; returns how many were not in it yet. Safe to do twice."""
    there = set(Enrolment.objects.filter(rollout=rollout).values_list("site_id", flat=True))
    new = [site for site in sites if site.pk not in there and site.client_id == rollout.client_id]
    rows = [Enrolment(rollout=rollout, site=site, wave=wave, enrolled_at=at) for site in new]
    Enrolment.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)
    bulk_id = new_bulk_id()
    audit.record_many(
        audit.entry(
            "sites.enrolment.made",
            subject=site,
            rollout=rollout,
            by=by,
            at=at,
            summary=f"Site {site.key} brought into {rollout.name}",
            bulk_id=bulk_id,
        )
        for site in new
    )
    return len(new)
