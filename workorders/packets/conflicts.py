"""Variations that contradict each other, found before a plan is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

from workorders.packets.effects import payload_problem
from workorders.packets.exclusive import are_exclusive
from workorders.packets.model import AttributeType, Effect, PlanSpec, Rule

_WHERE = {0: "for the whole rollout", 1: "for a region or format", 2: "for one site"}
_REPLACED_FIELD = {
    Effect.SET_MINUTES: "minutes",
    Effect.SET_CREW: "crew",
    Effect.ADD_MATERIAL: "materials",
    Effect.ADD_EVIDENCE: "evidence",
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something to settle before publishing: the rules involved, the step, and one sentence saying what to do."""

    rule_keys: tuple[str, ...]
    step_key: str
    sentence: str


def conflicts(
    plan: PlanSpec, rules: Iterable[Rule], types: Mapping[str, AttributeType] = MappingProxyType({})
) -> tuple[Conflict, ...]:
    """Everything that keeps these rules from being applied without a silent winner.

    Two rules of the same rank that touch the same thing, unless their conditions are provably exclusive; rules about steps
    nobody provides; rules whose payload does not fit their effect. `types` are the client's attributes by key.

    Notes
    -----
    Pairs are only formed per step and rank, so the cost is quadratic in the rules of one step, not of the plan.
    """
    listed = sorted(rules, key=lambda rule: rule.key)
    return (*clashes(listed, types), *orphans(plan, listed), *_broken(listed))


def clashes(
    rules: Iterable[Rule], types: Mapping[str, AttributeType] = MappingProxyType({})
) -> tuple[Conflict, ...]:
    """Pairs of the same rank that touch the same thing and may both hold at one site."""
    groups: dict[tuple[str, int], list[Rule]] = defaultdict(list)
    for rule in sorted(rules, key=lambda rule: rule.key):
        groups[rule.step_key, rule.rank].append(rule)
    pairs = (pair for _, group in sorted(groups.items()) for pair in combinations(group, 2))
    return tuple(
        _clash(first, second)
        for first, second in pairs
        if _touch_the_same(first, second) and not are_exclusive(first.condition, second.condition, types)
    )


def orphans(plan: PlanSpec, rules: Iterable[Rule]) -> tuple[Conflict, ...]:
    """Rules about a step that neither the plan nor another rule provides, or that add a step the plan already has."""
    listed = tuple(rules)
    planned = {step.key for step in plan.steps}
    provided = planned | {rule.step_key for rule in listed if rule.effect is Effect.ADD_STEP}
    found = [(rule, _orphan_sentence(rule, planned, provided)) for rule in listed]
    return tuple(Conflict((rule.key,), rule.step_key, sentence) for rule, sentence in found if sentence)


def _orphan_sentence(rule: Rule, planned: set[str], provided: set[str]) -> str:
    after = rule.payload.get("after")
    if rule.effect is Effect.ADD_STEP:
        if rule.step_key in planned:
            return f"“{rule.name}” adds the step {rule.step_key}, which the plan already has. Replace it instead."
        if after is not None and after not in provided:
            return f"“{rule.name}” adds a step after {after}, which does not exist. Choose another place."
    elif rule.step_key not in provided and not (rule.effect is Effect.NOTE and not rule.step_key):
        return f"“{rule.name}” changes the step {rule.step_key or '(none)'}, which does not exist. Choose a step of the plan."
    return ""


def _broken(rules: Iterable[Rule]) -> tuple[Conflict, ...]:
    found = [(rule, payload_problem(rule)) for rule in rules]
    return tuple(Conflict((rule.key,), rule.step_key, sentence) for rule, sentence in found if sentence)


def _clash(first: Rule, second: Rule) -> Conflict:
    sentence = (
        f"“{first.name}” and “{second.name}” both hold {_WHERE[first.rank]}, touch the step {first.step_key} and can be"
        " true at the same site. Make one more specific, or change a condition so that they exclude each other."
    )
    return Conflict((first.key, second.key), first.step_key, sentence)


def _touch_the_same(first: Rule, second: Rule) -> bool:
    """Whether applying one before the other, or only one of them, would give another packet."""
    effects = {first.effect, second.effect}
    if Effect.NOTE in effects:
        return Effect.REMOVE_STEP in effects and bool(first.step_key)
    if Effect.REMOVE_STEP in effects:
        return len(effects) > 1
    if Effect.REPLACE_STEP in effects:
        return _replacement_touches(first, second)
    return len(effects) == 1 and _say_different_things(first, second)


def _say_different_things(first: Rule, second: Rule) -> bool:
    """Whether two rules with the same effect on the same step disagree."""
    if first.effect is Effect.ADD_MATERIAL:  # Twice the same line is ambiguous too: four anchors, or eight?
        return _folded(first, "name") == _folded(second, "name")
    if first.effect is Effect.ADD_EVIDENCE and first.payload.get("key") != second.payload.get("key"):
        return False
    return dict(first.payload) != dict(second.payload)


def _replacement_touches(first: Rule, second: Rule) -> bool:
    if first.effect is not Effect.REPLACE_STEP:
        first, second = second, first
    if second.effect is Effect.ADD_STEP:
        return True
    if second.effect is Effect.REPLACE_STEP:
        shared = set(first.payload) & set(second.payload)
        return any(first.payload[name] != second.payload[name] for name in shared)
    return _REPLACED_FIELD[second.effect] in first.payload


def _folded(rule: Rule, name: str) -> str:
    return str(rule.payload.get(name, "")).strip().casefold()
