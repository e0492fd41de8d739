"""The plan, its steps and publishing through HTTP."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import factories as make
from tests.factories import NOW
from workorders.actions import plan as actions
from workorders.actions import publish as publish_actions
from workorders.models import PlanRevision, Step, WorkOrder
from workorders.queries import plan as queries

ROWS = {
    "evidence-TOTAL_FORMS": "0",
    "evidence-INITIAL_FORMS": "0",
    "material-TOTAL_FORMS": "0",
    "material-INITIAL_FORMS": "0",
}
STEP = {
    "title": "Mount the access point",
    "phase": "install",
    "minutes": "30",
    "crew": "1",
    "instructions": "",
    "warning": "",
    "skills_text": "",
    "tools_text": "",
    **ROWS,
}


def url(name, cast, *args):
    """The address of a page of the cast's rollout."""
    return reverse(f"workorders:{name}", args=[cast.rollout.code, *args])


@pytest.fixture
def pm(cast, as_user):
    """The PM's browser."""
    return as_user(cast.pm)


@pytest.fixture
def draft(cast):
    """An empty draft."""
    return actions.start_plan(rollout=cast.rollout, by=cast.pm, at=NOW)


@pytest.fixture
def step(cast, draft):
    """One step with a photo."""
    photo = actions.EvidenceDraft("photo", "LED on", options={"must_show": ["LED", "label"]})
    return actions.add_step(
        revision=draft, by=cast.pm, at=NOW, title="Mount it", phase="install", minutes=30, evidence=[photo]
    )


