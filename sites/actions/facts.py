"""Define what can be known about sites, and write down what is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import Client, Rollout, User
from sites.choices import AttributeKind, FactSource
from sites.facts import OWN_FACTS, FactValue, plain_value, read_value, show_value
from sites.models import Attribute, AttributeValue, Site


class AttributeKeyTaken(Refused):
    """The client has an attribute with this key, or every site has such a fact anyway."""


class AttributeInUse(Refused):
    """Changing the attribute this way would leave values that no longer fit it."""


class ValueDoesNotFit(Refused):
    """The value cannot be one of this attribute."""


class NothingSaid(Refused):
    """There is no value to forget or to settle."""


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
) -> Attribute:
    """Define a fact that the client's sites can have. Without a `key` it follows from the label.

    Raises `AttributeKeyTaken`.
    """
    key = key or attribute_key(label)
    Client.objects.select_for_update(no_key=True).get(pk=rollout.client_id)
    if key in OWN_FACTS:
        raise AttributeKeyTaken(
            f"Every site has the fact “{OWN_FACTS[key]}” already. Give this one another name or key."
        )
    twin = Attribute.objects.filter(client=rollout.client_id, key=key).first()
    if not key or twin is not None:
        raise AttributeKeyTaken(
            f"“{twin}” has the key “{key}” already. Choose another key."
            if twin
            else "Give a key in Latin letters; none follows from this name."
        )
    attribute: Attribute = Attribute.objects.create(
        client_id=rollout.client_id,
        key=key,
        label=label,
        kind=kind,
        unit=unit if kind == AttributeKind.NUMBER else "",
        choices=list(choices) if kind == AttributeKind.CHOICE else [],
        shelf_life_days=shelf_life_days,
    )
    audit.record(
        "sites.attribute.defined",
        subject=attribute,
        rollout=rollout,
        by=by,
        at=at,
        summary=f"Attribute defined: {attribute}",
    )
    return attribute


@transaction.atomic
def change_attribute(
    *, attribute: Attribute, rollout: Rollout, by: User, at: datetime, **fields: Any
) -> Attribute:
    """Change name, unit, choices or shelf life. Key and kind stay, because variations and values depend on them.

    Raises `AttributeInUse` when a choice that sites have would vanish.
    """
    choices = fields.get("choices")
    if choices is not None and attribute.kind == AttributeKind.CHOICE:
        _refuse_orphans(attribute, choices)
    changes = {
        name: [getattr(attribute, name), value]
        for name, value in fields.items()
        if getattr(attribute, name) != value
    }
    for name, value in fields.items():
        setattr(attribute, name, value)
    attribute.save(update_fields=list(fields))
    if changes:
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


def _refuse_orphans(attribute: Attribute, choices: Sequence[str]) -> None:
    used = AttributeValue.objects.filter(attribute=attribute).values_list("value", flat=True).distinct()
    lost = sorted(str(value) for value in set(used) - set(choices))
    if lost:
        raise AttributeInUse(
            f"Sites have the value {', '.join(f'“{value}”' for value in lost)}. Keep it as a choice, or change those sites first."
        )


@transaction.atomic
def remove_attribute(*, attribute: Attribute, rollout: Rollout, by: User, at: datetime) -> None:
    """Remove an attribute no site has a value of; raises `AttributeInUse`."""
    known = attribute.values.values("site").distinct().count()
    if known:
        raise AttributeInUse(f"{known:,} sites have a value of {attribute}. An attribute in use stays.")
    audit.record(
        "sites.attribute.removed",
        subject=attribute,
        rollout=rollout,
        by=by,
        at=at,
        summary=f"Attribute removed: {attribute}",
    )
    attribute.delete()


def fitting(attribute: Attribute, text: str) -> FactValue:
    """Read a value as somebody typed it; raises `ValueDoesNotFit` with a sentence, also for nothing at all."""
    try:
        value = read_value(attribute, text)
    except ValueError as error:
        raise ValueDoesNotFit(str(error)) from error
    if value is None:
        raise ValueDoesNotFit(f"Give a value for {attribute.label}, or leave it unknown.")
    return value


@transaction.atomic
def state_fact(
    *,
    site: Site,
    attribute: Attribute,
    value: FactValue,
    rollout: Rollout,
    by: User | None,
    at: datetime,
    observed_on: date | None = None,
    source: str = FactSource.PM,
    settles: bool = False,
) -> AttributeValue:
    """Write down what one source says about a site; what the same source said before is replaced.

    Parameters
    ----------
    value
        As `fitting` or `sites.facts.plain_value` returns it.
    observed_on
        Today, in UTC, when left out.
    settles
        This decides a dispute: what other sources said is dropped, and kept in the audit entry.
    """
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    said = AttributeValue.objects.filter(site=site, attribute=attribute)
    before = [[one.source, one.value, one.observed_on.isoformat()] for one in said]
    if settles:
        said.exclude(source=source).delete()
    fields = {
        "value": plain_value(value),
        "observed_on": observed_on or at.date(),
        "said_by": by,
        "recorded_at": at,
    }
    stated, _ = AttributeValue.objects.update_or_create(
        site=site, attribute=attribute, source=source, defaults=fields
    )
    verb = "settled" if settles else "stated"
    audit.record(
        f"sites.fact.{verb}",
        subject=site,
        rollout=rollout,
        by=by,
        at=at,
        summary=f"{attribute.label} {verb}: {show_value(stated.value, attribute.unit)}",
        data={"attribute": attribute.key, "before": before, "after": stated.value},
    )
    return stated


@transaction.atomic
def forget_fact(
    *, site: Site, attribute: Attribute, source: str, rollout: Rollout, by: User, at: datetime
) -> None:
    """Drop what one source said, such as a mistake; the audit entry keeps it. Raises `NothingSaid`."""
    said = AttributeValue.objects.filter(site=site, attribute=attribute, source=source).first()
    if said is None:
        raise NothingSaid(
            f"Nothing was said about {attribute.label} by this source any more. Look at the site again."
        )
    label = FactSource(source).label
    audit.record(
        "sites.fact.forgotten",
        subject=site,
        rollout=rollout,
        by=by,
        at=at,
        summary=f"{attribute.label} forgotten: {show_value(said.value, attribute.unit)} ({label})",
        data={"attribute": attribute.key, "before": [[source, said.value, said.observed_on.isoformat()]]},
    )
    said.delete()
