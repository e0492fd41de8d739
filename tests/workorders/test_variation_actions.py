"""Variations: where they hold, what contradicts itself, and which packets follow."""

from __future__ import annotations

from datetime import date

import pytest

from sites.models import AttributeValue
from tests import factories as make
from tests.factories import NOW
from workorders.actions import plan as plan_actions
from workorders.actions import publish as publish_actions
from workorders.actions import variations as actions
from workorders.models import PlanRevision
from workorders.queries import publish as publish_queries
from workorders.queries import variations as queries

TODAY = date(2026, 11, 20)


@pytest.fixture
def plan(cast):
    """A draft with one step, an attribute, and five sites: two hard ceilings, two drop ceilings, one unknown."""
    draft = plan_actions.start_plan(rollout=cast.rollout, by=cast.pm, at=NOW)
    plan_actions.add_step(
        revision=draft, by=cast.pm, at=NOW, title="Mount the access point", phase="install", minutes=30
    )
    ceiling = make.AttributeFactory(client=cast.client)
    for value in ("hard", "hard", "drop", "drop", None):
        site = make.EnrolmentFactory(rollout=cast.rollout).site
        if value:
            AttributeValue.objects.create(
                site=site, attribute=ceiling, value=value, source="survey", observed_on=TODAY, recorded_at=NOW
            )
    return PlanRevision.objects.select_related("rollout__client", "sow").get(pk=draft.pk)


def vary(plan, by, name="Hard ceiling", value="hard", **fields):
    """Add a variation that sets the crew where the ceiling is `value`."""
    values = {
        "rank": 0,
        "condition": {"all": [{"attribute": "ceiling", "op": "is", "value": value}]},
        "effect": "set_crew",
        "step_key": "mount-the-access-point",
        "payload": {"crew": 2},
        "reason": "A lift needs two",
        **fields,
    }
    return actions.add_variation(revision=plan, by=by, at=NOW, name=name, **values)


def test_a_variation_counts_where_it_holds_and_where_nobody_knows(cast, plan):
    vary(plan, cast.pm)
    (view,) = queries.variation_views(plan, today=TODAY)
    assert view.counts == {"yes": 2, "no": 2, "unknown": 1}
    assert view.when == "When ceiling is hard"
    assert view.what == "“Mount the access point” needs 2 people"
    assert view.problems == ()


def test_the_sites_of_each_group_are_listed(cast, plan):
    rule = vary(plan, cast.pm)
    found = {
        verdict: queries.sites_reached(rule, verdict, today=TODAY).count()
        for verdict in ("yes", "no", "unknown")
    }
    assert found == {"yes": 2, "no": 2, "unknown": 1}
    (unknown,) = queries.with_facts(rule, queries.sites_reached(rule, "unknown", today=TODAY), today=TODAY)
    assert unknown.facts == (("Ceiling", "", "unknown"),)


def test_the_list_costs_the_same_however_many_sites_and_variations(cast, plan, django_assert_max_num_queries):
    vary(plan, cast.pm)
    vary(plan, cast.pm, name="Drop", value="drop")
    make.EnrolmentFactory.create_batch(20, rollout=cast.rollout)
    with django_assert_max_num_queries(12):
        queries.variation_views(plan, today=TODAY)


def test_two_of_the_same_reach_on_the_same_thing_contradict(cast, plan):
    vary(plan, cast.pm)
    vary(
        plan,
        cast.pm,
        name="In Juneau",
        condition={"all": [{"attribute": "city", "op": "is", "value": "Juneau"}]},
        payload={"crew": 3},
    )
    problems = queries.revision_problems(plan)
    assert len(problems) == 1
    assert "“Mount the access point”" in problems[0].sentence
    with pytest.raises(publish_actions.VariationsConflict):
        publish_actions.publish_plan(revision=plan, open_clauses_reason="", by=cast.pm, at=NOW)


