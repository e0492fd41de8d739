"""The list of a rollout's sites: which ones, in which order, a page at a time, and what a row needs.

A page of 100,000 sites costs what a page of 1,000 does: indexes hold the orders, only the page's own rows are described,
and how many there are is counted from an index.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from rollout.access import AnyUser, may
from rollout.models import Rollout, User
from rollout.permissions import Permission
from sites.choices import GroupKind, ImportState
from sites.models import (
    AccessWindow,
    AttributeValue,
    Contact,
    Enrolment,
    Inquiry,
    Site,
    SiteGroup,
    SiteImport,
)
from sites.queries.groups import tree_order

NUMBER = "site__sort_key"
SORTS = {
    "key": NUMBER,
    "name": "site__name",
    "city": "site__city",
    "region": "site__region",
    "wave": "wave__number",
    "priority": "priority",
    "known": "known",
}
"""What the list can be sorted by: key in the address to column."""

# Few different values, each at many sites: a page lies within one or two of them, which the database reads in the order of
# the index instead of sorting all sites.
_GROUPED = {"wave": "wave", "priority": "priority"}


def enrolments_of(rollout: Rollout, user: AnyUser) -> QuerySet[Enrolment]:
    """The rollout's sites with wave, by site number as people count; none for who may not see them.

    Whether one may is decided here and now: as a condition on each of 100,000 rows it would cost half of counting them.
    """
    rows: QuerySet[Enrolment] = Enrolment.objects.filter(rollout=rollout)
    if not may(user, Permission.SITE_VIEW, rollout):
        rows = rows.none()
    return rows.select_related("site", "wave").order_by(NUMBER)


def with_known(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Annotate ``known``, the number of attributes that have a value."""
    values = AttributeValue.objects.filter(site=OuterRef("site")).order_by().values("site")
    known = values.annotate(n=Count("attribute", distinct=True)).values("n")
    return rows.annotate(known=Coalesce(Subquery(known), Value(0)))


def described(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Annotate ``known``, ``has_contact`` and ``has_window``. Meant for the rows of a page: each costs three look-ups."""
    return with_known(rows).annotate(
        has_contact=Exists(Contact.objects.filter(site=OuterRef("site"))),
        has_window=Exists(AccessWindow.objects.filter(site=OuterRef("site"))),
    )


def complete_sites(rollout: Rollout, attributes: int) -> QuerySet[AttributeValue, Any]:
    """Return the ids of sites of the client at which each of its `attributes` (their number) has a value."""
    values: Any = AttributeValue.objects.filter(site__client=rollout.client_id).order_by().values("site")
    counted = values.annotate(n=Count("attribute", distinct=True))
    found: QuerySet[AttributeValue, Any] = counted.filter(n__gte=attributes).values("site")
    return found


class SitesInOrder:
    """Sites of one rollout in an order, as `Paginator` wants them: counted and sliced, never read whole.

    Parameters
    ----------
    rows
        Enrolments of the rollout, filtered.
    sort
        A key of `SORTS`, downwards with a hyphen in front. Anything else sorts by number; the number decides between equals.
    """

    def __init__(self, rows: QuerySet[Enrolment], *, rollout: Rollout, sort: str = "") -> None:
        self.matching, self.rollout = rows, rollout
        # An index of sites begins with the client; the order can be read from it when the condition names one.
        self.rows = rows.filter(site__client=rollout.client_id)
        self.down = sort.startswith("-")
        self.key = sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "key"
        if self.key == "known":
            self.rows = with_known(self.rows)

    def count(self) -> int:
        """How many match, exactly."""
        return self._count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, part: slice) -> QuerySet[Enrolment]:
        """Return the enrolments from `part.start` up to `part.stop` as one query."""
        start, stop = part.start or 0, min(self._count if part.stop is None else part.stop, self._count)
        rows, first, total = self.rows, 0, self._count
        grouped = self.key in _GROUPED
        if grouped:
            rows, first, total, grouped = self._groups_around(start, stop)
        return self._cut(rows, start - first, stop - first, total, sorted_further=grouped)

    def ids(self) -> list[int]:
        """Return the ids of all enrolments in order."""
        return list(self.rows.order_by(*self._order()).values_list("pk", flat=True))

    @cached_property
    def _count(self) -> int:
        if self.key in _GROUPED:
            return sum(n for _, n in self._groups)
        return self.matching.order_by().count()

    @cached_property
    def _groups(self) -> list[tuple[Any, int]]:
        """The values the order begins with and how many sites have each, in order."""
        name, column = _GROUPED[self.key], SORTS[self.key]
        found = self.matching.order_by().values_list(name, column).annotate(n=Count("pk"))
        ordered = sorted(found, key=lambda one: (one[1] is None, one[1] or 0))
        if self.down:
            ordered = sorted(ordered, key=lambda one: (one[1] is None, -(one[1] or 0)))
        return [(value, n) for value, _, n in ordered]

    def _groups_around(self, start: int, stop: int) -> tuple[QuerySet[Enrolment], int, int, bool]:
        """Return the sites with the values this part lies in, the place of the first, how many, whether several values."""
        before, first, total = 0, 0, 0
        wanted: list[Any] = []
        for value, n in self._groups:
            if before < stop and before + n > start:
                first = first if wanted else before
                wanted.append(value)
                total += n
            before += n
        name = _GROUPED[self.key]
        have = Q(**{f"{name}__in": [value for value in wanted if value is not None]})
        rows = self.rows.filter(have | Q(**{f"{name}__isnull": True}) if None in wanted else have)
        return rows, first, total, len(wanted) > 1

    def _order(self, *, by_group: bool = True) -> list[Any]:
        column = F(SORTS[self.key])
        main = column.desc(nulls_last=True) if self.down else column.asc(nulls_last=True)
        if self.key in _GROUPED:
            return [main, F(NUMBER).asc()] if by_group else [F(NUMBER).asc()]
        # No nulls to place here; in one direction throughout, so that an index can be read either way.
        number = F(NUMBER).desc() if self.down else F(NUMBER).asc()
        if self.key == "key":
            return [number]
        return [column.desc() if self.down else column.asc(), number]

    def _cut(
        self, rows: QuerySet[Enrolment], start: int, stop: int, total: int, *, sorted_further: bool
    ) -> QuerySet[Enrolment]:
        """Cut a part out, counting from the nearer end; the last page then costs what the first does."""
        order = self._order(by_group=sorted_further)
        ordered = rows.order_by(*order)
        if start > total // 2:
            chosen = ordered.reverse()[max(0, total - stop) : max(0, total - start)]
        else:
            chosen = ordered[start:stop]
        # The first step reads nothing but ids; the second describes the few that are shown.
        found: QuerySet[Enrolment] = Enrolment.objects.filter(pk__in=chosen.values("pk"))
        if self.key == "known":
            found = with_known(found)
        return found.select_related("site", "wave").order_by(*order)


def states_of(rollout: Rollout) -> list[str]:
    """States and regions of addresses the rollout has sites in, in order; 500 at most.

    Goes from one value to the next along the index: as many look-ups as there are values, however many sites.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATES, {"client": rollout.client_id, "rollout": rollout.pk})
        return [row[0] for row in cursor.fetchall()]


