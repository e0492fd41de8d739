"""The list of sites: its orders, its pages, its filters in the address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from rollout import audit
from rollout.models import StoredFile
from sites import queries
from sites.models import Enrolment, ImportRow, Inquiry, Question, Site, SiteGroup, SiteImport
from tests import factories as make
from tests.sites.list_scene import keys, list_url, some_sites

ALL = ["2", "9", "10", "A9", "A10"]


@pytest.fixture
def scene(cast):
    return cast, some_sites(cast)


def found(scene, as_user, query):
    """The numbers a query string finds."""
    cast, _ = scene
    return keys(as_user(cast.pm).get(list_url(cast, query)))


# --- Orders and pages -----------------------------------------------------------------------------------------
def test_sites_come_in_the_order_people_count(scene, as_user):
    assert found(scene, as_user, "") == ALL
    assert found(scene, as_user, "?sort=-key") == ALL[::-1]


@pytest.mark.parametrize(
    "sort",
    [
        "name",
        "-name",
        "city",
        "-city",
        "region",
        "wave",
        "-wave",
        "priority",
        "-priority",
        "known",
        "nonsense",
    ],
)
def test_every_order_shows_every_site_once(scene, as_user, sort):
    assert sorted(found(scene, as_user, f"?sort={sort}")) == sorted(ALL)


@pytest.mark.parametrize("sort", ["wave", "-wave", "priority", "-priority", "key", "-name", "-known"])
def test_pages_put_together_are_the_whole_list(cast, sort):
    waves = [make.WaveFactory(rollout=cast.rollout) for _ in range(3)]
    rows = some_sites(cast, [str(n) for n in range(1, 24)])
    for n, row in enumerate(rows):
        Enrolment.objects.filter(pk=row.pk).update(wave=(*waves, None)[n % 4], priority=1 + n % 3)
    everything = Enrolment.objects.filter(rollout=cast.rollout)
    order = queries.SitesInOrder(everything, rollout=cast.rollout, sort=sort)
    pages = [row.pk for start in range(0, 25, 4) for row in order[start : start + 4]]
    assert pages == order.ids()
    assert (len(pages), order.count()) == (23, 23)


def test_waves_come_in_their_order_and_sites_without_one_last_either_way(scene, as_user):
    cast, rows = scene
    for number, row in ((1, rows[0]), (0, rows[1])):
        wave = make.WaveFactory(rollout=cast.rollout, number=number)
        Enrolment.objects.filter(pk=row.pk).update(wave=wave)
    assert found(scene, as_user, "?sort=wave") == ["10", "2", "9", "A9", "A10"]
    assert found(scene, as_user, "?sort=-wave") == ["2", "10", "9", "A9", "A10"]


# --- Filters --------------------------------------------------------------------------------------------------
def test_the_search_wants_every_word(scene, as_user):
    _, rows = scene
    Site.objects.filter(pk=rows[0].site_id).update(city="Tacoma")
    assert found(scene, as_user, "?q=store+tacoma") == ["2"]
    assert found(scene, as_user, "?q=juneau+tacoma") == []


def test_several_waves_states_and_priorities_are_any_of_them(scene, as_user):
    cast, rows = scene
    first, second = make.WaveFactory(rollout=cast.rollout), make.WaveFactory(rollout=cast.rollout)
    Enrolment.objects.filter(pk=rows[0].pk).update(wave=first, priority=1)
    Enrolment.objects.filter(pk=rows[1].pk).update(wave=second, priority=2)
    Site.objects.filter(pk=rows[0].site_id).update(region="WA")
    assert found(scene, as_user, f"?wave={first.pk}") == ["2"]
    assert found(scene, as_user, f"?wave={first.pk}&wave={second.pk}") == ["2", "10"]
    assert found(scene, as_user, f"?wave=none&wave={first.pk}") == ["2", "9", "A9", "A10"]
    assert found(scene, as_user, "?priority=1&priority=2") == ["2", "10"]
    assert found(scene, as_user, "?region=WA&priority=2") == []
    assert len(found(scene, as_user, "?region=WA&region=AK")) == 5


def test_several_gaps_are_all_of_them(scene, as_user):
    _, rows = scene
    make.ContactFactory(site=rows[1].site)
    make.nightly_access(rows[3].site)
    nowhere = {"latitude": None, "longitude": None, "precision": "unknown"}
    Site.objects.filter(pk=rows[2].site_id).update(**nowhere, time_zone="")
    Site.objects.filter(pk=rows[0].site_id).update(precision="postal_code")
    assert found(scene, as_user, "?missing=contact") == ["2", "9", "A9", "A10"]
    assert found(scene, as_user, "?missing=contact&missing=hours") == ["2", "9", "A9"]
    assert found(scene, as_user, "?missing=coordinates") == found(scene, as_user, "?missing=zone") == ["9"]
    assert found(scene, as_user, "?missing=place") == ["2", "9"]


def test_a_region_holds_everything_below_it(scene, as_user):
    cast, rows = scene
    west = SiteGroup.objects.create(client=cast.client, kind="region", name="West", path="West")
    bay = SiteGroup.objects.create(
        client=cast.client, kind="region", name="Bay", parent=west, path="West / Bay"
    )
    cafe = SiteGroup.objects.create(client=cast.client, kind="format", name="Café", path="Café")
    Site.objects.filter(pk=rows[0].site_id).update(territory=bay, format=cafe)
    Site.objects.filter(pk=rows[1].site_id).update(territory=west)
    assert found(scene, as_user, f"?territory={west.pk}") == ["2", "10"]
    assert (
        found(scene, as_user, f"?territory={bay.pk}")
        == found(scene, as_user, f"?site_format={cafe.pk}")
        == ["2"]
    )
    assert found(scene, as_user, f"?territory={cafe.pk}") == []


@pytest.fixture
def facts(scene):
    cast, rows = scene
    for key, kind in (("ceiling", "choice"), ("rack", "yes_no"), ("height", "number")):
        attribute = make.AttributeFactory(client=cast.client, key=key, label=key.title(), kind=kind)
        value = {"ceiling": "drop", "rack": True, "height": 12}[key]
        make.AttributeValueFactory(site=rows[0].site, attribute=attribute, value=value, source="import")
        if key == "ceiling":
            make.AttributeValueFactory(site=rows[1].site, attribute=attribute, value="hard", source="pm")
            make.AttributeValueFactory(site=rows[1].site, attribute=attribute, value="drop", source="survey")
    return scene


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("fact=ceiling:unknown", ["9", "A9", "A10"]),
        ("fact=ceiling:known", ["2"]),
        ("fact=ceiling:disputed", ["10"]),
        ("fact=ceiling:stale", []),
        ("fact=ceiling:is:DROP", ["2"]),
        ("fact=ceiling:is:hard", []),
        ("fact=rack:is:Yes", ["2"]),
        ("fact=rack:is:No", []),
        ("fact=height:is:12", ["2"]),
        ("fact=ceiling:unknown&fact=rack:is:Yes", []),
        ("fact=ceiling:disputed&fact=rack:unknown", ["10"]),
        ("fact=nonsense:unknown", []),
        ("fact=height:is:tall", []),
        ("fact=ceiling:maybe", []),
        ("fact=ceiling", []),
        ("fact=city:known", ALL),
        ("fact=city:is:juneau", ALL),
        ("missing=facts", ["9", "10", "A9", "A10"]),
    ],
)
def test_sites_are_found_by_what_is_known_of_them(facts, as_user, query, expected):
    assert sorted(found(facts, as_user, f"?{query}")) == sorted(expected)


def test_sites_are_found_by_what_they_were_asked(scene, as_user):
    cast, rows = scene
    now = timezone.now()
    for row, more in ((rows[0], {}), (rows[1], {"answered_at": now}), (rows[2], {"closed_at": now})):
        Inquiry.objects.create(
            rollout=cast.rollout, site=row.site, name="Lee", asked_by=cast.pm, asked_at=now,
            expires_at=now + timedelta(days=9), **more,
        )  # fmt: skip
    assert found(scene, as_user, "?questions=waiting") == ["2"]
    assert found(scene, as_user, "?questions=answered") == ["10"]
    assert found(scene, as_user, "?questions=never") == ["A9", "A10"]


def test_sites_are_found_by_the_list_they_came_from(scene, as_user):
    cast, rows = scene
    stored = StoredFile.objects.create(
        rollout=cast.rollout, name="west.csv", media_type="text/csv", size=1, sha256="0" * 64, content="0",
        stored_at=make.NOW,
    )  # fmt: skip
    kept = {"file": stored, "state": "applied", "uploaded_by": cast.pm, "uploaded_at": make.NOW}
    mine = SiteImport.objects.create(rollout=cast.rollout, applied_at=make.NOW, **kept)
    foreign = SiteImport.objects.create(rollout=cast.other_rollout, applied_at=make.NOW, **kept)
    for one in (mine, foreign):
        ImportRow.objects.create(
            site_import=one, line=2, verdict="accepted", change="create", subject_id=rows[3].site_id
        )
    assert found(scene, as_user, f"?import={mine.key}") == ["A10"]
    assert found(scene, as_user, f"?import={foreign.key}") == []
    page = as_user(cast.pm).get(list_url(cast, f"?import={mine.key}")).content.decode()
    assert "From west.csv" in page


@pytest.mark.parametrize(
    "query",
    [
        "wave=999999", "wave=x", "wave=99999999999999999999", "region=Nowhere", "missing=zzz", "priority=x",
        "territory=1e9", "site_format=-1", "import=x", "questions=zzz", "q=zzz",
    ],
)  # fmt: skip
def test_what_does_not_exist_matches_nothing_and_can_be_taken_away(scene, as_user, query):
    cast, _ = scene
    answer = as_user(cast.pm).get(list_url(cast, f"?{query}"))
    assert (answer.status_code, keys(answer)) == (200, [])
    assert "No site matches" in answer.content.decode()


@pytest.mark.parametrize("query", ["?page=999", "?page=x", "?wave=", "?sort=%25", "?cols=,,", "?v=x"])
def test_odd_addresses_show_the_list(scene, as_user, query):
    assert len(found(scene, as_user, query)) == 5


def test_every_filter_that_is_set_is_a_chip_with_a_way_out(scene, as_user):
    cast, _ = scene
    query = "?wave=none&missing=contact&missing=hours&region=AK&page=1"
    answer = as_user(cast.pm).get(list_url(cast, query))
    chips = {chip.text: chip.without for chip in answer.context["filters"].chips}
    assert chips["No contact"] == "wave=none&missing=hours&region=AK"
    assert chips["AK"] == "wave=none&missing=contact&missing=hours"
    assert list(chips) == ["No wave yet", "AK", "No contact", "No access hours"]


def test_clearing_the_filters_keeps_columns_and_order(scene, as_user):
    cast, _ = scene
    answer = as_user(cast.pm).get(list_url(cast, "?wave=none&cols=name,wave&sort=-key&page=1&view=map"))
    assert answer.context["cleared"] == "sort=-key&cols=name%2Cwave&view=map"


def test_a_thousand_filters_are_cut(scene, as_user):
    query = "?" + "&".join(f"priority={n}" for n in range(1000))
    assert len(found(scene, as_user, query)) == 5


def test_hostile_words_are_words(scene, as_user):
    cast, _ = scene
    page = as_user(cast.pm).get(list_url(cast, "?q=<script>x&region=<b>x</b>")).content.decode()
    assert "<script>x" not in page
    assert "<b>x" not in page


def test_no_site_yet_offers_the_import(cast, as_user):
    assert "Import the client’s list" in as_user(cast.pm).get(list_url(cast)).content.decode()


def test_strangers_sites_waves_and_states_are_nowhere(scene, as_user):
    cast, _ = scene
    make.WaveFactory(rollout=cast.other_rollout, name="Hidden wave")
    make.EnrolmentFactory(
        rollout=cast.other_rollout,
        site=make.SiteFactory(client=cast.other_client, key="SECRET", region="ZZ"),
    )
    make.SiteFactory(client=cast.client, key="ELSEWHERE", region="YY")
    page = as_user(cast.pm).get(list_url(cast)).content.decode()
    assert not [word for word in ("SECRET", "Hidden wave", ">ZZ<", "ELSEWHERE", ">YY<") if word in page]


# --- Queries --------------------------------------------------------------------------------------------------
def test_a_full_page_takes_twelve_queries(cast, as_user, django_assert_max_num_queries):
    some_sites(cast, [str(n) for n in range(60)])
    make.AttributeFactory(client=cast.client)
    web = as_user(cast.pm)
    for query in (
        "",
        "?page=2",
        "?sort=wave",
        "?sort=-priority",
        "?sort=name",
        "?wave=none&region=AK",
        "?q=store",
    ):
        with django_assert_max_num_queries(12):
            answer = web.get(list_url(cast, query))
        assert len(keys(answer)) in (50, 10)


def test_every_filter_at_once_takes_no_more_queries(facts, as_user, django_assert_max_num_queries):
    cast, _ = facts
    query = (
        "?q=store&wave=none&region=AK&priority=5&missing=contact&missing=facts&missing=place&questions=never"
    )
    query += "&fact=ceiling:unknown&fact=rack:unknown&fact=height:is:12&territory=1&site_format=2"
    web = as_user(cast.pm)
    with django_assert_max_num_queries(12):
        assert web.get(list_url(cast, query)).status_code == 200


def test_all_matching_for_a_bulk_change_reads_no_choices(scene, rf, django_assert_max_num_queries):
    from sites.views.sites import filtered

    cast, _ = scene
    request = rf.get("/", {"wave": "none", "region": "AK"})
    cast.pm.loaded_memberships  # noqa: B018 - read before counting, as on any page
    with django_assert_max_num_queries(1):
        assert len(list(filtered(request, cast.rollout, cast.pm).qs.values_list("pk"))) == 5


def test_questions_that_wait_are_counted_in_their_column(scene, as_user):
    cast, rows = scene
    now = timezone.now()
    asked = Inquiry.objects.create(
        rollout=cast.rollout, site=rows[0].site, name="Lee", asked_by=cast.pm, asked_at=now,
        expires_at=now + timedelta(days=9),
    )  # fmt: skip
    for key, answered in (("a", None), ("b", None), ("c", now)):
        attribute = make.AttributeFactory(client=cast.client, key=key, label=key)
        Question.objects.create(inquiry=asked, attribute=attribute, answered_at=answered)
    answer = as_user(cast.pm).get(list_url(cast, "?cols=questions"))
    waiting = {row.site.key: row.waiting for row in answer.context["page_obj"]}
    assert waiting == {"2": 2, "9": 0, "10": 0, "A9": 0, "A10": 0}


def test_the_last_change_is_this_rollouts_newest(scene, as_user):
    cast, rows = scene
    for minutes, summary, rollout in (
        (1, "Street changed", cast.rollout),
        (5, "Name changed", cast.rollout),
        (9, "Seen elsewhere", cast.other_rollout),
    ):
        audit.record(
            "sites.site.changed", subject=rows[0].site, rollout=rollout, by=cast.pm,
            at=make.NOW + timedelta(minutes=minutes), summary=summary,
        )  # fmt: skip
    answer = as_user(cast.pm).get(list_url(cast, "?cols=changed"))
    changed = {row.site.key: row.changed for row in answer.context["page_obj"]}
    assert changed["2"].summary == "Name changed"
    assert changed["9"] is None
