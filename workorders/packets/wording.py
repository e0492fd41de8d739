"""Conditions in words a project manager can read aloud."""

from __future__ import annotations

from collections.abc import Mapping

from workorders.packets.model import AttributeType, Json
from workorders.packets.tree import PLACES, All, Node, Not, Test, parse

_COMPARED = {"gt": "is more than", "gte": "is at least", "lt": "is less than", "lte": "is at most"}
_NEGATED = {"gt": "lte", "gte": "lt", "lt": "gte", "lte": "gt", "is": "is_not", "is_not": "is"} | {
    "within": "not_within",
    "not_within": "within",
}
_VERBS = ("is", "needs", "requires", "uses", "allows", "has", "can")
_UNCOUNTED = frozenset(
    {"access", "approval", "cabling", "clearance", "coverage", "electricity", "equipment", "fiber", "fibre"}
    | {
        "furniture",
        "grounding",
        "internet",
        "lighting",
        "parking",
        "permission",
        "power",
        "security",
        "signage",
    }
    | {"space", "staff", "storage", "water", "wi-fi", "wifi", "wiring"}
)


def to_sentence(condition: Mapping[str, Json] | None, labels: Mapping[str, AttributeType]) -> str:
    """Read a condition aloud: ``when ceiling height is more than 12 ft and the site has a drop ceiling``.

    Parameters
    ----------
    labels
        Attributes by key; one that is missing is named by its key.

    Returns
    -------
    str
        Starts with ``when``; ``always`` for an empty condition. No full stop.
    """
    node = parse(condition)
    if isinstance(node, All) and not node.children:
        return "always"
    return f"when {_say(node, labels, inside=False)}"


def because(condition: Mapping[str, Json] | None, labels: Mapping[str, AttributeType]) -> str:
    """The same as a reason, ``because ceiling height is more than 12 ft``; empty for a condition that always holds."""
    sentence = to_sentence(condition, labels)
    return "" if sentence == "always" else "because " + sentence.removeprefix("when ")


def label_in_sentence(label: str) -> str:
    """A label as it reads inside a sentence: ``Ceiling height`` loses its capital, ``PoE budget`` and ``UPS`` keep it."""
    first, *_ = label.split() or [""]
    return label[:1].lower() + label[1:] if first[1:].islower() or len(first) == 1 else label


def value_in_sentence(value: object, kind: AttributeType) -> str:
    """A value with its unit, as it is read aloud."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = kind.choices.get(str(value), str(value))
    return f"{text} {kind.unit}".strip()


def _say(node: Node, labels: Mapping[str, AttributeType], *, inside: bool) -> str:
    if isinstance(node, Test):
        return _say_test(node, labels.get(node.attribute) or _nameless(node.attribute))
    if isinstance(node, Not):
        return _say_not(node.child, labels)
    if not node.children:
        return "anything is the case" if isinstance(node, All) else "nothing is the case"
    word = "and" if isinstance(node, All) else "or"
    parts = [_say(child, labels, inside=True) for child in node.children]
    if len(parts) == 1:
        return parts[0]
    joined = f" {word} ".join(parts) if len(parts) == 2 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"
    return f"({joined})" if inside else joined


def _say_not(child: Node, labels: Mapping[str, AttributeType]) -> str:
    if isinstance(child, Test) and child.op in _NEGATED:
        return _say(Test(child.attribute, _NEGATED[child.op], child.value), labels, inside=True)
    return f"it is not the case that {_say(child, labels, inside=True)}"


def _say_test(test: Test, kind: AttributeType) -> str:
    label = label_in_sentence(kind.label)
    if test.op == "exists":
        return f"{label} is on record" if test.value else f"there is no {label}"
    if test.op in ("is", "is_not") and isinstance(test.value, bool):
        return _say_boolean(label, test.value is (test.op == "is"))
    if isinstance(test.value, tuple):
        words = [value_in_sentence(value, kind) for value in test.value]
        return f"{label} is {_one_of(words)}"
    value = value_in_sentence(test.value, kind)
    if test.op in PLACES:
        return f"{label} is {'not ' if test.op == 'not_within' else ''}within {value}"
    if test.op in _COMPARED:
        verb = _dated(_COMPARED[test.op]) if kind.kind == "date" else _COMPARED[test.op]
        return f"{label} {verb} {value}"
    return f"{label} is {'not ' if test.op == 'is_not' else ''}{value}"


def _one_of(words: list[str]) -> str:
    if len(words) < 2:
        return words[0] if words else "one of nothing"
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _dated(verb: str) -> str:
    dated = {"is more than": "is after", "is less than": "is before"}
    return dated.get(verb, verb.replace("at least", "on or after").replace("at most", "on or before"))


def _say_boolean(label: str, positive: bool) -> str:
    """A yes-or-no attribute about the site. Labels may be a noun ("drop ceiling") or start with a verb ("has rack")."""
    verb, _, rest = label.partition(" ")
    if verb.lower() not in _VERBS or not rest:
        return f"the site has {_with_article(label) if positive else f'no {label}'}"
    if positive:
        return f"the site {label}"
    if verb == "has":
        return f"the site has no {rest.removeprefix('a ').removeprefix('an ')}"
    if verb in ("is", "can"):
        return f"the site {verb} not {rest}" if verb == "is" else f"the site cannot {rest}"
    return f"the site does not {verb[:-1]} {rest}"


def _with_article(noun: str) -> str:
    last = noun.rsplit(maxsplit=1)[-1].lower()
    if (
        noun.startswith(("a ", "an ", "the "))
        or last in _UNCOUNTED
        or (last.endswith("s") and not last.endswith("ss"))
    ):
        return noun
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def _nameless(key: str) -> AttributeType:
    return AttributeType("text", key.replace("_", " "))
