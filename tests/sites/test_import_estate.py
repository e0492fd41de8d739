"""What an import of sites brings besides the cells: groups, hours, places of postal codes, confirmed facts."""

from __future__ import annotations

from datetime import date, time

import pytest

from rollout.models import AuditEntry
from sites import actions, queries
from sites.actions.import_bulk import as_json, copy_in, next_ids
from sites.models import AccessWindow, AttributeValue, Contact, ImportRow, Site, SiteGroup
from tests import factories as make
from tests.sites.import_scene import apply, check, undo, upload

PLACELESS = (
    "store,name,street,city,state,zip\n1,Alpha,1 Main St,Seattle,WA,98101\n2,Beta,2 Main St,Bern,,3000\n"
)
HOURLY = "store,name,hours\n1,Alpha,Mon-Fri 9am-5pm\n2,Beta,by appointment\n3,Gamma,closed\n"
GROUPED = "store,name,region,district,state,banner,format\n1,A,West,Bay Area,CA,Café,Drive-through\n2,B,west,bay area,CA,Café,\n3,C,East,,NY,,\n"
FACTUAL = "store,name,ceiling height\n1,Alpha,12\n2,Beta,14\n3,Gamma,\n"


def codes(found, line):
    return [problem["code"] for problem in found.rows.get(line=line).problems]


# --- Places ---------------------------------------------------------------------------------------------------
def test_a_site_without_coordinates_is_placed_by_its_postal_code_and_it_is_said(cast, run_jobs):
    found = apply(cast, run_jobs, PLACELESS)
    site = Site.objects.get(key="1")
    assert (round(site.latitude), round(site.longitude)) == (48, -122)
    assert (site.precision, site.time_zone) == ("postal_code", "America/Los_Angeles")
    assert "place_of_postal_code" in codes(found, 2)
    assert found.rows.get(line=2).verdict == "accepted"


def test_a_postal_code_of_another_country_gives_no_place(cast, run_jobs):
    apply(cast, run_jobs, PLACELESS)
    site = Site.objects.get(key="2")
    assert (site.latitude, site.precision) == (None, "unknown")


def test_real_coordinates_replace_those_of_a_postal_code(cast, run_jobs):
    apply(cast, run_jobs, PLACELESS)
    found = apply(cast, run_jobs, "store number,state,lat,lon\n1,WA,47.6062,-122.3321\n")
    site = Site.objects.get(key="1")
    assert (site.latitude, site.longitude, site.precision) == (47.6062, -122.3321, "exact")
    undo(cast, run_jobs, found)
    site.refresh_from_db()
    assert (round(site.latitude, 1), site.precision) == (47.6, "postal_code")


def test_a_postal_code_never_replaces_better_coordinates(cast, run_jobs):
    apply(cast, run_jobs, PLACELESS)
    Site.objects.filter(key="1").update(latitude=47.7, longitude=-122.4, precision="by_hand")
    apply(cast, run_jobs, PLACELESS.replace("98101", "98109"))
    site = Site.objects.get(key="1")
    assert (site.latitude, site.precision, site.postal_code) == (47.7, "by_hand", "98109")


def test_a_site_that_was_placed_by_hand_since_the_check_stays_there(cast, run_jobs):
    make.SiteFactory(client=cast.client, key="1", latitude=None, longitude=None, precision="unknown")
    found = check(cast, run_jobs, PLACELESS)
    Site.objects.filter(key="1").update(latitude=47.7, longitude=-122.4, precision="by_hand")
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    site = Site.objects.get(key="1")
    assert (site.latitude, site.precision, site.name) == (47.7, "by_hand", "Alpha")
    assert "latitude" not in found.rows.get(line=2).changes


def test_a_new_postal_code_moves_a_site_that_stood_at_the_old_one(cast, run_jobs):
    apply(cast, run_jobs, PLACELESS)
    before = Site.objects.get(key="1").latitude
    apply(cast, run_jobs, PLACELESS.replace("98101", "90001"))
    site = Site.objects.get(key="1")
    assert (site.latitude != before, site.precision) == (True, "postal_code")


