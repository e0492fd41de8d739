"""From rows to the pure `Problem` of `technicians.scheduling`: which visits, who could do them, what is booked already.

A visit is known to the solver by the number of its work order, a technician by the primary key. Work booked for other clients
enters only as time and place of the technician: it is never moved and has no name here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Func, JSONField, Value
from django.db.models.fields.json import KeyTransform

from rollout.models import Rollout, Wave
from sites.models import Site
from technicians.choices import VisitState
from technicians.models import Assignment, Skill, Technician, Visit
from technicians.openings import Opening, openings
from technicians.queries import people
from technicians.queries.visits import crew_of, with_people
from technicians.scheduling import (
    FixedAppointment,
    Interval,
    Placement,
    Problem,
    TechnicianSpec,
    VisitRequest,
    WaveSpec,
    Window,
)
from technicians.scheduling.windows import (
    WeeklyHours,
    local_minute,
    moment,
    shifts,
    utc_minute,
)
from technicians.working_hours import skill_key
from workorders.models import Packet, WorkOrder

# Windows are given this much wider than the waves, so that "closed on the wave's days" differs from "no hours known".
MARGIN = timedelta(days=7)
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Needs:
    """What a packet asks of the visit: minutes on site, skills as they are called, people."""

    minutes: int
    skills: frozenset[str]
    crew: int


@dataclass(frozen=True)
class Built:
    """The problem, and the rows behind its names."""

    problem: Problem
    orders: dict[str, WorkOrder]
    technicians: dict[str, Technician]


def build(
    rollout: Rollout,
    orders: Iterable[WorkOrder],
    *,
    now: datetime,
    waves: Iterable[Wave] = (),
    moving: Visit | None = None,
    around: date | None = None,
) -> Built:
    """Build the problem of placing `orders`, whose site and wave are loaded. Twelve queries however many there are.

    Parameters
    ----------
    waves
        Those whose other visits count for the pace; the waves of the orders are always among them.
    moving
        A visit that is being given another time or crew: its own booking does not stand in its way.
    around
        A day outside the waves that has to be looked at, too.
    """
    wanted = {order.number: order for order in orders}
    known_waves = {wave.pk: wave for wave in (*waves, *_waves_of(wanted.values()))}
    first, last = _horizon(known_waves.values(), around or now.date())
    team = list(people.available(rollout))
    booked = _booked_in(known_waves, wanted, moving, {technician.pk for technician in team}, now)
    opened = openings([order.enrolment.site for order in wanted.values()], first, last)
    needs = needs_of(wanted.values())
    requests = [_request(order, opened, needs.get(order.pk), moving) for order in wanted.values()]
    specs = _specs(team, first, last, standing=booked, moving=moving)
    problem = Problem(
        visits=(*requests, *(_fixed(visit) for visit in booked)),
        technicians=tuple(specs),
        waves=tuple(_wave_spec(wave) for wave in known_waves.values()),
        now=utc_minute(now),
    )
    return Built(problem, wanted, {str(technician.pk): technician for technician in team})


def needs_of(orders: Iterable[WorkOrder]) -> dict[int, Needs]:
    """Return what the issued packets of these orders ask for, by order. Preparation is not done on site and not counted."""
    on_site = Func(
        F("content"),
        Value('$.phases[*] ? (@.key != "prepare").minutes'),
        function="jsonb_path_query_array",
        template="%(function)s(%(expressions)s::jsonpath)",
        output_field=JSONField(),
    )
    current = Packet.objects.filter(
        work_order__in=[order.pk for order in orders], superseded_at__isnull=True, issued_at__isnull=False
    )
    rows = current.values_list(
        "work_order_id", on_site, KeyTransform("skills", "content"), KeyTransform("crew", "content")
    )
    names = dict(Skill.objects.values_list("key", "name"))
    return {
        order: Needs(sum(minutes), frozenset(called(name, names) for name in skills or ()), max(1, crew or 1))
        for order, minutes, skills, crew in rows
    }


def called(skill: str, names: Mapping[str, str]) -> str:
    """Return the name a skill goes by, so that "Working at Height" and "working at height" are one."""
    return names.get(skill_key(skill), skill)


def placement_at(
    built: Built, order: WorkOrder, technicians: Sequence[Technician], starts_at: datetime
) -> Placement:
    """Return the placement of an order of the problem at a moment somebody chose."""
    request = next(visit for visit in built.problem.visits if visit.id == order.number)
    start = utc_minute(starts_at)
    day = opening_day(request.windows, start, order.enrolment.site)
    names = tuple(str(technician.pk) for technician in technicians)
    return Placement(order.number, names, start, start + request.minutes, day)


def standing(problem: Problem) -> list[Placement]:
    """Return the agreed visits of a problem as placements: what stands beside those that are judged."""
    return [
        Placement(visit.id, fixed.technicians, fixed.start, fixed.start + visit.minutes, fixed.day)
        for visit in problem.visits
        if (fixed := visit.fixed) is not None
    ]


def opening_day(windows: Iterable[Window], start: int, site: Site) -> date:
    """Return the day a start counts for: that on which its access window opens, else the date on the site's calendar."""
    for window in windows:
        last_start = window.last_start if window.last_start is not None else window.end
        if window.start <= start <= last_start:
            return window.opening_date
    return moment(start).astimezone(site.zone).date()


