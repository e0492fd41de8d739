"""Conditions are three-valued, and an unconfirmed fact never counts as a no."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.packets.conditions import attributes_used, evaluate, to_sentence, undecided, validate
from workorders.packets.exclusive import are_exclusive
from workorders.packets.model import AttributeType, Fact
from workorders.packets.tree import InvalidCondition, parse

TYPES = {
    "height": AttributeType("number", "Ceiling height", "ft"),
    "drop": AttributeType("boolean", "Drop ceiling"),
    "rack": AttributeType("boolean", "Has rack"),
    "poe": AttributeType("number", "PoE budget", "W"),
    "format": AttributeType(
        "choice", "Store format", choices={"kiosk": "kiosk", "mall": "mall store", "drive": "drive-through"}
    ),
    "opened": AttributeType("date", "Opening date"),
    "permit": AttributeType("text", "Permit number"),
}
TRUE, FALSE, OPEN = ({"attribute": name, "op": "is", "value": True} for name in ("yes", "no", "open"))
FACTS = {"yes": Fact("known", True), "no": Fact("known", False), "open": Fact("unknown")}
BY_VALUE = {True: TRUE, False: FALSE, None: OPEN}


def compare(attribute="height", op="gt", value=12):
    return {"attribute": attribute, "op": op, "value": value}


@pytest.mark.parametrize(("left", "right"), list(product((True, False, None), repeat=2)))
def test_kleene_tables(left, right):
    pair = [BY_VALUE[left], BY_VALUE[right]]
    lowest = False if False in (left, right) else None if None in (left, right) else True
    highest = True if True in (left, right) else None if None in (left, right) else False
    assert evaluate({"all": pair}, FACTS) is lowest
    assert evaluate({"any": pair}, FACTS) is highest
    assert evaluate({"not": pair[0]}, FACTS) is (None if left is None else not left)


@pytest.mark.parametrize("state", ["unknown", "stale", "disputed"])
@pytest.mark.parametrize("op", ["is", "is_not", "gt", "gte", "lt", "lte"])
def test_a_fact_that_is_not_known_leaves_its_comparison_open(state, op):
    assert evaluate(compare(op=op), {"height": Fact(state, 14)}) is None


def test_an_absent_fact_is_unknown():
    assert evaluate(compare(), {}) is None


@pytest.mark.parametrize(
    ("op", "value", "fact", "expected"),
    [
        ("gt", 12, 14, True),
        ("gt", 12, 12, False),
        ("gte", 12, Decimal("12.0"), True),
        ("lt", 12.5, 12, True),
        ("lte", 11, 12, False),
        ("is", "Hard", " hard ", True),
        ("is_not", "hard", "drop", True),
        ("in", ["hard", "open"], "Open", True),
        ("in", ["hard", "open"], "drop", False),
        ("lt", "2027-01-01", date(2026, 5, 1), True),
        ("is", True, 1, None),
        ("gt", 12, "tall", None),
        ("gt", 12, True, None),
        ("is", 12, "12", None),
        ("exists", True, "P-17", True),
        ("exists", True, "", False),
        ("exists", False, None, True),
        ("is", "x", None, False),
        ("is_not", "x", None, True),
        ("gt", 1, None, None),
        ("gt", 1, float("nan"), None),
    ],
)
def test_comparisons(op, value, fact, expected):
    assert evaluate(compare("a", op, value), {"a": Fact("known", fact)}) is expected


def test_empty_conditions_always_hold():
    assert evaluate(None, {}) is evaluate({}, {}) is evaluate({"all": []}, {}) is True


def test_only_attributes_that_matter_are_asked_for():
    condition = {"all": [OPEN, {"any": [TRUE, compare("elsewhere", "is", True)]}]}
    assert undecided(condition, FACTS) == {"open"}
    assert attributes_used(condition) == {"open", "yes", "elsewhere"}


def test_nothing_is_asked_for_once_the_answer_is_clear():
    assert undecided({"any": [TRUE, OPEN]}, FACTS) == frozenset()


leaves = st.builds(
    compare,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["is", "is_not", "gt", "gte", "lt", "lte"]),
    st.integers(0, 4),
) | st.builds(
    lambda a, v: compare(a, "in", v),
    st.sampled_from(["a", "b"]),
    st.lists(st.integers(0, 4), min_size=1, max_size=3),
)
leaves |= st.builds(lambda a, v: compare(a, "exists", v), st.sampled_from(["a", "b", "c"]), st.booleans())
conditions = st.recursive(
    leaves,
    lambda inner: (
        st.builds(lambda c: {"all": c}, st.lists(inner, max_size=3))
        | st.builds(lambda c: {"any": c}, st.lists(inner, max_size=3))
        | st.builds(lambda c: {"not": c}, inner)
    ),
    max_leaves=8,
)
known = st.builds(lambda v: Fact("known", v), st.none() | st.integers(0, 4))
anything = known | st.just(Fact("unknown")) | st.just(Fact("stale", 2))
all_known = st.fixed_dictionaries({"a": known, "b": known, "c": known})
any_facts = st.fixed_dictionaries({"a": anything, "b": anything, "c": anything})


@given(conditions, any_facts, all_known)
def test_learning_more_never_reverses_a_decision(condition, facts, answers):
    learnt = {name: fact if fact.is_known else answers[name] for name, fact in facts.items()}
    decided = evaluate(condition, facts)
    assert decided is None or evaluate(condition, learnt) is decided


@given(conditions, any_facts)
def test_open_conditions_name_what_they_wait_for(condition, facts):
    open_names = undecided(condition, facts)
    assert bool(open_names) is (evaluate(condition, facts) is None)
    assert open_names <= attributes_used(condition)


@given(conditions, conditions, all_known)
def test_conditions_proven_exclusive_never_meet(first, second, facts):
    if are_exclusive(first, second):
        assert not (evaluate(first, facts) is True and evaluate(second, facts) is True)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (compare("a", "is", "x"), compare("a", "is", "y")),
        (compare("a", "gt", 12), compare("a", "lte", 12)),
        (compare("a", "is", "x"), {"not": compare("a", "is", " X ")}),
        (compare("a", "in", [1, 2]), compare("a", "gt", 2)),
        (compare("a", "exists", False), compare("a", "gt", 2)),
        (compare("a", "is", True), compare("a", "is", False)),
        (
            {"any": [compare("a", "lt", 1), compare("a", "gt", 9)]},
            {"all": [compare("a", "gte", 1), compare("a", "lte", 9)]},
        ),
    ],
)
def test_plain_contradictions_are_proven(first, second):
    assert are_exclusive(first, second)
    assert are_exclusive(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        (compare("a", "is", "x"), compare("b", "is", "y")),
        (compare("a", "gte", 12), compare("a", "lte", 12)),
        (compare("a", "is_not", 1), compare("a", "is_not", 2)),
    ],
)
def test_conditions_that_can_meet_are_not_called_exclusive(first, second):
    assert not are_exclusive(first, second)


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ({}, "always"),
        (
            {"all": [compare(), compare("drop", "is", True)]},
            "when ceiling height is more than 12 ft and the site has a drop ceiling",
        ),
        (compare("drop", "is", False), "when the site has no drop ceiling"),
        (compare("rack", "is", True), "when the site has rack"),
        (compare("rack", "is_not", True), "when the site has no rack"),
        (compare("poe", "gte", 60), "when PoE budget is at least 60 W"),
        (compare("format", "in", ["kiosk", "mall"]), "when store format is kiosk or mall store"),
        (compare("format", "is_not", "drive"), "when store format is not drive-through"),
        (compare("opened", "lt", "2027-01-01"), "when opening date is before 2027-01-01"),
        (compare("permit", "exists", True), "when permit number is on record"),
        ({"not": compare("height", "lte", 12)}, "when ceiling height is more than 12 ft"),
        (
            {"any": [compare(), {"all": [compare("drop", "is", True), compare("rack", "is", True)]}]},
            "when ceiling height is more than 12 ft or (the site has a drop ceiling and the site has rack)",
        ),
        (compare("door_width", "lt", 3), "when door width is less than 3"),
    ],
)
def test_sentences_can_be_read_aloud(condition, sentence):
    assert to_sentence(condition, TYPES) == sentence


@given(conditions)
def test_every_condition_has_a_sentence_that_names_its_attributes(condition):
    sentence = to_sentence(condition, {name: AttributeType("number", f"Measure {name}") for name in "abc"})
    assert all(f"measure {name}" in sentence for name in attributes_used(condition))


@pytest.mark.parametrize(
    ("condition", "part"),
    [
        (compare("roof"), "no attribute called roof"),
        (compare("drop", "gt", 1), "cannot be more or less"),
        (compare("height", "is", "tall"), "must be compared with a number"),
        (compare("drop", "is", "yes"), "yes or no"),
        (compare("format", "is", "barn"), "can never be barn"),
        (compare("opened", "lt", "next year"), "must be compared with a date"),
        (compare("format", "in", []), "empty list"),
        ({"any": []}, "empty group"),
        ({"not": {}}, "empty group"),
        ({"some": []}, "all, any or not"),
        (compare("height", "near", 1), "must use one of"),
        ({"attribute": "height", "op": "gt"}, "needs a value"),
        ("height > 12", "must be a group or a comparison"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(condition, part):
    (sentence,) = validate(condition, TYPES)
    assert part in sentence
    assert sentence.endswith(".")


def test_a_sound_condition_has_no_complaints():
    assert validate({"all": [compare(), {"not": compare("format", "is", "Kiosk")}]}, TYPES) == ()


def test_conditions_are_bounded():
    deep = compare()
    for _ in range(50):
        deep = {"not": deep}
    with pytest.raises(InvalidCondition, match="levels deep"):
        parse(deep)
    with pytest.raises(InvalidCondition, match="200"):
        parse({"all": [compare()] * 201})
