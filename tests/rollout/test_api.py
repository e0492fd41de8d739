"""The API shows what one may see, in pages, and writes nothing."""

from __future__ import annotations

import pytest
from django.utils import timezone

from rollout.models import Job
from tests import factories as make

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
