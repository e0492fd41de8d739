"""Reads that only programs ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from rollout.models import AuditEntry, Rollout, User, Wave
from sites.models import AccessException, AccessWindow, Contact, Enrolment, Site


def changed_since(rows: QuerySet[Enrolment], moment: datetime) -> QuerySet[Enrolment]:
    """Keep the sites of which anything changed: their own fields, or what the audit tells of contacts, hours, facts, waves.

    Whatever changes a site is on the audit trail with the site as its subject.
    """
    told = AuditEntry.objects.filter(
        subject_type=Site._meta.label_lower, subject_id=OuterRef("site_id"), at__gte=moment
    )
    return rows.filter(Q(site__updated_at__gte=moment) | Q(Exists(told)))


def sites_in_order(site_ids: Sequence[int], user: User) -> list[Site]:
    """Return sites by id in the order given, with client, groups, contacts and places in rollouts the user may see."""
    places = Enrolment.objects.visible_to(user).select_related("rollout", "wave").order_by("rollout__code")
    contacts = Contact.objects.order_by("order", "pk")
    rows = Site.objects.filter(pk__in=site_ids).select_related("client", "territory", "format")
    rows = rows.prefetch_related(
        Prefetch("enrolments", queryset=places), Prefetch("contacts", queryset=contacts)
    )
    found = {site.pk: site for site in rows}
    return [found[pk] for pk in site_ids if pk in found]


def wave_numbered(rollout: Rollout, number: int | None) -> Wave | None:
    """Return the wave of a rollout with this number; None when there is none, or no number."""
    found: Wave | None = (
        None if number is None else Wave.objects.filter(rollout=rollout, number=number).first()
    )
    return found


def contacts_of(site: Site) -> QuerySet[Contact]:
    """The people to call at a site, the first one first."""
    rows: QuerySet[Contact] = Contact.objects.filter(site=site)
    return rows.order_by("order", "pk")


def windows_of(site: Site) -> QuerySet[AccessWindow]:
    """The hours of a site's week."""
    rows: QuerySet[AccessWindow] = AccessWindow.objects.filter(site=site)
    return rows.order_by("weekday", "opens")


def exceptions_of(site: Site, *, since: date) -> list[AccessException]:
    """The days of a site that differ from its week, from a day on."""
    return list(AccessException.objects.filter(site=site, on__gte=since).order_by("on", "opens"))


def sites_numbered(rollout: Rollout, user: User, keys: Sequence[str]) -> list[Site]:
    """The sites of the rollout's client with these numbers that the user sees."""
    rows = Site.objects.visible_to(user).filter(client=rollout.client_id, key__in=keys)
    return list(rows.order_by("pk"))


def enrolment_ids(rollout: Rollout, sites: Sequence[Site]) -> list[int]:
    """The ids of the places these sites have in the rollout."""
    rows = Enrolment.objects.filter(rollout=rollout, site__in=[site.pk for site in sites])
    return list(rows.order_by("pk").values_list("pk", flat=True))
