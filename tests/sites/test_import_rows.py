"""Deciding about records of a checked import: left out, taken back, one instead of another; the sum stays right."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rollout.models import AuditEntry
from sites import actions, queries
from sites.actions import import_rows
from sites.models import Site
from tests import factories as make
from tests.sites.import_scene import LIST, apply, check

TWINS = (
    LIST
    + "0417,Harbour North,99 Harbour St,Seattle,WA,98101,47.7,-122.4,,\n0418,Pike Two,,,,,,,,\n0418,Pike Three,,,,,,,,\n"
)
SAME_PLACE = LIST + "0500,Harbour Annex,12 Harbour St,Seattle,WA,98101,47.6062,-122.3321,,\n"
SWAPPED = "store,name,lat,lon,country\n" + "".join(
    f"{n},Site {n},-122.{n:03},47.{n:03},US\n" for n in range(1, 8)
)


@pytest.fixture
def web(cast, as_user):
    return as_user(cast.pm)


def rows(found, *lines):
    return queries.rows_of(found).filter(line__in=lines)


def leave(cast, found, *lines):
    return import_rows.leave_out(site_import=found, rows=rows(found, *lines), by=cast.pm, at=make.NOW)


def verdicts(found):
    return dict(queries.rows_of(found).values_list("line", "verdict"))


def url(cast, name, found, query=""):
    return reverse(f"sites:{name}", kwargs={"code": cast.rollout.code, "key": found.key}) + query


def as_they_are(found):
    """What is known of every record; remarks in no order."""
    columns = ("line", "verdict", "change", "values", "changes", "problems")
    return [
        (*one[:-1], sorted(problem["sentence"] for problem in one[-1]))
        for one in queries.rows_of(found).values_list(*columns)
    ]


def go(cast, run_jobs, found):
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    found.refresh_from_db()
    return found


def test_what_is_left_out_does_not_land_and_says_who_left_it_out(cast, run_jobs):
    found = check(cast, run_jobs)
    assert leave(cast, found, 3) == 1
    row = rows(found, 3).get()
    assert (row.verdict, row.change, row.problems[-1]["sentence"]) == (
        "rejected",
        "none",
        f"Left out by {cast.pm}.",
    )
    go(cast, run_jobs, found)
    assert set(Site.objects.values_list("key", flat=True)) == {"0417", "0419"}
    assert AuditEntry.objects.filter(type="sites.import.rows_left_out").count() == 1


def test_the_sum_stays_the_number_of_records(cast, run_jobs):
    found = check(cast, run_jobs, TWINS + ",,,,,,,,,\n")
    for decide in (
        lambda: leave(cast, found, 2, 4, 8),
        lambda: import_rows.take_last_of_each(site_import=found, by=cast.pm, at=make.NOW),
        lambda: import_rows.take_back(
            site_import=found, rows=queries.rows_of(found), by=cast.pm, at=make.NOW
        ),
    ):
        decide()
        assert queries.tally_of(found).records == found.reading["records"] == 7


def test_leaving_out_twice_and_taking_back_is_as_before(cast, run_jobs):
    found = check(cast, run_jobs, SAME_PLACE)
    before = as_they_are(found)
    leave(cast, found, 2, 3, 5)
    assert leave(cast, found, 2) == 0
    taken = import_rows.take_back(site_import=found, rows=queries.rows_of(found), by=cast.pm, at=make.NOW)
    assert (taken.taken, taken.refused) == (3, 0)
    assert as_they_are(found) == before


def test_rejected_and_blank_records_are_not_left_out_again(cast, run_jobs):
    found = check(cast, run_jobs, TWINS + ",,,,,,,,,\n")
    assert leave(cast, found, 5, 8) == 0


def test_a_twin_is_taken_instead_and_the_other_gives_way(cast, run_jobs):
    found = check(cast, run_jobs, TWINS)
    import_rows.take_instead(site_import=found, line=5, by=cast.pm, at=make.NOW)
    assert verdicts(found)[2] == "rejected"
    assert rows(found, 2).get().problems[-1]["sentence"] == "Line 5 was taken instead."
    go(cast, run_jobs, found)
    assert Site.objects.get(key="0417").name == "Harbour North"
    assert Site.objects.filter(key="0417").count() == 1


def test_the_first_can_be_taken_again(cast, run_jobs):
    found = check(cast, run_jobs, TWINS)
    for line in (5, 2):
        import_rows.take_instead(site_import=found, line=line, by=cast.pm, at=make.NOW)
    assert (verdicts(found)[2], verdicts(found)[5]) == ("accepted", "rejected")


def test_the_last_of_each_is_taken(cast, run_jobs):
    found = check(cast, run_jobs, TWINS)
    taken = import_rows.take_last_of_each(site_import=found, by=cast.pm, at=make.NOW)
    assert taken.taken == 2
    go(cast, run_jobs, found)
    assert set(Site.objects.values_list("name", flat=True)) >= {"Harbour North", "Pike Three"}
    assert Site.objects.count() == 3


def test_taking_back_never_lets_two_with_the_same_code_land(cast, run_jobs):
    found = check(cast, run_jobs, TWINS)
    import_rows.take_instead(site_import=found, line=5, by=cast.pm, at=make.NOW)
    taken = import_rows.take_back(site_import=found, rows=rows(found, 2), by=cast.pm, at=make.NOW)
    assert (taken.taken, taken.refused) == (0, 1)


@pytest.mark.parametrize("line", [2, 99])
def test_what_lands_already_or_is_not_there_changes_nothing(cast, run_jobs, line):
    found = check(cast, run_jobs)
    before = verdicts(found)
    if line == 99:
        with pytest.raises(import_rows.CannotTake, match="not in the file"):
            import_rows.take_instead(site_import=found, line=line, by=cast.pm, at=make.NOW)
    else:
        import_rows.take_instead(site_import=found, line=line, by=cast.pm, at=make.NOW)
    assert verdicts(found) == before


def test_a_record_that_lacks_what_it_needs_cannot_be_taken(cast, run_jobs):
    found = check(cast, run_jobs, LIST + ",Nameless,,,,,,,,\n", mapping={"key": 0, "name": 1})
    with pytest.raises(import_rows.CannotTake, match="Line 5 cannot land: The site code is missing"):
        import_rows.take_instead(site_import=found, line=5, by=cast.pm, at=make.NOW)


def test_nothing_is_decided_once_it_is_applied(cast, run_jobs):
    found = apply(cast, run_jobs)
    with pytest.raises(actions.NotNow, match="already"):
        leave(cast, found, 2)


def test_an_update_left_out_and_taken_back_is_an_update_again(cast, run_jobs):
    apply(cast, run_jobs)
    found = check(cast, run_jobs, LIST.replace("12 Harbour St", "14 Harbour St"))
    leave(cast, found, 2)
    import_rows.take_back(site_import=found, rows=rows(found, 2), by=cast.pm, at=make.NOW)
    row = rows(found, 2).get()
    assert (row.change, row.changes) == ("update", {"street": ["12 Harbour St", "14 Harbour St"]})


def test_a_joined_key_is_made_again_when_a_twin_is_taken(cast, run_jobs):
    from tests.sites.import_scene import upload

    found = upload(cast, "region,no,name\nWest,1,Alpha\nWest,1,Beta\n")
    actions.start_check(site_import=found, mapping={"name": 2}, key_columns=[0, 1], by=cast.pm, at=make.NOW)
    run_jobs()
    import_rows.take_instead(site_import=found, line=3, by=cast.pm, at=make.NOW)
    go(cast, run_jobs, found)
    assert Site.objects.get(key="West-1").name == "Beta"


# --- The pages ------------------------------------------------------------------------------------------------


def test_twins_stand_side_by_side_with_what_differs(cast, run_jobs, web):
    found = check(cast, run_jobs, TWINS)
    page = web.get(url(cast, "import-preview", found, "?problem=key:duplicate"))
    first, second = page.context["groups"]
    assert [head["row"].line for head in first["rows"]] == [2, 5]
    assert [head["row"].line for head in second["rows"]] == [3, 6, 7]
    assert {"name": "name", "cells": ["Harbour", "Harbour North"], "differs": True} in first["differing"]
    assert "city" in [one["name"] for one in first["equal"]]
    assert "Use this one instead" in page.content.decode()


def test_records_at_the_same_place_stand_side_by_side(cast, run_jobs, web):
    found = check(cast, run_jobs, SAME_PLACE)
    page = web.get(url(cast, "import-preview", found, "?problem=:same_place"))
    assert [head["row"].line for head in page.context["groups"][0]["rows"]] == [2, 5]


def test_twins_can_be_seen_as_a_list(cast, run_jobs, web):
    found = check(cast, run_jobs, TWINS)
    page = web.get(url(cast, "import-preview", found, "?problem=key:duplicate&as=list"))
    assert [line["row"].line for line in page.context["lines"]] == [2, 3, 5, 6, 7]


@pytest.mark.parametrize(
    ("post", "words"),
    [
        ({"do": "leave", "pk": "x"}, "Nothing was left to leave out"),
        ({"do": "leave", "all_matching": "1"}, "3 records left out"),
        ({"do": "instead", "line": "5"}, "Line 5 is taken instead"),
        ({"do": "instead", "line": "x"}, "Choose what to do"),
        ({"do": "last"}, "2 records taken"),
        ({"do": "take"}, "0 records taken"),
        ({}, "Choose what to do"),
    ],
)
def test_the_page_says_what_was_decided(cast, run_jobs, web, post, words):
    found = check(cast, run_jobs, TWINS)
    answer = web.post(url(cast, "import-rows", found), post, follow=True)
    assert words in answer.content.decode()


def test_only_what_the_filter_shows_is_left_out(cast, run_jobs, web):
    found = check(cast, run_jobs)
    web.post(url(cast, "import-rows", found, "?q=Pike"), {"do": "leave", "all_matching": "1"})
    assert [line for line, verdict in verdicts(found).items() if verdict == "rejected"] == [3]


def test_records_of_another_import_are_not_touched(cast, run_jobs, web):
    found, other = check(cast, run_jobs), check(cast, run_jobs, LIST, name="other.csv")
    stranger = rows(other, 2).get()
    web.post(url(cast, "import-rows", found), {"do": "leave", "pk": str(stranger.pk)})
    assert rows(other, 2).get().verdict == "accepted"


def test_swapped_columns_are_exchanged_with_one_click(cast, run_jobs, web):
    found = check(cast, run_jobs, SWAPPED)
    page = web.get(url(cast, "import-preview", found)).content.decode()
    assert "Exchange the two columns and check again" in page
    answer = web.post(url(cast, "import-swap", found))
    assert answer["Location"].startswith("/jobs/")
    run_jobs()
    found.refresh_from_db()
    assert (found.mapping["latitude"], found.mapping["longitude"]) == (3, 2)
    assert rows(found, 2).get().values["latitude"] == pytest.approx(47.001)
    assert "Exchange the two columns" not in web.get(url(cast, "import-preview", found)).content.decode()


def test_without_two_columns_there_is_nothing_to_exchange(cast, run_jobs, web):
    found = check(cast, run_jobs, LIST, mapping={"key": 0, "name": 1})
    answer = web.post(url(cast, "import-swap", found), follow=True)
    assert "no columns of their own" in answer.content.decode()


def test_side_by_side_costs_the_same_however_many(cast, run_jobs, web, django_assert_max_num_queries):
    text = "store,name\n" + "".join(f"{n},First {n}\n{n},Second {n}\n" for n in range(60))
    found = check(cast, run_jobs, text)
    with django_assert_max_num_queries(18):
        page = web.get(url(cast, "import-preview", found, "?problem=key:duplicate"))
    assert len(page.context["groups"]) == 50
