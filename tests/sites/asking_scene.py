"""A rollout whose sites lack facts, with people to ask: shared by the tests of questions to sites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core import mail
from django.urls import reverse

from rollout.tasks import run_job
from sites import actions, links
from sites.choices import AttributeKind
from sites.models import Attribute, Contact, Inquiry
from tests import factories as make

NOW = make.NOW
DAY = timedelta(days=1)


@dataclass
class Scene:
    """Three attributes, and sites of one rollout."""

    cast: Any
    ceiling: Attribute
    height: Attribute
    router: Attribute

    @property
    def facts(self) -> tuple[int, ...]:
        return (self.ceiling.pk, self.height.pk, self.router.pk)

    def place(
        self, *, email: str = "ann@example.test", phone: str = "", who: str = "Ann Lee", **site: Any
    ) -> Any:
        """Return the enrolment of a new site, with somebody to ask there unless `who` is empty."""
        place = make.EnrolmentFactory(
            rollout=self.cast.rollout, site=make.SiteFactory(client=self.cast.client, **site)
        )
        if who:
            make.ContactFactory(site=place.site, name=who, role="store manager", email=email, phone=phone)
        return place

    def wish(self, *places: Any, **more: Any) -> actions.Wish:
        fields = {"attributes": self.facts, **more}
        return actions.Wish(enrolments=tuple(place.pk for place in places), **fields)

    def ask(self, *places: Any, at: Any = NOW, by: Any = None, **more: Any) -> Any:
        """Ask as a worker would; returns the job."""
        job = actions.start_asking(
            rollout=self.cast.rollout, wish=self.wish(*places, **more), by=by or self.cast.pm, at=at
        )
        run_job(job.pk)
        job.refresh_from_db()
        return job

    def asked(self, **more: Any) -> Inquiry:
        """Return the inquiry of a new site whose contact was asked everything."""
        place = self.place()
        self.ask(place, **more)
        return Inquiry.objects.get(site=place.site)


def scene_of(cast: Any) -> Scene:
    """Build the scene."""
    common = {"client": cast.client}
    return Scene(
        cast,
        ceiling=make.AttributeFactory(
            **common, question="What ceiling is it?", translations={"de": "Welche Decke ist es?"}
        ),
        height=make.AttributeFactory(
            **common, key="height", label="Height", kind=AttributeKind.NUMBER, choices=[], unit="ft"
        ),
        router=make.AttributeFactory(
            **common, key="router", label="Router", kind=AttributeKind.TEXT, choices=[]
        ),
    )


def enter(client: Any, inquiry: Inquiry, lang: str = "en") -> str:
    """Open a link as its owner does: press the button; returns the address of the page."""
    inquiry.refresh_from_db()
    response = client.post(
        f"{reverse('sites:answers-open', args=[inquiry.key])}?lang={lang}", {"t": links.token_of(inquiry)}
    )
    assert response.status_code == 302, response.content.decode()[:400]
    return str(response["Location"])


def question(inquiry: Inquiry, attribute: Attribute) -> Any:
    """Return the question about an attribute."""
    return inquiry.questions.get(attribute=attribute)


def answers(inquiry: Inquiry, given: dict[Attribute, Any], **more: Any) -> dict[str, Any]:
    """Return what the form sends for some questions: text, or a dict of further fields."""
    data: dict[str, Any] = {"asked": [], **more}
    for attribute, value in given.items():
        pk = question(inquiry, attribute).pk
        data["asked"].append(str(pk))
        fields = value if isinstance(value, dict) else {"": value}
        data |= {f"q{pk}{f'-{name}' if name else ''}": one for name, one in fields.items()}
    return data


def link_in(message: mail.EmailMessage) -> str:
    """Return the path and query of the link in an e-mail."""
    line = next(line for line in str(message.body).splitlines() if "/open/?t=" in line)
    parts = urlsplit(line)
    assert parse_qs(parts.query)["t"]
    return f"{parts.path}?{parts.query}"


def contacts_of(place: Any) -> Any:
    """Return the contacts of a place's site."""
    return Contact.objects.filter(site=place.site)
