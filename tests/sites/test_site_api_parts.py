"""What belongs to sites over the API: contacts, hours, days, facts, files, places, regions, attributes, blackouts."""

from __future__ import annotations

import io
from datetime import date, time

import pytest
from PIL import Image

from rollout.models import AuditEntry
from sites.models import (
    AccessException,
    AccessWindow,
    Attribute,
    AttributeValue,
    Blackout,
    Contact,
    Enrolment,
    SiteGroup,
)
from tests import factories as make

AT = "/api/rollouts/guest-wifi"
SITE = f"{AT}/sites/9"
JSON = "application/json"


@pytest.fixture
def web(cast, as_user):
    place = make.EnrolmentFactory(rollout=cast.rollout, site__key="9")
    make.WaveFactory(rollout=cast.rollout, number=1, name="Coast")
    make.AttributeFactory(client=cast.client)
    make.AttributeFactory(
        client=cast.client, key="height", label="Height", kind="number", unit="ft", choices=[]
    )
    make.EnrolmentFactory(rollout=cast.other_rollout, site__key="9")
    client = as_user(cast.pm)
    client.site = place.site
    return client


def twice(web, address, body):
    """Put something, and again: the second time nothing is written. Return the first answer."""
    first = web.put(address, body, JSON)
    entries = AuditEntry.objects.count()
    again = web.put(address, body, JSON)
    assert again.status_code == 200
    assert again.json() == first.json()
    assert AuditEntry.objects.count() == entries
    return first


def codes(answer):
    return [one["code"] for one in answer.json()["errors"]]


# --- Contacts -------------------------------------------------------------------------------------------------
def test_the_people_to_call_are_put_in_order(web):
    kept = make.ContactFactory(site=web.site, name="Ann Lee", phone="")
    make.ContactFactory(site=web.site, name="Gone")
    people = [
        {"name": "Bo", "email": "bo@stores.example.com"},
        {"name": "ann lee", "phone": "+1 206 555 0118"},
    ]
    told = twice(web, f"{SITE}/contacts/", people).json()
    assert [(one["name"], one["phone"]) for one in told] == [("Bo", ""), ("ann lee", "+1 206 555 0118")]
    assert Contact.objects.filter(pk=kept.pk).exists()


@pytest.mark.parametrize(
    "body", [{}, [{}], [{"name": ""}], [{"name": "A", "email": "x"}], [{"name": "A"}] * 51, ["A"]]
)
def test_people_that_cannot_be_change_nothing(web, body):
    make.ContactFactory(site=web.site)
    answer = web.put(f"{SITE}/contacts/", body, JSON)
    assert (answer.status_code, bool(answer.json()["errors"][0]["sentence"])) == (400, True)
    assert Contact.objects.count() == 1


# --- Hours and days -------------------------------------------------------------------------------------------
def test_the_week_is_put_as_a_whole_over_midnight_too(web):
    make.nightly_access(web.site)
    week = [{"weekday": day, "opens": "21:00", "closes": "05:00"} for day in (0, 1)]
    week.append({"weekday": 5, "opens": "08:00", "closes": "12:30"})
    assert twice(web, f"{SITE}/access-windows/", week).json() == week
    assert AccessWindow.objects.filter(site=web.site).count() == 3


@pytest.mark.parametrize(
    "window",
    [
        {"weekday": 7, "opens": "08:00", "closes": "09:00"},
        {"weekday": 0, "opens": "25:00", "closes": "09:00"},
        {"weekday": 0, "opens": "08:00", "closes": "08:00"},
        {"weekday": 0, "opens": "08:00"},
        {},
    ],
)
def test_hours_that_cannot_be_change_nothing(web, window):
    make.nightly_access(web.site)
    assert web.put(f"{SITE}/access-windows/", [window], JSON).status_code == 400
    assert AccessWindow.objects.count() == 7


def test_two_windows_that_begin_together_are_refused(web):
    rows = [{"weekday": 0, "opens": "08:00", "closes": closes} for closes in ("09:00", "10:00")]
    assert codes(web.put(f"{SITE}/access-windows/", rows, JSON)) == ["twice"]


