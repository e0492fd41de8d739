"""Give a site its place by hand, and take that back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import AuditEntry, Rollout, User
from rollout.models.audit import new_bulk_id
from sites import places
from sites.choices import PlacePrecision
from sites.imports.countries import country_name
from sites.imports.place import lies_in
from sites.models import Site

PLACED, UNPLACED = "sites.site.placed", "sites.site.place_undone"
_PLACE = ("latitude", "longitude", "precision", "time_zone")


class PlaceGone(Refused):
    """What was placed has been placed anew or changed since, or was never placed here."""


@dataclass(frozen=True)
class Placed:
    """What became of a site: the id that undoes it, and a sentence when something looks odd ("" otherwise)."""

    bulk_id: uuid.UUID
    doubt: str


@transaction.atomic
def place_site(
    *, site: Site, latitude: float, longitude: float, rollout: Rollout, by: User, at: datetime
) -> Placed:
    """Set where a site is, in degrees. The time zone follows, unless somebody gave the site another than its old place has."""
    site = Site.objects.select_for_update().get(pk=site.pk)
    before = _place_of(site)
    follows = not site.time_zone or site.time_zone == _zone_of(site)
    site.latitude, site.longitude, site.precision = latitude, longitude, PlacePrecision.BY_HAND
    zone = places.zone_at(latitude, longitude)
    site.time_zone = zone if follows and zone else site.time_zone
    site.save(update_fields=[*_PLACE, "updated_at"])
    bulk_id = new_bulk_id()
    audit.record(
        PLACED,
        subject=site,
        rollout=rollout,
        by=by,
        at=at,
        summary=f"Placed by hand at {latitude:g}, {longitude:g}",
        bulk_id=bulk_id,
        data={"before": before, "after": _place_of(site)},
    )
    return Placed(bulk_id, _doubt(site, zone))


def _place_of(site: Site) -> dict[str, Any]:
    return {name: getattr(site, name) for name in _PLACE}


def _zone_of(site: Site) -> str:
    if site.latitude is None or site.longitude is None:
        return ""
    return places.zone_at(site.latitude, site.longitude)


def _doubt(site: Site, zone: str) -> str:
    if site.country and not lies_in(site.latitude or 0.0, site.longitude or 0.0, site.country):
        return f"That point does not lie in {country_name(site.country)}, the country of the site."
    if zone and zone != site.time_zone:
        return f"The time zone stays {site.time_zone}, as it was given, though {zone} is used there."
    return "" if zone else "No country’s time is used there: it lies at sea."


@transaction.atomic
def undo_place(*, rollout: Rollout, bulk_id: uuid.UUID, by: User, at: datetime) -> Site:
    """Put a site back where it was before it was placed by hand; raises `PlaceGone` when that is not how it is any more."""
    entry = AuditEntry.objects.filter(rollout=rollout, bulk_id=bulk_id, type=PLACED).first()
    site: Site | None = (
        Site.objects.select_for_update().filter(pk=entry.subject_id).first() if entry else None
    )
    if entry is None or site is None:
        raise PlaceGone("There is nothing to undo here.")
    if _place_of(site) != entry.data["after"]:
        raise PlaceGone(f"{site} has been moved or changed since, so it was left where it is.")
    for name, value in entry.data["before"].items():
        setattr(site, name, value)
    site.save(update_fields=[*_PLACE, "updated_at"])
    audit.record(UNPLACED, subject=site, rollout=rollout, by=by, at=at, summary="Placing by hand undone")
    return site
