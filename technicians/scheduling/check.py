"""An independent judge of plans: it shares the words of the problem with the planner, and nothing else.

Each placement is judged by itself, then each wave's days, then each technician's days. Agreed
appointments and booked work are facts: they are not judged among themselves, but whatever stands
next to them is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from technicians.scheduling.check_days import technician_days
from technicians.scheduling.problem import Problem, TechnicianSpec, VisitRequest
from technicians.scheduling.result import Placement
from technicians.scheduling.travel import GreatCircle, Place, Travel, straight_km
from technicians.scheduling.violation import Rule, Violation

__all__ = ["Rule", "Violation", "violations"]


def violations(
    problem: Problem, placements: Iterable[Placement], travel: Travel | None = None
) -> tuple[Violation, ...]:
    """Return every broken rule, in the order of the placements and then of the technicians.

    Parameters
    ----------
    problem
        What was to be planned.
    placements
        The plan, whoever made it. Visits that are missing break no rule.
    travel
        How long drives take; must be the one the plan was made with.

    Notes
    -----
    Linear in placements and windows, with a walk over the minutes of each day's first and last drive.
    """
    visits = {visit.id: visit for visit in problem.visits}
    technicians = {technician.id: technician for technician in problem.technicians}
    found: list[Violation] = []
    sound: list[tuple[Placement, VisitRequest]] = []
    for placement in placements:
        visit = visits.get(placement.visit)
        if visit is None or not technicians.keys() >= set(placement.technicians):
            found.append(Violation(placement.visit, Rule.UNKNOWN, "The visit or a technician is not known."))
            continue
        sound.append((placement, visit))
        crew = [technicians[name] for name in placement.technicians]
        found.extend(_by_itself(problem, placement, visit, crew))
    found.extend(_placed_once(sound))
    found.extend(_within_pace(problem, sound))
    for technician in problem.technicians:
        own = [(p, v) for p, v in sound if technician.id in p.technicians]
        found.extend(technician_days(problem, technician, own, travel or GreatCircle()))
    return tuple(found)


def _by_itself(
    problem: Problem, placement: Placement, visit: VisitRequest, crew: Sequence[TechnicianSpec]
) -> Iterator[Violation]:
    if placement.end - placement.start != visit.minutes:
        yield Violation(visit.id, Rule.DURATION, f"The visit takes {visit.minutes} minutes.")
    if visit.fixed:
        agreed = (tuple(dict.fromkeys(visit.fixed.technicians)), visit.fixed.start, visit.fixed.day)
        if (placement.technicians, placement.start, placement.day) != agreed:
            yield Violation(visit.id, Rule.FIXED, "The agreed time and technicians were changed.")
        return
    if len(set(placement.technicians)) != visit.crew or len(crew) != visit.crew:
        yield Violation(visit.id, Rule.CREW, f"The visit needs a crew of {visit.crew}.")
    yield from _in_time(problem, placement, visit)
    for technician in crew:
        yield from _suitable(placement, visit, technician)


def _named(day: date) -> str:
    """Return a day as people say it: Saturday, November 21."""
    return f"{day:%A, %B} {day.day}"


def _in_time(problem: Problem, placement: Placement, visit: VisitRequest) -> Iterator[Violation]:
    wave = problem.wave(visit.wave)
    if wave is None:
        yield Violation(visit.id, Rule.WAVE, "Its wave is not known.")
    elif not wave.first_day <= placement.day <= wave.last_day:
        yield Violation(visit.id, Rule.WAVE, f"{_named(placement.day)} is outside the wave's dates.")
    yield from _not_shut(placement, visit)
    open_then = any(
        window.opening_date == placement.day
        and window.start <= placement.start
        and placement.end <= window.end
        and (window.last_start is None or placement.start <= window.last_start)
        for window in visit.windows
    )
    if not open_then:
        yield Violation(visit.id, Rule.ACCESS, _why_no_access(placement, visit))
    if placement.start < problem.now:
        yield Violation(visit.id, Rule.PAST, "The visit starts in the past.")
    if visit.not_before is not None and placement.start < visit.not_before:
        yield Violation(visit.id, Rule.NOT_BEFORE, "The visit starts before its kit or permit is there.")


def _not_shut(placement: Placement, visit: VisitRequest) -> Iterator[Violation]:
    for blackout in visit.blackouts:
        if blackout.first_day <= placement.day <= blackout.last_day:
            sentence = f"{_named(placement.day)} is a blackout: {blackout.reason}."
            yield Violation(visit.id, Rule.BLACKOUT, sentence)
        elif placement.start < blackout.end and blackout.start < placement.end:
            day = _named(blackout.first_day)
            sentence = f"The visit runs into {day}, which is a blackout: {blackout.reason}."
            yield Violation(visit.id, Rule.BLACKOUT, sentence)


def _why_no_access(placement: Placement, visit: VisitRequest) -> str:
    if placement.day not in visit.closed:
        return "The visit does not lie inside an access window of its day."
    reason = visit.closed[placement.day]
    return f"The site is closed on {_named(placement.day)}{f': {reason}' if reason else ''}."


def _suitable(placement: Placement, visit: VisitRequest, technician: TechnicianSpec) -> Iterator[Violation]:
    for skill in sorted(visit.skills):
        until = technician.skills.get(skill)
        if skill not in technician.skills or (until is not None and until < placement.day):
            yield Violation(visit.id, Rule.SKILLS, f"{technician.name} does not hold {skill} that day.")
    if visit.latitude is None or visit.longitude is None:
        yield Violation(visit.id, Rule.DATA, "Nobody knows where the site is.")
        return
    home = Place(technician.latitude, technician.longitude)
    if straight_km(home, Place(visit.latitude, visit.longitude)) > technician.radius_km:
        yield Violation(visit.id, Rule.RADIUS, f"The site is outside {technician.name}'s radius.")


def _placed_once(sound: Sequence[tuple[Placement, VisitRequest]]) -> Iterator[Violation]:
    seen: set[str] = set()
    for placement, _ in sound:
        if placement.visit in seen:
            yield Violation(placement.visit, Rule.TWICE, "The visit is placed twice.")
        seen.add(placement.visit)


def _within_pace(problem: Problem, sound: Sequence[tuple[Placement, VisitRequest]]) -> Iterator[Violation]:
    days: defaultdict[tuple[str, date], list[VisitRequest]] = defaultdict(list)
    for placement, visit in sound:
        days[visit.wave, placement.day].append(visit)
    for (key, day), visits in days.items():
        wave = problem.wave(key)
        ours = [visit for visit in visits if not visit.fixed]
        if wave and wave.pace_per_day is not None and len(visits) > wave.pace_per_day and ours:
            yield Violation(
                ours[-1].id,
                Rule.PACE,
                f"{len(visits)} visits on {_named(day)}, the pace is {wave.pace_per_day}.",
            )
