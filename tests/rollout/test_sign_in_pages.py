"""Signing in, one's account and errors: every page is ours, says what to do next and keeps to the content policy."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

OPEN_PAGES = [
    "account_login",
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_signup",
]
OWN_PAGES = ["account_change_password", "account_email", "account_logout", "mfa_index"]


@pytest.fixture
def ada(cast):
    cast.pm.set_password("a-long-passphrase")
    cast.pm.save()
    EmailAddress.objects.create(user=cast.pm, email=cast.pm.email, verified=True, primary=True)
    return cast.pm


@pytest.fixture
def proven(ada, client):
    """A browser in which Ada has just typed her password, which changing the account asks for."""
    client.post(reverse("account_login"), {"login": ada.email, "password": "a-long-passphrase"})
    client.post(reverse("account_reauthenticate"), {"password": "a-long-passphrase"})
    return client


def assert_ours(response, status=200):
    page = response.content.decode()
    assert response.status_code == status
    assert page.count("<h1") == 1
    assert "brand-mark" in page
    assert 'style="' not in page
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)
    return page


@pytest.mark.django_db
@pytest.mark.parametrize("name", OPEN_PAGES)
def test_pages_for_everybody(client, name):
    assert_ours(client.get(reverse(name)))


@pytest.mark.parametrize("name", OWN_PAGES)
def test_pages_of_ones_account(cast, as_user, name):
    assert_ours(as_user(cast.pm).get(reverse(name)))


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn"])
def test_pages_of_the_second_step(proven, name):
    assert_ours(proven.get(reverse(name)))


@pytest.mark.parametrize("name", OWN_PAGES)
def test_strangers_are_sent_to_sign_in(client, db, name):
    response = client.get(reverse(name))
    assert response.status_code == 302


def test_a_wrong_password_keeps_the_address_and_says_so(client, ada):
    page = assert_ours(client.post(reverse("account_login"), {"login": ada.email, "password": "wrong"}))
    assert 'role="alert"' in page
    assert ada.email in page


def test_signing_in_needs_no_congratulation(client, ada):
    response = client.post(reverse("account_login"), {"login": ada.email, "password": "a-long-passphrase"})
    assert response.status_code == 302
    assert not list(response.wsgi_request._messages)


def test_a_code_comes_by_mail_in_plain_words(client, ada):
    client.post(reverse("account_request_login_code"), {"email": ada.email})
    assert mail.outbox[0].subject == "Downbeat: Your sign-in code"
    assert "Type this code" in mail.outbox[0].body
    assert_ours(client.get(reverse("account_confirm_login_code")))


def test_an_unknown_address_gets_the_same_page_and_another_mail(client, db):
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"}, follow=True)
    assert_ours(response)
    assert "There is no account" in mail.outbox[0].body


def test_a_used_up_link_offers_a_new_one(client, db):
    page = assert_ours(client.get(reverse("account_reset_password_from_key", args=["1", "set-password"])))
    assert reverse("account_reset_password") in page


# --- Errors ---------------------------------------------------------------------------------------------------
def test_nothing_here(cast, as_user):
    page = assert_ours(as_user(cast.pm).get("/no/such/page/"), 404)
    assert "There is nothing here" in page


def test_not_allowed_says_whom_to_ask(cast, as_user, settings):
    settings.ROOT_URLCONF = "tests.rollout.error_urls"
    page = assert_ours(as_user(cast.pm).get("/refuse/"), 403)
    assert "Ask its project manager." in page


def test_a_form_from_yesterday_is_explained(cast):
    browser = Client(enforce_csrf_checks=True)
    response = browser.post(reverse("account_login"), {"login": "a@example.org"})
    assert response.status_code == 403
    assert "This form was open for too long" in response.content.decode()


def test_a_failure_of_ours_needs_nothing_that_may_have_failed(cast, as_user, settings):
    settings.ROOT_URLCONF = "tests.rollout.error_urls"
    browser = as_user(cast.pm)
    browser.raise_request_exception = False
    page = browser.get("/fail/").content.decode()
    assert "Something went wrong on our side" in page
    assert "{%" not in page
    assert "{#" not in page
