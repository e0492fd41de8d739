"""A rollout that can be scheduled: ready orders with issued packets, technicians with shifts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from rollout.choices import RolloutState
from rollout.models import Wave
from technicians.models import Skill, Technician, TechnicianSkill
from tests import factories as make
from workorders.choices import WorkOrderState
from workorders.models import WorkOrder

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 23)


@dataclass
class World:
    """The cast's rollout, launched, with one wave."""

    cast: object
    wave: Wave

    @property
    def rollout(self):
        return self.cast.rollout

    def order(
        self, *, minutes=90, skills=(), crew=1, wave=None, state=WorkOrderState.READY, **site
    ) -> WorkOrder:
        """A work order with an issued packet at a site open from 21:00 to 05:00."""
        client = self.rollout.client
        place = make.SiteFactory(client=client, **site)
        make.nightly_access(place)
        enrolment = make.EnrolmentFactory(rollout=self.rollout, site=place, wave=wave or self.wave)
        order = make.WorkOrderFactory(enrolment=enrolment, rollout=self.rollout, state=state)
        packet = make.a_packet(order)
        packet.content = {
            **packet.content,
            "phases": [
                {"key": "prepare", "title": "Prepare", "minutes": 45, "steps": []},
                {"key": "install", "title": "Install", "minutes": minutes, "steps": []},
            ],
            "skills": list(skills),
            "crew": crew,
        }
        packet.issued_at, packet.issued_by = NOW, self.cast.pm
        packet.save()
        return order

    def technician(self, name="Ana Ruiz", *, skills=(), provider=None, **fields) -> Technician:
        """Somebody who works every night."""
        fields.setdefault("email", f"{name.split()[0].lower()}@example.test")
        one = make.TechnicianFactory(name=name, provider=provider or self.cast.provider, **fields)
        make.nightly_shifts(one)
        for skill in skills:
            key = skill.lower().replace(" ", "-")
            row = Skill.objects.get_or_create(key=key, defaults={"name": skill})[0]
            TechnicianSkill.objects.create(technician=one, skill=row)
        return one


def launched(cast) -> World:
    """Launch the cast's rollout and give it a wave of two weeks."""
    rollout = cast.rollout
    rollout.state, rollout.launched_at, rollout.launched_by = RolloutState.LIVE, NOW, cast.pm
    rollout.save()
    wave = make.WaveFactory(rollout=rollout, number=1, name="Pacific", starts_on=MONDAY, pf=cast.pf)
    return World(cast, wave)
