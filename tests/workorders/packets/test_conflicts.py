"""Two rules of the same rank never win silently."""

import pytest

from workorders.packets.compile import conflicts
from workorders.packets.model import PlanSpec, Rule, StepSpec

PLAN = PlanSpec(1, "Plan", (StepSpec("mount", "install", "Mount"), StepSpec("test", "test", "Test")))


def where(value, op="is"):
    return {"attribute": "ceiling", "op": op, "value": value}


def rule(key, effect, payload=None, step_key="mount", rank=1, condition=None):
    return Rule(key, f"Rule {key}", rank, condition or {}, effect, step_key, payload or {})


EVIDENCE = {"key": "p", "kind": "photo", "label": "Picture"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (rule("a", "set_minutes", {"minutes": 5}), rule("b", "set_minutes", {"minutes": 6})),
        (rule("a", "set_crew", {"crew": 2}), rule("b", "set_crew", {"crew": 3})),
        (rule("a", "remove_step"), rule("b", "set_crew", {"crew": 3})),
        (rule("a", "remove_step"), rule("b", "note", {"text": "x"})),
        (rule("a", "replace_step", {"title": "x"}), rule("b", "replace_step", {"title": "y"})),
        (rule("a", "replace_step", {"minutes": 4}), rule("b", "set_minutes", {"minutes": 6})),
        (rule("a", "add_material", {"name": "Anchor"}), rule("b", "add_material", {"name": "anchor "})),
        (rule("a", "add_evidence", EVIDENCE), rule("b", "add_evidence", {**EVIDENCE, "label": "Other"})),
    ],
)
def test_rules_that_touch_the_same_thing_clash(first, second):
    for pair in ((first, second), (second, first)):
        (found,) = conflicts(PLAN, pair)
        assert found.rule_keys == ("a", "b")
        assert "“Rule a” and “Rule b”" in found.sentence
        assert found.sentence.endswith(".")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (rule("a", "set_minutes", {"minutes": 5}), rule("b", "set_minutes", {"minutes": 5})),
        (rule("a", "set_minutes", {"minutes": 5}), rule("b", "set_crew", {"crew": 2})),
        (rule("a", "set_minutes", {"minutes": 5}), rule("b", "set_minutes", {"minutes": 6}, rank=2)),
        (rule("a", "set_minutes", {"minutes": 5}), rule("b", "set_minutes", {"minutes": 6}, step_key="test")),
        (rule("a", "replace_step", {"title": "x"}), rule("b", "replace_step", {"warning": "y"})),
        (rule("a", "note", {"text": "x"}), rule("b", "note", {"text": "y"})),
        (rule("a", "remove_step"), rule("b", "remove_step")),
        (rule("a", "add_material", {"name": "Anchor"}), rule("b", "add_material", {"name": "Bolt"})),
        (
            rule("a", "set_minutes", {"minutes": 5}, condition=where("hard")),
            rule("b", "set_minutes", {"minutes": 6}, condition=where("hard", "is_not")),
        ),
    ],
)
def test_rules_that_agree_or_cannot_meet_do_not_clash(first, second):
    assert conflicts(PLAN, (first, second)) == ()


@pytest.mark.parametrize(
    ("made", "part"),
    [
        (rule("a", "set_crew", {"crew": 2}, step_key="lost"), "which does not exist"),
        (rule("a", "add_step", {"phase": "test", "title": "x"}), "which the plan already has"),
        (
            rule("a", "add_step", {"phase": "test", "title": "x", "after": "lost"}, step_key="new"),
            "Choose another place",
        ),
        (rule("a", "set_minutes", {"minutes": "5"}), "must be a whole number"),
        (rule("a", "set_minutes", {"minutes": True}), "must be a whole number"),
        (rule("a", "add_step", {"phase": "lunch", "title": "x"}, step_key="new"), "needs a phase"),
        (rule("a", "add_material", {"name": "x", "quantity": -1}), "above zero"),
        (rule("a", "add_evidence", {"key": "x", "kind": "smell", "label": "x"}), "needs a kind"),
        (rule("a", "replace_step", {"colour": "red"}), "only fields a step has"),
        (rule("a", "note", {"text": " "}), "text is missing"),
    ],
)
def test_rules_that_cannot_work_are_named(made, part):
    (found,) = conflicts(PLAN, [made])
    assert part in found.sentence


def test_a_rule_may_change_what_another_adds():
    added = rule("b", "add_step", {"phase": "install", "title": "Anchors"}, step_key="new")
    assert conflicts(PLAN, [rule("a", "set_crew", {"crew": 2}, step_key="new", rank=2), added]) == ()
