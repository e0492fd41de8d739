"""Propose a schedule, put it into force, take it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from rollout import audit, jobs
from rollout.choices import RolloutState
from rollout.exceptions import Refused
from rollout.models import Job, Rollout, User, Wave
from technicians import problems
from technicians.choices import PlanState
from technicians.models import ProposedVisit, SchedulePlan, UnscheduledVisit
from technicians.queries import people
from technicians.queries import schedule as queries
from technicians.scheduling import (
    Alternative,
    Placement,
    Progress,
    Result,
    Stop,
    Unscheduled,
    solve,
    violations,
)
from technicians.scheduling.windows import moment

SOLVE_JOB = "technicians.schedule.solve"
# Nobody is sent out by a proposal with less notice than this; by hand one may.
NOTICE = timedelta(hours=12)
QUICK, THOROUGH = 5, 40
_MOST_ITERATIONS = 200_000

Report = Callable[[Progress], bool | None]


class NothingToSchedule(Refused):
    """No work order of the chosen waves is ready."""


class NotLaunched(Refused):
    """Visits are scheduled once the rollout is launched."""


class NobodyAvailable(Refused):
    """No technician can be planned."""


class NotProposed(Refused):
    """The proposal is not (or no longer) one that can be applied or discarded."""


def propose(
    *, rollout: Rollout, waves: Sequence[Wave], seconds: int = QUICK, by: User, at: datetime
) -> SchedulePlan:
    """Start computing a schedule for the ready work orders of `waves`.

    A second press while one is being computed leads to that one. Raises `NotLaunched`, `NothingToSchedule`,
    `NobodyAvailable`.
    """
    _check_possible(rollout, waves)
    with transaction.atomic():
        Rollout.objects.select_for_update().get(pk=rollout.pk)
        running = SchedulePlan.objects.filter(
            rollout=rollout, state=PlanState.SOLVING, job__ended_at__isnull=True
        ).first()
        if isinstance(running, SchedulePlan):
            return running
        _put_away_broken(rollout)
        last = SchedulePlan.objects.filter(rollout=rollout).aggregate(last=Max("number"))["last"] or 0
        plan: SchedulePlan = SchedulePlan.objects.create(
            rollout=rollout, number=last + 1, seed=last + 1, created_at=at, created_by=by
        )
        plan.waves.set(waves)
        plan.job = _start_job(plan, seconds, by=by, at=at)
        plan.save(update_fields=["job"])
        summary = f"{plan} asked for: {', '.join(str(wave) for wave in waves)}"
        audit.record(
            "technicians.schedule.proposed", subject=plan, rollout=rollout, by=by, at=at, summary=summary
        )
    return plan


def _check_possible(rollout: Rollout, waves: Sequence[Wave]) -> None:
    if rollout.state == RolloutState.DRAFT or rollout.launched_at is None:
        raise NotLaunched(
            "This rollout is not launched yet. Launch it on its home page, then propose a schedule."
        )
    if not queries.ready_orders(rollout).filter(enrolment__wave__in=waves).exists():
        raise NothingToSchedule(
            "No work order of these waves is ready to be scheduled. Issue their packets first, or choose another wave."
        )
    if not people.available(rollout).exists():
        raise NobodyAvailable(
            "No technician can be planned. Import technicians with a base and shifts, or make one active."
        )


def _put_away_broken(rollout: Rollout) -> None:
    """Discard proposals whose job was cancelled or failed before it had an answer."""
    broken = SchedulePlan.objects.filter(rollout=rollout, state=PlanState.SOLVING)
    broken.exclude(job__ended_at__isnull=True, job__isnull=False).update(state=PlanState.DISCARDED)


def _start_job(plan: SchedulePlan, seconds: int, *, by: User, at: datetime) -> Job:
    return jobs.start(
        SOLVE_JOB,
        title=f"Compute schedule proposal {plan.number}",
        rollout=plan.rollout,
        by=by,
        at=at,
        params={"plan": plan.pk, "seconds": seconds},
        back_url=reverse("technicians:schedule-plan", args=[plan.pk]),
    )


def solve_plan(
    *, plan: SchedulePlan, seconds: float, at: datetime, report: Report | None = None
) -> SchedulePlan:
    """Compute a proposal and write it, in one transaction, unless it was written already.

    Safe to run again: until the last moment nothing is written. `report` may raise to stop it.
    """
    if plan.state != PlanState.SOLVING:
        return plan
    waves = list(plan.waves.all())
    orders = queries.ready_orders(plan.rollout).filter(enrolment__wave__in=waves)
    built = problems.build(plan.rollout, orders, now=at + NOTICE, waves=waves)
    stop = Stop(iterations=_MOST_ITERATIONS, seconds=seconds)
    result = solve(built.problem, seed=plan.seed, stop=stop, progress=report)
    broken = violations(built.problem, result.placements)
    ours = [placement for placement in result.placements if placement.visit in built.orders]
    left = [one for one in result.unscheduled if one.visit in built.orders]
    with transaction.atomic():
        locked: SchedulePlan = SchedulePlan.objects.select_for_update().get(pk=plan.pk)
        if locked.state != PlanState.SOLVING:
            return locked
        ProposedVisit.objects.bulk_create(_proposed(locked, built, result, ours), batch_size=2000)
        UnscheduledVisit.objects.bulk_create(_unscheduled(locked, built, left), batch_size=2000)
        locked.engine_version, locked.problem_hash = result.engine_version, result.problem_hash
        locked.metrics = {**_metrics(built, result, ours, left), "broken": len(broken)}
        locked.state = PlanState.PROPOSED
        locked.save(update_fields=["engine_version", "problem_hash", "metrics", "state"])
    return locked


def _proposed(
    plan: SchedulePlan, built: problems.Built, result: Result, ours: Iterable[Placement]
) -> Iterable[ProposedVisit]:
    for placement in ours:
        others = result.alternatives.get(placement.visit, ())
        why = {
            "km": round(placement.km, 1),
            "travel_minutes": placement.travel_minutes,
            "note": placement.reason_note,
            "day": placement.day.isoformat(),
            "crew": len(placement.technicians),
            "alternatives": [_alternative(built, other) for other in others],
        }
        for position, technician in enumerate(placement.technicians):
            yield ProposedVisit(
                plan=plan,
                work_order=built.orders[placement.visit],
                technician=built.technicians[technician],
                starts_at=moment(placement.start),
                ends_at=moment(placement.end),
                explanation={**why, "lead": position == 0},
            )


def _alternative(built: problems.Built, other: Alternative) -> dict[str, Any]:
    return {
        "technician": int(other.technician),
        "name": built.technicians[other.technician].name,
        "starts_at": moment(other.start).isoformat(),
        "extra_km": round(other.extra_km, 1),
    }


def _unscheduled(
    plan: SchedulePlan, built: problems.Built, left: Iterable[Unscheduled]
) -> Iterable[UnscheduledVisit]:
    for one in left:
        yield UnscheduledVisit(
            plan=plan,
            work_order=built.orders[one.visit],
            gate=one.gate,
            sentence=one.sentence[:400],
            suggestion=one.suggestion[:400],
            evidence=dict(one.evidence),
        )


def _metrics(
    built: problems.Built, result: Result, ours: Sequence[Placement], left: Sequence[Unscheduled]
) -> dict[str, Any]:
    loads: defaultdict[str, list[Placement]] = defaultdict(list)
    for placement in ours:
        for technician in placement.technicians:
            loads[technician].append(placement)
    structural = sum(1 for one in left if one.gate.is_structural)
    km = sum(placement.km for placement in ours)
    return {
        "requested": len(ours) + len(left),
        "feasible": len(ours) + len(left) - structural,
        "scheduled": len(ours),
        "km": round(km),
        "km_per_visit": round(km / len(ours), 1) if ours else None,
        "travel_minutes": sum(placement.travel_minutes for placement in ours),
        "days": len({placement.day for placement in ours}),
        "first_day": min(p.day for p in ours).isoformat() if ours else "",
        "last_day": max(p.day for p in ours).isoformat() if ours else "",
        "technicians": len(loads),
        "available": len(built.technicians),
        "iterations": result.metrics.iterations,
        "loads": {technician: _load(placements) for technician, placements in loads.items()},
    }


def _load(placements: Sequence[Placement]) -> dict[str, int]:
    """Return a technician's share; what a crew drives is split evenly."""
    return {
        "visits": len(placements),
        "minutes": sum(p.end - p.start for p in placements),
        "km": round(sum(p.km / len(p.technicians) for p in placements)),
        "days": len({p.day for p in placements}),
    }


@transaction.atomic
def discard(*, plan: SchedulePlan, by: User, at: datetime) -> SchedulePlan:
    """Put a proposal aside; nothing in force changes. Discarding twice is harmless. Raises `NotProposed`."""
    plan = SchedulePlan.objects.select_for_update(of=("self",)).select_related("rollout").get(pk=plan.pk)
    if plan.state == PlanState.DISCARDED:
        return plan
    if plan.state not in (PlanState.SOLVING, PlanState.PROPOSED):
        raise NotProposed(
            f"{plan} is {plan.get_state_display().lower()}, so it cannot be discarded any more."
        )
    plan.state = PlanState.DISCARDED
    plan.save(update_fields=["state"])
    audit.record(
        "technicians.schedule.discarded",
        subject=plan,
        rollout=plan.rollout,
        by=by,
        at=at,
        summary=f"{plan} discarded",
    )
    return plan
