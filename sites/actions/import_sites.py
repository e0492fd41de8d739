"""The import target "sites": find, write and put back sites with their first contact, facts and place in the rollout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.urls import reverse

from rollout.models import Rollout
from rollout.permissions import Permission
from sites import queries
from sites.actions.import_sites_completing import complete
from sites.actions.import_sites_rows import CONTACT, OWN, present
from sites.actions.import_sites_undo import undo
from sites.actions.import_sites_writing import apply
from sites.facts import field_of
from sites.import_targets import ImportTarget
from sites.imports.site_target import SITE_TARGET, derived_key
from sites.imports.target import Target
from sites.models import Contact, Site


def fields(rollout: Rollout) -> Target:
    """The fields of a site, and one for every attribute of the client."""
    attributes = tuple(field_of(attribute) for attribute in queries.attributes_of(rollout.client_id))
    return replace(SITE_TARGET, fields=(*SITE_TARGET.fields, *attributes))


def _list_url(rollout: Rollout) -> str:
    return reverse("sites:list", kwargs={"code": rollout.code})


def _lengths() -> dict[str, int]:
    own: Iterable[tuple[str, Any]] = ((name, Site._meta.get_field(name)) for name in ("key", *OWN))
    contact = ((key, Contact._meta.get_field(name)) for key, name in CONTACT.items())
    return {key: field.max_length for key, field in [*own, *contact] if field.max_length}


EXAMPLE = (
    {
        "key": "0417",
        "name": "Harbour Street",
        "street": "12 Harbour Street",
        "city": "Seattle",
        "region": "WA",
        "postal_code": "98101",
        "country": "US",
        "latitude": "47.6062",
        "longitude": "-122.3321",
        "time_zone": "America/Los_Angeles",
        "phone": "+1 206 555 0117",
        "opening_hours": "Mon-Sun 06:00-21:00",
        "contact_name": "Store manager",
        "contact_phone": "+1 206 555 0118",
        "contact_email": "0417@stores.example.com",
    },
)

SITES = ImportTarget(
    key="sites",
    label="Sites",
    noun="site",
    plural="sites",
    a_row="One row for each site.",
    permission=Permission.SITE_IMPORT,
    fields=fields,
    present=present,
    complete=complete,
    apply=apply,
    undo=undo,
    list_url=_list_url,
    example=EXAMPLE,
    make_key=derived_key,
    key_from=("name", "city", "street", "postal_code"),
    takes_wave=True,
    grows=True,
    max_lengths=_lengths(),
)
