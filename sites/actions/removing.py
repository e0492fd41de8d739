"""Remove a site that was never used."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import Rollout, User
from sites import queries
from sites.actions.sites import lock_estate
from sites.models import Enrolment, Site

KEPT = ("key", "name", "street", "city", "region", "postal_code", "country", "latitude", "longitude", "phone")


class SiteInUse(Refused):
    """Something refers to the site, so it stays."""


@transaction.atomic
def remove_site(*, site: Site, rollout: Rollout, by: User, at: datetime) -> None:
    """Remove a site that is in no other rollout and has no work, no files and no questions; the audit entry keeps what it was.

    Raises `SiteInUse` with the reason.
    """
    lock_estate(rollout.client_id)
    why = queries.in_use([site.pk], rollout=rollout).get(site.pk, "")
    if not why and site.attachments.exists():
        why = "it has files"
    if not why and site.inquiries.exists():
        why = "somebody was asked about it"
    if why:
        raise SiteInUse(f"{site} stays because {why}.")
    Enrolment.objects.filter(rollout=rollout, site=site).delete()
    audit.record(
        "sites.site.removed",
        subject=site,
        rollout=rollout,
        by=by,
        at=at,
        summary=f"Site {site} removed",
        data={"was": {name: getattr(site, name) for name in KEPT}},
    )
    site.delete()
