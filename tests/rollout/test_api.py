"""The API of the base: what one may see, in pages, with keys, and every refusal in one shape."""

from __future__ import annotations

import os
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from rollout import actions, jobs
from rollout.models import ApiKey, Job, SavedView
from tests import factories as make
from tests.html import Page

LISTS = ("rollouts", "jobs", "work-orders", "packets")


@pytest.fixture
def orders(cast):
    mine = make.WorkOrderFactory(enrolment__rollout=cast.rollout)
    other = make.WorkOrderFactory(enrolment__rollout=cast.other_rollout)
    for order in (mine, other):
        make.a_packet(order, pdf=False)
        job = {"kind": "k", "title": order.number, "by": order.rollout.pm, "created_at": timezone.now()}
        Job.objects.create(rollout=order.rollout, **job)
    return mine, other


def test_each_list_shows_a_team_its_own(cast, orders, as_user):
    client = as_user(cast.pm)
    seen = {name: client.get(f"/api/{name}/").json()["results"] for name in LISTS}
    assert {name: len(rows) for name, rows in seen.items()} == dict.fromkeys(LISTS, 1)
    assert seen["rollouts"][0]["code"] == "guest-wifi"
    assert seen["work-orders"][0]["number"] == seen["packets"][0]["work_order"] == orders[0].number


@pytest.mark.parametrize(("who", "rollouts"), [("client_viewer", 1), ("technician", 0), ("nobody", 0)])
def test_others_see_no_working_data(cast, orders, as_user, who, rollouts):
    client = as_user(getattr(cast, who))
    counts = {name: client.get(f"/api/{name}/").json()["count"] for name in LISTS}
    assert counts == {"rollouts": rollouts, "jobs": 0, "work-orders": 0, "packets": 0}


@pytest.mark.parametrize("name", LISTS)
def test_strangers_are_turned_away(client, db, name):
    assert client.get(f"/api/{name}/").status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written(cast, orders, as_user, method):
    assert getattr(as_user(cast.admin), method)("/api/work-orders/").status_code == 405


def test_lists_narrow_and_nonsense_finds_nothing(cast, orders, as_user):
    client = as_user(cast.admin)
    assert client.get("/api/work-orders/").json()["count"] == 2
    assert client.get("/api/work-orders/?rollout=guest-wifi&state=planned").json()["count"] == 1
    assert client.get("/api/work-orders/?state=flying").json()["count"] == 0
    assert client.get("/api/work-orders/?state=%00").status_code == 400


def test_pages_are_bounded(cast, as_user):
    for _ in range(3):
        make.WorkOrderFactory(enrolment__rollout=cast.rollout)
    client = as_user(cast.pm)
    first = client.get("/api/work-orders/?page_size=2").json()
    assert (first["count"], len(first["results"]), bool(first["next"])) == (3, 2, True)
    assert client.get("/api/work-orders/?page=99").status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_more_rows_ask_no_more_questions(cast, as_user, orders, name, django_assert_max_num_queries):
    for _ in range(4):
        order = make.WorkOrderFactory(enrolment__rollout=cast.rollout)
        make.a_packet(order, pdf=False)
    client = as_user(cast.pm)
    with django_assert_max_num_queries(7):
        assert client.get(f"/api/{name}/").status_code == 200


def test_the_schema_names_every_list(cast, as_user):
    schema = as_user(cast.nobody).get("/api/schema/?format=json").json()
    assert {f"/api/{name}/" for name in LISTS} <= schema["paths"].keys()


def test_the_items_of_a_page_of_jobs_are_counted_at_once(cast, as_user, django_assert_max_num_queries):
    for number in range(20):
        job = jobs.start(
            "workorders.packets.render",
            title=f"Render {number}",
            rollout=cast.rollout,
            by=cast.pm,
            at=timezone.now(),
            items=[(1, "one"), (2, "two")],
        )
    close = job.items.first()
    jobs.close_item(close, error="No paper")
    client = as_user(cast.pm)
    with django_assert_max_num_queries(6):
        found = client.get("/api/jobs/").json()["results"]
    by_title = {one["title"]: one["counts"] for one in found}
    assert by_title["Render 19"] == {"total": 2, "done": 0, "failed": 1, "cancelled": 0}
    assert by_title["Render 3"]["total"] == 2


def test_waves_are_listed_with_their_sites(cast, as_user):
    wave = make.WaveFactory(rollout=cast.rollout, number=0, name="Pilot")
    make.EnrolmentFactory(rollout=cast.rollout, wave=wave)
    found = as_user(cast.pm).get("/api/rollouts/guest-wifi/waves/").json()["results"]
    assert [(one["number"], one["name"], one["sites"]) for one in found] == [(0, "Pilot", 1)]


def test_saved_views_are_ones_own_and_the_teams(cast, as_user):
    for user, name, shared in ((cast.pm, "Mine", False), (cast.pf, "Ours", True), (cast.pf, "Theirs", False)):
        SavedView.objects.create(
            rollout=cast.rollout, user=user, page="sites:list", name=name, shared=shared, created_at=make.NOW
        )
    client = as_user(cast.pm)
    names = [one["name"] for one in client.get("/api/rollouts/guest-wifi/views/").json()["results"]]
    assert names == ["Mine", "Ours"]
    assert client.get("/api/rollouts/guest-wifi/views/?for=jobs").json()["count"] == 0
    assert client.get("/api/rollouts/new-tills/views/").status_code == 404


def test_a_misspelt_filter_is_refused_by_name(cast, as_user):
    answer = as_user(cast.pm).get("/api/rollouts/guest-wifi/waves/?pagesize=3")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "pagesize"


