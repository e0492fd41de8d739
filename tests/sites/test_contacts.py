"""Whom to call: once each, in order, with what was there before in the history."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rollout.models import AuditEntry
from sites import queries
from sites.models import Contact
from tests import factories as make

DANA = {"name": "Dana", "role": "Night manager", "phone": "+1 907 555 0100", "email": ""}


@pytest.fixture
def here(cast, as_user):
    site = make.EnrolmentFactory(rollout=cast.rollout).site
    web = as_user(cast.pm)

    def post(name, data, **more):
        kwargs = {"code": cast.rollout.code, "key": site.key, **more}
        return web.post(reverse(f"sites:contact-{name}", kwargs=kwargs), data, follow=True).content.decode()

    return site, post


def last_entry():
    return AuditEntry.objects.order_by("-pk")[0]


def test_a_double_click_adds_one_contact(here):
    site, post = here
    assert "is on the list." in post("new", DANA)
    assert "is on the list already" in post("new", {**DANA, "name": " dana ", "phone": "+1 (907) 555-0100"})
    assert site.contacts.count() == 1


def test_two_people_may_share_a_phone_and_one_name_two_numbers(here):
    site, post = here
    for data in (DANA, {**DANA, "name": "Lee"}, {**DANA, "phone": "+1 907 555 0199"}):
        post("new", data)
    assert site.contacts.count() == 3


def test_the_history_has_the_contact_before_and_after_and_why(here):
    site, post = here
    post("new", DANA)
    contact = site.contacts.get()
    post("edit", {**DANA, "phone": "+1 907 555 0111", "reason": "New phone"}, pk=contact.pk)
    assert last_entry().reason == "New phone"
    assert last_entry().data["changes"]["contact"] == [
        "Dana (Night manager), +1 907 555 0100",
        "Dana (Night manager), +1 907 555 0111",
    ]
    post("remove", {}, pk=contact.pk)
    assert last_entry().data["changes"]["contact"][1] is None


def test_saving_a_contact_unchanged_writes_no_history(here):
    site, post = here
    post("new", DANA)
    before = AuditEntry.objects.count()
    post("edit", DANA, pk=site.contacts.get().pk)
    assert AuditEntry.objects.count() == before


def test_renaming_one_contact_into_another_is_refused_and_kept_in_the_form(here):
    site, post = here
    post("new", DANA)
    post("new", {**DANA, "name": "Lee"})
    lee = site.contacts.get(name="Lee")
    page = post("edit", {**DANA, "email": "lee@example.test"}, pk=lee.pk)
    assert "is on the list already" in page
    assert 'value="lee@example.test"' in page
    lee.refresh_from_db()
    assert lee.name == "Lee"


def test_moving_up_is_told_with_both_orders(here):
    site, post = here
    post("new", DANA)
    post("new", {**DANA, "name": "Lee"})
    post("move", {"to": "earlier"}, pk=site.contacts.get(name="Lee").pk)
    assert list(site.contacts.values_list("name", flat=True)) == ["Lee", "Dana"]
    assert last_entry().data["changes"] == {"contact_order": ["Dana, Lee", "Lee, Dana"]}


def test_roles_the_client_uses_are_suggested_the_commonest_first(here, cast):
    site, _ = here
    for role in ("Owner", "Manager", "Manager", ""):
        Contact.objects.create(site=site, name="x", role=role)
    make.ContactFactory(role="Stranger")
    assert queries.contact_roles(cast.client.pk) == ["Manager", "Owner"]
