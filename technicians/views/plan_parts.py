"""Parts of the pages about a proposal: tabs, groups, gates in words, where to mend what stopped a visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from rollout.models import Rollout
from sites.models import Site
from sites.queries.access import Run, blackouts_of, runs_of
from sites.weekdays import dates_in_words
from technicians.models import ProposedVisit, SchedulePlan, UnscheduledVisit, Visit
from technicians.problems import evening_of
from technicians.queries import schedule as queries
from technicians.scheduling import Gate
from technicians.working_hours import hours_text

GATE_LABELS: dict[str, str] = {
    Gate.DATA: "Something is not recorded",
    Gate.SKILLS: "Nobody has the skills",
    Gate.RADIUS: "Out of everybody's radius",
    Gate.ACCESS: "Closed in the wave's dates",
    Gate.CALENDAR: "Technicians are away or booked",
    Gate.FIT: "Hours do not fit together",
    Gate.CREW: "No crew at the same time",
    Gate.PACE: "The wave's pace is used up",
    Gate.CAPACITY: "No room left",
}
_AT_SITE = (Gate.DATA, Gate.ACCESS, Gate.FIT)
_MOST_DAYS = 60
_AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class Fix:
    """Where one goes to mend something."""

    label: str
    url: str


def asked_day(request: HttpRequest, default: date) -> date:
    """Return the day of ``?week=``; the default when there is none or it is no date."""
    try:
        return parse_date(request.GET.get("week", "")) or default
    except ValueError:
        return default


def tabs_of(
    here: str, scheduled: int, unscheduled: int, view: str
) -> list[tuple[str, str, int | None, bool]]:
    """Return the views of a proposal: label, address, number, whether it is the one shown."""
    listed = (
        ("calendar", "Calendar", None),
        ("days", "By day", scheduled),
        ("map", "Map", None),
        ("unscheduled", "Not placed", unscheduled),
    )
    return [(label, f"{here}?view={key}", number, key == view) for key, label, number in listed]


@dataclass(frozen=True)
class Placed:
    """One placement with its end on the site's clock and the next best technicians in words."""

    row: ProposedVisit
    ends: str
    others: list[tuple[str, str, str]]


def by_evening(rows: Iterable[ProposedVisit]) -> list[tuple[date, list[Placed]]]:
    """Return placements grouped by the evening they belong to."""

    def day(row: ProposedVisit) -> date:
        return evening_of(row.starts_at, row.work_order.enrolment.site)

    return [(on, [_placed(row) for row in group]) for on, group in groupby(rows, key=day)]


def _placed(row: ProposedVisit) -> Placed:
    zone = row.work_order.enrolment.site.zone
    others = []
    for other in row.explanation.get("alternatives", ()):
        local = datetime.fromisoformat(other["starts_at"]).astimezone(zone)
        others.append((other["name"], f"{local:%a} {local.day} {local:%b %H:%M}", _extra(other["extra_km"])))
    return Placed(row, f"{row.ends_at.astimezone(zone):%H:%M}", others)


def _extra(km: float) -> str:
    if round(km) == 0:
        return "about as far"
    return f"{round(abs(km)):,} km {'more' if km > 0 else 'less'} driving"


def headline(metrics: Mapping[str, Any]) -> dict[str, str]:
    """Return the figures of a proposal in words."""
    scheduled, requested, feasible = (metrics[key] for key in ("scheduled", "requested", "feasible"))
    hours, minutes = divmod(metrics["travel_minutes"], 60)
    stopped = requested - feasible
    first, last = metrics["first_day"], metrics["last_day"]
    return {
        "placed_text": f"{scheduled:,} of {requested:,}",
        "placed_hint": f"{stopped:,} cannot be placed as things are"
        if stopped
        else "nothing stands in the way of the others",
        "placed_tone": "success" if scheduled == requested else "warning",
        "km_text": f"{metrics['km']:,} km",
        "km_hint": f"{metrics['km_per_visit'] or 0:g} km a visit · {hours:,} h {minutes:02d} at the wheel",
        "days_hint": f"{_short(first)} to {_short(last)}" if first else "",
        "people_hint": f"of {metrics['available']:,} available",
        "apply_label": f"Apply {scheduled:,} visits" if scheduled != 1 else "Apply 1 visit",
    }


def _short(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day:%b} {day.day}"


def team_hint(team: queries.Team) -> str:
    """Return who is left out, in words."""
    if not team.left_out:
        return "everybody can be planned" if team.total else "import technicians first"
    reasons = ", ".join(f"{n} {reason.lower()}" for reason, n in sorted(team.left_out.items()))
    return f"of {team.total}: {reasons}"


