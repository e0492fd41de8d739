"""The structural gates: reasons that hold whatever else is planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import ceil

from technicians.scheduling.board import (
    Board,
    before_blackouts,
    can_be_planned,
    options_alone,
    usable_windows,
)
from technicians.scheduling.fit import Shortfall, free_minutes, least_shortfall
from technicians.scheduling.problem import TechnicianSpec, VisitRequest, WaveSpec, Window, valid_on
from technicians.scheduling.result import Gate, Unscheduled
from technicians.scheduling.wording import counted, day_text, duration, kilometres, listed


def structural(board: Board, number: int) -> Unscheduled | None:
    """Return the first structural reason a visit cannot be placed, ``None`` when it has options.

    Whether a crew can start together is asked later, with the plan at hand.
    """
    if board.options[number]:
        return None
    return _data(board, number) or _people(board, number) or _time(board, number)


def _people(board: Board, number: int) -> Unscheduled | None:
    visit, days = board.visits[number], _days(board, number)
    qualified = _qualified(board, number, days)
    if len(qualified) < visit.crew:
        return _skills(board, visit, qualified, days)
    reached = _reached(board, number, qualified)
    return _radius(board, number, qualified, reached) if len(reached) < visit.crew else None


def _time(board: Board, number: int) -> Unscheduled:
    visit, wave = board.visits[number], board.problem.wave(board.visits[number].wave)
    windows = usable_windows(board.problem, visit)
    if wave and not windows:
        return _access(board, visit, wave)
    reached = _reached(board, number, _qualified(board, number, _days(board, number)))
    at_work = [t for t in reached if free_minutes(board, number, t, windows) > 0]
    if len(at_work) < visit.crew:
        return _calendar(board, visit, reached, at_work, windows)
    return _fit(board, number, at_work, windows)


def _reached(board: Board, number: int, technicians: Sequence[int]) -> list[int]:
    return [t for t in technicians if board.straight_km(number, t) <= board.technicians[t].radius_km]


def _data(board: Board, number: int) -> Unscheduled | None:
    visit = board.visits[number]
    if visit.fixed and number in board.clashes:
        return _clash(board, number)
    if visit.fixed:
        return _unknown_crew(board, visit)
    if can_be_planned(board.problem, visit):
        return None
    no_place = visit.latitude is None or visit.longitude is None
    checks = (
        (no_place, "coordinates", "where the site is", "its address or coordinates"),
        (not visit.windows, "windows", "when the site can be entered", "access hours"),
        (visit.minutes <= 0, "minutes", "how long the visit takes", "minutes to the work plan"),
        (board.problem.wave(visit.wave) is None, "wave", "which wave's dates apply", "the site to a wave"),
    )
    found = [(key, unknown, remedy) for is_missing, key, unknown, remedy in checks if is_missing]
    return Unscheduled(
        visit.id,
        Gate.DATA,
        f"Nobody has recorded {listed([unknown for _, unknown, _ in found])}.",
        f"Add {listed([remedy for _, _, remedy in found])}, then plan again.",
        {"missing": [key for key, _, _ in found]},
    )


def _clash(board: Board, number: int) -> Unscheduled:
    visit, other = board.visits[number], board.visits[board.clashes[number]]
    return Unscheduled(
        visit.id,
        Gate.CALENDAR,
        f"Its agreed time overlaps the agreed time of {other.called}, with the same technician.",
        "Agree another time for one of the two.",
        {"clashes_with": other.id},
    )


def _unknown_crew(board: Board, visit: VisitRequest) -> Unscheduled:
    names = list(visit.fixed.technicians) if visit.fixed else []
    unknown = [name for name in names if name not in board.technician_number]
    missing = ["minutes"] if visit.minutes <= 0 else ["technician"]
    return Unscheduled(
        visit.id,
        Gate.DATA,
        "It has an agreed time, but its technician or its duration is not known to this plan.",
        "Assign a technician of this rollout and set the minutes, or release the agreed time.",
        {"missing": missing, "unknown_technicians": unknown},
    )


def _days(board: Board, number: int) -> list[date]:
    """Return the days the visit could take place, or the wave's first when no window is usable."""
    visit = board.visits[number]
    days = sorted({window.opening_date for window in usable_windows(board.problem, visit)})
    wave = board.problem.wave(visit.wave)
    return days or ([wave.first_day] if wave else [])


def _qualified(board: Board, number: int, days: Sequence[date]) -> list[int]:
    skills = board.visits[number].skills
    return [
        t
        for t, technician in enumerate(board.technicians)
        if any(technician.holds(skills, day) for day in days)
    ]


def _lacking(technician: TechnicianSpec, skills: frozenset[str], day: date) -> list[str]:
    held = technician.skills
    return [skill for skill in sorted(skills) if skill not in held or not valid_on(held[skill], day)]


