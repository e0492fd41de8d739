"""A compiled packet is deterministic, complete and explained."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workorders.packets.codec import plan_from_json, plan_to_json, step_to_json
from workorders.packets.compile import compile_packet
from workorders.packets.fingerprint import canonical, fingerprint
from workorders.packets.model import (
    AccessCard,
    ContactCard,
    EvidenceSpec,
    Fact,
    Material,
    PlanSpec,
    RolloutCard,
    Rule,
    SiteCard,
    StepSpec,
    VisitCard,
)

PLAN = PlanSpec(
    3,
    "Access point refresh",
    (
        StepSpec(
            "kit",
            "prepare",
            "Check the kit",
            "Compare with the list.",
            10,
            materials=(Material("Access point"),),
        ),
        StepSpec(
            "mount",
            "install",
            "Mount the access point",
            "Clip it to the T-bar.",
            30,
            tools=("Ladder",),
            clauses=("4.1", "4.2"),
            materials=(Material("Bracket", Decimal(2)),),
            evidence=(EvidenceSpec("done", "photo", "Finished mount"),),
        ),
        StepSpec(
            "test",
            "test",
            "Measure",
            minutes=5,
            evidence=(EvidenceSpec("sn", "serial", "Serial", True, {"expected_from": "serial"}),),
        ),
    ),
)
SITE = SiteCard(
    "S-1",
    "Larimer Square",
    "1439 Larimer",
    "Denver",
    "CO",
    "80202",
    "US",
    "America/Denver",
    39.7478121,
    -104.99,
    (ContactCard("Marisol Trent", "manager"),),
    (AccessCard(1, time(9), time(17)), AccessCard(0, time(22), time(6))),
)
ROLLOUT = RolloutCard("Alder", "Wi-Fi", support_phone="+1 303 555 0142")
KNOWN = {
    "serial": Fact("known", "X1", "Serial"),
    "ceiling": Fact("known", "hard", "Ceiling type"),
    "height": Fact("known", 14, "Ceiling height", "ft"),
}
HARD = {"attribute": "ceiling", "op": "is", "value": "hard"}
STEP = {"phase": "install", "title": "Set anchors", "minutes": 20, "after": "kit"}


def build(rules=(), facts=KNOWN, plan=PLAN, site=SITE, **more):
    return compile_packet(plan, rules, site, facts, rollout=ROLLOUT, work_order_number="WO-7", **more)


def rule(key="r", effect="note", step_key="mount", payload=None, rank=1, condition=HARD, **more):
    return Rule(key, f"Rule {key}", rank, condition, effect, step_key, payload or {}, **more)


def steps(compiled):
    return {step["key"]: step for phase in compiled.content["phases"] for step in phase["steps"]}


def test_the_plain_plan_comes_out_whole():
    packet = build()
    assert [step["number"] for step in steps(packet).values()] == [1, 2, 3]
    assert [phase["key"] for phase in packet.content["phases"]] == ["prepare", "install", "test"]
    assert packet.work_minutes == 45
    assert not packet.is_blocked
    assert {(line.step_key, line.clause) for line in packet.trace} == {
        ("kit", ""),
        ("mount", "4.1"),
        ("mount", "4.2"),
        ("test", ""),
    }
    assert packet.content["page_size"] == "letter"
    assert json.loads(json.dumps(packet.content)) == packet.content


def test_material_is_summed_over_the_packet():
    extra = rule("m", "add_material", "kit", {"name": "bracket", "quantity": "1.5"})
    lines = {line["name"].lower(): line for line in build([extra]).content["materials"]}
    assert lines["bracket"]["quantity"] == "3.5"
    assert lines["bracket"]["steps"] == [1, 2]


@pytest.mark.parametrize(
    ("made", "check"),
    [
        (
            rule(effect="add_step", step_key="new", payload=STEP),
            lambda s: list(s) == ["kit", "new", "mount", "test"],
        ),
        (rule(effect="remove_step"), lambda s: list(s) == ["kit", "test"]),
        (
            rule(effect="replace_step", payload={"title": "Bolt it"}),
            lambda s: s["mount"]["title"] == "Bolt it" and s["mount"]["tools"] == ["Ladder"],
        ),
        (rule(effect="set_minutes", payload={"minutes": 55}), lambda s: s["mount"]["minutes"] == 55),
        (rule(effect="set_crew", payload={"crew": 2}), lambda s: s["mount"]["crew"] == 2),
        (
            rule(effect="add_material", payload={"name": "Anchor", "quantity": 4}),
            lambda s: s["mount"]["materials"][1] == {"name": "Anchor", "quantity": "4", "unit": ""},
        ),
        (
            rule(effect="add_evidence", payload={"key": "a", "kind": "photo", "label": "Anchors"}),
            lambda s: [e["key"] for e in s["mount"]["evidence"]] == ["done", "a"],
        ),
        (
            rule(payload={"text": "Mind the sprinkler"}),
            lambda s: s["mount"]["notes"] == ["Mind the sprinkler"],
        ),
    ],
)
def test_each_effect_does_its_work_and_says_so(made, check):
    made = replace(made, reason="Clips do not hold", clause="7.2")
    packet = build([made])
    assert check(steps(packet))
    (line,) = [line for line in packet.trace if line.rule_key == "r"]
    assert line.sentence.endswith("because ceiling type is hard. Clips do not hold.")
    assert line.clause == "7.2"


def test_the_technician_is_told_why_a_step_is_different():
    packet = build([rule(effect="set_crew", payload={"crew": 2}, reason="Heavy unit")])
    assert steps(packet)["mount"]["because"] == ["Because ceiling type is hard. Heavy unit."]
    assert packet.content["site"]["facts"] == [{"key": "ceiling", "label": "Ceiling type", "text": "hard"}]


def test_the_more_specific_rule_prevails():
    first = rule("z", "set_minutes", payload={"minutes": 40}, rank=0)
    second = rule("a", "set_minutes", payload={"minutes": 60}, rank=2, condition={})
    packet = build([second, first])
    assert steps(packet)["mount"]["minutes"] == 60
    assert [line.rule_key for line in packet.trace if line.rule_key] == ["z", "a"]


@pytest.mark.parametrize("state", ["unknown", "stale", "disputed"])
def test_an_unconfirmed_fact_blocks_and_is_asked_for(state):
    made = rule(effect="remove_step")
    packet = build([made], {**KNOWN, "ceiling": Fact(state, "hard", "Ceiling type")})
    assert packet.is_blocked
    assert "mount" in steps(packet)
    (missing,) = packet.missing
    assert (missing.attribute, missing.label, missing.needed_by) == ("ceiling", "Ceiling type", ("Rule r",))
    assert missing.sentence.endswith("Confirm it: “Rule r” depends on it.")


def test_expected_values_come_from_the_site():
    assert steps(build())["test"]["evidence"][0]["options"]["expected"] == "X1"
    (missing,) = build(facts={}).missing
    assert (missing.attribute, missing.needed_by) == ("serial", ("Serial (Measure)",))


def test_a_rule_on_a_step_that_is_gone_leaves_a_line():
    gone, late = rule("a", "remove_step", rank=0), rule("b", "set_crew", payload={"crew": 2}, rank=2)
    sentences = [line.sentence for line in build([gone, late]).trace if line.rule_key == "b"]
    assert sentences == ["Changes nothing: “Rule a” takes that step out because ceiling type is hard."]


def test_added_steps_follow_their_anchor_whatever_the_keys():
    chain = [
        rule("a", "add_step", "second", {**STEP, "after": "first"}),
        rule("b", "add_step", "first", STEP),
    ]
    assert list(steps(build(chain))) == ["kit", "first", "second", "mount", "test"]
    circle = [
        rule("a", "add_step", "x", {**STEP, "after": "y"}),
        rule("b", "add_step", "y", {**STEP, "after": "x"}),
    ]
    assert {"x", "y"} <= set(steps(build(circle)))


def test_a_clash_at_this_site_blocks():
    pair = [
        rule("a", "set_minutes", payload={"minutes": 1}),
        rule("b", "set_minutes", payload={"minutes": 2}),
    ]
    assert [conflict.rule_keys for conflict in build(pair).conflicts] == [("a", "b")]
    assert build(pair, {**KNOWN, "ceiling": Fact("known", "drop")}).conflicts == ()


def test_a_revisit_carries_only_what_is_left():
    packet = build(done_steps={"kit", "mount"})
    assert list(steps(packet)) == ["test"]
    assert packet.content["revisit"] is True
    assert [line.step_key for line in packet.trace if "earlier visit" in line.sentence] == ["kit", "mount"]


def test_times_are_the_sites_own():
    packet = build(visit=VisitCard(datetime(2027, 3, 3, 5, tzinfo=UTC)))
    assert packet.content["visit"] == {"starts_at": "2027-03-02T22:00:00-07:00", "ends_at": None}
    assert [window["weekday"] for window in packet.content["site"]["access"]] == [0, 1]
    with pytest.raises(ValueError, match="time zone"):
        build(visit=VisitCard(datetime(2027, 3, 3, 5)))


def test_damaged_input_is_refused():
    with pytest.raises(ValueError, match="variations share a key"):
        build([rule("a"), rule("a")])
    with pytest.raises(ValueError, match="steps of the work plan share"):
        build(plan=replace(PLAN, steps=(PLAN.steps[0], PLAN.steps[0])))
    with pytest.raises(ValueError, match="minutes are missing"):
        build([rule(effect="set_minutes")])


def test_texts_are_cleaned_before_they_are_hashed():
    first, second = (build(site=replace(SITE, name=name)) for name in ("Cafe\u0301\r\nx\x00", "Café\nx"))
    assert first.fingerprint == second.fingerprint
    assert "\x00" not in canonical(first.content)


def test_the_signature_is_the_work_and_not_the_site():
    first, second = build(), build(site=replace(SITE, name="Elsewhere"))
    assert first.signature == second.signature
    assert first.fingerprint != second.fingerprint
    assert build([rule(effect="set_crew", payload={"crew": 2})]).signature != first.signature


def test_plans_survive_storage():
    assert plan_from_json(json.loads(json.dumps(plan_to_json(PLAN)))) == PLAN


KEYS = ["kit", "mount", "test", "new", "lost"]
PAYLOADS = {
    "add_step": st.builds(
        lambda after, minutes: {**STEP, "after": after, "minutes": minutes},
        st.sampled_from(KEYS),
        st.integers(1, 9),
    ),
    "remove_step": st.just({}),
    "replace_step": st.builds(
        lambda field: {field: f"New {field}"}, st.sampled_from(["title", "instructions", "warning"])
    ),
    "set_minutes": st.builds(lambda minutes: {"minutes": minutes}, st.integers(0, 99)),
    "set_crew": st.builds(lambda crew: {"crew": crew}, st.integers(1, 4)),
    "add_material": st.builds(
        lambda name: {"name": name, "quantity": 2}, st.sampled_from(["Anchor", "bracket"])
    ),
    "add_evidence": st.builds(
        lambda key: {"key": key, "kind": "photo", "label": "Look"}, st.sampled_from(["done", "more"])
    ),
    "note": st.just({"text": "Careful"}),
}
effects = st.sampled_from(list(PAYLOADS)).flatmap(lambda effect: st.tuples(st.just(effect), PAYLOADS[effect]))
tests_of_site = st.sampled_from(
    [
        {},
        HARD,
        {"attribute": "height", "op": "gt", "value": 20},
        {"attribute": "gone", "op": "is", "value": 1},
    ]
)
rule_lists = st.lists(
    st.tuples(effects, st.sampled_from(KEYS), st.sampled_from([0, 1, 2]), tests_of_site), max_size=7
).map(
    lambda made: [
        rule(f"k{i}", effect, key, payload, rank, test)
        for i, ((effect, payload), key, rank, test) in enumerate(made)
    ]
)


@settings(max_examples=150, deadline=None)
@given(rule_lists, st.randoms())
def test_the_order_of_rules_does_not_matter(rules, random):
    shuffled = list(rules)
    random.shuffle(shuffled)
    assert build(shuffled) == build(rules)
    assert build(shuffled).fingerprint == fingerprint(json.loads(json.dumps(build(rules).content)))


@settings(max_examples=150, deadline=None)
@given(rule_lists)
def test_every_difference_from_the_plan_is_explained(rules):
    packet, plain = build(rules), build()
    got, base = steps(packet), steps(plain)
    explained = {line.step_key for line in packet.trace if line.rule_key}
    for key in set(got) | set(base):
        if _without_number(got.get(key)) != _without_number(base.get(key)):
            assert key in explained
    applied = {line.rule_key for line in packet.trace if line.rule_key}
    waiting = {name for missing in packet.missing for name in missing.needed_by}
    assert applied.isdisjoint(name.removeprefix("Rule ") for name in waiting)
    assert all(line.sentence.endswith((".", "?")) for line in packet.trace)


@settings(max_examples=60, deadline=None)
@given(rule_lists, rule_lists)
def test_equal_content_and_only_equal_content_has_the_same_hash(first, second):
    one, two = build(first), build(second)
    assert (one.fingerprint == two.fingerprint) is (one.content == two.content)


def _without_number(step):
    return step and {name: value for name, value in step.items() if name != "number"}


def test_the_json_of_a_step_holds_every_field():
    assert set(step_to_json(PLAN.steps[1])) == set(asdict(PLAN.steps[1]))
