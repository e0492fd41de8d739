"""Take the demo away again, and nothing else."""

from __future__ import annotations

from django.db import transaction

from rollout.demo import people
from rollout.models import AuditEntry, Client, Job, Membership, Rollout, StoredFile, User
from sites.models import Attribute, Enrolment, Site, SiteGroup, SiteImport
from technicians.models import Engagement, Provider, ProviderManager, SchedulePlan, Skill, Technician, Visit
from workorders.models import Event, Evidence, Packet, PlanRevision, StatementOfWork, WorkOrder

CLIENT_CODES = ("lumen", "harbor")


@transaction.atomic
def clear() -> None:
    """Remove the demo's clients with everything of theirs, its providers and its accounts, from the leaves to the root.

    What people added to the demo goes with it; other clients stay untouched. Files stay in storage: they are kept by content
    and may be shared.
    """
    rollouts = Rollout.objects.filter(client__code__in=CLIENT_CODES)
    # A worker that renders for the demo right now waits here, and then finds nothing left to render.
    list(rollouts.select_for_update())
    orders = WorkOrder.objects.filter(rollout__in=rollouts)
    Evidence.objects.filter(work_order__in=orders).delete()
    Event.objects.filter(work_order__in=orders, conflicts_with__isnull=False).delete()
    Event.objects.filter(work_order__in=orders).delete()
    Visit.objects.filter(work_order__in=orders).delete()
    SchedulePlan.objects.filter(rollout__in=rollouts).delete()
    Packet.objects.filter(work_order__in=orders).delete()
    orders.delete()
    PlanRevision.objects.filter(rollout__in=rollouts).delete()
    StatementOfWork.objects.filter(rollout__in=rollouts).delete()
    SiteImport.objects.filter(rollout__in=rollouts).delete()
    Enrolment.objects.filter(rollout__in=rollouts).delete()
    Site.objects.filter(client__code__in=CLIENT_CODES).delete()
    Attribute.objects.filter(client__code__in=CLIENT_CODES).delete()
    groups = SiteGroup.objects.filter(client__code__in=CLIENT_CODES)
    groups.update(parent=None)  # a group protects the one it lies in
    groups.delete()
    _base(rollouts)
    _people()


def _base(rollouts: object) -> None:
    clients = Client.objects.filter(code__in=CLIENT_CODES)
    AuditEntry.objects.filter(client__in=clients).delete()
    Job.objects.filter(rollout__client__in=clients).delete()
    StoredFile.objects.filter(rollout__client__in=clients).delete()
    Membership.objects.filter(client__in=clients).delete()
    Engagement.objects.filter(client__in=clients).delete()
    Rollout.objects.filter(client__in=clients).delete()
    clients.delete()


def _people() -> None:
    """Accounts and providers that other clients use stay."""
    providers = Provider.objects.filter(name__in=people.PROVIDERS, engagements__isnull=True)
    technicians = Technician.objects.filter(provider__in=providers)
    accounts = list(technicians.exclude(user=None).values_list("user_id", flat=True))
    emails = [email for _, email, _ in people.ACCOUNTS.values()]
    users = User.objects.filter(email__in=emails) | User.objects.filter(pk__in=accounts)
    user_ids = list(users.values_list("pk", flat=True))
    ProviderManager.objects.filter(provider__in=providers).delete()
    technicians.delete()
    providers.delete()
    Skill.objects.filter(holders__isnull=True, key__in=["wifi", "height"]).delete()
    AuditEntry.objects.filter(by__in=user_ids, client__isnull=True).delete()
    User.objects.filter(pk__in=user_ids, memberships__isnull=True).delete()
