"""What each effect does to the plan, and what its payload must hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from workorders.packets.codec import (
    MAX_CREW,
    MAX_MINUTES,
    STEP_FIELDS,
    InvalidPayload,
    evidence_from_json,
    material_from_json,
    plain_decimal,
    required_text,
    step_from_json,
    step_to_json,
    whole_number,
)
from workorders.packets.model import Effect, EvidenceSpec, Json, Material, PlanSpec, Rank, Rule, StepSpec

EFFECT_ORDER = {effect: place for place, effect in enumerate(Effect)}
_FIELD_WORDS = {"instructions": "instructions", "minutes": "time", "materials": "material"}


@dataclass(slots=True)
class Draft:
    """The plan while variations are applied to it: step keys in order, steps, notes, and who took what out."""

    order: list[str]
    steps: dict[str, StepSpec]
    placed_after: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    removed_by: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: PlanSpec) -> Draft:
        """The untouched plan; raises ``ValueError`` when two of its steps share a key."""
        steps = {step.key: step for step in plan.steps}
        if len(steps) != len(plan.steps):
            raise ValueError("Two steps of the work plan share a key. Give every step its own.")
        return cls([step.key for step in plan.steps], steps)

    def title_of(self, key: str) -> str:
        """The title of a step in quotation marks, or its key when it is gone."""
        return f"“{self.steps[key].title}”" if key in self.steps else f"the step {key}"


def in_application_order(rules: Iterable[Rule]) -> list[Rule]:
    """Sort by rank, then adding before changing, then key; makes the order in which rules arrive irrelevant.

    A step placed after one that another rule of the same rank adds is added after it, whatever the keys.
    """
    listed = list(rules)
    added = {(rule.rank, rule.step_key): rule for rule in listed if rule.effect is Effect.ADD_STEP}
    return sorted(
        listed, key=lambda rule: (rule.rank, EFFECT_ORDER[rule.effect], _depth(rule, added), rule.key)
    )


def _depth(rule: Rule, added: Mapping[tuple[Rank, str], Rule]) -> int:
    """How many added steps of the same rank this one is chained behind; a circle counts as the number of its steps."""
    depth, current = 0, rule
    while rule.effect is Effect.ADD_STEP and depth <= len(added):
        anchor = added.get((rule.rank, str(current.payload.get("after"))))
        if anchor is None:
            break
        depth, current = depth + 1, anchor
    return depth


def apply(draft: Draft, rule: Rule) -> str:
    """Apply one rule whose condition holds.

    Returns
    -------
    str
        What happened, as the beginning of a sentence: ``Adds 4 anchors to “Mount the access point”``.

    Raises
    ------
    InvalidPayload
        When the payload does not fit the effect.
    """
    if rule.effect is Effect.ADD_STEP:
        return _add_step(draft, rule)
    if rule.effect is Effect.NOTE and not rule.step_key:
        draft.notes.setdefault("", []).append(required_text(rule.payload, "text"))
        return "Adds a note to the packet"
    if rule.step_key not in draft.steps:
        return _without_effect(draft, rule)
    return _CHANGES[rule.effect](draft, rule)


def payload_problem(rule: Rule) -> str:
    """Say what is wrong with a rule's payload in one sentence; empty when it fits the effect."""
    key = rule.step_key or "step"
    probe = Draft([key], {key: step_from_json(key, {"phase": "install", "title": "Step"})})
    try:
        if not rule.step_key and rule.effect is not Effect.NOTE:
            raise InvalidPayload("The step is missing.")
        apply(probe, rule)
    except InvalidPayload as problem:
        return f"The variation “{rule.name}” is incomplete. {problem}"
    return ""


def _without_effect(draft: Draft, rule: Rule) -> str:
    culprit = draft.removed_by.get(rule.step_key)
    why = f"“{culprit}” takes that step out" if culprit else "that step is not in this packet"
    return f"Changes nothing: {why}"


def _add_step(draft: Draft, rule: Rule) -> str:
    step = step_from_json(rule.step_key, rule.payload)
    previous = draft.steps.get(step.key)
    draft.steps[step.key] = step
    if previous is not None:
        return (
            f"Also asks for “{step.title}”"
            if previous == step
            else f"Puts “{step.title}” in place of “{previous.title}”"
        )
    draft.removed_by.pop(step.key, None)
    _place(draft, step, rule.payload.get("after"))
    return f"Adds “{step.title}”"


