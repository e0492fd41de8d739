"""E-mails to sites over a real SMTP connection: both forms, their language, and addresses that do not exist."""

from __future__ import annotations

import pytest

from sites import actions, queries
from sites.models import Inquiry
from tests.html import Page
from tests.sites.asking_scene import NOW, scene_of
from tests.sites.smtp_server import smtp_server


@pytest.fixture
def scene(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    return scene_of(cast)


@pytest.fixture
def inbox(settings):
    with smtp_server() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        yield found


def body(message, kind):
    return message.get_body((kind,)).get_content()


def test_an_e_mail_arrives_in_two_forms_and_answers_go_to_who_asks(scene, inbox):
    scene.ask(scene.place(), note="We come at night.\nBring a key.")
    (message,) = inbox.messages
    inquiry = Inquiry.objects.get()
    assert inbox.recipients == ["ann@example.test"]
    assert message["Reply-To"] == scene.cast.pm.email
    assert str(inquiry.key) in message["Message-ID"]
    plain, html = body(message, "plain"), body(message, "html")
    for text in (plain, html):
        assert "What ceiling is it?" in text
        assert "/open/?t=" in text
    assert "We come at night.\r\nBring a key." in plain or "We come at night.\nBring a key." in plain
    assert Page(html).problems == []


@pytest.mark.parametrize(
    ("country", "subject", "sentence"),
    [
        ("DE", "Lumen Coffee: Fragen zu Café Süd", "Welche Decke ist es?"),
        ("JP", "Lumen Coffee：Café Südについての質問", "アカウントなしで"),
        ("KR", "Lumen Coffee: Café Süd에 관한 질문", "회신해"),
    ],
)
def test_it_speaks_the_language_of_the_country(scene, inbox, country, subject, sentence):
    scene.ask(scene.place(country=country, name="Café Süd"), attributes=(scene.ceiling.pk,))
    (message,) = inbox.messages
    assert message["Subject"].strip() == subject
    assert sentence in body(message, "plain")


def test_names_that_would_break_headers_or_pages_do_not(scene, inbox):
    scene.cast.client.name = "Evil\r\nBcc: all@example.test <script>"
    scene.cast.client.save()
    scene.ask(scene.place(who="<img src=x onerror=alert(1)>"))
    (message,) = inbox.messages
    assert (message["Bcc"], inbox.recipients) == (None, ["ann@example.test"])
    assert "<img" not in body(message, "html")
    assert Page(body(message, "html")).problems == []


def test_an_address_nobody_has_is_written_down_and_the_others_go_out(scene, inbox):
    inbox.unknown.add("gone@example.test")
    job = scene.ask(scene.place(email="gone@example.test", who="Gone"), scene.place())
    assert (job.state, len(inbox.messages)) == ("failed", 1)
    rows = queries.inquiries_of(scene.cast.rollout, scene.cast.pm, now=NOW)
    assert {row.name: row.state for row in rows} == {"Gone": "undelivered", "Ann Lee": "sent"}
    inbox.unknown.clear()
    gone = Inquiry.objects.get(name="Gone")
    assert actions.send_inquiry(inquiry_id=gone.pk, by=scene.cast.pm, at=NOW)
    assert inbox.recipients[-1] == "gone@example.test"


def test_a_server_that_is_away_is_a_sentence(scene, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    job = scene.ask(scene.place())
    assert "could not be sent" in job.items.get().error
    assert Inquiry.objects.get().sent_at is None
