"""A proposal is applied as a whole or not at all, once, and can be taken back."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rollout import jobs
from rollout.models import AuditEntry, Job
from rollout.tasks import run_job
from technicians import problems
from technicians.actions import applying, schedule
from technicians.choices import PlanState, VisitState
from technicians.models import Assignment, Engagement, SchedulePlan, TimeOff, Visit
from technicians.queries import schedule as queries
from tests import factories as make
from tests.people import assign
from tests.technicians.schedule_world import MONDAY, NOW, launched
from workorders.choices import WorkOrderState
from workorders.models import Packet


@pytest.fixture
def world(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    return launched(cast)


def propose(world, at=NOW) -> SchedulePlan:
    plan = schedule.propose(rollout=world.rollout, waves=[world.wave], by=world.cast.pm, at=at)
    return schedule.solve_plan(plan=plan, seconds=0, at=at)


def apply(world, plan, by=None, at=NOW):
    return applying.apply_plan(plan=plan, by=by or world.cast.pm, at=at)


@pytest.fixture
def plan(world):
    world.technician(skills=["Working at height"])
    for _ in range(3):
        world.order(skills=["working at height"])
    return propose(world)


def test_everything_ready_is_placed_inside_its_access_hours(world, plan):
    assert plan.state == PlanState.PROPOSED
    assert plan.metrics["scheduled"] == plan.metrics["requested"] == 3
    assert plan.metrics["broken"] == 0
    for row in plan.proposed_visits.all():
        start = row.starts_at.astimezone(row.work_order.enrolment.site.zone)
        assert start.hour >= 21 or start.hour < 5


def test_preparation_is_not_time_on_site(plan):
    lengths = {row.ends_at - row.starts_at for row in plan.proposed_visits.all()}
    assert lengths == {timedelta(minutes=90)}


def test_a_skill_is_one_however_it_is_written(plan):
    assert not plan.unscheduled_visits.exists()


def test_what_is_not_placed_has_a_gate_a_sentence_and_a_suggestion(world):
    world.technician(radius_km=5, latitude=40.0, longitude=-100.0)
    world.order()
    left = propose(world).unscheduled_visits.get()
    assert left.gate == "out_of_radius"
    assert "Raise the radius" in left.suggestion


def test_only_issued_packets_are_planned(world):
    world.technician()
    world.order()
    Packet.objects.filter(work_order=world.order()).update(issued_at=None, issued_by=None)
    assert propose(world).metrics["requested"] == 1


def test_a_site_in_no_wave_is_not_planned(world):
    world.technician()
    order = world.order()
    order.enrolment.wave = None
    order.enrolment.save()
    with pytest.raises(schedule.NothingToSchedule):
        propose(world)


def test_a_draft_rollout_is_not_scheduled(world):
    world.technician()
    world.order()
    world.rollout.launched_at = world.rollout.launched_by = None
    world.rollout.state = "draft"
    world.rollout.save()
    with pytest.raises(schedule.NotLaunched):
        propose(world)


def test_nobody_can_be_planned_without_a_base(world):
    world.technician(latitude=None, longitude=None)
    world.order()
    with pytest.raises(schedule.NobodyAvailable):
        propose(world)


def test_a_second_press_leads_to_the_search_that_runs(world):
    world.technician()
    world.order()
    first = schedule.propose(rollout=world.rollout, waves=[world.wave], by=world.cast.pm, at=NOW)
    again = schedule.propose(rollout=world.rollout, waves=[world.wave], by=world.cast.pf, at=NOW)
    assert again == first
    assert Job.objects.count() == 1


def test_the_job_computes_the_proposal_and_may_run_twice(world, run_jobs):
    world.technician()
    world.order()
    plan = schedule.propose(rollout=world.rollout, waves=[world.wave], seconds=0, by=world.cast.pm, at=NOW)
    run_jobs()
    run_job(plan.job_id)
    plan.refresh_from_db()
    assert (plan.state, plan.proposed_visits.count()) == (PlanState.PROPOSED, 1)
    assert "1 of 1" in Job.objects.get().message


def test_cancelling_the_search_discards_the_proposal(world):
    world.technician()
    world.order()
    plan = schedule.propose(rollout=world.rollout, waves=[world.wave], by=world.cast.pm, at=NOW)
    Job.objects.update(state="running", cancel_asked_at=NOW)
    run_job(plan.job_id)
    plan.refresh_from_db()
    assert (plan.state, plan.job.state) == (PlanState.DISCARDED, "cancelled")
    assert not plan.proposed_visits.exists()


def test_a_search_cancelled_before_it_began_is_put_away_by_the_next(world):
    world.technician()
    world.order()
    first = schedule.propose(rollout=world.rollout, waves=[world.wave], by=world.cast.pm, at=NOW)
    jobs.cancel(job=first.job, at=NOW)
    second = schedule.propose(rollout=world.rollout, waves=[world.wave], by=world.cast.pm, at=NOW)
    first.refresh_from_db()
    assert second != first
    assert first.state == PlanState.DISCARDED


def test_applying_books_visits_and_moves_the_orders(world, plan):
    apply(world, plan)
    plan.refresh_from_db()
    assert (plan.state, plan.applied_by) == (PlanState.APPLIED, world.cast.pm)
    assert Visit.objects.filter(plan=plan, state=VisitState.SCHEDULED).count() == 3
    assert set(world.rollout.work_orders.values_list("state", flat=True)) == {WorkOrderState.SCHEDULED}
    assert {order.accountable for order in world.rollout.work_orders.all()} == {world.cast.pf}
    bulk = AuditEntry.objects.get(type="technicians.schedule.applied").bulk_id
    assert AuditEntry.objects.filter(type="technicians.visit.scheduled", bulk_id=bulk).count() == 3


def test_a_crew_of_two_is_booked_together(world):
    world.technician("Ana Ruiz")
    world.technician("Bo Lind")
    world.order(crew=2)
    plan = propose(world)
    apply(world, plan)
    visit = Visit.objects.get()
    assert sorted(visit.assignments.values_list("is_lead", flat=True)) == [False, True]


def test_applying_twice_is_refused_with_the_name_of_who_was_faster(world, plan):
    apply(world, plan)
    with pytest.raises(schedule.NotProposed, match=world.cast.pm.name):
        apply(world, plan, by=world.cast.pf)
    assert Visit.objects.count() == 3


def test_an_order_put_on_hold_meanwhile_stops_the_whole_proposal(world, plan):
    order = world.rollout.work_orders.first()
    order.state, order.hold_reason, order.state_before_hold = "on_hold", "Strike", "ready"
    order.save()
    with pytest.raises(applying.PlanStale, match=f"{order.number} is on hold now"):
        apply(world, plan)
    assert not Visit.objects.exists()
    assert SchedulePlan.objects.get().state == PlanState.PROPOSED


def _book_elsewhere(world, row):
    """Book the same technician at the same time for a client nobody here works for."""
    Engagement.objects.get_or_create(provider=world.cast.provider, client=world.cast.other_client)
    order = make.WorkOrderFactory(enrolment__rollout=world.cast.other_rollout, state=WorkOrderState.SCHEDULED)
    visit = make.VisitFactory(work_order=order, starts_at=row.starts_at, ends_at=row.ends_at)
    return assign(row.technician, visit, NOW)


def test_a_technician_booked_meanwhile_by_another_client_is_named_and_the_client_is_not(world, plan):
    row = plan.proposed_visits.first()
    _book_elsewhere(world, row)
    with pytest.raises(applying.PlanStale, match=f"{row.technician.name} is booked elsewhere") as refusal:
        apply(world, plan)
    assert world.cast.other_client.name not in str(refusal.value)
    assert not Visit.objects.filter(plan=plan).exists()


def test_the_database_has_the_last_word_on_double_booking(world, plan, monkeypatch):
    row = plan.proposed_visits.first()
    _book_elsewhere(world, row)
    monkeypatch.setattr(applying, "violations", lambda *_: ())
    with pytest.raises(applying.PlanStale, match=f"{row.technician.name} has been booked elsewhere"):
        apply(world, plan)
    assert not Visit.objects.filter(plan=plan).exists()


def test_an_inactive_technician_stops_it(world, plan):
    technician = plan.proposed_visits.first().technician
    technician.is_active = False
    technician.save()
    with pytest.raises(applying.PlanStale, match=f"{technician.name}.*not available any more"):
        apply(world, plan)


def test_time_off_taken_meanwhile_stops_it(world, plan):
    technician = plan.proposed_visits.first().technician
    TimeOff.objects.create(technician=technician, first_day=MONDAY, last_day=MONDAY + timedelta(days=30))
    with pytest.raises(applying.PlanStale):
        apply(world, plan)


def test_a_packet_with_other_minutes_stops_it(world, plan):
    packet = Packet.objects.first()
    packet.content["phases"][1]["minutes"] = 200
    packet.save()
    with pytest.raises(applying.PlanStale, match="takes 200 minutes"):
        apply(world, plan)


def test_a_wave_whose_pace_was_lowered_stops_it(world, plan):
    world.technician("Bo Lind")
    plan = propose(world)
    days = {row.explanation["day"] for row in plan.proposed_visits.all()}
    world.wave.pace_per_day = 1
    world.wave.save()
    if len(days) == 3:
        pytest.fail(
            "The visits stand on three days, so the pace of one cannot be broken: give them less room."
        )
    with pytest.raises(applying.PlanStale, match="pace is 1"):
        apply(world, plan)


def test_visits_booked_already_count_for_the_pace(world, plan):
    apply(world, plan)
    world.wave.pace_per_day, world.wave.ends_on = 3, MONDAY
    world.wave.save()
    world.technician("Bo Lind")
    world.order()
    built = problems.build(world.rollout, queries.ready_orders(world.rollout), now=NOW, waves=[world.wave])
    assert len(problems.standing(built.problem)) == 3
    later = propose(world)
    assert [row.gate for row in later.unscheduled_visits.all()] == ["pace_full"]


def test_undoing_makes_the_orders_ready_again(world, plan):
    apply(world, plan)
    undone = applying.undo_plan(plan=plan, by=world.cast.pm, at=NOW)
    assert (undone.removed, undone.stay, undone.to_tell) == (3, [], [])
    assert not Visit.objects.exists()
    assert set(world.rollout.work_orders.values_list("state", flat=True)) == {WorkOrderState.READY}
    assert propose(world).metrics["scheduled"] == 3


def test_undoing_keeps_who_has_begun_and_names_who_was_told(world, plan):
    apply(world, plan)
    begun, told, _ = Visit.objects.all()
    Visit.objects.filter(pk=begun.pk).update(state=VisitState.ON_SITE, checked_in_at=NOW)
    Assignment.objects.filter(visit=told).update(told_at=NOW)
    undone = applying.undo_plan(plan=plan, by=world.cast.pm, at=NOW)
    assert undone.stay == [begun.work_order.number]
    assert undone.to_tell == ["Ana Ruiz"]
    assert sorted(Visit.objects.values_list("state", flat=True)) == ["cancelled", "on_site"]
    assert not told.assignments.filter(released_at__isnull=True).exists()


def test_undoing_twice_is_refused(world, plan):
    apply(world, plan)
    applying.undo_plan(plan=plan, by=world.cast.pm, at=NOW)
    with pytest.raises(schedule.NotProposed):
        applying.undo_plan(plan=plan, by=world.cast.pm, at=NOW)


def test_discarding_twice_is_harmless_and_an_applied_one_stays(world, plan):
    schedule.discard(plan=plan, by=world.cast.pm, at=NOW)
    assert schedule.discard(plan=plan, by=world.cast.pm, at=NOW).state == PlanState.DISCARDED
    other = apply(world, propose(world))
    with pytest.raises(schedule.NotProposed):
        schedule.discard(plan=other, by=world.cast.pm, at=NOW)


def test_building_the_problem_takes_the_same_queries_however_many_there_are(world):
    counts = []
    for more in (1, 6):
        for number in range(more):
            world.technician(f"Technician {more}{number}", skills=["Cabling"])
            world.order(skills=["Cabling"])
        with CaptureQueriesContext(connection) as captured:
            orders = queries.ready_orders(world.rollout)
            problems.build(world.rollout, orders, now=NOW, waves=[world.wave])
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 14


def test_a_visit_after_midnight_counts_for_the_evening_before(world):
    site = make.SiteFactory(client=world.rollout.client)
    local = problems.starts_at_site(site, MONDAY, time(1, 30))
    assert problems.evening_of(local, site) == MONDAY - timedelta(days=1)
