"""The workbench through HTTP."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from rollout.models import Job
from tests.factories import NOW
from tests.workorders.plan_cases import SOW, bring, clause, draft_of
from workorders.actions import clauses as clause_actions
from workorders.actions import plan as plan_actions
from workorders.actions import publish as publish_actions
from workorders.models import StatementOfWork
from workorders.queries import sow as queries
from workorders.views import sow as sow_views

HTMX = {"HX-Request": "true"}


def url(name, cast, *args):
    """The address of a page of the cast's rollout."""
    return reverse(f"workorders:{name}", args=[cast.rollout.code, *args])


@pytest.fixture
def pm(cast, as_user):
    """The PM's browser."""
    return as_user(cast.pm)


def said(response):
    """What the toast of a fragment says."""
    return json.loads(response["HX-Trigger"]).get("toast", {}).get("text", "")


def test_uploading_leads_to_the_workbench(cast, pm):
    response = pm.post(
        url("sow-upload", cast), {"file": SimpleUploadedFile("sow.md", SOW), "text": ""}, follow=True
    )
    assert response.redirect_chain[-1][0] == url("sow", cast)
    assert b"Version 1 read: 5 clauses." in response.content
    assert b"Mount the access point" in response.content


def test_pasted_text_is_read_too(cast, pm):
    pm.post(url("sow-upload", cast), {"text": SOW.decode()})
    assert StatementOfWork.objects.get().file.name == "Pasted text.txt"


def test_without_a_document_the_page_asks_for_one(cast, pm):
    assert b"Or paste its text" in pm.get(url("sow", cast)).content


