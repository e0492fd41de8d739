"""The team's pages: asking, the chase list, one person's questions, the panel on the site's page."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from rollout.models import Job
from sites import actions, planning, queries
from sites.models import Inquiry
from tests import factories as make
from tests.html import Page
from tests.sites.asking_scene import DAY, NOW, answers, enter, scene_of


@pytest.fixture
def scene(cast, time_machine, settings):
    settings.RATELIMIT_ENABLE = False
    time_machine.move_to(NOW, tick=False)
    return scene_of(cast)


def url(scene, name, *args):
    return reverse(f"sites:{name}", args=[scene.cast.rollout.code, *args])


def form(scene, *places, **more):
    return {
        "pk": [place.pk for place in places],
        "facts": scene.facts,
        "language": "",
        "days": "21",
        "note": "",
        "how": "email",
        "remind": "on",
        "press": "8d0f2f0c-55d0-4d0c-9b0e-1d6f4c1c3a71",
        "confirm": "1",
        **more,
    }


def text_of(response):
    text = response.content.decode()
    assert Page(text).judged() == []
    return text


def test_from_the_list_to_the_e_mail(scene, as_user, run_jobs):
    place = scene.place()
    client = as_user(scene.cast.pf)
    page = text_of(client.post(url(scene, "ask"), {"pk": [place.pk]}))
    assert "What ceiling is it?" in page
    response = client.post(url(scene, "ask"), form(scene, place))
    run_jobs()
    assert response["Location"] == reverse("rollout:job", args=[Job.objects.get().key])
    assert len(mail.outbox) == 1
    client.post(url(scene, "ask"), form(scene, place))
    assert Job.objects.count() == 1


def test_the_address_of_the_list_says_which_sites_and_which_fact(scene, as_user):
    scene.place(key="0901"), scene.place(key="0902")
    client = as_user(scene.cast.pm)
    page = client.get(url(scene, "ask"), {"q": "0901", "fact": "height:unknown"})
    assert "1 site." in text_of(page)
    ticked = [one.attribute.key for one, is_ticked in page.context["facts"] if is_ticked]
    assert ticked == ["height"]


def test_one_site_is_asked_from_its_own_page(scene, as_user):
    place = scene.place(key="12/7")
    page = as_user(scene.cast.pm).get(url(scene, "ask"), {"site": "12/7"})
    assert list(page.context["pks"]) == [place.pk]
    assert page.context["back"] == url(scene, "detail", "12/7")


def test_what_the_plan_needs_is_ticked_first(scene, as_user, monkeypatch):
    scene.place()
    need = planning.Need("router", "The router moves")
    monkeypatch.setattr(planning, "_SOURCES", [lambda rollout: [need]])
    page = as_user(scene.cast.pm).get(url(scene, "ask"))
    assert [one.attribute.key for one, ticked in page.context["facts"] if ticked] == ["router"]
    assert "The router moves" in text_of(page)


def test_the_preview_follows_what_is_ticked(scene, as_user):
    place = scene.place()
    data = form(scene, place, facts=[scene.height.pk])
    del data["confirm"]
    response = as_user(scene.cast.pm).post(url(scene, "ask"), data, headers={"HX-Request": "true"})
    part = response.content.decode()
    assert part.lstrip().startswith('<section class="stack" id="preview"')
    assert '<dt>New questions</dt><dd class="num">1</dd>' in part
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"facts": []}, "Choose at least one fact"),
        ({"facts": ["999999"]}, "not one of the available choices"),
        ({"days": "0"}, "greater than or equal to 1"),
        ({"days": "9" * 30}, "less than or equal to 365"),
        ({"days": ""}, "For how many days"),
        ({"note": "x" * 501}, "at most 500"),
        ({"language": "xx"}, "not one of the available choices"),
        ({"press": "x"}, ""),
    ],
)
def test_nonsense_is_answered_with_a_sentence_and_nothing_is_asked(scene, as_user, fields, sentence):
    place = scene.place()
    response = as_user(scene.cast.pm).post(url(scene, "ask"), form(scene, place, **fields))
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not Job.objects.exists()


def test_nobody_chosen_is_a_sentence(scene, as_user):
    response = as_user(scene.cast.pm).post(url(scene, "ask"), {"pk": ["x", "0"]}, follow=True)
    assert "No site of this rollout is chosen" in response.content.decode()


def test_sites_of_another_rollout_are_not_asked(scene, as_user, run_jobs):
    stranger = make.EnrolmentFactory(rollout=scene.cast.other_rollout)
    as_user(scene.cast.pm).post(url(scene, "ask"), form(scene, stranger))
    run_jobs()
    assert not Inquiry.objects.exists()


def test_a_survey_needs_a_surveyor_and_suggests_technicians(scene, as_user, run_jobs):
    place, technician = scene.place(), scene.cast.technician_person
    technician.email = "tess@example.test"
    technician.save()
    client = as_user(scene.cast.pm)
    page = client.post(url(scene, "survey"), form(scene, place, planned_on="2026-11-01"))
    assert "Who surveys?" in text_of(page)
    assert "This day is over" in text_of(page)
    assert technician.name in text_of(page)
    known = next(
        value for value, label in page.context["form"]["known"].field.choices if technician.name in label
    )
    client.post(url(scene, "survey"), form(scene, place, known=known, planned_on="2026-11-30"))
    run_jobs()
    inquiry = Inquiry.objects.get()
    assert (inquiry.kind, inquiry.name, inquiry.email) == ("survey", technician.name, "tess@example.test")


def test_the_chase_list_shows_who_waits_the_longest_first(scene, as_user, time_machine):
    old, new = scene.place(who="Old"), scene.place(who="New")
    scene.ask(old, at=NOW - 8 * DAY)
    scene.ask(new)
    page = as_user(scene.cast.pm).get(url(scene, "questions"))
    assert [row.name for row in page.context["page_obj"]] == ["Old", "New"]
    assert page.context["counts"]["overdue"] == 1
    overdue = as_user(scene.cast.pm).get(url(scene, "questions"), {"state": "overdue"})
    assert [row.name for row in overdue.context["page_obj"]] == ["Old"]
    assert "Old" in text_of(overdue)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "all", "q": "ann 0907"}, 1),
        ({"state": "all", "q": "nobody"}, 0),
        ({"state": "to_pass_on"}, 1),
        ({"state": "sent"}, 1),
        ({"state": "answered"}, 0),
        ({"state": "all", "kind": "survey"}, 0),
        ({"state": "nonsense", "kind": "x", "by": "x", "page": "x", "sort": "x"}, 2),
    ],
)
def test_the_filters_are_in_the_address(scene, as_user, query, found):
    scene.ask(scene.place(key="0907"))
    scene.ask(scene.place(email="", phone="+1 206 555 0101", who="Phone"))
    page = as_user(scene.cast.pm).get(url(scene, "questions"), query)
    assert page.context["page_obj"].paginator.count == found
    assert text_of(page)


def test_states_follow_what_happened(scene, client, as_user, time_machine):
    inquiry = scene.asked()
    states = []

    def state():
        row = queries.inquiries_of(scene.cast.rollout, scene.cast.pm, now=time_machine_now()).get()
        states.append(row.state)

    moment = [NOW]

    def time_machine_now():
        return moment[0]

    state()
    address = enter(client, inquiry)
    state()
    client.post(address, answers(inquiry, {scene.router: "Office"}))
    state()
    moment[0] = NOW + timedelta(days=30)
    state()
    moment[0] = NOW
    client.post(address, answers(inquiry, {scene.ceiling: "hard", scene.height: "9"}))
    state()
    assert states == ["sent", "opened", "partly", "expired", "answered"]


def test_the_list_takes_as_many_queries_for_many(scene, as_user, django_assert_max_num_queries):
    scene.ask(*[scene.place() for _ in range(12)])
    client = as_user(scene.cast.pm)
    client.get(url(scene, "questions"))
    with django_assert_max_num_queries(14):
        client.get(url(scene, "questions"))


def test_the_list_comes_as_a_file(scene, as_user):
    scene.ask(scene.place(key="0907"))
    response = as_user(scene.cast.pm).get(url(scene, "questions"), {"format": "csv", "state": "all"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert [(row["Site code"], row["State"], row["Questions"]) for row in rows] == [("0907", "Sent", "3")]


@pytest.mark.parametrize("change", ["remind", "extend", "withdraw", "again"])
def test_many_at_once_is_shown_first_and_done_as_a_job(scene, as_user, run_jobs, change):
    scene.ask(*[scene.place() for _ in range(3)])
    client, address = as_user(scene.cast.pm), url(scene, "questions-change", change)
    shown = text_of(client.post(address, {"all_matching": "1"}))
    assert "3 people" in shown
    data = {"all_matching": "1", "confirm": "1", "expected": "3", "days": "30", "reason": "Over"}
    data["press"] = re.search(r'name="press" value="([^"]+)"', shown)[1]
    before = Job.objects.count()
    response = client.post(address, data)
    assert client.post(address, data)["Location"] == response["Location"]
    assert Job.objects.count() == before + 1
    run_jobs()
    job = Job.objects.order_by("pk").last()
    assert response["Location"] == reverse("rollout:job", args=[job.key])
    assert (job.state, job.done) == ("done", 3)


def test_a_list_that_changed_meanwhile_asks_again(scene, as_user):
    scene.ask(scene.place(), scene.place())
    data = {"all_matching": "1", "confirm": "1", "expected": "1"}
    page = as_user(scene.cast.pm).post(url(scene, "questions-change", "withdraw"), data)
    assert "The list changed while you looked" in text_of(page)
    assert not Inquiry.objects.filter(closed_at__isnull=False).exists()


def test_one_persons_page_shows_answers_remarks_and_history(scene, client, as_user):
    inquiry = scene.asked(note="We come at night.")
    given = {scene.height: {"": "9.5", "remark": "to the tiles"}, scene.ceiling: "?"}
    client.post(enter(client, inquiry), answers(inquiry, given))
    text = text_of(as_user(scene.cast.pf).get(url(scene, "question", inquiry.key)))
    for words in ("9.5 ft", "to the tiles", "Cannot tell", "We come at night.", "Link sent to Ann Lee"):
        assert words in text


def test_not_their_site_stands_out(scene, as_user):
    inquiry = scene.asked()
    actions.not_theirs(inquiry=inquiry, remark="Ask Bo", at=NOW)
    text = text_of(as_user(scene.cast.pm).get(url(scene, "question", inquiry.key)))
    assert "says that this is not their site" in text
    assert "“Ask Bo”" in text


def test_a_new_link_ends_the_old_one(scene, client, as_user):
    inquiry = scene.asked()
    before = inquiry.secret
    as_user(scene.cast.pm).post(url(scene, "question-renew", inquiry.key))
    inquiry.refresh_from_db()
    assert inquiry.secret != before


def test_the_panel_of_a_site(scene, as_user, django_assert_max_num_queries):
    inquiry = scene.asked()
    client, address = as_user(scene.cast.pm), url(scene, "site-questions", inquiry.site.key)
    assert "Ann Lee" in client.get(address).content.decode()
    with django_assert_max_num_queries(9):
        client.get(address)


def test_another_rollouts_questions_are_not_there(scene, as_user):
    inquiry = scene.asked()
    client = as_user(scene.cast.stranger_pm)
    assert client.get(url(scene, "question", inquiry.key)).status_code == 404
    other = reverse("sites:question", args=[scene.cast.other_rollout.code, inquiry.key])
    assert client.get(other).status_code == 404
    changed = reverse("sites:questions-change", args=[scene.cast.other_rollout.code, "withdraw"])
    client.post(changed, {"pk": [inquiry.pk], "confirm": "1", "expected": "1"})
    inquiry.refresh_from_db()
    assert inquiry.closed_at is None
