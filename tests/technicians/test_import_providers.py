"""Importing providers: who works for the client, and whose they are not."""

from __future__ import annotations

from sites import queries
from technicians.models import Engagement, Provider
from tests import factories as make
from tests.sites.import_scene import apply, check, undo

LIST = """Provider,Phone,E-mail
Bay Cabling,+1 206 555 0120,desk@bay.example.com
Sound Networks,,
"""


def test_providers_are_made_and_engaged(cast, run_jobs):
    apply(cast, run_jobs, LIST, target="providers")
    bay = Provider.objects.get(name="Bay Cabling")
    assert (bay.phone, bay.email) == ("+1 206 555 0120", "desk@bay.example.com")
    assert set(bay.engagements.values_list("client", flat=True)) == {cast.client.pk}


def test_the_same_list_again_changes_nothing(cast, run_jobs):
    apply(cast, run_jobs, LIST, target="providers")
    tally = queries.tally_of(check(cast, run_jobs, LIST.replace("Bay C", "BAY C"), target="providers"))
    assert (tally.same, tally.changing) == (2, 0)


def test_another_clients_provider_is_refused(cast, run_jobs):
    found = check(cast, run_jobs, f"provider\n{cast.other_provider.name.upper()}\n", target="providers")
    row = found.rows.get()
    assert (row.verdict, row.problems[0]["code"]) == ("rejected", "provider_not_engaged")


def test_a_provider_engaged_elsewhere_meanwhile_stops_the_import(cast, run_jobs):
    from sites import actions

    found = check(cast, run_jobs, LIST, target="providers")
    Engagement.objects.create(provider=make.ProviderFactory(name="bay cabling"), client=cast.other_client)
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    found.refresh_from_db()
    assert found.stage == "checked"
    assert "“Bay Cabling” came to work for another client" in found.apply_job.message


def test_undo_removes_providers_unless_they_have_people(cast, run_jobs):
    found = apply(cast, run_jobs, LIST, target="providers")
    make.TechnicianFactory(provider=Provider.objects.get(name="Bay Cabling"))
    result = undo(cast, run_jobs, found)
    assert not Provider.objects.filter(name="Sound Networks").exists()
    assert (result["removed"], result["stays"]) == (1, [["Bay Cabling", "has technicians"]])


def test_undo_puts_a_changed_provider_back(cast, run_jobs):
    apply(cast, run_jobs, LIST, target="providers")
    found = apply(cast, run_jobs, LIST.replace("0120", "0999"), target="providers")
    assert Provider.objects.get(name="Bay Cabling").phone.endswith("0999")
    assert undo(cast, run_jobs, found)["restored"] == 1
    assert Provider.objects.get(name="Bay Cabling").phone.endswith("0120")


def test_undo_leaves_alone_what_was_changed_since(cast, run_jobs):
    found = apply(cast, run_jobs, LIST, target="providers")
    Provider.objects.filter(name="Bay Cabling").update(email="new@bay.example.com")
    assert undo(cast, run_jobs, found)["stays"] == [["Bay Cabling", "changed since: email"]]
