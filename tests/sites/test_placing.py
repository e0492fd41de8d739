"""Placing sites by hand: which are to be placed, what is read as a place, what follows, and taking it back."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rollout.models import AuditEntry
from sites.actions import placing
from sites.place_text import NoPlace, read_place
from tests import factories as make


def nowhere(cast, key, **more):
    site = make.SiteFactory(
        client=cast.client,
        key=key,
        **{"latitude": None, "longitude": None, "precision": "unknown", "time_zone": "", **more},
    )
    make.EnrolmentFactory(rollout=cast.rollout, site=site)
    return site


def rough(cast, key, **more):
    place = {
        "latitude": 47.5,
        "longitude": -122.3,
        "precision": "postal_code",
        "time_zone": "America/Los_Angeles",
    }
    return nowhere(cast, key, **{**place, **more})


def place(cast, site, latitude=47.61, longitude=-122.33):
    return placing.place_site(
        site=site, latitude=latitude, longitude=longitude, rollout=cast.rollout, by=cast.pm, at=make.NOW
    )


def url(cast, query=""):
    return reverse("sites:placing", args=[cast.rollout.code]) + query


@pytest.fixture
def web(cast, as_user):
    return as_user(cast.pf)


def test_a_placed_site_has_its_place_its_precision_and_its_zone(cast):
    site = nowhere(cast, "1")
    place(cast, site)
    site.refresh_from_db()
    assert (site.latitude, site.longitude, site.precision) == (47.61, -122.33, "by_hand")
    assert site.time_zone == "America/Los_Angeles"
    entry = AuditEntry.objects.get(type="sites.site.placed")
    assert (entry.by, entry.summary) == (cast.pm, "Placed by hand at 47.61, -122.33")


def test_the_zone_that_followed_from_the_old_place_follows_the_new_one(cast):
    site = rough(cast, "1")
    place(cast, site, 39.74, -104.99)
    site.refresh_from_db()
    assert site.time_zone == "America/Denver"


def test_a_zone_somebody_gave_stays_and_is_told(cast):
    site = nowhere(cast, "1", time_zone="America/New_York")
    placed = place(cast, site)
    site.refresh_from_db()
    assert site.time_zone == "America/New_York"
    assert "stays America/New_York" in placed.doubt


@pytest.mark.parametrize(
    ("at", "words"), [((48.85, 2.35), "does not lie in United States"), ((47.61, -122.33), "")]
)
def test_a_place_in_another_country_is_told(cast, at, words):
    doubt = place(cast, nowhere(cast, "1", country="US"), *at).doubt
    assert words in doubt
    assert bool(doubt) == bool(words)


def test_undo_puts_back_exactly_what_was(cast):
    site = rough(cast, "1")
    placed = place(cast, site, 39.74, -104.99)
    placing.undo_place(rollout=cast.rollout, bulk_id=placed.bulk_id, by=cast.pm, at=make.NOW)
    site.refresh_from_db()
    assert (site.latitude, site.precision, site.time_zone) == (47.5, "postal_code", "America/Los_Angeles")


def test_undo_leaves_alone_what_was_moved_since(cast):
    site = nowhere(cast, "1")
    first = place(cast, site)
    place(cast, site, 47.7, -122.4)
    with pytest.raises(placing.PlaceGone, match="changed since"):
        placing.undo_place(rollout=cast.rollout, bulk_id=first.bulk_id, by=cast.pm, at=make.NOW)


def test_undo_of_another_rollout_finds_nothing(cast):
    placed = place(cast, nowhere(cast, "1"))
    with pytest.raises(placing.PlaceGone, match="nothing to undo"):
        placing.undo_place(rollout=cast.other_rollout, bulk_id=placed.bulk_id, by=cast.pm, at=make.NOW)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("47.61, -122.33", (47.61, -122.33)),
        ("47,61; -122,33", (47.61, -122.33)),
        ("  47.61 -122.33 ", (47.61, -122.33)),
        ("47°36'36\"N, 122°19'48\"W", (47.61, -122.33)),
        ("https://www.google.com/maps/@47.61,-122.33,15z", (47.61, -122.33)),
        (
            "https://www.google.com/maps/place/Pike/@47.6,-122.3,17z/data=!3m1!3d47.61!4d-122.33",
            (47.61, -122.33),
        ),
        ("https://maps.google.com/?q=47.61%2C-122.33", (47.61, -122.33)),
        ("https://www.openstreetmap.org/?mlat=47.61&mlon=-122.33#map=17/47.0/-122.0", (47.61, -122.33)),
        ("https://www.openstreetmap.org/#map=17/47.61/-122.33", (47.61, -122.33)),
        ("https://maps.apple.com/?ll=47.61,-122.33&z=12", (47.61, -122.33)),
        ("https://www.bing.com/maps?cp=47.61~-122.33&lvl=15", (47.61, -122.33)),
        ("geo:47.61,-122.33?z=18", (47.61, -122.33)),
        ("POINT (-122.33 47.61)", (47.61, -122.33)),
    ],
)
def test_a_place_is_read_however_it_was_copied(text, place):
    assert read_place(text) == pytest.approx(place)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Choose a point on the map"),
        ("Seattle", "Write latitude and longitude"),
        ("47.61", "Write latitude and longitude"),
        ("-122.33, 47.61", "Did you mean 47.61, -122.33?"),
        ("91, 181", "from -90 to 90"),
        ("0, 0", "off Africa"),
        ("https://maps.app.goo.gl/abc", "no coordinates in this address"),
        ("nan, nan", "Write latitude"),
        ("<script>1, 2</script>", "Write latitude"),
    ],
)
def test_what_is_no_place_is_refused_with_what_to_write(text, words):
    with pytest.raises(NoPlace, match=words.replace("?", r"\?")):
        read_place(text)


def test_the_page_lists_what_has_no_place_in_the_order_of_people(cast, web):
    for key in ("10", "9"):
        nowhere(cast, key)
    rough(cast, "8")
    make.EnrolmentFactory(rollout=cast.rollout)
    page = web.get(url(cast))
    assert [site.key for site in page.context["page_obj"]] == ["9", "10"]
    assert page.context["site"].key == "9"
    assert [site.key for site in web.get(url(cast, "?show=rough")).context["page_obj"]] == ["8"]


def test_placing_goes_on_to_the_next_with_an_undo(cast, web):
    for key in ("1", "2", "3"):
        nowhere(cast, key)
    answer = web.post(url(cast, "?site=2"), {"place": "47.61, -122.33"}, follow=True)
    assert answer.context["site"].key == "3"
    assert "2 · Store 2 is placed." in answer.content.decode()
    undo = AuditEntry.objects.get(type="sites.site.placed").bulk_id
    answer = web.post(reverse("sites:place-undo", args=[cast.rollout.code, undo]), follow=True)
    assert "is back where it was" in answer.content.decode()
    assert answer.context["site"].key == "2"


def test_the_last_one_placed_says_that_nothing_is_left(cast, web):
    nowhere(cast, "1")
    answer = web.post(url(cast, "?site=1"), {"place": "47.61, -122.33"}, follow=True)
    assert "Every site has a place" in answer.content.decode()


def test_what_was_typed_stays_with_the_reason(cast, web):
    nowhere(cast, "1")
    answer = web.post(url(cast, "?site=1"), {"place": "Pike Place, Seattle"})
    assert "Write latitude and longitude" in answer.content.decode()
    assert 'value="Pike Place, Seattle"' in answer.content.decode()


def test_sites_of_the_same_city_show_the_way(cast, web):
    nowhere(cast, "1", city="Tacoma", region="WA")
    near = make.SiteFactory(client=cast.client, key="T", city="tacoma", region="WA")
    make.EnrolmentFactory(rollout=cast.rollout, site=near)
    make.EnrolmentFactory(rollout=cast.rollout)
    points = web.get(url(cast)).context["points"]["points"]
    assert [one["label"] for one in points] == [str(near)]


@pytest.mark.parametrize("query", ["?site=nothing", "?site=OTHER"])
def test_a_site_that_is_not_there_or_of_another_client_is_not_found(cast, web, query):
    make.SiteFactory(client=cast.other_client, key="OTHER")
    assert web.get(url(cast, query)).status_code == 404


def test_the_page_costs_the_same_however_many_are_left(cast, web, django_assert_max_num_queries):
    for n in range(60):
        nowhere(cast, str(n))
    with django_assert_max_num_queries(16):
        assert web.get(url(cast, "?page=2&q=Store")).status_code == 200