_STATES = """
WITH RECURSIVE found AS (
    (SELECT region FROM sites_site WHERE client_id = %(client)s AND region > '' ORDER BY region LIMIT 1)
    UNION ALL
    SELECT (SELECT region FROM sites_site WHERE client_id = %(client)s AND region > found.region ORDER BY region LIMIT 1)
    FROM found WHERE found.region IS NOT NULL
)
SELECT found.region FROM found CROSS JOIN LATERAL (
    SELECT 1 FROM sites_site AS site JOIN sites_enrolment AS place ON place.site_id = site.id
    WHERE site.client_id = %(client)s AND site.region = found.region AND place.rollout_id = %(rollout)s LIMIT 1
) AS here
WHERE found.region IS NOT NULL ORDER BY found.region LIMIT 500
"""


def sites_to_add(rollout: Rollout, user: User) -> QuerySet[Site]:
    """Sites of the client the user sees that are not in the rollout yet, by number."""
    enrolled = Enrolment.objects.filter(rollout=rollout).values("site")
    visible: QuerySet[Site] = Site.objects.visible_to(user).filter(client=rollout.client_id)
    return visible.exclude(pk__in=enrolled).order_by("sort_key")


def matching(words: str, *, site: str = "") -> Q:
    """Build the condition "every word occurs in number, name, street, city or postal code of the site".

    `site` is the lookup prefix from the row to the site, such as ``"site__"``.
    """
    found = Q()
    for word in words.split()[:6]:
        one = Q(**{f"{site}postal_code__istartswith": word})
        for column in ("key", "name", "street", "city"):
            one |= Q(**{f"{site}{column}__icontains": word})
        found &= one
    return found


def enrolments_by_id(rows: QuerySet[Enrolment], ids: Sequence[int]) -> list[Enrolment]:
    """Return these enrolments in this order; those that are gone meanwhile are left out. One query."""
    found = {row.pk: row for row in rows.order_by().filter(pk__in=ids)}
    return [found[pk] for pk in ids if pk in found]


def trees_of(client_id: int) -> dict[str, list[SiteGroup]]:
    """Return the client's regions and formats by `GroupKind`, each as its tree is read; one query."""
    found = tree_order(SiteGroup.objects.filter(client=client_id))
    return {kind.value: [group for group in found if group.kind == kind] for kind in GroupKind}


def applied_imports(rollout: Rollout, *, most: int = 50) -> QuerySet[SiteImport]:
    """Lists of sites that were applied in this rollout, the newest first."""
    found: QuerySet[SiteImport] = SiteImport.objects.filter(
        rollout=rollout, target="sites", state=ImportState.APPLIED
    )
    return found.select_related("file").order_by("-applied_at")[:most]


def asked_q(rollout: Rollout, state: str, *, now: datetime) -> Q:
    """Build the condition "somebody at the site was asked": ``waiting`` for answers, ``answered``, or ``never``."""
    here = Inquiry.objects.filter(rollout=rollout, site=OuterRef("site"))
    match state:
        case "waiting":
            waiting = here.filter(closed_at__isnull=True, answered_at__isnull=True, expires_at__gt=now)
            return Q(Exists(waiting))
        case "answered":
            return Q(Exists(here.filter(answered_at__isnull=False)))
    return ~Q(Exists(here))
