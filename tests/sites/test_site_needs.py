"""What the plan needs and what is missing, per rollout and per site, on their pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from rollout.models import AuditEntry
from sites import planning, queries
from sites.facts import facts_for
from sites.models import Site
from sites.planning import Need
from tests import factories as make

TODAY = make.NOW.date()


@pytest.fixture
def rollout(cast):
    return cast.rollout


@pytest.fixture
def asked(monkeypatch):
    """Let a plan ask for these keys."""

    def ask(*keys):
        monkeypatch.setattr(
            planning, "needs", lambda _: tuple(Need(key, f"Rule {key}", "/x/") for key in keys)
        )

    return ask


def attribute(rollout, key, **more):
    return make.AttributeFactory(client=rollout.client, key=key, label=key.title(), **more)


def said(site, attribute, value="drop", source="pm", days=0):
    return make.AttributeValueFactory(
        site=site, attribute=attribute, value=value, source=source, observed_on=TODAY - timedelta(days)
    )


def test_sites_are_ready_where_every_needed_fact_is_known(rollout, asked):
    asked("rack", "door", "city", "group:region")
    rack, door = attribute(rollout, "rack", shelf_life_days=30), attribute(rollout, "door")
    attribute(rollout, "colour")
    sites = [make.EnrolmentFactory(rollout=rollout).site for _ in range(5)]
    west = make.SiteGroupFactory(client=rollout.client)
    Site.objects.filter(pk__in=[site.pk for site in sites]).update(territory=west)
    for site in sites[:4]:
        said(site, rack)
        said(site, door)
    said(sites[1], rack, "hard", "survey")
    sites[2].attribute_values.filter(attribute=rack).update(observed_on=TODAY - timedelta(31))
    Site.objects.filter(pk=sites[3].pk).update(city="")
    Site.objects.filter(pk=sites[4].pk).update(territory=None)
    found = queries.completeness_of(rollout, today=TODAY)
    assert (found.planned, found.sites, found.ready) == (True, 5, 1)
    states = {
        fact.key: (fact.counts.known, fact.counts.stale, fact.counts.disputed, fact.counts.unknown)
        for fact in found.facts
    }
    assert states == {
        "rack": (2, 1, 1, 1),
        "door": (4, 0, 0, 1),
        "city": (4, 0, 0, 1),
        "group:region": (4, 0, 0, 1),
    }


def test_without_a_plan_all_facts_are_shown(rollout):
    attribute(rollout, "rack")
    make.EnrolmentFactory(rollout=rollout)
    found = queries.completeness_of(rollout, today=TODAY)
    assert (found.planned, [fact.key for fact in found.facts], found.ready) == (False, ["rack"], 0)


def test_a_need_of_something_that_is_gone_is_left_out(rollout, asked):
    asked("gone", "rack")
    attribute(rollout, "rack")
    assert [fact.key for fact in queries.completeness_of(rollout, today=TODAY).facts] == ["rack"]


@pytest.mark.parametrize("sites", [0, 1])
def test_the_page_of_facts_is_there_with_little(rollout, cast, as_user, sites):
    url = reverse("sites:facts", args=[rollout.code])
    web = as_user(cast.pm)
    assert "No facts yet" in web.get(url).content.decode()
    attribute(rollout, "rack")
    for _ in range(sites):
        make.EnrolmentFactory(rollout=rollout)
    page = web.get(url).content.decode()
    assert ("No sites yet" in page) is (sites == 0)


def test_every_number_leads_to_its_sites(rollout, cast, as_user, asked):
    asked("rack")
    rack = attribute(rollout, "rack")
    known, unknown = (make.EnrolmentFactory(rollout=rollout).site for _ in range(2))
    said(known, rack)
    web = as_user(cast.pm)
    page = web.get(reverse("sites:facts", args=[rollout.code])).content.decode()
    for state, site, other in (("known", known, unknown), ("unknown", unknown, known)):
        assert f"?fact=rack:{state}" in page
        listed = web.get(
            reverse("sites:list", args=[rollout.code]), {"fact": f"rack:{state}"}
        ).content.decode()
        assert site.name in listed
        assert other.name not in listed


def test_the_numbers_come_as_a_file(rollout, cast, as_user, asked):
    asked("rack")
    attribute(rollout, "rack")
    make.EnrolmentFactory(rollout=rollout)
    answer = as_user(cast.pm).get(reverse("sites:facts", args=[rollout.code]), {"format": "csv"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines == ["fact,key,known,stale,disputed,unknown,needed by", "Rack,rack,0,0,0,1,Rule rack"]


def test_the_page_takes_few_queries_however_many_sites_and_facts(
    rollout, cast, as_user, asked, django_assert_max_num_queries
):
    asked(*(f"a{n}" for n in range(9)), "city")
    for n in range(9):
        one = attribute(rollout, f"a{n}", shelf_life_days=n or None)
        said(make.EnrolmentFactory(rollout=rollout).site, one)
    web = as_user(cast.pm)
    with django_assert_max_num_queries(17):
        web.get(reverse("sites:facts", args=[rollout.code]))


def test_a_site_says_what_is_missing_for_the_plan(rollout, cast, as_user, asked):
    asked("rack", "door", "gone")
    rack, _ = attribute(rollout, "rack"), attribute(rollout, "door")
    site = make.EnrolmentFactory(rollout=rollout).site
    said(site, rack)
    facts = facts_for([site.pk], rollout.client_id, today=TODAY)[site.pk]
    found = queries.site_completeness(facts, planning.needs(rollout))
    assert (found.known, found.needed, [one.key for one in found.missing]) == (1, 2, ["door"])
    page = as_user(cast.pm).get(reverse("sites:detail", args=[rollout.code, site.key])).content.decode()
    assert "1 of 2 facts the plan needs are known" in page


def test_the_page_of_a_site_takes_few_queries_with_everything_on_it(
    rollout, cast, as_user, asked, django_assert_max_num_queries
):
    asked(*(f"a{n}" for n in range(6)))
    site = make.EnrolmentFactory(rollout=rollout).site
    make.nightly_access(site)
    for n in range(12):
        one = attribute(rollout, f"a{n}", shelf_life_days=20)
        said(site, one, days=n * 3)
        said(site, one, "hard", "survey")
        make.ContactFactory(site=site, name=f"C{n}")
        for entry in range(3):
            AuditEntry.objects.create(
                at=make.NOW,
                by=cast.pm,
                type="sites.fact.stated",
                rollout=rollout,
                subject_type="sites.site",
                subject_id=site.pk,
                summary=f"{entry}",
                data={"changes": {f"attr:a{n}": [None, "drop"]}},
            )
    make.an_attachment(site, rollout=rollout, by=cast.pm)
    web = as_user(cast.pm)
    with django_assert_max_num_queries(24):
        web.get(reverse("sites:detail", args=[rollout.code, site.key]))


@pytest.mark.parametrize(
    ("days", "age", "confirmable"),
    [
        (10, "goes stale in 21 days", True),
        (0, "goes stale in 31 days", False),
        (30, "goes stale tomorrow", True),
        (31, "since today", True),
        (41, "for 10 days", True),
    ],
)
def test_age_is_told_against_the_shelf_life(rollout, days, age, confirmable):
    rack = attribute(rollout, "rack", shelf_life_days=30)
    site = make.EnrolmentFactory(rollout=rollout).site
    said(site, rack, days=days)
    facts = facts_for([site.pk], rollout.client_id, today=TODAY)[site.pk]
    (line,) = queries.fact_lines([rack], facts, (), (), today=TODAY)
    assert (line.age, line.confirmable) == (age, confirmable)


def test_needed_facts_come_first_and_of_them_what_is_missing(rollout):
    attributes = [attribute(rollout, key) for key in ("alpha", "beta", "gamma")]
    site = make.EnrolmentFactory(rollout=rollout).site
    said(site, attributes[1])
    facts = facts_for([site.pk], rollout.client_id, today=TODAY)[site.pk]
    needs = (Need("beta", "B"), Need("gamma", "C"))
    lines = queries.fact_lines(attributes, facts, needs, (), today=TODAY)
    assert [line.attribute.key for line in lines] == ["gamma", "beta", "alpha"]
