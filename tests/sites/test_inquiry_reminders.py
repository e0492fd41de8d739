"""Reminders: three, by day, never one twice; and what else is done about questions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as project
from django.core import mail
from django.urls import reverse

from rollout.models import AuditEntry, Job
from rollout.tasks import run_job
from sites import actions, queries, tasks
from sites.models import Inquiry
from tests.sites.asking_scene import DAY, NOW, answers, enter, link_in, scene_of

# Noon at the sites, which are in Los Angeles; 15:00 UTC is 7 in the morning there.
NOON = NOW + timedelta(hours=5)


@pytest.fixture
def scene(cast, time_machine, settings):
    settings.RATELIMIT_ENABLE = False
    time_machine.move_to(NOW, tick=False)
    return scene_of(cast)


@pytest.fixture
def inquiry(scene):
    made = scene.asked()
    mail.outbox.clear()
    return made


def change(scene, name, *rows, at=NOW, **more):
    job = actions.start_changing(
        rollout=scene.cast.rollout,
        change=name,
        inquiry_ids=[row.pk for row in rows],
        by=scene.cast.pm,
        at=at,
        **more,
    )
    run_job(job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize(("days", "sent"), [(2, 0), (3, 1), (6, 1), (7, 1), (14, 1), (20, 1)])
def test_what_is_due_goes_out_once_however_late(scene, inquiry, days, sent):
    assert actions.remind_due(at=NOON + days * DAY) == sent
    assert actions.remind_due(at=NOON + days * DAY) == 0
    assert len(mail.outbox) == sent


def test_all_three_reminders_and_then_none(scene, inquiry):
    sent = [actions.remind_due(at=NOON + day * DAY) for day in range(21)]
    assert [day for day, n in enumerate(sent) if n] == [3, 7, 14]
    inquiry.refresh_from_db()
    assert inquiry.reminders == 3
    assert AuditEntry.objects.filter(type="sites.inquiry.reminded", by=None).count() == 3


def test_a_reminder_names_what_is_open_and_belongs_to_the_first_e_mail(scene, inquiry, client):
    client.post(enter(client, inquiry), answers(inquiry, {scene.router: "Office"}))
    actions.remind_due(at=NOON + 3 * DAY)
    message = mail.outbox[0]
    assert "Reminder from Lumen Coffee" in message.subject
    assert "- What ceiling is it?" in message.body
    assert "- Router" not in message.body
    assert client.get(link_in(message)).status_code == 200
    assert message.extra_headers["In-Reply-To"] == message.extra_headers["References"]


def test_nobody_is_reminded_at_night_there(scene, inquiry):
    assert actions.remind_due(at=NOW + 3 * DAY - timedelta(hours=6) + DAY) == 0
    assert actions.remind_due(at=NOW + 4 * DAY) == 0  # seven in the morning
    assert actions.remind_due(at=NOON + 4 * DAY) == 1


def test_a_step_that_was_claimed_is_never_sent_again(scene, inquiry):
    """A worker that dies between claiming and sending leaves the step claimed."""
    Inquiry.objects.update(reminders=1, reminded_at=NOON + 3 * DAY)
    assert actions.remind(inquiry_id=inquiry.pk, by=None, at=NOON + 3 * DAY, step=1) is False
    assert not mail.outbox


def test_a_server_that_refuses_is_written_down_and_the_next_step_tries_again(scene, inquiry, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise ConnectionRefusedError("no server")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
        assert actions.remind_due(at=NOON + 3 * DAY) == 0
    inquiry.refresh_from_db()
    assert "no server" in inquiry.send_error
    assert actions.remind_due(at=NOON + 4 * DAY) == 0
    assert actions.remind_due(at=NOON + 7 * DAY) == 1
    inquiry.refresh_from_db()
    assert inquiry.send_error == ""


@pytest.mark.parametrize(
    "why", ["answered", "withdrawn", "not_theirs", "unwanted", "no address", "expired", "survey"]
)
def test_who_needs_no_reminder_gets_none(scene, inquiry, client, why):
    if why == "answered":
        given = {scene.ceiling: "hard", scene.height: "9", scene.router: "?"}
        client.post(enter(client, inquiry), answers(inquiry, given))
    elif why == "withdrawn":
        actions.withdraw(inquiry_id=inquiry.pk, by=scene.cast.pm, at=NOW)
    elif why == "not_theirs":
        actions.not_theirs(inquiry=inquiry, remark="", at=NOW)
    else:
        fields = {
            "unwanted": {"remind": False},
            "no address": {"email": ""},
            "expired": {"expires_at": NOON + 2 * DAY},
            "survey": {"kind": "survey"},
        }
        Inquiry.objects.update(**fields[why])
    assert actions.remind_due(at=NOON + 3 * DAY) == 0


def test_asking_for_more_begins_the_reminders_anew(scene, inquiry):
    actions.remind_due(at=NOON + 14 * DAY)
    actions.ask_again(inquiry_id=inquiry.pk, by=scene.cast.pm, at=NOON + 15 * DAY)
    assert actions.remind_due(at=NOON + 16 * DAY) == 0
    assert actions.remind_due(at=NOON + 18 * DAY) == 1


def test_the_clock_runs_it(scene, inquiry, time_machine):
    assert project.CELERY_BEAT_SCHEDULE["remind-sites"]["task"] == tasks.remind_sites.name
    time_machine.move_to(NOON + 3 * DAY, tick=False)
    assert tasks.remind_sites() == 1


def test_many_are_reminded_with_as_many_queries_each_and_at_most_so_many(scene):
    scene.ask(*[scene.place() for _ in range(4)])
    assert actions.remind_due(at=NOON + 3 * DAY, most=3) == 3
    assert actions.remind_due(at=NOON + 3 * DAY, most=3) == 1


def test_reminding_by_hand_is_a_job_and_says_who_cannot_be_reminded(scene, inquiry):
    scene.ask(scene.place(email="", phone="+1 206 555 0101", who="No Mail"))
    job = change(scene, "remind", *Inquiry.objects.all())
    assert (job.state, len(mail.outbox)) == ("failed", 1)
    assert "No Mail has no e-mail address. Call +1 206 555 0101." in job.items.get(state="failed").error
    inquiry.refresh_from_db()
    assert inquiry.reminders == 0


def test_a_job_that_runs_twice_reminds_once(scene, inquiry):
    job = change(scene, "remind", inquiry)
    actions_job = Job.objects.get(pk=job.pk)
    tasks.change_questions(actions_job, inquiry.pk)
    assert len(mail.outbox) == 1


def test_extending_keeps_the_link_and_never_shortens(scene, inquiry):
    change(scene, "extend", inquiry, days=5)
    inquiry.refresh_from_db()
    assert inquiry.expires_at == NOW + 21 * DAY
    change(scene, "extend", inquiry, days=60)
    inquiry.refresh_from_db()
    assert inquiry.expires_at == NOW + 60 * DAY
    entry = AuditEntry.objects.get(type="sites.inquiry.extended")
    assert entry.data["changes"] == {"expires_at": ["2026-12-11", "2027-01-19"]}


def test_withdrawing_keeps_what_was_answered_and_asking_again_opens_it(scene, inquiry, client, time_machine):
    client.post(enter(client, inquiry), answers(inquiry, {scene.router: "Office"}))
    change(scene, "withdraw", inquiry, reason="Site closes")
    row = queries.inquiries_of(scene.cast.rollout, scene.cast.pm, now=NOW).get()
    assert (row.state, row.remark, row.answered) == ("withdrawn", "Site closes", 1)
    assert not mail.outbox
    time_machine.move_to(NOW + DAY, tick=False)
    change(scene, "again", inquiry, at=NOW + DAY)
    row = queries.inquiries_of(scene.cast.rollout, scene.cast.pm, now=NOW + DAY).get()
    assert (row.state, len(mail.outbox)) == ("partly", 1)


def test_asking_again_does_not_make_a_second_open_link(scene, inquiry):
    actions.withdraw(inquiry_id=inquiry.pk, by=scene.cast.pm, at=NOW)
    scene.ask(inquiry.site.enrolments.get(), at=NOW + DAY)
    with pytest.raises(actions.IsClosed, match="second link"):
        actions.ask_again(inquiry_id=inquiry.pk, by=scene.cast.pm, at=NOW + DAY)


def test_showing_a_link_is_written_down(scene, inquiry, as_user):
    address = reverse("sites:question-link", args=[scene.cast.rollout.code, inquiry.key])
    text = as_user(scene.cast.pf).post(address, headers={"HX-Request": "true"}).content.decode()
    assert "/open/?t=" in text
    assert AuditEntry.objects.get(type="sites.inquiry.link_shown").by == scene.cast.pf
