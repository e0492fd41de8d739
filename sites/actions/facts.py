"""Write down what is known about sites."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import Rollout, User
from sites.choices import FactSource, FactState
from sites.facts import ATTRIBUTE_PREFIX, FactValue, FactView, facts_for, plain_value, read_value, show_value
from sites.models import Attribute, AttributeValue, Site


class ValueDoesNotFit(Refused):
    """The value cannot be one of this attribute."""


class NothingSaid(Refused):
    """There is no value to forget, to settle or to confirm."""


class SaidMeanwhile(Refused):
    """What was about to be confirmed or settled is not what is said now."""


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
    said_by_name: str = "",
    note: str = "",
    reason: str = "",
    verb: str = "",
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
    said_by_name, note
        Who said it when that was nobody with an account, and in which words.
    reason
        Why the person who writes it down does so.
    verb
        What the history calls it; "stated" or "settled" when left out.
    """
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    said = list(AttributeValue.objects.filter(site=site, attribute=attribute).order_by("source"))
    if settles:
        AttributeValue.objects.filter(site=site, attribute=attribute).exclude(source=source).delete()
    fields = {
        "value": plain_value(value),
        "observed_on": observed_on or at.date(),
        "said_by": by,
        "said_by_name": said_by_name[:160],
        "note": note[:500],
        "recorded_at": at,
    }
    stated, _ = AttributeValue.objects.update_or_create(
        site=site, attribute=attribute, source=source, defaults=fields
    )
    verb = verb or ("settled" if settles else "stated")
    data = _change(attribute, said, stated, settles=settles) | (
        {"said_by": said_by_name} if said_by_name else {}
    )
    shown = show_value(stated.value, attribute.unit)
    _record(verb, site, attribute, shown, data, rollout=rollout, by=by, at=at, reason=reason)
    return stated


def _change(
    attribute: Attribute, said: Sequence[AttributeValue], stated: AttributeValue, *, settles: bool
) -> dict[str, Any]:
    """What the history shows: before, what the same source said; where it settles a dispute, what all of them did."""
    mine = next((one.value for one in said if one.source == stated.source), None)
    values = list(dict.fromkeys(show_value(one.value) for one in said))
    before = " or ".join(values) if settles and len(values) > 1 else mine
    return {
        "attribute": attribute.key,
        "source": stated.source,
        "before": [[one.source, one.value, one.observed_on.isoformat()] for one in said],
        "after": stated.value,
        "observed_on": stated.observed_on.isoformat(),
        "changes": {f"{ATTRIBUTE_PREFIX}{attribute.key}": [before, stated.value]},
    }


def _record(
    verb: str,
    site: Site,
    attribute: Attribute,
    shown: str,
    data: dict[str, Any],
    **fields: Any,
) -> None:
    summary = f"{attribute.label} {verb}: {shown}"
    audit.record(f"sites.fact.{verb}", subject=site, summary=summary, data=data, **fields)


def _now(site: Site, attribute: Attribute, today: date) -> FactView:
    """Return the fact as it stands, the site locked until the transaction ends."""
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    return facts_for([site.pk], attribute.client_id, today=today)[site.pk][attribute.key]


@transaction.atomic
def confirm_fact(
    *, site: Site, attribute: Attribute, seen: str, rollout: Rollout, by: User, at: datetime, reason: str = ""
) -> AttributeValue | None:
    """Write down that what is known is still so today. Returns None when the same person's word of today stands already.

    `seen` is the value as the page showed it, so that nobody confirms what somebody else has just changed.
    Raises `NothingSaid` and `SaidMeanwhile`.
    """
    fact = _now(site, attribute, at.date())
    if fact.state not in (FactState.KNOWN, FactState.STALE):
        raise NothingSaid(
            f"{attribute.label} is {fact.state} here, so there is no one value to confirm. State what is so."
        )
    if fact.shown != seen:
        raise SaidMeanwhile(
            f"{attribute.label} is “{fact.shown}” now; somebody changed it meanwhile. Confirm that if it is so."
        )
    if fact.source == FactSource.PM and fact.observed_on == at.date():
        return None
    return state_fact(
        site=site,
        attribute=attribute,
        value=fact.value,
        rollout=rollout,
        by=by,
        at=at,
        reason=reason,
        verb="confirmed",
    )


@transaction.atomic
def settle_fact(
    *,
    site: Site,
    attribute: Attribute,
    source: str,
    seen: str,
    rollout: Rollout,
    by: User,
    at: datetime,
    reason: str = "",
) -> AttributeValue:
    """Decide a dispute for what one source says; what the others said is dropped, and kept in the audit entry.

    `seen` is that value as the page showed it. Raises `NothingSaid` and `SaidMeanwhile`.
    """
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    said = list(AttributeValue.objects.filter(site=site, attribute=attribute).order_by("source"))
    right: AttributeValue | None = next((one for one in said if one.source == source), None)
    if right is None:
        raise NothingSaid("That source says nothing any more. Look at the site again.")
    if show_value(right.value, attribute.unit) != seen:
        raise SaidMeanwhile(
            f"This source says “{show_value(right.value, attribute.unit)}” now; somebody changed it meanwhile. "
            "Take it if it is right."
        )
    AttributeValue.objects.filter(pk__in=[one.pk for one in said if one is not right]).delete()
    data = _change(attribute, said, right, settles=True)
    shown = show_value(right.value, attribute.unit)
    _record("settled", site, attribute, shown, data, rollout=rollout, by=by, at=at, reason=reason)
    return right


@transaction.atomic
def forget_fact(
    *,
    site: Site,
    attribute: Attribute,
    source: str,
    rollout: Rollout,
    by: User | None,
    at: datetime,
    reason: str = "",
) -> None:
    """Drop what one source said, such as a mistake; the audit entry keeps it. Raises `NothingSaid`."""
    said = AttributeValue.objects.filter(site=site, attribute=attribute, source=source).first()
    if said is None:
        raise NothingSaid(
            f"Nothing was said about {attribute.label} by this source any more. Look at the site again."
        )
    data = {
        "attribute": attribute.key,
        "source": source,
        "before": [[source, said.value, said.observed_on.isoformat()]],
        "changes": {f"{ATTRIBUTE_PREFIX}{attribute.key}": [said.value, None]},
    }
    shown = f"{show_value(said.value, attribute.unit)} ({FactSource(source).label})"
    _record("forgotten", site, attribute, shown, data, rollout=rollout, by=by, at=at, reason=reason)
    said.delete()
