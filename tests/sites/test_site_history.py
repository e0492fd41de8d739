"""What happened to a site: field by field, with who and why, as a page and as a file."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from rollout import audit
from sites import actions, queries
from tests import factories as make


@pytest.fixture
def site(cast):
    return make.EnrolmentFactory(rollout=cast.rollout).site


@pytest.fixture
def write(cast, site):
    def record(summary="Changed", **more):
        fields = {"subject": site, "rollout": cast.rollout, "by": cast.pm, "at": make.NOW, **more}
        return audit.record("sites.site.changed", summary=summary, **fields)

    return record


def url(cast, site, query=""):
    return reverse("sites:history", args=[cast.rollout.code, site.key]) + query


def lines_of(cast, site, field=""):
    entries = queries.entries_about(site, cast.rollout, field=field)
    return list(queries.history_lines(entries, cast.rollout, field=field))


def test_own_fields_facts_and_places_are_told_in_words(cast, site, write):
    make.AttributeFactory(client=cast.client, key="height", label="Height", kind="number", unit="ft")
    changes = {
        "latitude": [None, 47.61234567],
        "attr:height": [9.5, 12],
        "height": [True, "x"],
        "wave": ["Wave 1", None],
        "windows": [[], ["Mon 21:00", "Tue 21:00"]],
        "unheard_of": [None, "?"],
    }
    write(data={"changes": changes})
    (line,) = lines_of(cast, site)
    assert {(one.label, one.before, one.after) for one in line.changes} == {
        ("Latitude", "", "47.6123457"),
        ("Height", "9.5 ft", "12 ft"),
        ("Height", "Yes", "x"),
        ("Wave", "Wave 1", ""),
        ("Access hours", "", "Mon 21:00; Tue 21:00"),
        ("Unheard of", "", "?"),
    }


@pytest.mark.parametrize("data", [{}, {"changes": []}, {"changes": {"name": 3}}, {"before": 1, "after": 2}])
def test_entries_of_another_shape_are_told_by_their_summary(cast, site, write, data):
    write(data=data, summary="Done before")
    (line,) = lines_of(cast, site)
    assert (line.summary, line.changes) == ("Done before", ())


def test_who_said_it_without_an_account_is_named(cast, site, write):
    write(by=None, data={"said_by": "Ann Lee, store manager"})
    write(by=None)
    assert {line.who for line in lines_of(cast, site)} == {"Ann Lee, store manager", "Downbeat"}


def test_one_field_can_be_looked_at_alone(cast, site, write, as_user):
    write(data={"changes": {"name": ["A", "B"], "phone": ["1", "2"]}})
    write(data={"changes": {"city": ["X", "Y"]}})
    (line,) = lines_of(cast, site, "phone")
    assert [one.key for one in line.changes] == ["phone"]
    page = as_user(cast.pm).get(url(cast, site, "?field=phone")).content.decode()
    assert "<ins>2</ins>" in page
    assert "<ins>Y</ins>" not in page
    fields = queries.fields_changed(site, cast.rollout)
    assert fields == [("city", "City"), ("name", "Name"), ("phone", "Phone")]


@pytest.mark.parametrize("field", ["nothing", "%00", "a' OR 1=1", "x" * 500])
def test_nonsense_as_a_field_finds_nothing(cast, site, write, as_user, field):
    write(data={"changes": {"name": ["A", "B"]}})
    answer = as_user(cast.pm).get(url(cast, site), {"field": field})
    assert answer.status_code == 200


def test_other_rollouts_and_other_sites_stay_out(cast, site, write):
    write(rollout=make.RolloutFactory(client=cast.client), summary="Elsewhere")
    write(subject=make.SiteFactory(client=cast.client), summary="Another site")
    assert lines_of(cast, site) == []


def test_the_file_has_a_row_for_every_field(cast, site, write, as_user):
    write(data={"changes": {"name": ["=A", "B"], "phone": ["", "2"]}}, reason="They called")
    write(summary="Imported")
    answer = as_user(cast.pm).get(url(cast, site, "?format=csv"))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    told = [(row["what happened"], row["field"], row["before"], row["after"], row["why"]) for row in rows]
    assert told == [
        ("Imported", "", "", "", ""),
        ("Changed", "Name", "'=A", "B", "They called"),
        ("Changed", "Phone", "", "2", "They called"),
    ]
    assert {row["who"] for row in rows} == {str(cast.pm)}


def test_hostile_words_are_shown_and_not_run(cast, site, write, as_user):
    write(data={"changes": {"name": ["<b>", "<script>alert(1)</script>"]}}, reason="<img src=x>")
    page = as_user(cast.pm).get(url(cast, site)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;img src=x&gt;" in page


def test_what_people_do_on_the_page_of_a_site_is_all_there(cast, site):
    by = {"rollout": cast.rollout, "by": cast.pm, "at": make.NOW}
    attribute = make.AttributeFactory(client=cast.client)
    actions.change_site(site=site, phone="1", reason="Moved", **by)
    actions.state_fact(site=site, attribute=attribute, value="drop", **by)
    actions.save_contact(contact=make.ContactFactory.build(site=site), **by)
    make.an_attachment(site, rollout=cast.rollout, by=cast.pm)
    changed = {one.label for line in lines_of(cast, site) for one in line.changes}
    assert changed == {"Phone", "Ceiling", "Contact", "File"}


def test_the_page_takes_few_queries_however_much_happened(
    cast, site, write, as_user, django_assert_max_num_queries
):
    for n in range(60):
        write(data={"changes": {f"attr:a{n}": [None, n]}})
        make.AttributeFactory(client=cast.client, key=f"a{n}", label=f"A{n}")
    web = as_user(cast.pm)
    with django_assert_max_num_queries(16):
        page = web.get(url(cast, site)).content.decode()
    assert "1–50 of 60" in page
