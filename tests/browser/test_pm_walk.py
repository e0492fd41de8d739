"""A project manager's first day in the browser: from signing in to packets that are issued, with a real worker."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from rollout.models import User
from tests.browser.conftest import Windows
from workorders.models import Clause, Packet, Step, WorkOrder

pytestmark = pytest.mark.worker
PASSWORD = "correct horse battery"

# Two columns have names one has to say the meaning of, one number is there twice.
SITES = """Store,Moniker,Address,Town,State,Zip,Lat,Lon,Ceiling
1001,Bean Pike Place,1 Pike St,Seattle,WA,98101,47.609,-122.340,drop
1002,Bean Ballard,20 Market St,Seattle,WA,98107,47.668,-122.384,hard
1003,Bean Tacoma,5 Pacific Ave,Tacoma,WA,98402,47.252,-122.441,
1001,Bean Nowhere,9 Lost Rd,Kent,WA,98030,47.38,-122.23,drop
"""
SOW = """# Guest Wi-Fi

## Work
1. Mount the access point above the counter and take a photo of it.
2. Measure the signal at the counter.

## Terms
- Invoices are sent monthly.
"""


def test_from_signing_in_to_issued_packets(windows: Windows, worker):
    User.objects.create_user("pm@x.example", PASSWORD, name="Pat", may_start_rollouts=True)
    worker.start()
    page = windows.open()
    sign_in(page)
    make_rollout(page)
    import_sites(page)
    decide_clauses(page)
    vary(page)
    publish(page)
    generate_packets(page)


def sign_in(page: Page) -> None:
    page.goto("/")
    page.get_by_label("E-mail address").fill("pm@x.example")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_have_value("pm@x.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="No client yet")).to_be_visible()


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)


def make_rollout(page: Page) -> None:
    page.get_by_role("link", name="Make a client").click()
    fill(page, name="Bean Street")
    page.get_by_role("button", name="Make the client").click()
    fill(page, name="Guest Wi-Fi", code="bean-wifi", support_phone="+1 206 555 0100")
    page.get_by_role("button", name="Make the rollout").dblclick()
    fill(page, statement="Guests are online at once", measure="seconds", unit="s", baseline="40", target="5")
    page.get_by_role("button", name="Save the outcome").click()
    expect(page.get_by_role("link", name="Guests are online at once")).to_be_visible()


def give(page: Page, name: str, text: str) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
    )
    expect(page.locator("ui-upload")).to_contain_text(name)


def finish_job(page: Page) -> None:
    """Watch the progress of long work until its page offers to go on, without loading it again."""
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))
    page.get_by_role("link", name="Continue").click(timeout=180_000)


def import_sites(page: Page) -> None:
    page.goto("/r/bean-wifi/")
    page.get_by_role("link", name="Import the sites").click()
    give(page, "stores.csv", SITES)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Match the columns")).to_be_visible()
    page.get_by_role("radio", name=re.compile("^One column")).check()
    choose(page, "Column with the site code", "Store")
    page.locator("summary", has_text="not in").click()
    choose(page, "Name", "Moniker")
    expect(page.get_by_text("Bean Pike Place")).to_be_visible()
    page.get_by_label("Ceiling", exact=True).check()
    page.get_by_role("button", name="Check all 4 records").click()
    finish_job(page)
    nowhere = page.get_by_role("row").filter(has_text="Bean Nowhere")
    expect(nowhere).to_contain_text("Only the earlier row lands")
    page.get_by_role("button", name="Apply 3 records").dblclick()
    finish_job(page)
    page.get_by_role("link", name="See the sites").click()
    for name in ("Bean Pike Place", "Bean Ballard", "Bean Tacoma"):
        expect(page.get_by_role("cell", name=name, exact=True)).to_be_visible()
    expect(page.locator("tbody [data-row]")).to_have_count(3)


def choose(page: Page, field: str, column: str) -> None:
    """Say which column of the file a field is taken from."""
    select = page.get_by_label(field, exact=True)
    value = select.locator("option").filter(has_text=column).get_attribute("value")
    select.select_option(value)


def decide_clauses(page: Page) -> None:
    """By keyboard alone: accept, accept, set aside with a reason, undo and redo."""
    page.get_by_role("link", name="Statement of work").first.click()
    give(page, "sow.md", SOW)
    page.get_by_role("button", name="Read it").click()
    coverage = page.locator("#coverage")
    expect(coverage).to_contain_text("0 of 3")
    current = page.locator("[data-row][data-current]")
    page.keyboard.press("j")
    expect(current).to_contain_text("Mount the access point")
    page.keyboard.press("a")
    expect(coverage).to_contain_text("1 of 3")
    expect(current).to_contain_text("Measure the signal")
    page.keyboard.press("a")
    expect(coverage).to_contain_text("2 of 3")
    expect(current).to_contain_text("Invoices")
    page.keyboard.press("u")
    expect(coverage).to_contain_text("1 of 3")
    expect(current).to_contain_text("Measure the signal")
    page.keyboard.press("a")
    expect(coverage).to_contain_text("2 of 3")
    expect(current).to_contain_text("Invoices")
    page.keyboard.press("s")
    page.get_by_label("Why does it ask nothing of the technician?").fill("Commercial")
    page.keyboard.press("Enter")
    expect(coverage).to_contain_text("3 of 3")
    assert Step.objects.count() == 2
    assert Clause.objects.get(text__startswith="Invoices").set_aside_reason == "Commercial"


def vary(page: Page) -> None:
    """Hard ceilings take longer; the sentence and its reach are there before it is saved."""
    page.get_by_role("link", name="Variations").first.click()
    page.get_by_role("link", name=re.compile("variation", re.I)).and_(page.locator(".btn")).first.click()
    if not page.locator("[name=when-0-attribute]").count():
        page.get_by_role("button", name="Add a condition").click()
    page.locator("[name=when-0-attribute]").select_option("ceiling")
    page.locator("[name=when-0-op]").select_option("is")
    value = page.locator("[name=when-0-value]")
    expect(value).to_be_editable()
    page.locator("#id_effect").select_option("set_minutes")
    minutes = page.get_by_label("Minutes", exact=True)
    expect(minutes).to_be_visible()
    if value.evaluate("(field) => field.localName") == "select":
        value.select_option("hard")
    else:
        value.fill("hard")
    page.get_by_label("Step of the plan").select_option(Step.objects.get(title__startswith="Mount").key)
    minutes.fill("55")
    fill(page, name="Hard ceilings take longer", reason="Four anchors")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("Holds at 1 site")
    expect(preview).to_contain_text("unknown at 1")
    page.get_by_role("button", name="Save the variation").click()
    expect(page.get_by_role("link", name="Hard ceilings take longer").first).to_be_visible()


def publish(page: Page) -> None:
    page.goto("/r/bean-wifi/plan/publish/")
    expect(page.get_by_text("Every clause is traced or set aside")).to_be_visible()
    page.get_by_role("button", name="Publish revision 1").dblclick()
    expect(page.get_by_role("heading", name="Packets").first).to_be_visible()
    assert WorkOrder.objects.count() == 3


def generate_packets(page: Page) -> None:
    page.goto("/r/bean-wifi/packets/")
    page.get_by_role("button", name="Generate packets").click()
    expect(page.get_by_role("progressbar").first).to_be_visible()
    finish_job(page)
    expect(page.locator(".stats")).to_contain_text(re.compile(r"Issued\s*2"))
    blocked = page.get_by_role("row").filter(has_text="Bean Tacoma")
    expect(blocked).to_contain_text("Ceiling")
    hard = Packet.objects.get(work_order__enrolment__site__key="1002")
    page.get_by_role("link", name=hard.work_order.number).click()
    expect(page.locator("#main")).to_contain_text("Mount the access point")
    answer = page.request.get(f"/packets/{hard.pk}.pdf")
    assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")
