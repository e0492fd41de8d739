"""The planner and whoever books by hand leave alone the days on which a site is closed or a blackout holds."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sites import above
from sites.choices import GroupKind
from sites.models import AccessException, AccessWindow
from technicians import problems
from technicians.actions import bookings
from technicians.choices import VisitState
from technicians.scheduling import Gate, Stop, solve
from tests import factories as make
from tests.technicians.schedule_world import MONDAY, NOW, launched

FREEZE = "Black Friday freeze"
THURSDAY = MONDAY + timedelta(days=3)
LAST = MONDAY + timedelta(days=11)


@pytest.fixture
def world(cast):
    return launched(cast)


@pytest.fixture
def tree(cast):
    """A region within a region, a format, and a region beside them."""
    west = make.SiteGroupFactory(client=cast.client, name="West")
    bay = make.SiteGroupFactory(client=cast.client, name="Bay Area", parent=west)
    east = make.SiteGroupFactory(client=cast.client, name="East")
    cafe = make.SiteGroupFactory(client=cast.client, name="Café", kind=GroupKind.FORMAT)
    return {"west": west, "bay": bay, "east": east, "cafe": cafe}


def shut(world, first, last=None, **where):
    return make.BlackoutFactory(
        client=world.rollout.client, starts_on=first, ends_on=last or first, reason=FREEZE, **where
    )


def planned(world, order):
    """Return what the planner makes of one order."""
    built = problems.build(world.rollout, [order], now=NOW)
    return solve(built.problem, stop=Stop(iterations=0))


def against(order, technician, day, clock=time(22)):
    """Return why the technician cannot come at that time of the site's clock."""
    starts = problems.starts_at_site(order.enrolment.site, day, clock)
    return bookings.reasons_against(
        order=order, technicians=[technician], starts_at=starts, moving=None, at=NOW
    )


@pytest.mark.parametrize("scope", ["all", "own region", "region above", "format", "site"])
def test_a_blackout_of_everything_a_site_belongs_to_keeps_its_nights_free(world, tree, scope):
    ana = world.technician()
    order = world.order(territory=tree["bay"], format=tree["cafe"])
    where = {
        "all": {},
        "own region": {"group": tree["bay"]},
        "region above": {"group": tree["west"]},
        "format": {"group": tree["cafe"]},
        "site": {"site": order.enrolment.site},
    }[scope]
    shut(world, MONDAY, MONDAY + timedelta(days=30), **where)
    result = planned(world, order)
    assert not result.placements
    assert result.unscheduled[0].gate is Gate.ACCESS
    assert result.unscheduled[0].sentence.endswith(f"is a blackout: {FREEZE}.")
    assert against(order, ana, MONDAY)[0].startswith(f"Monday, November 23 is a blackout: {FREEZE}.")


@pytest.mark.parametrize("scope", ["another region", "another format", "another site", "another client"])
def test_blackouts_of_others_change_nothing(world, tree, scope):
    world.technician()
    order = world.order(territory=tree["bay"])
    other = make.SiteFactory(client=world.rollout.client)
    if scope == "another client":
        make.BlackoutFactory(starts_on=MONDAY, ends_on=LAST)
    else:
        group = {"another region": tree["east"], "another format": tree["cafe"]}.get(scope)
        shut(world, MONDAY, LAST, group=group, site=None if group else other)
    assert planned(world, order).placements


def test_only_the_free_nights_of_a_wave_are_planned(world):
    world.technician()
    order = world.order()
    for day in range(12):
        if day != 4:
            shut(world, MONDAY + timedelta(days=day))
    (placed,) = planned(world, order).placements
    assert placed.day == MONDAY + timedelta(days=4)
    # The day after is a blackout, so that the work ends at midnight.
    midnight = problems.starts_at_site(order.enrolment.site, placed.day + timedelta(days=1), time(0))
    assert placed.end <= problems.utc_minute(midnight)


