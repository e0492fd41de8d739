"""When one may come: days that differ, how they are drawn, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from rollout.models import AuditEntry
from sites import actions
from sites.models import AccessException, AccessWindow, Blackout
from sites.queries.access import SiteAccess, access_of, hours_of, hours_on, open_days, runs_of
from tests import factories as make

DAY = date(2026, 12, 24)
NIGHT = (time(21), time(5))


@pytest.fixture
def site(cast):
    place = make.SiteFactory(client=cast.client, time_zone="America/New_York")
    make.EnrolmentFactory(rollout=cast.rollout, site=place)
    make.nightly_access(place)
    return place


def put(cast, site, first=DAY, last=DAY, hours=None, **more):
    opens, closes = hours or (None, None)
    fields = {"note": "Holidays", "replace": True} | more
    return actions.set_exception(
        site=site,
        first=first,
        last=last,
        opens=opens,
        closes=closes,
        rollout=cast.rollout,
        by=cast.pm,
        at=make.NOW,
        **fields,
    )


def said(site):
    rows = AccessException.objects.filter(site=site).order_by("on", "opens")
    return [(row.on.day, row.opens and row.opens.hour, row.note) for row in rows]


def url(cast, site, name):
    return reverse(f"sites:{name}", args=[cast.rollout.code, site.key])


def test_days_in_a_row_are_closed_with_one_entry_that_says_why(cast, site):
    assert put(cast, site, DAY, DAY + timedelta(days=2)) == 3
    assert said(site) == [(24, None, "Holidays"), (25, None, "Holidays"), (26, None, "Holidays")]
    entry = AuditEntry.objects.get(type="sites.exception.set")
    assert (entry.summary, entry.reason) == ("Access Dec 24–26, 2026: closed", "Holidays")


def test_saying_the_same_twice_changes_nothing_and_tells_nothing(cast, site):
    put(cast, site)
    assert put(cast, site) == 0
    assert AuditEntry.objects.filter(type="sites.exception.set").count() == 1


def test_hours_come_beside_others_only_when_asked_to(cast, site):
    put(cast, site, hours=(time(9), time(11)))
    put(cast, site, hours=NIGHT, replace=False)
    assert [hour for _, hour, _ in said(site)] == [9, 21]
    put(cast, site, hours=(time(7), time(8)))
    assert [hour for _, hour, _ in said(site)] == [7]


def test_hours_open_a_day_that_was_closed_and_closing_takes_all_hours(cast, site):
    put(cast, site)
    put(cast, site, hours=NIGHT, replace=False)
    assert said(site) == [(24, 21, "Holidays")]
    put(cast, site, replace=False)
    assert said(site) == [(24, None, "Holidays")]


def test_removing_days_keeps_what_they_said_in_the_trail(cast, site):
    put(cast, site, DAY, DAY + timedelta(days=1), hours=NIGHT)
    fields = {"rollout": cast.rollout, "by": cast.pm, "at": make.NOW}
    assert actions.remove_exceptions(site=site, first=DAY, last=DAY, **fields) == 1
    assert [day for day, _, _ in said(site)] == [25]
    entry = AuditEntry.objects.get(type="sites.exception.removed")
    assert entry.data == {"days": {"2026-12-24": [["21:00", "05:00", "Holidays"]]}}
    assert actions.remove_exceptions(site=site, first=DAY, last=DAY, **fields) == 0


@pytest.mark.parametrize("days", [-1, 366, 4000])
def test_more_days_than_anybody_means_are_refused(cast, site, days):
    with pytest.raises(actions.TooManyDays):
        put(cast, site, DAY, DAY + timedelta(days=days))
    assert said(site) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"opens": time(9), "closes": None},
        {"opens": None, "closes": time(9)},
        {"opens": time(9), "closes": time(9)},
    ],
)
def test_the_database_refuses_half_hours(site, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessException.objects.create(site=site, on=DAY, **fields)


def test_the_database_closes_a_day_only_once(site):
    AccessException.objects.create(site=site, on=DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessException.objects.create(site=site, on=DAY)


# --- As it really is ----------------------------------------------------------------------------------------------------
def off(first, last):
    return Blackout(starts_on=first, ends_on=last, reason="Freeze")


def nightly(*blackouts, **different):
    windows = tuple(AccessWindow(weekday=day, opens=NIGHT[0], closes=NIGHT[1]) for day in range(7))
    days = {DAY.replace(day=int(name[1:])): rows for name, rows in different.items()}
    return SiteAccess(windows, days, blackouts)


def drawn(access, first=DAY, days=1, zone="America/New_York"):
    return list(open_days(access, ZoneInfo(zone), first, first + timedelta(days=days - 1)))


def test_a_night_is_drawn_in_the_evening_and_the_next_morning():
    (day,) = drawn(nightly())
    assert day.spans == ((0.0, 20.833), (87.5, 12.5))
    assert not day.differs


def test_a_closed_day_still_has_the_end_of_the_night_before():
    closed = (AccessException(on=DAY, note="Stocktaking"),)
    day, after = drawn(nightly(d24=closed), days=2)
    assert (day.hours, day.spans, day.notes) == ((), ((0.0, 20.833),), ("Stocktaking",))
    assert after.spans == ((87.5, 12.5),)


def test_a_blackout_cuts_the_night_before_and_takes_the_night_it_begins():
    before, day, after = drawn(nightly(off(DAY, DAY)), first=DAY - timedelta(days=1), days=3)
    assert [hours.cut for hours in before.hours] == [True]
    assert before.spans == ((0.0, 20.833), (87.5, 12.5))
    assert (day.hours, day.spans, [one.reason for one in day.blackouts]) == ((), (), ["Freeze"])
    assert after.spans == ((87.5, 12.5),)


def test_a_blackout_wins_over_other_hours_of_its_day():
    other = (AccessException(on=DAY, opens=time(9), closes=time(11)),)
    assert hours_on(nightly(off(DAY, DAY), d24=other), DAY) == []


@pytest.mark.parametrize(
    ("day", "change"), [(date(2026, 11, 1), -1), (date(2027, 3, 14), 1), (date(2026, 11, 2), 0)]
)
def test_the_day_the_clock_changes_is_marked(day, change):
    assert drawn(nightly(), first=day)[0].clock == change


def test_days_alike_are_drawn_together():
    rows = [AccessException(on=DAY + timedelta(days=number), note="Holidays") for number in (0, 1, 3)]
    assert [(run.first.day, run.last.day) for run in runs_of(rows)] == [(24, 25), (27, 27)]


def test_today_is_that_of_the_site(site):
    late = datetime(2026, 12, 24, 3, tzinfo=UTC)
    assert hours_of(site, now=late).days[0].day == date(2026, 12, 23)
    assert len(hours_of(site, now=late).days) == 14


def test_the_access_of_many_sites_takes_four_queries(cast, django_assert_num_queries):
    sites = [make.SiteFactory(client=cast.client) for _ in range(12)]
    for one in sites:
        make.AccessExceptionFactory(site=one, on=DAY)
        make.BlackoutFactory(client=cast.client, site=one)
    with django_assert_num_queries(4):
        found = access_of(sites, DAY - timedelta(days=40), DAY)
    assert [len(found[one.pk].exceptions) for one in sites] == [1] * 12
    assert [len(found[one.pk].blackouts) for one in sites] == [1] * 12


# --- On the page --------------------------------------------------------------------------------------------------------
def coming():
    return timezone.localdate() + timedelta(days=30)


def test_days_are_set_and_removed_on_the_page_of_the_site(cast, site, as_user):
    web, day = as_user(cast.pf), coming()
    data = {"first": day, "kind": "closed", "note": "Stocktaking", "opens": "09:00", "closes": "11:00"}
    page = web.post(url(cast, site, "exception-add"), data, follow=True).content.decode()
    assert "1 day differs" in page
    assert "Stocktaking" in page
    assert AccessException.objects.get(site=site).opens is None
    again = web.post(url(cast, site, "exception-add"), data, follow=True).content.decode()
    assert "so already" in again
    gone = {"first": day, "last": day}
    web.post(url(cast, site, "exception-remove"), gone)
    assert not AccessException.objects.exists()
    assert (
        "did not differ" in web.post(url(cast, site, "exception-remove"), gone, follow=True).content.decode()
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"first": ""}, "Give the day"),
        ({"first": "soon"}, "This is not a day"),
        ({"first": "0026-12-24"}, "The year 26 cannot be right"),
        ({"first": "9999-12-31"}, "The year 9999 cannot be right"),
        ({"last": "2001-01-01"}, "before the first"),
        ({"first": "2020-01-01", "last": "2020-01-02"}, "over already"),
        ({"last": "2099-01-01"}, "more than 366 days"),
        ({"kind": "hours"}, "From when?"),
        ({"kind": "hours", "opens": "21:00"}, "Until when?"),
        ({"kind": "hours", "opens": "21:00", "closes": "21:00"}, "are the same"),
        ({"kind": "hours", "opens": "late", "closes": "05:00"}, "valid time"),
        ({"note": "x" * 201}, "at most 200"),
    ],
)
def test_what_cannot_be_meant_is_said_and_what_was_typed_stays(cast, site, as_user, change, sentence):
    data = {"first": str(coming()), "kind": "closed", "note": "<b>Sale</b>"} | change
    answer = as_user(cast.pm).post(url(cast, site, "exception-add"), data)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in page
    assert "&lt;b&gt;Sale" in page or "note" in change
    assert not AccessException.objects.exists()


def test_nonsense_is_not_removed(cast, site, as_user):
    assert as_user(cast.pm).post(url(cast, site, "exception-remove"), {"first": "soon"}).status_code == 400


def test_past_days_are_folded_away(cast, site, as_user):
    make.AccessExceptionFactory(site=site, on=date(2020, 1, 1), note="Long ago")
    page = as_user(cast.pm).get(url(cast, site, "detail")).content.decode()
    assert "Days that differed before" in page
    assert page.index("Days that differed before") < page.index("Long ago")
