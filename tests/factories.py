"""Makes rows for tests; every default is believable."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time, timedelta

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory
from PIL import Image

from rollout import models as base
from rollout.choices import Role
from sites import models as estate
from sites.choices import AttributeKind, GroupKind, PlacePrecision
from technicians import models as people
from workorders import models as work
from workorders.choices import EvidenceKind, Phase

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = base.User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.test")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.PostGenerationMethodCall("set_password", "correct horse battery")

    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        instance.save()


class ClientFactory(DjangoModelFactory):
    class Meta:
        model = base.Client

    name = factory.Sequence(lambda n: f"Client {n}")
    code = factory.Sequence(lambda n: f"client-{n}")


class RolloutFactory(DjangoModelFactory):
    class Meta:
        model = base.Rollout

    client = factory.SubFactory(ClientFactory)
    name = factory.Sequence(lambda n: f"Guest Wi-Fi {n}")
    code = factory.Sequence(lambda n: f"wifi-{n}")
    pm = factory.SubFactory(UserFactory)
    starts_on = date(2026, 11, 23)
    ends_on = date(2026, 12, 18)
    support_phone = "+1 206 555 0100"


class OutcomeFactory(DjangoModelFactory):
    class Meta:
        model = base.CustomerOutcome

    rollout = factory.SubFactory(RolloutFactory)
    statement = "Guests are online within 10 seconds"
    measure = "median seconds from join to first page"
    unit = "s"
    baseline = 48
    target = 10


class WaveFactory(DjangoModelFactory):
    class Meta:
        model = base.Wave

    rollout = factory.SubFactory(RolloutFactory)
    number = factory.Sequence(lambda n: n)
    name = "Pacific"
    starts_on = date(2026, 11, 23)
    ends_on = date(2026, 12, 4)


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = estate.Site

    client = factory.SubFactory(ClientFactory)
    key = factory.Sequence(lambda n: f"{n:04d}")
    name = factory.LazyAttribute(lambda site: f"Store {site.key}")
    street = "3033 Vintage Blvd"
    city = "Juneau"
    region = "AK"
    postal_code = "99801"
    country = "US"
    latitude = factory.Sequence(lambda n: 47.0 + (n % 50) / 100)
    longitude = factory.Sequence(lambda n: -122.0 - (n % 50) / 100)
    precision = PlacePrecision.EXACT
    time_zone = "America/Los_Angeles"


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = estate.Contact

    site = factory.SubFactory(SiteFactory)
    name = "Store manager"
    role = "Manager"
    phone = "+1 907 555 0101"


class EnrolmentFactory(DjangoModelFactory):
    class Meta:
        model = estate.Enrolment

    rollout = factory.SubFactory(RolloutFactory)
    site = factory.SubFactory(SiteFactory, client=factory.SelfAttribute("..rollout.client"))
    enrolled_at = NOW


def nightly_access(site: estate.Site, opens: time = time(21), closes: time = time(5)) -> None:
    """Give a site the same window on every day of the week."""
    estate.AccessWindow.objects.bulk_create(
        estate.AccessWindow(site=site, weekday=day, opens=opens, closes=closes) for day in range(7)
    )


class SiteGroupFactory(DjangoModelFactory):
    class Meta:
        model = estate.SiteGroup

    client = factory.SubFactory(ClientFactory)
    kind = GroupKind.REGION
    name = factory.Sequence(lambda n: f"Region {n}")
    path = factory.LazyAttribute(
        lambda group: f"{group.parent.path} / {group.name}" if group.parent else group.name
    )
    parent = None


class BlackoutFactory(DjangoModelFactory):
    class Meta:
        model = estate.Blackout

    client = factory.SubFactory(ClientFactory)
    starts_on = date(2026, 11, 26)
    ends_on = date(2026, 11, 29)
    reason = "Black Friday freeze"
    created_at = NOW


class AccessExceptionFactory(DjangoModelFactory):
    class Meta:
        model = estate.AccessException

    site = factory.SubFactory(SiteFactory)
    on = date(2026, 12, 24)
    note = "Christmas Eve"


class AttributeFactory(DjangoModelFactory):
    class Meta:
        model = estate.Attribute

    client = factory.SubFactory(ClientFactory)
    key = "ceiling"
    label = "Ceiling"
    kind = AttributeKind.CHOICE
    choices = ["drop", "hard"]


class SowFactory(DjangoModelFactory):
    class Meta:
        model = work.StatementOfWork

    rollout = factory.SubFactory(RolloutFactory)
    version = 1
    title = "Wi-Fi deployment"
    word_count = 100
    uploaded_by = factory.SubFactory(UserFactory)
    uploaded_at = NOW
    file = factory.LazyAttribute(
        lambda sow: base.StoredFile.objects.create(
            rollout=sow.rollout,
            name="sow.md",
            media_type="text/markdown",
            size=3,
            sha256="0" * 64,
            content="00/0",
            stored_at=NOW,
        )
    )


class PlanRevisionFactory(DjangoModelFactory):
    class Meta:
        model = work.PlanRevision

    rollout = factory.SubFactory(RolloutFactory)
    number = 1
    created_at = NOW


class StepFactory(DjangoModelFactory):
    class Meta:
        model = work.Step

    revision = factory.SubFactory(PlanRevisionFactory)
    key = factory.Sequence(lambda n: f"step-{n}")
    phase = Phase.INSTALL
    position = factory.Sequence(lambda n: n)
    title = "Mount the access point"
    instructions = "Use the T-bar clip and leave a service loop of 3 to 5 feet."
    minutes = 30


class EvidenceSpecFactory(DjangoModelFactory):
    class Meta:
        model = work.EvidenceSpec

    step = factory.SubFactory(StepFactory)
    key = factory.Sequence(lambda n: f"photo-{n}")
    kind = EvidenceKind.PHOTO
    label = "Access point on the ceiling, LED visible"


class WorkOrderFactory(DjangoModelFactory):
    class Meta:
        model = work.WorkOrder

    enrolment = factory.SubFactory(EnrolmentFactory)
    rollout = factory.SelfAttribute("enrolment.rollout")
    number = factory.LazyAttribute(
        lambda order: f"{order.rollout.code}-{order.enrolment.site.key}".upper().replace("/", "-")
    )
    accountable = factory.SelfAttribute("rollout.pm")
    accountable_since = NOW
    state_since = NOW
    created_at = NOW


class ProviderFactory(DjangoModelFactory):
    class Meta:
        model = people.Provider

    name = factory.Sequence(lambda n: f"Provider {n}")


class TechnicianFactory(DjangoModelFactory):
    class Meta:
        model = people.Technician

    provider = factory.SubFactory(ProviderFactory)
    code = factory.Sequence(lambda n: f"T{n:03d}")
    name = factory.Sequence(lambda n: f"Technician {n}")
    latitude = 47.2
    longitude = -122.2
    time_zone = "America/Los_Angeles"


def nightly_shifts(technician: people.Technician, starts: time = time(20), ends: time = time(6)) -> None:
    """Give a technician the same shift on every day of the week."""
    people.Shift.objects.bulk_create(
        people.Shift(technician=technician, weekday=day, starts=starts, ends=ends) for day in range(7)
    )


class VisitFactory(DjangoModelFactory):
    class Meta:
        model = people.Visit

    work_order = factory.SubFactory(WorkOrderFactory)
    number = 1
    starts_at = NOW + timedelta(hours=14)
    ends_at = NOW + timedelta(hours=17)
    created_at = NOW


def member(user: base.User, rollout: base.Rollout, role: str = Role.PM) -> base.Membership:
    """Put somebody on a rollout's team."""
    return base.Membership.objects.create(user=user, client=rollout.client, rollout=rollout, role=role)