def test_a_day_differs_and_is_like_its_week_again(web):
    day = {"hours": [{"opens": "22:00", "closes": "02:00"}], "note": "Stocktaking"}
    told = twice(web, f"{SITE}/access-exceptions/2026-12-26/", day).json()
    assert told == {"on": "2026-12-26", **day}
    assert AccessException.objects.get().opens == time(22)
    assert web.get(f"{SITE}/access-exceptions/").json() == [told]
    assert web.get(f"{SITE}/access-exceptions/?since=2026-12-27").json() == []
    assert twice(web, f"{SITE}/access-exceptions/2026-12-26/", {"hours": []}).json()["hours"] == []
    assert [web.delete(f"{SITE}/access-exceptions/2026-12-26/").status_code for _ in "ab"] == [204, 204]
    assert web.get(f"{SITE}/access-exceptions/2026-12-26/").status_code == 404


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "1999-12-31", "99999-01-01"])
def test_a_day_that_is_none_is_refused(web, day):
    assert codes(web.put(f"{SITE}/access-exceptions/{day}/", {"hours": []}, JSON)) == ["no_such_day"]


# --- Facts ----------------------------------------------------------------------------------------------------
def test_a_fact_is_put_with_its_source_and_day(web):
    said = {"value": 12.5, "source": "survey", "observed_on": "2026-11-01", "note": "Measured"}
    told = twice(web, f"{SITE}/facts/height/", said).json()
    assert (told["state"], told["value"], told["unit"]) == ("known", 12.5, "ft")
    other = web.put(f"{SITE}/facts/height/", {"value": "13 ft"}, JSON).json()
    assert (other["state"], {one["source"] for one in other["sayings"]}) == ("disputed", {"survey", "import"})
    assert web.delete(f"{SITE}/facts/height/?source=import").status_code == 204
    assert web.delete(f"{SITE}/facts/height/?source=import").status_code == 409
    every = web.get(f"{SITE}/facts/").json()
    assert (every["height"]["state"], every["ceiling"]["state"]) == ("known", "unknown")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"value": "glass"}, "value"),
        ({"value": None}, "value"),
        ({"value": ""}, "value"),
        ({"value": ["drop"]}, "value"),
        ({}, "value"),
        ({"value": "drop", "source": "rumour"}, "source"),
        ({"value": "drop", "observed_on": "2999-01-01"}, "observed_on"),
        ({"value": "drop", "observed_on": "yesterday"}, "observed_on"),
    ],
)
def test_a_fact_that_cannot_be_stays_unknown(web, body, field):
    answer = web.put(f"{SITE}/facts/ceiling/", body, JSON)
    assert answer.status_code == 400
    assert field in [one["field"] for one in answer.json()["errors"]]
    assert not AttributeValue.objects.exists()


def test_an_attribute_nobody_defined_has_no_fact(web):
    assert web.put(f"{SITE}/facts/roof/", {"value": 1}, JSON).status_code == 404


# --- Files ----------------------------------------------------------------------------------------------------
def a_picture(name="plan.png"):
    content = io.BytesIO()
    Image.new("RGB", (32, 24), "teal").save(content, "PNG")
    content.seek(0)
    content.name = name
    return content


def test_a_file_is_kept_once_and_handed_out(web):
    sent = [web.post(f"{SITE}/attachments/", {"file": a_picture(), "kind": "floor_plan"}) for _ in "ab"]
    assert [one.status_code for one in sent] == [201, 201]
    assert sent[0].json()["key"] == sent[1].json()["key"]
    told = web.get(f"{SITE}/attachments/").json()["results"][0]
    assert (told["kind"], told["name"], told["added_by"]) == ("floor_plan", "plan.png", "Pat Conductor")
    address = f"{SITE}/attachments/{told['key']}/"
    content = web.get(f"{address}file/")
    assert b"".join(content.streaming_content) == a_picture().read()
    assert content["Content-Disposition"].startswith("attachment")
    assert web.delete(address).status_code == 204
    assert web.get(f"{address}file/").status_code == 404


def test_files_that_cannot_be_are_refused(web, settings):
    empty = io.BytesIO(b"")
    empty.name = "plan.pdf"
    assert web.post(f"{SITE}/attachments/", {}).status_code == 400
    assert web.post(f"{SITE}/attachments/", {"file": empty}).status_code == 400
    assert web.post(f"{SITE}/attachments/", {"file": a_picture(), "attribute": "roof"}).status_code == 400
    settings.UPLOAD_MAX_BYTES = 10
    assert web.post(f"{SITE}/attachments/", {"file": a_picture()}).status_code == 413


