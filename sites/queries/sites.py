"""Reads of sites and their places in a rollout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Prefetch, QuerySet
from django.db.models.deletion import PROTECT

from rollout.models import AuditEntry, Rollout, User, Wave
from sites.models import Contact, Enrolment, Site


def enrolment_of(rollout: Rollout, site: Site) -> Enrolment | None:
    """The site's place in the rollout, its wave loaded; None when it has none."""
    return Enrolment.objects.filter(rollout=rollout, site=site).select_related("wave").first()


def waves_of(rollout: Rollout) -> QuerySet[Wave]:
    """The rollout's waves in order."""
    waves: QuerySet[Wave] = Wave.objects.filter(rollout=rollout).order_by("number")
    return waves


def history_of(site: Site, rollout: Rollout, *, limit: int = 50) -> QuerySet[AuditEntry]:
    """The newest audit entries about a site that belong to this rollout: the other rollouts' are not this team's."""
    entries: QuerySet[AuditEntry] = AuditEntry.objects.filter(
        rollout=rollout, subject_type=Site._meta.label_lower, subject_id=site.pk
    )
    return entries.select_related("by")[:limit]


def in_use(site_ids: Sequence[int], *, rollout: Rollout) -> dict[int, str]:
    """Return why sites cannot be deleted, for those that cannot: another rollout, or a row of an app above this one.

    The apps above are found through what protects a site or its place in the rollout from deletion, so that this app need
    not know them. One query per kind of protecting row.
    """
    reasons: dict[int, str] = {}
    others = Enrolment.objects.filter(site__in=site_ids).exclude(rollout=rollout).select_related("rollout")
    for other in others:
        reasons[other.site_id] = f"it is in the rollout {other.rollout.name}"
    for model, path in ((Enrolment, "site_id"), (Site, "pk")):
        for relation in model._meta.related_objects:
            owner: Any = relation.related_model
            if relation.on_delete is not PROTECT or owner._meta.app_label == Site._meta.app_label:
                continue
            name = relation.field.name
            lookup = name if path == "pk" else f"{name}__site"
            found = owner._base_manager.filter(**{f"{lookup}__in": site_ids})
            for site_id in found.values_list(lookup, flat=True):
                reasons.setdefault(site_id, f"it has a {owner._meta.verbose_name}")
    return reasons


def enrolments_in_use(enrolment_ids: Sequence[int]) -> dict[int, str]:
    """Return why sites cannot be taken out of the rollout, by enrolment id, for those that cannot."""
    reasons: dict[int, str] = {}
    for relation in Enrolment._meta.related_objects:
        owner: Any = relation.related_model
        if relation.on_delete is PROTECT:
            found = owner._base_manager.filter(**{f"{relation.field.name}__in": enrolment_ids})
            for pk in found.values_list(relation.field.name, flat=True):
                reasons[pk] = f"it has a {owner._meta.verbose_name}"
    return reasons


def bulk_summary(rows: QuerySet[Enrolment], change: str) -> list[tuple[str, int]]:
    """Return how the chosen sites stand now, as ``(what, how many)``, for the preview of a bulk change."""
    if change == "wave":
        found = (
            rows.order_by("wave__number").values_list("wave__number", "wave__name").annotate(n=Count("pk"))
        )
        return [(f"Wave {number} · {name}" if name else "No wave", n) for number, name, n in found]
    if change == "priority":
        counts = rows.order_by("priority").values_list("priority").annotate(n=Count("pk"))
        return [(f"Priority {priority}", n) for priority, n in counts]
    if change == "windows":
        having = rows.filter(site__access_windows__isnull=False).distinct().count()
        return [("Have hours now", having), ("Have none", rows.count() - having)]
    return []


def visible_sites(user: User | AnonymousUser, *, in_rollout: str = "") -> QuerySet[Site]:
    """Sites the user may see with client, contacts and their places in rollouts the user may see; three queries.

    `in_rollout` is the short name of one of those rollouts.
    """
    places = Enrolment.objects.visible_to(user).select_related("rollout", "wave").order_by("rollout__code")
    sites: QuerySet[Site] = Site.objects.visible_to(user).select_related("client")
    if in_rollout:
        sites = sites.filter(pk__in=places.filter(rollout__code=in_rollout).order_by().values("site"))
    contacts = Prefetch("contacts", queryset=Contact.objects.order_by("order", "pk"))
    return sites.prefetch_related(Prefetch("enrolments", queryset=places), contacts).order_by(
        "client__code", "key"
    )
