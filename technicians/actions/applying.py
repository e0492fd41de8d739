"""Put a schedule proposal into force as a whole, or not at all; take it back as far as nobody has begun."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import AuditEntry, Rollout, User
from rollout.models.audit import new_bulk_id
from technicians import problems
from technicians.actions.schedule import NotProposed
from technicians.choices import PlanState, VisitKind, VisitState
from technicians.models import Assignment, ProposedVisit, SchedulePlan, Visit
from technicians.queries import schedule as queries
from technicians.queries.visits import crew_of, with_people
from technicians.scheduling import Placement, violations
from technicians.scheduling.windows import utc_minute
from workorders import lifecycle
from workorders.choices import WorkOrderState
from workorders.models import WorkOrder

_NAMED = 5


class PlanStale(Refused):
    """Something changed since the proposal; nothing was applied. `reasons` are sentences, one for each visit concerned."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = list(dict.fromkeys(reasons))
        count = len(self.reasons)
        more = f" And {count - _NAMED} more." if count > _NAMED else ""
        told = " ".join(self.reasons[:_NAMED])
        super().__init__(
            f"Nothing was applied, because things have changed meanwhile. {told}{more} Propose again."
        )


@dataclass(frozen=True)
class Undone:
    """What undoing came to: visits taken back, technicians who had been told, and work orders that stay as they are."""

    removed: int
    to_tell: list[str]
    stay: list[str]


@dataclass(frozen=True)
class _Crewed:
    """One placement of a proposal with all its rows, lead first."""

    order: WorkOrder
    rows: list[ProposedVisit]

    @property
    def first(self) -> ProposedVisit:
        return self.rows[0]


@transaction.atomic
def apply_plan(*, plan: SchedulePlan, by: User, at: datetime) -> SchedulePlan:
    """Book every placement of a proposal: visits, crews, work orders ready → scheduled. All of them or none.

    The rules are judged again on what is known now by the independent checker; the database has the last word on double
    booking. Raises `NotProposed` when somebody was faster, `PlanStale` when something changed meanwhile.
    """
    # One after the other in a rollout: pace is a rule over all of its visits, which no constraint can hold.
    Rollout.objects.select_for_update().get(pk=plan.rollout_id)
    plan = _lock(plan)
    if plan.state != PlanState.PROPOSED:
        raise NotProposed(_why_not(plan))
    placed = _placements(plan)
    if not placed:
        raise NotProposed(f"{plan} places no visit, so there is nothing to apply.")
    orders = _lock_orders(placed)
    _check(plan, placed, orders, at)
    bulk_id = new_bulk_id()
    visits = _book(plan, placed, at)
    for visit in visits:
        lifecycle.move(orders[visit.work_order_id], WorkOrderState.SCHEDULED, by=by, at=at, reason=str(plan))
    plan.state, plan.applied_at, plan.applied_by = PlanState.APPLIED, at, by
    plan.save(update_fields=["state", "applied_at", "applied_by"])
    summary = f"{plan} applied: {len(visits):,} visits"
    audit.record_many(
        [
            audit.entry(
                "technicians.schedule.applied",
                subject=plan,
                rollout=plan.rollout,
                by=by,
                at=at,
                summary=summary,
                bulk_id=bulk_id,
            ),
            *_booked_entries(plan, visits, orders, by=by, at=at, bulk_id=bulk_id),
        ]
    )
    return plan


def _lock(plan: SchedulePlan) -> SchedulePlan:
    plans = SchedulePlan.objects.select_for_update(of=("self",)).select_related(
        "rollout__client", "applied_by"
    )
    locked: SchedulePlan = plans.get(pk=plan.pk)
    return locked


def _why_not(plan: SchedulePlan) -> str:
    if plan.state == PlanState.APPLIED and plan.applied_by:
        return f"{plan.applied_by} has applied {plan} already. Nothing was changed by you."
    return f"{plan} is {plan.get_state_display().lower()}, so it cannot be applied. Propose again."


