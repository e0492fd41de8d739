"""Make and change clients."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from rollout import audit
from rollout.choices import Role
from rollout.exceptions import Refused
from rollout.models import Client, Membership, User


class CodeTaken(Refused):
    """Another client or rollout has this short name."""


@transaction.atomic
def create_client(*, name: str, code: str, by: User, at: datetime) -> Client:
    """Make a client; who makes it conducts all its rollouts."""
    if Client.objects.filter(code=code).exists():
        raise CodeTaken(f"There is already a client with the short name “{code}”. Choose another.")
    client = Client.objects.create(name=name, code=code)
    Membership.objects.create(user=by, client=client, role=Role.PM)
    by.__dict__.pop("loaded_memberships", None)
    made = audit.record("rollout.client.created", subject=client, by=by, at=at, summary=f"Client {name} made")
    made.client = client
    made.save(update_fields=["client"])
    return client


@transaction.atomic
def change_client(*, client: Client, name: str, by: User, at: datetime) -> Client:
    """Rename a client."""
    summary = f"Client {client.name} renamed to {name}"
    client.name = name
    client.save(update_fields=["name"])
    audit.record("rollout.client.changed", subject=client, by=by, at=at, summary=summary)
    return client
