"""The map of sites: clusters counted by the database, points where few, filtered like the list."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from sites.models import Enrolment, Site
from sites.queries import map as maps
from tests import factories as make


@pytest.fixture
def few(monkeypatch):
    """Three points are many."""
    monkeypatch.setattr(maps, "FEW", 2)


def place(cast, lat, lon, **more):
    site = {"client": cast.client, "latitude": lat, "longitude": lon, "city": more.pop("city", "Seattle")}
    if lat is None:
        site["precision"] = "unknown"
    return make.EnrolmentFactory(rollout=cast.rollout, site=make.SiteFactory(**site), **more)


def drawn(cast, **more):
    rows = Enrolment.objects.filter(rollout=cast.rollout)
    return maps.map_of(cast.rollout, rows, attributes=more.pop("attributes", 0), **more)


def get(web, cast, query=""):
    return json.loads(web.get(reverse("sites:map", args=[cast.rollout.code]) + query).content)


def test_few_sites_are_points_with_their_wave(cast, as_user):
    wave = make.WaveFactory(rollout=cast.rollout, number=1, name="West")
    row = place(cast, 47.6, -122.3, wave=wave)
    data = get(as_user(cast.pm), cast)
    assert data["whole"] is True
    assert data["points"][0] | {"label": ""} == {
        "lat": 47.6,
        "lon": -122.3,
        "label": "",
        "state": str(wave.pk),
        "url": reverse("sites:detail", args=[cast.rollout.code, row.site.key]),
        "hint": "Seattle, AK",
    }
    assert data["looks"] == [{"state": str(wave.pk), "label": str(wave), "tone": "info", "count": 1}]


def test_many_are_clusters_with_count_kinds_edges_and_town(cast, few):
    wave = make.WaveFactory(rollout=cast.rollout, number=1)
    place(cast, 47.60, -122.30, wave=wave)
    place(cast, 47.70, -122.20)
    place(cast, 47.65, -122.25)
    place(cast, 25.8, -80.2, city="Miami")
    seen = drawn(cast)
    (cluster,) = seen.clusters
    assert (cluster.count, cluster.states, cluster.town) == (3, {str(wave.pk): 1, "None": 2}, "Seattle")
    assert cluster.box == maps.Box(-122.30, 47.60, -122.20, 47.70)
    assert cluster.latitude == pytest.approx(47.65)
    assert [point["city"] for point in seen.points] == ["Miami"]


def test_every_site_is_counted_once_whatever_the_zoom(cast, few):
    for n in range(40):
        place(cast, 25 + n * 0.6, -120 + n * 1.1)
    for zoom in (0, 3, 7, 12, 22):
        seen = drawn(cast, zoom=zoom)
        assert sum(cluster.count for cluster in seen.clusters) + len(seen.points) == 40
        assert sum(look.count for look in seen.looks) == 40


def test_sites_close_together_are_told_apart_when_seen_near(cast, few):
    for n in range(6):
        place(cast, 47.60 + n * 0.001, -122.30 + n * 0.002)
    seen = drawn(cast)
    assert len(seen.clusters) + len(seen.points) == 6


def test_a_part_of_the_map_holds_what_is_in_it_alone(cast, few):
    place(cast, 47.6, -122.3)
    place(cast, 47.7, -122.2)
    place(cast, 25.8, -80.2, city="Miami")
    seen = drawn(cast, box=maps.Box(-81, 25, -80, 26))
    assert [point["city"] for point in seen.points] == ["Miami"]
    assert seen.clusters == ()


def test_sites_without_a_place_are_counted_apart(cast, as_user):
    place(cast, 47.6, -122.3)
    place(cast, None, None)
    data = get(as_user(cast.pm), cast)
    assert (data["total"], data["nowhere"], len(data["points"])) == (2, 1, 1)


def test_no_site_and_no_place_are_no_error(cast):
    assert drawn(cast).total == 0
    place(cast, None, None)
    seen = drawn(cast)
    assert (seen.total, seen.nowhere, seen.extent, seen.points) == (1, 1, None, ())


def test_colours_can_stand_for_what_is_missing(cast):
    complete, unknown, bare = (place(cast, 47.6, -122.3) for _ in range(3))
    attribute = make.AttributeFactory(client=cast.client)
    for row in (complete, unknown):
        make.ContactFactory(site=row.site)
        make.nightly_access(row.site)
    attribute.values.create(
        site=complete.site, value="drop", source="pm", observed_on=make.NOW.date(), recorded_at=make.NOW
    )
    seen = drawn(cast, by="gaps", attributes=1)
    kinds = {point["key"]: point["state"] for point in seen.points}
    labels = {str(n): label for n, (label, _) in enumerate(maps._GAPS)}
    assert [labels[kinds[row.site.key]] for row in (complete, unknown, bare)] == [
        "Complete",
        "Facts unknown",
        "No contact or no hours",
    ]


def test_the_map_obeys_the_filters_of_the_list(cast, as_user):
    place(cast, 47.6, -122.3, priority=1)
    place(cast, 47.7, -122.2, priority=2)
    assert get(as_user(cast.pm), cast, "?priority=1")["total"] == 1


@pytest.mark.parametrize(
    "query",
    ["?bbox=x", "?bbox=1,2,3", "?bbox=nan,0,1,1", "?bbox=5,5,1,1", "?zoom=-1", "?zoom=1e9", "?by=secret"],
)
def test_nonsense_in_the_address_is_left_out(cast, as_user, query):
    place(cast, 47.6, -122.3)
    data = get(as_user(cast.pm), cast, query)
    assert (data["total"], data["by"]) == (1, "wave")


def test_zoom_cannot_ask_for_more_cells_than_fit_a_screen(cast, few):
    Site.objects.filter(pk=place(cast, 47.6, -122.3).site_id).update(latitude=-89, longitude=-179)
    place(cast, 89, 179)
    for n in range(60):
        place(cast, 10 + n * 0.001, 10 + n * 0.001)
    assert len(drawn(cast, zoom=22).clusters) == 1


@pytest.mark.parametrize("many", [3, 60])
@pytest.mark.parametrize("by", ["wave", "gaps"])
def test_the_number_of_queries_does_not_grow(cast, few, django_assert_max_num_queries, many, by):
    for n in range(many):
        place(cast, 30 + n * 0.1, -100 + n * 0.1)
    with django_assert_max_num_queries(4):
        drawn(cast, by=by, attributes=2)
    with django_assert_max_num_queries(2):
        drawn(cast, by=by, attributes=2, box=maps.Box(-101, 29, -99, 31))


def test_other_rollouts_are_not_on_the_map(cast, as_user):
    place(cast, 47.6, -122.3)
    make.EnrolmentFactory(rollout=cast.other_rollout)
    assert get(as_user(cast.pm), cast)["total"] == 1
