"""Importing what belongs to sites: contacts, facts in the long form, access hours."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.utils import timezone

from rollout.models import AuditEntry
from sites import queries
from sites.models import AccessWindow, AttributeValue, Contact, ImportRow
from tests import factories as make
from tests.sites.import_scene import apply, check, undo

CONTACTS = """Store,Name,Role,Order,Phone,E-mail
0417,Dana Reyes,Store manager,1,+1 206 555 0118,dana@stores.example.com
0417,Night lead,,2,+1 206 555 0119,
0418,Lee Ito,,,+1 206 555 0120,
"""
FACTS = """Site,Attribute,Value,Seen on,Source
0417,Ceiling,drop,2026-03-31,Survey
0417,height,12.5,2026-03-31,
0418,Ceiling,HARD,,
"""
HOURS = """Store,Weekday,From,To
0417,Mon-Fri,21:00,05:00
0417,Sat,10pm,6am
0418,daily,20:00,23:59
"""


@pytest.fixture
def estate(cast):
    """Two sites in the rollout, one of the same client outside it, and two attributes."""
    for key in ("0417", "0418"):
        make.EnrolmentFactory(rollout=cast.rollout, site__key=key)
    make.SiteFactory(client=cast.client, key="0999")
    make.AttributeFactory(client=cast.client)
    make.AttributeFactory(client=cast.client, key="height", label="Ceiling height", kind="number", choices=[])
    return cast


def problems(found, line):
    return {one["code"] for one in ImportRow.objects.get(site_import=found, line=line).problems}


# --- Contacts -------------------------------------------------------------------------------------------------


def test_contacts_land_at_their_sites_in_order(estate, run_jobs):
    apply(estate, run_jobs, CONTACTS, target="contacts")
    assert list(Contact.objects.filter(site__key="0417").values_list("name", "role", "order")) == [
        ("Dana Reyes", "Store manager", 0),
        ("Night lead", "", 1),
    ]
    entry = AuditEntry.objects.get(type="sites.contact.imported", data__line=2)
    assert (entry.subject_type, entry.summary) == (
        "sites.site",
        "Contact Dana Reyes imported from stores.csv, line 2",
    )


def test_a_contact_without_an_order_is_called_last(estate, run_jobs):
    make.ContactFactory(site__client=estate.client, site__key="0420", order=4)
    make.EnrolmentFactory(rollout=estate.rollout, site=Contact.objects.get().site)
    apply(
        estate,
        run_jobs,
        "site,name,phone\n0420,Late,+1 206 555 0101\n0420,Later,+1 206 555 0102\n",
        target="contacts",
    )
    assert list(Contact.objects.values_list("name", "order"))[1:] == [("Late", 5), ("Later", 6)]


@pytest.mark.parametrize(("target", "text"), [("contacts", CONTACTS), ("facts", FACTS), ("hours", HOURS)])
def test_the_same_list_again_changes_nothing(estate, run_jobs, target, text):
    apply(estate, run_jobs, text, target=target)
    tally = queries.tally_of(check(estate, run_jobs, text, target=target))
    assert (tally.same, tally.changing, tally.rejected) == (3, 0, 0)


@pytest.mark.parametrize(("target", "text"), [("contacts", CONTACTS), ("facts", FACTS), ("hours", HOURS)])
@pytest.mark.parametrize("number", ["0999", "7777", "=0417"])
def test_sites_that_are_not_in_the_rollout_are_refused(estate, run_jobs, target, text, number):
    found = check(estate, run_jobs, text.replace("0417", number), target=target)
    assert "no_site" in problems(found, 2)
    assert queries.tally_of(found).rejected == 2


@pytest.mark.parametrize(("target", "text"), [("contacts", CONTACTS), ("facts", FACTS), ("hours", HOURS)])
def test_a_row_without_a_site_is_rejected_with_its_reason(estate, run_jobs, target, text):
    found = check(estate, run_jobs, text.replace("0418,", ","), target=target)
    row = ImportRow.objects.get(site_import=found, line=4)
    assert row.verdict == "rejected"
    assert [one["sentence"] for one in row.problems] == [
        "The site number is missing. Fill it in and import the row again."
    ]


def test_another_phone_is_shown_and_written(estate, run_jobs):
    apply(estate, run_jobs, CONTACTS, target="contacts")
    found = apply(
        estate, run_jobs, CONTACTS.replace("0118", "0999").replace("Dana", "dana"), target="contacts"
    )
    assert found.rows.get(line=2).changes == {"phone": ["+1 206 555 0118", "+1 206 555 0999"]}
    assert Contact.objects.get(name="Dana Reyes").phone == "+1 206 555 0999"


def test_a_contact_nobody_can_reach_needs_attention(estate, run_jobs):
    found = check(estate, run_jobs, "site,name\n0417,Dana\n", target="contacts")
    assert problems(found, 2) == {"no_way_to_call"}


def test_an_impossible_order_is_left_out(estate, run_jobs):
    apply(estate, run_jobs, "site,name,order,phone\n0417,Dana,40000,+1 206 555 0101\n", target="contacts")
    assert Contact.objects.get().order == 0


def test_undo_removes_contacts_unless_they_were_changed(estate, run_jobs):
    found = apply(estate, run_jobs, CONTACTS, target="contacts")
    Contact.objects.filter(name="Night lead").update(phone="+1 206 555 0777")
    result = undo(estate, run_jobs, found)
    assert list(Contact.objects.values_list("name", flat=True)) == ["Night lead"]
    assert (result["removed"], result["stays"]) == (2, [["0417 · Night lead", "changed since: phone"]])


def test_undo_puts_a_changed_contact_back(estate, run_jobs):
    apply(estate, run_jobs, CONTACTS, target="contacts")
    found = apply(
        estate, run_jobs, CONTACTS.replace("Store manager,1", "Cluster manager,3"), target="contacts"
    )
    assert undo(estate, run_jobs, found)["restored"] == 1
    dana = Contact.objects.get(name="Dana Reyes")
    assert (dana.role, dana.order) == ("Store manager", 0)


# --- Facts ----------------------------------------------------------------------------------------------------


def test_facts_land_with_value_source_and_day(estate, run_jobs):
    apply(estate, run_jobs, FACTS, target="facts")
    rows = AttributeValue.objects.order_by("site__key", "attribute__key")
    assert list(rows.values_list("site__key", "attribute__key", "value", "source", "observed_on")) == [
        ("0417", "ceiling", "drop", "survey", date(2026, 3, 31)),
        ("0417", "height", 12.5, "import", date(2026, 3, 31)),
        ("0418", "ceiling", "hard", "import", timezone.now().date()),
    ]


def test_sources_that_differ_stand_side_by_side(estate, run_jobs):
    text = "site,attribute,value,source\n0417,Ceiling,drop,Survey\n0417,Ceiling,hard,Site contact\n"
    apply(estate, run_jobs, text, target="facts")
    assert AttributeValue.objects.filter(site__key="0417").count() == 2


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("0417,Colour,red,,", "no_attribute"),
        ("0417,Ceiling,glass,,", "value"),
        ("0417,height,tall,,", "value"),
        ("0417,height,,,", "missing"),
        ("0417,Ceiling,drop,,Survey\n0417,Ceiling,hard,,survey", "duplicate"),
    ],
)
def test_what_cannot_be_a_fact_is_rejected_with_its_reason(estate, run_jobs, row, code):
    found = check(estate, run_jobs, f"Site,Attribute,Value,Seen on,Source\n{row}\n", target="facts")
    last = ImportRow.objects.filter(site_import=found).last()
    assert last.verdict == "rejected"
    assert code in problems(found, last.line)


def test_an_older_word_does_not_replace_a_newer_one(estate, run_jobs):
    apply(estate, run_jobs, FACTS, target="facts")
    found = check(estate, run_jobs, FACTS.replace("drop,2026-03-31", "hard,2026-01-31"), target="facts")
    assert problems(found, 2) == {"older"}


def test_one_fact_under_two_names_is_written_once(estate, run_jobs):
    apply(estate, run_jobs, "site,attribute,value\n0417,ceiling height,11\n0417,height,12\n", target="facts")
    assert AttributeValue.objects.get().value == 12


def test_undo_of_facts_puts_back_value_and_day(estate, run_jobs):
    apply(estate, run_jobs, FACTS, target="facts")
    changed = apply(estate, run_jobs, "site,attribute,value\n0417,height,14\n", target="facts")
    assert undo(estate, run_jobs, changed)["restored"] == 1
    height = AttributeValue.objects.get(attribute__key="height")
    assert (height.value, height.observed_on) == (12.5, date(2026, 3, 31))


def test_undo_removes_new_facts_but_not_what_was_said_since(estate, run_jobs):
    found = apply(estate, run_jobs, FACTS, target="facts")
    AttributeValue.objects.filter(attribute__key="height").update(value=9)
    result = undo(estate, run_jobs, found)
    assert [one.value for one in AttributeValue.objects.all()] == [9]
    assert result["stays"] == [["0417 · height · ", "changed since: value"]]


# --- Hours ----------------------------------------------------------------------------------------------------


def test_hours_of_several_days_become_windows(estate, run_jobs):
    apply(estate, run_jobs, HOURS, target="hours")
    rows = AccessWindow.objects.filter(site__key="0417").values_list("weekday", "opens", "closes")
    assert list(rows) == [*((day, time(21), time(5)) for day in range(5)), (5, time(22), time(6))]
    assert AccessWindow.objects.filter(site__key="0418").count() == 7


def test_other_hours_replace_those_that_begin_at_the_same_time(estate, run_jobs):
    apply(estate, run_jobs, HOURS, target="hours")
    found = apply(estate, run_jobs, "store,weekday,from,to\n0417,Fri,21:00,04:00\n", target="hours")
    assert found.rows.get().changes == {"hours": [["Fri 21:00–05:00"], ["Fri 21:00–04:00"]]}
    assert AccessWindow.objects.get(site__key="0417", weekday=4).closes == time(4)
    assert undo(estate, run_jobs, found)["restored"] == 1
    assert AccessWindow.objects.get(site__key="0417", weekday=4).closes == time(5)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("0417,Someday,21:00,05:00", "weekday"),
        ("0417,Mon,21:00,21:00", "no_length"),
        ("0417,Mon,late,05:00", "missing"),
        ("0417,,21:00,05:00", "missing"),
    ],
)
def test_hours_that_cannot_be_read_are_rejected(estate, run_jobs, row, code):
    assert code in problems(check(estate, run_jobs, f"store,weekday,from,to\n{row}\n", target="hours"), 2)


@pytest.mark.parametrize(
    ("window", "meets"), [("Tue,22:00,23:00", True), ("Mon,04:00,06:00", True), ("Tue,05:00,21:00", False)]
)
def test_hours_that_overlap_others_of_the_site_need_attention(estate, run_jobs, window, meets):
    apply(
        estate,
        run_jobs,
        "store,weekday,from,to\n0417,Sun,20:00,05:00\n0417,Tue,21:00,05:00\n",
        target="hours",
    )
    found = check(estate, run_jobs, f"store,weekday,from,to\n0417,{window}\n", target="hours")
    assert problems(found, 2) == ({"overlap"} if meets else set())


def test_undo_takes_new_hours_away_and_leaves_others(estate, run_jobs):
    make.nightly_access(make.estate.Site.objects.get(key="0417"), opens=time(1), closes=time(2))
    found = apply(estate, run_jobs, HOURS, target="hours")
    undo(estate, run_jobs, found)
    assert set(AccessWindow.objects.values_list("site__key", "opens")) == {("0417", time(1))}


@pytest.mark.parametrize("target", ["contacts", "facts", "hours"])
def test_checking_costs_the_same_however_many_rows(estate, run_jobs, target, django_assert_max_num_queries):
    rows = {
        "contacts": "{n:04},Somebody,,,+1 206 555 0100,",
        "facts": "{n:04},Ceiling,drop,,",
        "hours": "{n:04},Mon,20:00,21:00",
    }
    head = {"contacts": CONTACTS, "facts": FACTS, "hours": HOURS}[target].splitlines()[0]
    for n in range(600, 660):
        make.EnrolmentFactory(rollout=estate.rollout, site__key=f"{n:04}")
    text = "\n".join([head, *(rows[target].format(n=n) for n in range(600, 660))])
    with django_assert_max_num_queries(120):
        found = apply(estate, run_jobs, text, target=target)
    assert queries.tally_of(found).create == 60
