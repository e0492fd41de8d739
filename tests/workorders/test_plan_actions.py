"""The plan: steps, revisions, publishing. What is published never changes."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from sites.facts import OWN_FACTS
from tests import factories as make
from tests.factories import NOW
from tests.workorders.plan_cases import bring, clause, draft_of
from workorders.actions import clauses as clause_actions
from workorders.actions import plan as actions
from workorders.actions import publish as publish_actions
from workorders.actions import variations as variation_actions
from workorders.models import PlanRevision, Step, WorkOrder
from workorders.queries import plan as queries
from workorders.queries import sow as sow_queries


@pytest.fixture
def draft(cast):
    """An empty draft."""
    return actions.start_plan(rollout=cast.rollout, by=cast.pm, at=NOW)


def add(draft, by, title="Mount the access point", **fields):
    """Add a believable step."""
    values = {"phase": "install", "minutes": 30, **fields}
    return actions.add_step(revision=draft, by=by, at=NOW, title=title, **values)


def test_a_step_has_a_key_of_its_title_and_evidence_with_keys(cast, draft):
    photo = actions.EvidenceDraft("photo", "LED on", options={"must_show": ["LED"]})
    step = add(draft, cast.pm, evidence=[photo, actions.EvidenceDraft("photo", "LED on")])
    assert step.key == "mount-the-access-point"
    assert [spec.key for spec in step.evidence_specs.all()] == ["photo-led-on", "photo-led-on-2"]


def test_starting_twice_is_one_draft(cast, draft):
    assert actions.start_plan(rollout=cast.rollout, by=cast.pm, at=NOW) == draft
    assert actions.start_next(rollout=cast.rollout, by=cast.pm, at=NOW) == draft


def test_the_same_title_twice_gets_another_key(cast, draft):
    assert add(draft, cast.pm).key != add(draft, cast.pm).key


def test_a_title_without_latin_letters_gets_a_key(cast, draft):
    assert add(draft, cast.pm, title="天井に取り付ける").key == "step"


def test_the_plan_is_what_the_compiler_gets_in_three_queries(cast, draft, django_assert_num_queries):
    sow = bring(cast.rollout, cast.pm)
    draft = draft_of(cast.rollout)
    clause_actions.accept_proposal(clause=clause(sow, "Mount"), revision=draft, by=cast.pm, at=NOW)
    add(
        draft,
        cast.pm,
        title="Arrive",
        phase="arrive",
        materials=[{"name": "Bolt", "quantity": "1.5", "unit": "m"}],
    )
    revision = draft_of(cast.rollout)
    with django_assert_num_queries(3):
        plan = queries.plan_spec(revision)
    assert [(step.title, step.clauses) for step in plan.steps] == [
        ("Arrive", ()),
        ("Mount the access point on the ceiling and take a photo of it", ("2.1",)),
    ]
    assert str(plan.steps[0].materials[0].quantity) == "1.5"


def test_steps_move_within_their_phase_only(cast, draft):
    first, second = add(draft, cast.pm, title="A"), add(draft, cast.pm, title="B")
    other = add(draft, cast.pm, title="C", phase="test")
    assert actions.move_step(step=second, places=-1, by=cast.pm, at=NOW)
    assert not actions.move_step(step=other, places=-1, by=cast.pm, at=NOW)
    assert [step.pk for step in queries.step_list(draft)] == [second.pk, first.pk, other.pk]


def test_saving_over_somebody_else_is_refused(cast, draft):
    step = add(draft, cast.pm)
    seen = actions.mark(step)
    fields = {"title": "Mount it", "phase": "install", "minutes": 20}
    actions.change_step(step=step, by=cast.pf, at=NOW, seen=seen, evidence=[], **fields)
    with pytest.raises(actions.ChangedMeanwhile, match="still here"):
        actions.change_step(step=step, by=cast.pm, at=NOW, seen=seen, evidence=[], **fields)


def test_new_evidence_alone_counts_as_a_change(cast, draft):
    step = add(draft, cast.pm)
    seen = actions.mark(step)
    make.EvidenceSpecFactory(step=step)
    assert actions.mark(step) != seen


def test_evidence_keeps_its_key_over_changes(cast, draft):
    step = add(draft, cast.pm, evidence=[actions.EvidenceDraft("photo", "LED on")])
    kept = actions.EvidenceDraft("photo", "LED green", key="photo-led-on")
    changed = actions.change_step(
        step=step, by=cast.pm, at=NOW, seen=actions.mark(step), evidence=[kept], title="Mount"
    )
    assert [(spec.key, spec.label) for spec in changed.evidence_specs.all()] == [
        ("photo-led-on", "LED green")
    ]
    assert changed.key == step.key


def test_removing_a_step_opens_its_clauses_and_undo_brings_all_back(cast):
    sow = bring(cast.rollout, cast.pm)
    draft = draft_of(cast.rollout)
    step = clause_actions.accept_proposal(clause=clause(sow, "Mount"), revision=draft, by=cast.pm, at=NOW)
    before = actions.mark(step)
    entry = actions.remove_step(step=step, by=cast.pm, at=NOW)
    assert sow_queries.coverage(sow, draft).traced == 0
    back = actions.restore_step(revision=draft, entry=entry, by=cast.pm, at=NOW)
    assert (back.key, actions.mark(back)) == (step.key, before)
    assert sow_queries.coverage(sow, draft).traced == 1
    assert actions.restore_step(revision=draft, entry=entry, by=cast.pm, at=NOW) == back


def test_removing_twice_is_refused(cast, draft):
    step = add(draft, cast.pm)
    actions.remove_step(step=step, by=cast.pm, at=NOW)
    with pytest.raises(actions.ChangedMeanwhile, match="removed meanwhile"):
        actions.remove_step(step=step, by=cast.pm, at=NOW)


def test_undo_does_not_bring_back_a_trace_to_a_clause_set_aside_since(cast):
    sow = bring(cast.rollout, cast.pm)
    draft = draft_of(cast.rollout)
    mount = clause(sow, "Mount")
    step = clause_actions.accept_proposal(clause=mount, revision=draft, by=cast.pm, at=NOW)
    entry = actions.remove_step(step=step, by=cast.pm, at=NOW)
    clause_actions.set_aside(clauses=[mount], revision=draft, reason="Done before", by=cast.pm, at=NOW)
    assert actions.restore_step(revision=draft, entry=entry, by=cast.pm, at=NOW).clauses.count() == 0


def test_the_next_revision_is_a_copy_with_the_same_keys(cast):
    sow = bring(cast.rollout, cast.pm)
    draft = draft_of(cast.rollout)
    step = clause_actions.accept_proposal(clause=clause(sow, "Mount"), revision=draft, by=cast.pm, at=NOW)
    variation_actions.add_variation(
        revision=draft,
        by=cast.pm,
        at=NOW,
        name="Two people",
        rank=0,
        condition={},
        effect="set_crew",
        step_key=step.key,
        payload={"crew": 2},
        reason="Heavy",
    )
    publish_actions.publish_plan(revision=draft, open_clauses_reason="Later", by=cast.pm, at=NOW)
    second = actions.start_revision(rollout=cast.rollout, by=cast.pm, at=NOW)
    assert (second.number, second.is_draft) == (2, True)
    published = PlanRevision.objects.get(number=1)
    assert queries.plan_spec(second).steps == queries.plan_spec(published).steps
    assert queries.rules_of(second) == queries.rules_of(published)
    assert actions.start_revision(rollout=cast.rollout, by=cast.pm, at=NOW) == second


def test_nothing_of_a_published_revision_changes(cast, draft):
    step = add(draft, cast.pm)
    publish_actions.publish_plan(revision=draft, open_clauses_reason="", by=cast.pm, at=NOW)
    for change in (
        lambda: add(draft, cast.pm, title="More"),
        lambda: actions.remove_step(step=step, by=cast.pm, at=NOW),
        lambda: actions.move_step(step=step, places=1, by=cast.pm, at=NOW),
        lambda: actions.change_step(
            step=step, by=cast.pm, at=NOW, seen=actions.mark(step), evidence=[], title="X"
        ),
    ):
        with pytest.raises(actions.PlanIsPublished):
            change()
    assert Step.objects.get().title == step.title


def test_publishing_makes_one_work_order_for_each_site_however_often(cast, draft):
    make.EnrolmentFactory.create_batch(3, rollout=cast.rollout)
    add(draft, cast.pm)
    assert publish_actions.publish_plan(revision=draft, open_clauses_reason="", by=cast.pm, at=NOW) == 3
    assert publish_actions.publish_plan(revision=draft, open_clauses_reason="", by=cast.pm, at=NOW) == 0
    draft.refresh_from_db()
    assert (draft.published_by, WorkOrder.objects.count()) == (cast.pm, 3)


def test_an_empty_plan_is_not_published(cast, draft):
    with pytest.raises(publish_actions.PlanIsEmpty):
        publish_actions.publish_plan(revision=draft, open_clauses_reason="", by=cast.pm, at=NOW)


def test_open_clauses_need_a_reason(cast):
    bring(cast.rollout, cast.pm)
    draft = draft_of(cast.rollout)
    add(draft, cast.pm)
    with pytest.raises(publish_actions.OpenClauses, match="5 clauses"):
        publish_actions.publish_plan(revision=draft, open_clauses_reason="", by=cast.pm, at=NOW)
    publish_actions.publish_plan(revision=draft, open_clauses_reason="Pilot first", by=cast.pm, at=NOW)
    draft.refresh_from_db()
    assert draft.open_clauses_reason == "Pilot first"


def test_a_reason_is_not_kept_when_nothing_is_open(cast, draft):
    add(draft, cast.pm)
    publish_actions.publish_plan(revision=draft, open_clauses_reason="Why not", by=cast.pm, at=NOW)
    draft.refresh_from_db()
    assert draft.open_clauses_reason == ""


def test_a_stored_step_is_within_the_models_bounds(cast, draft):
    with pytest.raises(ValidationError):
        Step(revision=draft, key="x", phase="install", position=1, title="X", minutes=601).full_clean()


def test_every_site_can_be_asked_for_its_own_facts(cast):
    assert set(OWN_FACTS) <= set(queries.attribute_types(cast.client.pk))
