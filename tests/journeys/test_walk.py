"""One rollout walked end to end, through the pages, with a real worker: from a list and a statement of work to the client's view."""

from __future__ import annotations

import hashlib
import io
import json
import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from rollout.models import Job, Membership, User
from technicians import links
from technicians.models import Technician, Visit
from tests.journeys.person import Person
from tests.workers import wait_for
from workorders import packet_reading
from workorders.models import Clause, Packet, Step, WorkOrder

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery"

SITES = """Store,Name,Address,Town,State,Zip,Lat,Lon,Ceiling
1001,Bean Pike Place,1 Pike St,Seattle,WA,98101,47.609,-122.340,drop
1002,Bean Ballard,20 Market St,Seattle,WA,98107,47.668,-122.384,hard
1003,Bean Tacoma,5 Pacific Ave,Tacoma,WA,98402,47.252,-122.441,
,Bean Nowhere,9 Lost Rd,Kent,WA,98030,47.38,-122.23,drop
"""
SOW = """# Guest Wi-Fi

## Work
1. Mount the access point above the counter and take a photo of it.
2. Measure the signal at the counter.

## Terms
- Invoices are sent monthly.
"""
TECHNICIANS = """Provider,Number,Name,E-mail,Latitude,Longitude,Time zone,Radius,Shifts
Northwest Installs,N1,Kim Field,kim@nw.example,47.60,-122.33,America/Los_Angeles,120,Mon-Sun 08:00-22:00
"""


