"""Which facts the plan asks for: those its variations depend on, and those evidence is compared with."""

from __future__ import annotations

import pytest

from sites import planning
from sites.planning import Need
from tests import factories as make
from workorders.choices import Effect, RevisionState
from workorders.models import Variation
from workorders.queries.needs import needs_of_plan


@pytest.fixture
def rollout(db):
    return make.RolloutFactory()


def variation(revision, key="ceiling", **fields):
    values = {
        "name": "Hard ceiling",
        "rank": 0,
        "condition": {"all": [{"attribute": key, "op": "is", "value": "hard"}]},
        "effect": Effect.SET_CREW,
        "payload": {"crew": 2},
        "reason": "A lift needs two",
        **fields,
    }
    return Variation.objects.create(revision=revision, position=0, key="hard-ceiling", **values)


def published(rollout, number=1):
    return make.PlanRevisionFactory(
        rollout=rollout,
        number=number,
        state=RevisionState.PUBLISHED,
        published_at=make.NOW,
        published_by=rollout.pm,
    )


def test_a_fact_a_variation_depends_on_is_needed(rollout):
    made = variation(published(rollout))
    assert needs_of_plan(rollout) == (Need("ceiling", "Hard ceiling", f"/variations/{made.pk}/"),)


def test_a_fact_evidence_is_compared_with_is_needed(rollout):
    step = make.StepFactory(revision=published(rollout), title="Count the radios")
    make.EvidenceSpecFactory(step=step, label="Radios", options={"expected_from": "radios"})
    make.EvidenceSpecFactory(step=step, options={"expected": 3})
    assert needs_of_plan(rollout) == (Need("radios", "Radios (Count the radios)", f"/steps/{step.pk}/"),)


def test_what_a_variation_adds_is_looked_through_too(rollout):
    evidence = [{"key": "n", "options": {"expected_from": "radios"}}]
    variation(published(rollout), payload={"step": {"evidence": evidence}})
    assert {need.attribute_key for need in needs_of_plan(rollout)} == {"ceiling", "radios"}


def test_the_published_plan_goes_before_the_draft(rollout):
    variation(published(rollout))
    variation(make.PlanRevisionFactory(rollout=rollout, number=2), key="floor")
    assert planning.needed_keys(rollout) == ("ceiling",)


def test_without_a_published_plan_the_draft_counts(rollout):
    variation(make.PlanRevisionFactory(rollout=rollout), key="floor")
    assert planning.needed_keys(rollout) == ("floor",)


def test_without_a_plan_nothing_is_needed(rollout):
    assert planning.needs(rollout) == ()


def test_a_condition_nobody_can_read_asks_for_nothing(rollout):
    variation(published(rollout), condition={"none": 1})
    assert planning.needs(rollout) == ()


def test_needs_take_four_queries_however_large_the_plan(rollout, django_assert_max_num_queries):
    revision = published(rollout)
    for step in make.StepFactory.create_batch(8, revision=revision):
        make.EvidenceSpecFactory(step=step, options={"expected_from": "radios"})
    with django_assert_max_num_queries(4):
        assert len(needs_of_plan(rollout)) == 8