# --- Keys -----------------------------------------------------------------------------------------------------
@pytest.fixture
def with_key(client):
    """Return a function that sends a request with a key of somebody's."""

    def send(user, path, *, method="get", read_only=False, days=30, **kwargs):
        _, secret = actions.make_key(
            name=f"{ApiKey.objects.count()}",
            read_only=read_only,
            expires_at=timezone.now() + timedelta(days=days),
            by=user,
            at=make.NOW,
        )
        return getattr(client, method)(path, HTTP_AUTHORIZATION=f"Api-Key {secret}", **kwargs)

    return send


def test_a_key_sees_what_its_person_sees(cast, orders, with_key):
    assert [one["code"] for one in with_key(cast.pm, "/api/rollouts/").json()["results"]] == ["guest-wifi"]
    assert with_key(cast.client_viewer, "/api/work-orders/").json()["count"] == 0
    assert with_key(cast.stranger_pm, "/api/rollouts/guest-wifi/").status_code == 404


def test_the_use_of_a_key_is_noted_once_a_minute(cast, with_key, django_assert_num_queries, client):
    assert with_key(cast.pm, "/api/").status_code == 200
    key = ApiKey.objects.get()
    assert key.last_used_at is not None
    _, secret = actions.make_key(
        name="Two", read_only=True, expires_at=make.NOW + timedelta(days=9999), by=cast.pm, at=make.NOW
    )
    client.get("/api/", HTTP_AUTHORIZATION=f"Api-Key {secret}")
    with django_assert_num_queries(1):
        client.get("/api/", HTTP_AUTHORIZATION=f"Api-Key {secret}")


@pytest.mark.parametrize(
    "header",
    [
        "Api-Key nonsense",
        "Api-Key ",
        "Api-Key AAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "Api-Key AAAAAAAA.AAAAAAAA\0AAAAAAAAAAAAAAAAAAAAAAA",
        "Api-Key " + "A" * 100_000,
    ],
)
def test_what_is_no_key_is_turned_away_with_a_sentence(client, db, header):
    answer = client.get("/api/rollouts/", HTTP_AUTHORIZATION=header)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Api-Key")
    assert answer.json()["errors"][0]["code"] == "key_unknown"


def test_a_wrong_secret_behind_a_right_beginning_is_no_key(cast, client):
    made, _ = actions.make_key(
        name="Sync", read_only=True, expires_at=make.NOW + timedelta(days=9999), by=cast.pm, at=make.NOW
    )
    answer = client.get("/api/", HTTP_AUTHORIZATION=f"Api-Key {made.prefix}.{'A' * 32}")
    assert answer.status_code == 401


def test_expired_revoked_and_closed_keys_come_in_no_more(cast, with_key, client):
    assert with_key(cast.pm, "/api/", days=-1).json()["errors"][0]["code"] == "key_expired"
    made, secret = actions.make_key(
        name="Sync", read_only=True, expires_at=timezone.now() + timedelta(days=1), by=cast.pf, at=make.NOW
    )
    cast.pf.is_active = False
    cast.pf.save()
    header = f"Api-Key {secret}"
    answer = client.get("/api/", HTTP_AUTHORIZATION=header)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "account_closed")
    actions.revoke_key(key=made, by=cast.pf, at=timezone.now())
    assert client.get("/api/", HTTP_AUTHORIZATION=header).json()["errors"][0]["code"] == "key_unknown"


def test_a_key_opens_no_page_and_makes_no_other_key(cast, with_key):
    assert with_key(cast.pm, "/account/keys/").status_code == 302
    assert with_key(cast.pm, "/r/guest-wifi/").status_code == 302


def test_too_many_requests_are_told_when_to_come_again(cast, as_user, settings):
    settings.API_RATE = "2/h"
    client = as_user(cast.pm)
    assert [client.get("/api/").status_code for _ in range(3)] == [200, 200, 429]
    answer = client.get("/api/")
    assert int(answer["Retry-After"]) > 0
    assert answer.json()["errors"][0]["sentence"].startswith("Too many requests. Try again in ")


def test_without_the_cache_nobody_is_turned_away(cast, as_user, settings):
    client = as_user(cast.pm)
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}
    assert client.get("/api/").status_code == 200


# --- Refusals -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/nothing/", 404),
        ("get", "/api/rollouts/%00/", 400),
        ("get", "/api/rollouts/?page=%00", 400),
        ("post", "/api/rollouts", 404),
        ("delete", "/api/rollouts/", 405),
        ("get", "/api/rollouts/?page=99", 404),
    ],
)
def test_every_refusal_is_in_one_shape(cast, as_user, method, path, status):
    answer = getattr(as_user(cast.pm), method)(path)
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/json")
    for one in answer.json()["errors"]:
        assert one.keys() == {"field", "sentence", "code"}
        assert one["sentence"]


def test_our_own_failure_is_told_without_its_traceback(cast, as_user, monkeypatch):
    client = as_user(cast.pm)
    client.raise_request_exception = False
    monkeypatch.setattr("rollout.queries.visible_jobs", lambda user: 1 / 0)
    answer = client.get("/api/jobs/")
    assert answer.status_code == 500
    assert answer.json()["errors"][0]["code"] == "failed_here"
    assert b"ZeroDivisionError" not in answer.content


# --- The description ------------------------------------------------------------------------------------------
def test_the_description_is_valid_and_complete():
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)


def test_the_page_about_the_api_asks_nobody_else(cast, as_user):
    client = as_user(cast.pm)
    page = client.get("/api/docs/").content.decode()
    assert Page(page).judged() == []
    assert not re.search(r'(src|href)="https?:', page)
    script = client.get("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in script.content
