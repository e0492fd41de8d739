"""The import target "providers": the firms that work for the rollout's client, and how to reach them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse

from rollout import audit, jobs
from rollout.models import Rollout
from rollout.permissions import Permission
from sites.choices import RowChange
from sites.import_targets import (
    ENROLLED,
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
from sites.models import ImportRow
from technicians.models import Engagement, Provider

OWN = ("phone", "email")
TARGET = Target(
    key="provider",
    label="provider",
    key_field="name",
    fields=(
        Field(
            "name",
            "Name",
            "text",
            required=True,
            synonyms=(
                "provider",
                "company",
                "firm",
                "name",
                "vendor",
                "subcontractor",
                "partner",
                "Firma",
                "société",
            ),
            help="It finds the provider again.",
        ),
        Field(
            "phone",
            "Phone",
            "phone",
            synonyms=("phone", "dispatch phone", "telephone", "Telefon", "téléphone"),
        ),
        Field("email", "E-mail", "email", synonyms=("email", "e-mail", "dispatch email", "mail", "courriel")),
    ),
)


def fields(rollout: Rollout) -> Target:
    """The same for every client."""
    return TARGET


def present(rollout: Rollout, keys: Sequence[str]) -> dict[str, Present]:
    """Find providers engaged by the client by name, in one query."""
    rows = _named(keys).filter(engagements__client=rollout.client_id)
    return {fold(row.name): Present(row.pk, _values(row), enrolled=True) for row in rows}


def _named(names: Iterable[str]) -> QuerySet[Provider]:
    exact = set(names)
    rows: QuerySet[Provider] = Provider.objects.annotate(low=Lower("name"))
    # The database may lower only Latin letters, so that an exact twin is looked for as well.
    return rows.filter(Q(low__in=[fold(name) for name in exact]) | Q(name__in=exact))


def _values(provider: Provider) -> JsonValues:
    return {"name": provider.name, **{name: getattr(provider, name) for name in OWN}}


def strangers(rollout: Rollout, named: Iterable[str]) -> set[str]:
    """Return the providers (`fold`) that exist but are not engaged by this client: they are none of its business."""
    rows = _named(named).exclude(engagements__client=rollout.client_id)
    return {fold(name) for name in rows.values_list("name", flat=True)}


def not_engaged(field: str, name: str) -> Note:
    """Say why a row about a provider of other clients does not land."""
    sentence = (
        f"The provider “{name}” works for other clients only. Ask an administrator to engage them first."
    )
    return Note(field, "rejected", sentence, "provider_not_engaged")


def complete(rollout: Rollout, rows: Sequence[Pair]) -> list[list[Note]]:
    """Keep other clients' providers out."""
    others = strangers(rollout, {str(values["name"]) for values, _ in rows if values.get("name")})
    return [_judge(values, there, others) for values, there in rows]


def _judge(values: JsonValues, there: Present | None, others: set[str]) -> list[Note]:
    if there is not None:
        values["name"] = there.values["name"]
    name = str(values.get("name") or "")
    return [not_engaged("name", name)] if fold(name) in others else []


def make_providers(rollout: Rollout, named: Iterable[str]) -> dict[str, Provider]:
    """Return providers by name (`fold`); those that are new are made and engaged by the rollout's client.

    One that came to work for another client since the check stops the whole import.
    """
    names = {fold(name): name for name in named}
    if others := strangers(rollout, names.values()):
        name = names[min(others)] if min(others) in names else min(others)
        raise jobs.JobFailed(
            f"The provider “{name}” came to work for another client meanwhile. Check the list again."
        )
    found = {fold(provider.name): provider for provider in _named(names.values())}
    made = Provider.objects.bulk_create(
        Provider(name=names[key]) for key in sorted(names.keys() - found.keys())
    )
    Engagement.objects.bulk_create(Engagement(provider=one, client_id=rollout.client_id) for one in made)
    return found | {fold(provider.name): provider for provider in made}


