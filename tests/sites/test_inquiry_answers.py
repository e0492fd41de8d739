"""What somebody at a site sees and sends behind the link."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from rollout.models import AuditEntry
from sites import actions, links, queries
from sites.facts import facts_for
from sites.models import Attachment, AttributeValue, Inquiry
from tests import factories as make
from tests.html import Page
from tests.sites.asking_scene import DAY, NOW, answers, enter, link_in, question, scene_of


@pytest.fixture
def scene(cast, time_machine, settings):
    settings.RATELIMIT_ENABLE = False
    time_machine.move_to(NOW, tick=False)
    return scene_of(cast)


@pytest.fixture
def inquiry(scene):
    return scene.asked()


def fact_of(scene, inquiry, attribute):
    facts = facts_for([inquiry.site_id], scene.cast.client.pk, today=NOW.date())
    return facts[inquiry.site_id][attribute.key]


def picture(colour: str = "teal") -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "JPEG")
    return SimpleUploadedFile("rack.jpg", buffer.getvalue(), "image/jpeg")


def as_json(client, address, data):
    return client.post(address, data, headers={"Accept": "application/json"})


def test_the_link_of_the_e_mail_opens_and_get_changes_nothing(scene, inquiry, client):
    link = link_in(mail.outbox[0])
    for _ in range(2):
        page = client.get(link)
        assert (page.status_code, Page(page.content.decode()).judged()) == (200, [])
    inquiry.refresh_from_db()
    assert inquiry.opened_at is None
    assert client.get(reverse("sites:answers", args=[inquiry.key])).status_code == 410


def test_the_button_lets_in_and_takes_the_token_out_of_the_address(scene, inquiry, client):
    address = enter(client, inquiry)
    assert "t=" not in address
    page = client.get(address)
    text = page.content.decode()
    assert Page(text).judged() == []
    assert "What ceiling is it?" in text
    assert inquiry.site.street in text
    inquiry.refresh_from_db()
    assert inquiry.opened_at == NOW


def test_answers_become_facts_with_who_said_it_and_the_sites_own_day(scene, inquiry, client):
    given = {
        scene.ceiling: {"": "hard", "remark": "Since the fire"},
        scene.height: "9.5",
        scene.router: "Office",
    }
    response = client.post(enter(client, inquiry), answers(inquiry, given, name="Bo Day, night manager"))
    assert "done=1" in response["Location"]
    said = AttributeValue.objects.get(attribute=scene.ceiling)
    assert (said.value, said.source, said.said_by) == ("hard", "contact", None)
    assert (said.said_by_name, said.note) == ("Bo Day, night manager", "Since the fire")
    assert said.observed_on == date(2026, 11, 20)
    inquiry.refresh_from_db()
    assert inquiry.answered_at == NOW
    entry = AuditEntry.objects.get(type="sites.fact.stated", data__attribute="height")
    assert entry.data["changes"] == {"attr:height": [None, 9.5]}


def test_the_day_is_the_sites_and_not_the_servers(scene, inquiry, client, time_machine):
    time_machine.move_to("2026-11-22T05:30:00Z", tick=False)
    client.post(enter(client, inquiry), answers(inquiry, {scene.router: "Office"}))
    assert AttributeValue.objects.get().observed_on == date(2026, 11, 21)


def test_an_answer_that_disagrees_makes_the_fact_disputed_and_overwrites_nothing(scene, inquiry, client):
    make.AttributeValueFactory(
        site=inquiry.site, attribute=scene.ceiling, value="drop", observed_on=NOW.date()
    )
    client.post(enter(client, inquiry), answers(inquiry, {scene.ceiling: "hard"}))
    fact = fact_of(scene, inquiry, scene.ceiling)
    assert fact.state == "disputed"
    assert {(one.source, one.value) for one in fact.sayings} == {("pm", "drop"), ("contact", "hard")}


def test_a_survey_is_a_source_of_its_own(scene, client):
    place = scene.place()
    scene.ask(place, kind="survey", person=queries.Person("Sue Vey", "sue@example.test"))
    inquiry = Inquiry.objects.get()
    client.post(enter(client, inquiry), answers(inquiry, {scene.height: "9"}))
    said = AttributeValue.objects.get()
    assert (said.source, said.said_by_name) == ("survey", "Sue Vey")


def test_one_answer_is_saved_at_once_and_the_page_says_how_it_was_read(scene, inquiry, client):
    address = enter(client, inquiry, "de")
    told = as_json(client, address, answers(inquiry, {scene.height: "1.234,5"})).json()
    one = told["questions"][str(question(inquiry, scene.height).pk)]
    assert (one["shown"], one["answered"], told["progress"]) == ("1.234,5 ft", True, "1 von 3 beantwortet")
    assert question(inquiry, scene.height).value == 1234.5


def test_sending_twice_changes_and_writes_nothing_more(scene, inquiry, client):
    address, data = enter(client, inquiry), answers(inquiry, {scene.height: "9"})
    client.post(address, data)
    before = AuditEntry.objects.count()
    client.post(address, data)
    assert AuditEntry.objects.count() == before
    assert AttributeValue.objects.count() == 1


def test_i_cannot_tell_is_an_answer_with_a_remark_and_no_fact(scene, inquiry, client):
    given = {scene.ceiling: {"": "?", "remark": "Ask the landlord"}, scene.height: {"unknown": "1"}}
    client.post(enter(client, inquiry), answers(inquiry, given))
    found = question(inquiry, scene.ceiling)
    assert (found.unknown, found.remark, found.answered_at) == (True, "Ask the landlord", NOW)
    assert not AttributeValue.objects.exists()


def test_an_answer_taken_back_takes_the_fact_back(scene, inquiry, client):
    address = enter(client, inquiry)
    client.post(address, answers(inquiry, {scene.height: "9"}))
    client.post(address, answers(inquiry, {scene.height: {"": "", "unknown": "1"}}))
    assert not AttributeValue.objects.exists()
    assert AuditEntry.objects.filter(type="sites.fact.forgotten").count() == 1


def test_a_changed_answer_after_completion_is_taken_until_the_questions_close(scene, inquiry, client):
    address = enter(client, inquiry)
    client.post(address, answers(inquiry, {scene.ceiling: "hard", scene.height: "9", scene.router: "x"}))
    client.post(address, answers(inquiry, {scene.height: "10"}))
    assert AttributeValue.objects.get(attribute=scene.height).value == 10
    actions.withdraw(inquiry_id=inquiry.pk, by=scene.cast.pm, at=NOW)
    assert client.post(address, answers(inquiry, {scene.height: "11"})).status_code == 410
    assert AttributeValue.objects.get(attribute=scene.height).value == 10


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("height", "about nine", "Schreiben Sie sie wie 9,5"),
        ("height", "1e999", "sicher als Zahl"),
        ("height", "9" * 400, "sicher als Zahl"),
        ("ceiling", "tiles", "Wählen Sie eine der Antworten"),
        ("router", "x" * 501, "Höchstens 500 Zeichen"),
    ],
)
def test_what_cannot_be_read_stays_typed_beside_a_sentence_in_their_language(
    scene, inquiry, client, name, typed, sentence
):
    attribute = getattr(scene, name)
    response = client.post(enter(client, inquiry, "de"), answers(inquiry, {attribute: typed}))
    text = response.content.decode()
    assert (response.status_code, sentence in text) == (422, True)
    assert name == "ceiling" or typed in text
    assert not AttributeValue.objects.exists()


def test_one_bad_answer_does_not_hold_up_the_others(scene, inquiry, client):
    client.post(enter(client, inquiry), answers(inquiry, {scene.height: "tall", scene.ceiling: "hard"}))
    assert AttributeValue.objects.get().value == "hard"


def test_hostile_text_stays_text(scene, inquiry, client):
    address = enter(client, inquiry)
    nasty = "<script>alert(1)</script>\x00{{ x }}"
    client.post(address, answers(inquiry, {scene.router: nasty}, name=nasty))
    text = client.get(address).content.decode()
    assert "<script>alert" not in text
    assert question(inquiry, scene.router).value == "<script>alert(1)</script>{{ x }}"


def test_nonsense_in_the_form_is_passed_over(scene, inquiry, client):
    other = scene.asked()
    data = answers(other, {scene.height: "9"}) | {"name": ""}
    data["asked"] += ["x", "-1", "9" * 30, "\u0663"]
    assert client.post(enter(client, inquiry), data).status_code == 302
    assert not AttributeValue.objects.exists()


@pytest.mark.parametrize("token", ["", "x", "é" * 40, "0" * 40, "a" * 9000])
def test_a_wrong_token_opens_nothing_and_says_whom_to_ask(scene, inquiry, client, token):
    address = reverse("sites:answers-open", args=[inquiry.key])
    for response in (client.get(address, {"t": token}), client.post(address, {"t": token})):
        assert response.status_code == 410
        assert "Ask Pat Conductor for a new one" in response.content.decode()


def test_an_unknown_key_says_nothing_about_anybody(scene, client):
    response = client.get(reverse("sites:answers-open", args=["2d0f2f0c-55d0-4d0c-9b0e-1d6f4c1c3a71"]))
    text = response.content.decode()
    assert (response.status_code, "Pat Conductor" in text) == (410, False)
    assert "whoever sent it" in text


def test_expired_is_said_in_their_language_with_the_phone(scene, inquiry, client, time_machine):
    address = enter(client, inquiry)
    time_machine.move_to(NOW + 22 * DAY, tick=False)
    for url in (address, link_in(mail.outbox[0])):
        response = client.get(url, {"lang": "fr", "t": links.token_of(inquiry)})
        text = response.content.decode()
        assert (response.status_code, "Ce lien ne s’ouvre plus" in text) == (410, True)
        assert "+1 206 555 0100" in text


def test_another_secret_ends_links_and_open_pages(scene, inquiry, client):
    address = enter(client, inquiry)
    assert client.get(address).status_code == 200
    actions.renew_link(inquiry=inquiry, by=scene.cast.pm, at=NOW)
    assert client.get(address).status_code == 410
    assert client.post(address, answers(inquiry, {scene.height: "9"})).status_code == 410


def test_a_session_of_one_inquiry_opens_no_other(scene, inquiry, client):
    other = scene.asked()
    enter(client, inquiry)
    assert client.get(reverse("sites:answers", args=[other.key])).status_code == 410
    enter(client, other)
    assert client.get(reverse("sites:answers", args=[inquiry.key])).status_code == 200


@pytest.mark.parametrize(
    ("header", "query", "language"),
    [
        ("", "", "en"),
        ("es-MX,es;q=0.9", "", "es"),
        ("fi,sv", "", "en"),
        ("es", "ko", "ko"),
        ("es", "xx", "es"),
    ],
)
def test_the_language_is_the_one_chosen_then_the_browsers_then_the_links(
    scene, inquiry, client, header, query, language
):
    address = reverse("sites:answers-open", args=[inquiry.key])
    data = {"t": links.token_of(inquiry), **({"lang": query} if query else {})}
    response = client.get(address, data, headers={"Accept-Language": header})
    assert f'<html lang="{language}"' in response.content.decode()


def test_a_question_is_asked_in_its_translation(scene, inquiry, client):
    assert "Welche Decke ist es?" in client.get(enter(client, inquiry, "de")).content.decode()


def test_not_my_site_closes_and_tells_the_team(scene, inquiry, client):
    enter(client, inquiry)
    response = client.post(
        reverse("sites:answers-not-mine", args=[inquiry.key]), {"remark": "Ask Bo at 12 <b>Main</b> St"}
    )
    assert response.status_code == 200
    inquiry.refresh_from_db()
    assert (inquiry.closed_at, inquiry.closed_by, inquiry.remark) == (
        NOW,
        None,
        "Ask Bo at 12 <b>Main</b> St",
    )
    row = queries.inquiries_of(scene.cast.rollout, scene.cast.pm, now=NOW).get(pk=inquiry.pk)
    assert row.state == "not_theirs"
    assert actions.remind(inquiry_id=inquiry.pk, by=None, at=NOW) is False
    again = client.post(reverse("sites:answers-not-mine", args=[inquiry.key]), {"remark": "again"})
    assert again.status_code == 410


def test_a_picture_is_kept_with_its_fact_and_can_be_taken_away(scene, inquiry, client):
    address, asked = enter(client, inquiry), question(inquiry, scene.ceiling)
    data = answers(inquiry, {scene.ceiling: "hard"}) | {f"q{asked.pk}-picture": picture()}
    told = as_json(client, address, data).json()
    kept = Attachment.objects.get()
    assert (kept.attribute, kept.added_by, kept.said_by) == (scene.ceiling, None, "Ann Lee, store manager")
    assert str(kept.key) in told["questions"][str(asked.pk)]["pictures"]
    shown = client.get(reverse("sites:answers-picture", args=[inquiry.key, kept.key]))
    assert (shown.status_code, shown["X-Content-Type-Options"]) == (200, "nosniff")
    assert b"".join(shown.streaming_content)[:2] == b"\xff\xd8"
    as_json(client, address, {"remove": str(kept.key)})
    assert not Attachment.objects.exists()


def test_what_is_no_picture_and_too_many_are_refused_with_a_sentence(scene, inquiry, client, settings):
    address, asked = enter(client, inquiry), question(inquiry, scene.ceiling)
    field, data = f"q{asked.pk}-picture", answers(inquiry, {scene.ceiling: "hard"})
    for content in (b"MZ\x90", b"<svg onload='x'/>", b"%PDF-1.7"):
        told = as_json(client, address, data | {field: SimpleUploadedFile("x.jpg", content, "image/jpeg")})
        assert "not a picture" in told.json()["questions"][str(asked.pk)]["error"]
    for colour in ("red", "green", "blue", "white", "black", "gray"):
        as_json(client, address, data | {field: picture(colour)})
    told = as_json(client, address, data | {field: picture("pink")}).json()
    assert "6 pictures" in told["questions"][str(asked.pk)]["error"]
    assert Attachment.objects.count() == 6
    settings.UPLOAD_MAX_BYTES = 100
    told = as_json(client, address, data | {field: picture("teal")}).json()
    assert "too large" in told["questions"][str(asked.pk)]["error"]
    assert question(inquiry, scene.ceiling).value == "hard"


def test_pictures_of_other_sites_are_not_shown(scene, inquiry, client):
    other = scene.asked()
    address = enter(client, other)
    field = f"q{question(other, scene.ceiling).pk}-picture"
    as_json(client, address, answers(other, {scene.ceiling: "hard"}) | {field: picture()})
    enter(client, inquiry)
    kept = Attachment.objects.get()
    assert client.get(reverse("sites:answers-picture", args=[inquiry.key, kept.key])).status_code == 404


def test_very_many_openings_wait(scene, inquiry, client, settings):
    settings.RATELIMIT_ENABLE, settings.LINK_RATE = True, "2/m"
    address = reverse("sites:answers-open", args=[inquiry.key])
    codes = [client.post(address, {"t": "x"}, REMOTE_ADDR="203.0.113.7").status_code for _ in range(4)]
    assert codes[-1] == 429


def test_the_page_takes_as_many_queries_for_thirty_questions(scene, client, django_assert_max_num_queries):
    for number in range(30):
        make.AttributeFactory(client=scene.cast.client, key=f"fact-{number}", label=f"Fact {number}")
    place = scene.place()
    everything = tuple(queries.attributes_of(scene.cast.client).values_list("pk", flat=True))
    scene.ask(place, attributes=everything)
    address = enter(client, Inquiry.objects.get())
    with django_assert_max_num_queries(6):
        client.get(address)
