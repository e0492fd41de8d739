"""The columns of the list of sites, and the list as a file."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from sites import columns, queries, site_files
from sites.models import Enrolment, Site, SiteGroup
from tests import factories as make
from tests.sites.import_scene import check
from tests.sites.list_scene import list_url, some_sites

EVERY = [column.key for column in columns.all_columns([])]


@pytest.fixture
def scene(cast):
    """Two sites; of the first something is known, stale and disputed."""
    rows = some_sites(cast, ["1", "2"])
    site = rows[0].site
    for key, label, shelf_life in (
        ("ceiling", "Ceiling", None),
        ("rack", "Rack", 30),
        ("door", "Door", None),
    ):
        attribute = make.AttributeFactory(
            client=cast.client, key=key, label=label, kind="text", shelf_life_days=shelf_life
        )
        make.AttributeValueFactory(
            site=site, attribute=attribute, value=f"{key} 1", source="import", observed_on=date(2020, 1, 1)
        )
        if key == "door":
            make.AttributeValueFactory(site=site, attribute=attribute, value="another", source="pm")
    make.ContactFactory(site=site, phone="=1+1")
    make.nightly_access(site)
    return cast, rows


def headings(answer):
    return [column.label for column in answer.context["columns"]]


def content_of(answer):
    return b"".join(answer.streaming_content)


def table_of(answer):
    return list(csv.reader(io.StringIO(content_of(answer).decode("utf-8-sig"))))


# --- Choosing -------------------------------------------------------------------------------------------------
def test_the_address_says_which_columns_and_in_which_order(scene, as_user):
    cast, _ = scene
    web = as_user(cast.pm)
    assert headings(web.get(list_url(cast, "?cols=wave,fact:rack,name"))) == [
        "Number",
        "Wave",
        "Rack",
        "Name",
    ]
    assert headings(web.get(list_url(cast, "?cols=wave&cols=name,key"))) == ["Number", "Wave", "Name"]


@pytest.mark.parametrize("query", ["", "?cols=", "?cols=nonsense,fact:nonsense,,"])
def test_without_a_choice_that_means_something_the_usual_columns_are_shown(scene, as_user, query):
    cast, _ = scene
    shown = headings(as_user(cast.pm).get(list_url(cast, query)))
    assert shown == ["Number", "Name", "City", "State", "Wave", "Priority", "Facts", "Missing"]


def test_a_client_without_attributes_is_not_shown_a_column_of_them(cast, as_user):
    some_sites(cast, ["1"])
    assert "Facts" not in headings(as_user(cast.pm).get(list_url(cast)))


def test_every_column_can_be_shown_and_the_others_are_offered(scene, as_user):
    cast, _ = scene
    answer = as_user(cast.pm).get(list_url(cast, f"?cols={','.join(EVERY)}"))
    assert len(headings(answer)) == len(EVERY)
    assert [column.key for column in answer.context["other_columns"]] == [
        "fact:ceiling",
        "fact:door",
        "fact:rack",
    ]


def test_facts_say_when_they_cannot_be_relied_on(scene, as_user):
    cast, _ = scene
    page = as_user(cast.pm).get(list_url(cast, "?cols=fact:ceiling,fact:rack,fact:door")).content.decode()
    assert page.count("unknown</span>") == 3
    assert "Stale: last seen Jan 1, 2020" in page
    assert "Disputed: sources disagree" in page


def test_whatever_the_columns_the_queries_stay_the_same(cast, as_user, django_assert_num_queries):
    groups = SiteGroup.objects.create(client=cast.client, kind="region", name="West", path="West")
    rows = some_sites(cast, [str(n) for n in range(30)])
    Site.objects.update(territory=groups)
    attributes = [
        make.AttributeFactory(client=cast.client, key=f"fact-{n}", label=f"Fact {n}", kind="text")
        for n in range(20)
    ]
    for row in rows:
        make.ContactFactory(site=row.site)
        make.nightly_access(row.site)
        make.AttributeValueFactory(site=row.site, attribute=attributes[0])
    web = as_user(cast.pm)
    every = ",".join([*EVERY, *(f"fact:{one.key}" for one in attributes)])
    # The twelve of the usual page, and: contacts, hours, facts (four), questions, last changes.
    with django_assert_num_queries(20):
        web.get(list_url(cast, f"?cols={every}"))
    Enrolment.objects.filter(pk__in=[row.pk for row in rows[:25]]).delete()
    with django_assert_num_queries(20):
        web.get(list_url(cast, f"?cols={every}"))


# --- Files ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_file_of_the_shown_columns_holds_what_is_filtered(scene, as_user, ending):
    cast, _ = scene
    query = f"?q=store+1&cols=name,contact_phone,fact:ceiling,fact:rack,fact:door,priority&format={ending}"
    content = content_of(as_user(cast.pm).get(list_url(cast, query)))
    if ending == "csv":
        table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        table = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert table[0] == ["Number", "Name", "Contact’s phone", "Ceiling", "Rack", "Door", "Priority"]
    assert len(table) == 2
    phone = "'=1+1" if ending == "csv" else "=1+1"
    assert table[1][:6] == ["1", "Store 1", phone, "ceiling 1", "rack 1 (stale)", "another (disputed)"]


def test_a_file_has_the_order_of_the_list(cast, as_user):
    some_sites(cast, ["10", "9", "2"])
    table = table_of(as_user(cast.pm).get(list_url(cast, "?sort=-key&format=csv")))
    assert [row[0] for row in table[1:]] == ["10", "9", "2"]


def test_what_is_exported_to_import_again_changes_nothing(scene, as_user, run_jobs):
    cast, rows = scene
    make.ContactFactory(site=rows[1].site, name="Lee =1+1", phone="", email="lee@example.test")
    Site.objects.filter(pk=rows[1].site_id).update(
        key="007",
        postal_code="01234",
        opening_hours="Mo-Fr 9-17",
        country="",
        region="",
        phone="+1 206 555 0100",
    )
    text = content_of(as_user(cast.pm).get(list_url(cast, "?file=import&format=csv"))).decode("utf-8-sig")
    found = check(cast, run_jobs, text)
    tally = queries.tally_of(found)
    assert (tally.same, tally.changing) == (2, 0)
    assert {key for key in found.mapping if key.startswith("attr:")} == {
        "attr:ceiling",
        "attr:door",
        "attr:rack",
    }


def test_the_file_to_import_again_says_what_lists_said(scene, as_user):
    cast, _ = scene
    table = table_of(as_user(cast.pm).get(list_url(cast, "?file=import&format=csv")))
    first = dict(zip(table[0], table[1], strict=True))
    assert (first["Site code"], first["Ceiling"], first["Door"]) == ("1", "ceiling 1", "door 1")


def test_a_file_reads_a_thousand_sites_with_as_many_queries_as_ten(
    cast, django_assert_num_queries, monkeypatch
):
    some_sites(cast, [str(n) for n in range(30)])
    attributes = [make.AttributeFactory(client=cast.client)]
    every = columns.all_columns(attributes)
    order = queries.SitesInOrder(Enrolment.objects.filter(rollout=cast.rollout), rollout=cast.rollout)
    monkeypatch.setattr(site_files, "SIZE", 10)
    with django_assert_num_queries(1 + 3 * 8):
        assert len(list(site_files.shown_rows(order, every, now=make.NOW))) == 30
    with django_assert_num_queries(1 + 3 * 5):
        assert len(list(site_files.import_rows(order, attributes, now=make.NOW))) == 30


def test_strangers_get_no_file(scene, as_user):
    cast, _ = scene
    for person, status in ((cast.stranger_pm, 404), (cast.client_viewer, 403)):
        assert as_user(person).get(list_url(cast, "?format=csv")).status_code == status
