"""Proof that two conditions can never hold at the same site.

Both are brought into disjunctive form and every pair of conjunctions is searched for a contradiction about one attribute.
The proof is sound, not complete: ``False`` means "could not be shown", so the two are treated as able to meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from workorders.packets.conditions import comparable
from workorders.packets.model import AttributeType, Json
from workorders.packets.tree import ORDERINGS, PLACES, All, Node, Not, Test, parse

MAX_CONJUNCTIONS = 128
_OPPOSITE = {
    "is": "is_not",
    "is_not": "is",
    "in": "not_in",
    "not_in": "in",
    "gt": "lte",
    "gte": "lt",
    "lt": "gte",
    "lte": "gt",
    "within": "not_within",
    "not_within": "within",
}
_Conjunction = tuple[Test, ...]


def are_exclusive(
    first: Mapping[str, Json] | None,
    second: Mapping[str, Json] | None,
    types: Mapping[str, AttributeType] = MappingProxyType({}),
) -> bool:
    """Whether no site can make both conditions true.

    Parameters
    ----------
    types
        The client's attributes by key; their trees say which places lie in which.

    Notes
    -----
    Cost is the product of the two disjunctive forms, each capped at 128 conjunctions; beyond the cap nothing is proven.
    """
    left, right = _disjunctions(parse(first)), _disjunctions(parse(second))
    if left is None or right is None:
        return False
    return all(_contradicts((*a, *b), types) for a in left for b in right)


def _disjunctions(node: Node, positive: bool = True) -> list[_Conjunction] | None:
    """Disjunctive form with negations pushed into the tests, or ``None`` when it grows too large."""
    if isinstance(node, Test):
        return [(node if positive else _negated(node),)]
    if isinstance(node, Not):
        return _disjunctions(node.child, not positive)
    children = [_disjunctions(child, positive) for child in node.children]
    if isinstance(node, All) is positive:
        return _product(children)
    return None if None in children else _capped([part for child in children if child for part in child])


def _product(children: Iterable[list[_Conjunction] | None]) -> list[_Conjunction] | None:
    result: list[_Conjunction] = [()]
    for child in children:
        if child is None or len(result) * len(child) > MAX_CONJUNCTIONS:
            return None
        result = [(*left, *right) for left in result for right in child]
    return result


def _capped(parts: list[_Conjunction]) -> list[_Conjunction] | None:
    return parts if len(parts) <= MAX_CONJUNCTIONS else None


def _negated(test: Test) -> Test:
    if test.op == "exists":
        return Test(test.attribute, "exists", not test.value)
    return Test(test.attribute, _OPPOSITE[test.op], test.value)


@dataclass(slots=True)
class _Domain:
    """What a conjunction still permits for one attribute."""

    allowed: set[object] | None = None
    excluded: set[object] = field(default_factory=set)
    exists: set[bool] = field(default_factory=set)
    above: list[tuple[Decimal | str, bool]] = field(default_factory=list)
    below: list[tuple[Decimal | str, bool]] = field(default_factory=list)
    inside: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)

    def add(self, test: Test) -> None:
        """Narrow the domain by one test."""
        values = {
            _tagged(value) for value in (test.value if isinstance(test.value, tuple) else (test.value,))
        }
        if test.op == "exists":
            self.exists.add(bool(test.value))
        elif test.op in ("is", "in"):
            self.allowed = values if self.allowed is None else self.allowed & values
        elif test.op in ("is_not", "not_in"):
            self.excluded |= values
        elif test.op in PLACES:
            (self.inside if test.op == "within" else self.outside).add(str(test.value))
        elif test.op in ORDERINGS:
            self._add_bound(test)

    def _add_bound(self, test: Test) -> None:
        limit = comparable(test.value)
        if limit is None or isinstance(limit, bool):
            return
        side = self.above if test.op in ("gt", "gte") else self.below
        side.append((limit, test.op in ("gt", "lt")))

    def is_empty(self, tree: Mapping[str, frozenset[str]]) -> bool:
        """Whether no value is left; `tree` says of each place what it lies in."""
        if len(self.exists) == 2 or self._is_nowhere(tree):
            return True
        if False in self.exists and (self.allowed is not None or self.above or self.below):
            return True
        if self.allowed is not None and not any(
            self._permits(value) for value in self.allowed - self.excluded
        ):
            return True
        return any(_gap(low, high) for low in self.above for high in self.below)

    def _is_nowhere(self, tree: Mapping[str, frozenset[str]]) -> bool:
        """A site is in one place and all that place lies in: two that do not lie in each other exclude each other."""
        around = {place: tree.get(place, frozenset()) | {place} for place in self.inside}
        apart = any(
            a not in around[b] and b not in around[a] and {a, b} <= tree.keys()
            for a in self.inside
            for b in self.inside
        )
        return apart or any(place & self.outside for place in around.values())

    def _permits(self, tagged: object) -> bool:
        value = tagged[1] if isinstance(tagged, tuple) else None
        return all(not _gap(low, (value, False)) for low in self.above) and all(
            not _gap((value, False), high) for high in self.below
        )


def _tagged(value: object) -> object:
    """Value with its kind, because ``True`` and ``1`` are one key in a set and two answers on a form."""
    reduced = comparable(value)
    return type(reduced).__name__, reduced


def _gap(low: tuple[object, bool], high: tuple[object, bool]) -> bool:
    """Whether nothing lies from ``low`` up to ``high``; each is a limit and whether the limit itself is left out."""
    (bottom, open_bottom), (top, open_top) = low, high
    if isinstance(bottom, Decimal) and isinstance(top, Decimal):
        return bottom > top or (bottom == top and (open_bottom or open_top))
    if isinstance(bottom, str) and isinstance(top, str):
        return bottom > top or (bottom == top and (open_bottom or open_top))
    return True  # A number and a text are never both satisfied: the mismatch leaves one test undecided.


def _contradicts(conjunction: _Conjunction, types: Mapping[str, AttributeType]) -> bool:
    domains: dict[str, _Domain] = {}
    for test in conjunction:
        domains.setdefault(test.attribute, _Domain()).add(test)
    return any(
        domain.is_empty(types[attribute].within if attribute in types else {})
        for attribute, domain in domains.items()
    )
