"""One visit by hand: book, move, confirm, cancel. Judged by the same rules as a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from rollout import audit
from rollout.exceptions import Refused
from rollout.models import User
from technicians import problems
from technicians.actions.applying import booking
from technicians.choices import VisitKind, VisitState
from technicians.models import Assignment, Technician, Visit
from technicians.queries import schedule as queries
from technicians.scheduling import Rule, violations
from workorders import lifecycle
from workorders.actions import orders as order_actions
from workorders.choices import WorkOrderState
from workorders.models import WorkOrder

# What a project manager can do about a broken rule, after the sentence that says it is broken.
REMEDIES: dict[str, str] = {
    Rule.CREW: "Choose as many technicians as the packet asks for.",
    Rule.DATA: "Record the site's coordinates first.",
    Rule.SKILLS: "Choose somebody else, or record the skill on the technician's page.",
    Rule.RADIUS: "Choose somebody closer, or raise the radius on the technician's page.",
    Rule.WAVE: "Choose a day of the wave, or change the wave's dates.",
    Rule.PACE: "Choose another day, or raise the pace of the wave.",
    Rule.ACCESS: "Choose a time in the access hours of the site, with room for the whole visit.",
    Rule.BLACKOUT: "Choose another day, or change the blackout under Sites, Blackouts.",
    Rule.PAST: "Choose a time to come.",
    Rule.SHIFT: "Choose a time in the shift, or change the shifts on the technician's page.",
    Rule.BUSY: "Choose another time or somebody else.",
    Rule.DOUBLE_BOOKED: "Choose another time or somebody else.",
    Rule.TRAVEL: "Start later or earlier, or choose somebody closer.",
    Rule.REST: "Leave 10 hours between the work of two days.",
    Rule.DAILY_MINUTES: "Choose another day or somebody else.",
}


class CannotBook(Refused):
    """Time or crew breaks a rule; `reasons` has one sentence for each."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = list(reasons)
        super().__init__(" ".join(reasons))


class ChangedMeanwhile(Refused):
    """Somebody else changed the visit since the page was opened."""


class NotBooked(Refused):
    """The visit has begun or is over, so it is not moved any more."""


def reasons_against(
    *,
    order: WorkOrder,
    technicians: Sequence[Technician],
    starts_at: datetime,
    moving: Visit | None,
    at: datetime,
) -> list[str]:
    """Return why an order cannot be visited by these technicians then: one sentence with a remedy each, empty if it can."""
    if not technicians:
        return ["Nobody is chosen. Choose who goes."]
    day = starts_at.astimezone(order.enrolment.site.zone).date()
    built = problems.build(order.rollout, [order], now=at, moving=moving, around=day)
    missing = [one.name for one in technicians if str(one.pk) not in built.technicians]
    if missing:
        return [f"{', '.join(missing)} cannot be planned: not active, or without a base or shifts."]
    placement = problems.placement_at(built, order, technicians, starts_at)
    if placement.end <= placement.start:
        return ["Nobody has recorded how long this visit takes. Give the steps of the plan their minutes."]
    broken = violations(built.problem, [*problems.standing(built.problem), placement])
    ours = [one for one in broken if one.visit == order.number]
    return list(dict.fromkeys(f"{one.sentence} {REMEDIES.get(one.rule, '')}".strip() for one in ours))


def minutes_of(order: WorkOrder, moving: Visit | None) -> int:
    """Return how long a visit of the order takes: by its packet, else as long as the visit that is moved."""
    needs = problems.needs_of([order]).get(order.pk)
    if needs is not None:
        return needs.minutes
    return (moving.ends_at - moving.starts_at) // timedelta(minutes=1) if moving else 0


@transaction.atomic
def book_visit(
    *, order: WorkOrder, technicians: Sequence[Technician], starts_at: datetime, by: User, at: datetime
) -> Visit:
    """Book a visit of a ready order by hand; the first technician leads.

    Raises `CannotBook` with the rules it breaks, `workorders.lifecycle.IllegalMove` when the order is not ready.
    """
    order = order_actions.lock(order)
    lifecycle.check(order, WorkOrderState.SCHEDULED)
    if order.state != WorkOrderState.READY or queries.active_visit_of(order):
        raise lifecycle.IllegalMove(f"{order.number} has a visit already. Reload the page to see it.")
    _require(order=order, technicians=technicians, starts_at=starts_at, moving=None, at=at)
    last = order.visits.aggregate(last=Max("number"), been=Max("checked_in_at"))
    visit = Visit(
        work_order=order,
        number=(last["last"] or 0) + 1,
        kind=VisitKind.REVISIT if last["been"] else VisitKind.INSTALL,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes_of(order, None)),
        created_at=at,
    )
    visit.save()
    _assign(visit, technicians, at)
    lifecycle.move(order, WorkOrderState.SCHEDULED, by=by, at=at, reason="Booked by hand")
    _record("scheduled", visit, "scheduled by hand", by=by, at=at)
    return visit