def _skills(board: Board, visit: VisitRequest, qualified: Sequence[int], days: Sequence[date]) -> Unscheduled:
    day, needs = days[0], listed(sorted(visit.skills))
    others = [t for t in range(len(board.technicians)) if t not in qualified]
    closest = min(
        others, key=lambda t: (len(_lacking(board.technicians[t], visit.skills, day)), t), default=None
    )
    evidence: dict[str, object] = {
        "skills": sorted(visit.skills),
        "crew": visit.crew,
        "qualified": [board.technicians[t].name for t in qualified],
        "day": day.isoformat(),
    }
    asked = "Nobody" if not qualified else f"Only {counted(len(qualified), 'technician')}"
    need = f"holds {needs} on {day_text(day)}" if needs else "is available"
    crew = "" if visit.crew == 1 else f", and the visit needs a crew of {visit.crew}"
    suggestion = "Add technicians to this rollout."
    if closest is not None:
        technician = board.technicians[closest]
        lacking = _lacking(technician, visit.skills, day)
        evidence |= {"closest": technician.name, "lacking": lacking}
        suggestion = _skill_advice(technician, lacking)
    return Unscheduled(visit.id, Gate.SKILLS, f"{asked} {need}{crew}.", suggestion, evidence)


def _skill_advice(technician: TechnicianSpec, lacking: Sequence[str]) -> str:
    expired = [
        f"{skill} (valid until {day_text(until)})"
        for skill in lacking
        if (until := technician.skills.get(skill)) is not None
    ]
    absent = [skill for skill in lacking if skill not in technician.skills]
    renew = f"renew {listed(expired)}" if expired else ""
    learn = f"get {listed(absent)}" if absent else ""
    todo = " and ".join(part for part in (learn, renew) if part)
    return f"Closest is {technician.name}, who must {todo}; or add a technician who is qualified."


def _radius(board: Board, number: int, qualified: Sequence[int], reached: Sequence[int]) -> Unscheduled:
    visit = board.visits[number]
    outside = [t for t in qualified if t not in reached]
    beyond = {t: board.straight_km(number, t) - board.technicians[t].radius_km for t in outside}
    nearest = min(outside, key=lambda t: (beyond[t], t))
    technician = board.technicians[nearest]
    needed = ceil(board.straight_km(number, nearest))
    enough = "None" if not reached else f"Only {len(reached)}"
    crew = "" if visit.crew == 1 else f", and the visit needs a crew of {visit.crew}"
    return Unscheduled(
        visit.id,
        Gate.RADIUS,
        f"{enough} of {counted(len(qualified), 'qualified technician')} reaches the site{crew}.",
        f"Nearest is {technician.name}: the site is {kilometres(beyond[nearest])} outside their "
        f"{kilometres(technician.radius_km)} radius. Raise the radius to {needed} km or find someone closer.",
        {
            "technician": technician.name,
            "distance_km": round(board.straight_km(number, nearest), 1),
            "radius_km": technician.radius_km,
            "beyond_km": round(beyond[nearest], 1),
            "qualified": len(qualified),
        },
    )


def _access(board: Board, visit: VisitRequest, wave: WaveSpec) -> Unscheduled:
    ready = board.problem.now if visit.not_before is None else max(board.problem.now, visit.not_before)
    in_dates = [w for w in visit.windows if wave.allows(w.opening_date)]
    open_days = [w for w in in_dates if before_blackouts(w, visit)]
    blackouts = _blackouts(visit, wave) if len(open_days) < len(in_dates) else []
    dates = f"{day_text(wave.first_day)} to {day_text(wave.last_day)}"
    later = min((w.opening_date for w in visit.windows if w.end > ready), default=None)
    evidence = {
        "wave": wave.key,
        "first_day": wave.first_day.isoformat(),
        "last_day": wave.last_day.isoformat(),
        "windows_in_dates": len(in_dates),
        "blacked_out": len(in_dates) - len(open_days),
        "blackouts": blackouts,
        "next_window": later.isoformat() if later else None,
    }
    if not in_dates:
        sentence = f"The site gives no access within wave {wave.key}'s dates, {dates}.{_shut(visit, wave)}"
        advice = "Ask the site for access on one of these dates, or change the wave's dates."
    elif not open_days:
        sentence = f"Every day with access in wave {wave.key}, {dates}, is a blackout: {listed(blackouts)}."
        advice = "Shorten the blackout, change the wave's dates, or ask the site for access on another day."
    elif all(w.end <= board.problem.now for w in open_days):
        sentence = f"The last access hours within wave {wave.key}'s dates, {dates}, have passed."
        advice = f"Let the wave run past {day_text(wave.last_day)}, or move the site to a later one."
    else:
        sentence = (
            f"Its kit or permit comes after the last access hours within wave {wave.key}'s dates, {dates}."
        )
        advice = f"Bring that date forward, or let the wave run past {day_text(wave.last_day)}."
    if open_days and blackouts:
        sentence += f" Other days are a blackout: {listed(blackouts)}."
    return Unscheduled(visit.id, Gate.ACCESS, sentence, advice, evidence)


