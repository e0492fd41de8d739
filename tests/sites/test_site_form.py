"""The form of a site: regions, pasted coordinates, why, and two people at it at once."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.urls import reverse

from rollout.models import AuditEntry
from sites import actions
from sites.choices import GroupKind, PlacePrecision
from tests import factories as make

BLANK = {"street": "", "city": "", "region": "", "postal_code": "", "country": "", "time_zone": ""}
BLANK |= {"latitude": "", "longitude": "", "phone": "", "opening_hours": "", "access_notes": ""}


@pytest.fixture
def site(cast):
    return make.EnrolmentFactory(rollout=cast.rollout).site


def url(cast, site):
    return reverse("sites:edit", kwargs={"code": cast.rollout.code, "key": site.key})


def opened(web, address):
    """What the form's page would send if nothing were touched."""
    page = web.get(address).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(seen|was)" value="([^"]*)"', page))
    was = json.loads(unescape(hidden["was"]))
    return {**was, "seen": hidden["seen"], "was": unescape(hidden["was"])}


def test_a_change_is_kept_with_its_reason(cast, site, as_user):
    web, address = as_user(cast.pm), url(cast, site)
    web.post(address, {**opened(web, address), "phone": "+1 907 555 0100", "reason": "They moved"})
    entry = AuditEntry.objects.get(type="sites.site.changed")
    assert (entry.reason, entry.data["changes"]) == ("They moved", {"phone": ["", "+1 907 555 0100"]})


def test_region_and_format_are_chosen_and_named_in_the_history(cast, site, as_user):
    west = make.SiteGroupFactory(client=cast.client, name="West")
    bay = make.SiteGroupFactory(client=cast.client, name="Bay Area", parent=west)
    kiosk = make.SiteGroupFactory(client=cast.client, name="Kiosk", kind=GroupKind.FORMAT)
    web, address = as_user(cast.pm), url(cast, site)
    web.post(address, {**opened(web, address), "territory": bay.pk, "format": kiosk.pk})
    site.refresh_from_db()
    assert (site.territory, site.format) == (bay, kiosk)
    changes = AuditEntry.objects.get(type="sites.site.changed").data["changes"]
    assert changes == {"territory": [None, "West / Bay Area"], "format": [None, "Kiosk"]}
    page = web.get(reverse("sites:detail", kwargs={"code": cast.rollout.code, "key": site.key}))
    assert "West / Bay Area" in page.content.decode()


def test_a_region_of_another_client_or_of_the_other_kind_is_refused(cast, site, as_user):
    make.SiteGroupFactory(client=cast.client)
    kiosk = make.SiteGroupFactory(client=cast.client, kind=GroupKind.FORMAT)
    web, address = as_user(cast.pm), url(cast, site)
    for wrong in (make.SiteGroupFactory().pk, kiosk.pk, "x"):
        web.post(address, {**opened(web, address), "territory": wrong})
        site.refresh_from_db()
        assert site.territory is None


@pytest.mark.parametrize(
    ("pasted", "point"),
    [
        ("47.6062, -122.3321", (47.6062, -122.3321)),
        ("47.6062,-122.3321", (47.6062, -122.3321)),
        ("(47.6062; -122.3321)", (47.6062, -122.3321)),
        ("47,6062; -122,3321", (47.6062, -122.3321)),
        ("47.6062 -122.3321", (47.6062, -122.3321)),
        ("47.6062 N, 122.3321 W", (47.6062, -122.3321)),
    ],
)
def test_both_coordinates_can_be_pasted_into_one_field(cast, site, as_user, pasted, point):
    web, address = as_user(cast.pm), url(cast, site)
    web.post(address, {**opened(web, address), "latitude": pasted, "longitude": ""})
    site.refresh_from_db()
    assert (site.latitude, site.longitude) == point
    assert site.precision == PlacePrecision.BY_HAND


def test_a_pair_off_the_globe_is_refused_and_stays_in_the_form(cast, site, as_user):
    web, address = as_user(cast.pm), url(cast, site)
    page = web.post(address, {**opened(web, address), "latitude": "91.5, -200.5"}).content.decode()
    assert "between -90 and 90" in page
    assert 'value="91.5"' in page


def test_coordinates_nobody_touched_keep_their_kind(cast, site, as_user):
    web, address = as_user(cast.pm), url(cast, site)
    web.post(address, {**opened(web, address), "phone": "1"})
    site.refresh_from_db()
    assert site.precision == PlacePrecision.EXACT


def test_a_new_site_placed_by_hand_says_so(cast, as_user):
    make.EnrolmentFactory(rollout=cast.rollout)
    data = {**BLANK, "key": "77", "name": "Pier", "latitude": "47.6, -122.3"}
    as_user(cast.pm).post(reverse("sites:new", kwargs={"code": cast.rollout.code}), data)
    made = cast.client.sites.get(key="77")
    assert (made.precision, made.time_zone) == (PlacePrecision.BY_HAND, "America/Los_Angeles")


def change(cast, site, **fields):
    return actions.change_site(site=site, rollout=cast.rollout, by=cast.pf, at=make.NOW, **fields)


def test_the_second_of_two_people_is_told_and_overwrites_nothing(cast, site, as_user):
    web, address = as_user(cast.pm), url(cast, site)
    mine = opened(web, address)
    change(cast, site, phone="theirs", street="New street")
    page = unescape(web.post(address, {**mine, "phone": "mine", "name": "My name"}).content.decode())
    site.refresh_from_db()
    assert (site.phone, site.street) == ("theirs", "New street")
    assert f"{cast.pf} changed this site while you were writing" in page
    assert "Phone: “empty” became “theirs”. Below stands yours, “mine”" in re.sub("</?strong>", "", page)
    assert 'value="mine"' in page
    assert 'value="New street"' in page
    assert 'value="My name"' in page


def test_saving_again_after_looking_puts_ones_own_in_place(cast, site, as_user):
    web, address = as_user(cast.pm), url(cast, site)
    mine = opened(web, address)
    change(cast, site, phone="theirs", street="New street")
    page = web.post(address, {**mine, "phone": "mine"}).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(seen|was)" value="([^"]*)"', page))
    again = {
        **mine,
        "phone": "mine",
        "street": "New street",
        "seen": hidden["seen"],
        "was": unescape(hidden["was"]),
    }
    web.post(address, again)
    site.refresh_from_db()
    assert (site.phone, site.street) == ("mine", "New street")


def test_a_mistake_does_not_hide_that_somebody_else_saved(cast, site, as_user):
    web, address = as_user(cast.pm), url(cast, site)
    mine = opened(web, address)
    change(cast, site, phone="theirs")
    page = web.post(address, {**mine, "name": ""}).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(seen|was)" value="([^"]*)"', page))
    assert hidden["seen"] == mine["seen"]
    web.post(address, {**mine, "phone": "mine"})
    site.refresh_from_db()
    assert site.phone == "theirs"


@pytest.mark.parametrize("was", ["", "[1]", "{", '{"name": null}'])
def test_nonsense_in_the_hidden_fields_does_no_harm(cast, site, as_user, was):
    web, address = as_user(cast.pm), url(cast, site)
    mine = opened(web, address)
    change(cast, site, phone="theirs")
    assert web.post(address, {**mine, "was": was}).status_code == 200
    site.refresh_from_db()
    assert site.phone == "theirs"


def test_saving_what_is_so_already_saves_nothing(cast, site, as_user):
    web, address = as_user(cast.pm), url(cast, site)
    page = web.post(address, opened(web, address), follow=True).content.decode()
    assert "Nothing was different" in page
    assert not AuditEntry.objects.exists()
