"""The demo behind a server of its own, for tests that only look: loaded once for all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Browser, Page

from rollout.demo import people
from rollout.demo import sow as demo_sow
from rollout.models import Job, Rollout, SavedView, User
from rollout.tasks import run_job
from sites import links as site_links
from sites.actions import change_many, imports
from sites.import_targets import target_called
from sites.models import Attachment, Blackout, Contact, Enrolment, Inquiry, SiteGroup, SiteImport
from sites.queries.bulk import Change
from technicians import links
from technicians.actions import schedule
from technicians.choices import VisitState
from technicians.models import SchedulePlan, Technician, Visit
from tests.browser.conftest import DESK, PHONE, Windows
from workorders.actions import plan, sow
from workorders.models import Packet, PlanRevision, Step, Variation, WorkOrder

# Light on a large screen and dark on a phone: each difference of layout and of colour once.
LOOKS: dict[str, dict[str, Any]] = {
    "light desk": {"viewport": DESK, "color_scheme": "light"},
    "dark phone": {"viewport": PHONE, "color_scheme": "dark", "has_touch": True, "is_mobile": True},
}
CODE = "guest-wifi"
PEOPLE = ("nobody", "admin", "pm", "pf", "viewer", "technician", "harbor_pm", "harbor_viewer")


class House:
    """Who and what is in the demo, and windows of its people that stay open."""

    def __init__(self, chromium: Browser, origin: str) -> None:
        self.origin = origin
        self.windows = Windows(chromium, origin)
        self.rollout = Rollout.objects.get(code=CODE)
        self.unfinished = self._begin()
        self.things = self._things()
        # All at once: what a test writes, such as a session, its transaction keeps from the server.
        self.pages = {
            (who, look): self.windows.open(self.user(who), **LOOKS[look]) for who in PEOPLE for look in LOOKS
        }

    def user(self, who: str) -> User | None:
        """One of the demo's people; nobody is nobody."""
        if who == "nobody":
            return None
        if who == "technician":
            return self.technician.user
        return User.objects.get(email=people.ACCOUNTS[who][1])

    def window(self, who: str, look: str) -> Page:
        """The window of somebody in one of the looks."""
        return self.pages[who, look]

    def find(self, word: str) -> Any:
        """What a name of the table of pages stands for; a word after a quote stands for itself."""
        return word[1:] if word.startswith("'") else self.things[word]

    @property
    def technician(self) -> Technician:
        """Who is on site right now."""
        on_site = self._visits(VisitState.ON_SITE).first()
        return on_site.assignments.get(released_at=None).technician

    def _visits(self, state: str) -> Any:
        return Visit.objects.filter(work_order__rollout=self.rollout, state=state).order_by("starts_at")

    def _begin(self) -> SiteImport:
        """What a finished demo has not: a plan in work, a second version of the document, an import half way."""
        by, at = self.rollout.pm, timezone.now()
        plan.start_revision(rollout=self.rollout, by=by, at=at)
        name, text = "sow-2.md", demo_sow.TEXT.encode() + b"\n\nReport every visit to the help desk.\n"
        sow.upload_sow(
            rollout=self.rollout,
            name=name,
            data=text,
            media_type="text/markdown",
            document=sow.read(name, text),
            by=by,
            at=at,
        )
        return imports.start_import(
            target=target_called("sites"),
            content=b"Store,Moniker,Ceiling\n9001,Lumen Pier,drop\n",
            name="more.csv",
            rollout=self.rollout,
            by=by,
            at=at,
        )

    def _propose(self) -> SchedulePlan:
        """A proposal of the planner itself, after a short search."""
        waves = list(self.rollout.waves.all())
        made = schedule.propose(
            rollout=self.rollout, waves=waves, seconds=2, by=self.rollout.pm, at=timezone.now()
        )
        run_job(made.job_id)
        return made

    def _things(self) -> dict[str, Any]:
        rollout = self.rollout
        order = WorkOrder.objects.filter(rollout=rollout, state="in_review").first()
        links.account_of(self.technician)
        contact = Contact.objects.filter(site__client=rollout.client).first()
        revision = PlanRevision.objects.get(rollout=rollout, state="draft")
        packet = Packet.objects.filter(work_order=order, issued_at__isnull=False).first()
        return {
            "schedule": self._propose().pk,
            "code": rollout.code,
            "client_code": rollout.client.code,
            "outcome": rollout.outcomes.first().pk,
            "wave": rollout.waves.first().pk,
            "job": Job.objects.filter(rollout=rollout, state="queued").first().key,
            "attribute": rollout.client.attributes.first().key,
            "open_import": self.unfinished.key,
            "site_import": SiteImport.objects.get(rollout=rollout, applied_at__isnull=False).key,
            "site": order.enrolment.site.key,
            "contact_site": contact.site.key,
            "contact": contact.pk,
            "sow": 1,
            "revision": 1,
            "step": Step.objects.filter(revision=revision).first().pk,
            "variation": Variation.objects.filter(revision=revision).first().pk,
            "packet": packet.pk,
            "hash": packet.hash,
            "order": order.number,
            "ready": WorkOrder.objects.filter(rollout=rollout, state="ready").first().number,
            "in_review": self._visits(VisitState.SUBMITTED).first().key,
            "coming": self._visits(VisitState.SCHEDULED).first().key,
            "on_site": self._visits(VisitState.ON_SITE).first().key,
            "technician": self.technician.pk,
            **self._estate(),
        }

    def _estate(self) -> dict[str, Any]:
        rollout, attachment = (
            self.rollout,
            Attachment.objects.filter(site__client=self.rollout.client).first(),
        )
        some = Enrolment.objects.filter(rollout=rollout).values_list("pk", flat=True)[:3]
        change = change_many(
            rollout=rollout,
            enrolment_ids=list(some),
            change=Change("priority", 7),
            by=rollout.pm,
            at=timezone.now(),
        )
        return {
            "blackout": Blackout.objects.filter(client=rollout.client).first().pk,
            "group": SiteGroup.objects.filter(client=rollout.client, parent__isnull=False).first().pk,
            "attachment": attachment.key,
            "attachment_site": attachment.site.key,
            "inquiry": Inquiry.objects.filter(rollout=rollout).first().key,
            "bulk": change.bulk_id,
            "view": SavedView.objects.filter(rollout=rollout, user=rollout.pm).first().key,
        }

    def link_of_a_contact(self) -> str:
        """Questions somebody at a site has not answered."""
        return site_links.link_to(Inquiry.objects.filter(rollout=self.rollout, answered_at=None).first())

    def link(self) -> str:
        """The link of the technician who is on site."""
        visit = self._visits(VisitState.ON_SITE).first()
        return links.link_for(visit, self.technician)

    def old_link(self) -> str:
        """A link whose time is over."""
        visit = self._visits(VisitState.DONE).filter(ends_at__lt=timezone.now() - timedelta(days=8)).first()
        return links.link_for(visit, visit.assignments.first().technician)