def test_undo_takes_the_place_of_a_postal_code_away_again(cast, run_jobs):
    make.SiteFactory(client=cast.client, key="1", latitude=None, longitude=None, precision="unknown")
    undo(cast, run_jobs, apply(cast, run_jobs, PLACELESS))
    site = Site.objects.get(key="1")
    assert (site.latitude, site.longitude, site.precision) == (None, None, "unknown")


# --- Hours ----------------------------------------------------------------------------------------------------
def test_opening_hours_become_access_windows_and_stay_as_text(cast, run_jobs):
    found = apply(cast, run_jobs, HOURLY)
    site = Site.objects.get(key="1")
    windows = site.access_windows.values_list("weekday", "opens", "closes")
    assert list(windows) == [(day, time(9), time(17)) for day in range(5)]
    assert site.opening_hours == "Mon-Fri 9am-5pm"
    sentence = next(one["sentence"] for one in found.rows.get(line=2).problems if one["code"] == "hours_read")
    assert "Mon–Fri 09:00–17:00" in sentence


def test_opening_hours_that_cannot_be_read_are_kept_and_it_is_said(cast, run_jobs):
    found = apply(cast, run_jobs, HOURLY)
    assert Site.objects.get(key="2").opening_hours == "by appointment"
    assert codes(found, 3) == ["hours_unread"]
    assert codes(found, 4) == []
    assert not AccessWindow.objects.filter(site__key__in="23").exists()


def test_windows_people_set_are_left_alone(cast, run_jobs):
    site = make.SiteFactory(client=cast.client, key="1", opening_hours="")
    AccessWindow.objects.create(site=site, weekday=6, opens=time(1), closes=time(2))
    apply(cast, run_jobs, HOURLY)
    assert list(site.access_windows.values_list("weekday", flat=True)) == [6]


def test_windows_set_since_the_check_are_left_alone(cast, run_jobs):
    site = make.SiteFactory(client=cast.client, key="1", opening_hours="")
    found = check(cast, run_jobs, HOURLY)
    AccessWindow.objects.create(site=site, weekday=6, opens=time(1), closes=time(2))
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    assert list(site.access_windows.values_list("weekday", flat=True)) == [6]


def test_windows_somebody_removed_do_not_come_back_with_the_same_list(cast, run_jobs):
    apply(cast, run_jobs, HOURLY)
    AccessWindow.objects.all().delete()
    found = apply(cast, run_jobs, HOURLY)
    assert (queries.tally_of(found).same, AccessWindow.objects.count()) == (3, 0)


def test_undo_takes_windows_away_again_unless_somebody_changed_them(cast, run_jobs):
    for key in ("1", "3"):
        make.SiteFactory(client=cast.client, key=key, opening_hours="")
    found = apply(cast, run_jobs, HOURLY.replace("closed", "Sat 10-14"))
    AccessWindow.objects.filter(site__key="3").update(closes=time(15))
    result = undo(cast, run_jobs, found)
    assert list(AccessWindow.objects.values_list("site__key", "closes")) == [("3", time(15))]
    assert ["3", "changed again since: access hours"] in result["stays"]


# --- Regions and formats --------------------------------------------------------------------------------------
def test_regions_and_formats_are_made_as_a_tree(cast, run_jobs):
    found = apply(cast, run_jobs, GROUPED)
    paths = set(SiteGroup.objects.filter(client=cast.client).values_list("kind", "path", "parent__path"))
    assert paths == {
        ("region", "West", None),
        ("region", "West / Bay Area", "West"),
        ("region", "East", None),
        ("format", "Café", None),
        ("format", "Café / Drive-through", "Café"),
    }
    places = dict(Site.objects.values_list("key", "territory__path"))
    assert places == {"1": "West / Bay Area", "2": "West / Bay Area", "3": "East"}
    assert dict(Site.objects.values_list("key", "format__path"))["2"] == "Café"
    assert "group_new" in codes(found, 2)
    assert Site.objects.get(key="1").region == "CA"


