"""The page of one site."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sites import actions
from sites.models import Enrolment, Site
from tests import factories as make


@pytest.fixture
def scene(cast):
    keys = ["2", "10", "9", "A10", "A9"]
    rows = [
        make.EnrolmentFactory(
            rollout=cast.rollout, site=make.SiteFactory(client=cast.client, key=key, name=f"Store {key}")
        )
        for key in keys
    ]
    return cast, rows


def site_url(cast, site, name="detail", **more):
    return reverse(f"sites:{name}", kwargs={"code": cast.rollout.code, "key": site.key, **more})


# --- One site -------------------------------------------------------------------------------------------------
def test_the_page_of_a_site_costs_few_queries(scene, as_user, django_assert_max_num_queries):
    cast, rows = scene
    make.nightly_access(rows[0].site)
    for _ in range(4):
        make.ContactFactory(site=rows[0].site)
        make.AttributeFactory(client=cast.client, key=f"fact-{_}")
    web = as_user(cast.pm)
    with django_assert_max_num_queries(24):
        page = web.get(site_url(cast, rows[0].site)).content.decode()
    assert "21:00–05:00" in page
    assert "next morning" in page


@pytest.mark.parametrize("key", ["A/12", "new", "imports/5", "No 7 & Co", "100%", "渋谷"])
def test_any_number_a_client_uses_has_a_page(cast, as_user, key):
    site = make.EnrolmentFactory(
        rollout=cast.rollout, site=make.SiteFactory(client=cast.client, key=key)
    ).site
    web = as_user(cast.pm)
    assert web.get(site_url(cast, site)).context["site"] == site
    assert web.get(site_url(cast, site, "edit")).context["site"] == site


def test_a_site_made_by_hand_takes_its_zone_from_its_place(cast, as_user):
    url = reverse("sites:new", kwargs={"code": cast.rollout.code})
    data = {"key": "77", "name": "Pier", "country": "Deutschland", "latitude": "53,5413", "longitude": "9.98"}
    as_user(cast.pm).post(url, data)
    site = Site.objects.get(key="77")
    assert (site.country, site.latitude, site.time_zone, site.precision) == (
        "DE",
        53.5413,
        "Europe/Berlin",
        "by_hand",
    )
    assert site.enrolments.get().rollout == cast.rollout


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("key", "", "Give the client’s own number"),
        ("key", "a9", "has this number already"),
        ("key", "12/..", "only dots"),
        ("country", "Atlantis", "is not a country we know"),
        ("time_zone", "Mars/Olympus", "is not a time zone"),
        ("latitude", "100", "between -90 and 90"),
        ("latitude", "47.6", "Give both latitude and longitude"),
    ],
)
def test_what_is_wrong_with_a_site_is_said_and_the_rest_kept(scene, as_user, field, value, sentence):
    cast, _ = scene
    data = {"key": "77", "name": "Pier 12", field: value}
    answer = as_user(cast.pm).post(reverse("sites:new", kwargs={"code": cast.rollout.code}), data)
    page = answer.content.decode()
    assert sentence in page
    assert 'value="Pier 12"' in page
    assert Site.objects.count() == 5


def test_an_edit_says_what_changed_and_saying_nothing_new_writes_nothing(scene, as_user):
    cast, rows = scene
    site, web = rows[0].site, as_user(cast.pm)
    form = web.get(site_url(cast, site, "edit")).context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {"street": "1 New St"}
    web.post(site_url(cast, site, "edit"), data)
    web.post(site_url(cast, site, "edit"), data)
    entry = cast.rollout.audit_entries.get(type="sites.site.changed")
    assert entry.data["changes"] == {"street": ["3033 Vintage Blvd", "1 New St"]}


def test_contacts_are_added_ordered_changed_and_removed(scene, as_user):
    cast, rows = scene
    site, web = rows[0].site, as_user(cast.pm)
    for name in ("Dana", "Lee"):
        web.post(site_url(cast, site, "contact-new"), {"name": name, "phone": "+1 206 555 0100"})
    lee = site.contacts.get(name="Lee")
    web.post(site_url(cast, site, "contact-move", pk=lee.pk), {"to": "earlier"})
    assert list(site.contacts.values_list("name", flat=True)) == ["Lee", "Dana"]
    web.post(site_url(cast, site, "contact-edit", pk=lee.pk), {"name": "Lee", "email": "lee@example.test"})
    web.post(site_url(cast, site, "contact-remove", pk=site.contacts.get(name="Dana").pk))
    assert list(site.contacts.values_list("name", "email")) == [("Lee", "lee@example.test")]


def test_a_contact_nobody_can_call_is_refused_and_kept_in_the_form(scene, as_user):
    cast, rows = scene
    page = (
        as_user(cast.pm).post(site_url(cast, rows[0].site, "contact-new"), {"name": "Dana"}).content.decode()
    )
    assert "a name alone cannot be called" in page
    assert 'value="Dana"' in page


def test_a_contact_of_another_site_is_not_found_here(scene, as_user):
    cast, rows = scene
    contact = make.ContactFactory(site=rows[1].site)
    assert (
        as_user(cast.pm).get(site_url(cast, rows[0].site, "contact-edit", pk=contact.pk)).status_code == 404
    )


def test_hours_over_midnight_are_drawn_on_two_days(scene, as_user):
    cast, rows = scene
    site, web = rows[0].site, as_user(cast.pm)
    web.post(
        site_url(cast, site, "window-add"),
        {"days": [6], "opens": "21:00", "closes": "06:00", "replace": "on"},
    )
    days = web.get(site_url(cast, site)).context["hours"].days
    sunday = next(number for number, day in enumerate(days) if day.day.weekday() == 6)
    assert days[sunday].spans == ((87.5, 12.5),)
    assert days[sunday + 1].spans == ((0, 25.0),)


def test_hours_of_no_length_are_refused(scene, as_user):
    cast, rows = scene
    data = {"days": [1], "opens": "09:00", "closes": "09:00"}
    page = as_user(cast.pm).post(site_url(cast, rows[0].site, "window-add"), data).content.decode()
    assert "are the same" in page


def test_a_dispute_is_settled_for_one_source(scene, as_user):
    cast, rows = scene
    site, attribute = rows[0].site, make.AttributeFactory(client=cast.client)
    for source, value in (("survey", "drop"), ("import", "hard")):
        actions.state_fact(
            site=site,
            attribute=attribute,
            value=value,
            source=source,
            rollout=cast.rollout,
            by=cast.pm,
            at=make.NOW,
        )
    web = as_user(cast.pm)
    assert (
        "The sources disagree"
        in web.get(site_url(cast, site, "fact-edit", attribute_key="ceiling")).content.decode()
    )
    web.post(
        site_url(cast, site, "fact-settle", attribute_key="ceiling"),
        {"source": "survey", "seen-survey": "drop"},
    )
    assert list(site.attribute_values.values_list("source", "value")) == [("survey", "drop")]


def test_existing_sites_of_the_client_come_in_and_strangers_do_not(cast, as_user):
    other = make.RolloutFactory(client=cast.client)
    make.member(cast.pm, other)
    mine = make.EnrolmentFactory(rollout=other).site
    stranger = make.EnrolmentFactory(rollout=cast.other_rollout).site
    url = reverse("sites:existing", kwargs={"code": cast.rollout.code})
    as_user(cast.pm).post(url, {"pk": [mine.pk, stranger.pk]})
    assert list(Enrolment.objects.filter(rollout=cast.rollout).values_list("site", flat=True)) == [mine.pk]


def test_attributes_are_listed_with_what_is_known(scene, as_user, django_assert_max_num_queries):
    cast, rows = scene
    attribute = make.AttributeFactory(client=cast.client)
    actions.state_fact(
        site=rows[0].site, attribute=attribute, value="drop", rollout=cast.rollout, by=cast.pm, at=make.NOW
    )
    web = as_user(cast.pm)
    with django_assert_max_num_queries(14):
        line = web.get(reverse("sites:attributes", kwargs={"code": cast.rollout.code})).context["lines"][0]
    assert (line.counts.known, line.counts.unknown, line.top) == (1, 4, (("drop", 1),))


def test_an_attribute_of_one_of_a_list_needs_a_list(cast, as_user):
    url = reverse("sites:attribute-new", kwargs={"code": cast.rollout.code})
    data = {"label": "Ceiling", "kind": "choice", "choices": "drop"}
    assert "at least two choices" in as_user(cast.pm).post(url, data).content.decode()
    as_user(cast.pm).post(url, {**data, "choices": "drop\nhard\nDROP\n"})
    assert cast.client.attributes.get().choices == ["drop", "hard"]