def test_a_step_is_written_with_evidence_material_tools_and_skills(cast, pm, draft):
    rows = {
        "evidence-TOTAL_FORMS": "3",
        "evidence-0-kind": "reading",
        "evidence-0-label": "Signal",
        "evidence-0-required": "on",
        "evidence-0-unit": "dBm",
        "evidence-0-low": "-67",
        "evidence-0-high": "-30",
        "evidence-0-must_show": "left over from another kind",
        # 1 was taken out in the browser
        "evidence-2-kind": "serial",
        "evidence-2-label": "Serial number",
        "evidence-2-shape": "AP-##",
        "material-TOTAL_FORMS": "1",
        "material-0-name": "Bolt",
        "material-0-quantity": "2.50",
        "material-0-unit": "m",
    }
    words = {"skills_text": "Working at height, cabling; cabling", "tools_text": "Ladder\n\nLadder\nDrill"}
    response = pm.post(url("step-new", cast), {**STEP, **rows, **words})
    assert response.status_code == 302
    step = Step.objects.get()
    assert (step.skills, step.tools) == (["working-at-height", "cabling"], ["Ladder", "Drill"])
    assert step.materials == [{"name": "Bolt", "quantity": "2.5", "unit": "m"}]
    assert [(spec.kind, spec.required, spec.options) for spec in step.evidence_specs.all()] == [
        ("reading", True, {"unit": "dBm", "low": -67, "high": -30}),
        ("serial", False, {"shape": "AP-##", "pattern": "AP\\-[0-9][0-9]"}),
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "This field is required"),
        ({"minutes": "601"}, "600"),
        ({"crew": "0"}, "1"),
        (
            {
                "evidence-TOTAL_FORMS": "1",
                "evidence-0-kind": "choice",
                "evidence-0-label": "Result",
                "evidence-0-choices": "Pass",
            },
            "at least two choices",
        ),
        (
            {
                "evidence-TOTAL_FORMS": "1",
                "evidence-0-kind": "reading",
                "evidence-0-label": "S",
                "evidence-0-low": "5",
                "evidence-0-high": "1",
            },
            "Swap them",
        ),
        ({"material-TOTAL_FORMS": "1", "material-0-name": "Bolt", "material-0-quantity": "0"}, "0.001"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(cast, pm, draft, change, words):
    response = pm.post(url("step-new", cast), {**STEP, "instructions": "Typed with care", **change})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert b"Typed with care" in response.content
    assert not Step.objects.exists()


def test_changing_a_step_keeps_its_key_and_evidence(cast, pm, step):
    page = pm.get(reverse("workorders:step", args=[step.pk])).content.decode()
    assert "LED, label" in page
    rows = {
        "evidence-TOTAL_FORMS": "1",
        "evidence-0-key": "photo-led-on",
        "evidence-0-kind": "photo",
        "evidence-0-label": "LED green",
        "evidence-0-required": "on",
        "evidence-0-must_show": "LED",
    }
    response = pm.post(
        reverse("workorders:step", args=[step.pk]), {**STEP, **rows, "seen": actions.mark(step)}
    )
    assert response.status_code == 302
    fresh = Step.objects.get()
    assert (fresh.key, fresh.title) == (step.key, "Mount the access point")
    assert fresh.evidence_specs.get().key == "photo-led-on"


def test_saving_over_somebody_else_shows_both_and_then_replaces(cast, pm, step):
    address, seen = reverse("workorders:step", args=[step.pk]), actions.mark(step)
    actions.change_step(step=step, by=cast.pf, at=NOW, seen=seen, evidence=[], title="Theirs")
    response = pm.post(address, {**STEP, "title": "Mine", "seen": seen})
    text = response.content.decode()
    assert response.status_code == 422
    assert "Somebody else saved this step" in text
    assert "As it is now" in text
    assert "Theirs" in text
    assert 'value="Mine"' in text
    again = pm.post(address, {**STEP, "title": "Mine", "seen": response.context["forms"].form.data["seen"]})
    assert again.status_code == 302
    assert Step.objects.get().title == "Mine"


def test_saving_and_adding_another_stays_in_the_phase(cast, pm, draft):
    response = pm.post(url("step-new", cast), {**STEP, "phase": "test", "another": "1"})
    assert response.url == url("step-new", cast) + "?phase=test"


def test_removing_offers_undo(cast, pm, step):
    response = pm.post(reverse("workorders:step-remove", args=[step.pk]), follow=True)
    assert not Step.objects.exists()
    undo = next(str(message.extra_tags) for message in response.context["messages"]).removeprefix("undo:")
    pm.post(undo)
    assert Step.objects.get().key == step.key


def test_undo_of_another_rollout_is_not_found(cast, as_user, step):
    entry = actions.remove_step(step=step, by=cast.pm, at=NOW)
    address = reverse("workorders:step-restore", args=[cast.other_rollout.code, entry.pk])
    assert as_user(cast.stranger_pm).post(address).status_code == 404


def test_moving_answers_with_the_steps_in_their_new_order(cast, pm, draft):
    first = make.StepFactory(revision=draft, title="First", position=1)
    second = make.StepFactory(revision=draft, title="Second", position=2)
    address = reverse("workorders:step-move", args=[second.pk])
    text = pm.post(address, {"to": "up"}, headers={"HX-Request": "true"}).content.decode()
    assert text.index("Second") < text.index("First")
    assert "<html" not in text
    assert [one.pk for one in queries.step_list(draft)] == [second.pk, first.pk]


def test_the_plan_shows_phases_totals_and_clauses(cast, pm, step):
    text = pm.get(url("plan", cast)).content.decode()
    assert "Mount it" in text
    assert "1 step · 30 min" in text
    assert "Close out" in text


def test_the_plan_can_be_downloaded(cast, pm, step):
    lines = b"".join(pm.get(url("plan", cast) + "?format=csv").streaming_content).decode().splitlines()
    assert lines[1].startswith("1,Install,Mount it,")
    assert "Photo: LED on" in lines[1]
    book = pm.get(url("plan", cast) + "?format=xlsx")
    assert b"".join(book.streaming_content).startswith(b"PK")
    book.close()


def test_the_plan_costs_the_same_for_any_number_of_steps(cast, pm, draft, django_assert_max_num_queries):
    for _ in range(25):
        make.EvidenceSpecFactory(step=make.StepFactory(revision=draft))
    with django_assert_max_num_queries(12):
        pm.get(url("plan", cast))


def test_without_a_plan_the_page_says_how_to_begin(cast, pm):
    assert b"Bring the statement of work" in pm.get(url("plan", cast)).content
    pm.post(url("revision-start", cast))
    assert PlanRevision.objects.get().number == 1


def test_a_published_revision_is_read_only_and_leads_to_the_next(cast, pm, step, draft):
    publish_actions.publish_plan(revision=draft, open_clauses_reason="", by=cast.pm, at=NOW)
    text = pm.get(url("plan", cast)).content.decode()
    assert "Start revision 2" in text
    assert "Move up" not in text
    assert b"Save the step" not in pm.get(reverse("workorders:step", args=[step.pk])).content
    late = pm.post(reverse("workorders:step", args=[step.pk]), {**STEP, "seen": actions.mark(step)})
    assert late.status_code == 422
    assert "Start revision 2" in late.content.decode()
    pm.post(url("revision-start", cast))
    assert "Add a step" in pm.get(url("plan", cast)).content.decode()
    assert pm.get(url("plan-revision", cast, 1)).status_code == 200


def test_a_facilitator_reads_the_plan_and_changes_nothing(cast, as_user, step):
    pf = as_user(cast.pf)
    assert pf.get(url("plan", cast)).status_code == 200
    assert b"Save the step" not in pf.get(reverse("workorders:step", args=[step.pk])).content
    for name in ("step", "step-remove", "step-move"):
        assert pf.post(reverse(f"workorders:{name}", args=[step.pk]), STEP).status_code == 403
    for name in ("step-new", "revision-start", "publish", "publish-orders"):
        assert pf.post(url(name, cast), {}).status_code == 403


@pytest.mark.parametrize("name", ["step", "step-remove", "step-move"])
def test_a_stranger_finds_no_step(cast, as_user, step, name):
    assert (
        as_user(cast.stranger_pm).post(reverse(f"workorders:{name}", args=[step.pk]), STEP).status_code == 404
    )


def test_publishing_leads_to_the_packets_and_makes_work_orders(cast, pm, step):
    make.EnrolmentFactory.create_batch(2, rollout=cast.rollout)
    text = pm.get(url("publish", cast)).content.decode()
    assert "1 distinct packet over 2 sites" in text
    assert "Makes 2 work orders" in text
    response = pm.post(url("publish", cast), {"revision": "1"})
    assert response.url == url("packets", cast)
    assert WorkOrder.objects.count() == 2


def test_publishing_twice_is_harmless(cast, pm, step):
    pm.post(url("publish", cast), {"revision": "1"})
    assert pm.post(url("publish", cast), {"revision": "1"}).status_code == 302
    assert PlanRevision.objects.get().published_by == cast.pm


def test_a_page_left_open_does_not_publish_the_next_revision(cast, pm, step, draft):
    publish_actions.publish_plan(revision=draft, open_clauses_reason="", by=cast.pm, at=NOW)
    actions.start_revision(rollout=cast.rollout, by=cast.pm, at=NOW)
    response = pm.post(url("publish", cast), {"revision": "1"})
    assert "revised meanwhile" in response.content.decode()
    assert PlanRevision.objects.get(number=2).is_draft


def test_sites_enrolled_later_get_their_work_orders(cast, pm, step, draft):
    publish_actions.publish_plan(revision=draft, open_clauses_reason="", by=cast.pm, at=NOW)
    make.EnrolmentFactory(rollout=cast.rollout)
    assert "1 enrolled site has no work order yet" in pm.get(url("publish", cast)).content.decode()
    pm.post(url("publish-orders", cast))
    assert WorkOrder.objects.count() == 1
