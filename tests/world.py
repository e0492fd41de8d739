"""One of everything, so that every page has something to show: the cast, a rollout in full swing, and its neighbours.

Reading is everybody's; whoever needs one more object adds it at the end of `build` and names it in `World`.
"""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client
from PIL import Image

from rollout import actions as rollout_actions
from rollout import audit, files, jobs
from rollout.models import Membership
from sites.actions import asking
from sites.actions import imports as import_actions
from sites.actions.bulk import change_many
from sites.import_targets import target_called
from sites.queries.bulk import Change
from technicians.choices import PlanState
from technicians.models import ProposedVisit, SchedulePlan, TimeOff, UnscheduledVisit
from tests import factories as make
from tests.people import Cast, assemble, assign
from workorders.actions import plan as plan_actions
from workorders.actions import variations as variation_actions
from workorders.choices import ClauseKind, Effect, Reading, RevisionState, WorkOrderState
from workorders.models import Clause, Evidence

SITE_LIST = b"Store,Name,City,State\n0901,Pier,Seattle,WA\n0902,,Tacoma,WA\n"


@dataclass
class World:
    """Names for what addresses are made of. Dotted names in the permission table are looked up from here."""

    cast: Cast
    code: str = "guest-wifi"
    client_code: str = "lumen"
    things: dict[str, Any] = field(default_factory=dict)
    browsers: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["things"][name]
        except KeyError:
            raise AttributeError(f"The world has no {name}; add it to tests/world.py.") from None

    def browser(self, role: str) -> Any:
        """Return a browser in which somebody is signed in (or nobody: "anonymous"); the same one every time."""
        if role not in self.browsers:
            self.browsers[role] = Client()
            if role != "anonymous":
                backend = "allauth.account.auth_backends.AuthenticationBackend"
                self.browsers[role].force_login(getattr(self.cast, role), backend=backend)
        return self.browsers[role]

    def find(self, path: str) -> Any:
        """Return what a dotted name leads to; a word after a quote stands for itself."""
        if path.startswith("'"):
            return path[1:]
        first, *rest = path.split(".")
        found = getattr(self, first)
        for name in rest:
            found = getattr(found, name)
        return found


def build() -> World:
    """Write the world to the database; its files go to the default storage."""
    world = World(assemble())
    for part in (_prepare, _sites, _plan, _work, _field, _schedule, _long_work, _questions):
        part(world)
    return world


def _prepare(world: World) -> None:
    cast, things = world.cast, world.things
    cast.pm.may_start_rollouts = True
    cast.pm.save()
    cast.rollout.summary = "Three access points in every café."
    cast.rollout.save()
    things["outcome"] = make.OutcomeFactory(rollout=cast.rollout)
    things["wave"] = make.WaveFactory(rollout=cast.rollout, number=0, name="Pilot", pf=cast.pf)
    things["membership"] = Membership.objects.get(user=cast.pf)
    things["api_key"], things["api_secret"] = rollout_actions.make_key(
        name="Sync", read_only=False, expires_at=make.NOW + timedelta(days=3650), by=cast.pm, at=make.NOW
    )


def _sites(world: World) -> None:
    cast, things = world.cast, world.things
    ceiling = make.AttributeFactory(client=cast.client)
    things["attribute"] = ceiling
    things["free_attribute"] = make.AttributeFactory(client=cast.client, key="floor", label="Floor")
    # Letters that would do harm if a page forgot to escape them.
    name = "O'Hare <b>“Nord”</b> & Söhne"
    things["site"] = make.SiteFactory(client=cast.client, key="12/7", name=name)
    things["enrolment"] = make.EnrolmentFactory(rollout=cast.rollout, site=world.site, wave=world.wave)
    things["second"] = make.EnrolmentFactory(rollout=cast.rollout)
    things["contact"] = make.ContactFactory(site=world.site)
    make.nightly_access(world.site)
    world.site.access_exceptions.create(on="2026-12-26", note="Stocktaking")
    things["window"] = world.site.access_windows.first()
    things["group"] = make.SiteGroupFactory(client=cast.client)
    things["blackout"] = make.BlackoutFactory(client=cast.client)
    make.AccessExceptionFactory(site=world.site)
    make.AttributeValueFactory(site=world.site, attribute=ceiling, value="drop", said_by=cast.pm)
    things["attachment"] = make.an_attachment(world.site, rollout=cast.rollout, by=cast.pm)
    make.SiteFactory(client=cast.client)  # in no rollout
    make.EnrolmentFactory(rollout=cast.other_rollout)
    target = target_called("sites")
    made = import_actions.start_import(
        target=target, content=SITE_LIST, name="stores.csv", rollout=cast.rollout, by=cast.pm, at=make.NOW
    )
    job = import_actions.start_check(site_import=made, mapping=made.mapping, by=cast.pm, at=make.NOW)
    _run(job)
    made.refresh_from_db()
    things["site_import"] = made


