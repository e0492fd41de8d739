"""Technicians are told once, by e-mail or by hand; another time is told again."""

from __future__ import annotations

from datetime import time

import pytest
from django.core import mail
from django.urls import reverse

from rollout.models import AuditEntry, Job
from technicians.actions import bookings, telling
from technicians.models import Assignment
from technicians.problems import starts_at_site
from tests.technicians.schedule_world import MONDAY, NOW, launched


@pytest.fixture
def world(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    return launched(cast)


@pytest.fixture
def booked(world):
    order = world.order(name="Pine St 537", street="3033 Pine St")
    start = starts_at_site(order.enrolment.site, MONDAY, time(22))
    ana = world.technician("Ana Ruiz")
    return bookings.book_visit(order=order, technicians=[ana], starts_at=start, by=world.cast.pm, at=NOW)


def tell(world, visit):
    return telling.tell_visit(visit_id=visit.pk, by=world.cast.pm, at=NOW)


def test_the_e_mail_says_where_when_and_has_a_link_that_works(world, booked, client):
    assert tell(world, booked) == 1
    message = mail.outbox[0]
    assert message.to == ["ana@example.test"]
    assert "Pine St 537, Mon 23 Nov, 22:00 PST" in message.subject
    assert "Monday, November 23, 2026, 22:00 to 23:30" in message.body
    link = next(line for line in message.body.splitlines() if "/open/" in line)
    assert client.get(link).status_code == 200


def test_telling_twice_sends_one_e_mail(world, booked):
    tell(world, booked)
    assert tell(world, booked) == 0
    assert len(mail.outbox) == 1
    assert AuditEntry.objects.filter(type="technicians.link.sent").count() == 1


def test_a_moved_visit_is_told_again(world, booked):
    tell(world, booked)
    ana = Assignment.objects.get().technician
    start = starts_at_site(booked.work_order.enrolment.site, MONDAY, time(23))
    bookings.move_visit(
        visit=booked,
        technicians=[ana],
        starts_at=start,
        seen=bookings.version(booked),
        by=world.cast.pm,
        at=NOW,
    )
    assert tell(world, booked) == 1
    assert "23:00" in mail.outbox[1].subject


def test_a_cancelled_visit_is_not_told(world, booked):
    bookings.cancel_visit(visit=booked, reason="Closed", by=world.cast.pm, at=NOW)
    assert tell(world, booked) == 0


def test_the_job_tells_everybody_with_an_address(world, booked, as_user, run_jobs):
    code = world.rollout.code
    response = as_user(world.cast.pf).post(reverse("technicians:tell-send", args=[code]))
    run_jobs()
    job = Job.objects.get()
    assert response.url == reverse("rollout:job", args=[job.key])
    assert (job.state, len(mail.outbox)) == ("done", 1)


def test_nobody_left_to_tell_is_a_sentence(world, booked):
    tell(world, booked)
    with pytest.raises(telling.NobodyToTell):
        telling.start_telling(rollout=world.rollout, by=world.cast.pm, at=NOW)


def test_a_mail_server_that_is_away_fails_the_item_and_can_be_retried(world, booked, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise ConnectionRefusedError("no server")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    with pytest.raises(telling.NotTold, match="Retry later"):
        tell(world, booked)
    assert Assignment.objects.get().told_at is None


def test_who_has_no_address_is_told_by_hand(world, booked, as_user):
    one = Assignment.objects.get().technician
    one.email = ""
    one.save()
    client, address = as_user(world.cast.pf), reverse("technicians:tell", args=[world.rollout.code])
    assert "No e-mail address" in client.get(address).content.decode()
    client.post(reverse("technicians:visit-told", args=[booked.key, one.pk]))
    assert Assignment.objects.get().told_at == NOW
    assert "Everybody knows" in client.get(address).content.decode()
