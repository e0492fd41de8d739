"""Load the demo through the same actions people use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from rollout import actions, audit, tasks
from rollout.choices import JobState, Role
from rollout.demo import estate, knowledge, people, plan, sow
from rollout.demo.perform import perform
from rollout.exceptions import Refused
from rollout.models import AuditEntry, CustomerOutcome, Job, Rollout, User, Wave
from sites.actions import attributes as attribute_actions
from sites.actions import imports
from sites.import_targets import target_called
from technicians import links
from technicians.choices import VisitState
from technicians.models import Visit
from workorders.actions import clauses, packets, publish, variations
from workorders.actions import plan as plan_actions
from workorders.actions import sow as sow_actions
from workorders.choices import WorkOrderState
from workorders.models import Clause, Packet, PlanRevision, Step, WorkOrder

SIGN_INS = "sign-ins.json"


class NotInADeployment(Refused):
    """Demo accounts have known passwords."""


class AlreadyLoaded(Refused):
    """The demo is there."""


def load(*, now: datetime) -> list[dict[str, str]]:
    """Load the demo and return one sign-in per role. Raises `NotInADeployment` or `AlreadyLoaded`; all or nothing."""
    if settings.DEPLOYED:
        raise NotInADeployment(
            "The demo’s passwords are known to everybody, so it does not load into a deployment."
        )
    if User.objects.filter(email=people.ACCOUNTS["admin"][1]).exists():
        raise AlreadyLoaded(
            "The demo is loaded already. Bring it back to its first state with: manage.py demo --reset"
        )
    with transaction.atomic():
        cast = people.make_accounts()
        rollout = _lumen(cast, now)
        _harbor(cast, now)
        ends = _sign_ins(rollout)
    _write_sign_ins(ends)
    return ends


@contextmanager
def told_at(moment: datetime) -> Iterator[None]:
    """Date what the actions audit inside to a moment of the story."""
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    yield
    AuditEntry.objects.filter(pk__gt=last).update(at=moment)


def _lumen(cast: dict[str, User], now: datetime) -> Rollout:
    day = timedelta(days=1)
    rollout = _make_rollout(cast, now)
    _waves(rollout, cast, now)
    with told_at(now - 60 * day):
        _import(rollout, estate.FILE_NAME, estate.site_file(), cast["pm"], now - 60 * day)
    estate.open_at_night(rollout)
    estate.into_waves(rollout)
    with told_at(now - 58 * day):
        knowledge.sort_into_groups(rollout, cast["pm"], now - 58 * day)
        knowledge.landlords(rollout, cast["pm"], now - 58 * day, now)
    revision = _plan(rollout, cast["pm"], now - 56 * day)
    with told_at(now - 52 * day):
        publish.publish_plan(
            revision=revision,
            open_clauses_reason="The escalation number follows from the client.",
            by=cast["pm"],
            at=now - 52 * day,
        )
    with told_at(now - 50 * day):
        actions.launch_rollout(rollout=rollout, by=cast["pm"], at=now - 50 * day)
    technicians = people.make_technicians(rollout.client, cast["manager"])
    _issue(rollout, cast["pm"], now - 49 * day)
    perform(rollout, cast, technicians, now)
    _learn(rollout, cast, now)
    _start_rendering(rollout, cast["pm"], now)
    return rollout


def _learn(rollout: Rollout, cast: dict[str, User], now: datetime) -> None:
    """What the team found out lately, and what it still waits for."""
    week = now - timedelta(days=7)
    with told_at(week):
        knowledge.disagree(rollout, cast["pf"], week)
        knowledge.different_days(rollout, cast["pm"], week)
        knowledge.keep_papers(rollout, cast["pf"], week)
        knowledge.keep_views(rollout, cast["pm"], week)
    knowledge.ask(rollout, cast["pm"], now)


def _make_rollout(cast: dict[str, User], now: datetime) -> Rollout:
    at = now - timedelta(days=63)
    with told_at(at):
        client = actions.create_client(name="Lumen Coffee", code="lumen", by=cast["pm"], at=at)
        rollout = actions.create_rollout(
            client=client,
            by=cast["pm"],
            at=at,
            name="Guest Wi-Fi 7",
            code="guest-wifi",
            summary="Two ceiling access points, a switch and a battery in every café, mounted at night, so that guests are online before their coffee is ready.",
            starts_on=(now - timedelta(days=42)).date(),
            ends_on=(now + timedelta(days=45)).date(),
            support_phone="+1 800 555 0142",
        )
        outcome = CustomerOutcome(
            rollout=rollout,
            statement="Guests are online within 10 seconds",
            measure="Median time from joining to the first page, cafés finished so far",
            unit="s",
            baseline=48,
            target=10,
            latest=14,
            latest_on=(now - timedelta(days=3)).date(),
        )
        actions.save_outcome(outcome=outcome, by=cast["pm"], at=at)
        for key, role in (("pf", Role.PF), ("pf2", Role.PF), ("viewer", Role.CLIENT)):
            person = cast[key]
            actions.add_member(
                rollout=rollout, email=person.email, name=person.name, role=role, by=cast["pm"], at=at
            )
    return rollout


def _waves(rollout: Rollout, cast: dict[str, User], now: datetime) -> None:
    spans = ((-42, -34, 2), (-32, -3, 4), (-4, 24, 5), (18, 45, 5))
    for number, ((name, _), (first, last, pace)) in enumerate(zip(estate.WAVES, spans, strict=True)):
        Wave.objects.create(
            rollout=rollout,
            number=number,
            name=name,
            starts_on=(now + timedelta(days=first)).date(),
            ends_on=(now + timedelta(days=last)).date(),
            pace_per_day=pace,
            pf=cast["pf2"] if name == "East" else cast["pf"],
        )


def _import(rollout: Rollout, name: str, content: bytes, by: User, at: datetime) -> None:
    """Import as a person would: what the mapping proposes, every column nobody knows becomes an attribute."""
    made = imports.start_import(
        target=target_called("sites"), content=content, name=name, rollout=rollout, by=by, at=at
    )
    _attributes(rollout, by, at)
    fresh = imports.read_differently(site_import=made, options={}, by=by, at=at)
    _run(imports.start_check(site_import=fresh, mapping=fresh.mapping, by=by, at=at))
    made.refresh_from_db()
    _run(imports.start_apply(site_import=made, wave=None, by=by, at=at))


def _attributes(rollout: Rollout, by: User, at: datetime) -> None:
    if rollout.client.attributes.exists():
        return
    define = attribute_actions.define_attribute
    define(
        rollout=rollout,
        label="Ceiling",
        kind="choice",
        choices=["drop", "hard", "open"],
        by=by,
        at=at,
        **knowledge.CEILING,
    )
    define(rollout=rollout, label="Ceiling height", kind="number", unit="ft", by=by, at=at)
    define(
        rollout=rollout, label="Has rack", kind="yes_no", by=by, at=at, shelf_life_days=540, **knowledge.RACK
    )


def _run(job: Job) -> None:
    tasks.run_job(job.pk)
    job.refresh_from_db()
    if job.state != JobState.DONE:
        raise Refused(f"{job.title}: {job.message}")


def _plan(rollout: Rollout, by: User, at: datetime) -> PlanRevision:
    with told_at(at):
        content = sow.TEXT.encode()
        document = sow_actions.read(sow.NAME, content)
        statement = sow_actions.upload_sow(
            rollout=rollout,
            name=sow.NAME,
            data=content,
            media_type="text/markdown",
            document=document,
            by=by,
            at=at,
        )
        revision = plan_actions.start_plan(rollout=rollout, by=by, at=at)
        all_clauses = list(Clause.objects.filter(sow=statement).order_by("ordinal"))
        for step in plan.STEPS:
            traced = [c for c in all_clauses if c.text.startswith(step.clauses)]
            fields = {"skills": [], "tools": [], "materials": [], "crew": 1, **step.more}
            plan_actions.add_step(
                revision=revision,
                by=by,
                at=at,
                evidence=step.evidence,
                clauses=traced,
                phase=step.phase,
                title=step.title,
                instructions=step.instructions,
                warning=step.warning,
                minutes=step.minutes,
                **fields,
            )
        for heading, reason in plan.SET_ASIDE:
            under = [c for c in all_clauses if any(heading in part for part in c.heading_path)]
            clauses.set_aside(clauses=under, revision=revision, reason=reason, by=by, at=at)
        _vary(revision, all_clauses, by, at)
    return revision


def _vary(revision: PlanRevision, all_clauses: list[Clause], by: User, at: datetime) -> None:
    keys = dict(Step.objects.filter(revision=revision).values_list("title", "key"))
    for raw in plan.VARIATIONS:
        fields = {k: v for k, v in raw.items() if k not in ("clause", "step")}
        clause = next((c for c in all_clauses if c.text.startswith(raw["clause"])), None)
        step_key = keys.get(raw["step"], "install-the-wall-bracket")
        variations.add_variation(revision=revision, by=by, at=at, clause=clause, step_key=step_key, **fields)


def _issue(rollout: Rollout, by: User, at: datetime) -> None:
    """Compile and issue; the PDFs are rendered by the workers afterwards, in a job one can watch."""
    with told_at(at):
        compiled = packets.compile_packets(rollout=rollout, by=by, at=at).new
        Packet.objects.filter(pk__in=[p.pk for p in compiled]).update(issued_at=at, issued_by=by)
        orders = [packet.work_order for packet in compiled]
        for order in orders:
            order.state, order.state_since = WorkOrderState.READY, at
        WorkOrder.objects.bulk_update(orders, ["state", "state_since"], batch_size=500)
        audit.record_many(
            audit.entry(
                "workorders.packet.issued",
                subject=packet.work_order,
                rollout=rollout,
                by=by,
                at=at,
                summary=f"{packet.work_order.number}: packet {packet.hash[:10]} issued",
                data={"hash": packet.hash},
            )
            for packet in compiled
        )


def _start_rendering(rollout: Rollout, by: User, now: datetime) -> None:
    back = reverse("workorders:packets", args=[rollout.code])
    packets.start_generating(rollout=rollout, by=by, at=now, back_url=back)


def _harbor(cast: dict[str, User], now: datetime) -> None:
    """The other client: a rollout that has just begun, with little data."""
    at, by = now - timedelta(days=4), cast["harbor_pm"]
    with told_at(at):
        client = actions.create_client(name="Harbor Drug", code="harbor", by=by, at=at)
        rollout = actions.create_rollout(
            client=client,
            by=by,
            at=at,
            name="New tills",
            code="new-tills",
            summary="Tills with contactless payment.",
        )
        viewer = cast["harbor_viewer"]
        actions.add_member(
            rollout=rollout, email=viewer.email, name=viewer.name, role=Role.CLIENT, by=by, at=at
        )
        imported = imports.start_import(
            target=target_called("sites"),
            content=estate.second_client_file(),
            name="harbor.csv",
            rollout=rollout,
            by=by,
            at=at,
        )
        _run(imports.start_check(site_import=imported, mapping=imported.mapping, by=by, at=at))
        imported.refresh_from_db()
        _run(imports.start_apply(site_import=imported, wave=None, by=by, at=at))


def _sign_ins(rollout: Rollout) -> list[dict[str, str]]:
    rows = [
        {"role": role, "email": email, "password": people.PASSWORD, "link": ""}
        for role, email, _ in people.ACCOUNTS.values()
    ]
    visits = Visit.objects.filter(work_order__rollout=rollout, state=VisitState.ON_SITE).order_by("starts_at")
    visit = visits.prefetch_related("assignments__technician").first()
    if visit is not None:
        person = visit.assignments.all()[0].technician
        rows.append(
            {"role": "Technician", "email": "", "password": "", "link": links.link_for(visit, person)}
        )
    return rows


def sign_in_file() -> Path:
    """Return where `make up` finds the sign-ins."""
    return Path(settings.VAR_DIR) / SIGN_INS


def _write_sign_ins(rows: list[dict[str, str]]) -> None:
    sign_in_file().parent.mkdir(parents=True, exist_ok=True)
    sign_in_file().write_text(json.dumps(rows, indent=2))