def _place(draft: Draft, step: StepSpec, after: Json) -> None:
    """Put a step behind its anchor and behind what was put there before, or at the end of its phase."""
    if not isinstance(after, str) or after not in draft.order:
        same_phase = [place for place, key in enumerate(draft.order) if draft.steps[key].phase is step.phase]
        draft.order.insert(same_phase[-1] + 1 if same_phase else len(draft.order), step.key)
        return
    place = draft.order.index(after) + 1
    while place < len(draft.order) and draft.placed_after.get(draft.order[place]) == after:
        place += 1
    draft.order.insert(place, step.key)
    draft.placed_after[step.key] = after


def _remove_step(draft: Draft, rule: Rule) -> str:
    title = draft.title_of(rule.step_key)
    del draft.steps[rule.step_key]
    draft.order.remove(rule.step_key)
    draft.notes.pop(rule.step_key, None)
    draft.removed_by[rule.step_key] = rule.name
    return f"Takes out {title}"


def _replace_step(draft: Draft, rule: Rule) -> str:
    current = draft.steps[rule.step_key]
    unknown = set(rule.payload) - STEP_FIELDS
    if unknown or not rule.payload:
        raise InvalidPayload("Name at least one field of the step to replace, and only fields a step has.")
    changed = step_from_json(current.key, {**step_to_json(current), **rule.payload})
    draft.steps[current.key] = changed
    fields = [_FIELD_WORDS.get(name, name) for name in sorted(rule.payload)]
    words = fields[0] if len(fields) == 1 else f"{', '.join(fields[:-1])} and {fields[-1]}"
    return f"Replaces the {words} of “{current.title}”"


def _set_minutes(draft: Draft, rule: Rule) -> str:
    step, minutes = draft.steps[rule.step_key], whole_number(rule.payload, "minutes", 0, MAX_MINUTES)
    draft.steps[step.key] = replace(step, minutes=minutes)
    return f"Sets the time for “{step.title}” to {minutes} min (was {step.minutes})"


def _set_crew(draft: Draft, rule: Rule) -> str:
    step, crew = draft.steps[rule.step_key], whole_number(rule.payload, "crew", 1, MAX_CREW)
    draft.steps[step.key] = replace(step, crew=crew)
    return f"Sets the crew for “{step.title}” to {crew} (was {step.crew})"


def _add_material(draft: Draft, rule: Rule) -> str:
    step, extra = draft.steps[rule.step_key], material_from_json(rule.payload)
    draft.steps[step.key] = replace(step, materials=_with_material(step.materials, extra))
    amount = f"{plain_decimal(extra.quantity)} {extra.unit}".strip()
    return f"Adds {amount} × {extra.name} to “{step.title}”"


def _with_material(materials: tuple[Material, ...], extra: Material) -> tuple[Material, ...]:
    """The list with the extra counted into a line of the same name and unit, or as a line of its own."""
    name = (extra.name.strip().casefold(), extra.unit)
    for place, have in enumerate(materials):
        if (have.name.strip().casefold(), have.unit) == name:
            total = replace(have, quantity=have.quantity + extra.quantity)
            return (*materials[:place], total, *materials[place + 1 :])
    return (*materials, extra)


def _add_evidence(draft: Draft, rule: Rule) -> str:
    step, extra = draft.steps[rule.step_key], evidence_from_json(rule.payload)
    others = tuple(have for have in step.evidence if have.key != extra.key)
    verb = "Changes" if len(others) < len(step.evidence) else "Adds"
    draft.steps[step.key] = replace(
        step, evidence=_in_place(step.evidence, extra) if verb == "Changes" else (*others, extra)
    )
    return f"{verb} the evidence “{extra.label}” of “{step.title}”"


def _in_place(evidence: tuple[EvidenceSpec, ...], changed: EvidenceSpec) -> tuple[EvidenceSpec, ...]:
    return tuple(changed if have.key == changed.key else have for have in evidence)


def _note(draft: Draft, rule: Rule) -> str:
    draft.notes.setdefault(rule.step_key, []).append(required_text(rule.payload, "text"))
    return f"Adds a note to {draft.title_of(rule.step_key)}"


_CHANGES: Mapping[Effect, Callable[[Draft, Rule], str]] = {
    Effect.REMOVE_STEP: _remove_step,
    Effect.REPLACE_STEP: _replace_step,
    Effect.SET_MINUTES: _set_minutes,
    Effect.SET_CREW: _set_crew,
    Effect.ADD_MATERIAL: _add_material,
    Effect.ADD_EVIDENCE: _add_evidence,
    Effect.NOTE: _note,
}