def _plan(world: World) -> None:
    cast, things = world.cast, world.things
    things["old_sow"] = make.SowFactory(rollout=cast.rollout, version=1, uploaded_by=cast.pm)
    things["sow"] = make.SowFactory(rollout=cast.rollout, version=2, uploaded_by=cast.pm)
    for ordinal, text in enumerate(("Mount the access point.", "Invoices are due in 30 days."), 1):
        clause = Clause.objects.create(
            sow=world.sow,
            ordinal=ordinal,
            number=f"1.{ordinal}",
            heading_path=["1 Work"],
            kind=ClauseKind.PARAGRAPH,
            text=text,
            place=f"page {ordinal}",
            proposed_reading=Reading.STEP,
        )
        things[f"clause{ordinal}"] = clause
    make.PlanRevisionFactory(
        rollout=cast.rollout, state=RevisionState.PUBLISHED, published_at=make.NOW, published_by=cast.pm
    )
    draft = make.PlanRevisionFactory(rollout=cast.rollout, number=2, sow=world.sow)
    things["revision"] = draft
    things["step"] = make.StepFactory(revision=draft)
    make.EvidenceSpecFactory(step=world.step)
    gone = make.StepFactory(revision=draft, title="Hang a poster")
    things["removed_step"] = plan_actions.remove_step(step=gone, by=cast.pm, at=make.NOW)
    rule = {
        "rank": 0,
        "condition": {"attribute": "ceiling", "op": "is", "value": "hard"},
        "effect": Effect.SET_MINUTES,
        "step_key": world.step.key,
        "payload": {"minutes": 45},
        "reason": "Drilling takes longer.",
    }
    things["variation"] = variation_actions.add_variation(
        revision=draft, by=cast.pm, at=make.NOW, name="Hard ceilings", **rule
    )
    other = variation_actions.add_variation(revision=draft, by=cast.pm, at=make.NOW, name="Twice", **rule)
    things["removed_variation"] = variation_actions.remove_variation(variation=other, by=cast.pm, at=make.NOW)


def _work(world: World) -> None:
    things = world.things
    things["order"] = make.WorkOrderFactory(enrolment=world.enrolment, state=WorkOrderState.IN_REVIEW)
    packet = make.a_packet(world.order)
    packet.issued_at, packet.issued_by = make.NOW, world.cast.pm
    packet.save()
    things["packet"] = packet
    things["planned"] = make.WorkOrderFactory(
        enrolment=world.second,
        missing_facts=[{"attribute": "ceiling", "label": "Ceiling", "needed_by": ["Hard ceilings"]}],
    )


def _field(world: World) -> None:
    cast, things = world.cast, world.things
    visit = make.VisitFactory(
        work_order=world.order,
        state="submitted",
        checked_in_at=make.NOW + timedelta(hours=14),
        submitted_at=make.NOW + timedelta(hours=16),
    )
    things["visit"] = visit
    things["assignment"] = assign(cast.technician_person, visit, make.NOW)
    things["upcoming"] = make.VisitFactory(
        work_order=world.planned,
        starts_at=make.NOW + timedelta(days=9),
        ends_at=make.NOW + timedelta(days=9, hours=3),
    )
    assign(cast.technician_person, world.upcoming, make.NOW)
    picture = files.store(
        _picture(),
        name="ap.jpg",
        media_type="image/jpeg",
        rollout=cast.rollout,
        by=cast.technician,
        at=make.NOW,
    )
    things["evidence"] = Evidence.objects.create(
        work_order=world.order,
        visit_key=visit.key,
        step_key="mount",
        spec_key="photo",
        kind="photo",
        label="Access point, LED visible",
        sha256=picture.sha256,
        file=picture,
        preview=picture,
        taken_at=visit.checked_in_at,
        taken_by=cast.technician,
    )


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(buffer, "JPEG")
    return buffer.getvalue()


def _schedule(world: World) -> None:
    cast, things = world.cast, world.things
    make.nightly_shifts(cast.technician_person)
    things["time_off"] = TimeOff.objects.create(
        technician=cast.technician_person, first_day="2026-12-24", last_day="2026-12-26", note="Holiday"
    )
    plan = SchedulePlan.objects.create(
        rollout=cast.rollout, number=1, state=PlanState.PROPOSED, created_at=make.NOW, created_by=cast.pm
    )
    plan.waves.add(world.wave)
    things["schedule"] = plan
    things["proposed"] = ProposedVisit.objects.create(
        plan=plan,
        work_order=world.planned,
        technician=cast.technician_person,
        starts_at=make.NOW + timedelta(days=3),
        ends_at=make.NOW + timedelta(days=3, hours=2),
    )
    UnscheduledVisit.objects.create(
        plan=plan, work_order=world.order, gate="state", sentence="This work order is in review already."
    )


def _long_work(world: World) -> None:
    cast, things = world.cast, world.things
    job = jobs.start(
        "workorders.packets.render", title="Render packets", rollout=cast.rollout, by=cast.pm, at=make.NOW
    )
    things["job"] = job
    things["file"] = world.packet.pdf
    kept = {"rollout": cast.rollout, "page": "sites:list", "shared": True, "by": cast.pm, "at": make.NOW}
    things["view"] = rollout_actions.save_view(name="No contact", query="missing=contact", **kept)
    gone = rollout_actions.save_view(name="Pilot", query="wave=none", **kept)
    things["removed_view"] = rollout_actions.remove_view(view=gone, by=cast.pm, at=make.NOW)
    things["bulk_id"] = uuid.uuid4()
    things["done_bulk"] = change_many(
        rollout=cast.rollout,
        enrolment_ids=[world.order.enrolment_id],
        change=Change("priority", 3),
        by=cast.pm,
        at=make.NOW,
    ).bulk_id
    things["unknown_key"] = uuid.uuid4()
    summary = "Three sites moved to the pilot"
    audit.record(
        "sites.site.changed",
        subject=world.site,
        rollout=cast.rollout,
        by=cast.pm,
        at=make.NOW,
        summary=summary,
    )


def _questions(world: World) -> None:
    cast, things = world.cast, world.things
    wish = asking.Wish(
        enrolments=(world.second.pk,), attributes=(world.attribute.pk, world.free_attribute.pk), send=False
    )
    make.ContactFactory(site=world.second.site, email="second@example.test")
    _run(asking.start_asking(rollout=cast.rollout, wish=wish, by=cast.pm, at=make.NOW))
    things["inquiry"] = world.second.site.inquiries.get()


def _run(job: Any) -> None:
    from rollout.tasks import run_job

    run_job(job.pk)