def test_work_by_hand_may_not_run_into_a_blackout(world):
    ana, order = world.technician(), world.order(minutes=180)
    shut(world, THURSDAY)
    evening = THURSDAY - timedelta(days=1)
    assert against(order, ana, evening, time(21)) == []
    (reason,) = against(order, ana, evening, time(23))
    assert reason.startswith(f"The visit runs into Thursday, November 26, which is a blackout: {FREEZE}.")
    assert against(order, ana, THURSDAY + timedelta(days=1), time(21)) == []


def test_a_closed_day_is_refused_by_name_and_planned_around(world):
    ana, order = world.technician(), world.order()
    site = order.enrolment.site
    AccessException.objects.create(site=site, on=MONDAY, note="Stocktaking")
    assert planned(world, order).placements[0].day != MONDAY
    (reason,) = against(order, ana, MONDAY)
    assert reason.startswith("The site is closed on Monday, November 23: Stocktaking.")


def test_other_hours_of_a_day_replace_those_of_its_week(world):
    ana, order = world.technician(), world.order(minutes=60)
    site = order.enrolment.site
    AccessException.objects.create(site=site, on=MONDAY, opens=time(23), closes=time(1))
    assert against(order, ana, MONDAY, time(21))
    assert against(order, ana, MONDAY, time(23, 30)) == []
    assert against(order, ana, MONDAY + timedelta(days=1), time(21)) == []


def test_a_day_can_be_open_at_a_site_that_has_no_weekly_hours(world):
    world.technician()
    order = world.order()
    site = order.enrolment.site
    AccessWindow.objects.filter(site=site).delete()
    AccessException.objects.create(site=site, on=THURSDAY, opens=time(21), closes=time(5))
    assert planned(world, order).placements[0].day == THURSDAY


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2027, 3, 14)])
def test_a_blackout_ends_at_midnight_of_the_sites_own_clock_when_it_changes(world, day):
    order = world.order(time_zone="America/New_York")
    shut(world, day)
    built = problems.build(world.rollout, [order], now=NOW, around=day)
    (off,) = built.problem.visits[0].blackouts
    zone = ZoneInfo("America/New_York")
    first = datetime.combine(day, time(0), zone)
    last = datetime.combine(day + timedelta(days=1), time(0), zone)
    assert (off.start, off.end) == (problems.utc_minute(first), problems.utc_minute(last))


def test_access_of_many_sites_takes_as_many_queries_as_of_one(world, tree):
    counts = []
    for number in (1, 8):
        orders = [world.order(territory=tree["bay"], format=tree["cafe"]) for _ in range(number)]
        for order in orders:
            AccessException.objects.create(site=order.enrolment.site, on=MONDAY)
            shut(world, THURSDAY, site=order.enrolment.site)
        shut(world, THURSDAY, group=tree["west"])
        with CaptureQueriesContext(connection) as captured:
            problems.build(world.rollout, orders, now=NOW)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def booked(world, order, day, clock=time(22), **fields):
    starts = problems.starts_at_site(order.enrolment.site, day, clock)
    return make.VisitFactory(
        work_order=order, starts_at=starts, ends_at=starts + timedelta(hours=3), **fields
    )


def test_visits_are_counted_for_every_blackout_they_run_into(world, tree, django_assert_num_queries):
    west = world.order(territory=tree["bay"])
    booked(world, west, THURSDAY)
    booked(world, world.order(territory=tree["east"]), THURSDAY - timedelta(days=1), time(23))
    booked(world, world.order(), THURSDAY, time(22), state=VisitState.CANCELLED)
    booked(world, world.order(), THURSDAY + timedelta(days=1), time(22))
    everywhere, region = shut(world, THURSDAY), shut(world, THURSDAY, group=tree["west"])
    here, later = shut(world, THURSDAY, site=west.enrolment.site), shut(world, LAST)
    with django_assert_num_queries(2):
        found = above.booked_in([everywhere, region, here, later])
    assert found == {everywhere.pk: 2, region.pk: 1, here.pk: 1, later.pk: 0}


def test_a_night_that_begins_on_a_blackout_counts_after_midnight_too(world):
    booked(world, world.order(), THURSDAY + timedelta(days=1), time(1))
    off = shut(world, THURSDAY)
    assert above.booked_in([off]) == {off.pk: 1}
