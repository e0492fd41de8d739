"""Sites as a spreadsheet: what is shown, what typing does, what is refused, and that nothing is overwritten unseen."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from django.urls import reverse

from sites import actions
from sites.actions.grid import change_cells
from sites.choices import GroupKind
from sites.models import AttributeValue, Enrolment, Site, SiteGroup
from sites.queries.grid import Typed
from tests import factories as make


@pytest.fixture
def scene(cast):
    rows = [
        make.EnrolmentFactory(
            rollout=cast.rollout, site=make.SiteFactory(client=cast.client, key=key, name=f"Store {key}")
        )
        for key in ("0101", "0102", "A7")
    ]
    wave = make.WaveFactory(rollout=cast.rollout, number=1, name="West")
    return cast, rows, wave


def save(cast, cells, **more):
    return change_cells(
        rollout=cast.rollout,
        typed=[Typed(row.pk, column, was, text) for row, column, was, text in cells],
        by=cast.pm,
        at=make.NOW,
        **{"bulk_id": uuid.uuid4(), **more},
    )


def url(cast, name="grid"):
    return reverse(f"sites:{name}", args=[cast.rollout.code])


def as_sent(cells):
    return json.dumps([[row.pk, column, was, text] for row, column, was, text in cells])


def test_several_columns_of_several_sites_are_one_change_that_is_undone(scene):
    cast, rows, wave = scene
    saved = save(
        cast,
        [
            (rows[0], "name", "Store 0101", "Pier"),
            (rows[0], "wave", "", "1"),
            (rows[1], "priority", "5", "2"),
        ],
        reason="New list",
    )
    assert (saved.changed.changed, saved.cells, saved.refused) == (2, 3, ())
    assert Site.objects.get(pk=rows[0].site_id).name == "Pier"
    assert Enrolment.objects.get(pk=rows[0].pk).wave == wave
    entry = cast.rollout.audit_entries.get(type="sites.site.changed", subject_id=rows[0].site_id)
    assert entry.data["changes"] == {"name": ["Store 0101", "Pier"], "wave": ["", str(wave)]}
    assert entry.reason == "New list"
    actions.undo_bulk(rollout=cast.rollout, bulk_id=saved.changed.bulk_id, by=cast.pm, at=make.NOW)
    assert Site.objects.get(pk=rows[0].site_id).name == "Store 0101"
    assert Enrolment.objects.get(pk=rows[1].pk).priority == 5


def test_the_second_of_two_people_is_told_and_overwrites_nothing(scene):
    cast, rows, _ = scene
    save(cast, [(rows[0], "name", "Store 0101", "Theirs")])
    saved = save(cast, [(rows[0], "name", "Store 0101", "Mine"), (rows[1], "name", "Store 0102", "Other")])
    assert [one.sentence for one in saved.refused] == ["Somebody changed this to “Theirs” meanwhile."]
    assert Site.objects.get(pk=rows[0].site_id).name == "Theirs"
    assert Site.objects.get(pk=rows[1].site_id).name == "Other"


def test_two_who_type_the_same_agree(scene):
    cast, rows, _ = scene
    save(cast, [(rows[0], "name", "Store 0101", "Pier")])
    saved = save(cast, [(rows[0], "name", "Store 0101", "Pier")])
    assert (saved.changed.changed, saved.refused) == (0, ())


def test_the_same_save_twice_is_one(scene):
    cast, rows, _ = scene
    bulk_id = uuid.uuid4()
    for _ in range(2):
        save(cast, [(rows[0], "name", "Store 0101", "Pier")], bulk_id=bulk_id)
    assert cast.rollout.audit_entries.filter(type="sites.bulk.changed").count() == 1


def test_what_changes_nothing_leaves_no_trace(scene):
    cast, rows, _ = scene
    assert save(cast, [(rows[0], "name", "Store 0101", "Store 0101")]).changed.changed == 0
    assert not cast.rollout.audit_entries.exists()


@pytest.mark.parametrize(
    ("column", "text", "sentence"),
    [
        ("name", "", "A site needs a name."),
        ("name", "x" * 161, "160 letters at most"),
        ("name", "a\x00b", "no control characters"),
        ("wave", "Wave 9", "is no wave here"),
        ("priority", "10", "is no priority here"),
        ("priority", "", "is no priority here"),
        ("country", "Atlantis", "is not a country"),
        ("time_zone", "Mars/Base", "is not a time zone"),
        ("territory", "Nowhere", "is no region here"),
        ("fact:ceiling", "soft", "is not one of the choices"),
        ("fact:ceiling", "", "does not make Ceiling unknown"),
        ("secret", "x", "no longer there"),
        ("windows", "Mon 9-17", "no longer there"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(scene, column, text, sentence):
    cast, rows, _ = scene
    make.AttributeFactory(client=cast.client)
    was = {"name": "Store 0101", "priority": "5", "country": "US", "time_zone": "America/Los_Angeles"}
    (refused,) = save(cast, [(rows[0], column, was.get(column, ""), text)]).refused
    assert sentence in refused.sentence


@pytest.mark.parametrize("text", ["1", "wave 1", "WEST", "Wave 1 · West"])
def test_a_wave_is_understood_however_it_is_written(scene, text):
    cast, rows, wave = scene
    save(cast, [(rows[0], "wave", "", text)])
    assert Enrolment.objects.get(pk=rows[0].pk).wave == wave


def test_a_region_is_told_by_its_path_or_its_own_name(scene):
    cast, rows, _ = scene
    west = SiteGroup.objects.create(client=cast.client, kind=GroupKind.REGION, name="West", path="West")
    bay = SiteGroup.objects.create(
        client=cast.client, kind=GroupKind.REGION, name="Bay Area", path="West / Bay Area", parent=west
    )
    save(cast, [(rows[0], "territory", "", "bay area"), (rows[1], "territory", "", "west / bay area")])
    assert set(Site.objects.filter(territory=bay)) == {rows[0].site, rows[1].site}


def test_a_fact_is_said_by_the_project_manager_and_a_number_comes_back_as_it_went(scene, as_user):
    cast, rows, _ = scene
    make.AttributeFactory(client=cast.client, key="area", label="Area", kind="number", unit="ft", choices=[])
    save(cast, [(rows[0], "fact:area", "", "12500.5")])
    said = AttributeValue.objects.get()
    assert (said.value, said.source, said.observed_on) == (12500.5, "pm", make.NOW.date())
    page = as_user(cast.pm).get(url(cast) + "?cols=fact:area").content.decode()
    assert ">12500.5</td>" in page
    assert save(cast, [(rows[0], "fact:area", "12500.5", "12500.5")]).changed.changed == 0


def test_sites_of_other_rollouts_cannot_be_typed_into(scene, as_user):
    cast, _, _ = scene
    stranger = make.EnrolmentFactory(rollout=cast.other_rollout)
    was = stranger.site.name
    (refused,) = save(cast, [(stranger, "name", was, "Mine")]).refused
    assert "no longer in the rollout" in refused.sentence
    checked = as_user(cast.pm).post(
        url(cast, "grid-check"), {"cells": as_sent([(stranger, "name", was, "Mine")])}
    )
    assert was not in checked.content.decode()


# --- Over the web ---------------------------------------------------------------------------------------------
def test_the_grid_shows_the_filtered_sites_and_the_columns_of_the_address(scene, as_user):
    cast, _, _ = scene
    page = as_user(cast.pm).get(url(cast) + "?q=A7&cols=priority,name,nonsense").content.decode()
    assert re.findall(r'data-c="([^"]+)"', page) == ["priority", "name"]


def test_review_shows_before_and_after_then_saves_with_undo(scene, as_user):
    cast, rows, _ = scene
    web = as_user(cast.pm)
    cells = as_sent([(rows[0], "name", "Store 0101", "Pier"), (rows[1], "wave", "", "9")])
    review = web.post(url(cast), {"cells": cells})
    assert (review.context["changes"], review.context["refusals"]) == (1, 1)
    assert Site.objects.get(pk=rows[0].site_id).name == "Store 0101"
    sent = {"cells": review.context["cells"], "token": str(review.context["token"]), "confirm": 1}
    done = web.post(url(cast) + "?q=01", sent)
    assert done["Location"] == f"{url(cast)}?q=01&saved={sent['token']}"
    assert Site.objects.get(pk=rows[0].site_id).name == "Pier"
    assert "1 site changed." in web.get(done["Location"]).content.decode()


def test_hostile_text_is_shown_as_text(scene, as_user):
    cast, rows, _ = scene
    web = as_user(cast.pm)
    review = web.post(url(cast), {"cells": as_sent([(rows[0], "name", "Store 0101", "<script>x</script>")])})
    assert "<script>x" not in review.content.decode()


@pytest.mark.parametrize(
    "cells",
    ["", "x", "{}", "[1]", '[["1","name","",""]]', "[[1,2,3,4]]", '[[99999999999999999999,"name","","x"]]'],
)
def test_nonsense_is_answered_with_a_sentence(scene, as_user, cells):
    cast, _, _ = scene
    page = as_user(cast.pm).post(url(cast), {"cells": cells}, follow=True)
    assert "Nothing was changed yet" in page.content.decode()


def test_too_many_cells_at_once_are_refused_whole(scene, as_user, monkeypatch):
    cast, rows, _ = scene
    monkeypatch.setattr("sites.queries.grid.MOST_CELLS", 1)
    cells = as_sent([(row, "priority", "5", "1") for row in rows])
    page = as_user(cast.pm).post(url(cast), {"cells": cells, "confirm": 1}, follow=True)
    assert "Save them in parts" in page.content.decode()
    assert set(Enrolment.objects.values_list("priority", flat=True)) == {5}


def test_checking_names_the_cells_that_do_not_fit(scene, as_user):
    cast, rows, _ = scene
    cells = as_sent([(rows[0], "priority", "5", "99"), (rows[1], "priority", "5", "1")])
    bad = json.loads(as_user(cast.pm).post(url(cast, "grid-check"), {"cells": cells}).content)["bad"]
    assert [(pk, column, verdict) for pk, column, verdict, _ in bad] == [(rows[0].pk, "priority", "invalid")]


@pytest.mark.parametrize(
    "text",
    ["0101\tPier\na7\tQuay\n0999\tLost", "Pier\t0101\nQuay\tA7\nLost\t0999", "0101;Pier\nA7;Quay\n0999;Lost"],
)
def test_pasted_pairs_find_their_sites_in_either_order_and_unknown_ones_come_back(scene, as_user, text):
    cast, rows, _ = scene
    found = json.loads(
        as_user(cast.pm).post(url(cast, "grid-match"), {"column": "name", "text": text}).content
    )
    assert found["cells"] == [
        [rows[0].pk, "name", "Store 0101", "Pier", "0101"],
        [rows[2].pk, "name", "Store A7", "Quay", "A7"],
    ]
    assert found["unknown"] == [text.splitlines()[2]]


def test_matching_reaches_no_further_than_the_filter(scene, as_user):
    cast, _, _ = scene
    sent = {"column": "name", "text": "0101\tPier"}
    found = json.loads(as_user(cast.pm).post(url(cast, "grid-match") + "?q=A7", sent).content)
    assert (found["cells"], found["unknown"]) == ([], ["0101\tPier"])


@pytest.mark.parametrize("sent", [{"column": "x", "text": "1\t2"}, {"column": "name", "text": "  \n "}])
def test_matching_says_what_it_needs(scene, as_user, sent):
    cast, _, _ = scene
    answer = as_user(cast.pm).post(url(cast, "grid-match"), sent)
    assert answer.status_code == 422
    assert json.loads(answer.content)["error"]


@pytest.mark.parametrize("many", [2, 60])
def test_more_sites_take_no_more_queries(cast, as_user, django_assert_max_num_queries, many):
    make.EnrolmentFactory.create_batch(many, rollout=cast.rollout)
    make.AttributeFactory(client=cast.client)
    web = as_user(cast.pm)
    with django_assert_max_num_queries(30):
        web.get(url(cast) + "?cols=name,city,wave,priority,territory,format,fact:ceiling,phone")