def _blackouts(visit: VisitRequest, wave: WaveSpec) -> list[str]:
    """Return the reasons of the blackouts that touch the wave, by date, each once."""
    touching = [b for b in visit.blackouts if b.first_day <= wave.last_day and wave.first_day <= b.last_day]
    return list(dict.fromkeys(b.reason for b in sorted(touching, key=lambda b: (b.first_day, b.reason))))


def _shut(visit: VisitRequest, wave: WaveSpec) -> str:
    """Name the days of the wave on which the site is closed for a reason of its own."""
    days = [
        f"{day_text(day)}{f' ({why})' if why else ''}"
        for day, why in sorted(visit.closed.items())
        if wave.allows(day)
    ]
    return f" It is closed on {listed(days)}." if days else ""


def _calendar(
    board: Board,
    visit: VisitRequest,
    reached: Sequence[int],
    at_work: Sequence[int],
    windows: Sequence[Window],
) -> Unscheduled:
    expiring = any(until for t in reached for until in _validity(board.technicians[t], visit.skills))
    certified = " and they are certified" if expiring else ""
    away = [board.technicians[t].name for t in reached if t not in at_work]
    first, last = windows[0].opening_date, max(window.opening_date for window in windows)
    when = f"on {day_text(first)}" if first == last else f"from {day_text(first)} to {day_text(last)}"
    crew = "" if visit.crew == 1 else f" The visit needs a crew of {visit.crew}; {len(at_work)} can come."
    return Unscheduled(
        visit.id,
        Gate.CALENDAR,
        f"{listed(away)} {'is' if len(away) == 1 else 'are'} off or booked whenever the site is open"
        f"{certified} {when}.{crew}",
        f"Add a shift for {away[0]} within the access hours, or add a technician within reach.",
        {
            "technicians": away,
            "first_day": first.isoformat(),
            "last_day": last.isoformat(),
            "access_days": len({window.opening_date for window in windows}),
        },
    )


def _validity(technician: TechnicianSpec, skills: frozenset[str]) -> list[date]:
    return [until for skill in skills if (until := technician.skills.get(skill)) is not None]


def _fit(board: Board, number: int, at_work: Sequence[int], windows: Sequence[Window]) -> Unscheduled:
    visit = board.visits[number]
    longest = max(window.end - window.start for window in windows)
    if longest < visit.minutes:
        short = visit.minutes - longest
        return Unscheduled(
            visit.id,
            Gate.FIT,
            f"The visit takes {duration(visit.minutes)} and the longest access is {duration(longest)}.",
            f"Ask the site for {duration(short)} longer access.",
            {"minutes": visit.minutes, "longest_access": longest, "short_by": short, "binding": "access"},
        )
    fitting = {board.duties[option.duty].technician for option in options_alone(board, number)}
    others = [t for t in at_work if t not in fitting]
    return _short(board, visit, least_shortfall(board, number, others, windows))


def _short(board: Board, visit: VisitRequest, best: Shortfall) -> Unscheduled:
    technician = board.technicians[best.technician]
    way = f"{duration(best.there)} there and {duration(best.back)} back"
    evidence = {
        "technician": technician.name,
        "day": best.day.isoformat(),
        "minutes": visit.minutes,
        "travel_minutes": best.there + best.back,
        "short_by": best.minutes,
        "binding": best.binding,
        "longer_access_helps": best.access_helps,
        "longer_shift_helps": best.shift_helps,
        "higher_limit_helps": best.limit_helps,
    }
    took = f"The visit takes {duration(visit.minutes)}"
    on = f"{technician.name} on {day_text(best.day)}"
    if best.binding == "limit":
        limit = duration(technician.max_minutes_per_day)
        sentence = f"{took}; with the drive of {technician.name}, {way}, that is {duration(best.minutes)} "
        sentence += f"over their daily limit of {limit}."
        raised = duration(technician.max_minutes_per_day + best.minutes)
        advice = f"Raise the daily limit of {technician.name} to {raised}, or find someone closer."
        advice = advice if best.limit_helps else "Add a technician who lives closer or is freer."
    elif best.binding == "agreed":
        sentence = f"{took}, and what {on} has agreed, or the night's rest beside it, leaves no such stretch."
        advice = f"Move an agreed appointment of {technician.name}, or add a technician within reach."
    else:
        sentence = f"Access and working hours do not overlap long enough. {took}, and the best match, "
        sentence += f"{on}, drives {way}."
        advice = _longer(best, technician)
    return Unscheduled(visit.id, Gate.FIT, sentence, advice, evidence)


def _longer(best: Shortfall, technician: TechnicianSpec) -> str:
    """Say which hours would have to be longer, and only those that would do."""
    ways = [f"{duration(best.minutes)} longer access"] if best.access_helps else []
    ways += [f"a shift of {technician.name} longer by {duration(best.minutes)}"] if best.shift_helps else []
    if not ways:
        return "Neither longer access nor a longer shift alone would do: add a technician who lives closer."
    return f"Needs {' or '.join(ways)}, on {day_text(best.day)}."