def starts_at_site(site: Site, day: date, clock: time) -> datetime:
    """Return the instant at which the site's clock shows `clock` on `day` (the first time, if twice)."""
    return moment(local_minute(day, clock, site.zone))


def _waves_of(orders: Iterable[WorkOrder]) -> list[Wave]:
    return [order.enrolment.wave for order in orders if order.enrolment.wave is not None]


def _horizon(waves: Iterable[Wave], day: date) -> tuple[date, date]:
    listed = list(waves)
    first = min([day, *(wave.starts_on for wave in listed)])
    last = max([day, *(wave.ends_on for wave in listed)])
    return first - MARGIN, last + MARGIN


def _wave_spec(wave: Wave) -> WaveSpec:
    return WaveSpec(str(wave.number), wave.starts_on, wave.ends_on, wave.pace_per_day)


def _request(
    order: WorkOrder, opened: Mapping[int, Opening], needs: Needs | None, moving: Visit | None
) -> VisitRequest:
    site, wave = order.enrolment.site, order.enrolment.wave
    if needs is None and moving is not None:
        # Its packet is being compiled anew; what was booked is the best there is.
        needs = Needs((moving.ends_at - moving.starts_at) // timedelta(minutes=1), frozenset(), 1)
    needs = needs or Needs(0, frozenset(), 1)
    opening = opened.get(site.pk) or Opening((), (), {})
    return VisitRequest(
        id=order.number,
        latitude=site.latitude,
        longitude=site.longitude,
        minutes=needs.minutes,
        skills=needs.skills,
        windows=opening.windows,
        wave=str(wave.number) if wave else "",
        priority=9 - order.enrolment.priority,
        crew=needs.crew,
        label=f"{order.number} ({site.name})",
        blackouts=opening.blackouts,
        closed=opening.closed,
    )


def _booked_in(
    waves: Mapping[int, Wave],
    wanted: Mapping[str, WorkOrder],
    moving: Visit | None,
    team: set[int],
    now: datetime,
) -> list[Visit]:
    """Return the waves' booked visits from yesterday on, which count for the pace and are kept to the minute.

    Where somebody of the crew is not on the team any more, the visit is left out here and still keeps the others busy.
    """
    visits = Visit.objects.filter(
        work_order__enrolment__wave__in=waves, starts_at__gte=now - timedelta(days=1)
    ).exclude(state=VisitState.CANCELLED)
    if moving is not None:
        visits = visits.exclude(pk=moving.pk)
    loaded = with_people(visits.exclude(work_order__in=[order.pk for order in wanted.values()]))
    return _one_each(visit for visit in loaded if crew_of(visit) and _crew_ids(visit) <= team)


def _crew_ids(visit: Visit) -> set[int]:
    return {assignment.technician_id for assignment in crew_of(visit)}


def _one_each(visits: Iterable[Visit]) -> list[Visit]:
    """Keep the latest visit of each order: the solver knows visits by their order."""
    return list({visit.work_order_id: visit for visit in sorted(visits, key=lambda v: v.starts_at)}.values())


def _fixed(visit: Visit) -> VisitRequest:
    site, wave = visit.work_order.enrolment.site, visit.work_order.enrolment.wave
    start, end = utc_minute(visit.starts_at), utc_minute(visit.ends_at)
    crew = tuple(str(assignment.technician_id) for assignment in crew_of(visit))
    return VisitRequest(
        id=visit.work_order.number,
        latitude=site.latitude,
        longitude=site.longitude,
        minutes=end - start,
        skills=frozenset(),
        windows=(),
        wave=str(wave.number) if wave else "",
        crew=len(crew),
        fixed=FixedAppointment(crew, start, visit_day(visit)),
        label=visit.work_order.number,
    )


def visit_day(visit: Visit) -> date:
    """Return the day a booked visit counts for: the evening before, when it begins before five in the morning."""
    return evening_of(visit.starts_at, visit.work_order.enrolment.site)


def evening_of(starts_at: datetime, site: Site) -> date:
    """Return the date on the site's calendar, the one before for a start before five in the morning."""
    return (starts_at.astimezone(site.zone).replace(tzinfo=None) - timedelta(hours=5)).date()


def _specs(
    team: Sequence[Technician], first: date, last: date, *, standing: Iterable[Visit], moving: Visit | None
) -> Iterable[TechnicianSpec]:
    left_out = [visit.pk for visit in standing] + ([moving.pk] if moving else [])
    busy = _busy(team, first, last, left_out)
    for technician in team:
        zone = str(technician.zone)
        away = [_away(technician, off.first_day, off.last_day) for off in technician.time_off.all()]
        hours = [WeeklyHours(s.weekday, s.starts, s.ends) for s in technician.shifts.all()]
        yield TechnicianSpec(
            id=str(technician.pk),
            name=technician.name,
            latitude=technician.latitude or 0.0,
            longitude=technician.longitude or 0.0,
            radius_km=technician.radius_km,
            skills={held.skill.name: held.valid_until for held in technician.skills.all()},
            shifts=shifts(hours, zone, first, last, time_off=away),
            busy=tuple(busy.get(technician.pk, ())),
            max_minutes_per_day=technician.max_minutes_per_day,
        )


def _away(technician: Technician, first_day: date, last_day: date) -> Interval:
    zone = technician.zone
    return Interval(
        local_minute(first_day, time(0), zone), local_minute(last_day + timedelta(days=1), time(0), zone)
    )


def _busy(
    team: Iterable[Technician], first: date, last: date, left_out: Sequence[int]
) -> dict[int, list[Interval]]:
    """Return what the technicians are booked for besides, whoever the client is: when and where, nothing more."""
    begin = moment(local_minute(first, time(0), _UTC))
    end = moment(local_minute(last + timedelta(days=1), time(0), _UTC))
    booked = Assignment.objects.filter(
        technician__in=[technician.pk for technician in team],
        released_at__isnull=True,
        during__overlap=(begin, end),
    ).exclude(visit__in=left_out)
    site = "visit__work_order__enrolment__site__"
    intervals: defaultdict[int, list[Interval]] = defaultdict(list)
    rows = booked.values_list("technician_id", "during", f"{site}latitude", f"{site}longitude")
    for technician, during, latitude, longitude in rows:
        start, stop = utc_minute(during.lower), utc_minute(during.upper)
        intervals[technician].append(Interval(start, stop, latitude, longitude))
    return intervals
