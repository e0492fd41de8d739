"""Define what can be known about the client's sites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import Client, Rollout, User
from sites import planning
from sites.choices import AttributeKind
from sites.facts import OWN_FACTS, FactValue, as_typed, read_value, show_value
from sites.models import Attribute, AttributeValue

MOST_CONVERTED = 500
"""So many different values are converted at most when an attribute becomes one of another kind."""


class AttributeKeyTaken(Refused):
    """The client has an attribute with this key, or every site has such a fact anyway."""


class AttributeInUse(Refused):
    """Changing the attribute this way would lose values, or leave conditions that no longer fit it.

    `field` names what could not be changed so.
    """

    def __init__(self, sentence: str, field: str = "choices") -> None:
        super().__init__(sentence)
        self.field = field


def attribute_key(label: str) -> str:
    """Return the key that follows from a name; "" when it has no Latin letters or digits."""
    return slugify(label)[:60]


@transaction.atomic
def define_attribute(
    *,
    rollout: Rollout,
    label: str,
    kind: str,
    by: User,
    at: datetime,
    key: str = "",
    unit: str = "",
    choices: Sequence[str] = (),
    shelf_life_days: int | None = None,
    **asking: Any,
) -> Attribute:
    """Define a fact that the client's sites can have. Without a `key` it follows from the label.

    `asking` is how sites are asked for it: `question`, `translations`, `hint`, `wants_picture`. Raises `AttributeKeyTaken`.
    """
    key = key or attribute_key(label)
    Client.objects.select_for_update(no_key=True).get(pk=rollout.client_id)
    _refuse_key(rollout, key)
    attribute: Attribute = Attribute.objects.create(
        client_id=rollout.client_id,
        key=key,
        label=label,
        kind=kind,
        unit=unit if kind == AttributeKind.NUMBER else "",
        choices=list(choices) if kind == AttributeKind.CHOICE else [],
        shelf_life_days=shelf_life_days,
        **asking,
    )
    summary = f"Attribute defined: {attribute}"
    audit.record("sites.attribute.defined", subject=attribute, rollout=rollout, by=by, at=at, summary=summary)
    return attribute


def _refuse_key(rollout: Rollout, key: str) -> None:
    if key in OWN_FACTS:
        raise AttributeKeyTaken(
            f"Every site has the fact “{OWN_FACTS[key]}” already. Give this one another name or key."
        )
    if not key:
        raise AttributeKeyTaken("Give a key in Latin letters; none follows from this name.")
    twin = Attribute.objects.filter(client=rollout.client_id, key=key).first()
    if twin is not None:
        raise AttributeKeyTaken(f"“{twin}” has the key “{key}” already. Choose another key.")


@transaction.atomic
def change_attribute(
    *, attribute: Attribute, rollout: Rollout, by: User, at: datetime, **fields: Any
) -> Attribute:
    """Change an attribute; its key stays, because conditions and imports call it so.

    Another kind is possible while every value that sites have fits it, and no plan asks for the attribute; values are then
    rewritten (the text "12" becomes the number 12). Raises `AttributeInUse` where something would be lost.
    """
    attribute = Attribute.objects.select_for_update().get(pk=attribute.pk)
    before = copy(attribute)
    changes = {
        name: [getattr(attribute, name), value]
        for name, value in fields.items()
        if getattr(attribute, name) != value
    }
    for name, value in fields.items():
        setattr(attribute, name, value)
    _tidy(attribute)
    if attribute.kind != before.kind:
        _refuse_planned(attribute)
        _convert(before, attribute)
    elif attribute.kind == AttributeKind.CHOICE and "choices" in changes:
        _refuse_orphans(attribute)
    if changes:
        attribute.save(update_fields=[*fields, "unit", "choices"])
        audit.record(
            "sites.attribute.changed",
            subject=attribute,
            rollout=rollout,
            by=by,
            at=at,
            summary=f"Attribute changed: {attribute}",
            data={"changes": changes},
        )
    return attribute


def _tidy(attribute: Attribute) -> None:
    if attribute.kind != AttributeKind.NUMBER:
        attribute.unit = ""
    if attribute.kind != AttributeKind.CHOICE:
        attribute.choices = []


def _values_of(attribute: Attribute) -> list[Any]:
    said = AttributeValue.objects.filter(attribute=attribute).order_by()
    return list(said.values_list("value", flat=True).distinct()[: MOST_CONVERTED + 1])


def _refuse_orphans(attribute: Attribute) -> None:
    lost = sorted(str(value) for value in _values_of(attribute) if value not in attribute.choices)
    if lost:
        raise AttributeInUse(
            f"Sites have the value {_listed(lost)}. Keep it as a choice, or change those sites first."
        )


def _listed(values: Sequence[str]) -> str:
    quoted = [f"“{value}”" for value in values[:5]]
    more = f" and {len(values) - 5:,} more" if len(values) > 5 else ""
    return ", ".join(quoted) + more


def _refuse_planned(attribute: Attribute) -> None:
    for rollout in Rollout.objects.filter(client=attribute.client_id).order_by("code"):
        need = next((one for one in planning.needs(rollout) if one.attribute_key == attribute.key), None)
        if need is not None:
            raise AttributeInUse(
                f"The plan of {rollout.name} asks for it ({need.why}), and would no longer understand it. "
                "Leave the kind as it is, or define a new attribute.",
                "kind",
            )


def _convert(before: Attribute, after: Attribute) -> None:
    """Rewrite what sites have said as values of the new kind, or refuse when one cannot be."""
    values = _values_of(before)
    if len(values) > MOST_CONVERTED:
        raise AttributeInUse(
            f"Sites have more than {MOST_CONVERTED:,} different values. "
            "Define a new attribute of that kind and import the values into it.",
            "kind",
        )
    for value, new in _converted(values, after):
        if new != value or type(new) is not type(value):
            AttributeValue.objects.filter(attribute=before, value=value).update(value=new)


def _converted(values: Iterable[Any], after: Attribute) -> list[tuple[Any, FactValue]]:
    pairs: list[tuple[Any, FactValue]] = []
    for value in values:
        try:
            pairs.append((value, read_value(after, as_typed(value))))
        except ValueError as error:
            raise AttributeInUse(
                f"Sites have the value “{show_value(value)}”, which would be lost. {error} "
                "Leave the kind as it is, or change those sites first.",
                "kind",
            ) from error
    return pairs


@transaction.atomic
def remove_attribute(*, attribute: Attribute, rollout: Rollout, by: User, at: datetime) -> None:
    """Remove an attribute no site has a value of and no plan asks for; raises `AttributeInUse`."""
    known = attribute.values.values("site").distinct().count()
    if known:
        raise AttributeInUse(f"{known:,} sites have a value of {attribute}. An attribute in use stays.")
    _refuse_removal(attribute)
    summary = f"Attribute removed: {attribute}"
    audit.record("sites.attribute.removed", subject=attribute, rollout=rollout, by=by, at=at, summary=summary)
    attribute.delete()


def _refuse_removal(attribute: Attribute) -> None:
    for rollout in Rollout.objects.filter(client=attribute.client_id).order_by("code"):
        need = next((one for one in planning.needs(rollout) if one.attribute_key == attribute.key), None)
        if need is not None:
            raise AttributeInUse(f"The plan of {rollout.name} asks for {attribute} ({need.why}). It stays.")
