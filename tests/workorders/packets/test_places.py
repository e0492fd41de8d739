"""Conditions about places in a tree: within and not within, unknown, exclusive, in words."""

from __future__ import annotations

import pytest

from workorders.packets.conditions import evaluate, to_sentence, undecided, validate
from workorders.packets.conflicts import conflicts
from workorders.packets.exclusive import are_exclusive
from workorders.packets.model import AttributeType, Effect, Fact, FactState, PlanSpec, Rank, Rule, StepSpec

REGION = "group:region"
# West (1) holds Bay Area (2), which holds Oakland (3); East (4) is beside it.
TREE = AttributeType(
    "group",
    "Region",
    choices={"1": "West", "2": "West / Bay Area", "3": "West / Bay Area / Oakland", "4": "East"},
    within={
        "1": frozenset({"1"}),
        "2": frozenset({"1", "2"}),
        "3": frozenset({"1", "2", "3"}),
        "4": frozenset({"4"}),
    },
)
TYPES = {REGION: TREE, "floor": AttributeType("text", "Floor")}


def place(pk: str) -> Fact:
    return Fact(FactState.KNOWN, TREE.choices[pk], "Region", within=TREE.within[pk])


def asks(op: str, value: object, attribute: str = REGION) -> dict[str, object]:
    return {"attribute": attribute, "op": op, "value": value}


@pytest.mark.parametrize(
    ("site", "asked", "holds"),
    [("3", "1", True), ("3", "3", True), ("1", "3", False), ("4", "1", False), ("2", "9", False)],
)
def test_a_site_is_within_its_place_and_all_above(site, asked, holds):
    assert evaluate(asks("within", asked), {REGION: place(site)}) is holds
    assert evaluate(asks("not_within", asked), {REGION: place(site)}) is not holds


@pytest.mark.parametrize("op", ["within", "not_within"])
@pytest.mark.parametrize("fact", [None, Fact(FactState.UNKNOWN), Fact(FactState.KNOWN, "West")])
def test_a_site_without_a_place_is_undecided_and_never_a_no(op, fact):
    facts = {} if fact is None else {REGION: fact}
    assert evaluate(asks(op, "1"), facts) is None
    assert undecided(asks(op, "1"), facts) == {REGION}


def test_it_is_read_aloud():
    assert to_sentence(asks("within", "2"), TYPES) == "when region is within West / Bay Area"
    assert to_sentence(asks("not_within", "4"), TYPES) == "when region is not within East"
    assert to_sentence({"not": asks("within", "4")}, TYPES) == "when region is not within East"


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (asks("within", "1"), ""),
        (asks("within", "9"), "is not there any more"),
        (asks("is", "1"), "“is within”"),
        (asks("within", "1", "floor"), "no region or format"),
    ],
)
def test_what_cannot_be_asked_is_said(condition, sentence):
    problems = validate(condition, TYPES)
    assert bool(problems) is bool(sentence)
    assert all(sentence in problem for problem in problems)


@pytest.mark.parametrize(
    ("first", "second", "exclusive"),
    [
        (asks("within", "1"), asks("within", "4"), True),
        (asks("within", "3"), asks("within", "4"), True),
        (asks("within", "1"), asks("within", "3"), False),
        (asks("within", "3"), asks("not_within", "1"), True),
        (asks("within", "1"), asks("not_within", "3"), False),
        (asks("within", "1"), asks("not_within", "1"), True),
        (asks("not_within", "1"), asks("not_within", "4"), False),
        (asks("within", "1"), asks("within", "9"), False),
    ],
)
def test_places_exclude_each_other_only_when_neither_lies_in_the_other(first, second, exclusive):
    assert are_exclusive(first, second, TYPES) is exclusive
    assert are_exclusive(second, first, TYPES) is exclusive


def test_every_proof_of_exclusion_is_true_of_every_place():
    tests = [asks(op, pk) for op in ("within", "not_within") for pk in TREE.choices]
    for first in tests:
        for second in tests:
            if are_exclusive(first, second, TYPES):
                both = [pk for pk in TREE.choices if holds(first, pk) and holds(second, pk)]
                assert both == []


def holds(condition, pk):
    return evaluate(condition, {REGION: place(pk)}) is True


def test_one_variation_for_each_region_is_no_conflict():
    plan = PlanSpec(1, "Plan", (StepSpec(key="mount", title="Mount it", phase="install"),))
    rules = [
        Rule(
            key=f"crew-{pk}",
            name=f"Crew {pk}",
            rank=Rank.REGION_OR_FORMAT,
            condition=asks("within", pk),
            effect=Effect.SET_CREW,
            step_key="mount",
            payload={"crew": crew},
            reason="",
            clause="",
        )
        for pk, crew in (("1", 2), ("4", 3))
    ]
    assert conflicts(plan, rules, TYPES) == ()
    assert len(conflicts(plan, rules)) == 1