def gate_label(gate: str) -> str:
    """Return a gate in words."""
    return GATE_LABELS.get(gate, gate.replace("_", " ").capitalize())


def gates_of(plan: SchedulePlan) -> list[tuple[str, str, int]]:
    """Return key, words and number of each gate that stopped something, in the order they are asked."""
    numbers: dict[str, int] = {}
    for gate in plan.unscheduled_visits.order_by().values_list("gate", flat=True):
        numbers[gate] = numbers.get(gate, 0) + 1
    order = [gate.value for gate in Gate]
    return [(gate, gate_label(gate), numbers[gate]) for gate in sorted(numbers, key=order.index)]


def fix_of(row: UnscheduledVisit, rollout: Rollout) -> Fix | None:
    """Return where to mend what stopped a visit: the site, the wave, or the technicians."""
    enrolment = row.work_order.enrolment
    if row.gate == Gate.ACCESS and row.evidence.get("blackouts"):
        return _fix("See the blackouts", "sites:blackouts", rollout.code)
    if row.gate in _AT_SITE:
        return _fix("Open the site", "sites:detail", rollout.code, enrolment.site.key)
    if row.gate == Gate.PACE and enrolment.wave is not None:
        return _fix("Change the wave", "rollout:wave-edit", enrolment.wave.pk)
    return _fix("See technicians", "technicians:list", rollout.code)


def _fix(label: str, name: str, *args: Any) -> Fix | None:
    try:
        return Fix(label, reverse(name, args=args))
    except NoReverseMatch:
        return None


def points_of(plan: SchedulePlan) -> list[dict[str, Any]]:
    """Return placed and not placed sites and the technicians' bases as points of the map."""
    points: list[dict[str, Any]] = []
    bases: dict[int, dict[str, Any]] = {}
    for row in queries.placements_of(plan):
        site, local = (
            row.work_order.enrolment.site,
            row.starts_at.astimezone(row.work_order.enrolment.site.zone),
        )
        hint = f"{local:%a} {local.day} {local:%b %H:%M} · {row.technician.name}"
        points.append(_point(site, row.work_order.number, "scheduled", hint))
        one = row.technician
        bases[one.pk] = {"lat": one.latitude, "lon": one.longitude, "label": one.name, "state": "technician"}
    points.extend(
        _point(left.work_order.enrolment.site, left.work_order.number, "blocked", left.sentence)
        for left in queries.unscheduled_of(plan)
    )
    return [*points, *bases.values()]


def _point(site: Site, number: str, state: str, hint: str) -> dict[str, Any]:
    place = {"lat": site.latitude, "lon": site.longitude, "label": f"{site.key} {site.name}"}
    return {**place, "state": state, "url": reverse("workorders:detail", args=[number]), "hint": hint}


def few(names: Sequence[str], most: int = 8) -> str:
    """Return names in a row, cut after a few."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def hours_lines(site: Site) -> list[str]:
    """Return a site's access hours in words, days with the same hours together, then the next days that differ."""
    rows = [(window.weekday, window.opens, window.closes) for window in site.access_windows.all()]
    return [*hours_text(rows, between="\n").splitlines(), *_differing(site)]


def _differing(site: Site, most: int = 5) -> list[str]:
    """Return the next days on which the hours differ, and the next blackouts, a line each."""
    today = timezone.now().astimezone(site.zone).date()
    rows = site.access_exceptions.filter(on__gte=today).order_by("on", "opens")
    lines = [
        f"{dates_in_words(run.first, run.last)}: {_hours_of_run(run)}" for run in runs_of(rows[:_MOST_DAYS])
    ]
    blackouts = blackouts_of([site], today, today + _AHEAD)[site.pk]
    lines += [f"{dates_in_words(one.starts_on, one.ends_on)}: blackout, {one.reason}" for one in blackouts]
    return lines[:most]


def _hours_of_run(run: Run) -> str:
    hours = f"{run.opens:%H:%M}–{run.closes:%H:%M}" if run.opens and run.closes else "closed"
    return f"{hours}, {run.note}" if run.note else hours


def sections_of(night: queries.Tonight) -> list[tuple[str, str, str, list[Visit]]]:
    """Return the parts of the night in the order in which they need somebody: title, what to do, key, visits."""
    return [
        ("Late", "Call the technician now, then the site.", "late", night.late),
        (
            "Waiting for review",
            "The technician may leave as soon as you have looked.",
            "waiting",
            night.waiting,
        ),
        ("On site", "At work now.", "on_site", night.on_site),
        ("To come", "Booked for the next twelve hours.", "coming", night.coming),
        ("Done", "Closed in the last twelve hours.", "over", night.over),
    ]
