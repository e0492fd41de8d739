"""A technician does a visit on a phone: by the link, through a dead spot, to the release."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from technicians import links
from technicians.choices import VisitState
from technicians.models import Visit
from tests import factories as make
from tests.browser.conftest import PHONE, Windows
from tests.people import assign
from workorders.choices import WorkOrderState
from workorders.models import Event, Evidence, Packet, WorkOrder

HERE = {"latitude": 47.6, "longitude": -122.3}
OFFLINE = r"ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED"


@pytest.fixture
def visit(cast, site) -> Visit:
    now = timezone.now()
    place = make.SiteFactory(client=cast.client, name="Lumen Pike Place", **HERE)
    order = make.WorkOrderFactory(
        enrolment__rollout=cast.rollout, enrolment__site=place, state=WorkOrderState.SCHEDULED
    )
    packet_of_everything(order)
    made = make.VisitFactory(
        work_order=order, starts_at=now - timedelta(minutes=5), ends_at=now + timedelta(hours=3)
    )
    assign(cast.technician_person, made, now)
    return made


def packet_of_everything(order: WorkOrder) -> Packet:
    """A packet that asks for evidence of every kind, in all three parts of a visit."""
    from workorders.packets.compile import compile_packet
    from workorders.packets.model import EvidenceSpec, PlanSpec, RolloutCard, SiteCard, StepSpec

    limits = {"unit": "dBm", "low": -67, "high": 0}
    steps = (
        StepSpec("pack", "prepare", "Pack the kit", "Two access points.", 5, evidence=(
            EvidenceSpec("kit", "confirmation", "The kit is complete"),
        )),
        StepSpec("mount", "install", "Mount the access point", "Use the T-bar clip.", 30, evidence=(
            EvidenceSpec("photo", "photo", "Access point, LED visible"),
            EvidenceSpec("serial", "serial", "Serial number", options={"pattern": "AP[0-9]{4}"}),
            EvidenceSpec("clip", "choice", "Clip used", options={"choices": ["T-bar", "Anchor"]}),
            EvidenceSpec("screws", "count", "Screws left over", options={"expected": 2}),
        )),
        StepSpec("signal", "test", "Measure the signal", "Stand at the counter.", 10, evidence=(
            EvidenceSpec("rssi", "reading", "Signal at the counter", options=limits),
            EvidenceSpec("note", "text", "Anything unusual", required=False),
        )),
        StepSpec("sign", "close_out", "Hand over", "Show it to the manager.", 5, evidence=(
            EvidenceSpec("manager", "signature", "Signature of the manager"),
        )),
    )  # fmt: skip
    site = order.enrolment.site
    compiled = compile_packet(
        PlanSpec(1, "Plan", steps),
        (),
        SiteCard(site.key, site.name, time_zone=site.time_zone),
        {},
        rollout=RolloutCard(order.rollout.client.name, order.rollout.name),
        work_order_number=order.number,
    )
    return Packet.objects.create(
        work_order=order,
        revision=make.PlanRevisionFactory(rollout=order.rollout),
        hash=compiled.fingerprint,
        content=compiled.content,
        words=compiled.words,
        work_minutes=compiled.work_minutes,
        compiled_at=make.NOW,
    )


@pytest.fixture
def phone(windows: Windows, cast, visit) -> Page:
    """The visit on a phone, opened by the link from the message."""
    page = windows.open(
        viewport=PHONE, has_touch=True, is_mobile=True, geolocation=HERE, permissions=["geolocation"]
    )
    page.goto(links.link_for(visit, cast.technician_person))
    expect(page.get_by_role("heading", name="Lumen Pike Place")).to_be_visible()
    page.get_by_role("button", name="Open my visit").tap()
    expect(page.locator("field-visit[data-ready]")).to_be_attached()
    assert "?t=" not in page.url
    return page


def answer(page: Page, place: str) -> Locator:
    """The controls of one piece of evidence, in sight."""
    found = page.locator(f"field-answer[data-place='{place}']")
    section = found.locator("xpath=ancestor::section").get_attribute("id")
    page.locator(f"[data-part='{section}']").tap()
    step = found.locator("xpath=ancestor::details")
    if step.get_attribute("open") is None:
        step.locator("summary").tap()
    return found


def says(found: Locator, words: str) -> None:
    expect(found.locator("[data-answer-state]")).to_have_text(words)


def twice(button: Locator) -> None:
    """The quickest double tap there is."""
    button.evaluate("(button) => { button.click(); button.click(); }")


def until(page: Page, holds: Callable[[], object]) -> None:
    """Wait for something the page itself does not show; what the browser tells meanwhile is heard."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        page.wait_for_timeout(50)