def apply(batch: Batch) -> None:
    """Write the providers of a batch; the new ones are engaged by the client."""
    made = make_providers(batch.rollout, [row.values["name"] for row in batch.creates])
    for row in batch.creates:
        row.subject_id = made[fold(row.values["name"])].pk
    written = [*batch.creates, *batch.updates]
    _set({row.subject_id: {name: pair[1] for name, pair in row.changes.items()} for row in written})
    new = {row.pk for row in batch.creates}
    audit.record_many(
        audit.entry(
            f"technicians.provider.{'imported' if row.pk in new else 'changed_by_import'}",
            subject=Provider(pk=row.subject_id),
            rollout=batch.rollout,
            by=batch.by,
            at=batch.at,
            summary=f"{row.values['name']} {'imported' if row.pk in new else 'changed'} from {batch.source}, line {row.line:,}",
            bulk_id=batch.bulk_id,
            data={"line": row.line, "changes": row.changes},
        )
        for row in written
    )


def _set(told: Mapping[int | None, Mapping[str, Any]]) -> None:
    providers = list(
        Provider.objects.select_for_update().filter(pk__in=[pk for pk in told if pk is not None])
    )
    for provider in providers:
        for name, value in told[provider.pk].items():
            if name in OWN:
                setattr(provider, name, value or "")
    Provider.objects.bulk_update(providers, OWN, batch_size=500)


def undo(batch: UndoBatch) -> Undone:
    """Remove the providers a batch made, unless they have people or were changed since; put others back."""
    undone = Undone()
    now = present(batch.rollout, [row.values["name"] for row in [*batch.created, *batch.updated]])
    _remove(batch.created, now, undone)
    _put_back(batch.updated, now, undone)
    return undone


def _remove(rows: Sequence[ImportRow], now: Mapping[str, Present], undone: Undone) -> None:
    made = {row.subject_id: row for row in rows if row.subject_id is not None}
    stays = {
        pk: f"changed since: {', '.join(changed)}"
        for pk, row in made.items()
        if (changed := _changed(row, now))
    }
    people = Provider.objects.filter(pk__in=made)
    for why, used in (
        ("has technicians", Q(technicians__isnull=False)),
        ("has people with an account", Q(managers__isnull=False)),
    ):
        stays |= dict.fromkeys(people.filter(used).values_list("pk", flat=True), why)
    others = Engagement.objects.filter(provider__in=made).values("provider").annotate(n=Count("pk"))
    stays |= {one["provider"]: "works for another client too" for one in others if one["n"] > 1}
    gone = [pk for pk in made if pk not in stays]
    undone.removed = Provider.objects.filter(pk__in=gone).delete()[1].get(Provider._meta.label, 0)
    undone.stays += [(str(made[pk].values["name"]), why) for pk, why in stays.items()]


def _changed(row: ImportRow, now: Mapping[str, Present]) -> list[str]:
    there = now.get(fold(row.values["name"]))
    if there is None:
        return []
    told = {name: pair[1] for name, pair in row.changes.items()}
    if row.change == RowChange.CREATE:
        told = row.values | told
    return [name for name in OWN if name in told and there.values[name] != (told[name] or "")]


def _put_back(rows: Sequence[ImportRow], now: Mapping[str, Present], undone: Undone) -> None:
    back: dict[int | None, dict[str, Any]] = {}
    for row in rows:
        changed = _changed(row, now)
        if changed:
            undone.stays.append((str(row.values["name"]), f"changed since: {', '.join(changed)}"))
        before = {key: pair[0] for key, pair in row.changes.items() if key not in (*changed, ENROLLED)}
        if before:
            back[row.subject_id] = before
    undone.restored = len(back)
    _set(back)


def _list_url(rollout: Rollout) -> str:
    return reverse("technicians:list", kwargs={"code": rollout.code})


def _lengths() -> dict[str, int]:
    found = {name: getattr(Provider._meta.get_field(name), "max_length", None) for name in ("name", *OWN)}
    return {name: most for name, most in found.items() if most}


PROVIDERS = ImportTarget(
    key="providers",
    label="Providers",
    noun="provider",
    plural="providers",
    a_row="One row for each firm.",
    permission=Permission.PEOPLE_EDIT,
    fields=fields,
    present=present,
    complete=complete,
    apply=apply,
    undo=undo,
    list_url=_list_url,
    example=(
        {
            "name": "Northwest Field Services",
            "phone": "+1 206 555 0120",
            "email": "dispatch@provider.example.com",
        },
    ),
    max_lengths=_lengths(),
)
