"""One visit by hand: the same rules, said in sentences; two people at once."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from technicians.actions import bookings
from technicians.choices import VisitState
from technicians.models import Assignment, Visit
from technicians.problems import starts_at_site
from tests.technicians.schedule_world import MONDAY, NOW, launched
from workorders.choices import WorkOrderState
from workorders.lifecycle import IllegalMove


@pytest.fixture
def world(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    return launched(cast)


@pytest.fixture
def ana(world):
    return world.technician("Ana Ruiz")


def at_site(order, day: date = MONDAY, clock: time = time(22)):
    return starts_at_site(order.enrolment.site, day, clock)


def book(world, order, *people, **when) -> Visit:
    return bookings.book_visit(
        order=order, technicians=people, starts_at=at_site(order, **when), by=world.cast.pm, at=NOW
    )


def move(world, visit, *people, seen=None, **when) -> Visit:
    return bookings.move_visit(
        visit=visit,
        technicians=people,
        starts_at=at_site(visit.work_order, **when),
        seen=seen or bookings.version(visit),
        by=world.cast.pf,
        at=NOW,
    )


def test_booking_by_hand_schedules_the_order(world, ana):
    order = world.order(minutes=120)
    visit = book(world, order, ana)
    order.refresh_from_db()
    assert order.state == WorkOrderState.SCHEDULED
    assert visit.ends_at - visit.starts_at == timedelta(minutes=120)
    assert visit.assignments.get().technician == ana


def test_a_booked_order_is_not_booked_again(world, ana):
    order = world.order()
    book(world, order, ana)
    with pytest.raises(IllegalMove):
        book(world, order, ana, day=MONDAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"clock": time(12)}, "access window"),
        ({"clock": time(4)}, "access window"),
        ({"day": MONDAY + timedelta(days=40)}, "outside the wave"),
        ({"day": MONDAY - timedelta(days=10)}, "in the past"),
    ],
)
def test_a_bad_time_is_refused_with_the_rule_and_a_remedy(world, ana, when, words):
    with pytest.raises(bookings.CannotBook, match=words) as refusal:
        book(world, world.order(), ana, **when)
    assert "Choose" in str(refusal.value)
    assert not Visit.objects.exists()


def test_who_lacks_the_skill_is_refused(world, ana):
    with pytest.raises(bookings.CannotBook, match="does not hold Working at height"):
        book(world, world.order(skills=["Working at height"]), ana)


def test_who_is_out_of_reach_is_refused(world):
    far = world.technician("Bo Lind", radius_km=1, latitude=46.0, longitude=-120.0)
    with pytest.raises(bookings.CannotBook, match="outside Bo Lind's radius"):
        book(world, world.order(), far)


def test_a_crew_too_small_is_refused(world, ana):
    with pytest.raises(bookings.CannotBook, match="crew of 2"):
        book(world, world.order(crew=2), ana)


def test_nobody_is_in_two_places(world, ana):
    book(world, world.order(), ana)
    with pytest.raises(bookings.CannotBook):
        book(world, world.order(), ana, clock=time(22, 30))
    assert Visit.objects.count() == 1


def test_the_database_refuses_what_slipped_through(world, ana, monkeypatch):
    book(world, world.order(), ana)
    monkeypatch.setattr(bookings, "violations", lambda *_: ())
    with pytest.raises(bookings.CannotBook, match="a moment ago"):
        book(world, world.order(), ana)
    assert Visit.objects.count() == 1


def test_nobody_chosen_is_said(world):
    with pytest.raises(bookings.CannotBook, match="Nobody is chosen"):
        book(world, world.order())


def test_moving_frees_the_one_and_books_the_other_who_has_to_be_told(world, ana):
    bo = world.technician("Bo Lind")
    visit = book(world, world.order(), ana)
    Assignment.objects.update(told_at=NOW)
    visit = move(world, visit, bo, clock=time(23))
    assert visit.assignments.get(released_at__isnull=True).technician == bo
    assert visit.assignments.get(released_at__isnull=True).told_at is None
    assert visit.assignments.get(technician=ana).released_at == NOW


def test_a_visit_does_not_stand_in_its_own_way(world, ana):
    visit = book(world, world.order(), ana)
    assert move(world, visit, ana, clock=time(22, 15)).starts_at.minute == 15


def test_a_moved_visit_has_to_be_confirmed_anew(world, ana):
    visit = book(world, world.order(), ana)
    bookings.confirm_visit(visit=visit, by=world.cast.pf, at=NOW)
    visit.refresh_from_db()
    visit = move(world, visit, ana, clock=time(23))
    assert visit.state == VisitState.SCHEDULED
    assert visit.work_order.state == WorkOrderState.SCHEDULED


def test_who_looked_at_an_older_state_is_told(world, ana):
    visit = book(world, world.order(), ana)
    old = bookings.version(visit)
    move(world, visit, ana, clock=time(23))
    with pytest.raises(bookings.ChangedMeanwhile):
        move(world, visit, ana, clock=time(1), seen=old)


def test_a_visit_that_has_begun_is_not_moved(world, ana):
    visit = book(world, world.order(), ana)
    Visit.objects.update(state=VisitState.ON_SITE, checked_in_at=NOW)
    with pytest.raises(bookings.NotBooked):
        move(world, visit, ana, clock=time(23))


def test_confirming_twice_is_harmless(world, ana):
    visit = book(world, world.order(), ana)
    for _ in range(2):
        visit = bookings.confirm_visit(visit=visit, by=world.cast.pf, at=NOW)
    visit.work_order.refresh_from_db()
    assert visit.work_order.state == WorkOrderState.CONFIRMED


def test_cancelling_frees_the_technician_and_the_order(world, ana):
    order = world.order()
    visit = book(world, order, ana)
    bookings.cancel_visit(visit=visit, reason="Store closed", by=world.cast.pm, at=NOW)
    order.refresh_from_db()
    assert order.state == WorkOrderState.READY
    assert not Assignment.objects.filter(released_at__isnull=True).exists()
    assert book(world, order, ana).number == 2


def test_cancelling_needs_a_reason(world, ana):
    visit = book(world, world.order(), ana)
    with pytest.raises(bookings.CannotBook, match="Say why"):
        bookings.cancel_visit(visit=visit, reason="  ", by=world.cast.pm, at=NOW)


def test_a_date_can_be_kept_after_a_hold(world, ana):
    order = world.order()
    visit = book(world, order, ana)
    order.refresh_from_db()
    order.state = WorkOrderState.READY
    order.save()
    visit = move(world, visit, ana)
    assert visit.work_order.state == WorkOrderState.SCHEDULED
