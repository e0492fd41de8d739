"""The import target "facts": attribute values in the long form, one row for each value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import pgbulk
from django.urls import reverse

from rollout.models import Rollout
from rollout.permissions import Permission
from sites import queries
from sites.actions import import_parts as parts
from sites.choices import FactSource
from sites.facts import read_value, show_value
from sites.import_targets import (
    KEY,
    Batch,
    ImportTarget,
    JsonValues,
    Note,
    Pair,
    Present,
    UndoBatch,
    Undone,
    fold,
)
from sites.imports.target import Field, Target
from sites.models import Attribute, AttributeValue, ImportRow

SOURCES = {fold(str(one.label)): one.value for one in FactSource}
TARGET = Target(
    key="fact",
    label="value",
    key_field="attribute",
    fields=(
        parts.SITE_FIELD,
        Field(
            "attribute",
            "Attribute",
            "text",
            required=True,
            synonyms=("attribute", "fact", "question", "property", "field", "Merkmal", "attribut"),
            help="Its name or its key, as on the page of attributes.",
        ),
        Field(
            "value",
            "Value",
            "text",
            required=True,
            synonyms=("value", "answer", "result", "reading", "Wert", "valeur", "valor"),
        ),
        Field(
            "observed_on",
            "Seen on",
            "date",
            synonyms=("observed on", "seen on", "date", "as of", "checked on", "survey date", "Datum"),
            help="Left out, the day of the import.",
        ),
        Field(
            "source",
            "Source",
            "text",
            synonyms=("source", "from", "said by", "Quelle", "origin"),
            help="Import, survey, site contact, technician or project manager. Left out, it is the import.",
            choices=tuple(str(one.label) for one in FactSource),
        ),
    ),
)


def fields(rollout: Rollout) -> Target:
    """The same for every client."""
    return TARGET


def _attributes(rollout: Rollout) -> dict[str, Attribute]:
    """The client's attributes by name and by key; the key wins."""
    rows = list(queries.attributes_of(rollout.client_id))
    return {fold(one.label): one for one in rows} | {fold(one.key): one for one in rows}


def _source(text: Any) -> str:
    return SOURCES.get(fold(str(text or "")), FactSource.IMPORT.value)


def present(rollout: Rollout, keys: Sequence[str]) -> dict[str, Present]:
    """Find values by site, attribute and source; three queries however many there are."""
    wanted = {key: parts.parts_of(key, 3) for key in keys}
    known, attributes = parts.sites_called(rollout, {one[0] for one in wanted.values()}), _attributes(rollout)
    said = AttributeValue.objects.filter(site__in=[site.pk for site in known.values()])
    there = {(one.site_id, one.attribute_id, one.source): one for one in said}
    found: dict[str, Present] = {}
    for key, (number, name, source) in wanted.items():
        site, attribute = known.get(fold(number)), attributes.get(fold(name))
        one = site and attribute and there.get((site.pk, attribute.pk, _source(source)))
        if site and attribute and one:
            values = {KEY: key, "site": site.key, "attribute": attribute.label, **_said(one)}
            found[fold(key)] = Present(one.pk, values, enrolled=True)
    return found


def _said(one: AttributeValue) -> JsonValues:
    return {
        "value": one.value,
        "observed_on": one.observed_on.isoformat(),
        "source": str(FactSource(one.source).label),
    }


def complete(rollout: Rollout, rows: Sequence[Pair]) -> list[list[Note]]:
    """Read every value as one of its attribute; keep out what fits none, and what is older than what is known."""
    return parts.with_sites(rollout, rows, partial(_judge, _attributes(rollout)))


def _judge(attributes: Mapping[str, Attribute], values: JsonValues, there: Present | None) -> list[Note]:
    name, text = str(values.get("attribute") or ""), values.get("value")
    if not name or text is None:
        return []
    attribute = attributes.get(fold(name))
    if attribute is None:
        sentence = (
            f"There is no attribute “{name[:60]}”. Make it on the page of attributes, or correct the name."
        )
        return [Note("attribute", "rejected", sentence, "no_attribute")]
    values["attribute"] = attribute.label
    try:
        values["value"] = read_value(attribute, str(text))
    except ValueError as error:
        return [Note("value", "rejected", str(error), "value")]
    seen, before = values.get("observed_on"), there.values["observed_on"] if there else None
    if seen and before and seen < before:
        sentence = (
            f"The same source said something newer already, seen on {before}. This older value was left out."
        )
        return [Note("observed_on", "rejected", sentence, "older")]
    return []


