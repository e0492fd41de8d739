"""Find one's way in the content of a packet: steps and evidence specs by key, and whether a value fits its spec."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Content = Mapping[str, Any]
Spec = Mapping[str, Any]


def steps(content: Content) -> Iterator[dict[str, Any]]:
    """Yield the packet's steps in printed order."""
    for phase in content["phases"]:
        yield from phase["steps"]


def specs(content: Content) -> dict[tuple[str, str], Spec]:
    """Return every evidence spec by (step key, spec key), in printed order."""
    return {(step["key"], spec["key"]): spec for step in steps(content) for spec in step["evidence"]}


def required(content: Content) -> set[tuple[str, str]]:
    """Return the keys of the evidence without which the visit is not complete."""
    return {key for key, spec in specs(content).items() if spec["required"]}


def phase_of(content: Content) -> dict[str, str]:
    """Return the phase of every step, by step key."""
    return {step["key"]: phase["key"] for phase in content["phases"] for step in phase["steps"]}


def labels(content: Content) -> dict[str, str]:
    """Return step titles with their printed number, by step key."""
    return {step["key"]: f"{step['number']}. {step['title']}" for step in steps(content)}


def doubts(spec: Spec, value: Any) -> list[str]:
    """Return what is odd about a value, as sentences for technician and reviewer. Nothing is refused for being odd."""
    options = spec["options"]
    match spec["kind"]:
        case "reading":
            return _reading_doubts(options, value)
        case "serial":
            return _serial_doubts(options, str(value))
        case "count":
            expected = options.get("expected")
            odd = expected not in (None, "") and str(value) != str(expected)
            return [f"{value} counted where {expected} were expected."] if odd else []
        case "choice":
            return [] if value in options.get("choices", []) else [f"“{value}” is not one of the choices."]
        case "confirmation":
            return [] if value is True else ["Not confirmed."]
    return []


def _reading_doubts(options: Mapping[str, Any], value: Any) -> list[str]:
    number, unit = _decimal(value), options.get("unit", "")
    if number is None:
        return [f"“{value}” is not a number."]
    low, high = _decimal(options.get("low")), _decimal(options.get("high"))
    if low is not None and number < low:
        return [f"{value} {unit} is below the limit of {low} {unit}."]
    if high is not None and number > high:
        return [f"{value} {unit} is above the limit of {high} {unit}."]
    return []


def _serial_doubts(options: Mapping[str, Any], value: str) -> list[str]:
    expected, pattern = options.get("expected"), options.get("pattern")
    if expected and value != expected:
        return [f"{value} was found where {expected} was expected."]
    if pattern and not _matches(pattern, value):
        return [f"{value} does not look like the serial numbers of this device."]
    return []


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value[:200]) is not None
    except re.error:
        return True


def _decimal(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        number = Decimal(str(value).replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
