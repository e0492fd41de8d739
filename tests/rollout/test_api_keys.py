"""Keys to the API: shown once, kept as a hash, made and revoked by their person only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from rollout import actions, queries
from rollout.models import ApiKey, AuditEntry
from tests import factories as make

PAGE = "/account/keys/"


@pytest.fixture
def key(cast):
    return a_key(cast.pm)


def a_key(user, *, name="Sync", read_only=False, days=30):
    return actions.make_key(
        name=name, read_only=read_only, expires_at=make.NOW + timedelta(days=days), by=user, at=make.NOW
    )


def test_a_key_is_shown_once_and_kept_as_a_hash(cast, as_user):
    web = as_user(cast.pm)
    page = web.post(PAGE, {"name": "Nightly", "days": "30", "read_only": "on"})
    made = ApiKey.objects.get()
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert (made.user, made.name, made.read_only) == (cast.pm, "Nightly", True)
    assert secret.partition(".")[2] not in f"{made.id} {made.hashed_key}"
    assert secret not in web.get(PAGE).content.decode()
    assert queries.key_with(secret) == made


def test_making_and_revoking_are_on_the_audit_trail_without_the_secret(cast, key):
    made, secret = key
    actions.revoke_key(key=made, by=cast.pm, at=make.NOW)
    actions.revoke_key(key=made, by=cast.pm, at=make.NOW)
    told = list(AuditEntry.objects.order_by("pk").values_list("type", "by", "summary", "data"))
    assert [one[0] for one in told] == ["rollout.api_key.made", "rollout.api_key.revoked"]
    assert secret.partition(".")[2] not in str(told)
    assert queries.key_with(secret) is None


def test_a_name_is_given_once_so_that_sending_the_form_again_makes_no_second_key(cast, as_user, key):
    page = as_user(cast.pm).post(PAGE, {"name": "Sync", "days": "30"}).content.decode()
    assert "You have a key called “Sync”." in page
    assert ApiKey.objects.count() == 1


def test_a_revoked_name_is_free_again(cast, key):
    actions.revoke_key(key=key[0], by=cast.pm, at=make.NOW)
    assert a_key(cast.pm)[0].pk != key[0].pk


def test_somebody_in_no_rollout_gets_none(cast, as_user):
    page = as_user(cast.nobody).post(PAGE, {"name": "Sync", "days": "30"}).content.decode()
    assert "You are in no rollout" in page
    assert not ApiKey.objects.exists()


def test_twenty_are_enough(cast):
    for number in range(20):
        a_key(cast.pm, name=str(number))
    with pytest.raises(actions.TooManyKeys):
        a_key(cast.pm)


@pytest.mark.parametrize(
    "data",
    [
        {"name": "", "days": "30"},
        {"name": "x" * 51, "days": "30"},
        {"name": "a\0b", "days": "30"},
        {"name": "Sync", "days": "3650"},
        {"name": "Sync", "days": "never"},
    ],
)
def test_nonsense_makes_no_key_and_stays_typed(cast, as_user, data):
    assert as_user(cast.pm).post(PAGE, data).status_code == 200
    assert not ApiKey.objects.exists()


def test_nobody_revokes_the_key_of_another(cast, as_user, key):
    address = reverse("rollout:api-key-revoke", args=[key[0].prefix])
    assert as_user(cast.admin).post(address).status_code == 404
    assert as_user(cast.pm).post(address).status_code == 302
    assert "works no more" in as_user(cast.pm).get(PAGE).content.decode()


def test_a_name_is_text_whatever_is_in_it(cast, as_user):
    page = as_user(cast.pm).post(PAGE, {"name": "<script>alert(1)</script>", "days": "7"}).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page


def test_the_database_keeps_revoked_and_when_together(key):
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.update(revoked=True)