def test_regions_that_are_there_are_taken_whatever_their_case(cast, run_jobs):
    west = SiteGroup.objects.create(client=cast.client, kind="region", name="WEST", path="WEST")
    other = SiteGroup.objects.create(client=cast.other_client, kind="region", name="East", path="East")
    apply(cast, run_jobs, GROUPED)
    assert Site.objects.get(key="1").territory.parent_id == west.pk
    assert Site.objects.get(key="3").territory_id != other.pk


def test_the_same_grouped_list_again_changes_nothing(cast, run_jobs):
    apply(cast, run_jobs, GROUPED)
    assert queries.tally_of(check(cast, run_jobs, GROUPED)).same == 3


def test_a_path_in_one_cell_is_read_and_a_slash_in_a_name_is_none(cast, run_jobs):
    text = "store,name,sales region\n1,A,West > Bay Area\n2,B,Dallas/Fort Worth\n3,C,West / Bay Area\n"
    apply(cast, run_jobs, text)
    assert list(Site.objects.order_by("key").values_list("territory__path", flat=True)) == [
        "West / Bay Area",
        "Dallas/Fort Worth",
        "West / Bay Area",
    ]


def test_a_path_that_is_too_long_is_left_out_and_flagged(cast, run_jobs):
    found = apply(cast, run_jobs, f"store,name,sales region\n1,A,{'x' * 81}\n")
    assert (found.rows.get().verdict, Site.objects.get().territory) == ("attention", None)


def test_undo_removes_groups_nobody_uses_and_keeps_the_others(cast, run_jobs):
    found = apply(cast, run_jobs, GROUPED)
    bay = SiteGroup.objects.get(path="West / Bay Area")
    make.SiteFactory(client=cast.client, key="other", territory=bay)
    undo(cast, run_jobs, found)
    assert set(SiteGroup.objects.values_list("path", flat=True)) == {"West", "West / Bay Area"}


def test_undo_puts_the_region_back(cast, run_jobs):
    apply(cast, run_jobs, GROUPED)
    found = apply(cast, run_jobs, GROUPED.replace("East", "North"))
    assert Site.objects.get(key="3").territory.path == "North"
    undo(cast, run_jobs, found)
    assert Site.objects.get(key="3").territory.path == "East"
    assert not SiteGroup.objects.filter(path="North").exists()


# --- Facts ----------------------------------------------------------------------------------------------------
@pytest.fixture
def factual(cast, run_jobs):
    """A list whose last column is a fact, imported a month ago."""
    make.AttributeFactory(client=cast.client, key="ceiling-height", label="Ceiling height", kind="number")
    found = apply(cast, run_jobs, FACTUAL)
    AttributeValue.objects.update(observed_on=date(2020, 1, 1))
    return found


def test_the_same_list_again_confirms_its_facts_and_says_how_many(cast, run_jobs, factual):
    before = AuditEntry.objects.filter(subject_type="sites.site").count()
    found = apply(cast, run_jobs, FACTUAL)
    assert found.apply_job.message == "0 new, 0 changed, 3 unchanged, 0 not imported. 2 facts confirmed."
    assert set(AttributeValue.objects.values_list("value", "observed_on")) == {
        (12, found.applied_at.date()),
        (14, found.applied_at.date()),
    }
    assert AuditEntry.objects.filter(subject_type="sites.site").count() == before


def test_facts_confirmed_today_are_not_counted_again(cast, run_jobs, factual):
    apply(cast, run_jobs, FACTUAL)
    assert "confirmed" not in apply(cast, run_jobs, FACTUAL).apply_job.message


def test_a_changed_fact_is_a_change_and_the_others_are_confirmed(cast, run_jobs, factual):
    found = apply(cast, run_jobs, FACTUAL.replace("14", "15"))
    assert (found.apply_job.result["updated"], found.apply_job.result["confirmed"]) == (1, 1)


def test_what_other_sources_say_is_not_confirmed_by_a_list(cast, run_jobs, factual):
    AttributeValue.objects.update(source="survey")
    apply(cast, run_jobs, FACTUAL)
    assert set(AttributeValue.objects.filter(source="survey").values_list("observed_on", flat=True)) == {
        date(2020, 1, 1)
    }


