"""Lists of work orders and packets read as people read, and their numbers add up."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import factories as make
from workorders.models import Packet, WorkOrder
from workorders.queries import packets as queries

WAITS = [{"attribute": "ceiling", "label": "Ceiling"}]


def order(cast, key, **fields) -> WorkOrder:
    return make.WorkOrderFactory(enrolment__rollout=cast.rollout, enrolment__site__key=key, **fields)


@pytest.fixture
def orders(cast):
    return {key: order(cast, key) for key in ("10", "1019", "9", "105")}


def keys(found) -> list[str]:
    return [one.enrolment.site.key for one in found]


@pytest.mark.parametrize(("sort", "expected"), [
    ("", ["9", "10", "105", "1019"]),
    ("number", ["9", "10", "105", "1019"]),
    ("-number", ["1019", "105", "10", "9"]),
])  # fmt: skip
def test_work_orders_are_sorted_as_people_count(cast, orders, as_user, sort, expected):
    page = as_user(cast.pm).get(reverse("workorders:list", args=[cast.rollout.code]), {"sort": sort})
    assert keys(page.context["page"].object_list) == expected


def test_packets_are_sorted_as_people_count(cast, orders):
    assert keys(queries.rows(cast.rollout, {})) == ["9", "10", "105", "1019"]


@pytest.mark.parametrize(("facts", "expected"), [
    ("", ["9", "10", "11"]), ("true", ["11"]), ("false", ["9", "10"]), ("nonsense", ["9", "10", "11"]),
])  # fmt: skip
def test_work_orders_that_wait_for_facts_are_found(cast, as_user, facts, expected):
    for key in ("9", "10"):
        order(cast, key)
    order(cast, "11", missing_facts=WAITS)
    page = as_user(cast.pm).get(reverse("workorders:list", args=[cast.rollout.code]), {"blocked": facts})
    assert keys(page.context["page"].object_list) == expected
    assert "Unknown" not in str(page.context["filters"].form["blocked"])


def compiled(one: WorkOrder, revision, digit: str, **fields):
    return Packet.objects.create(
        work_order=one,
        revision=revision,
        hash=digit * 64,
        content={},
        words=1,
        work_minutes=1,
        compiled_at=make.NOW,
        **fields,
    )


def test_the_numbers_of_packets_add_up(cast, orders):
    rollout = cast.rollout
    revision = make.PlanRevisionFactory(rollout=rollout)
    order(cast, "7", missing_facts=WAITS)
    compiled(orders["9"], revision, "a")
    compiled(orders["10"], revision, "b", superseded_at=make.NOW)
    counted = queries.summary(rollout, None)
    assert (counted.orders, counted.waiting, counted.blocked, counted.uncompiled) == (5, 1, 1, 3)
    assert keys(queries.rows(rollout, {"show": "new"})) == ["10", "105", "1019"]
