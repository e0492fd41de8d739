"""What happened in the demo so far: nights of visits with their evidence, tonight, and what is in review."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rollout import files
from rollout.demo import pictures
from rollout.models import StoredFile, User
from technicians.choices import VisitState
from technicians.models import Assignment, Technician, Visit
from workorders import packet_reading
from workorders.choices import EventType, Verdict
from workorders.models import Event, Evidence, Packet, WorkOrder

NIGHTS_BACK = 40
MINUTES = 165
MIDDLE = ZoneInfo("America/Chicago")


@dataclass
class Night:
    """Who is still free on which night: a technician does one café a night."""

    taken: set[tuple[int, date]] = field(default_factory=set)

    def technician_for(self, order: WorkOrder, people: Sequence[Technician], evening: date) -> Technician:
        """Take the nearest technician who is free that evening."""
        site = order.enrolment.site
        near = sorted(people, key=lambda t: _distance(t, site.latitude or 0, site.longitude or 0))
        free = next(person for person in near if (person.pk, evening) not in self.taken)
        self.taken.add((free.pk, evening))
        return free


def _distance(person: Technician, latitude: float, longitude: float) -> float:
    return (person.latitude - latitude) ** 2 + (person.longitude - longitude) ** 2  # type: ignore[operator]


def starts_on(order: WorkOrder, now: datetime, night: int) -> datetime:
    """Return 22:00 at the site on the night `night` days from today, as an instant.

    Today is counted on one clock: while midnight crosses the country, each site's own day would let two nights
    of one technician fall on the same evening.
    """
    day = now.astimezone(MIDDLE).date() + timedelta(days=night)
    return datetime.combine(day, time(22), order.enrolment.site.zone)


@dataclass
class Written:
    """Rows gathered for writing in bulk."""

    visits: list[Visit] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    def save(self) -> None:
        """Write all of them."""
        Visit.objects.bulk_create(self.visits, batch_size=500)
        Assignment.objects.bulk_create(self.assignments, batch_size=500)
        Event.objects.bulk_create(self.events, batch_size=1000)
        Evidence.objects.bulk_create(self.evidence, batch_size=1000)


def visit(
    order: WorkOrder, person: Technician, start: datetime, state: str, written: Written, **more: Any
) -> Visit:
    """Add a visit with its assignment."""
    end = start + timedelta(minutes=MINUTES)
    made = Visit(
        work_order=order,
        number=1,
        state=state,
        starts_at=start,
        ends_at=end,
        created_at=start - timedelta(days=9),
        **more,
    )
    written.visits.append(made)
    written.assignments.append(
        Assignment(
            visit=made,
            technician=person,
            during=(start, end),
            assigned_at=start - timedelta(days=9),
            told_at=None if state == VisitState.SCHEDULED else start - timedelta(days=8),
        )
    )
    return made


class Recorder:
    """Writes the evidence of visits as a technician would have sent it."""

    def __init__(self, reviewer: User, seed: int = 11) -> None:
        self.dice = random.Random(seed)
        self.reviewer = reviewer
        self.shared: dict[str, list[StoredFile]] = {}

    def record(
        self,
        made: Visit,
        packet: Packet,
        person: User,
        written: Written,
        *,
        judged_at: datetime | None,
        share: float = 1.0,
    ) -> None:
        """Answer the packet's specs in order up to `share` of them; accepted when `judged_at` is given."""
        written.events.append(self._event(made, packet, person, EventType.CHECKED_IN, 0, made.starts_at))
        answered = list(packet_reading.specs(packet.content).items())
        answered = answered[: round(share * len(answered))]
        for number, (place, spec) in enumerate(answered, start=1):
            if not spec["required"] and self.dice.random() < 0.8:
                continue
            at = made.starts_at + timedelta(minutes=8 + number * 9)
            written.evidence.append(self._evidence(made, packet, person, place, spec, at, judged_at))
            written.events.append(self._event(made, packet, person, EventType.STEP_ANSWERED, number, at))
        if share == 1.0:
            done = made.starts_at + timedelta(minutes=MINUTES - 10)
            written.events.append(self._event(made, packet, person, EventType.SUBMITTED, 90, done))

    def _event(
        self, made: Visit, packet: Packet, person: User, kind: str, sequence: int, at: datetime
    ) -> Event:
        return Event(
            work_order=made.work_order, visit_key=made.key, packet=packet, type=kind, device="demo", sequence=sequence,
            device_at=at, received_at=at, by=person,
        )  # fmt: skip

    def _evidence(
        self,
        made: Visit,
        packet: Packet,
        person: User,
        place: tuple[str, str],
        spec: Any,
        at: datetime,
        judged_at: datetime | None,
    ) -> Evidence:
        row = Evidence(
            work_order=made.work_order, visit_key=made.key, step_key=place[0], spec_key=place[1], kind=spec["kind"],
            label=spec["label"], taken_at=at, taken_by=person,
        )  # fmt: skip
        if spec["kind"] in ("photo", "signature"):
            row.file = self._picture(made, spec["label"], at, person, own=judged_at is None)
            row.sha256 = row.file.sha256
        else:
            row.value = self._value(spec)
            row.remarks = packet_reading.doubts(spec, row.value)
        if judged_at is not None:
            row.verdict, row.verdict_at, row.verdict_by = Verdict.ACCEPTED, judged_at, self.reviewer
        return row

    def _value(self, spec: Any) -> Any:
        options = spec["options"]
        match spec["kind"]:
            case "confirmation":
                return True
            case "serial":
                digits = "".join(self.dice.choice("ABCDEFGHJKMNPQRSTUVWXYZ23456789") for _ in range(8))
                return f"LX7-{digits}" if "switch" not in spec["label"] else f"LS-{digits}"
            case "reading":
                return str(round(self._reading(options), 1))
            case "choice":
                return options["choices"][0]
            case "count":
                return options.get("expected", 1)
        return "Old router was warm; taken along in the return box."

    def _reading(self, options: Any) -> float:
        low, high = options.get("low"), options.get("high")
        if low is None:
            return self.dice.uniform(float(high) * 0.4, float(high) * 0.8)
        if high is None:
            return self.dice.uniform(float(low) * 1.1, float(low) * 1.9)
        return self.dice.uniform(float(low) + 4, min(float(high), float(low) + 22))

    def _picture(self, made: Visit, label: str, at: datetime, person: User, *, own: bool) -> StoredFile:
        """A drawing of its own for visits in review; done ones share a few per label, because nobody compares them."""
        known = self.shared.setdefault(label, [])
        if not own and len(known) >= 5:
            return self.dice.choice(known)
        site = made.work_order.enrolment.site
        caption = f"{site.key} {site.city}   {at.astimezone(site.zone):%Y-%m-%d %H:%M}"
        content = pictures.photo(
            label, caption, seed=int(hashlib.sha256(f"{caption}{label}".encode()).hexdigest()[:8], 16)
        )
        stored = files.store(
            content,
            name=f"{made.work_order.number}.jpg",
            media_type="image/jpeg",
            rollout=made.work_order.rollout,
            by=person,
            at=at,
        )
        known.append(stored)
        return stored


def nights(count: int, *, back: int) -> Iterator[int]:
    """Spread `count` visits over the last `back` nights, slowly at first and at full pace later."""
    for number in range(count):
        share = (number / max(1, count - 1)) ** 0.72
        yield -back + round(share * (back - 2))
