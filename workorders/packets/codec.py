"""Steps, materials and evidence to and from JSON: the shape of a stored plan revision and of a rule's payload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import cast

from workorders.packets.model import (
    EvidenceKind,
    EvidenceSpec,
    Json,
    Material,
    Phase,
    Picture,
    PlanSpec,
    StepSpec,
)

STEP_FIELDS = frozenset(field.name for field in fields(StepSpec)) - {"key"}
MAX_MINUTES = 24 * 60
MAX_CREW = 50


class InvalidPayload(ValueError):
    """A stored step or a rule's payload cannot be read; the message is a sentence for the person who wrote it."""


def plan_to_json(plan: PlanSpec) -> dict[str, Json]:
    """A plan revision as JSON, readable by :func:`plan_from_json`."""
    return {"number": plan.number, "title": plan.title, "steps": [step_to_json(step) for step in plan.steps]}


def plan_from_json(data: Mapping[str, Json]) -> PlanSpec:
    """A plan revision from JSON.

    Raises
    ------
    InvalidPayload
        When a field is missing or of the wrong kind.
    """
    steps = data.get("steps")
    if not isinstance(steps, list):
        raise InvalidPayload("A work plan needs a list of steps.")
    parsed = tuple(
        step_from_json(_text(_mapping(item, "step"), "key", required=True), item) for item in steps
    )
    return PlanSpec(_whole(data, "number", 0, 0, 1_000_000), _text(data, "title"), parsed)


def step_to_json(step: StepSpec) -> dict[str, Json]:
    """A step as JSON, readable by :func:`step_from_json`."""
    return {
        "key": step.key,
        "phase": step.phase.value,
        "title": step.title,
        "instructions": step.instructions,
        "minutes": step.minutes,
        "crew": step.crew,
        "warning": step.warning,
        "skills": list(step.skills),
        "tools": list(step.tools),
        "materials": [material_to_json(material) for material in step.materials],
        "evidence": [evidence_to_json(evidence) for evidence in step.evidence],
        "clauses": list(step.clauses),
        "pictures": [{"name": p.name, "caption": p.caption, "verdict": p.verdict} for p in step.pictures],
    }


def step_from_json(key: str, data: object) -> StepSpec:
    """A step from JSON; absent fields take their defaults.

    Raises
    ------
    InvalidPayload
        When a field is missing or of the wrong kind.
    """
    given = _mapping(data, "step")
    phase = _text(given, "phase", required=True)
    if phase not in set(Phase):
        raise InvalidPayload(f"The step {key} needs a phase: {', '.join(Phase)}.")
    return StepSpec(
        key=key,
        phase=Phase(phase),
        title=_text(given, "title", required=True),
        instructions=_text(given, "instructions"),
        minutes=_whole(given, "minutes", 0, 0, MAX_MINUTES),
        crew=_whole(given, "crew", 1, 1, MAX_CREW),
        warning=_text(given, "warning"),
        skills=_texts(given, "skills"),
        tools=_texts(given, "tools"),
        materials=tuple(material_from_json(item) for item in _list(given, "materials")),
        evidence=tuple(evidence_from_json(item) for item in _list(given, "evidence")),
        clauses=_texts(given, "clauses"),
        pictures=tuple(_picture_from_json(item) for item in _list(given, "pictures")),
    )


def material_to_json(material: Material) -> dict[str, Json]:
    """A material as JSON; the quantity is text, because a binary fraction would not be what was ordered."""
    return {"name": material.name, "quantity": plain_decimal(material.quantity), "unit": material.unit}


def material_from_json(data: object) -> Material:
    """A material from JSON; raises :class:`InvalidPayload` unless the quantity is a number above zero."""
    given = _mapping(data, "material")
    name, raw = _text(given, "name", required=True), given.get("quantity", 1)
    try:
        quantity = Decimal(str(raw))
    except InvalidOperation:
        quantity = Decimal(0)
    if isinstance(raw, bool) or not quantity.is_finite() or not 0 < quantity < 10**9:
        raise InvalidPayload(f"The quantity of {name} must be a number above zero.")
    return Material(name, quantity, _text(given, "unit"))


def evidence_to_json(evidence: EvidenceSpec) -> dict[str, Json]:
    """A piece of evidence as JSON."""
    return {
        "key": evidence.key,
        "kind": evidence.kind.value,
        "label": evidence.label,
        "required": evidence.required,
        "options": dict(evidence.options),
    }


def evidence_from_json(data: object) -> EvidenceSpec:
    """A piece of evidence from JSON; raises :class:`InvalidPayload` when its key, kind, label or options are wrong."""
    given = _mapping(data, "evidence")
    key, kind = _text(given, "key", required=True), _text(given, "kind", required=True)
    if kind not in set(EvidenceKind):
        raise InvalidPayload(f"The evidence {key} needs a kind: {', '.join(EvidenceKind)}.")
    required = given.get("required", True)
    if not isinstance(required, bool):
        raise InvalidPayload(f"Whether the evidence {key} is required must be yes or no.")
    options = _mapping(given.get("options") or {}, f"options of {key}")
    return EvidenceSpec(
        key, EvidenceKind(kind), _text(given, "label", required=True), required, dict(options)
    )


def whole_number(data: Mapping[str, Json], name: str, low: int, high: int) -> int:
    """A required whole number of a payload, within ``low`` and ``high``; raises :class:`InvalidPayload`."""
    if name not in data:
        raise InvalidPayload(f"The {name} are missing." if name.endswith("s") else f"The {name} is missing.")
    return _whole(data, name, low, low, high)


def required_text(data: Mapping[str, Json], name: str) -> str:
    """A required text of a payload; raises :class:`InvalidPayload` when it is missing or blank."""
    return _text(data, name, required=True)


def plain_decimal(number: Decimal) -> str:
    """A decimal without exponent and trailing zeros: ``2``, ``1.5``."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _picture_from_json(data: object) -> Picture:
    given = _mapping(data, "picture")
    verdict = _text(given, "verdict")
    if verdict not in ("", "good", "bad"):
        raise InvalidPayload("A reference picture is good, bad, or neither.")
    return Picture(_text(given, "name", required=True), _text(given, "caption"), verdict)


def _mapping(data: object, what: str) -> Mapping[str, Json]:
    if not isinstance(data, Mapping):
        raise InvalidPayload(f"The {what} must be a set of named fields.")
    return cast("Mapping[str, Json]", data)


def _text(given: Mapping[str, Json], name: str, *, required: bool = False) -> str:
    value = given.get(name, "")
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise InvalidPayload(f"The {name} must be a text.")
    if required and not value.strip():
        raise InvalidPayload(f"The {name} is missing.")
    return value


def _texts(given: Mapping[str, Json], name: str) -> tuple[str, ...]:
    items = _list(given, name)
    if not all(isinstance(item, str) for item in items):
        raise InvalidPayload(f"The {name} must be a list of texts.")
    return tuple(str(item) for item in items)


def _list(given: Mapping[str, Json], name: str) -> list[Json]:
    value = given.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidPayload(f"The {name} must be a list.")
    return value


def _whole(given: Mapping[str, Json], name: str, default: int, low: int, high: int) -> int:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidPayload(f"The {name} must be a whole number from {low} to {high}.")
    return value
