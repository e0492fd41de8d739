"""The pages of scheduling: who sees them, what they say, how many queries they cost."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.urls import reverse

from technicians.actions import bookings, schedule
from technicians.choices import PlanState, VisitState
from technicians.models import SchedulePlan, Visit
from technicians.problems import starts_at_site
from tests import factories as make
from tests.people import assign
from tests.technicians.schedule_world import MONDAY, NOW, launched


@pytest.fixture
def world(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    return launched(cast)


@pytest.fixture
def plan(world):
    world.technician("Ana Ruiz")
    world.technician("Bo Lind")
    for _ in range(4):
        world.order()
    world.order(latitude=None, longitude=None, precision="unknown")
    plan = schedule.propose(rollout=world.rollout, waves=[world.wave], by=world.cast.pm, at=NOW)
    return schedule.solve_plan(plan=plan, seconds=0, at=NOW)


@pytest.fixture
def visit(world):
    order = world.order()
    start = starts_at_site(order.enrolment.site, MONDAY, time(22))
    people = [world.technician("Cy Voss")]
    return bookings.book_visit(order=order, technicians=people, starts_at=start, by=world.cast.pm, at=NOW)


def page(client, name, *args, query=""):
    return client.get(reverse(f"technicians:{name}", args=args) + query)


def test_the_first_page_counts_what_is_ready(world, plan, as_user):
    text = page(as_user(world.cast.pm), "schedule", world.rollout.code).content.decode()
    assert "Propose a schedule" in text
    assert "4 of 5" in text


def test_proposing_leads_to_the_proposal(world, as_user, run_jobs):
    world.technician()
    world.order()
    client = as_user(world.cast.pf)
    url = reverse("technicians:schedule-propose", args=[world.rollout.code])
    response = client.post(url, {"waves": [world.wave.pk], "seconds": "5"})
    plan = SchedulePlan.objects.get()
    assert response.url == reverse("technicians:schedule-plan", args=[plan.pk])
    assert "Looking for the best plan" in client.get(response.url).content.decode()


def test_proposing_without_a_wave_says_what_to_do(world, as_user):
    url = reverse("technicians:schedule-propose", args=[world.rollout.code])
    response = as_user(world.cast.pm).post(url, {})
    assert response.status_code == 422
    assert "Choose at least one wave" in response.content.decode()


def test_proposing_nothing_says_why(world, as_user):
    url = reverse("technicians:schedule-propose", args=[world.rollout.code])
    response = as_user(world.cast.pm).post(url, {"waves": [world.wave.pk]})
    assert "ready to be scheduled" in response.content.decode()


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("calendar", "Ana Ruiz"),
        ("days", "Next best"),
        ("map", "site-map"),
        ("unscheduled", "Nobody has recorded where the site is"),
        ("nonsense", "Ana Ruiz"),
    ],
)
def test_a_proposal_is_looked_at_in_four_ways(world, plan, as_user, view, words):
    response = page(as_user(world.cast.pm), "schedule-plan", plan.pk, query=f"?view={view}")
    assert words in response.content.decode()


@pytest.mark.parametrize("week", ["2026-11-23", "2026-99-99", "soon", ""])
def test_any_week_can_be_asked_for(world, plan, as_user, week):
    assert page(as_user(world.cast.pm), "schedule-plan", plan.pk, query=f"?week={week}").status_code == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_proposal_is_a_file_with_reasons(world, plan, as_user, kind):
    response = page(as_user(world.cast.pm), "schedule-plan", plan.pk, query=f"?format={kind}")
    content = b"".join(response.streaming_content)
    assert content[:2] == b"PK" if kind == "xlsx" else b"Nobody has recorded" in content


def test_applying_by_the_page_and_undoing(world, plan, as_user):
    client = as_user(world.cast.pm)
    client.post(reverse("technicians:schedule-plan-apply", args=[plan.pk]))
    assert Visit.objects.count() == 4
    client.post(reverse("technicians:schedule-plan-undo", args=[plan.pk]))
    assert not Visit.objects.exists()


def test_a_stale_proposal_says_so_on_its_page(world, plan, as_user):
    order = plan.proposed_visits.first().work_order
    order.state = "cancelled"
    order.save()
    url = reverse("technicians:schedule-plan-apply", args=[plan.pk])
    text = as_user(world.cast.pm).post(url, follow=True).content.decode()
    assert "Nothing was applied" in text
    assert order.number in text


def test_discarding_by_the_page(world, plan, as_user):
    as_user(world.cast.pm).post(reverse("technicians:schedule-plan-discard", args=[plan.pk]))
    plan.refresh_from_db()
    assert plan.state == PlanState.DISCARDED


def test_the_calendar_shows_booked_visits(world, visit, as_user):
    text = page(as_user(world.cast.pm), "calendar", world.rollout.code).content.decode()
    assert "22:00–23:30" in text
    response = page(as_user(world.cast.pm), "calendar", world.rollout.code, query="?format=csv")
    assert b"2026-11-23 22:00" in b"".join(response.streaming_content)


def test_a_visit_is_moved_by_its_form(world, visit, as_user):
    client, url = as_user(world.cast.pf), reverse("technicians:visit-edit", args=[visit.key])
    chosen = {"day": "2026-11-24", "clock": "23:00", "technician_0": visit.assignments.get().technician_id}
    client.post(url, {**chosen, "seen": bookings.version(visit)})
    visit.refresh_from_db()
    assert visit.starts_at == starts_at_site(
        visit.work_order.enrolment.site, MONDAY + timedelta(days=1), time(23)
    )


def test_a_refused_time_keeps_what_was_typed(world, visit, as_user):
    client, url = as_user(world.cast.pf), reverse("technicians:visit-edit", args=[visit.key])
    chosen = {"day": "2026-11-24", "clock": "12:00", "technician_0": visit.assignments.get().technician_id}
    response = client.post(url, {**chosen, "seen": bookings.version(visit)})
    assert response.status_code == 422
    assert "Nothing was booked" in response.content.decode()
    assert 'value="12:00"' in response.content.decode()


def test_the_form_is_judged_while_it_is_typed(world, visit, as_user):
    client, url = as_user(world.cast.pf), reverse("technicians:visit-check", args=[visit.work_order.number])
    one = visit.assignments.get().technician_id
    good = client.post(url, {"day": "2026-11-24", "clock": "23:00", "technician_0": one}).content.decode()
    bad = client.post(url, {"day": "2026-11-24", "clock": "12:00", "technician_0": one}).content.decode()
    assert "This works" in good
    assert "access window" in bad
    assert "<html" not in good


def test_cancelling_by_the_page(world, visit, as_user):
    client = as_user(world.cast.pm)
    client.post(reverse("technicians:visit-cancel", args=[visit.key]), {"reason": ""})
    visit.refresh_from_db()
    assert visit.state == VisitState.SCHEDULED
    client.post(reverse("technicians:visit-cancel", args=[visit.key]), {"reason": "Store closed"})
    visit.refresh_from_db()
    assert visit.state == VisitState.CANCELLED


def test_a_ready_order_is_booked_by_its_form(world, as_user):
    order, one = world.order(), world.technician()
    url = reverse("technicians:visit-book", args=[order.number])
    assert as_user(world.cast.pm).get(url).status_code == 200
    as_user(world.cast.pm).post(url, {"day": "2026-11-23", "clock": "21:30", "technician_0": one.pk})
    assert Visit.objects.get().work_order == order


def night(world, minutes, state=VisitState.SCHEDULED, **fields):
    order = make.WorkOrderFactory(enrolment__rollout=world.rollout, state="scheduled")
    start = NOW + timedelta(minutes=minutes)
    visit = make.VisitFactory(
        work_order=order, state=state, starts_at=start, ends_at=start + timedelta(hours=2), **fields
    )
    assign(make.TechnicianFactory(provider=world.cast.provider), visit, NOW)
    return order.number


def test_tonight_tells_late_from_on_site_from_waiting(world, as_user):
    late, coming = night(world, -16), night(world, -14)
    on_site = night(world, -30, VisitState.ON_SITE, checked_in_at=NOW)
    waiting = night(world, -90, VisitState.SUBMITTED, checked_in_at=NOW, submitted_at=NOW)
    far = night(world, 60 * 13)
    text = page(as_user(world.cast.pf), "tonight", world.rollout.code).content.decode()
    places = [text.index(number) for number in (late, waiting, on_site, coming)]
    assert places == sorted(places)
    assert far not in text


def test_tonight_renews_only_its_board(world, as_user):
    url = reverse("technicians:tonight", args=[world.rollout.code])
    text = as_user(world.cast.pf).get(url, headers={"HX-Request": "true"}).content.decode()
    assert "A quiet night" in text
    assert "<html" not in text


PAGES = ["schedule", "calendar", "tell", "tonight", "list"]


@pytest.mark.parametrize("name", PAGES)
def test_strangers_find_nothing_and_clients_may_not(world, as_user, name):
    for person, status in (
        (world.cast.stranger_pm, 404),
        (world.cast.client_viewer, 403),
        (world.cast.pf, 200),
    ):
        assert page(as_user(person), name, world.rollout.code).status_code == status


def test_a_stranger_does_not_find_proposals_or_visits(world, plan, visit, as_user):
    client = as_user(world.cast.stranger_pm)
    assert page(client, "schedule-plan", plan.pk).status_code == 404
    assert client.post(reverse("technicians:schedule-plan-apply", args=[plan.pk])).status_code == 404
    assert page(client, "visit-edit", visit.key).status_code == 404
    assert page(client, "visit-book", visit.work_order.number).status_code == 404


@pytest.mark.parametrize(
    ("name", "most"), [("schedule", 24), ("calendar", 14), ("tell", 14), ("tonight", 12), ("list", 18)]
)
def test_lists_cost_the_same_queries_however_long_they_are(
    world, plan, visit, as_user, django_assert_max_num_queries, name, most
):
    for minutes in range(0, 600, 60):
        night(world, minutes)
    client = as_user(world.cast.pm)
    page(client, name, world.rollout.code)
    with django_assert_max_num_queries(most):
        page(client, name, world.rollout.code)


@pytest.mark.parametrize("view", ["calendar", "days", "map", "unscheduled"])
def test_a_proposal_costs_few_queries(world, plan, as_user, django_assert_max_num_queries, view):
    client = as_user(world.cast.pm)
    with django_assert_max_num_queries(14):
        page(client, "schedule-plan", plan.pk, query=f"?view={view}")
