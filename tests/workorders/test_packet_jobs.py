"""Packets are compiled at once, rendered in workers, exactly once each, and blocked by what is not known."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from rollout.choices import JobState
from rollout.models import AuditEntry, Job, StoredFile
from sites.models import AttributeValue
from tests import factories as make
from workorders.actions import packets as actions
from workorders.choices import RevisionState, WorkOrderState
from workorders.models import Packet, PlanRevision, Variation, WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(cast):
    revision = make.PlanRevisionFactory(rollout=cast.rollout)
    step = make.StepFactory(revision=revision, key="mount")
    make.EvidenceSpecFactory(step=step, key="photo")
    publish(revision, cast)
    return revision


def publish(revision, cast):
    revision.state, revision.published_at, revision.published_by = RevisionState.PUBLISHED, make.NOW, cast.pm
    revision.save()


@pytest.fixture
def sites(cast):
    return [make.EnrolmentFactory(rollout=cast.rollout).site for _ in range(3)]


def generate(cast, run_jobs):
    job = actions.start_generating(rollout=cast.rollout, by=cast.pm, at=make.NOW, back_url="/")
    run_jobs()
    job.refresh_from_db()
    return job


def needs_ceiling(plan, cast):
    attribute = make.AttributeFactory(client=cast.client)
    Variation.objects.create(
        revision=plan, key="hard", name="Hard ceiling", effect="note", reason="No tiles there",
        condition={"attribute": "ceiling", "op": "is", "value": "hard"}, payload={"text": "Bring anchors."},
    )  # fmt: skip
    return attribute


def knows(site, attribute, value):
    AttributeValue.objects.create(
        site=site,
        attribute=attribute,
        value=value,
        source="survey",
        observed_on=make.NOW,
        recorded_at=make.NOW,
    )


def test_every_site_gets_its_order_and_its_issued_pdf(cast, plan, sites, run_jobs):
    job = generate(cast, run_jobs)
    assert (job.state, job.message) == (JobState.DONE, "3 of 3 done.")
    packets = Packet.objects.filter(issued_at__isnull=False)
    assert {p.work_order.state for p in packets} == {WorkOrderState.READY}
    assert len({p.hash for p in packets}) == 3
    with packets[0].pdf.content.open("rb") as pdf:
        assert pdf.read(5) == b"%PDF-"


def test_generating_again_changes_nothing(cast, plan, sites, run_jobs):
    generate(cast, run_jobs)
    before = set(Packet.objects.values_list("pk", "hash", "pdf_id"))
    job = generate(cast, run_jobs)
    assert job.message == "Nothing had to be done. 3 packets unchanged."
    assert set(Packet.objects.values_list("pk", "hash", "pdf_id")) == before


def test_pressing_twice_leads_to_the_running_job(cast, plan, sites):
    first = actions.start_generating(rollout=cast.rollout, by=cast.pm, at=make.NOW, back_url="/")
    assert actions.start_generating(rollout=cast.rollout, by=cast.pm, at=make.NOW, back_url="/") == first


def test_an_unknown_fact_blocks_the_packet_and_is_named(cast, plan, sites, run_jobs):
    ceiling = needs_ceiling(plan, cast)
    knows(sites[0], ceiling, "drop")
    job = generate(cast, run_jobs)
    assert job.message == "1 of 1 done. 2 work orders wait for facts."
    waiting = WorkOrder.objects.get(enrolment__site=sites[1])
    assert (waiting.state, waiting.missing_facts[0]["label"]) == (WorkOrderState.PLANNED, "Ceiling")


def test_a_changed_fact_supersedes_the_packet(cast, plan, sites, run_jobs):
    ceiling = needs_ceiling(plan, cast)
    for site in sites:
        knows(site, ceiling, "drop")
    generate(cast, run_jobs)
    AttributeValue.objects.filter(site=sites[0]).update(value="hard")
    generate(cast, run_jobs)
    old, new = Packet.objects.filter(work_order__enrolment__site=sites[0]).order_by("pk")
    assert (old.superseded_at is not None, new.superseded_at, new.issued_at is not None) == (True, None, True)
    AttributeValue.objects.filter(site=sites[0]).update(value="drop")
    generate(cast, run_jobs)
    old.refresh_from_db()
    assert old.superseded_at is None, "taking the change back brings the first packet back"


def test_a_ready_order_whose_fact_is_lost_goes_back_to_planned(cast, plan, sites, run_jobs):
    generate(cast, run_jobs)
    needs_ceiling(plan, cast)
    generate(cast, run_jobs)
    assert set(WorkOrder.objects.values_list("state", flat=True)) == {WorkOrderState.PLANNED}
    assert not Packet.objects.filter(superseded_at__isnull=True).exists()


def test_work_that_has_begun_keeps_its_packet(cast, plan, sites, run_jobs):
    generate(cast, run_jobs)
    order = WorkOrder.objects.first()
    WorkOrder.objects.filter(pk=order.pk).update(state=WorkOrderState.ON_SITE)
    needs_ceiling(plan, cast)
    generate(cast, run_jobs)
    assert Packet.objects.get(work_order=order).superseded_at is None


def test_without_a_published_plan_there_is_a_sentence(cast, as_user):
    answer = as_user(cast.pm).post(reverse("workorders:packets-generate", args=["guest-wifi"]), follow=True)
    assert "Publish the plan first" in answer.content.decode()
    assert not Job.objects.exists()


def test_rendering_twice_leaves_one_file(cast, plan, sites, run_jobs):
    generate(cast, run_jobs)
    packet = Packet.objects.select_related("work_order__rollout").first()
    Packet.objects.filter(pk=packet.pk).update(
        issued_at=None, issued_by=None, pdf=None, pages=None, rendered_at=None
    )
    packet.pdf_id = None
    first = actions.render_packet(packet=packet, by=cast.pm, at=make.NOW)
    second = actions.render_packet(packet=packet, by=cast.pm, at=make.NOW)
    assert first.pdf_id == second.pdf_id
    assert StoredFile.objects.filter(packets=packet.pk).count() == 1
    assert default_storage.exists(first.pdf.content.name)


def test_issuing_is_audited_once(cast, plan, sites, run_jobs):
    generate(cast, run_jobs)
    generate(cast, run_jobs)
    assert AuditEntry.objects.filter(type="workorders.packet.issued").count() == 3


def test_compiling_takes_as_many_queries_for_three_sites_as_for_thirty(
    cast, plan, sites, django_assert_max_num_queries
):
    for _ in range(27):
        make.EnrolmentFactory(rollout=cast.rollout)
    with django_assert_max_num_queries(27):  # one of them for the client's regions and formats
        tally = actions.compile_packets(rollout=cast.rollout, by=cast.pm, at=make.NOW)
    assert len(tally.new) == 30


def test_the_list_takes_a_constant_number_of_queries(
    cast, plan, sites, run_jobs, as_user, django_assert_max_num_queries
):
    generate(cast, run_jobs)
    browser = as_user(cast.pm)
    with django_assert_max_num_queries(20):
        page = browser.get(reverse("workorders:packets", args=["guest-wifi"]))
    assert page.status_code == 200


def test_all_packets_come_as_one_zip(cast, plan, sites, run_jobs, as_user):
    generate(cast, run_jobs)
    answer = as_user(cast.pm).get(reverse("workorders:packets-zip", args=["guest-wifi"]))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert len(archive.namelist()) == 3
    assert archive.testzip() is None


# --- The page behind the QR code ------------------------------------------------------------------------------
def test_a_stranger_learns_only_whether_it_is_the_latest(cast, plan, sites, run_jobs, client):
    generate(cast, run_jobs)
    packet = Packet.objects.select_related("work_order__enrolment__site").first()
    url = reverse("workorders:packet-live", args=[packet.hash])
    page = client.get(url).content.decode()
    assert "You hold the current packet" in page
    assert packet.work_order.number not in page
    assert packet.work_order.enrolment.site.name not in page
    Packet.objects.filter(pk=packet.pk).update(superseded_at=make.NOW)
    assert "Do not work from this paper" in client.get(url).content.decode()


def test_the_team_gets_to_the_packet_itself(cast, plan, sites, run_jobs, as_user):
    generate(cast, run_jobs)
    packet = Packet.objects.first()
    answer = as_user(cast.pf).get(reverse("workorders:packet-live", args=[packet.hash]))
    assert answer.url == reverse("workorders:packet", args=[packet.pk])


def test_an_unknown_code_is_not_found(client, db):
    assert client.get(reverse("workorders:packet-live", args=["0" * 64])).status_code == 404


@pytest.mark.parametrize("who", ["stranger_pm", "client_viewer", "technician", "nobody"])
def test_others_do_not_get_the_packet(cast, plan, sites, run_jobs, as_user, who):
    generate(cast, run_jobs)
    packet = Packet.objects.first()
    browser = as_user(cast.roles[who])
    for name in ("packet", "packet-pdf"):
        assert browser.get(reverse(f"workorders:{name}", args=[packet.pk])).status_code == 404


def test_a_new_revision_makes_the_old_packets_outdated(cast, plan, sites, run_jobs, as_user):
    generate(cast, run_jobs)
    second = PlanRevision.objects.create(rollout=cast.rollout, number=2, created_at=make.NOW)
    make.StepFactory(revision=second, key="mount", title="Mount it higher")
    publish(second, cast)
    assert (
        "3 packets come from an earlier revision"
        in as_user(cast.pm).get("/r/guest-wifi/packets/").content.decode()
    )
