"""An import from upload to undo: every record accounted for, all or nothing, twice is once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from rollout import jobs
from rollout.choices import JobState
from rollout.models import Job
from rollout.tasks import run_job
from sites import actions, queries
from sites.choices import ImportState
from sites.models import AttributeValue, Contact, Enrolment, ImportRow, Site, SiteImport
from tests import factories as make
from tests.sites.import_scene import LIST, MAPPING, apply, check, undo, upload


def test_a_list_becomes_sites_with_contacts_in_the_rollout(cast, run_jobs):
    wave = make.WaveFactory(rollout=cast.rollout)
    found = apply(cast, run_jobs, wave=wave)
    site = Site.objects.get(client=cast.client, key="0417")
    assert (found.state, site.name, site.region, site.country) == ("applied", "Harbour", "WA", "US")
    assert (site.time_zone, site.precision) == ("America/Los_Angeles", "exact")
    assert list(site.contacts.values_list("name", "phone")) == [("Dana", "+1 206 555 0117")]
    assert set(Enrolment.objects.filter(rollout=cast.rollout).values_list("wave", flat=True)) == {wave.pk}


def test_the_columns_were_proposed_rightly(cast):
    assert upload(cast).mapping.items() >= MAPPING.items()


def test_a_site_without_a_name_goes_by_its_place_and_says_so(cast, run_jobs):
    found = apply(cast, run_jobs)
    assert Site.objects.get(key="0419").name == "3 Pine St, Tacoma"
    row = ImportRow.objects.get(site_import=found, line=4)
    assert "name_made" in {problem["code"] for problem in row.problems}


def test_the_tally_adds_up(cast, run_jobs):
    text = LIST + "0417,Twin,,,,,,,,\n,No number,,,,,,,,\n,,,,,,,,,\n0420,Far,,,,,900,900,,\n"
    found = check(cast, run_jobs, text)
    tally = queries.tally_of(found)
    assert (tally.accepted, tally.attention, tally.rejected, tally.blank) == (3, 1, 2, 1)
    assert tally.records == found.reading["records"] == found.rows.count() == 7
    assert tally.sentence == "7 records = 3 accepted + 1 need attention + 2 rejected + 1 blank"


def test_the_same_list_again_changes_nothing(cast, run_jobs):
    apply(cast, run_jobs)
    tally = queries.tally_of(check(cast, run_jobs))
    assert (tally.create, tally.update, tally.same) == (0, 0, 3)


def test_applying_an_unchanged_list_writes_no_history(cast, run_jobs):
    apply(cast, run_jobs)
    before = cast.rollout.audit_entries.filter(subject_type="sites.site").count()
    apply(cast, run_jobs)
    assert cast.rollout.audit_entries.filter(subject_type="sites.site").count() == before


def test_a_changed_cell_is_shown_and_written(cast, run_jobs):
    apply(cast, run_jobs)
    found = apply(cast, run_jobs, LIST.replace("12 Harbour St", "14 Harbour St"))
    row = found.rows.get(change="update")
    assert row.changes == {"street": ["12 Harbour St", "14 Harbour St"]}
    assert Site.objects.get(key="0417").street == "14 Harbour St"


def test_an_empty_cell_wipes_nothing_out(cast, run_jobs):
    apply(cast, run_jobs)
    apply(cast, run_jobs, LIST.replace("Dana,+1 206 555 0117", ","))
    assert Contact.objects.filter(site__key="0417", name="Dana").exists()


def test_case_does_not_tell_two_sites_apart(cast, run_jobs):
    make.SiteFactory(client=cast.client, key="ab1")
    found = apply(cast, run_jobs, "store,name\nAB1,Renamed\n")
    assert found.rows.get().change == "update"
    assert Site.objects.get(client=cast.client).key == "ab1"


def test_numbers_belong_to_the_client(cast, run_jobs):
    make.SiteFactory(client=cast.other_client, key="0417")
    apply(cast, run_jobs)
    assert Site.objects.filter(key="0417").count() == 2


def test_a_site_of_the_client_comes_into_the_rollout(cast, run_jobs):
    apply(cast, run_jobs)
    Enrolment.objects.all().delete()
    found = apply(cast, run_jobs)
    assert {row.change for row in found.rows.all()} == {"update"}
    assert Enrolment.objects.filter(rollout=cast.rollout).count() == 3


def test_too_long_texts_land_cut_and_flagged(cast, run_jobs):
    found = apply(cast, run_jobs, f"store,name\n7,{'x' * 400}\n")
    assert (found.rows.get().verdict, len(Site.objects.get().name)) == ("attention", 160)


def test_a_number_that_is_too_long_is_rejected_not_cut(cast, run_jobs):
    found = check(cast, run_jobs, f"store,name\n{'7' * 61},Long\n", mapping={"key": 0, "name": 1})
    assert (found.rows.get().verdict, found.rows.get().change) == ("rejected", "none")


def test_a_list_without_numbers_gets_the_same_ones_every_time(cast, run_jobs):
    text = "name,city,country\nAlpha,Oslo,NO\nBeta,Bergen,NO\n"
    apply(cast, run_jobs, text)
    assert queries.tally_of(check(cast, run_jobs, text)).same == 2


def test_without_numbers_or_names_checking_is_refused(cast):
    found = upload(cast, "colour,size\nred,3\nblue,4\n")
    with pytest.raises(actions.KeyNotMapped, match="Site code"):
        actions.start_check(site_import=found, mapping={}, by=cast.pm, at=make.NOW)


def test_a_column_becomes_an_attribute_with_its_choices(cast, run_jobs):
    text = "store,format\n" + "".join(f"{n},{'Kiosk' if n % 2 else 'Mall'}\n" for n in range(8))
    found = upload(cast, text)
    actions.start_check(
        site_import=found, mapping={"key": 0}, new_attributes={1: ""}, by=cast.pm, at=make.NOW
    )
    run_jobs()
    found.refresh_from_db()
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    attribute = cast.client.attributes.get()
    assert (attribute.key, attribute.kind, sorted(attribute.choices)) == (
        "format",
        "choice",
        ["Kiosk", "Mall"],
    )
    assert AttributeValue.objects.filter(value="Kiosk", source="import").count() == 4


def test_many_sites_take_as_many_queries_as_few(cast, run_jobs, django_assert_max_num_queries):
    text = "store,name,city,state\n" + "".join(f"{n},Store {n},Town {n},WA\n" for n in range(900))
    found = check(cast, run_jobs, text)
    job = actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    with django_assert_max_num_queries(60):
        run_job(job.pk)
    assert Site.objects.count() == 900


# --- Undo -----------------------------------------------------------------------------------------------------
def test_undo_removes_what_was_made(cast, run_jobs):
    found = apply(cast, run_jobs)
    result = undo(cast, run_jobs, found)
    assert (result["removed"], result["stay_count"], Site.objects.count()) == (3, 0, 0)
    assert SiteImport.objects.get().state == ImportState.UNDONE


def test_undo_puts_back_what_was_changed(cast, run_jobs):
    apply(cast, run_jobs)
    text = LIST.replace("12 Harbour St", "14 Harbour St").replace("Dana", "Kim")
    result = undo(cast, run_jobs, apply(cast, run_jobs, text))
    site = Site.objects.get(key="0417")
    assert (result["restored"], site.street, site.contacts.get().name) == (1, "12 Harbour St", "Dana")


def test_undo_keeps_sites_that_have_a_work_order_and_says_why(cast, run_jobs):
    found = apply(cast, run_jobs)
    make.WorkOrderFactory(enrolment=Enrolment.objects.get(site__key="0418"))
    result = undo(cast, run_jobs, found)
    assert result["stays"] == [["0418", "it has a work order"]]
    assert list(Site.objects.values_list("key", flat=True)) == ["0418"]


def test_undo_keeps_sites_in_another_rollout(cast, run_jobs):
    found = apply(cast, run_jobs)
    other = make.RolloutFactory(client=cast.client, name="Tills", code="tills")
    make.EnrolmentFactory(rollout=other, site=Site.objects.get(key="0417"))
    assert undo(cast, run_jobs, found)["stays"] == [["0417", "it is in the rollout Tills"]]


def test_undo_keeps_what_somebody_changed_by_hand_since(cast, run_jobs):
    found = apply(cast, run_jobs)
    site = Site.objects.get(key="0417")
    actions.change_site(
        site=site,
        rollout=cast.rollout,
        by=cast.pm,
        at=timezone.now() + timedelta(minutes=1),
        phone="+1 206 555 0000",
    )
    assert undo(cast, run_jobs, found)["stays"] == [["0417", "it has been changed since"]]


def test_undo_leaves_a_value_that_was_changed_again(cast, run_jobs):
    apply(cast, run_jobs)
    found = apply(cast, run_jobs, LIST.replace("12 Harbour St", "14 Harbour St"))
    Site.objects.filter(key="0417").update(street="16 Harbour St")
    result = undo(cast, run_jobs, found)
    assert result["stays"] == [["0417", "changed again since: street"]]
    assert Site.objects.get(key="0417").street == "16 Harbour St"


def test_undo_takes_sites_out_of_the_rollout_again(cast, run_jobs):
    apply(cast, run_jobs)
    Enrolment.objects.all().delete()
    undo(cast, run_jobs, apply(cast, run_jobs))
    assert (Site.objects.count(), Enrolment.objects.count()) == (3, 0)


def test_an_undone_import_can_be_checked_and_applied_again(cast, run_jobs):
    found = apply(cast, run_jobs)
    undo(cast, run_jobs, found)
    actions.start_check(site_import=found, mapping=found.mapping, by=cast.pm, at=make.NOW)
    run_jobs()
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    assert Site.objects.count() == 3


# --- Two at once, twice, killed -------------------------------------------------------------------------------
def test_of_two_people_applying_only_one_gets_through(cast, run_jobs):
    found = check(cast, run_jobs)
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    with pytest.raises(actions.NotNow, match="Pat Conductor has started this meanwhile"):
        actions.start_apply(site_import=found, wave=None, by=cast.admin, at=make.NOW)
    run_jobs()
    with pytest.raises(actions.NotNow, match="already"):
        actions.start_apply(site_import=found, wave=None, by=cast.admin, at=make.NOW)
    assert Site.objects.count() == 3


def test_a_job_that_runs_twice_writes_once(cast, run_jobs):
    found = apply(cast, run_jobs)
    Job.objects.filter(pk=found.apply_job_id).update(state=JobState.QUEUED, ended_at=None)
    run_job(found.apply_job_id)
    assert Site.objects.count() == 3
    assert found.apply_job.result["created"] == 3


def test_a_failure_in_the_middle_leaves_nothing_written(cast, run_jobs, monkeypatch):
    from sites.actions import import_sites_writing

    found = check(cast, run_jobs)
    monkeypatch.setattr(import_sites_writing, "_write_contacts", lambda batch: 1 / 0)
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    found.refresh_from_db()
    assert (Site.objects.count(), found.stage, found.apply_job.state) == (0, "checked", "failed")
    monkeypatch.undo()
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    assert Site.objects.count() == 3


def test_a_cancel_in_the_middle_leaves_nothing_written(cast, run_jobs, monkeypatch):
    def cancelled(self, done, total, message=""):
        if done:
            raise jobs.JobCancelled

    found = check(cast, run_jobs)
    monkeypatch.setattr(jobs.Progress, "__call__", cancelled)
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    found.refresh_from_db()
    assert (Site.objects.count(), found.stage, found.apply_job.state) == (0, "checked", "cancelled")


def test_what_changed_between_check_and_apply_is_compared_anew(cast, run_jobs):
    apply(cast, run_jobs)
    found = check(cast, run_jobs, LIST.replace("12 Harbour St", "14 Harbour St"))
    Site.objects.filter(key="0417").update(street="13 Harbour St")
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    assert found.rows.get(line=2).changes == {"street": ["13 Harbour St", "14 Harbour St"]}


def test_an_older_check_does_not_overwrite_a_newer_one(cast, run_jobs):
    found = upload(cast)
    first = actions.start_check(site_import=found, mapping=found.mapping, by=cast.pm, at=make.NOW)
    jobs.cancel(job=first, at=make.NOW)
    actions.start_check(site_import=found, mapping={"key": 0}, by=cast.pm, at=make.NOW)
    Job.objects.filter(pk=first.pk).update(state=JobState.QUEUED, ended_at=None, cancel_asked_at=None)
    run_job(first.pk)
    first.refresh_from_db()
    assert (first.state, found.rows.count()) == ("failed", 0)


def test_a_discarded_import_stops_its_job(cast, run_jobs):
    found = upload(cast)
    job = actions.start_check(site_import=found, mapping=found.mapping, by=cast.pm, at=make.NOW)
    with pytest.raises(actions.NotNow):
        actions.discard_import(site_import=found, by=cast.pm, at=make.NOW)
    found.delete()
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "This import was discarded. Upload the file again.")


@pytest.mark.parametrize(
    ("content", "word"), [(b"%PDF-1.4\n1 0 obj", "PDF"), (b"", "empty"), (b"\x00\x01\x02" * 50, "zero bytes")]
)
def test_files_that_are_no_list_are_refused_and_not_kept(cast, content, word):
    from rollout.models import StoredFile
    from sites.import_targets import target_called

    with pytest.raises(actions.CannotRead, match=word):
        actions.start_import(
            target=target_called("sites"),
            content=content,
            name="x.csv",
            rollout=cast.rollout,
            by=cast.pm,
            at=make.NOW,
        )
    assert not StoredFile.objects.exists()