# --- Rows about other rows ------------------------------------------------------------------------------------
def test_rows_with_the_same_number_or_place_name_each_other(cast, run_jobs):
    text = "store,name,street,city\n1,A,1 Main St,Oslo\n1,B,2 Main St,Oslo\n3,C,1 Main St,Oslo\n"
    found = check(cast, run_jobs, text)
    told = {row.line: [(one["code"], one["lines"]) for one in row.problems] for row in found.rows.all()}
    assert told == {
        2: [("duplicate", [3]), ("same_place", [4])],
        3: [("duplicate", [2])],
        4: [("same_place", [2])],
    }
    assert found.rows.get(line=2).verdict == "accepted"


def test_swapped_columns_are_one_remark_with_a_way_to_put_it_right(cast, run_jobs):
    rows = "".join(f"{n},S{n},US,-122.{n},47.6\n" for n in range(10, 40))
    found = check(cast, run_jobs, "store,name,country,lat,lon\n" + rows)
    assert found.reading["fixes"] == ["swap_coordinates"]
    assert "30 rows" in found.reading["check_notes"][0]
    assert queries.tally_of(found).accepted == 30
    mapping = found.mapping | {"latitude": found.mapping["longitude"], "longitude": found.mapping["latitude"]}
    actions.start_check(site_import=found, mapping=mapping, by=cast.pm, at=make.NOW)
    run_jobs()
    found.refresh_from_db()
    assert (found.reading["fixes"], found.rows.first().values["latitude"]) == ([], 47.6)


# --- Hostile and large ----------------------------------------------------------------------------------------
def test_characters_copy_could_trip_over_come_through(cast, run_jobs):
    name = 'a\\b\\n \\N "c"\ttab ‘é’ 日本 \\.'
    quoted = name.replace('"', '""')
    apply(cast, run_jobs, f'store,name,street,manager\n1,"{quoted}","1 A\nB",a\\N\n')
    site = Site.objects.get()
    assert (site.name, site.street, Contact.objects.get().name) == (name, "1 A\nB", "a\\N")


def test_zero_characters_and_half_letters_in_json_land_marked(cast, run_jobs):
    found = upload(
        cast, '{"store": "1", "name": "a\\u0000b"}\n{"store": "2", "name": "c\\ud800"}\n', name="x.jsonl"
    )
    actions.start_check(site_import=found, mapping=found.mapping, by=cast.pm, at=make.NOW)
    run_jobs()
    found.refresh_from_db()
    assert [(row.verdict, row.values["name"]) for row in found.rows.all()] == [
        ("attention", "a\ufffdb"),
        ("attention", "c\ufffd"),
    ]


def test_copy_writes_every_kind_of_value_and_the_defaults(cast):
    pk, *_ = next_ids(Site, 2)
    row = (pk, cast.client.pk, "k", "n", 1.5, -2.25, "exact", make.NOW, make.NOW)
    columns = (
        "id",
        "client_id",
        "key",
        "name",
        "latitude",
        "longitude",
        "precision",
        "created_at",
        "updated_at",
    )
    copy_in(Site, columns, [row])
    copy_in(Site, columns, [])
    site = Site.objects.get(pk=pk)
    assert (site.latitude, site.longitude, site.city, site.territory_id) == (1.5, -2.25, "", None)
    assert site.created_at == make.NOW
    assert as_json({"a": [None, True]}) == '{"a":[null,true]}'


def test_queries_do_not_grow_with_the_rows(cast, run_jobs, django_assert_max_num_queries):
    text = "store,name,street,zip,region,hours\n" + "".join(
        f"{n},Store {n},{n} Main St,98101,West / Part {n % 5},Mon-Fri 9-17\n" for n in range(900)
    )
    found = check(cast, run_jobs, text)
    job = actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    from rollout.tasks import run_job

    with django_assert_max_num_queries(60):
        run_job(job.pk)
    assert (Site.objects.count(), AccessWindow.objects.count()) == (900, 4500)
    assert ImportRow.objects.filter(site_import=found, subject_id__isnull=False).count() == 900
