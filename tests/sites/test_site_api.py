"""Sites over the API: whose, with what, at what cost."""

from __future__ import annotations

import pytest

from sites import actions
from tests import factories as make


@pytest.fixture
def scene(cast):
    rows = [make.EnrolmentFactory(rollout=cast.rollout) for _ in range(3)]
    attribute = make.AttributeFactory(client=cast.client)
    actions.state_fact(
        site=rows[0].site, attribute=attribute, value="drop", rollout=cast.rollout, by=cast.pm, at=make.NOW
    )
    make.ContactFactory(site=rows[0].site)
    make.EnrolmentFactory(rollout=cast.other_rollout)
    return cast, rows


def test_a_team_reads_its_sites_with_contacts_facts_and_places(scene, as_user):
    cast, rows = scene
    found = as_user(cast.pm).get("/api/sites/").json()
    assert found["count"] == 3
    site = next(one for one in found["results"] if one["id"] == rows[0].site_id)
    assert site["facts"]["ceiling"] == {
        "state": "known",
        "value": "drop",
        "unit": "",
        "source": "pm",
        "observed_on": "2026-11-20",
    }
    assert site["contacts"][0]["name"] == "Store manager"
    assert site["enrolments"] == [{"rollout": "guest-wifi", "wave": None, "priority": 5}]


def test_a_page_costs_as_many_queries_for_three_as_for_thirty(scene, as_user, django_assert_max_num_queries):
    cast, _ = scene
    for _ in range(27):
        make.EnrolmentFactory(rollout=cast.rollout)
    web = as_user(cast.pm)
    with django_assert_max_num_queries(13):
        assert web.get("/api/sites/").json()["count"] == 30


def test_one_site_says_what_is_unknown(scene, as_user):
    cast, rows = scene
    found = as_user(cast.pm).get(f"/api/sites/{rows[1].site_id}/").json()
    assert (found["facts"]["ceiling"]["state"], found["facts"]["ceiling"]["value"]) == ("unknown", None)


@pytest.mark.parametrize(
    ("query", "count"), [("?rollout=guest-wifi", 3), ("?rollout=new-tills", 0), ("?client=harbor", 0)]
)
def test_filters_never_reach_beyond_what_one_may_see(scene, as_user, query, count):
    cast, _ = scene
    assert as_user(cast.pm).get(f"/api/sites/{query}").json()["count"] == count


def test_places_in_rollouts_of_others_are_not_told(scene, as_user):
    cast, rows = scene
    make.EnrolmentFactory(rollout=make.RolloutFactory(client=cast.client, code="secret"), site=rows[0].site)
    page = as_user(cast.pm).get(f"/api/sites/{rows[0].site_id}/").content.decode()
    assert "secret" not in page


@pytest.mark.parametrize(
    "role", ["client_viewer", "technician", "provider_manager", "stranger_viewer", "nobody"]
)
def test_others_read_nothing(scene, as_user, role):
    cast, _ = scene
    assert as_user(getattr(cast, role)).get("/api/sites/").json()["count"] == 0


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written_here(scene, as_user, method):
    cast, rows = scene
    answer = getattr(as_user(cast.pm), method)(f"/api/sites/{rows[0].site_id}/")
    assert answer.status_code == 405
