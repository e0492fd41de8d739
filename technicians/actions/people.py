"""Change technicians: what they can do, where they start, when they work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from rollout import audit
from rollout.models import Rollout, User
from technicians.models import Shift, Skill, Technician, TechnicianSkill, TimeOff
from technicians.working_hours import Held, Hours, hours_text, skill_key, skills_text


@transaction.atomic
def change_technician(
    *,
    technician: Technician,
    hours: Sequence[Hours],
    skills: Sequence[Held],
    rollout: Rollout,
    by: User,
    at: datetime,
) -> Technician:
    """Write a technician with these shifts and skills in place of those before. Visits booked already stay as they are."""
    Technician.objects.select_for_update(of=("self",)).get(pk=technician.pk)
    before = _said(technician)
    technician.save()
    technician.shifts.all().delete()
    Shift.objects.bulk_create(
        Shift(technician=technician, weekday=one.weekday, starts=one.starts, ends=one.ends) for one in hours
    )
    technician.skills.all().delete()
    TechnicianSkill.objects.bulk_create(
        TechnicianSkill(technician=technician, skill=skill_called(one.name), valid_until=one.valid_until)
        for one in skills
    )
    summary = f"{technician.name} changed"
    data = {"before": before, "after": _said(technician), "radius_km": technician.radius_km}
    audit.record(
        "technicians.technician.changed",
        subject=technician,
        rollout=rollout,
        by=by,
        at=at,
        summary=summary,
        data=data,
    )
    return technician


def _said(technician: Technician) -> dict[str, str]:
    shifts = Shift.objects.filter(technician=technician).values_list("weekday", "starts", "ends")
    held = TechnicianSkill.objects.filter(technician=technician).values_list("skill__name", "valid_until")
    return {"shifts": hours_text(shifts), "skills": skills_text(held)}


def skill_called(name: str) -> Skill:
    """Return the skill of this name, made when nobody has used it before."""
    return Skill.objects.get_or_create(key=skill_key(name), defaults={"name": name})[0]


@transaction.atomic
def add_time_off(*, time_off: TimeOff, rollout: Rollout, by: User, at: datetime) -> TimeOff:
    """Write days on which a technician does not work. The same days twice are one entry."""
    one = time_off
    same = TimeOff.objects.filter(technician=one.technician, first_day=one.first_day, last_day=one.last_day)
    if (there := same.first()) is not None:
        return there
    one.save()
    _record("added", one, rollout, by, at)
    return one


@transaction.atomic
def remove_time_off(*, time_off: TimeOff, rollout: Rollout, by: User, at: datetime) -> None:
    """Let a technician work on these days after all."""
    _record("removed", time_off, rollout, by, at)
    time_off.delete()


def _record(what: str, time_off: TimeOff, rollout: Rollout, by: User, at: datetime) -> None:
    technician = time_off.technician
    audit.record(
        f"technicians.time_off.{what}",
        subject=technician,
        rollout=rollout,
        by=by,
        at=at,
        summary=f"{technician.name}: time off {what}, {time_off.first_day} to {time_off.last_day}",
    )
