"""Importing technicians: providers, skills and shifts, and whose people they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from rollout import audit
from sites import queries
from technicians.models import Engagement, Provider, Technician
from technicians.queries import people
from tests import factories as make
from tests.sites.import_scene import apply, check, undo, upload

LIST = """Company;Tech ID;Name;Mobile;Lat;Lon;Travel radius;Skills;Working hours
Northwest;T1;Ana Rivera;+1 206 555 0101;47.25;-122.44;120;Cabling|Working at height;Mon-Fri 20:00-06:00
Bay;T1;Cy Okafor;+1 415 555 0103;37.8;-122.27;;cabling;Sat 08:00-17:00
"""


def bring(cast, run_jobs, text=LIST):
    return apply(cast, run_jobs, text, target="technicians")


def ana():
    return Technician.objects.get(provider__name="Northwest", code="T1")


def test_a_list_becomes_technicians_with_skills_and_shifts(cast, run_jobs):
    bring(cast, run_jobs)
    technician = ana()
    assert (technician.radius_km, technician.time_zone) == (120, "America/Los_Angeles")
    assert people.hours_of(technician) == "Mon–Fri 20:00–06:00"
    assert sorted(held.skill.name for held in technician.skills.all()) == ["Cabling", "Working at height"]
    assert Engagement.objects.filter(client=cast.client, provider__name="Northwest").exists()


def test_a_number_is_a_providers_own(cast, run_jobs):
    bring(cast, run_jobs)
    assert Technician.objects.filter(code="T1").count() == 2


def test_a_skill_spelled_otherwise_is_the_same_skill(cast, run_jobs):
    bring(cast, run_jobs)
    cy = Technician.objects.get(provider__name="Bay")
    assert [held.skill for held in cy.skills.all()] == [ana().skills.get(skill__key="cabling").skill]


def test_what_is_left_out_has_its_default(cast, run_jobs):
    bring(cast, run_jobs)
    assert Technician.objects.get(provider__name="Bay").radius_km == 150


def test_the_same_list_again_changes_nothing(cast, run_jobs):
    bring(cast, run_jobs)
    tally = queries.tally_of(check(cast, run_jobs, LIST, target="technicians"))
    assert (tally.same, tally.changing) == (2, 0)


def test_changed_shifts_are_written_and_put_back(cast, run_jobs):
    bring(cast, run_jobs)
    found = bring(
        cast, run_jobs, LIST.replace("Mon-Fri 20:00-06:00", "Mon-Sun 22:00-06:00").replace("120", "80")
    )
    assert (people.hours_of(ana()), ana().radius_km) == ("Every day 22:00–06:00", 80)
    undo(cast, run_jobs, found)
    assert (people.hours_of(ana()), ana().radius_km) == ("Mon–Fri 20:00–06:00", 120)


def test_skills_that_stay_keep_their_expiry(cast, run_jobs):
    bring(cast, run_jobs)
    ana().skills.filter(skill__key="cabling").update(valid_until="2027-03-01")
    bring(cast, run_jobs, LIST.replace("|Working at height", "|PoE"))
    held = {one.skill.name: one.valid_until for one in ana().skills.all()}
    assert (set(held), str(held["Cabling"])) == ({"Cabling", "PoE"}, "2027-03-01")


@pytest.mark.parametrize(
    ("was", "now", "code"),
    [("Mon-Fri 20:00-06:00", "nights", "shifts"), ("120", "9000", "radius")],
)
def test_what_cannot_be_read_is_left_out_and_flagged(cast, run_jobs, was, now, code):
    found = check(cast, run_jobs, LIST.replace(was, now), target="technicians")
    row = found.rows.get(line=2)
    assert (row.verdict, row.change) == ("attention", "create")
    assert code in {problem["code"] for problem in row.problems}


@pytest.mark.parametrize("line", ["Bay;;No Number;;;;;;", ";T9;No Firm;;;;;;", "Bay;T1;Twin;;;;;;"])
def test_rows_without_firm_or_number_and_twins_are_rejected(cast, run_jobs, line):
    found = check(cast, run_jobs, LIST + line + "\n", target="technicians")
    row = found.rows.get(line=4)
    assert row.verdict == "rejected"
    assert len(row.problems) == 1


def test_another_clients_provider_stays_out_of_reach(cast, run_jobs):
    text = LIST.replace("Bay", cast.other_provider.name)
    found = bring(cast, run_jobs, text)
    row = found.rows.get(line=3)
    assert (row.verdict, row.problems[-1]["code"]) == ("rejected", "provider_not_engaged")
    assert not Engagement.objects.filter(client=cast.client, provider=cast.other_provider).exists()


def test_a_provider_engaged_elsewhere_between_check_and_apply_stops_all_of_it(cast, run_jobs):
    from sites import actions

    found = check(cast, run_jobs, LIST, target="technicians")
    Engagement.objects.create(provider=Provider.objects.create(name="Bay"), client=cast.other_client)
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    found.refresh_from_db()
    assert "came to work for another client" in found.apply_job.message
    assert not Technician.objects.filter(provider__name__in=["Bay", "Northwest"]).exists()


def test_undo_removes_the_people_it_made(cast, run_jobs):
    result = undo(cast, run_jobs, bring(cast, run_jobs))
    assert (result["removed"], result["stay_count"]) == (2, 0)
    assert not Technician.objects.filter(provider__name="Bay").exists()


def test_undo_keeps_people_with_an_account_or_changed_since(cast, run_jobs):
    found = bring(cast, run_jobs)
    Technician.objects.filter(pk=ana().pk).update(user=make.UserFactory())
    cy = Technician.objects.get(provider__name="Bay")
    later = timezone.now() + timedelta(minutes=1)
    audit.record("technicians.technician.changed", subject=cy, by=cast.pm, at=later, summary="changed")
    stays = undo(cast, run_jobs, found)["stays"]
    assert sorted(stays) == [["Ana Rivera", "has an account"], ["Cy Okafor", "changed since"]]


def test_columns_nobody_can_do_without_are_asked_for(cast):
    from sites import actions

    found = upload(cast, LIST, target="technicians")
    with pytest.raises(actions.KeyNotMapped, match="Provider and Number"):
        actions.start_check(site_import=found, mapping={"name": 2}, by=cast.pm, at=make.NOW)
