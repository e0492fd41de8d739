"""What the phone sends arrives once, in order, and nothing is lost."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from rollout.models import AuditEntry
from technicians import links
from technicians.actions import visits as actions
from technicians.choices import VisitState
from tests import factories as make
from tests.people import assign
from workorders.choices import Verdict, WorkOrderState
from workorders.models import Event, Evidence

DURING = make.NOW + timedelta(hours=14, minutes=5)


@pytest.fixture
def visit(cast, time_machine):
    time_machine.move_to(DURING, tick=False)
    order = make.WorkOrderFactory(enrolment__rollout=cast.rollout, state=WorkOrderState.SCHEDULED)
    make.a_packet(order)
    visit = make.VisitFactory(work_order=order)
    assign(cast.technician_person, visit, make.NOW)
    return visit


@pytest.fixture
def phone(cast, as_user, visit):
    return Phone(as_user(cast.technician), visit)


class Phone:
    """A phone that remembers what it sent."""

    def __init__(self, client, visit):
        self.client, self.visit, self.sequence = client, visit, 0

    def event(self, type_, **data):
        self.sequence += 1
        return {
            "id": str(uuid.uuid4()),
            "type": type_,
            "device": "phone-1",
            "sequence": 0 if type_ == "checked_in" else self.sequence,  # a phone writes it first
            "device_at": DURING.isoformat(),
            "data": data,
        }

    def send(self, *events):
        url = reverse("technicians:visit-events", args=[self.visit.key])
        return self.client.post(url, json.dumps({"events": events}), content_type="application/json")

    def statuses(self, *events):
        return [answer["status"] for answer in self.send(*events).json()["events"]]

    def picture(self, colour="red"):
        buffer = io.BytesIO()
        Image.new("RGB", (40, 30), colour).save(buffer, "JPEG")
        return buffer.getvalue()

    def photo_event(self, content, key=None):
        key = key or str(uuid.uuid4())
        digest = hashlib.sha256(content).hexdigest()
        return key, self.event(
            "photo_attached", step_key="mount", spec_key="photo", evidence_key=key, sha256=digest
        )

    def upload(self, key, content, name="p.jpg"):
        url = reverse("technicians:visit-file", args=[self.visit.key, key])
        return self.client.post(url, {"file": SimpleUploadedFile(name, content)})

    def do_everything(self):
        content = self.picture()
        key, photo = self.photo_event(content)
        reading = self.event("step_answered", step_key="signal", spec_key="rssi", value="-58")
        assert self.statuses(self.event("checked_in"), photo, reading) == ["ok", "ok", "ok"]
        assert self.upload(key, content).status_code == 200
        assert self.statuses(self.event("submitted")) == ["ok"]
        return key


def test_check_in_answer_photo_submit_leads_to_review(phone, visit, cast):
    phone.do_everything()
    visit.refresh_from_db()
    visit.work_order.refresh_from_db()
    assert (visit.state, visit.work_order.state) == (VisitState.SUBMITTED, WorkOrderState.IN_REVIEW)
    assert AuditEntry.objects.filter(type="workorders.work_order.on_site", by=cast.technician).exists()


def test_sending_the_same_event_again_changes_nothing(phone):
    event = phone.event("checked_in")
    assert phone.statuses(event) == ["ok"]
    assert phone.statuses(event) == ["same"]
    assert Event.objects.count() == 1


def test_the_same_id_with_other_content_is_kept_as_a_conflict_once(phone):
    phone.send(phone.event("checked_in"))
    event = phone.event("step_answered", step_key="signal", spec_key="rssi", value="-58")
    phone.send(event)
    other = {**event, "data": {**event["data"], "value": "-80"}}
    assert phone.statuses(other) == ["conflict"]
    assert phone.statuses(other) == ["conflict"]
    assert Event.objects.filter(conflicts_with_id=event["id"]).count() == 1
    assert Evidence.objects.get(spec_key="rssi").value == "-58"


def test_events_of_one_batch_are_taken_in_sequence(phone, visit):
    checked_in, answer = (
        phone.event("checked_in"),
        phone.event("step_answered", step_key="signal", spec_key="rssi", value="1"),
    )
    answers = {a["id"]: a["status"] for a in phone.send(answer, checked_in).json()["events"]}
    assert set(answers.values()) == {"ok"}


def test_work_before_check_in_is_refused_and_says_so(phone):
    answer = phone.send(phone.event("step_answered", step_key="signal", spec_key="rssi", value="-58")).json()[
        "events"
    ][0]
    assert (answer["status"], "Check in first" in answer["sentence"]) == ("refused", True)
    assert not Event.objects.exists()


def test_submitting_with_something_missing_lists_it(phone, visit):
    answers = phone.send(phone.event("checked_in"), phone.event("submitted")).json()["events"]
    assert answers[1]["status"] == "refused"
    assert "Mount the access point: Access point, LED visible" in answers[1]["sentence"]
    visit.refresh_from_db()
    assert visit.state == VisitState.ON_SITE


def test_a_visit_is_not_complete_until_the_bytes_arrived(phone):
    content = phone.picture()
    key, photo = phone.photo_event(content)
    reading = phone.event("step_answered", step_key="signal", spec_key="rssi", value="-58")
    phone.send(phone.event("checked_in"), photo, reading)
    assert phone.statuses(phone.event("submitted")) == ["refused"]
    phone.upload(key, content)
    assert phone.statuses(phone.event("submitted")) == ["ok"]


def test_uploading_twice_keeps_one_file(phone):
    content = phone.picture()
    key, photo = phone.photo_event(content)
    phone.send(phone.event("checked_in"), photo)
    first, second = phone.upload(key, content), phone.upload(key, content)
    assert first.json() == second.json()
    assert Evidence.objects.filter(file__isnull=False).count() == 1


def test_other_bytes_than_announced_are_refused(phone):
    key, photo = phone.photo_event(phone.picture())
    phone.send(phone.event("checked_in"), photo)
    assert phone.upload(key, phone.picture("blue")).status_code == 422


def test_a_file_nobody_announced_waits_for_its_event(phone):
    phone.send(phone.event("checked_in"))
    assert phone.upload(str(uuid.uuid4()), phone.picture()).status_code == 409


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"MZ\x90\x00", b"%PDF-1.7"])
def test_what_is_no_picture_is_refused(phone, content):
    key, photo = phone.photo_event(content or b"x")
    phone.send(phone.event("checked_in"), photo)
    assert phone.upload(key, content).status_code == 415


def test_a_reading_outside_its_limits_is_kept_and_remarked(phone):
    answer = phone.event("step_answered", step_key="signal", spec_key="rssi", value="-80")
    phone.send(phone.event("checked_in"), answer)
    assert Evidence.objects.get(spec_key="rssi").remarks == ["-80 dBm is below the limit of -67 dBm."]


def test_the_same_picture_at_another_site_is_remarked(phone, cast, visit):
    content = phone.picture()
    other = make.WorkOrderFactory(enrolment__rollout=cast.rollout)
    make.VisitFactory(work_order=other)
    Evidence.objects.create(
        work_order=other, visit_key=uuid.uuid4(), step_key="mount", spec_key="photo", kind="photo", label="x",
        sha256=hashlib.sha256(content).hexdigest(), taken_at=make.NOW, taken_by=cast.technician,
    )  # fmt: skip
    key, photo = phone.photo_event(content)
    phone.send(phone.event("checked_in"), photo)
    phone.upload(key, content)
    assert f"sent for {other.number}" in Evidence.objects.get(key=key).remarks[0]


def test_a_later_answer_replaces_an_earlier_one(phone):
    phone.send(phone.event("checked_in"))
    for value in ("-58", "-60"):
        phone.send(phone.event("step_answered", step_key="signal", spec_key="rssi", value=value))
    assert Evidence.objects.get(spec_key="rssi", replaced_at__isnull=True).value == "-60"
    assert Evidence.objects.count() == 2


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"events": 1}', '{"events": [1, {"id": "x"}]}', '{"events": [{"type": "sudo"}]}', "{"],
)
def test_nonsense_is_answered_and_changes_nothing(phone, body):
    url = reverse("technicians:visit-events", args=[phone.visit.key])
    answer = phone.client.post(url, body, content_type="application/json")
    assert answer.status_code in (200, 400)
    assert not Event.objects.exists()


def test_a_spec_the_packet_does_not_have_is_refused(phone):
    phone.send(phone.event("checked_in"))
    assert phone.statuses(phone.event("step_answered", step_key="nope", spec_key="rssi", value="1")) == [
        "refused"
    ]


def test_checking_in_days_early_is_refused(phone, visit):
    visit.starts_at += timedelta(days=3)
    visit.ends_at += timedelta(days=3)
    visit.save()
    assert phone.statuses(phone.event("checked_in")) == ["refused"]


@pytest.mark.parametrize(
    "who", ["stranger_technician", "pm", "client_viewer", "nobody", "provider_manager", "admin"]
)
def test_only_the_booked_technician_gets_to_the_phone(cast, as_user, visit, who):
    browser = as_user(cast.roles[who])
    for name in ("visit", "visit-state", "visit-pdf"):
        assert browser.get(reverse(f"technicians:{name}", args=[visit.key])).status_code == 404


# --- Review -----------------------------------------------------------------------------------------------------
def test_accepting_closes_visit_and_work_order(phone, visit, cast):
    phone.do_everything()
    actions.accept_visit(visit=visit, by=cast.pf, at=DURING)
    visit.work_order.refresh_from_db()
    assert (visit.work_order.state, visit.work_order.closed_at) == (WorkOrderState.DONE, DURING)
    assert set(Evidence.objects.values_list("verdict", flat=True)) == {Verdict.ACCEPTED}


def test_accepting_twice_says_so(phone, visit, cast):
    phone.do_everything()
    actions.accept_visit(visit=visit, by=cast.pf, at=DURING)
    with pytest.raises(actions.lifecycle.IllegalMove, match="This visit is done"):
        actions.accept_visit(visit=visit, by=cast.pm, at=DURING)


def test_rejected_evidence_goes_back_and_can_be_answered_again(phone, visit, cast):
    key = phone.do_everything()
    evidence = Evidence.objects.get(key=key)
    actions.judge(
        evidence=evidence, verdict=Verdict.REJECTED, reason="LED not visible", by=cast.pf, at=DURING
    )
    with pytest.raises(actions.NotReviewed):
        actions.accept_visit(visit=visit, by=cast.pf, at=DURING)
    actions.send_back(visit=visit, by=cast.pf, at=DURING)
    assert phone.statuses(phone.event("submitted")) == ["refused"]
    content = phone.picture("green")
    new_key, photo = phone.photo_event(content)
    phone.send(photo)
    phone.upload(new_key, content)
    assert phone.statuses(phone.event("submitted")) == ["ok"]


def test_rejecting_needs_a_reason(phone, cast):
    key = phone.do_everything()
    with pytest.raises(actions.NothingRejected):
        actions.judge(
            evidence=Evidence.objects.get(key=key), verdict="rejected", reason=" ", by=cast.pf, at=DURING
        )


def test_sending_back_without_a_rejection_is_refused(phone, visit, cast):
    phone.do_everything()
    with pytest.raises(actions.NothingRejected):
        actions.send_back(visit=visit, by=cast.pf, at=DURING)


# --- Links ------------------------------------------------------------------------------------------------------
def open_url(visit, technician):
    return links.link_for(visit, technician).removeprefix("http://localhost:8000")


def test_a_link_shows_a_button_and_the_button_signs_in(client, visit, cast):
    url = open_url(visit, cast.technician_person)
    page = client.get(url)
    assert page.status_code == 200
    assert "_auth_user_id" not in client.session
    token = url.split("?t=")[1]
    answer = client.post(url.split("?")[0], {"t": token})
    assert answer.url == reverse("technicians:visit", args=[visit.key])
    assert client.get(answer.url).status_code == 200


def test_a_link_is_for_one_visit(client, visit, cast):
    other = make.VisitFactory(
        work_order__enrolment__rollout=cast.rollout,
        starts_at=DURING + timedelta(days=2),
        ends_at=DURING + timedelta(days=3),
    )
    assign(cast.technician_person, other, make.NOW)
    token = open_url(visit, cast.technician_person).split("?t=")[1]
    assert client.post(reverse("technicians:visit-open", args=[other.key]), {"t": token}).status_code == 410


@pytest.mark.parametrize("token", ["", "garbage", "AAAA"])
def test_a_forged_link_says_what_to_do(client, visit, token):
    answer = client.get(reverse("technicians:visit-open", args=[visit.key]), {"t": token})
    assert answer.status_code == 410


def test_an_old_link_no_longer_opens(client, visit, cast, time_machine):
    url = open_url(visit, cast.technician_person)
    time_machine.move_to(visit.ends_at + links.GRACE + timedelta(minutes=1))
    assert client.get(url).status_code == 410


def test_a_revoked_link_no_longer_opens(client, visit, cast):
    url = open_url(visit, cast.technician_person)
    links.revoke(technician=cast.technician_person, by=cast.pm, at=DURING)
    assert client.get(url).status_code == 410


def test_no_link_for_somebody_with_a_team_account(visit, cast):
    make.member(cast.technician, cast.rollout)
    with pytest.raises(links.HasTeamAccount):
        links.link_for(visit, cast.technician_person)
