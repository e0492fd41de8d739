"""What the rows of the list of sites show besides the sites themselves; so many queries whatever the columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, QuerySet

from rollout.models import AuditEntry, Rollout, Wave
from sites.facts import FactView, facts_for
from sites.models import AccessWindow, Contact, Enrolment, Question, Site
from sites.queries.site_list import described

GROUPS, GAPS, CONTACTS, WINDOWS, FACTS, QUESTIONS, CHANGES = (
    "groups",
    "gaps",
    "contacts",
    "windows",
    "facts",
    "questions",
    "changes",
)
"""What a column can need read."""


@dataclass
class SiteRow:
    """One line of the list: a site's place in the rollout with what the columns need.

    Attributes
    ----------
    contact:
        Whom to call first.
    windows:
        Weekly hours as ``(weekday, "21:00", "05:00")``.
    facts:
        By the attribute's key.
    waiting:
        Questions that somebody at the site still has before them.
    changed:
        The newest audit entry of this rollout about the site.
    """

    place: Enrolment
    contact: Contact | None = None
    windows: list[tuple[int, str, str]] = field(default_factory=list)
    facts: Mapping[str, FactView] = field(default_factory=dict)
    waiting: int = 0
    changed: AuditEntry | None = None

    @property
    def pk(self) -> int:
        """The enrolment's."""
        return int(self.place.pk)

    @property
    def site(self) -> Site:
        """The site itself."""
        return self.place.site

    @property
    def wave(self) -> Wave | None:
        """Its wave, if it has one."""
        return self.place.wave

    @property
    def gaps(self) -> list[str]:
        """What a schedule or a packet would miss, facts aside: keys of `sites.filters.GAPS`. Needs `GAPS`."""
        found = {
            "contact": not self.place.has_contact,  # type: ignore[attr-defined]
            "hours": not self.place.has_window,  # type: ignore[attr-defined]
            "coordinates": self.site.latitude is None,
            "place": self.site.precision == "postal_code",
            "zone": not self.site.time_zone,
        }
        return [key for key, is_so in found.items() if is_so]


def places_with(places: QuerySet[Enrolment], needs: frozenset[str]) -> QuerySet[Enrolment]:
    """Let the query of a page's enrolments bring what belongs into it."""
    if GAPS in needs:
        places = described(places)
    return places.select_related("site__territory", "site__format") if GROUPS in needs else places


def site_rows(
    places: Sequence[Enrolment], needs: frozenset[str], *, rollout: Rollout, now: datetime
) -> list[SiteRow]:
    """Return the rows of these enrolments in their order; eight queries at most, however many rows and columns.

    Parameters
    ----------
    needs
        Of the constants of this module; `GROUPS` and `GAPS` are for `places_with`.
    """
    ids = [place.site_id for place in places]
    rows = {place.site_id: SiteRow(place) for place in places}
    if CONTACTS in needs:
        _read_contacts(rows, ids)
    if WINDOWS in needs:
        _read_windows(rows, ids)
    if FACTS in needs:
        for site_id, facts in facts_for(ids, rollout.client_id, today=now.date()).items():
            rows[site_id].facts = facts
    if QUESTIONS in needs:
        _read_questions(rows, ids, rollout, now)
    if CHANGES in needs:
        _read_changes(rows, ids, rollout)
    return list(rows.values())


def _read_contacts(rows: dict[int, SiteRow], ids: list[int]) -> None:
    first = Contact.objects.filter(site__in=ids).order_by("site_id", "order", "pk").distinct("site_id")
    for contact in first:
        rows[contact.site_id].contact = contact


def _read_windows(rows: dict[int, SiteRow], ids: list[int]) -> None:
    found: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    windows = AccessWindow.objects.filter(site__in=ids).order_by("site_id", "weekday", "opens")
    for site_id, day, opens, closes in windows.values_list("site_id", "weekday", "opens", "closes"):
        found[site_id].append((day, f"{opens:%H:%M}", f"{closes:%H:%M}"))
    for site_id, these in found.items():
        rows[site_id].windows = these


def _read_questions(rows: dict[int, SiteRow], ids: list[int], rollout: Rollout, now: datetime) -> None:
    waiting = Question.objects.filter(
        inquiry__rollout=rollout,
        inquiry__site__in=ids,
        inquiry__closed_at__isnull=True,
        inquiry__answered_at__isnull=True,
        inquiry__expires_at__gt=now,
        answered_at__isnull=True,
    )
    for site_id, n in waiting.order_by().values_list("inquiry__site").annotate(n=Count("pk")):
        rows[site_id].waiting = n


def _read_changes(rows: dict[int, SiteRow], ids: list[int], rollout: Rollout) -> None:
    entries = AuditEntry.objects.filter(
        subject_type=Site._meta.label_lower, subject_id__in=ids, rollout=rollout
    )
    newest = entries.order_by("subject_id", "-at", "-pk").distinct("subject_id").select_related("by")
    for entry in newest:
        if entry.subject_id is not None:
            rows[entry.subject_id].changed = entry