@transaction.atomic
def move_visit(
    *,
    visit: Visit,
    technicians: Sequence[Technician],
    starts_at: datetime,
    seen: str,
    by: User,
    at: datetime,
) -> Visit:
    """Give a visit another time or crew. It has to be confirmed and its technicians have to be told again.

    `seen` is the `version` the person looked at. Raises `CannotBook`, `ChangedMeanwhile`, `NotBooked`.
    """
    visit, order = _lock(visit)
    if version(visit) != seen:
        raise ChangedMeanwhile(
            "Somebody changed this visit meanwhile. This is how it is now; look again and decide."
        )
    if starts_at == visit.starts_at and _crew(visit) == [one.pk for one in technicians]:
        return _keep(visit, order, by=by, at=at)
    _require(order=order, technicians=technicians, starts_at=starts_at, moving=visit, at=at)
    before = {"starts_at": visit.starts_at.isoformat(), "technicians": _crew(visit)}
    visit.ends_at = starts_at + timedelta(minutes=minutes_of(order, visit))
    visit.starts_at, visit.state = starts_at, VisitState.SCHEDULED
    visit.save(update_fields=["starts_at", "ends_at", "state"])
    Assignment.objects.filter(visit=visit, released_at__isnull=True).update(released_at=at)
    _assign(visit, technicians, at)
    if order.state in (WorkOrderState.READY, WorkOrderState.CONFIRMED):
        lifecycle.move(order, WorkOrderState.SCHEDULED, by=by, at=at, reason="Moved by hand")
    _record("moved", visit, "moved", by=by, at=at, data={"before": before})
    return visit


def _keep(visit: Visit, order: WorkOrder, *, by: User, at: datetime) -> Visit:
    """Keep a visit whose order came back to ready as it is: scheduled again, to be confirmed anew."""
    if order.state == WorkOrderState.READY:
        visit.state = VisitState.SCHEDULED
        visit.save(update_fields=["state"])
        lifecycle.move(order, WorkOrderState.SCHEDULED, by=by, at=at, reason="The booked date is kept")
    return visit


@transaction.atomic
def confirm_visit(*, visit: Visit, by: User, at: datetime) -> Visit:
    """Write down that the technician and the site said yes. Confirming twice is harmless. Raises `NotBooked`."""
    visit, order = _lock(visit)
    if visit.state == VisitState.CONFIRMED:
        return visit
    lifecycle.move(order, WorkOrderState.CONFIRMED, by=by, at=at)
    visit.state = VisitState.CONFIRMED
    visit.save(update_fields=["state"])
    _record("confirmed", visit, "confirmed", by=by, at=at)
    return visit


@transaction.atomic
def cancel_visit(*, visit: Visit, reason: str, by: User, at: datetime) -> Visit:
    """Cancel a visit nobody has begun: its technicians are free again, its work order is ready again. Raises `NotBooked`."""
    visit, order = _lock(visit)
    if not reason.strip():
        raise CannotBook(["Say why the visit is cancelled: the technician and the site will ask."])
    visit.state = VisitState.CANCELLED
    visit.save(update_fields=["state"])
    Assignment.objects.filter(visit=visit, released_at__isnull=True).update(released_at=at)
    if order.state in (WorkOrderState.SCHEDULED, WorkOrderState.CONFIRMED):
        lifecycle.move(order, WorkOrderState.READY, by=by, at=at, reason=reason.strip())
    _record("cancelled", visit, "cancelled", by=by, at=at, reason=reason.strip())
    return visit


def version(visit: Visit) -> str:
    """Return what tells one state of a booking from another: time, state and crew."""
    crew = "-".join(map(str, _crew(visit)))
    return f"{visit.starts_at:%Y%m%dT%H%M}.{visit.state}.{crew}"


def _crew(visit: Visit) -> list[int]:
    rows = visit.assignments.filter(released_at__isnull=True).order_by("-is_lead", "pk")
    return list(rows.values_list("technician_id", flat=True))


def _lock(visit: Visit) -> tuple[Visit, WorkOrder]:
    """Lock the order first, then the visit, as everybody does."""
    order = order_actions.lock(visit.work_order)
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    visit.work_order = order
    if visit.state not in queries.BOOKED or visit.checked_in_at is not None:
        raise NotBooked(f"This visit is {visit.get_state_display().lower()}, so its booking stays as it is.")
    return visit, order


def _require(
    *,
    order: WorkOrder,
    technicians: Sequence[Technician],
    starts_at: datetime,
    moving: Visit | None,
    at: datetime,
) -> None:
    reasons = reasons_against(order=order, technicians=technicians, starts_at=starts_at, moving=moving, at=at)
    if reasons:
        raise CannotBook(reasons)


def _assign(visit: Visit, technicians: Sequence[Technician], at: datetime) -> None:
    rows = [booking(visit, one.pk, is_lead=place == 0, at=at) for place, one in enumerate(technicians)]
    try:
        with transaction.atomic():
            Assignment.objects.bulk_create(rows)
    except IntegrityError as error:
        names = " or ".join(one.name for one in technicians)
        raise CannotBook(
            [f"{names} has been booked for that time a moment ago. Choose another time."]
        ) from error


def _record(what: str, visit: Visit, words: str, **fields: object) -> None:
    order = visit.work_order
    audit.record(
        f"technicians.visit.{what}",
        subject=visit,
        rollout=order.rollout,
        summary=f"{order.number}: visit {visit.number} {words}",
        **{"data": {"starts_at": visit.starts_at.isoformat()}, **fields},
    )


__all__ = [
    "CannotBook",
    "ChangedMeanwhile",
    "NotBooked",
    "book_visit",
    "cancel_visit",
    "confirm_visit",
    "minutes_of",
    "move_visit",
    "reasons_against",
    "version",
]
