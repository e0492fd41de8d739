"""The import target "contacts": whom to call at which site, in which order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pgbulk
from django.db.models import Max
from django.urls import reverse

from rollout.models import Rollout
from rollout.permissions import Permission
from sites.actions import import_parts as parts
from sites.import_targets import (
    KEY,
    KEY_MARK,
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
from sites.models import Contact, ImportRow

OWN = ("role", "phone", "email")
MOST = 99
TARGET = Target(
    key="contact",
    label="contact",
    key_field="name",
    fields=(
        parts.SITE_FIELD,
        Field(
            "name",
            "Name",
            "text",
            required=True,
            synonyms=(
                "name",
                "contact",
                "contact name",
                "full name",
                "person",
                "manager",
                "Ansprechpartner",
                "nom",
            ),
            help="With the site number, it finds the contact again.",
        ),
        Field(
            "role",
            "Role",
            "text",
            synonyms=("role", "title", "job title", "position", "function", "Funktion"),
        ),
        Field(
            "order",
            "Order",
            "integer",
            synonyms=("order", "call order", "priority", "rank", "sequence", "Reihenfolge"),
            help="1 is called first. Left out, a new contact is called last.",
        ),
        Field(
            "phone",
            "Phone",
            "phone",
            synonyms=("phone", "mobile", "cell", "telephone", "Telefon", "téléphone"),
        ),
        Field("email", "E-mail", "email", synonyms=("email", "e-mail", "email address", "mail", "courriel")),
    ),
)


def fields(rollout: Rollout) -> Target:
    """The same for every client."""
    return TARGET


def present(rollout: Rollout, keys: Sequence[str]) -> dict[str, Present]:
    """Find contacts by site and name; two queries however many there are. Of namesakes the first to call counts."""
    wanted = [parts.parts_of(key, 2) for key in keys]
    known = parts.sites_called(rollout, {site for site, _ in wanted})
    numbers = {site.pk: site.key for site in known.values()}
    found: dict[str, Present] = {}
    for contact in Contact.objects.filter(site__in=numbers).order_by("site_id", "order", "pk"):
        values = _values(contact, numbers[contact.site_id])
        found.setdefault(fold(values[KEY]), Present(contact.pk, values, enrolled=True))
    return found


def _values(contact: Contact, number: str) -> JsonValues:
    own = {name: getattr(contact, name) for name in OWN}
    key = f"{number}{KEY_MARK}{contact.name}"
    return {KEY: key, "site": number, "name": contact.name, "order": contact.order + 1, **own}


def complete(rollout: Rollout, rows: Sequence[Pair]) -> list[list[Note]]:
    """Keep out contacts of sites that are not there, and say who cannot be reached."""
    return parts.with_sites(rollout, rows, _judge)


def _judge(values: JsonValues, there: Present | None) -> list[Note]:
    if there is not None:
        values |= {name: there.values[name] for name in (KEY, "site", "name")}
    reach = [values.get(name) or (there and there.values[name]) for name in ("phone", "email")]
    notes = []
    if values.get("name") and not any(reach):
        sentence = "Neither a phone number nor an e-mail address: a name alone cannot be called."
        notes.append(Note("phone", "attention", sentence, "no_way_to_call"))
    order = values.get("order")
    if order is not None and not 1 <= order <= MOST:
        values["order"] = None
        sentence = (
            f"The order {order:,} is not possible; it goes from 1, called first, to {MOST}. It was left out."
        )
        notes.append(Note("order", "attention", sentence, "order"))
    return notes


def apply(batch: Batch) -> None:
    """Write the contacts of a batch; six statements however many there are."""
    owner = parts.site_ids(batch)
    batch.creates[:] = [row for row in batch.creates if row.pk in owner]
    last = _last_orders(set(owner.values()))
    made = []
    for row in batch.creates:
        site = owner[row.pk]
        order = row.values["order"] - 1 if row.values.get("order") else last[site] + 1
        last[site] = max(last[site], order)
        own = {name: row.values.get(name) or "" for name in OWN}
        made.append(Contact(site_id=site, name=row.values["name"], order=order, **own))
    Contact.objects.bulk_create(made)
    for row, contact in zip(batch.creates, made, strict=True):
        row.subject_id = contact.pk
    _set([(row, parts.after(row)) for row in batch.updates])
    parts.record(batch, "contact", lambda row: f"Contact {row.values['name']}", owner)


def _last_orders(site_ids: set[int]) -> dict[int, int]:
    rows = (
        Contact.objects.filter(site__in=site_ids).order_by().values_list("site").annotate(last=Max("order"))
    )
    return defaultdict(lambda: -1, dict(rows))


def _set(told: Sequence[tuple[ImportRow, JsonValues]]) -> None:
    by_id = {row.subject_id: values for row, values in told}
    contacts = list(Contact.objects.select_for_update().filter(pk__in=by_id))
    for contact in contacts:
        for name, value in by_id[contact.pk].items():
            if name in OWN:
                setattr(contact, name, value or "")
            elif name == "order":
                contact.order = value - 1
    if contacts:
        pgbulk.update(Contact, contacts, [*OWN, "order"])


def undo(batch: UndoBatch) -> Undone:
    """Remove the contacts a batch made and put back what it changed, unless somebody changed them since."""
    return parts.put_back(batch, present=present, remove=_remove, restore=_set)


def _remove(rows: Sequence[ImportRow]) -> None:
    Contact.objects.filter(pk__in=[row.subject_id for row in rows]).delete()


def _list_url(rollout: Rollout) -> str:
    return reverse("sites:list", kwargs={"code": rollout.code})


def _lengths() -> dict[str, int]:
    found = {name: Contact._meta.get_field(name).max_length for name in ("name", *OWN)}  # type: ignore[union-attr]
    return {name: most for name, most in found.items() if most}


CONTACTS = ImportTarget(
    key="contacts",
    label="Contacts",
    noun="contact",
    plural="contacts",
    a_row="One row for each contact; a site may have several.",
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
            "name": "First and last name",
            "role": "Store manager",
            "order": "1",
            "phone": "+1 206 555 0118",
            "email": "0417@stores.example.com",
        },
        {
            "site": "0417",
            "name": "Somebody else",
            "role": "Night lead",
            "order": "2",
            "phone": "+1 206 555 0119",
        },
    ),
    key_parts=("site", "name"),
    max_lengths=_lengths(),
)
