"""What counts as known about a site: unknown, known, stale and disputed, and what they cost to find out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sites import actions
from sites.choices import AttributeKind, FactSource
from sites.facts import Saying, facts_for, read_value, settle, show_value
from sites.models import Attribute
from tests import factories as make

TODAY = date(2026, 11, 20)
CEILING = Attribute(key="ceiling", label="Ceiling", kind=AttributeKind.CHOICE, choices=["drop", "hard"])
HEIGHT = Attribute(key="height", label="Height", kind=AttributeKind.NUMBER, unit="ft", shelf_life_days=30)


def said(value, source=FactSource.IMPORT, days_ago=0):
    return Saying(value, source, TODAY - timedelta(days=days_ago))


def test_one_saying_is_known():
    fact = settle(CEILING, [said("drop")], today=TODAY)
    assert (fact.state, fact.value, fact.source) == ("known", "drop", "import")


def test_nothing_said_is_unknown_and_never_a_no():
    fact = settle(CEILING, [], today=TODAY)
    assert (fact.state, fact.value, fact.observed_on) == ("unknown", None, None)


def test_sources_that_disagree_are_disputed():
    fact = settle(CEILING, [said("drop"), said("hard", FactSource.SURVEY, 5)], today=TODAY)
    assert fact.state == "disputed"
    assert [one.value for one in fact.sayings] == ["drop", "hard"]


def test_sources_that_only_spell_differently_agree():
    assert settle(CEILING, [said("Drop "), said("drop", FactSource.SURVEY)], today=TODAY).state == "known"


def test_three_and_three_point_nought_agree():
    assert settle(HEIGHT, [said(3), said(3.0, FactSource.SURVEY)], today=TODAY).state == "known"


def test_true_is_not_one():
    assert settle(HEIGHT, [said(True), said(1, FactSource.SURVEY)], today=TODAY).state == "disputed"


@pytest.mark.parametrize(("days", "state"), [(30, "known"), (31, "stale")])
def test_the_last_day_of_its_shelf_life_still_counts(days, state):
    assert settle(HEIGHT, [said(12, days_ago=days)], today=TODAY).state == state


def test_a_fresh_saying_outweighs_a_stale_one():
    fact = settle(HEIGHT, [said(10, days_ago=400), said(12, FactSource.SURVEY)], today=TODAY)
    assert (fact.state, fact.value) == ("known", 12)


def test_without_a_shelf_life_nothing_goes_stale():
    assert settle(CEILING, [said("drop", days_ago=5000)], today=TODAY).state == "known"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(True, "", "Yes"), (False, "", "No"), (12.0, "ft", "12 ft"), (1234.5, "", "1,234.5"), (None, "ft", "")],
)
def test_values_are_shown_as_people_write_them(value, unit, text):
    assert show_value(value, unit) == text


@pytest.mark.parametrize(
    ("attribute", "text", "value"),
    [(CEILING, "DROP", "drop"), (HEIGHT, "12,5", 12.5), (HEIGHT, "12 ft", 12), (HEIGHT, " ", None)],
)
def test_typed_values_are_read(attribute, text, value):
    assert read_value(attribute, text) == value


@pytest.mark.parametrize(("attribute", "text"), [(CEILING, "vaulted"), (HEIGHT, "high")])
def test_what_does_not_fit_is_refused_with_a_sentence(attribute, text):
    with pytest.raises(ValueError, match=text):
        read_value(attribute, text)


@pytest.fixture
def estate(db):
    rollout = make.RolloutFactory()
    attribute = make.AttributeFactory(client=rollout.client)
    sites = [make.EnrolmentFactory(rollout=rollout).site for _ in range(3)]
    return rollout, attribute, sites


def state(rollout, attribute, site, value, **more):
    return actions.state_fact(
        site=site, attribute=attribute, value=value, rollout=rollout, by=rollout.pm, at=make.NOW, **more
    )


def test_facts_of_many_sites_take_three_queries(estate, django_assert_num_queries):
    rollout, attribute, sites = estate
    state(rollout, attribute, sites[0], "drop")
    with django_assert_num_queries(3):
        facts = facts_for([site.pk for site in sites], rollout.client_id, today=TODAY)
    assert [facts[site.pk]["ceiling"].state for site in sites] == ["known", "unknown", "unknown"]


def test_every_site_has_its_own_place_as_facts(estate):
    rollout, _, (site, *_) = estate
    facts = facts_for([site.pk], rollout.client_id, today=TODAY)[site.pk]
    assert (facts["region"].value, facts["country"].value) == ("AK", "US")


def test_an_empty_region_is_unknown(estate):
    rollout, _, (site, *_) = estate
    site.region = ""
    site.save()
    assert facts_for([site.pk], rollout.client_id, today=TODAY)[site.pk]["region"].state == "unknown"


def test_sites_of_another_client_have_no_facts_here(estate):
    rollout, _, _ = estate
    stranger = make.SiteFactory()
    assert facts_for([stranger.pk], rollout.client_id, today=TODAY) == {}


def test_stating_again_replaces_what_the_same_source_said(estate):
    rollout, attribute, (site, *_) = estate
    state(rollout, attribute, site, "drop")
    state(rollout, attribute, site, "hard")
    fact = facts_for([site.pk], rollout.client_id, today=TODAY)[site.pk]["ceiling"]
    assert (fact.state, fact.value, len(fact.sayings)) == ("known", "hard", 1)


def test_settling_drops_the_other_sources_and_keeps_them_in_the_audit(estate):
    rollout, attribute, (site, *_) = estate
    state(rollout, attribute, site, "drop", source=FactSource.SURVEY)
    state(rollout, attribute, site, "hard", settles=True)
    fact = facts_for([site.pk], rollout.client_id, today=TODAY)[site.pk]["ceiling"]
    assert (fact.state, fact.value) == ("known", "hard")
    entry = rollout.audit_entries.get(type="sites.fact.settled")
    assert entry.data["before"] == [["survey", "drop", "2026-11-20"]]


def test_forgetting_what_nobody_said_is_refused(estate):
    rollout, attribute, (site, *_) = estate
    with pytest.raises(actions.NothingSaid):
        actions.forget_fact(
            site=site, attribute=attribute, source="pm", rollout=rollout, by=rollout.pm, at=make.NOW
        )


def test_a_choice_that_sites_have_cannot_vanish(estate):
    rollout, attribute, (site, *_) = estate
    state(rollout, attribute, site, "drop")
    with pytest.raises(actions.AttributeInUse, match="drop"):
        actions.change_attribute(
            attribute=attribute, rollout=rollout, by=rollout.pm, at=make.NOW, choices=["hard", "none"]
        )


def test_an_attribute_with_values_cannot_be_removed(estate):
    rollout, attribute, (site, *_) = estate
    state(rollout, attribute, site, "drop")
    with pytest.raises(actions.AttributeInUse):
        actions.remove_attribute(attribute=attribute, rollout=rollout, by=rollout.pm, at=make.NOW)


@pytest.mark.parametrize("label", ["Ceiling", "Region", "天井"])
def test_keys_are_given_once_and_never_shadow_what_every_site_has(estate, label):
    rollout, _, _ = estate
    with pytest.raises(actions.AttributeKeyTaken):
        actions.define_attribute(rollout=rollout, label=label, kind="text", by=rollout.pm, at=make.NOW)