# --- Places in the rollout ------------------------------------------------------------------------------------
def test_a_place_has_a_wave_and_a_priority(web):
    told = twice(web, f"{AT}/enrolments/9/", {"wave": 1, "priority": 2}).json()
    assert (told["site"], told["wave"], told["priority"]) == ("9", 1, 2)
    assert web.put(f"{AT}/enrolments/9/", {"wave": None}, JSON).json()["wave"] is None
    assert web.put(f"{AT}/enrolments/9/", {"wave": 7}, JSON).status_code == 400
    assert web.put(f"{AT}/enrolments/9/", {"priority": 0}, JSON).status_code == 400


def test_a_site_leaves_the_rollout_unless_it_has_work(web, cast, as_user):
    web = as_user(cast.admin)  # who sees the site when it is in no rollout
    assert web.delete(f"{AT}/enrolments/9/").status_code == 204
    assert web.get(f"{AT}/enrolments/9/").status_code == 404
    assert web.put(f"{AT}/enrolments/9/", {}, JSON).status_code == 201
    make.WorkOrderFactory(enrolment=Enrolment.objects.get(rollout=cast.rollout))
    assert codes(web.delete(f"{AT}/enrolments/9/")) == ["site_in_use"]


def test_many_places_change_at_once_and_go_back(web, cast):
    make.EnrolmentFactory(rollout=cast.rollout, site__key="10", priority=3)
    told = web.put(f"{AT}/enrolments/", {"sites": ["9", "10", "11"], "priority": 3}, JSON).json()
    assert told["unknown"] == ["11"]
    assert [(one["what"], one["changed"], one["same"]) for one in told["changes"]] == [("priority", 1, 1)]
    assert web.post(told["changes"][0]["undo"]).json()["restored"] == 1
    assert web.post(told["changes"][0]["undo"]).status_code == 409
    found = web.get(f"{AT}/enrolments/?sort=priority").json()["results"]
    assert [(one["site"], one["priority"]) for one in found] == [("10", 3), ("9", 5)]


# --- Regions, attributes, blackouts ---------------------------------------------------------------------------
def test_regions_are_made_where_missing_moved_and_removed(web):
    first = web.post(f"{AT}/regions/", {"path": "West / Bay Area"}, JSON)
    assert (first.status_code, first.json()["path"]) == (201, "West / Bay Area")
    assert web.post(f"{AT}/regions/", {"path": "west/bay area"}, JSON).status_code == 200
    assert [one["path"] for one in web.get(f"{AT}/regions/").json()["results"]] == ["West", "West / Bay Area"]
    assert web.get(f"{AT}/formats/").json()["count"] == 0
    address = f"{AT}/groups/{first.json()['id']}/"
    assert web.patch(address, {"path": "Coast"}, JSON).json()["path"] == "Coast"
    assert codes(web.patch(address, {"path": "North / Coast"}, JSON)) == ["no_such_group"]
    assert web.delete(address).status_code == 204
    assert web.post(f"{AT}/regions/", {"path": " / "}, JSON).status_code == 400
    assert web.post(f"{AT}/regions/", {"path": " / ".join("abcdefg")}, JSON).status_code == 409


def test_an_attribute_is_defined_changed_and_removed_by_its_key(web):
    body = {"label": "Rack there", "kind": "yes_no", "hint": "Look behind the counter"}
    first = web.put(f"{AT}/attributes/rack/", body, JSON)
    assert (first.status_code, first.json()["key"]) == (201, "rack")
    entries = AuditEntry.objects.count()
    assert web.put(f"{AT}/attributes/rack/", body, JSON).status_code == 200
    assert AuditEntry.objects.count() == entries
    assert web.put(f"{AT}/attributes/rack/", body | {"hint": ""}, JSON).json()["hint"] == ""
    assert web.delete(f"{AT}/attributes/rack/").status_code == 204
    make.AttributeValueFactory(site=web.site, attribute=Attribute.objects.get(key="ceiling"))
    assert codes(web.delete(f"{AT}/attributes/ceiling/")) == ["attribute_in_use"]