def a_packet(order: work.WorkOrder, *, pdf: bool = True) -> work.Packet:
    """Compile a real packet of two steps for a work order: a photo and a reading, both required, and an optional note."""
    from workorders.packets.compile import compile_packet
    from workorders.packets.model import EvidenceSpec, PlanSpec, RolloutCard, SiteCard, StepSpec

    site = order.enrolment.site
    steps = (
        StepSpec("mount", "install", "Mount the access point", "Use the T-bar clip.", 30, evidence=(
            EvidenceSpec("photo", "photo", "Access point, LED visible"),
            EvidenceSpec("note", "text", "Anything unusual", required=False),
        )),
        StepSpec("signal", "test", "Measure the signal", "Stand at the counter.", 10, evidence=(
            EvidenceSpec("rssi", "reading", "Signal at the counter", options={"unit": "dBm", "low": -67, "high": 0}),
        )),
    )  # fmt: skip
    compiled = compile_packet(
        PlanSpec(1, "Plan", steps),
        (),
        SiteCard(site.key, site.name, time_zone=site.time_zone),
        {},
        rollout=RolloutCard(order.rollout.client.name, order.rollout.name),
        work_order_number=order.number,
    )
    revision, _ = work.PlanRevision.objects.get_or_create(
        rollout=order.rollout, number=1, defaults={"created_at": NOW}
    )
    stored = None
    if pdf:
        from rollout import files

        stored = files.store(
            b"%PDF-1.7 test",
            name="p.pdf",
            media_type="application/pdf",
            rollout=order.rollout,
            by=None,
            at=NOW,
        )
    return work.Packet.objects.create(
        work_order=order,
        revision=revision,
        hash=compiled.fingerprint,
        content=compiled.content,
        words=compiled.words,
        work_minutes=compiled.work_minutes,
        compiled_at=NOW,
        pdf=stored,
        pages=1 if pdf else None,
        rendered_at=NOW if pdf else None,
    )


class AttributeValueFactory(DjangoModelFactory):
    class Meta:
        model = estate.AttributeValue

    site = factory.SubFactory(SiteFactory)
    attribute = factory.SubFactory(AttributeFactory, client=factory.SelfAttribute("..site.client"))
    value = "drop"
    source = "pm"
    observed_on = date(2026, 11, 1)
    recorded_at = NOW


def a_picture(size: tuple[int, int] = (64, 48), *, name: str = "IMG_0001.jpg", **how) -> ContentFile:
    """A picture as somebody uploads it; `how` goes to the encoder."""
    kept = io.BytesIO()
    Image.new("RGB", size, "teal").save(kept, "JPEG", **how)
    return ContentFile(kept.getvalue(), name=name)


def an_attachment(site: estate.Site, *, rollout: base.Rollout, by: base.User | None) -> estate.Attachment:
    """A picture on a site, its preview made."""
    from sites.actions import attachments

    made = attachments.attach(
        site=site, content=a_picture(), title="Back office", rollout=rollout, by=by, at=NOW
    )
    return attachments.make_preview(attachment=made, at=NOW)
