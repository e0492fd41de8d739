"""Asking sites: whom, for what, once; by e-mail or by hand."""

from __future__ import annotations

from datetime import date

import pytest
from django.core import mail

from rollout.models import AuditEntry, Job
from sites import actions, queries
from sites.choices import InquiryKind
from sites.models import Inquiry, Question
from sites.queries.asking import Person
from tests import factories as make
from tests.sites.asking_scene import DAY, NOW, answers, contacts_of, enter, question, scene_of


@pytest.fixture
def scene(cast, time_machine, settings):
    settings.RATELIMIT_ENABLE = False
    time_machine.move_to(NOW, tick=False)
    return scene_of(cast)


def plan(scene, *places, kind=InquiryKind.CONTACT, now=NOW, **more):
    attributes = [scene.ceiling, scene.height, scene.router]
    return queries.plan_asking(
        rollout=scene.cast.rollout,
        enrolment_ids=[place.pk for place in places],
        attributes=attributes,
        kind=kind,
        now=now,
        **more,
    )


def test_a_site_is_asked_for_what_is_unknown_there_and_gets_one_e_mail(scene):
    place = scene.place()
    make.AttributeValueFactory(site=place.site, attribute=scene.ceiling)
    job = scene.ask(place, note="We come at night.")
    inquiry = Inquiry.objects.get()
    assert [one.attribute.key for one in queries.questions_of(inquiry)] == ["height", "router"]
    assert (inquiry.name, inquiry.email, inquiry.sent_at) == ("Ann Lee", "ann@example.test", NOW)
    assert inquiry.expires_at == NOW + 21 * DAY
    assert len(mail.outbox) == 1
    assert job.message == "1 of 1 done. 1 sent by e-mail."
    types = list(AuditEntry.objects.order_by("pk").values_list("type", flat=True))
    assert types == ["sites.inquiry.asked", "sites.inquiry.sent"]


def test_stale_is_asked_for_and_disputed_is_not(scene):
    stale, disputed = scene.place(), scene.place()
    scene.ceiling.shelf_life_days = 5
    scene.ceiling.save()
    make.AttributeValueFactory(site=stale.site, attribute=scene.ceiling, observed_on=date(2026, 11, 1))
    for source, value in (("pm", "drop"), ("import", "hard")):
        make.AttributeValueFactory(
            site=disputed.site, attribute=scene.ceiling, source=source, value=value, observed_on=NOW.date()
        )
    lines = {line.site_id: line for line in plan(scene, stale, disputed).lines}
    assert scene.ceiling.pk in lines[stale.site_id].lacking
    assert scene.ceiling.pk not in lines[disputed.site_id].lacking


def test_the_plan_counts_e_mail_phone_nobody_and_complete(scene):
    by_phone = scene.place(email="", phone="+1 206 555 0101")
    nobody = scene.place(who="")
    complete = scene.place()
    for attribute, value in ((scene.ceiling, "drop"), (scene.height, 9), (scene.router, "Office")):
        make.AttributeValueFactory(site=complete.site, attribute=attribute, value=value)
    found = plan(scene, scene.place(country="MX"), by_phone, nobody, complete)
    assert (found.by_email, found.by_hand, len(found.nobody), found.complete) == (1, 1, 1, 1)
    assert found.questions == 6
    assert dict(found.languages) == {"es": 1, "en": 1}


def test_the_first_contact_with_an_e_mail_address_is_asked(scene):
    place = scene.place(email="", phone="+1 206 555 0101", who="First")
    make.ContactFactory(site=place.site, name="Second", order=1, email="second@example.test")
    make.ContactFactory(site=place.site, name="Third", order=2, email="third@example.test")
    assert plan(scene, place).lines[0].person.name == "Second"


def test_asking_again_adds_to_the_same_link(scene):
    place = scene.place()
    scene.ask(place, attributes=(scene.ceiling.pk,))
    before = Inquiry.objects.get()
    scene.ask(place, at=NOW + DAY)
    after = Inquiry.objects.get()
    assert after.secret == before.secret
    assert after.questions.count() == 3
    assert after.asked_at == NOW + DAY


def test_asking_the_same_again_asks_and_sends_nothing(scene):
    place = scene.place()
    scene.ask(place)
    job = scene.ask(place, at=NOW + DAY)
    assert (Inquiry.objects.count(), Question.objects.count(), len(mail.outbox)) == (1, 3, 1)
    assert "Nobody had anything new to be asked" in job.message


def test_one_press_twice_is_one_job(scene):
    place = scene.place()
    wish = scene.wish(place, press="6d1b")
    jobs = {
        actions.start_asking(rollout=scene.cast.rollout, wish=wish, by=scene.cast.pm, at=NOW).pk for _ in "ab"
    }
    assert len(jobs) == 1


