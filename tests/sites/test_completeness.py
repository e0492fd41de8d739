"""What is known of many sites, counted and filtered in the database, agrees with what `settle` decides for each."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sites.choices import AttributeKind, FactSource, FactState
from sites.facts import facts_for
from sites.models import Attribute, AttributeValue, Enrolment, Site
from sites.queries.completeness import fact_state_q, key_state_q, state_counts
from tests import factories as make

TODAY = date(2026, 11, 20)
VALUES = st.one_of(
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, 3.0, 2.5, -0.0, 1e3, 1000, True, "3", "true"]),
    st.sampled_from(
        ["drop", "Drop", " drop\u00a0", "d rop", "Straße", "STRASSE", "ΣΑΣ", "σας", "İ", "a\x1cb", "a b"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=4),
)
SAYING = st.tuples(VALUES, st.sampled_from(FactSource.values), st.integers(0, 60))
SITES = st.lists(st.lists(SAYING, max_size=4, unique_by=lambda said: said[1]), min_size=1, max_size=6)


@pytest.fixture
def rollout(db):
    return make.RolloutFactory()


def estate(rollout, sayings, shelf_life):
    attribute = make.AttributeFactory(
        client=rollout.client, kind=AttributeKind.TEXT, choices=[], shelf_life_days=shelf_life
    )
    for said in sayings:
        site = make.EnrolmentFactory(rollout=rollout).site
        for value, source, days in said:
            make.AttributeValueFactory(
                site=site,
                attribute=attribute,
                value=value,
                source=source,
                observed_on=TODAY - timedelta(days),
            )
    return attribute


def settled(rollout, attribute):
    ids = list(Site.objects.filter(client=rollout.client).values_list("pk", flat=True))
    facts = facts_for(ids, rollout.client_id, today=TODAY)
    return {pk: found[attribute.key].state for pk, found in facts.items()}


def filtered(rollout, attribute):
    return {
        row.site_id: state
        for state in FactState.values
        for row in Enrolment.objects.filter(fact_state_q(attribute, state, TODAY), rollout=rollout)
    }


@given(sayings=SITES, shelf_life=st.sampled_from([None, 1, 30, 36_500, 2_000_000_000]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_decides_as_settle_does(rollout, sayings, shelf_life):
    Enrolment.objects.all().delete()
    Site.objects.all().delete()
    Attribute.objects.all().delete()
    attribute = estate(rollout, sayings, shelf_life)
    wanted = settled(rollout, attribute)
    assert filtered(rollout, attribute) == wanted
    counts = state_counts(rollout, [attribute], today=TODAY)[attribute.key]
    assert {state: getattr(counts, state) for state in FactState.values} == {
        state: Counter(wanted.values())[state] for state in FactState.values
    }


def test_every_state_is_of_one_kind_only(rollout):
    said = [[("drop", "pm", 0)], [("drop", "pm", 0), ("hard", "survey", 0)], [("drop", "pm", 40)], []]
    attribute = estate(rollout, said, 30)
    assert sorted(filtered(rollout, attribute).values()) == ["disputed", "known", "stale", "unknown"]


def test_sites_themselves_can_be_filtered_too(rollout):
    attribute = estate(rollout, [[("drop", "pm", 0)], []], None)
    known = Site.objects.filter(fact_state_q(attribute, "known", TODAY, site=""))
    assert [site.attribute_values.count() for site in known] == [1]


def test_a_state_nobody_knows_holds_for_no_site(rollout):
    attribute = estate(rollout, [[]], None)
    assert not Enrolment.objects.filter(fact_state_q(attribute, "maybe", TODAY)).exists()


@pytest.mark.parametrize(("region", "state"), [("AK", "known"), ("", "unknown")])
def test_what_every_site_has_is_unknown_while_empty(rollout, region, state):
    site = make.EnrolmentFactory(rollout=rollout, site__region=region).site
    other = "unknown" if state == "known" else "known"
    found = Enrolment.objects.filter(key_state_q(rollout.client_id, "region", state, TODAY))
    assert [row.site_id for row in found] == [site.pk]
    for none in (other, "stale", "disputed"):
        assert not Enrolment.objects.filter(key_state_q(rollout.client_id, "region", none, TODAY)).exists()


def test_a_key_of_another_client_means_nothing(rollout):
    stranger = make.AttributeFactory(key="secret")
    assert key_state_q(rollout.client_id, stranger.key, "known", TODAY) is None


def test_counts_take_three_queries_however_many_attributes(rollout, django_assert_num_queries):
    attributes = [
        make.AttributeFactory(client=rollout.client, key=f"a{n}", shelf_life_days=n or None)
        for n in range(12)
    ]
    site = make.EnrolmentFactory(rollout=rollout).site
    make.EnrolmentFactory(rollout=rollout)
    AttributeValue.objects.bulk_create(
        AttributeValue(
            site=site, attribute=one, value="drop", source="pm", observed_on=TODAY, recorded_at=make.NOW
        )
        for one in attributes
    )
    with django_assert_num_queries(3):
        counts = state_counts(rollout, attributes, today=TODAY)
    assert {(one.known, one.unknown, one.total) for one in counts.values()} == {(1, 1, 2)}


def test_sites_of_other_rollouts_are_not_counted(rollout):
    attribute = estate(rollout, [[("drop", "pm", 0)]], None)
    other = make.RolloutFactory(client=rollout.client)
    assert state_counts(other, [attribute], today=TODAY)[attribute.key].total == 0