def upload(name: str, text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/plain")


def wait_for_job(person: Person) -> Job:
    """Wait at a page that shows a job until a worker has ended it, then go on as its button says."""
    found = re.search(r"/jobs/([0-9a-f-]{36})/", person.url + person.html)
    assert found, f"no job at {person.url}: {person.text[:900]}"
    key = found.group(1)
    wait_for(lambda: Job.objects.get(key=key).has_ended, seconds=180, what=f"job at {person.url}")
    job = Job.objects.get(key=key)
    assert job.state == "done", job.message
    person.open(job.back_url)
    return job


def test_a_rollout_from_the_list_to_the_clients_view(worker):
    worker.start()
    pm = sign_in(User.objects.create_user("pm@x.example", PASSWORD, name="Pat", may_start_rollouts=True))
    make_rollout(pm)
    import_sites(pm)
    make_plan(pm)
    generate_packets(pm)
    import_technicians(pm)
    visit = schedule(pm)
    technician_does_the_visit(visit)
    accept(pm, visit)
    client_looks(visit)


def sign_in(user: User) -> Person:
    person = Person()
    person.open(reverse("account_login"))
    person.send("Sign in", login=user.email, password=PASSWORD)
    return person


def make_rollout(pm: Person) -> None:
    pm.open("/")
    pm.follow("Make a client")
    pm.send("Make the client", name="Bean Street")
    today = timezone.localdate()
    pm.send(
        "Make the rollout",
        name="Guest Wi-Fi",
        code="bean-wifi",
        starts_on=today,
        support_phone="+1 206 555 0100",
    )
    pm.send(
        "Save the outcome",
        statement="Guests are online at once",
        measure="seconds",
        unit="s",
        baseline="40",
        target="5",
    )
    pm.open("/r/bean-wifi/waves/new/")
    pm.send("Save the wave", name="First", starts_on=today, ends_on=today + timedelta(days=20))
    pm.sees("Wave 0 · First")
    pm.open("/r/bean-wifi/")
    pm.send("Launch")
    pm.sees("Live")


def import_sites(pm: Person) -> None:
    pm.open("/r/bean-wifi/")
    pm.follow("Import the sites")
    pm.send("Upload", file=upload("stores.csv", SITES))
    pm.send("Check", attributes=str(SITES.splitlines()[0].split(",").index("Ceiling")))
    wait_for_job(pm)
    pm.sees("4 records", "Bean Nowhere")
    wave = re.search(r'<option value="(\d+)"[^>]*>\s*Wave 0', pm.html).group(1)
    pm.send("Apply", wave=wave)
    wait_for_job(pm)
    pm.open("/r/bean-wifi/sites/")
    pm.sees("Bean Pike Place", "Bean Ballard", "Bean Tacoma")
    for key in ("1001", "1002", "1003"):
        pm.open(f"/r/bean-wifi/sites/at/{key}/")
        pm.send("/hours/", days=["0", "1", "2", "3", "4", "5", "6"], opens="08:00", closes="20:00")


def make_plan(pm: Person) -> None:
    """The SOW becomes clauses, the clauses steps; one variation; published."""
    pm.open("/r/bean-wifi/sow/")
    pm.send("Read it", file=upload("sow.md", SOW))
    pm.sees("Mount the access point above the counter", "0 of 3")
    decide(pm, "Mount the access point", "accept")
    decide(pm, "Measure the signal", "accept")
    decide(pm, "Invoices are sent", "set-aside", reason="Commercial")
    pm.open("/r/bean-wifi/sow/")
    pm.sees("3 of 3")
    mounting = Step.objects.get(title__startswith="Mount the access point")
    pm.open("/r/bean-wifi/variations/new/?effect=set_minutes")
    pm.send(
        "Save the variation",
        **{
            "when-TOTAL_FORMS": "1",
            "when-0-attribute": "ceiling",
            "when-0-op": "is",
            "when-0-value": "hard",
            "effect": "set_minutes",
            "step_key": mounting.key,
            "payload-minutes": "55",
            "name": "Hard ceilings take longer",
            "reason": "Four anchors",
        },
    )
    pm.sees("Hard ceilings take longer", "takes 55 minutes", "Holds at 1 site")
    pm.open("/r/bean-wifi/plan/publish/")
    pm.send("Publish revision 1")
    assert WorkOrder.objects.count() == 3


def decide(pm: Person, start: str, what: str, **more: str) -> None:
    """Decide on the clause that begins like this, as the workbench's keys do."""
    clause = Clause.objects.get(text__startswith=start)
    answer = pm.client.post(f"/r/bean-wifi/sow/{what}/", {"pk": clause.pk, **more}, follow=True)
    assert answer.status_code == 200


def generate_packets(pm: Person) -> None:
    pm.open("/r/bean-wifi/packets/")
    pm.send("Generate packets")
    job = wait_for_job(pm)
    assert job.message == "2 of 2 done. 1 work orders wait for facts."
    pm.sees("Ceiling", "1 site")
    assert WorkOrder.objects.get(enrolment__site__key="1003").missing_facts[0]["label"] == "Ceiling"
    for packet in Packet.objects.all():
        pdf = b"".join(pm.client.get(f"/packets/{packet.pk}.pdf").streaming_content)
        assert pdf.startswith(b"%PDF-")
    hard = Packet.objects.get(work_order__enrolment__site__key="1002")
    minutes = {step["title"]: step["minutes"] for step in packet_reading.steps(hard.content)}
    assert next(n for title, n in minutes.items() if title.startswith("Mount")) == 55


def import_technicians(pm: Person) -> None:
    pm.open("/r/bean-wifi/sites/imports/new/?target=technicians")
    pm.send("Upload", file=upload("technicians.csv", TECHNICIANS))
    pm.send("Check")
    wait_for_job(pm)
    pm.send("Apply")
    wait_for_job(pm)
    pm.open("/r/bean-wifi/technicians/")
    pm.sees("Kim Field", "Northwest Installs")


def schedule(pm: Person) -> Visit:
    pm.open("/r/bean-wifi/schedule/")
    pm.send("Propose a schedule")
    wait_for_job(pm)
    pm.sees("Kim Field")
    pm.send("/apply/")
    visits = Visit.objects.select_related("work_order").order_by("starts_at")
    assert [visit.work_order.state for visit in visits] == ["scheduled", "scheduled"]
    return visits[0]


def technician_does_the_visit(visit: Visit) -> None:
    """By the link alone, on the day: check in, answer everything, photo, submit."""
    Visit.objects.filter(pk=visit.pk).update(
        starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=2)
    )
    visit.refresh_from_db()
    kim = Person()
    kim.open(links.link_for(visit, Technician.objects.get()).removeprefix("http://localhost:8000"))
    kim.send("Open my visit")
    assert kim.url == f"/my/visits/{visit.key}/"
    kim.sees("Mount the access point")
    phone = Phone(kim, visit)
    phone.tell("checked_in")
    for place, spec in packet_reading.specs(Packet.objects.get(work_order=visit.work_order).content).items():
        phone.answer(place, spec)
    phone.tell("submitted")
    visit.work_order.refresh_from_db()
    assert visit.work_order.state == "in_review"


