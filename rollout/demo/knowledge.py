"""What the demo's people know about the cafés, what they do not, whom they asked, and when nobody works."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import QuerySet

from rollout import actions as base_actions
from rollout.demo import pictures
from rollout.models import Rollout, User
from sites import actions
from sites.actions import answers, asking
from sites.actions.blackouts import BlackoutPlan
from sites.choices import GroupKind, InquiryKind
from sites.models import Attribute, AttributeValue, Enrolment, Inquiry, Site, SiteGroup
from sites.queries.asking import Person

REGIONS = {
    "West / Pacific Northwest": ("WA", "OR", "ID"),
    "West / California": ("CA", "NV"),
    "West / Mountain": ("AZ", "UT"),
    "Central / Plains": ("CO", "NM", "OK", "KS", "NE"),
    "Central / Texas": ("TX",),
    "Central / Lakes": ("MO", "IA", "MN", "WI", "IL", "TN"),
    "East / Great Lakes": ("KY", "IN", "MI", "OH", "PA", "NY"),
    "East / Coast": ("MD", "VA", "NC", "GA", "FL"),
}
FORMATS = ("Café", "Café / Drive-through", "Kiosk")
CEILING: dict[str, Any] = {
    "question": "What kind of ceiling is over the guest area?",
    "translations": {
        "es": "¿Qué tipo de techo hay sobre la zona de clientes?",
        "fr": "Quel type de plafond y a-t-il au-dessus de la salle ?",
        "de": "Welche Art von Decke ist über dem Gastraum?",
    },
    "hint": "Drop: light tiles in a metal grid. Hard: plaster or concrete. Open: you see pipes and ducts.",
    "wants_picture": True,
}
RACK: dict[str, Any] = {
    "question": "Is there a rack or cabinet for network gear?",
    "hint": "Usually in the back office.",
}
LANDLORD: dict[str, Any] = {
    "question": "Has the landlord agreed to cables above the ceiling?",
    "hint": "A yes in writing, not older than half a year.",
}


def sort_into_groups(rollout: Rollout, by: User, at: datetime) -> None:
    """Sort the cafés into regions by state and into formats by number."""
    regions = {path: _group(rollout, GroupKind.REGION, path, by, at) for path in REGIONS}
    formats = [_group(rollout, GroupKind.FORMAT, path, by, at) for path in FORMATS]
    sites = Site.objects.filter(enrolments__rollout=rollout)
    for path, states in REGIONS.items():
        sites.filter(region__in=states).update(territory=regions[path])
    members: list[list[int]] = [[] for _ in FORMATS]
    for number, pk in enumerate(sites.order_by("pk").values_list("pk", flat=True)):
        members[(0, 0, 0, 0, 1, 1, 2)[number % 7]].append(pk)
    for kind, found in zip(formats, members, strict=True):
        Site.objects.filter(pk__in=found).update(format=kind)


def _group(rollout: Rollout, kind: GroupKind, path: str, by: User, at: datetime) -> SiteGroup:
    outer, _, name = path.rpartition(" / ")
    parent = _group(rollout, kind, outer, by, at) if outer else None
    found: SiteGroup | None = SiteGroup.objects.filter(client=rollout.client, kind=kind, path=path).first()
    return found or actions.add_group(rollout=rollout, kind=kind, name=name, parent=parent, by=by, at=at)


def landlords(rollout: Rollout, by: User, at: datetime, now: datetime) -> None:
    """Landlords agreed long ago at some cafés, lately at most, and nobody knows at the newest."""
    attribute = actions.define_attribute(
        rollout=rollout, label="Landlord agreed", kind="yes_no", shelf_life_days=180, by=by, at=at, **LANDLORD
    )
    ids = list(_waiting(rollout).values_list("pk", flat=True))
    AttributeValue.objects.bulk_create(
        AttributeValue(
            site_id=pk,
            attribute=attribute,
            value=number % 19 != 3,
            source="pm",
            said_by=by,
            observed_on=(now - timedelta(days=320 if number % 11 == 2 else 40 + number)).date(),
            recorded_at=at,
        )
        for number, pk in enumerate(ids)
        if number % 13 != 5
    )


def _waiting(rollout: Rollout) -> QuerySet[Site]:
    """The cafés of the waves that are not over, in the order of the file."""
    late: QuerySet[Site] = Site.objects.filter(enrolments__rollout=rollout, enrolments__wave__number__gte=2)
    return late.order_by("pk")


def disagree(rollout: Rollout, by: User, at: datetime) -> None:
    """A facilitator was told another ceiling height than the list says."""
    height = Attribute.objects.get(client=rollout.client, key="ceiling-height")
    for number, site in enumerate(list(_waiting(rollout)[60:63])):
        actions.state_fact(
            site=site,
            attribute=height,
            value=16 + number,
            source="technician",
            said_by_name="Alarm fitter, on the phone",
            note="Measured from the ladder.",
            rollout=rollout,
            by=by,
            at=at,
        )


def different_days(rollout: Rollout, by: User, now: datetime) -> None:
    """Nobody works over the holidays; one region counts its stock; one café has its floor polished."""
    today = now.date()
    freeze = BlackoutPlan(today + timedelta(33), today + timedelta(42), "Holiday freeze")
    stock = BlackoutPlan(
        today + timedelta(12),
        today + timedelta(13),
        "Stocktaking",
        group=SiteGroup.objects.get(client=rollout.client, path="Central / Texas"),
    )
    for plan in (freeze, stock):
        actions.add_blackout(rollout=rollout, plan=plan, by=by, at=now)
    site = _waiting(rollout)[20]
    for first, hours, why in ((5, None, "Floor is polished"), (6, (time(23), time(4)), "Cleaners stay late")):
        day = today + timedelta(first)
        opens, closes = hours or (None, None)
        actions.set_exception(
            site=site, first=day, last=day, opens=opens, closes=closes, note=why, replace=True, rollout=rollout, by=by, at=now,
        )  # fmt: skip


def ask(rollout: Rollout, by: User, now: datetime) -> None:
    """Ask the cafés whose ceiling nobody knows; some have answered, one cannot tell, one café gets a survey."""
    at = now - timedelta(days=6)
    ceiling = Attribute.objects.get(client=rollout.client, key="ceiling")
    rack = Attribute.objects.get(client=rollout.client, key="has-rack")
    unknown = Enrolment.objects.filter(rollout=rollout).exclude(site__attribute_values__attribute=ceiling)
    ids = list(unknown.order_by("pk").values_list("pk", flat=True))
    wish = asking.Wish(
        tuple(ids[:-1]), (ceiling.pk,), note="We come at night; nobody has to stay.", send=False
    )
    asking.write_inquiries(rollout=rollout, wish=wish, by=by, at=at)
    surveyor = Person("Priya Nair", "priya.nair@northlight.example", "+1 555 555 0133")
    survey = asking.Wish(
        (ids[-1],), (ceiling.pk, rack.pk), kind=InquiryKind.SURVEY.value, send=False, person=surveyor, planned_on=(now + timedelta(days=4)).date(),
    )  # fmt: skip
    asking.write_inquiries(rollout=rollout, wish=survey, by=by, at=at)
    asked = list(Inquiry.objects.filter(rollout=rollout, kind=InquiryKind.CONTACT).order_by("pk"))
    Inquiry.objects.filter(pk__in=[one.pk for one in asked]).update(sent_at=at)
    said = (answers.Given("drop"), answers.Given("hard"), answers.Given("drop", remark="Only above the counter."), answers.Given(unknown=True, remark="I started last week."))  # fmt: skip
    for number, (inquiry, given) in enumerate(zip(asked, said, strict=False)):
        moment = at + timedelta(days=1, hours=number * 7)
        answers.open_inquiry(inquiry=inquiry, at=moment)
        question = inquiry.questions.get()
        answers.save_answers(inquiry=inquiry, given={question.pk: given}, language="en", name="", at=moment)
    for inquiry in asked[len(said) : len(said) + 2]:
        answers.open_inquiry(inquiry=inquiry, at=at + timedelta(days=2))


def keep_papers(rollout: Rollout, by: User, at: datetime) -> None:
    """Pictures of three cafés, as a surveyor would have sent them."""
    rack = Attribute.objects.get(client=rollout.client, key="has-rack")
    for number, site in enumerate(list(_waiting(rollout)[:3])):
        picture = pictures.photo("Rack in the back office", f"{site.key} {site.city}", seed=number)
        actions.attach(
            site=site, content=ContentFile(picture, name=f"rack-{site.key}.jpg"), rollout=rollout, by=by, at=at, title="Rack in the back office", attribute=rack,
        )  # fmt: skip


def keep_views(rollout: Rollout, by: User, at: datetime) -> None:
    """What the team looks at every morning."""
    views = (
        ("Facts missing", "missing=facts&cols=key,name,territory,wave,known,questions"),
        ("No place", "missing=place"),
    )
    for name, query in views:
        base_actions.save_view(
            rollout=rollout, page="sites:list", name=name, query=query, shared=True, by=by, at=at
        )