def _placements(plan: SchedulePlan) -> list[_Crewed]:
    by_order: dict[int, list[ProposedVisit]] = {}
    for row in queries.placements_of(plan):
        by_order.setdefault(row.work_order_id, []).append(row)
    for rows in by_order.values():
        rows.sort(key=lambda row: (not row.explanation.get("lead"), row.pk))
    return [_Crewed(rows[0].work_order, rows) for rows in by_order.values()]


def _lock_orders(placed: Iterable[_Crewed]) -> dict[int, WorkOrder]:
    """Lock the orders in one fixed sequence, so that two people never wait for each other."""
    ids = [one.order.pk for one in placed]
    locked = WorkOrder.objects.select_for_update(of=("self",)).select_related(
        "rollout__pm", "enrolment__site", "enrolment__wave__pf", "accountable"
    )
    return {order.pk: order for order in locked.filter(pk__in=ids).order_by("pk")}


def _check(plan: SchedulePlan, placed: Sequence[_Crewed], orders: dict[int, WorkOrder], at: datetime) -> None:
    """Raise `PlanStale` unless every visit still stands up to every rule."""
    ready = set(queries.ready_orders(plan.rollout).filter(pk__in=orders).values_list("pk", flat=True))
    reasons = [_no_longer(orders[one.order.pk]) for one in placed if one.order.pk not in ready]
    good = [one for one in placed if one.order.pk in ready]
    built = problems.build(plan.rollout, [orders[one.order.pk] for one in good], now=at)
    reasons += [
        f"{row.technician.name} (for {one.order.number}) is not available any more."
        for one in good
        for row in one.rows
        if str(row.technician_id) not in built.technicians
    ]
    known = [one for one in good if all(str(row.technician_id) in built.technicians for row in one.rows)]
    judged = [_placement(built, one) for one in known]
    broken = violations(built.problem, [*problems.standing(built.problem), *judged])
    reasons += [f"{violation.visit}: {violation.sentence}" for violation in broken]
    if reasons:
        raise PlanStale(reasons)


def _no_longer(order: WorkOrder) -> str:
    if order.state != WorkOrderState.READY:
        return f"{order.number} is {order.get_state_display().lower()} now."
    return f"{order.number} has no issued packet or no wave any more, or a visit was booked by hand."


def _placement(built: problems.Built, one: _Crewed) -> Placement:
    technicians = [row.technician for row in one.rows]
    placement = problems.placement_at(built, one.order, technicians, one.first.starts_at)
    # The end is the one that was proposed: a packet with other minutes since then shows as a broken rule.
    end = utc_minute(one.first.ends_at)
    return Placement(placement.visit, placement.technicians, placement.start, end, placement.day)


def _book(plan: SchedulePlan, placed: Sequence[_Crewed], at: datetime) -> list[Visit]:
    numbers = _numbers([one.order.pk for one in placed])
    visits = [
        Visit(
            work_order=one.order,
            number=numbers.get(one.order.pk, (0, False))[0] + 1,
            kind=VisitKind.REVISIT if numbers.get(one.order.pk, (0, False))[1] else VisitKind.INSTALL,
            starts_at=one.first.starts_at,
            ends_at=one.first.ends_at,
            plan=plan,
            created_at=at,
        )
        for one in placed
    ]
    try:
        with transaction.atomic():
            Visit.objects.bulk_create(visits, batch_size=2000)
            rows = [
                booking(visit, row.technician_id, is_lead=position == 0, at=at)
                for visit, one in zip(visits, placed, strict=True)
                for position, row in enumerate(one.rows)
            ]
            Assignment.objects.bulk_create(rows, batch_size=2000)
    except IntegrityError as error:
        raise PlanStale(_double_booked(placed) or ["Somebody else booked the same visits."]) from error
    return visits


