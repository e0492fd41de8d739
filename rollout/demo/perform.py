"""Tell the demo's story so far, work order by work order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from rollout import audit
from rollout.demo.story import MINUTES, NIGHTS_BACK, Night, Recorder, Written, nights, starts_on, visit
from rollout.models import AuditEntry, Rollout, User
from technicians import links
from technicians.choices import VisitState
from technicians.models import Technician
from workorders import lifecycle
from workorders.choices import Verdict, WorkOrderState
from workorders.models import Packet, WorkOrder

READY, SCHEDULED = WorkOrderState.READY, WorkOrderState.SCHEDULED
ON_SITE_STATE, REVIEW = WorkOrderState.ON_SITE, WorkOrderState.IN_REVIEW
DONE, IN_REVIEW, ON_SITE, TONIGHT, COMING, ON_HOLD = 96, 5, 2, 6, 34, 3


class Story:
    """The orders to tell of in their order, and what is written down about them."""

    def __init__(
        self, rollout: Rollout, reviewer: User, technicians: list[Technician], now: datetime
    ) -> None:
        self.now = now
        self.technicians = technicians
        self.accounts = {person.pk: links.account_of(person) for person in technicians}
        self.orders = list(
            WorkOrder.objects.filter(rollout=rollout, state=WorkOrderState.READY)
            .select_related("rollout__client", "rollout__pm", "enrolment__site", "enrolment__wave__pf")
            .order_by("enrolment__pk")
        )
        packets = Packet.objects.filter(work_order__in=self.orders, superseded_at__isnull=True)
        self.packets = {packet.work_order_id: packet for packet in packets}
        self.rest: Iterator[WorkOrder] = iter(self.orders)
        self.night, self.written, self.recorder = Night(), Written(), Recorder(reviewer)
        self.history: list[AuditEntry] = []

    def next(self, state: str, since: datetime) -> WorkOrder:
        """Take the next order and put it into a state."""
        order = next(self.rest)
        order.state, order.state_since = state, since
        order.closed_at = since if state == WorkOrderState.DONE else None
        order.accountable, order.accountable_since = lifecycle.accountable_for(order, state), since
        return order

    def tell(
        self, order: WorkOrder, before: str, state: str, at: datetime, by: User | None, reason: str = ""
    ) -> None:
        """Add the history entry an action would have written."""
        summary = f"{order.number}: {WorkOrderState(before).label} → {WorkOrderState(state).label}"
        data = {"from": before, "to": state}
        self.history.append(
            audit.entry(
                f"workorders.work_order.{state}",
                subject=order,
                rollout=order.rollout,
                by=by,
                at=at,
                summary=summary,
                reason=reason,
                data=data,
            )
        )

    def somebody(self, order: WorkOrder, night: int) -> Technician:
        """Return the nearest technician who is free on the night `night` days from today at the site."""
        evening = starts_on(order, self.now, night).date()
        return self.night.technician_for(order, self.technicians, evening)

    def save(self) -> None:
        """Write everything."""
        self.written.save()
        audit.record_many(self.history)
        fields = ["state", "state_since", "closed_at", "accountable", "accountable_since"]
        WorkOrder.objects.bulk_update(
            self.orders, [*fields, "hold_reason", "hold_review_on", "state_before_hold"]
        )


def perform(rollout: Rollout, cast: dict[str, User], technicians: list[Technician], now: datetime) -> None:
    """Write the past, tonight and the next nights of the demo."""
    story = Story(rollout, cast["pf"], technicians, now)
    for back in nights(DONE, back=NIGHTS_BACK):
        _done(story, back)
    for number in range(IN_REVIEW):
        _in_review(story, number)
    for number in range(ON_SITE):
        _on_site(story, number)
    for number in range(TONIGHT):
        _coming(story, 0, confirmed=number % 3 != 2)
    for number in range(COMING):
        _coming(story, 1 + number // 4, confirmed=number < 6)
    for reason in ("Landlord’s permit is late", "Café closed for a water damage", "Circuit not delivered")[
        :ON_HOLD
    ]:
        _on_hold(story, reason)
    story.save()


def _done(story: Story, back: int) -> None:
    order = story.next(WorkOrderState.DONE, story.now)
    person = story.somebody(order, back)
    start = starts_on(order, story.now, back)
    judged = start + timedelta(minutes=MINUTES + 12)
    times = {
        "checked_in_at": start - timedelta(minutes=4),
        "submitted_at": start + timedelta(minutes=MINUTES - 10),
    }
    made = visit(order, person, start, VisitState.DONE, story.written, **times)
    story.recorder.record(
        made, story.packets[order.pk], story.accounts[person.pk], story.written, judged_at=judged
    )
    order.state_since = order.closed_at = order.accountable_since = judged
    technician = story.accounts[person.pk]
    story.tell(order, READY, SCHEDULED, start - timedelta(days=9), order.rollout.pm)
    story.tell(order, SCHEDULED, ON_SITE_STATE, times["checked_in_at"], technician)
    story.tell(order, ON_SITE_STATE, REVIEW, times["submitted_at"], technician)
    story.tell(order, REVIEW, WorkOrderState.DONE, judged, story.recorder.reviewer)


def _in_review(story: Story, number: int) -> None:
    """Submitted within the last hours; one has evidence rejected already."""
    submitted = story.now - timedelta(minutes=25 + 50 * number)
    order = story.next(WorkOrderState.IN_REVIEW, submitted)
    person = story.somebody(order, 0)
    start = submitted - timedelta(minutes=MINUTES - 10)
    made = visit(
        order, person, start, VisitState.SUBMITTED, story.written, checked_in_at=start, submitted_at=submitted
    )
    before = len(story.written.evidence)
    story.recorder.record(
        made, story.packets[order.pk], story.accounts[person.pk], story.written, judged_at=None
    )
    if number == 2:
        photo = next(row for row in story.written.evidence[before:] if row.kind == "photo")
        photo.verdict, photo.verdict_reason = Verdict.REJECTED, "The network corner is not in the picture."
        photo.verdict_at, photo.verdict_by = story.now - timedelta(minutes=9), story.recorder.reviewer


def _on_site(story: Story, number: int) -> None:
    start = story.now - timedelta(minutes=35 + 40 * number)
    order = story.next(WorkOrderState.ON_SITE, start)
    person = story.somebody(order, 0)
    made = visit(order, person, start, VisitState.ON_SITE, story.written, checked_in_at=start)
    story.tell(order, READY, SCHEDULED, start - timedelta(days=9), order.rollout.pm)
    story.tell(order, SCHEDULED, ON_SITE_STATE, start, story.accounts[person.pk])
    share = 0.2 + 0.35 * number
    story.recorder.record(
        made, story.packets[order.pk], story.accounts[person.pk], story.written, judged_at=None, share=share
    )


def _coming(story: Story, night: int, *, confirmed: bool) -> None:
    state = WorkOrderState.CONFIRMED if confirmed else WorkOrderState.SCHEDULED
    order = story.next(state, story.now - timedelta(days=6))
    person = story.somebody(order, night)
    start = starts_on(order, story.now, night)
    # Loaded late in the evening, "tonight" is still ahead.
    start = max(start, story.now + timedelta(minutes=90)) if night == 0 else start
    visit(order, person, start, VisitState(state.value), story.written)
    story.tell(order, READY, SCHEDULED, story.now - timedelta(days=6), order.rollout.pm)


def _on_hold(story: Story, reason: str) -> None:
    order = story.next(WorkOrderState.ON_HOLD, story.now - timedelta(days=2))
    order.hold_reason, order.state_before_hold = reason, WorkOrderState.READY
    story.tell(order, READY, WorkOrderState.ON_HOLD, story.now - timedelta(days=2), order.rollout.pm, reason)
    order.hold_review_on = (story.now + timedelta(days=5)).date()
