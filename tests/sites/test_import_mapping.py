"""Matching columns: what is remembered of the client's last list, what tells records apart, what becomes an attribute."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from sites import actions
from sites.import_memory import Before, remember
from sites.import_targets import target_called
from sites.models import Attribute, AttributeValue, Site, SiteImport
from tests import factories as make
from tests.sites.import_scene import apply, upload

ODD = "A,B,C\n1,Alpha,Seattle\n2,Beta,Tacoma\n"
PAIRS = "region,no,name,rent\nWest,1,Alpha,10\nWest,2,Beta,20\nEast,1,Gamma,30\n"


@pytest.fixture
def web(cast, as_user):
    return as_user(cast.pm)


def url(cast, name, found, query=""):
    return reverse(f"sites:{name}", kwargs={"code": cast.rollout.code, "key": found.key}) + query


def run(cast, run_jobs, found, **more):
    """Check and apply an import."""
    actions.start_check(site_import=found, by=cast.pm, at=make.NOW, **more)
    run_jobs()
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    found.refresh_from_db()
    return found


# --- Remembered -----------------------------------------------------------------------------------------------


def test_the_next_list_is_matched_as_the_last_one(cast, run_jobs, web):
    run(cast, run_jobs, upload(cast, ODD, name="first.csv"), mapping={"key": 0, "name": 1, "city": 2})
    again = upload(cast, ODD.replace("Alpha", "Alfa"), name="second.csv")
    assert again.mapping == {"key": 0, "name": 1, "city": 2}
    page = web.get(url(cast, "import-map", again)).content.decode()
    assert "Matched as last time." in page
    assert "from first.csv." in page


def test_columns_in_another_order_are_found_by_their_names(cast, run_jobs):
    run(cast, run_jobs, upload(cast, ODD), mapping={"key": 0, "name": 1, "city": 2})
    assert upload(cast, "c , a,B\nSeattle,1,Alpha\n").mapping == {"key": 1, "name": 2, "city": 0}


def test_a_column_left_out_last_time_is_not_guessed_again(cast, run_jobs):
    run(cast, run_jobs, upload(cast, "store,name,street\n1,Alpha,1 Pike Pl\n"), mapping={"key": 0, "name": 1})
    again = upload(cast, "store,name,street,city\n1,Alpha,1 Pike Pl,Seattle\n")
    assert again.mapping == {"key": 0, "name": 1, "city": 3}


@pytest.mark.parametrize("change", ["undone", "not applied", "other client", "other target"])
def test_only_applied_lists_of_the_client_and_target_are_remembered(cast, run_jobs, change):
    found = run(cast, run_jobs, upload(cast, ODD), mapping={"key": 0, "name": 1})
    if change == "undone":
        SiteImport.objects.update(undone_at=make.NOW, state="undone")
    elif change == "not applied":
        SiteImport.objects.update(applied_at=None, state="checked")
    elif change == "other client":
        SiteImport.objects.update(rollout=cast.other_rollout)
    else:
        SiteImport.objects.update(target="contacts")
    assert "as_before" not in upload(cast, ODD, name="again.csv").reading
    assert found.mapping == {"key": 0, "name": 1}


def test_the_file_of_a_rollout_one_does_not_see_is_not_named(cast, run_jobs):
    run(cast, run_jobs, upload(cast, ODD), mapping={"key": 0, "name": 1})
    neighbour = make.RolloutFactory(client=cast.client)
    stranger = make.UserFactory()
    make.member(stranger, neighbour)
    SiteImport.objects.update(rollout=cast.rollout)
    found = actions.start_import(
        target=target_called("sites"),
        content=ODD.encode(),
        name="mine.csv",
        rollout=neighbour,
        by=stranger,
        at=make.NOW,
    )
    assert "as_before" not in found.reading


def test_the_newest_list_that_fits_counts(cast, run_jobs):
    run(cast, run_jobs, upload(cast, ODD, name="fits.csv"), mapping={"key": 0, "name": 1})
    other = run(
        cast, run_jobs, upload(cast, "x,y\n7,Other\n", name="other.csv"), mapping={"key": 0, "name": 1}
    )
    SiteImport.objects.filter(pk=other.pk).update(applied_at=make.NOW + timedelta(days=900))
    assert "fits.csv" in upload(cast, ODD).reading["as_before"]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("No", "Name", "City", "Rent"), {"key": 0, "name": 1, "city": 2}),
        (("no", " NAME", "city"), {"key": 0, "name": 1, "city": 2}),
        (("Name", "City", "Other"), None),
        (("No", "Name"), None),
        ((), None),
    ],
)
def test_most_columns_used_then_must_be_here_again(columns, expected):
    before = Before("a.csv", date(2026, 3, 12), ("No", "Name", "City"), {"key": 0, "name": 1, "city": 2})
    found = remember(before, columns, ["key", "name", "city"], "key")
    assert (found.mapping if found else None) == expected
    assert before.reason == "As on 12 March 2026, from a.csv."


def test_nameless_columns_are_the_same_only_if_there_are_as_many():
    before = Before("a.csv", date(2026, 3, 12), ("Column 1", "Column 2"), {"key": 0, "name": 1})
    assert remember(before, ("Column 1", "Column 2", "Column 3"), ["key", "name"], "key") is None
    assert remember(before, ("Column 1", "Column 2"), ["key", "name"], "key") is not None


def test_an_attribute_that_is_gone_is_left_out():
    before = Before("a.csv", date(2026, 3, 12), ("No", "Name", "Rent"), {"key": 0, "name": 1, "attr:rent": 2})
    found = remember(before, ("No", "Name", "Rent"), ["key", "name"], "key")
    assert found is not None
    assert found.mapping == {"key": 0, "name": 1}


# --- The key --------------------------------------------------------------------------------------------------


def test_several_columns_make_the_key_together(cast, run_jobs):
    run(cast, run_jobs, upload(cast, PAIRS), mapping={"name": 2}, key_columns=[0, 1])
    assert set(Site.objects.filter(client=cast.client).values_list("key", flat=True)) == {
        "West-1",
        "West-2",
        "East-1",
    }


def test_a_key_of_several_columns_is_proposed_again_and_finds_the_same_sites(cast, run_jobs):
    run(cast, run_jobs, upload(cast, PAIRS), mapping={"name": 2}, key_columns=[0, 1])
    again = upload(cast, "no,region,name,rent\n1,West,Alpha 1,11\n")
    assert again.options["key_columns"] == [1, 0]
    found = run(cast, run_jobs, again, mapping={"name": 2}, key_columns=again.options["key_columns"])
    assert found.rows.get().changes == {"name": ["Alpha", "Alpha 1"]}


def test_a_row_that_lacks_a_part_of_the_key_is_rejected(cast, run_jobs):
    text = PAIRS + "West,,Nobody,1\n"
    found = run(cast, run_jobs, upload(cast, text), mapping={"name": 2}, key_columns=[0, 1])
    row = found.rows.get(line=5)
    assert (row.verdict, row.problems[0]["code"]) == ("rejected", "missing")


def test_corrections_of_a_joined_key_have_the_columns_of_the_file(cast, run_jobs, web):
    text = PAIRS + "West,,Nobody,1\n"
    found = upload(cast, text)
    actions.start_check(site_import=found, mapping={"name": 2}, key_columns=[0, 1], by=cast.pm, at=make.NOW)
    run_jobs()
    answer = web.get(url(cast, "import-corrections", found, "?format=csv"))
    assert (
        b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[0].endswith("region,no,name,rent")
    )


def test_the_page_keeps_the_choice_of_the_key(cast, run_jobs, web):
    found = upload(cast, PAIRS)
    form = {"field-name": "2", "key_mode": "columns", "key_1": "0", "key_2": "1"}
    web.post(url(cast, "import-map", found), form)
    run_jobs()
    found.refresh_from_db()
    assert (found.options["key_columns"], found.mapping["key"], found.state) == ([0, 1], 4, "checked")
    page = web.get(url(cast, "import-map", found))
    assert page.context["form"].mode == "columns"
    assert page.context["form"].joined_samples()[:2] == ("West-1", "West-2")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"key_mode": "columns", "key_1": "0"}, "Choose at least two columns"),
        ({"key_mode": "columns", "key_1": "0", "key_2": "0"}, "Choose at least two columns"),
        ({"key_mode": "column"}, "Choose the column that tells one from another"),
        ({"key_mode": "column", "field-key": "77"}, "Select a valid choice"),
    ],
)
def test_half_a_choice_of_the_key_is_refused_and_stays(cast, web, form, words):
    found = upload(cast, PAIRS)
    answer = web.post(url(cast, "import-map", found), {"field-name": "2", **form})
    assert words in answer.content.decode()
    assert answer.context["form"].mode == form["key_mode"]


def test_a_made_key_leaves_the_chosen_column_alone(cast, run_jobs, web):
    found = upload(cast, PAIRS)
    web.post(url(cast, "import-map", found), {"field-name": "2", "field-key": "1", "key_mode": "made"})
    run_jobs()
    found.refresh_from_db()
    assert "key" not in found.mapping
    assert found.rows.get(line=2).values["key"] == "ALPHA"


@pytest.mark.parametrize(
    ("text", "mode"),
    [("name,city\nAlpha,Seattle\nBeta,Tacoma\n", "made"), ("00001,WA,47.61\n00002,WA,47.62\n", "column")],
)
def test_without_a_key_one_is_made_only_where_a_name_or_place_is_known(cast, web, text, mode):
    assert web.get(url(cast, "import-map", upload(cast, text))).context["form"].mode == mode


def test_samples_of_a_joined_key_follow_the_choice(cast, web):
    found = upload(cast, PAIRS)
    answer = web.get(url(cast, "import-sample", found, "?field=key_columns&key_1=1&key_2=0"))
    assert "1-West" in answer.content.decode()


# --- Attributes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "expected", "value"), [("", "number", 10), ("text", "text", "10"), ("choice", "choice", "10")]
)
def test_a_column_becomes_an_attribute_of_the_chosen_kind(cast, run_jobs, web, kind, expected, value):
    found = upload(cast, PAIRS)
    form = {
        "field-name": "2",
        "key_mode": "columns",
        "key_1": "0",
        "key_2": "1",
        "attributes": "3",
        "kind-3": kind,
    }
    web.post(url(cast, "import-map", found), form)
    run_jobs()
    web.post(url(cast, "import-apply", found))
    run_jobs()
    assert Attribute.objects.get(key="rent").kind == expected
    assert AttributeValue.objects.get(site__key="West-1").value == value


def test_too_many_values_are_no_list_to_choose_from(cast, web):
    text = "no,name,code\n" + "".join(f"{n},Site {n},c{n}\n" for n in range(120))
    form = {"field-key": "0", "field-name": "1", "key_mode": "column", "attributes": "2", "kind-2": "choice"}
    answer = web.post(url(cast, "import-map", upload(cast, text)), form)
    assert "too many to choose from" in answer.content.decode()
    assert not Attribute.objects.filter(key="code").exists()


def test_a_kind_nobody_knows_is_the_guessed_one(cast, run_jobs, web):
    form = {"field-name": "2", "key_mode": "made", "attributes": "3", "kind-3": "<script>"}
    web.post(url(cast, "import-map", upload(cast, PAIRS)), form)
    assert Attribute.objects.get(key="rent").kind == "number"


def test_the_mapping_page_costs_the_same_however_wide_the_list(cast, web, django_assert_max_num_queries):
    wide = ",".join(f"c{n}" for n in range(400)) + "\n" + ",".join("1" for _ in range(400)) + "\n"
    found = upload(cast, "id," + wide.replace("\n", "\n7,", 1))
    with django_assert_max_num_queries(14):
        assert web.get(url(cast, "import-map", found)).status_code == 200


def test_applied_once_more_after_a_re_read_the_key_is_one_column(cast, run_jobs, web):
    found = upload(cast, PAIRS)
    actions.start_check(site_import=found, mapping={"name": 2}, key_columns=[0, 1], by=cast.pm, at=make.NOW)
    run_jobs()
    apply(cast, run_jobs)
    web.post(url(cast, "import-read", found), {"delimiter": ";"})
    found.refresh_from_db()
    assert "key_columns" not in found.options


def test_a_number_within_a_region_is_proposed_joined_and_lands(cast, run_jobs, web):
    found = upload(cast, PAIRS.replace("no,", "store no,", 1))
    assert found.options["key_columns"] == [0, 1]
    assert "West-1" in web.get(url(cast, "import-map", found)).content.decode()
    run(cast, run_jobs, found, mapping={"name": 2}, key_columns=found.options["key_columns"])
    assert set(Site.objects.filter(name__in=["Alpha", "Gamma"]).values_list("key", flat=True)) == {
        "West-1",
        "East-1",
    }