class Phone:
    """Sends what the phone app sends."""

    def __init__(self, person: Person, visit: Visit) -> None:
        self.client, self.visit, self.sequence = person.client, visit, 0

    def tell(self, kind: str, **data: object) -> None:
        """Send one event and have it taken."""
        self.sequence += 1
        event = {
            "id": str(uuid.uuid4()),
            "type": kind,
            "device": "phone",
            "sequence": self.sequence,
            "device_at": timezone.now().isoformat(),
            "data": data,
        }
        url = reverse("technicians:visit-events", args=[self.visit.key])
        answer = self.client.post(
            url, json.dumps({"events": [event]}), content_type="application/json"
        ).json()
        assert [one["status"] for one in answer["events"]] == ["ok"], answer

    def answer(self, place: tuple[str, str], spec: dict) -> None:
        """Answer one piece of evidence with something that fits it."""
        where = {"step_key": place[0], "spec_key": place[1]}
        if spec["kind"] in ("photo", "signature"):
            self._photo(where)
        else:
            values = {"confirmation": True, "reading": "-50", "serial": "SN123", "count": 1, "text": "fine"}
            self.tell("step_answered", value=values[spec["kind"]], **where)

    def _photo(self, where: dict[str, str]) -> None:
        buffer, key = io.BytesIO(), str(uuid.uuid4())
        Image.new("RGB", (64, 48), "teal").save(buffer, "JPEG")
        content = buffer.getvalue()
        digest = hashlib.sha256(content).hexdigest()
        self.tell("photo_attached", evidence_key=key, sha256=digest, **where)
        url = reverse("technicians:visit-file", args=[self.visit.key, key])
        answer = self.client.post(url, {"file": SimpleUploadedFile("p.jpg", content, "image/jpeg")})
        assert answer.json()["sha256"] == digest


def accept(pm: Person, visit: Visit) -> None:
    """A facilitator, added by the PM, accepts."""
    facilitator = User.objects.create_user("pf@x.example", PASSWORD, name="Fay")
    pm.open("/r/bean-wifi/settings/")
    pm.send("Add to the team", email=facilitator.email, name="Fay", role="pf")
    fay = sign_in(facilitator)
    fay.open("/r/bean-wifi/review/")
    fay.sees(visit.work_order.enrolment.site.name)
    fay.open(f"/review/{visit.key}/")
    fay.send(f"/review/{visit.key}/accept/")
    visit.work_order.refresh_from_db()
    assert visit.work_order.state == "done"


def client_looks(visit: Visit) -> None:
    """The client sees what is done and nothing that is internal."""
    viewer = User.objects.create_user("client@x.example", PASSWORD, name="Cleo")
    rollout = visit.work_order.rollout
    Membership.objects.create(user=viewer, client=rollout.client, rollout=rollout, role="client")
    cleo = sign_in(viewer)
    assert cleo.url == "/progress/bean-wifi/"
    cleo.sees("Guests are online at once", "1 of 3", visit.work_order.enrolment.site.name)
    assert "Kim Field" not in cleo.html
    points = cleo.client.get("/progress/bean-wifi/map.json").json()["points"]
    assert sorted(point["state"] for point in points) == ["done", "planned", "scheduled"]
    for internal in ("/r/bean-wifi/", f"/work-orders/{visit.work_order.number}/", f"/review/{visit.key}/"):
        assert cleo.client.get(internal).status_code in (403, 404)
