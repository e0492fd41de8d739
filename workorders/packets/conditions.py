"""Three-valued conditions over the facts of a site.

A condition is true, false or undecided (``None``). A fact that is unknown, stale or disputed never counts as "no": it
leaves its comparison undecided, and Kleene's logic carries that upwards (``all`` is false as soon as one child is false,
``any`` true as soon as one is true, everything else that touches an undecided child is undecided).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from operator import ge, gt, le, lt

from workorders.packets.model import AttributeType, Fact, Json
from workorders.packets.tree import (
    ORDERINGS,
    PLACES,
    All,
    Any,
    InvalidCondition,
    Node,
    Not,
    Test,
    parse,
    tests,
)
from workorders.packets.wording import to_sentence

__all__ = [
    "InvalidCondition",
    "attributes_used",
    "comparable",
    "evaluate",
    "to_sentence",
    "undecided",
    "validate",
]

_ORDER: dict[str, Callable[[Decimal | str, Decimal | str], bool]] = {
    "gt": gt,
    "gte": ge,
    "lt": lt,
    "lte": le,
}


def evaluate(condition: Mapping[str, Json] | None, facts: Mapping[str, Fact]) -> bool | None:
    """Decide a condition.

    Parameters
    ----------
    condition
        JSON form; empty or ``None`` always holds.
    facts
        Facts of the site by attribute key; an absent one is unknown.

    Returns
    -------
    bool or None
        ``None`` when the usable facts do not decide it.

    Raises
    ------
    InvalidCondition
        When the condition cannot be read.

    Notes
    -----
    Linear in the size of the condition.
    """
    return _decide(parse(condition), facts)


def undecided(condition: Mapping[str, Json] | None, facts: Mapping[str, Fact]) -> frozenset[str]:
    """Attributes that stand between this condition and a decision; empty when it is decided."""
    return _open_attributes(parse(condition), facts)


def attributes_used(condition: Mapping[str, Json] | None) -> frozenset[str]:
    """Keys of all attributes the condition looks at."""
    return frozenset(test.attribute for test in tests(parse(condition)))


def validate(condition: Mapping[str, Json] | None, types: Mapping[str, AttributeType]) -> tuple[str, ...]:
    """Say what is wrong with a condition, one plain sentence per problem; empty when it is sound.

    Parameters
    ----------
    types
        The client's attributes by key.
    """
    try:
        node = parse(condition)
    except InvalidCondition as problem:
        return (str(problem),)
    return tuple(_empty_groups(node)) + tuple(
        sentence for test in tests(node) if (sentence := _test_problem(test, types.get(test.attribute)))
    )


def _decide(node: Node, facts: Mapping[str, Fact]) -> bool | None:
    if isinstance(node, Test):
        return _decide_test(node, facts.get(node.attribute))
    if isinstance(node, Not):
        inner = _decide(node.child, facts)
        return None if inner is None else not inner
    results = [_decide(child, facts) for child in node.children]
    decisive = isinstance(node, Any)
    if decisive in results:
        return decisive
    return None if None in results else not decisive


def _open_attributes(node: Node, facts: Mapping[str, Fact]) -> frozenset[str]:
    if _decide(node, facts) is not None:
        return frozenset()
    if isinstance(node, Test):
        return frozenset({node.attribute})
    children = (node.child,) if isinstance(node, Not) else node.children
    return frozenset().union(*(_open_attributes(child, facts) for child in children))


def _decide_test(test: Test, fact: Fact | None) -> bool | None:
    if fact is None or not fact.is_known:
        return None
    actual = comparable(fact.value)
    if test.op == "exists":
        return (actual is not None) is test.value
    if test.op in PLACES:
        return _is_within(test, fact)
    if test.op in ORDERINGS:
        return _compare(test.op, actual, comparable(test.value))
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    same = _matches(actual, tuple(comparable(value) for value in values))
    return same if same is None or test.op != "is_not" else not same


def _is_within(test: Test, fact: Fact) -> bool | None:
    """A fact that is no place of a tree decides nothing about places."""
    return (str(test.value) in fact.within) is (test.op == "within") if fact.within else None


def _matches(
    actual: Decimal | str | bool | None, expected: tuple[Decimal | str | bool | None, ...]
) -> bool | None:
    """Equality with one of several; undecided when the kinds cannot be compared at all."""
    if actual is None:
        return False
    if any(type(actual) is type(value) and actual == value for value in expected):
        return True
    return False if all(type(actual) is type(value) for value in expected) else None


def _compare(op: str, actual: object, limit: object) -> bool | None:
    if isinstance(actual, bool) or isinstance(limit, bool):
        return None
    if isinstance(actual, Decimal) and isinstance(limit, Decimal):
        return _ORDER[op](actual, limit)
    if isinstance(actual, str) and isinstance(limit, str):
        return _ORDER[op](actual, limit)
    return None


def comparable(value: object) -> Decimal | str | bool | None:
    """Reduce a value to what is compared: numbers exactly, text without case and outer space, dates as ISO text.

    An empty text and a number that is not finite become ``None`` (there is none).
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float, Decimal)):
        number = Decimal(str(value))
        return number if number.is_finite() else None
    return str(value).strip().casefold() or None


def _empty_groups(node: Node) -> list[str]:
    """Name groups that hold nothing: "any of nothing" is never true and surely a slip."""
    if isinstance(node, Test):
        return []
    if isinstance(node, Not):
        if isinstance(node.child, All) and not node.child.children:
            return ["The condition excludes an empty group. Put a comparison into it or remove it."]
        return _empty_groups(node.child)
    if isinstance(node, Any) and not node.children:
        return ["The condition has an empty group. Put a comparison into it or remove it."]
    return [sentence for child in node.children for sentence in _empty_groups(child)]


def _test_problem(test: Test, kind: AttributeType | None) -> str:
    if kind is None:
        return f"There is no attribute called {test.attribute}. Choose one from the client's list."
    if test.op == "exists":
        return ""
    if kind.kind == "group" or test.op in PLACES:
        return _place_problem(test, kind)
    if test.op in ORDERINGS and kind.kind not in ("number", "date"):
        return f"{kind.label} is not a number or a date, so it cannot be more or less than something."
    if test.op == "in" and not test.value:
        return f"{kind.label} is compared with an empty list. Add at least one value."
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    return next((sentence for value in values if (sentence := _value_problem(kind, value))), "")


def _place_problem(test: Test, kind: AttributeType) -> str:
    if kind.kind != "group":
        return f"{kind.label} is no region or format, so nothing lies within it."
    if test.op not in PLACES:
        return f"{kind.label} can only be asked with “is within” or “is not within”."
    if str(test.value) not in kind.choices:
        return f"The {kind.label.lower()} this asks about is not there any more. Choose another one."
    return ""


def _value_problem(kind: AttributeType, value: object) -> str:
    if kind.kind == "boolean":
        return "" if isinstance(value, bool) else f"{kind.label} can only be compared with yes or no."
    if kind.kind == "number":
        wrong = isinstance(value, (bool, str)) or comparable(value) is None
        return f"{kind.label} must be compared with a number." if wrong else ""
    if kind.kind == "date":
        return "" if _is_date(value) else f"{kind.label} must be compared with a date such as 2027-03-31."
    if not isinstance(value, str) or not value.strip():
        return f"{kind.label} must be compared with a text."
    if kind.choices and comparable(value) not in {comparable(choice) for choice in kind.choices}:
        return f"{kind.label} can never be {value}. Choose one of {', '.join(kind.choices.values())}."
    return ""


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False