def test_conditions_that_exclude_each_other_do_not_contradict(cast, plan):
    vary(plan, cast.pm)
    vary(plan, cast.pm, name="Drop", value="drop", payload={"crew": 3})
    assert queries.revision_problems(plan) == ()


def test_the_narrower_reach_does_not_contradict(cast, plan):
    vary(plan, cast.pm)
    vary(plan, cast.pm, name="This one", rank=2, payload={"crew": 3})
    assert queries.revision_problems(plan) == ()


def test_a_step_that_is_gone_is_a_problem(cast, plan):
    vary(plan, cast.pm)
    plan_actions.remove_step(step=plan.steps.get(), by=cast.pm, at=NOW)
    assert "does not exist" in queries.revision_problems(plan)[0].sentence


def test_an_attribute_that_is_gone_is_a_problem(cast, plan):
    vary(plan, cast.pm, condition={"all": [{"attribute": "roof", "op": "is", "value": "flat"}]})
    assert "no attribute called roof" in queries.revision_problems(plan)[0].sentence


def test_an_added_step_gets_a_key_of_its_own(cast, plan):
    payload = {"title": "Mount the access point", "phase": "install", "minutes": 10, "crew": 1}
    rule = vary(plan, cast.pm, effect="add_step", step_key="", payload=payload)
    assert rule.step_key == "mount-the-access-point-2"
    assert queries.revision_problems(plan) == ()


def test_saving_over_somebody_else_is_refused(cast, plan):
    rule = vary(plan, cast.pm)
    seen = actions.mark(rule)
    fields = {name: getattr(rule, name) for name in actions.VARIATION_FIELDS}
    actions.change_variation(variation=rule, by=cast.pf, at=NOW, seen=seen, **{**fields, "reason": "Other"})
    with pytest.raises(plan_actions.ChangedMeanwhile):
        actions.change_variation(variation=rule, by=cast.pm, at=NOW, seen=seen, **fields)


def test_a_removed_variation_comes_back_as_it_was(cast, plan):
    rule = vary(plan, cast.pm)
    before = actions.mark(rule)
    entry = actions.remove_variation(variation=rule, by=cast.pm, at=NOW)
    assert plan.variations.count() == 0
    back = actions.restore_variation(revision=plan, entry=entry, by=cast.pm, at=NOW)
    assert (back.key, actions.mark(back)) == (rule.key, before)
    assert actions.restore_variation(revision=plan, entry=entry, by=cast.pm, at=NOW) == back


def test_a_published_plan_takes_no_variation(cast, plan):
    rule = vary(plan, cast.pm)
    publish_actions.publish_plan(revision=plan, open_clauses_reason="", by=cast.pm, at=NOW)
    with pytest.raises(plan_actions.PlanIsPublished):
        vary(plan, cast.pm, name="Late")
    with pytest.raises(plan_actions.PlanIsPublished):
        actions.remove_variation(variation=rule, by=cast.pm, at=NOW)


def test_the_check_list_groups_sites_by_what_they_get(cast, plan):
    vary(plan, cast.pm)
    check = publish_queries.checklist(plan, today=TODAY)
    assert [(group.sites, [rule.name for rule in group.rules], group.blocked) for group in check.groups] == [
        (3, [], 1),
        (2, ["Hard ceiling"], 0),
    ]
    assert check.missing == (("Ceiling", 1),)
    assert (check.sites, check.blocked, check.is_publishable) == (5, 1, True)
    assert check.groups[0].work_minutes == 30


def test_the_check_list_costs_the_same_however_many_sites(cast, plan, django_assert_max_num_queries):
    vary(plan, cast.pm)
    make.EnrolmentFactory.create_batch(30, rollout=cast.rollout)
    with django_assert_max_num_queries(14):
        publish_queries.checklist(plan, today=TODAY)


def test_a_contradiction_stops_publishing(cast, plan):
    vary(plan, cast.pm)
    vary(plan, cast.pm, name="Again", payload={"crew": 3})
    check = publish_queries.checklist(plan, today=TODAY)
    assert (check.is_publishable, check.groups) == (False, ())