def test_a_facilitator_without_a_document_is_told_who_brings_it(cast, as_user):
    assert b"The project manager uploads it here" in as_user(cast.pf).get(url("sow", cast)).content


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Choose a file or paste the text first."),
        ({"file": SimpleUploadedFile("a.md", SOW), "text": "Also this"}, "Send one of them"),
        ({"file": SimpleUploadedFile("empty.md", b"")}, "This file is empty"),
        ({"text": "   "}, "Choose a file or paste the text first."),
        ({"file": SimpleUploadedFile("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 900)}, "docx"),
    ],
)
def test_what_cannot_be_read_keeps_the_form(cast, pm, data, words):
    response = pm.post(url("sow-upload", cast), data)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not StatementOfWork.objects.exists()


def test_a_file_that_is_too_large_is_refused_with_a_sentence(cast, pm, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    response = pm.post(url("sow-upload", cast), {"file": SimpleUploadedFile("big.md", b"x" * 5000)})
    assert response.status_code == 422
    assert "the limit is" in response.content.decode()


def test_pasted_text_stays_when_it_is_refused(cast, pm):
    response = pm.post(url("sow-upload", cast), {"file": SimpleUploadedFile("a.md", SOW), "text": "Keep me"})
    assert b"Keep me" in response.content


def test_the_same_file_again_says_so(cast, pm):
    bring(cast.rollout, cast.pm)
    response = pm.post(url("sow-upload", cast), {"file": SimpleUploadedFile("sow.md", SOW)}, follow=True)
    assert "This is version 1 again" in response.content.decode()


def test_a_slow_file_is_read_by_a_worker(cast, pm, monkeypatch, run_jobs):
    monkeypatch.setattr(sow_views, "QUICK_BYTES", 10)
    response = pm.post(url("sow-upload", cast), {"file": SimpleUploadedFile("sow.md", SOW)})
    job = Job.objects.get()
    assert response.url == reverse("rollout:job", args=[job.key])
    run_jobs()
    job.refresh_from_db()
    assert (job.state, StatementOfWork.objects.get().clauses.count()) == ("done", 5)


def test_a_slow_file_that_cannot_be_read_ends_in_a_sentence(cast, pm, monkeypatch, run_jobs):
    monkeypatch.setattr(sow_views, "QUICK_BYTES", 10)
    pm.post(url("sow-upload", cast), {"file": SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\n" + b"0" * 100)})
    run_jobs()
    job = Job.objects.get()
    assert job.state == "failed"
    assert job.message.endswith(".")


def test_accepting_answers_with_the_clause_as_it_is_now(cast, pm):
    sow = bring(cast.rollout, cast.pm)
    mount = clause(sow, "Mount")
    response = pm.post(url("clauses-accept", cast), {"pk": mount.pk}, headers=HTMX)
    text = response.content.decode()
    assert f'id="clause-{mount.pk}"' in text
    assert 'data-state="traced"' in text
    assert 'id="coverage"' in text
    assert 'id="plan-margin"' in text


def test_a_clause_decided_meanwhile_shows_its_present_state_and_why(cast, pm):
    sow = bring(cast.rollout, cast.pm)
    costs = clause(sow, "400 USD")
    clause_actions.set_aside(
        clauses=[costs], revision=draft_of(cast.rollout), reason="Not ours", by=cast.pf, at=NOW
    )
    response = pm.post(url("clauses-accept", cast), {"pk": costs.pk}, headers=HTMX)
    assert "aside meanwhile: Not ours" in said(response)
    assert 'data-state="set_aside"' in response.content.decode()


def test_setting_aside_needs_a_reason(cast, pm):
    costs = clause(bring(cast.rollout, cast.pm), "400 USD")
    response = pm.post(url("clauses-set-aside", cast), {"pk": costs.pk, "reason": " "}, headers=HTMX)
    assert response.status_code == 422
    assert "the client may ask" in response.content.decode()


@pytest.mark.parametrize("field", ["reason", "quick"])
def test_own_words_and_quick_reasons_set_aside(cast, pm, field):
    costs = clause(bring(cast.rollout, cast.pm), "400 USD")
    pm.post(url("clauses-set-aside", cast), {"pk": costs.pk, field: "Not ours"}, headers=HTMX)
    costs.refresh_from_db()
    assert (costs.set_aside_reason, costs.set_aside_by) == ("Not ours", cast.pm)


def test_a_group_is_decided_as_it_was_shown(cast, pm):
    sow = bring(cast.rollout, cast.pm)
    everything = {"first": 1, "last": 5}
    pm.post(url("clauses-set-aside", cast) + "?q=switch", {**everything, "reason": "No"}, headers=HTMX)
    assert [one.number for one in sow.clauses.exclude(set_aside_at=None)] == ["2.2"]


def test_accepting_a_group_makes_all_its_steps(cast, pm):
    sow = bring(cast.rollout, cast.pm)
    response = pm.post(url("clauses-accept", cast), {"first": 1, "last": 5}, headers=HTMX)
    assert "steps added" in said(response)
    assert draft_of(cast.rollout).steps.count() >= 2
    assert queries.coverage(sow, draft_of(cast.rollout)).set_aside == 0


def test_chosen_clauses_become_one_step(cast, pm):
    sow = bring(cast.rollout, cast.pm)
    pks = [clause(sow, "Mount").pk, clause(sow, "Connect").pk]
    pm.post(url("clauses-merge", cast), {"pk": pks}, headers=HTMX)
    assert draft_of(cast.rollout).steps.get().clauses.count() == 2


def test_tracing_finds_steps_by_words_and_by_number(cast, pm):
    sow = bring(cast.rollout, cast.pm)
    draft = draft_of(cast.rollout)
    step = clause_actions.accept_proposal(clause=clause(sow, "Mount"), revision=draft, by=cast.pm, at=NOW)
    connect = clause(sow, "Connect")
    search = url("clauses-trace", cast)
    assert (
        step.title
        in pm.get(search, {"pk": connect.pk, "step_q": "ceiling mount"}, headers=HTMX).content.decode()
    )
    assert step.title in pm.get(search, {"pk": connect.pk, "step_q": "1"}, headers=HTMX).content.decode()
    assert (
        "No step matches"
        in pm.get(search, {"pk": connect.pk, "step_q": "zzz"}, headers=HTMX).content.decode()
    )
    pm.post(search, {"pk": connect.pk, "step": step.pk}, headers=HTMX)
    assert step.clauses.count() == 2


def test_tracing_without_a_step_asks_for_one(cast, pm):
    mount = clause(bring(cast.rollout, cast.pm), "Mount")
    response = pm.post(url("clauses-trace", cast), {"pk": mount.pk, "step": ""}, headers=HTMX)
    assert response.status_code == 422
    assert "Choose a step" in response.content.decode()


def test_a_step_of_another_rollout_is_not_found(cast, pm):
    mount = clause(bring(cast.rollout, cast.pm), "Mount")
    foreign = plan_actions.add_step(
        revision=plan_actions.start_plan(rollout=cast.other_rollout, by=cast.stranger_pm, at=NOW),
        by=cast.stranger_pm,
        at=NOW,
        title="Theirs",
        phase="install",
    )
    response = pm.post(url("clauses-trace", cast), {"pk": mount.pk, "step": foreign.pk}, headers=HTMX)
    assert response.status_code == 404
    assert foreign.clauses.count() == 0


def test_a_clause_of_another_rollout_is_left_alone(cast, pm):
    bring(cast.rollout, cast.pm)
    foreign = clause(bring(cast.other_rollout, cast.stranger_pm), "400 USD")
    pm.post(url("clauses-set-aside", cast), {"pk": foreign.pk, "reason": "Mine now"}, headers=HTMX)
    foreign.refresh_from_db()
    assert foreign.set_aside_at is None


def test_undo_opens_the_clause_again(cast, pm):
    sow = bring(cast.rollout, cast.pm)
    mount = clause(sow, "Mount")
    pm.post(url("clauses-accept", cast), {"pk": mount.pk}, headers=HTMX)
    response = pm.post(url("clause-reopen", cast), {"pk": mount.pk}, headers=HTMX)
    assert 'data-state="open"' in response.content.decode()
    assert not draft_of(cast.rollout).steps.exists()


def test_without_htmx_the_page_comes_back_with_a_message(cast, pm):
    mount = clause(bring(cast.rollout, cast.pm), "Mount")
    response = pm.post(url("clauses-accept", cast), {"pk": mount.pk}, follow=True)
    assert b"Step added: Mount" in response.content


@pytest.mark.parametrize(
    ("address", "shown", "hidden"),
    [
        ("?state=open", "Connect the access point", "400 USD"),
        ("?state=set_aside", "400 USD", "Connect the access point"),
        ("?q=switch", "Connect the access point", "400 USD"),
        ("?q=2.2", "Connect the access point", "400 USD"),
        ("?q=costs", "400 USD", "Connect the access point"),
        ("?state=nonsense", "400 USD", "zzz"),
    ],
)
def test_filters_live_in_the_address(cast, pm, address, shown, hidden):
    sow = bring(cast.rollout, cast.pm)
    clause_actions.accept_proposal(
        clause=clause(sow, "400 USD"), revision=draft_of(cast.rollout), by=cast.pm, at=NOW
    )
    text = pm.get(url("sow", cast) + address).content.decode()
    assert shown in text
    assert hidden not in text


def test_what_became_of_every_clause_can_be_downloaded(cast, pm):
    sow = bring(cast.rollout, cast.pm)
    draft = draft_of(cast.rollout)
    clause_actions.accept_proposal(clause=clause(sow, "400 USD"), revision=draft, by=cast.pm, at=NOW)
    lines = b"".join(pm.get(url("sow", cast) + "?format=csv").streaming_content).decode().splitlines()
    assert len(lines) == 6
    assert f'Set aside,,"Commercial, between client and contractor",{cast.pm.name}' in lines[5]
    filtered = pm.get(url("sow", cast) + "?format=csv&state=open")
    assert len(b"".join(filtered.streaming_content).decode().splitlines()) == 5


def test_a_long_document_comes_in_pages(cast, pm, monkeypatch):
    monkeypatch.setattr(sow_views, "ALL_ON_ONE_PAGE", 2)
    monkeypatch.setattr(sow_views, "PAGE", 2)
    bring(cast.rollout, cast.pm)
    assert pm.get(url("sow", cast)).content.count(b"<article") == 2
    assert pm.get(url("sow", cast) + "?page=3").content.count(b"<article") == 1


def test_the_workbench_costs_the_same_for_any_number_of_clauses(cast, pm, django_assert_max_num_queries):
    many = b"# T\n\n## Install\n\n" + b"".join(b"- Mount bracket number %d\n" % n for n in range(60))
    bring(cast.rollout, cast.pm, many)
    pm.post(url("clauses-accept", cast), {"first": 1, "last": 30}, headers=HTMX)
    with django_assert_max_num_queries(18):
        pm.get(url("sow", cast))


def test_an_earlier_version_stays_reachable_and_takes_no_decision(cast, pm):
    bring(cast.rollout, cast.pm)
    bring(cast.rollout, cast.pm, SOW.replace(b"400", b"450"))
    text = pm.get(url("sow-version", cast, 1)).content.decode()
    assert "400 USD" in text
    assert 'data-do="accept"' not in text
    assert pm.get(url("sow-version", cast, 2)).status_code == 302
    assert pm.get(url("sow-version", cast, 3)).status_code == 404


def test_a_published_plan_offers_the_next_revision(cast, pm):
    sow = bring(cast.rollout, cast.pm)
    clause_actions.accept_proposal(
        clause=clause(sow, "Mount"), revision=draft_of(cast.rollout), by=cast.pm, at=NOW
    )
    publish_actions.publish_plan(
        revision=draft_of(cast.rollout), open_clauses_reason="Later", by=cast.pm, at=NOW
    )
    text = pm.get(url("sow", cast)).content.decode()
    assert "Start revision 2" in text
    assert 'data-do="accept"' not in text
    response = pm.post(url("clauses-accept", cast), {"pk": clause(sow, "Connect").pk}, headers=HTMX)
    assert "published" in said(response)


def test_hostile_words_are_shown_as_words(cast, pm):
    bring(
        cast.rollout,
        cast.pm,
        b'# T\n\n## Install\n\nMount <script>alert(1)</script> it\n\nMount {{ 7*7 }} "x" it\n',
        "x.txt",
    )
    text = pm.get(url("sow", cast)).content.decode()
    assert "<script>alert" not in text
    assert "{{ 7*7 }}" in text


@pytest.mark.parametrize(
    "name",
    ["sow-upload", "clauses-accept", "clauses-merge", "clauses-set-aside", "clauses-trace", "clause-reopen"],
)
def test_a_facilitator_may_read_but_not_decide(cast, as_user, name):
    bring(cast.rollout, cast.pm)
    pf = as_user(cast.pf)
    assert pf.get(url("sow", cast)).status_code == 200
    assert pf.post(url(name, cast), {}).status_code == 403


@pytest.mark.parametrize("role", ["stranger_pm", "technician", "provider_manager", "nobody"])
def test_strangers_find_nothing(cast, as_user, role):
    bring(cast.rollout, cast.pm)
    stranger = as_user(getattr(cast, role))
    assert stranger.get(url("sow", cast)).status_code == 404
    assert stranger.post(url("clauses-accept", cast), {"pk": 1}).status_code == 404
