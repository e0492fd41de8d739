"""The demo's cast: one sign-in per role, and technicians with providers. All invented."""

from __future__ import annotations

from datetime import time

from django.contrib.auth.hashers import make_password

from rollout.accounts import vouch_for_address
from rollout.demo.cities import CENTRAL, EAST, WEST
from rollout.models import Client, User
from technicians.models import (
    Engagement,
    Provider,
    ProviderManager,
    Shift,
    Skill,
    Technician,
    TechnicianSkill,
)

PASSWORD = "downbeat-demo"  # noqa: S105 - the demo refuses to load into a deployment
ACCOUNTS = {
    "admin": ("Administrator", "admin@downbeat.example", "Robin Adler"),
    "pm": ("Project manager", "pm@downbeat.example", "Maya Lindholm"),
    "pf": ("Project facilitator", "pf@downbeat.example", "Tomas Berg"),
    "pf2": ("Project facilitator, East", "pf-east@downbeat.example", "Ines Carvalho"),
    "viewer": ("Client", "client@lumen.example", "Claire Dubois"),
    "manager": ("Provider manager", "desk@northlight.example", "Yusuf Demir"),
    "harbor_pm": ("Project manager of another client", "pm-harbor@downbeat.example", "Leo Martins"),
    "harbor_viewer": ("Another client", "client@harbor.example", "Sofia Rossi"),
}
PROVIDERS = ("Northlight Field Services", "Bluebird Installations", "Keystone Techs")
_NAMES = (
    "Amara Obi", "Luca Bianchi", "Jesse Tran", "Marisol Vega", "Noah Kim", "Petra Novak", "Samir Patel", "Tess Moreau",
    "Uma Krishnan", "Viktor Hansen", "Wanda Fields", "Xavier Cole", "Yara Nasser", "Zane Morris", "Alba Serrano", "Bo Lund",
)  # fmt: skip


def make_accounts() -> dict[str, User]:
    """Make one account per role; only the administrator may do everything. One that stayed, because it has other work, is kept."""
    people = {}
    hashed = make_password(PASSWORD)  # hashing is slow on purpose; once is enough for one password
    for key, (_, email, name) in ACCOUNTS.items():
        starts = key in ("pm", "harbor_pm")
        fields = {"name": name, "password": hashed, "may_start_rollouts": starts}
        people[key], _ = User.objects.update_or_create(email=email, defaults=fields)
        vouch_for_address(people[key])
    admin = people["admin"]
    admin.is_staff = admin.is_superuser = True
    admin.save()
    return people


def make_technicians(client: Client, manager: User) -> list[Technician]:
    """Make sixteen technicians of three providers, spread over the country, working nights."""
    providers = [Provider.objects.get_or_create(name=name)[0] for name in PROVIDERS]
    Engagement.objects.bulk_create(Engagement(provider=provider, client=client) for provider in providers)
    ProviderManager.objects.create(provider=providers[0], user=manager)
    wifi, _ = Skill.objects.get_or_create(key="wifi", defaults={"name": "Wi-Fi installation"})
    height, _ = Skill.objects.get_or_create(key="height", defaults={"name": "Work at height"})
    bases = [*WEST[::4], *CENTRAL[::4], *EAST[::3]]
    people = []
    for number, name in enumerate(_NAMES):
        city = bases[number % len(bases)]
        people.append(
            Technician.objects.create(
                provider=providers[number % 3],
                code=f"{providers[number % 3].name[:1]}{number + 1:02d}",
                name=name,
                phone=f"+1 {303 + number} 555 02{number:02d}",
                email="" if number % 7 == 6 else f"{name.split()[0].lower()}@technicians.example",
                home_city=f"{city.name}, {city.region}",
                latitude=city.latitude + 0.05,
                longitude=city.longitude + 0.05,
                time_zone=_zone(city.latitude, city.longitude),
                radius_km=650,
                max_minutes_per_day=600,
            )
        )
    _equip(people, wifi, height)
    return people


def _zone(latitude: float, longitude: float) -> str:
    from tzfpy import get_tz  # noqa: PLC0415 - slow to import, and only needed here

    return get_tz(longitude, latitude)


def _equip(people: list[Technician], wifi: Skill, height: Skill) -> None:
    TechnicianSkill.objects.bulk_create(TechnicianSkill(technician=person, skill=wifi) for person in people)
    TechnicianSkill.objects.bulk_create(
        TechnicianSkill(technician=person, skill=height) for person in people[::2]
    )
    Shift.objects.bulk_create(
        Shift(technician=person, weekday=day, starts=time(19), ends=time(5))
        for person in people
        for day in range(6)
    )
