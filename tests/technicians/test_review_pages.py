"""The pages of the phone and of review: who gets them, what they say, how many queries they take."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.urls import reverse
from PIL import Image

from rollout import files, previews
from rollout.models import AuditEntry
from technicians.actions import visits as actions
from technicians.choices import VisitState
from technicians.models import Visit
from technicians.queries import field as field_queries
from technicians.queries import review as queries
from tests import factories as make
from tests.people import assign
from tests.technicians.test_field import DURING, Phone
from workorders.actions import field
from workorders.choices import Verdict, WorkOrderState
from workorders.models import Event, Evidence
from workorders.tasks import make_preview


def a_visit(cast, **more):
    order = make.WorkOrderFactory(enrolment__rollout=cast.rollout, state=WorkOrderState.SCHEDULED)
    make.a_packet(order)
    return make.VisitFactory(work_order=order, **more)


@pytest.fixture
def visit(cast, time_machine):
    time_machine.move_to(DURING, tick=False)
    visit = a_visit(cast)
    assign(cast.technician_person, visit, make.NOW)
    return visit


@pytest.fixture
def phone(cast, as_user, visit):
    return Phone(as_user(cast.technician), visit)


@pytest.fixture
def submitted(phone, visit):
    phone.key = phone.do_everything()
    return phone


def sheet_url(visit):
    return reverse("technicians:review-visit", args=[visit.key])


def judge_url(evidence):
    return reverse("technicians:evidence-judge", args=[evidence.key])


# --- The phone --------------------------------------------------------------------------------------------------
def test_the_visit_page_shows_every_step_and_spec(phone, visit):
    page = phone.client.get(reverse("technicians:visit", args=[visit.key]))
    assert page.status_code == 200
    text = page.content.decode()
    for place in ("mount/photo", "mount/note", "signal/rssi"):
        assert f'data-place="{place}"' in text
    assert "{%" not in text


def test_the_visit_page_takes_a_bounded_number_of_queries(phone, visit, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        phone.client.get(reverse("technicians:visit", args=[visit.key]))


def test_my_visits_are_sorted_into_today_coming_and_done(cast, visit):
    later = a_visit(cast, starts_at=DURING + timedelta(days=3), ends_at=DURING + timedelta(days=3, hours=2))
    over = a_visit(
        cast,
        starts_at=DURING - timedelta(days=3),
        ends_at=DURING - timedelta(days=3, hours=-2),
        state=VisitState.DONE,
    )
    for each in (later, over):
        assign(cast.technician_person, each, make.NOW)
    found = field_queries.my_visits(cast.technician, now=DURING)
    assert {name: [v.pk for v in listed] for name, listed in found.items()} == {
        "today": [visit.pk], "coming": [later.pk], "done": [over.pk],
    }  # fmt: skip


def test_my_visits_page_does_not_grow_in_queries(cast, as_user, visit, django_assert_max_num_queries):
    for day in range(4, 9):
        moment = DURING + timedelta(days=day)
        assign(
            cast.technician_person,
            a_visit(cast, starts_at=moment, ends_at=moment + timedelta(hours=2)),
            make.NOW,
        )
    browser = as_user(cast.technician)
    with django_assert_max_num_queries(8):
        page = browser.get(reverse("technicians:my-visits"))
    assert page.content.decode().count('class="visit-card"') == 6


def test_a_problem_may_be_raised_before_check_in(phone):
    assert phone.statuses(phone.event("problem_raised", text="The door is locked")) == ["ok"]
    state = phone.client.get(reverse("technicians:visit-state", args=[phone.visit.key])).json()
    assert [problem["text"] for problem in state["problems"]] == ["The door is locked"]


def test_preparation_may_be_answered_before_check_in(phone, visit):
    packet = visit.work_order.packets.get()
    packet.content["phases"][0]["key"] = "prepare"
    packet.save()
    answer = phone.event("step_answered", step_key="mount", spec_key="note", value="Kit complete")
    assert phone.statuses(answer) == ["ok"]


@pytest.mark.parametrize("data", [{"text": "a\x00b"}, {"text": "x" * 30_000}, {"latitude": 1e400}])
def test_what_the_database_cannot_keep_is_refused_with_a_sentence(phone, data):
    body = json.dumps({"events": [phone.event("problem_raised", **data)]}).replace("Infinity", "1e400")
    url = reverse("technicians:visit-events", args=[phone.visit.key])
    answer = phone.client.post(url, body, content_type="application/json").json()["events"][0]
    assert (answer["status"], "cannot be read" in answer["sentence"]) == ("refused", True)
    assert not Event.objects.exists()


def test_a_late_answer_does_not_replace_an_accepted_one(submitted, visit, cast):
    evidence = Evidence.objects.get(spec_key="rssi")
    actions.judge(evidence=evidence, verdict=Verdict.ACCEPTED, reason="", by=cast.pf, at=DURING)
    late = submitted.event("step_answered", step_key="signal", spec_key="rssi", value="-90")
    assert submitted.statuses(late) == ["ok"]
    assert Evidence.objects.get(spec_key="rssi", replaced_at__isnull=True).value == "-58"
    assert Evidence.objects.get(value="-90").replaced_at == DURING


def test_without_a_packet_the_phone_is_told(cast, as_user, visit):
    visit.work_order.packets.update(superseded_at=DURING)
    browser = as_user(cast.technician)
    assert b"packet is not ready yet" in browser.get(reverse("technicians:visit", args=[visit.key])).content
    assert browser.get(reverse("technicians:visit-state", args=[visit.key])).status_code == 409
    assert browser.get(reverse("technicians:visit-pdf", args=[visit.key])).status_code == 404


# --- Small pictures ---------------------------------------------------------------------------------------------
def turned_jpeg(size=(3000, 2000)):
    kept = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    exif[0x010F] = "Camera"
    Image.new("RGB", size, "red").save(kept, "JPEG", exif=exif)
    kept.seek(0)
    return kept


def test_a_preview_is_small_upright_and_without_metadata():
    with Image.open(io.BytesIO(previews.preview_of(turned_jpeg()))) as small:
        assert (small.format, small.size) == ("JPEG", (853, 1280))
        assert not small.getexif()


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "HEIF"])
def test_a_preview_of_any_picture_is_a_jpeg(format_):
    kept = io.BytesIO()
    mode = "RGB" if format_ == "HEIF" else "RGBA"
    Image.new(mode, (200, 100)).save(kept, format_)
    with Image.open(io.BytesIO(previews.preview_of(kept))) as small:
        assert (small.format, small.size) == ("JPEG", (200, 100))


def test_transparent_becomes_white():
    kept = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(kept, "PNG")
    with Image.open(io.BytesIO(previews.preview_of(kept))) as small:
        assert small.getpixel((5, 5)) == (255, 255, 255)


def test_the_worker_keeps_one_preview_however_often_it_runs(submitted):
    evidence = Evidence.objects.get(key=submitted.key)
    make_preview(evidence.pk)
    make_preview(evidence.pk)
    first = Evidence.objects.get(pk=evidence.pk).preview
    assert first is not None
    assert first.media_type == "image/jpeg"
    assert type(first).objects.filter(name__endswith="-small.jpg").count() == 1


def test_a_picture_that_cannot_be_decoded_gets_no_preview(submitted, cast):
    evidence = Evidence.objects.get(key=submitted.key)
    evidence.file = files.store(
        b"\xff\xd8\xff broken",
        name="x.jpg",
        media_type="image/jpeg",
        rollout=cast.rollout,
        by=None,
        at=DURING,
    )
    evidence.save()
    assert field.make_preview(evidence=evidence, at=DURING).preview is None


def test_the_original_is_shown_until_there_is_a_preview(submitted, cast, as_user):
    url = reverse("technicians:evidence-preview", args=[submitted.key])
    browser = as_user(cast.pf)
    before = b"".join(browser.get(url).streaming_content)
    assert before == submitted.picture()
    make_preview(Evidence.objects.get(key=submitted.key).pk)
    assert b"".join(browser.get(url).streaming_content) != before


# --- Review -----------------------------------------------------------------------------------------------------
def test_the_queue_shows_who_waits_and_who_is_on_site(
    submitted, cast, as_user, django_assert_max_num_queries
):
    other = a_visit(cast, state=VisitState.ON_SITE, checked_in_at=DURING)
    browser = as_user(cast.pf)
    with django_assert_max_num_queries(14):
        page = browser.get(reverse("technicians:review", args=[cast.rollout.code])).content.decode()
    assert submitted.visit.work_order.number in page
    assert other.work_order.number in page


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_the_queue_can_be_taken_along(submitted, cast, as_user, format_):
    answer = as_user(cast.pf).get(
        reverse("technicians:review", args=[cast.rollout.code]), {"format": format_}
    )
    content = b"".join(answer.streaming_content)
    assert (submitted.visit.work_order.number.encode() in content) == (format_ == "csv")
    assert len(content) > 100


def test_an_empty_queue_says_why(cast, as_user):
    page = as_user(cast.pf).get(reverse("technicians:review", args=[cast.rollout.code])).content.decode()
    assert "Nobody is waiting" in page


def test_the_sheet_shows_evidence_remarks_place_and_problems(
    submitted, visit, cast, as_user, django_assert_max_num_queries
):
    submitted.send(
        submitted.event("problem_raised", text="Ceiling is hard"),
        submitted.event("checked_in", latitude=47.0, longitude=-122.0, accuracy=12, reason="Parked away"),
    )
    browser = as_user(cast.pf)
    with django_assert_max_num_queries(20):
        page = browser.get(sheet_url(visit)).content.decode()
    for told in (
        "Ceiling is hard",
        "Parked away",
        "-58 dBm",
        "Accept the rest and close",
        "km from the site",
    ):
        assert told in page


def test_judging_by_htmx_answers_with_the_item_and_the_new_numbers(submitted, cast, as_user):
    evidence = Evidence.objects.get(spec_key="rssi")
    answer = as_user(cast.pf).post(
        judge_url(evidence), {"verdict": "accepted"}, headers={"HX-Request": "true"}
    )
    text = answer.content.decode()
    assert f'id="evidence-{evidence.key}"' in text
    assert 'hx-swap-oob="true"' in text
    assert "accepted by" in text
    assert "<html" not in text


def test_a_quick_reason_and_own_words_become_one_sentence(submitted, cast, as_user):
    evidence = Evidence.objects.get(spec_key="rssi")
    reasons = {"verdict": "rejected", "quick": "Measure again.", "reason": "At the till."}
    as_user(cast.pf).post(judge_url(evidence), reasons)
    evidence.refresh_from_db()
    assert evidence.verdict_reason == "Measure again. At the till."


def test_rejecting_without_a_reason_says_so_and_changes_nothing(submitted, cast, as_user):
    evidence = Evidence.objects.get(spec_key="rssi")
    answer = as_user(cast.pf).post(
        judge_url(evidence), {"verdict": "rejected"}, headers={"HX-Request": "true"}
    )
    assert "Say what is wrong with it" in answer.content.decode()
    evidence.refresh_from_db()
    assert evidence.verdict == Verdict.OPEN


def test_an_answer_the_packet_no_longer_asks_for_is_still_judged(submitted, visit):
    Evidence.objects.filter(spec_key="rssi").update(spec_key="gone")
    steps = queries.sheet(visit, visit.work_order.packets.get())["steps"]
    assert [item.evidence.spec_key for item in steps[-1]["asked"]] == ["gone"]


def test_a_visit_without_a_packet_has_a_sheet_that_says_so(visit, cast, as_user):
    visit.work_order.packets.update(superseded_at=DURING)
    assert "This visit has no packet" in as_user(cast.pf).get(sheet_url(visit)).content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("pf", 200),
        ("pm", 200),
        ("admin", 200),
        ("client_viewer", 404),
        ("stranger_pm", 404),
        ("technician", 403),
        ("nobody", 404),
    ],
)
def test_who_may_review(submitted, cast, as_user, visit, who, status):
    browser = as_user(cast.roles[who])
    assert browser.get(sheet_url(visit)).status_code == status
    picture = browser.get(reverse("technicians:evidence-preview", args=[submitted.key]))
    assert picture.status_code == (200 if status == 200 else 404)
    picture.close()


# --- The panel of a work order ----------------------------------------------------------------------------------
def test_the_panel_lists_visits(cast, as_user, visit, django_assert_max_num_queries):
    browser = as_user(cast.pm)
    with django_assert_max_num_queries(12):
        page = browser.get(
            reverse("technicians:order-panel", args=[visit.work_order.number])
        ).content.decode()
    assert cast.technician_person.name in page
    assert "?t=" not in page


@pytest.mark.parametrize(("state", "checked_in", "offered"), [
    ("scheduled", False, True), ("confirmed", False, True), ("on_site", True, False), ("done", True, False),
])  # fmt: skip
def test_the_panel_leads_to_moving_a_visit_until_somebody_is_there(
    cast, as_user, visit, state, checked_in, offered
):
    Visit.objects.filter(pk=visit.pk).update(state=state, checked_in_at=make.NOW if checked_in else None)
    page = as_user(cast.pm).get(reverse("technicians:order-panel", args=[visit.work_order.number]))
    link = f'href="{reverse("technicians:visit-edit", args=[visit.key])}"'
    assert (link in page.content.decode()) is offered


def test_the_panel_leads_to_booking_a_ready_work_order(cast, as_user):
    order = make.WorkOrderFactory(enrolment__rollout=cast.rollout, state="ready")
    page = as_user(cast.pm).get(reverse("technicians:order-panel", args=[order.number])).content.decode()
    assert reverse("technicians:visit-book", args=[order.number]) in page
    type(order).objects.filter(pk=order.pk).update(state="planned")
    page = as_user(cast.pm).get(reverse("technicians:order-panel", args=[order.number])).content.decode()
    assert reverse("technicians:visit-book", args=[order.number]) not in page


def test_the_link_is_shown_on_request_and_that_is_written_down(cast, as_user, visit):
    url = reverse("technicians:visit-link", args=[visit.key, cast.technician_person.pk])
    browser = as_user(cast.pm)
    assert browser.get(url).status_code == 405
    assert "?t=" in browser.post(url).content.decode()
    assert (
        AuditEntry.objects.filter(type="technicians.link.shown", by=cast.pm, rollout=cast.rollout).count()
        == 1
    )


def test_no_link_for_somebody_who_is_not_booked(cast, as_user, visit):
    url = reverse("technicians:visit-link", args=[visit.key, cast.other_technician_person.pk])
    assert as_user(cast.pm).post(url).status_code == 404


def test_a_team_member_gets_a_sentence_instead_of_a_link(cast, as_user, visit):
    make.member(cast.technician, cast.rollout)
    page = as_user(cast.pm).post(
        reverse("technicians:visit-link", args=[visit.key, cast.technician_person.pk])
    )
    assert "team account" in page.content.decode()


@pytest.mark.parametrize("who", ["client_viewer", "stranger_pm", "technician", "nobody"])
def test_strangers_get_neither_panel_nor_link(cast, as_user, visit, who):
    browser = as_user(cast.roles[who])
    assert browser.get(reverse("technicians:order-panel", args=[visit.work_order.number])).status_code in (
        403,
        404,
    )
    url = reverse("technicians:visit-link", args=[visit.key, cast.technician_person.pk])
    assert browser.post(url).status_code in (403, 404)