def _numbers(order_ids: Sequence[int]) -> dict[int, tuple[int, bool]]:
    """Return the last visit number of each order, and whether somebody has been there before."""
    rows = Visit.objects.filter(work_order__in=order_ids).order_by().values_list("work_order")
    return {
        order: (last, been is not None)
        for order, last, been in rows.annotate(Max("number"), Max("checked_in_at"))
    }


def booking(visit: Visit, technician_id: int, *, is_lead: bool, at: datetime) -> Assignment:
    """Return the unsaved booking of a technician for a visit, from its start to its end."""
    during = DateTimeTZRange(visit.starts_at, visit.ends_at)
    return Assignment(
        visit=visit, technician_id=technician_id, is_lead=is_lead, during=during, assigned_at=at
    )


def _double_booked(placed: Iterable[_Crewed]) -> list[str]:
    """Name who is booked at the same time by now. Whose visit it is stays untold: it may be another client's."""
    rows = [row for one in placed for row in one.rows]
    taken = Assignment.objects.filter(
        technician__in={row.technician_id for row in rows}, released_at__isnull=True
    ).values_list("technician_id", "during")
    return [
        f"{row.technician.name} has been booked elsewhere for the time of {row.work_order.number}."
        for row in rows
        if any(t == row.technician_id and d.lower < row.ends_at and row.starts_at < d.upper for t, d in taken)
    ]


def _booked_entries(
    plan: SchedulePlan, visits: Iterable[Visit], orders: dict[int, WorkOrder], **fields: object
) -> list[AuditEntry]:
    return [
        audit.entry(
            "technicians.visit.scheduled",
            subject=visit,
            rollout=plan.rollout,
            summary=f"{orders[visit.work_order_id].number}: visit {visit.number} scheduled",
            data={"plan": plan.pk, "starts_at": visit.starts_at.isoformat()},
            **fields,  # type: ignore[arg-type]
        )
        for visit in visits
    ]


@transaction.atomic
def undo_plan(*, plan: SchedulePlan, by: User, at: datetime) -> Undone:
    """Take back what a proposal booked, as far as nobody has checked in: work orders become ready again.

    A visit nobody was told of vanishes; one that was told is kept as cancelled. Raises `NotProposed` unless it is applied.
    """
    plan = _lock(plan)
    if plan.state != PlanState.APPLIED:
        raise NotProposed(f"{plan} is {plan.get_state_display().lower()}: there is nothing to undo.")
    visits = list(with_people(Visit.objects.filter(plan=plan).exclude(state=VisitState.CANCELLED)))
    begun = [v for v in visits if v.state not in queries.BOOKED or v.checked_in_at]
    gone = [v for v in visits if v not in begun]
    orders = _lock_orders([_Crewed(v.work_order, []) for v in gone])
    told = [v for v in gone if any(a.told_at for a in crew_of(v))]
    _remove(gone, told, at)
    for visit in gone:
        order = orders[visit.work_order_id]
        if order.state in (WorkOrderState.SCHEDULED, WorkOrderState.CONFIRMED):
            lifecycle.move(order, WorkOrderState.READY, by=by, at=at, reason=f"{plan} undone")
    plan.state = PlanState.UNDONE
    plan.save(update_fields=["state"])
    people = sorted({a.technician.name for v in told for a in crew_of(v)})
    stay = sorted(v.work_order.number for v in begun)
    summary = f"{plan} undone: {len(gone):,} visits taken back, {len(stay):,} stay"
    audit.record(
        "technicians.schedule.undone",
        subject=plan,
        rollout=plan.rollout,
        by=by,
        at=at,
        summary=summary,
        data={"stay": stay, "to_tell": people},
    )
    return Undone(len(gone), people, stay)


def _remove(gone: Sequence[Visit], told: Sequence[Visit], at: datetime) -> None:
    kept = {visit.pk for visit in told}
    Visit.objects.filter(pk__in=[visit.pk for visit in gone if visit.pk not in kept]).delete()
    Visit.objects.filter(pk__in=kept).update(state=VisitState.CANCELLED)
    Assignment.objects.filter(visit__in=kept, released_at__isnull=True).update(released_at=at)