def picture() -> bytes:
    """A photo as a phone takes it: larger than is sent, and lying on its side."""
    photo = Image.effect_noise((2600, 1800), 60).convert("RGB")
    exif = photo.getexif()
    exif[0x0112] = 6  # turn right by a quarter
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=90, exif=exif)
    return buffer.getvalue()


def take_photo(found: Locator) -> None:
    found.locator("[data-file]").first.set_input_files(
        {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )


def sign(page: Page, found: Locator, name: str) -> None:
    found.get_by_role("button", name="Sign here").tap()
    found.get_by_label("Name of who signs").fill(name)
    box = found.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(box["x"] + 20 + 30 * step, box["y"] + 40 + 15 * (step % 2))
    page.mouse.up()
    found.get_by_role("button", name="Save signature").tap()


def check_in(page: Page) -> None:
    page.locator("[data-part='on-site']").tap()
    twice(page.get_by_role("button", name="Check in", exact=True).first)
    expect(page.locator("[data-check-in-text]")).to_contain_text("Checked in at")


def badge(page: Page) -> Locator:
    return page.locator("[data-sync-text]")


def test_a_visit_from_the_link_to_the_release(phone: Page, windows: Windows, visit: Visit):
    kit = answer(phone, "pack/kit")
    twice(kit.locator("[data-toggle]"))
    says(kit, "Sent")
    check_in(phone)
    expect(badge(phone)).to_have_text("All sent")
    windows.watch(phone).forgive(OFFLINE)
    phone.context.set_offline(True)
    without_signal(phone)
    assert Evidence.objects.filter(visit_key=visit.key).count() == 1, "nothing can have arrived"
    phone.context.set_offline(False)
    expect(badge(phone)).to_have_text("All sent")
    says(answer(phone, "mount/photo"), "Sent")
    signature = answer(phone, "sign/manager")
    sign(phone, signature, "Robin Keeper")
    says(signature, "Sent")
    twice(phone.get_by_role("button", name="Submit for release"))
    expect(phone.get_by_text("Waiting for release")).to_be_visible()
    expect(badge(phone)).to_have_text("All sent")
    arrived(visit)
    Visit.objects.filter(pk=visit.pk).update(state=VisitState.DONE)  # as the facilitator's release leaves it
    phone.reload()
    expect(phone.get_by_text("You are released")).to_be_visible()


def without_signal(page: Page) -> None:
    """Everything that is done on site, in the dead spot behind the counter."""
    photo = answer(page, "mount/photo")
    take_photo(photo)
    says(photo, "Saved on this phone, not sent yet")
    expect(photo.locator("[data-shown]")).to_be_visible()
    expect(badge(page)).to_have_text("1 not sent")
    serial = answer(page, "mount/serial")
    serial.locator("[data-field]").fill("AP0042")
    twice(serial.get_by_role("button", name="Save"))
    says(serial, "Saved on this phone, not sent yet")
    answer(page, "mount/clip").get_by_text("Anchor").tap()
    screws = answer(page, "mount/screws")
    for _ in range(2):
        screws.get_by_role("button", name="One more").tap()
    screws.get_by_role("button", name="Save").tap()
    says(screws, "Saved on this phone, not sent yet")
    signal = answer(page, "signal/rssi")
    signal.locator("[data-field]").fill("58")
    signal.get_by_role("button", name="Change the sign").tap()
    signal.get_by_role("button", name="Save").tap()
    says(signal, "Saved on this phone, not sent yet")
    expect(badge(page)).to_have_text("5 not sent")


def arrived(visit: Visit) -> None:
    """The server has every answer once, the photo upright and no larger than needed, and the visit waits in review."""
    visit.refresh_from_db()
    visit.work_order.refresh_from_db()
    assert (visit.state, visit.work_order.state) == (VisitState.SUBMITTED, WorkOrderState.IN_REVIEW)
    found = {one.spec_key: one for one in Evidence.objects.filter(visit_key=visit.key).select_related("file")}
    values = {key: one.value for key, one in found.items() if key != "photo"}
    assert values == {
        "kit": True,
        "serial": "AP0042",
        "clip": "Anchor",
        "screws": "2",
        "rssi": "-58",
        "manager": "Robin Keeper",
    }
    with found["photo"].file.content.open() as stored:
        content = stored.read()
    assert hashlib.sha256(content).hexdigest() == found["photo"].sha256
    assert Image.open(io.BytesIO(content)).size == (1385, 2000)
    told = [event.type for event in Event.objects.filter(visit_key=visit.key)]
    assert (told.count("checked_in"), told.count("submitted"), len(told)) == (1, 1, 9)


def test_a_reload_loses_nothing(phone: Page, windows: Windows, visit: Visit):
    """The server is away for a while: what is saved and what is half typed is still there after a reload."""
    check_in(phone)
    expect(badge(phone)).to_have_text("All sent")
    windows.watch(phone).forgive("ERR_FAILED")
    phone.route("**/events/", lambda route: route.abort())
    warned = []
    phone.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
    photo = answer(phone, "mount/photo")
    take_photo(photo)
    says(photo, "Saved on this phone, not sent yet")
    note = answer(phone, "signal/note")
    note.locator("[data-field]").type("Ladder was lo")
    says(note, "Not saved yet")
    phone.wait_for_timeout(600)  # the draft is kept a moment after the last letter
    phone.reload()
    expect(badge(phone)).to_have_text("1 not sent")
    assert warned == ["beforeunload"]
    expect(answer(phone, "signal/note").locator("[data-field]")).to_have_value("Ladder was lo")
    expect(answer(phone, "mount/photo").locator("[data-shown]")).to_be_visible()
    phone.unroute("**/events/")
    phone.locator("[data-sync]").tap()
    expect(phone.locator("[data-sync-list] li")).to_have_count(1)
    phone.get_by_role("button", name="Sync now").tap()
    expect(phone.get_by_text("The server has everything you recorded.")).to_be_visible()
    assert Evidence.objects.get(visit_key=visit.key, spec_key="photo").file is not None


def test_far_from_the_site_a_reason_is_asked_and_a_problem_reaches_the_team(phone: Page, visit: Visit):
    phone.context.set_geolocation({"latitude": 47.25, "longitude": -122.44})
    phone.locator("[data-part='on-site']").tap()
    phone.get_by_role("button", name="Check in", exact=True).first.tap()
    reason = phone.get_by_label("Your phone is")
    reason.fill("The entrance is at the back of the mall")
    phone.get_by_role("button", name="Check in from here").tap()
    expect(phone.locator("[data-check-in-text]")).to_contain_text("Checked in at")
    phone.get_by_role("button", name="Problem").tap()
    phone.get_by_label("The problem").fill("Nobody opens the door")
    twice(phone.get_by_role("button", name="Report"))
    until(phone, lambda: Event.objects.filter(type="problem_raised").exists())
    expect(badge(phone)).to_have_text("All sent")
    told = dict(Event.objects.filter(visit_key=visit.key).values_list("type", "data"))
    assert told["problem_raised"]["text"] == "Nobody opens the door"
    assert told["checked_in"]["reason"] == "The entrance is at the back of the mall"
    assert told["checked_in"]["distance_m"] > 30_000
    assert Event.objects.filter(type="problem_raised").count() == 1


def test_what_is_recorded_while_the_phone_asks_how_things_stand_goes_too(phone: Page):
    held: list[Route] = []
    answering: list[bool] = []
    phone.route("**/state/", lambda route: route.continue_() if answering else held.append(route))
    answer(phone, "pack/kit").locator("[data-toggle]").tap()
    until(phone, lambda: held)
    phone.get_by_role("button", name="Problem").tap()
    phone.get_by_label("The problem").fill("The kit is wet")
    phone.get_by_role("button", name="Report").tap()
    expect(badge(phone)).to_have_text("1 not sent")
    answering.append(True)
    for route in held:
        route.continue_()
    expect(badge(phone)).to_have_text("All sent")


def test_a_second_tab_does_not_write_a_second_story(phone: Page):
    other = phone.context.new_page()
    other.goto(phone.url)
    expect(other.get_by_text("This visit is open in another tab")).to_be_visible()
    expect(other.locator("[data-check-in-start]")).to_be_disabled()
    other.get_by_role("button", name="Go on here instead").click()
    expect(other.locator("[data-check-in-start]")).to_be_enabled()
    expect(phone.get_by_text("This visit is open in another tab")).to_be_visible()
