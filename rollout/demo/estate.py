"""The demo's sites as the file a client would send, and what such a file does not say: when one may come."""

from __future__ import annotations

import csv
import io
import random
from datetime import time

from rollout.demo.cities import CENTRAL, EAST, MANAGERS, NEIGHBOURHOODS, STREETS, WEST, City
from rollout.models import Rollout
from sites.models import AccessWindow, Enrolment, Site

COLUMNS = (
    "Store No", "Name", "Street", "City", "State", "ZIP", "Latitude", "Longitude", "Opening hours", "Manager", "Manager phone",
    "Manager e-mail", "Ceiling", "Ceiling height", "Has rack",
)  # fmt: skip
WAVES = (("Pilot", 8), ("West", 80), ("Central", 80), ("East", 72))
FILE_NAME = "lumen-stores.csv"


def site_file(seed: int = 7) -> bytes:
    """Return 240 cafés as CSV, in the order of the waves. Fourteen of them say nothing about their ceiling."""
    dice = random.Random(seed)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for number, city in enumerate(_cities(dice)):
        writer.writerow(_row(number, city, dice))
    return buffer.getvalue().encode()


def _cities(dice: random.Random) -> list[City]:
    pilot = [WEST[i % 4] for i in range(8)]
    west = [WEST[i % len(WEST)] for i in range(80)]
    central = [CENTRAL[i % len(CENTRAL)] for i in range(80)]
    east = [EAST[i % len(EAST)] for i in range(72)]
    for part in (west, central, east):
        dice.shuffle(part)
    return pilot + west + central + east


def _row(number: int, city: City, dice: random.Random) -> list[object]:
    unknown = number % 17 == 11 and number > 40
    ceiling = "" if unknown else dice.choices(("drop", "hard", "open"), (6, 3, 1))[0]
    manager = dice.choice(MANAGERS)
    return [
        f"{1101 + number * 7 % 1690:04d}{number % 10}",
        f"Lumen {city.name} {dice.choice(NEIGHBOURHOODS)}",
        f"{dice.randint(1, 98) * 20 + dice.randint(1, 19)} {dice.choice(STREETS)}",
        city.name,
        city.region,
        city.postal_code,
        round(city.latitude + dice.uniform(-0.035, 0.035), 5),
        round(city.longitude + dice.uniform(-0.035, 0.035), 5),
        "Mon-Fri 6:00-20:00, Sat-Sun 7:00-19:00",
        manager,
        f"+1 {200 + number % 700} 555 01{number % 100:02d}",
        f"store{1101 + number}@lumen.example",
        ceiling,
        dice.choice((9, 10, 11, 12, 14)),
        dice.choices(("yes", "no"), (5, 1))[0],
    ]


def open_at_night(rollout: Rollout) -> None:
    """Every café lets technicians in at night only, one in five from 22:00; guests are there while it is open."""
    AccessWindow.objects.filter(site__enrolments__rollout=rollout).delete()
    windows = []
    for number, site in enumerate(Site.objects.filter(enrolments__rollout=rollout).order_by("pk")):
        opens = time(22) if number % 5 == 0 else time(20, 30)
        windows += [AccessWindow(site=site, weekday=day, opens=opens, closes=time(5)) for day in range(7)]
    AccessWindow.objects.bulk_create(windows, ignore_conflicts=True)
    Site.objects.filter(enrolments__rollout=rollout).update(
        access_notes="Back door in the yard. Ring the alarm company before you open; the code word is with the shift lead."
    )


def into_waves(rollout: Rollout) -> None:
    """Put the sites into the waves in the order of the file."""
    enrolments = list(Enrolment.objects.filter(rollout=rollout).order_by("pk"))
    waves = list(rollout.waves.order_by("number"))
    start = 0
    for wave, (_, size) in zip(waves, WAVES, strict=True):
        ids = [e.pk for e in enrolments[start : start + size]]
        Enrolment.objects.filter(pk__in=ids).update(wave=wave)
        start += size


def second_client_file() -> bytes:
    """Return a dozen pharmacies: the other client, which must never be seen by the first."""
    dice = random.Random(3)
    lines = ["Store No,Name,Street,City,State,ZIP,Latitude,Longitude"]
    for number in range(12):
        city = EAST[number]
        lines.append(
            f"H{number + 1:03d},Harbor {city.name},{dice.randint(10, 900)} {dice.choice(STREETS)},{city.name},{city.region},"
            f"{city.postal_code},{city.latitude},{city.longitude}"
        )
    return "\n".join(lines).encode()