@pytest.mark.parametrize(
    "body",
    [
        {"label": "Rack"},
        {"label": "", "kind": "text"},
        {"label": "Rack", "kind": "colour"},
        {"label": "Rack", "kind": "choice", "choices": ["one"]},
        {"label": "Rack", "kind": "choice", "choices": "one"},
        {"label": "Rack", "kind": "text", "shelf_life_days": 0},
        {"label": "Rack", "kind": "text", "translations": {"tlh": "x"}},
    ],
)
def test_an_attribute_that_cannot_be_is_not_defined(web, body):
    assert web.put(f"{AT}/attributes/rack/", body, JSON).status_code == 400
    assert not Attribute.objects.filter(key="rack").exists()


def test_a_fact_every_site_has_is_no_attribute(web):
    answer = web.put(f"{AT}/attributes/city/", {"label": "City", "kind": "text"}, JSON)
    assert codes(answer) == ["attribute_key_taken"]


FREEZE = {"starts_on": "2099-11-26", "ends_on": "2099-11-30", "reason": "Black Friday freeze"}


def test_a_blackout_is_set_once_changed_and_removed(web):
    first = web.post(f"{AT}/blackouts/", FREEZE, JSON)
    assert (first.status_code, first.json()["sites"]) == (201, 1)
    assert web.post(f"{AT}/blackouts/", FREEZE, JSON).status_code == 200
    assert Blackout.objects.count() == 1
    address = f"{AT}/blackouts/{first.json()['id']}/"
    assert web.put(address, FREEZE | {"site": "9"}, JSON).json()["site"] == "9"
    web.post(f"{AT}/regions/", {"path": "West"}, JSON)
    assert web.put(address, FREEZE | {"territory": "west"}, JSON).json()["territory"] == "West"
    assert web.get(f"{AT}/blackouts/?when=past").json()["count"] == 0
    assert web.delete(address).status_code == 204
    assert web.get(address).status_code == 404


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"ends_on": "2099-11-01"}, "ends_on"),
        ({"starts_on": "x"}, "starts_on"),
        ({"reason": ""}, "reason"),
        ({"site": "77"}, "site"),
        ({"territory": "Mars"}, "territory"),
        ({"site": "9", "format": "Café"}, ""),
        ({"starts_on": "2020-01-01", "ends_on": "2020-01-02"}, "starts_on"),
    ],
)
def test_a_blackout_that_cannot_be_is_not_set(web, more, field):
    answer = web.post(f"{AT}/blackouts/", FREEZE | more, JSON)
    assert answer.status_code == 400
    assert field in [one["field"] for one in answer.json()["errors"]]
    assert not Blackout.objects.exists()


def test_days_over_the_api_are_days(web):
    web.post(f"{AT}/blackouts/", FREEZE, JSON)
    assert Blackout.objects.get().starts_on == date(2099, 11, 26)


# --- What lists cost ------------------------------------------------------------------------------------------
LISTS = {
    f"{SITE}/contacts/": 8,
    f"{SITE}/access-windows/": 8,
    f"{SITE}/access-exceptions/": 8,
    f"{SITE}/facts/": 10,
    f"{SITE}/attachments/": 9,
    f"{AT}/enrolments/": 16,
    f"{AT}/regions/": 9,
    f"{AT}/attributes/": 8,
    f"{AT}/blackouts/": 16,
}


@pytest.mark.parametrize("address", LISTS)
def test_lists_cost_the_same_however_long(web, cast, address, django_assert_max_num_queries):
    make.nightly_access(web.site)
    for number in range(5):
        make.ContactFactory(site=web.site)
        make.EnrolmentFactory(rollout=cast.rollout)
        make.AttributeFactory(client=cast.client, key=f"a{number}", label=f"A{number}")
        region = SiteGroup.objects.create(
            client=cast.client, kind="region", name=f"R{number}", path=f"R{number}"
        )
        AccessException.objects.create(site=web.site, on=date(2099, 1, number + 1))
        days = {"starts_on": "2099-11-26", "ends_on": "2099-11-30", "reason": f"{number}"}
        Blackout.objects.create(client=cast.client, group=region, created_at=make.NOW, **days)
        web.post(f"{SITE}/attachments/", {"file": a_picture(f"{number}.png")})
    with django_assert_max_num_queries(LISTS[address]):
        assert web.get(address).status_code == 200
