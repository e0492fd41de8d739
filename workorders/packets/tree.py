"""Conditions as a small tree, read once from their JSON form.

``{"all": [...]}``, ``{"any": [...]}``, ``{"not": {...}}`` and the test
``{"attribute": "ceiling_height", "op": "gt", "value": 12}``. An empty condition always holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

OPERATORS = ("is", "is_not", "in", "gt", "gte", "lt", "lte", "within", "not_within", "exists")
ORDERINGS = frozenset({"gt", "gte", "lt", "lte"})
PLACES = frozenset({"within", "not_within"})
MAX_DEPTH = 20
MAX_TESTS = 200


class InvalidCondition(ValueError):
    """A condition cannot be read; the message is a sentence for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class All:
    """Every child holds; true when there are none."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one child holds; false when there are none."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The child does not hold."""

    child: Node


@dataclass(frozen=True, slots=True)
class Test:
    """One attribute compared with one value (a tuple of values for ``in``)."""

    attribute: str
    op: str
    value: object

    __test__ = False


Node: TypeAlias = All | Any | Not | Test


def parse(condition: object) -> Node:
    """Read the JSON form of a condition.

    Raises
    ------
    InvalidCondition
        When the shape is wrong, nested deeper than 20 levels or holds more than 200 tests.
    """
    node = _parse(condition, 0)
    if sum(1 for _ in tests(node)) > MAX_TESTS:
        raise InvalidCondition(
            f"The condition has more than {MAX_TESTS} comparisons. Split it into several variations."
        )
    return node


def tests(node: Node) -> Iterator[Test]:
    """Yield every test of the tree, left to right."""
    if isinstance(node, Test):
        yield node
    elif isinstance(node, Not):
        yield from tests(node.child)
    else:
        for child in node.children:
            yield from tests(child)


def _parse(condition: object, depth: int) -> Node:
    if condition is None or condition == {}:
        return All(())
    if depth > MAX_DEPTH:
        raise InvalidCondition(f"The condition is nested more than {MAX_DEPTH} levels deep. Make it flatter.")
    if not isinstance(condition, Mapping):
        raise InvalidCondition("A condition must be a group or a comparison.")
    if "attribute" in condition:
        return _parse_test(condition)
    if len(condition) != 1:
        raise InvalidCondition("A group must be exactly one of all, any and not.")
    name, inner = next(iter(condition.items()))
    if name == "not":
        return Not(_parse(inner, depth + 1))
    if name not in ("all", "any") or not isinstance(inner, (list, tuple)):
        raise InvalidCondition("A group must be all, any or not, and all and any hold a list.")
    children = tuple(_parse(child, depth + 1) for child in inner)
    return All(children) if name == "all" else Any(children)


def _parse_test(condition: Mapping[object, object]) -> Test:
    attribute, op = condition["attribute"], condition.get("op")
    if not isinstance(attribute, str) or not attribute:
        raise InvalidCondition("A comparison must name an attribute.")
    if op not in OPERATORS:
        raise InvalidCondition(f"The comparison of {attribute} must use one of {', '.join(OPERATORS)}.")
    extra = set(condition) - {"attribute", "op", "value"}
    if extra:
        raise InvalidCondition(
            f"The comparison of {attribute} has parts nobody understands: {sorted(map(str, extra))}."
        )
    return Test(attribute, str(op), _parse_value(attribute, str(op), condition))


def _parse_value(attribute: str, op: str, condition: Mapping[object, object]) -> object:
    if op == "exists":
        value = condition.get("value", True)
        if not isinstance(value, bool):
            raise InvalidCondition(f"Whether {attribute} exists must be compared with yes or no.")
        return value
    if "value" not in condition:
        raise InvalidCondition(f"The comparison of {attribute} needs a value.")
    value = condition["value"]
    if op == "in":
        if not isinstance(value, (list, tuple)):
            raise InvalidCondition(f"The comparison of {attribute} needs a list of values.")
        return tuple(_scalar(attribute, item) for item in value)
    return _scalar(attribute, value)


def _scalar(attribute: str, value: object) -> object:
    if isinstance(value, (bool, int, float, Decimal, str)):
        return value
    raise InvalidCondition(f"The comparison of {attribute} needs a text, a number, or yes or no.")
