"""Every site gets a work order with a number of its own, whatever the client calls its sites."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import factories as make
from workorders.actions import orders as actions


def numbers(cast, *keys, rollout=None):
    rollout = rollout or cast.rollout
    for key in keys:
        make.EnrolmentFactory(rollout=rollout, site__key=key)
    made = actions.create_work_orders(rollout=rollout, by=cast.pm, at=make.NOW)
    return sorted(order.number for order in made)


def test_a_number_says_rollout_and_site(cast):
    assert numbers(cast, "0042") == ["GUEST-WIFI-0042"]


def test_making_them_again_makes_none(cast):
    numbers(cast, "0042")
    assert numbers(cast) == []


def test_sites_whose_numbers_read_alike_get_different_ones(cast):
    assert numbers(cast, "12-7", "12/7", "12 7") == [
        "GUEST-WIFI-12-7",
        "GUEST-WIFI-12-7-2",
        "GUEST-WIFI-12-7-3",
    ]
    assert numbers(cast, "a1", "A1") == ["GUEST-WIFI-A1", "GUEST-WIFI-A1-2"]


def test_numbers_longer_than_there_is_room_stay_apart(cast):
    made = numbers(cast, "x" * 58 + "1", "x" * 58 + "2")
    assert len(set(made)) == 2
    assert max(map(len, made)) <= 60


def test_two_rollouts_that_begin_alike_stay_apart(cast):
    other = make.RolloutFactory(client=cast.client, pm=cast.pm, code="guest-wifi-x")
    assert numbers(cast, "x-1") == ["GUEST-WIFI-X-1"]
    assert numbers(cast, "1", rollout=other) == ["GUEST-WIFI-X-1-2"]


@pytest.mark.parametrize("key", ["12.5", "ä ö", "a?b#c", "50%"])
def test_whatever_the_number_its_page_and_its_entry_in_the_api_open(cast, as_user, key):
    (number,) = numbers(cast, key)
    client = as_user(cast.pm)
    rows = client.get("/api/work-orders/").json()["results"]
    assert [row["number"] for row in rows] == [number]
    assert client.get(reverse("workorders:detail", args=[number])).status_code == 200
    assert client.get(reverse("api-work-order-detail", args=[number])).json()["number"] == number
