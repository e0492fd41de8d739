"""The cast: one person in each role, two clients, two providers, two rollouts that must never see each other."""

from __future__ import annotations

from dataclasses import dataclass

from rollout.choices import Role
from rollout.models import Client, Rollout, User
from technicians.models import Assignment, Engagement, Provider, ProviderManager, Technician
from tests import factories as make


@dataclass(frozen=True)
class Cast:
    """Who is who. `stranger_…` belong to the other client or the other provider."""

    admin: User
    pm: User
    pf: User
    client_viewer: User
    technician: User
    provider_manager: User
    stranger_pm: User
    stranger_viewer: User
    stranger_technician: User
    nobody: User
    client: Client
    other_client: Client
    rollout: Rollout
    other_rollout: Rollout
    provider: Provider
    other_provider: Provider
    technician_person: Technician
    other_technician_person: Technician

    @property
    def roles(self) -> dict[str, User]:
        """Everybody by name, for tables of who may what."""
        return {
            name: value
            for name in (
                "admin",
                "pm",
                "pf",
                "client_viewer",
                "technician",
                "provider_manager",
                "stranger_pm",
                "stranger_viewer",
                "stranger_technician",
                "nobody",
            )
            if isinstance(value := getattr(self, name), User)
        }


def assemble() -> Cast:
    """Write the cast to the database."""
    client = make.ClientFactory(name="Lumen Coffee", code="lumen")
    other_client = make.ClientFactory(name="Harbor Drug", code="harbor")
    pm, stranger_pm = make.UserFactory(name="Pat Conductor"), make.UserFactory(name="Sam Stranger")
    rollout = make.RolloutFactory(client=client, pm=pm, name="Guest Wi-Fi", code="guest-wifi")
    other_rollout = make.RolloutFactory(
        client=other_client, pm=stranger_pm, name="New tills", code="new-tills"
    )
    pf, viewer, stranger_viewer = make.UserFactory(), make.UserFactory(), make.UserFactory()
    make.member(pm, rollout)
    make.member(pf, rollout, Role.PF)
    make.member(viewer, rollout, Role.CLIENT)
    make.member(stranger_pm, other_rollout)
    make.member(stranger_viewer, other_rollout, Role.CLIENT)
    provider, other_provider = make.ProviderFactory(), make.ProviderFactory()
    Engagement.objects.create(provider=provider, client=client)
    Engagement.objects.create(provider=other_provider, client=other_client)
    manager, tech_user, stranger_tech = make.UserFactory(), make.UserFactory(), make.UserFactory()
    ProviderManager.objects.create(provider=provider, user=manager)
    return Cast(
        admin=make.UserFactory(is_superuser=True, is_staff=True),
        pm=pm,
        pf=pf,
        client_viewer=viewer,
        technician=tech_user,
        provider_manager=manager,
        stranger_pm=stranger_pm,
        stranger_viewer=stranger_viewer,
        stranger_technician=stranger_tech,
        nobody=make.UserFactory(),
        client=client,
        other_client=other_client,
        rollout=rollout,
        other_rollout=other_rollout,
        provider=provider,
        other_provider=other_provider,
        technician_person=make.TechnicianFactory(provider=provider, user=tech_user),
        other_technician_person=make.TechnicianFactory(provider=other_provider, user=stranger_tech),
    )


def assign(technician: Technician, visit: object, at: object) -> Assignment:
    """Book a technician for a visit."""
    return Assignment.objects.create(
        visit=visit, technician=technician, during=(visit.starts_at, visit.ends_at), assigned_at=at
    )