def test_a_handler_that_runs_twice_sends_once(scene):
    inquiry = scene.asked()
    assert actions.send_inquiry(inquiry_id=inquiry.pk, by=scene.cast.pm, at=NOW) is False
    assert len(mail.outbox) == 1


def test_links_only_sends_nothing(scene):
    job = scene.ask(scene.place(), send=False)
    assert (len(mail.outbox), Inquiry.objects.get().sent_at) == (0, None)
    assert "1 link to pass on by hand" in job.message


def test_what_could_not_be_told_stays_told_until_asked_again(scene, client):
    place = scene.place()
    scene.ask(place)
    inquiry = Inquiry.objects.get()
    client.post(enter(client, inquiry), answers(inquiry, {scene.height: {"unknown": "1"}}))
    assert plan(scene, place).questions == 0
    actions.ask_again(inquiry_id=inquiry.pk, by=scene.cast.pm, at=NOW + DAY)
    assert question(inquiry, scene.height).answered_at is None
    assert len(mail.outbox) == 2


def test_an_answer_gone_stale_is_asked_again(scene, client):
    scene.height.shelf_life_days = 10
    scene.height.save()
    place = scene.place()
    scene.ask(place)
    inquiry = Inquiry.objects.get()
    client.post(enter(client, inquiry), answers(inquiry, {scene.height: "9"}))
    scene.ask(place, at=NOW + 15 * DAY)
    assert question(inquiry, scene.height).answered_at is None


def test_an_expired_link_is_opened_again_by_asking(scene):
    place = scene.place()
    scene.ask(place, days=3)
    scene.ask(place, at=NOW + 5 * DAY)
    assert Inquiry.objects.get().expires_at == NOW + 26 * DAY
    assert len(mail.outbox) == 2


def test_a_survey_asks_for_everything_and_goes_to_the_surveyor(scene):
    place = scene.place()
    make.AttributeValueFactory(site=place.site, attribute=scene.ceiling)
    person = Person("Sue Vey", "sue@example.test")
    scene.ask(place, kind="survey", person=person, planned_on=date(2026, 11, 30))
    inquiry = Inquiry.objects.get()
    assert (inquiry.kind, inquiry.contact, inquiry.questions.count()) == ("survey", None, 3)
    assert mail.outbox[0].to == ["sue@example.test"]
    assert "Planned for Nov. 30, 2026" in mail.outbox[0].body
    scene.ask(place, kind="survey", person=person)
    assert Inquiry.objects.count() == 1


def test_a_mail_server_that_is_away_fails_the_item_and_is_written_down(scene, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise ConnectionRefusedError("no server")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    place = scene.place()
    job = scene.ask(place)
    inquiry = Inquiry.objects.get()
    assert (job.state, inquiry.sent_at) == ("failed", None)
    assert "could not be sent" in inquiry.send_error
    row = queries.inquiries_of(scene.cast.rollout, scene.cast.pm, now=NOW).get()
    assert row.state == "undelivered"
    monkeypatch.undo()
    assert actions.send_inquiry(inquiry_id=inquiry.pk, by=scene.cast.pm, at=NOW)
    inquiry.refresh_from_db()
    assert inquiry.send_error == ""


def test_nothing_chosen_is_a_sentence(scene):
    with pytest.raises(actions.NothingToAsk, match="at least one site"):
        actions.start_asking(rollout=scene.cast.rollout, wish=scene.wish(), by=scene.cast.pm, at=NOW)
    assert not Job.objects.exists()


def test_attributes_and_sites_of_others_are_passed_over(scene):
    stranger = make.EnrolmentFactory(rollout=scene.cast.other_rollout)
    foreign = make.AttributeFactory(client=scene.cast.other_client)
    scene.ask(scene.place(), stranger, attributes=(*scene.facts, foreign.pk))
    assert Question.objects.count() == 3


def test_planning_many_sites_takes_as_many_queries_as_one(scene, django_assert_max_num_queries):
    places = [scene.place() for _ in range(12)]
    scene.ask(*places[:6], attributes=(scene.ceiling.pk,))
    with django_assert_max_num_queries(5):
        found = plan(scene, *places)
    assert found.questions == 6 * 2 + 6 * 3


def test_a_deleted_contact_leaves_the_inquiry_and_another_is_asked(scene):
    place = scene.place()
    scene.ask(place)
    contacts_of(place).delete()
    make.ContactFactory(site=place.site, name="New", email="new@example.test")
    scene.ask(place, at=NOW + DAY)
    assert sorted(Inquiry.objects.values_list("name", flat=True)) == ["Ann Lee", "New"]