def apply(batch: Batch) -> None:
    """Write the values of a batch; five statements however many there are."""
    owner, attributes = parts.site_ids(batch), _attributes(batch.rollout)
    _tell_dates(batch)
    said: dict[tuple[int, int, str], AttributeValue] = {}
    rows = [row for row in [*batch.creates, *batch.updates] if row.pk in owner]
    for row in rows:
        # Gone since the check: there is nothing left to say about it.
        attribute = attributes.get(fold(row.values["attribute"]))
        if attribute is not None:
            one = _value(batch, row, owner[row.pk], attribute)
            said[one.site_id, one.attribute_id, one.source] = one
    if said:
        unique, columns = ["site", "attribute", "source"], ["value", "observed_on", "said_by", "recorded_at"]
        pgbulk.upsert(AttributeValue, list(said.values()), unique, columns)
    now = present(batch.rollout, [row.values[KEY] for row in rows])
    for row in batch.creates:
        there = now.get(fold(row.values[KEY]))
        row.subject_id = there.subject_id if there else None
    parts.record(
        batch, "fact", lambda row: f"{row.values['attribute']}: {show_value(row.values['value'])}", owner
    )


def _tell_dates(batch: Batch) -> None:
    """A value without a day was seen today; undo needs the day from before."""
    today = batch.today.isoformat()
    for row in batch.creates:
        row.changes.setdefault("observed_on", [None, today])
    undated = [row for row in batch.updates if row.values.get("observed_on") is None]
    rows = AttributeValue.objects.filter(pk__in=[row.subject_id for row in undated])
    before = dict(rows.values_list("pk", "observed_on"))
    for row in undated:
        row.changes["observed_on"] = [before[row.subject_id or 0].isoformat(), today]


def _value(batch: Batch, row: ImportRow, site_id: int, attribute: Attribute) -> AttributeValue:
    told = parts.after(row)
    seen = told.get("observed_on") or row.values.get("observed_on") or batch.today.isoformat()
    return AttributeValue(
        site_id=site_id,
        attribute=attribute,
        value=row.values["value"],
        source=_source(row.values.get("source")),
        observed_on=date.fromisoformat(seen),
        said_by=batch.by,
        recorded_at=batch.at,
    )


def undo(batch: UndoBatch) -> Undone:
    """Remove the values a batch brought and put back what they replaced, unless something newer was said since."""
    return parts.put_back(batch, present=present, remove=_remove, restore=_restore)


def _remove(rows: Sequence[ImportRow]) -> None:
    AttributeValue.objects.filter(pk__in=[row.subject_id for row in rows]).delete()


def _restore(back: Sequence[tuple[ImportRow, JsonValues]]) -> None:
    by_id = {row.subject_id: values for row, values in back}
    rows = list(AttributeValue.objects.select_for_update().filter(pk__in=by_id))
    for one in rows:
        values = by_id[one.pk]
        one.value = values.get("value", one.value)
        if values.get("observed_on"):
            one.observed_on = date.fromisoformat(values["observed_on"])
    if rows:
        pgbulk.update(AttributeValue, rows, ["value", "observed_on"])


def _list_url(rollout: Rollout) -> str:
    return reverse("sites:attributes", kwargs={"code": rollout.code})


FACTS = ImportTarget(
    key="facts",
    label="Facts",
    noun="fact",
    plural="facts",
    a_row="One row for each value: site, attribute, value. A site may have many rows.",
    permission=Permission.SITE_IMPORT,
    fields=fields,
    present=present,
    complete=complete,
    apply=apply,
    undo=undo,
    list_url=_list_url,
    example=(
        {
            "site": "0417",
            "attribute": "Ceiling height",
            "value": "12.5",
            "observed_on": "2026-03-31",
            "source": "Survey",
        },
        {"site": "0417", "attribute": "Rack in the back office", "value": "yes", "observed_on": "2026-03-31"},
    ),
    key_parts=("site", "attribute", "source"),
)
