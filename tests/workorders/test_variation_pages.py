"""Variations through HTTP."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from sites.models import Attribute, AttributeValue
from tests import factories as make
from tests.factories import NOW
from workorders.actions import plan as plan_actions
from workorders.actions import publish as publish_actions
from workorders.actions import variations as actions
from workorders.models import Variation
from workorders.queries import plan as plan_queries

FORM = {
    "name": "Hard ceiling",
    "rank": "0",
    "mode": "all",
    "effect": "add_material",
    "step_key": "mount-it",
    "reason": "Bolts in concrete",
    "clause_number": "",
    "when-TOTAL_FORMS": "1",
    "when-INITIAL_FORMS": "0",
    "when-0-attribute": "ceiling",
    "when-0-op": "is",
    "when-0-value": "hard",
    "payload-name": "Toggle bolt",
    "payload-quantity": "8",
    "payload-unit": "",
}


def url(name, cast, *args):
    """The address of a page of the cast's rollout."""
    return reverse(f"workorders:{name}", args=[cast.rollout.code, *args])


@pytest.fixture
def pm(cast, as_user):
    """The PM's browser, a draft with one step, attributes of every kind, one site with a hard ceiling and one unknown."""
    draft = plan_actions.start_plan(rollout=cast.rollout, by=cast.pm, at=NOW)
    plan_actions.add_step(revision=draft, by=cast.pm, at=NOW, title="Mount it", phase="install", minutes=30)
    ceiling = make.AttributeFactory(client=cast.client)
    for key, kind in (("height", "number"), ("rack", "yes_no"), ("opened", "date"), ("owner", "text")):
        make.AttributeFactory(client=cast.client, key=key, label=key.capitalize(), kind=kind, choices=[])
    known, _ = make.EnrolmentFactory.create_batch(2, rollout=cast.rollout)
    AttributeValue.objects.create(
        site=known.site,
        attribute=ceiling,
        value="hard",
        source="survey",
        observed_on=date(2026, 11, 1),
        recorded_at=NOW,
    )
    return as_user(cast.pm)


def save(pm, cast, **change):
    """Send the form of a new variation."""
    return pm.post(url("variation-new", cast), {**FORM, **change})


def test_a_variation_is_written_and_read_aloud(cast, pm):
    assert save(pm, cast).status_code == 302
    rule = Variation.objects.get()
    assert rule.condition == {"all": [{"attribute": "ceiling", "op": "is", "value": "hard"}]}
    assert rule.payload == {"name": "Toggle bolt", "quantity": "8"}
    text = pm.get(url("variations", cast)).content.decode()
    assert "When ceiling is hard, bring 8 × Toggle bolt for “Mount it”." in text
    assert "Holds at <b>1</b>" in text
    assert "unknown at <b>1</b>" in text


@pytest.mark.parametrize(
    ("attribute", "op", "value", "stored"),
    [
        ("ceiling", "in", ["hard", "drop"], ["hard", "drop"]),
        ("height", "gt", "12.5", 12.5),
        ("height", "lte", "12", 12),
        ("rack", "is", "no", False),
        ("opened", "gte", "2026-01-31", "2026-01-31"),
        ("owner", "in", "ACME, Bolt & Co", ["ACME", "Bolt & Co"]),
        ("region", "is_not", "AK", "AK"),
    ],
)
def test_values_are_stored_by_the_kind_of_their_attribute(cast, pm, attribute, op, value, stored):
    row = {"when-0-attribute": attribute, "when-0-op": op, "when-0-value": value}
    assert save(pm, cast, **row).status_code == 302
    assert Variation.objects.get().condition["all"][0] == {"attribute": attribute, "op": op, "value": stored}
    assert pm.get(reverse("workorders:variation", args=[Variation.objects.get().pk])).status_code == 200


@pytest.mark.parametrize(
    ("effect", "payload", "stored"),
    [
        ("remove_step", {}, {}),
        ("set_minutes", {"minutes": "45"}, {"minutes": 45}),
        ("set_crew", {"crew": "2"}, {"crew": 2}),
        ("note", {"text": "Ring first"}, {"text": "Ring first"}),
        ("replace_step", {"instructions": "Use bolts"}, {"instructions": "Use bolts"}),
        (
            "add_evidence",
            {"kind": "photo", "label": "Bolts", "required": "on", "must_show": "all four"},
            {
                "key": "photo-bolts",
                "kind": "photo",
                "label": "Bolts",
                "required": True,
                "options": {"must_show": ["all four"]},
            },
        ),
        (
            "add_step",
            {"title": "Hang it", "phase": "install", "minutes": "40", "crew": "1"},
            {"title": "Hang it", "phase": "install", "minutes": 40, "crew": 1},
        ),
    ],
)
def test_every_effect_stores_what_the_compiler_wants(cast, pm, effect, payload, stored):
    fields = {f"payload-{name}": value for name, value in payload.items()}
    assert save(pm, cast, effect=effect, **fields).status_code == 302
    rule = Variation.objects.get()
    assert rule.payload == stored
    assert b"To settle before publishing" not in pm.get(url("variations", cast)).content
    assert pm.get(reverse("workorders:variation", args=[rule.pk])).status_code == 200


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": ""}, "This field is required"),
        ({"step_key": ""}, "Choose the step this changes"),
        ({"clause_number": "9.9"}, "has no clause 9.9"),
        ({"when-0-attribute": "height", "when-0-op": "gt", "when-0-value": "tall"}, "Enter a number"),
        ({"when-0-attribute": "roof"}, "not one of the available choices"),
        ({"payload-quantity": "-1"}, "greater than or equal"),
        ({"effect": "replace_step"}, "Say what is different"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(cast, pm, change, words):
    response = save(pm, cast, name="Typed with care", **change)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert "Typed with care" in response.content.decode()
    assert not Variation.objects.exists()


def test_without_a_row_it_holds_everywhere(cast, pm):
    save(pm, cast, **{"when-TOTAL_FORMS": "0"})
    assert Variation.objects.get().condition == {}
    assert "At every site, bring" in pm.get(url("variations", cast)).content.decode()


def test_a_row_taken_out_leaves_no_trace(cast, pm):
    rows = {
        "when-TOTAL_FORMS": "3",
        "when-2-attribute": "rack",
        "when-2-op": "is",
        "when-2-value": "yes",
        "mode": "any",
    }
    save(pm, cast, **rows)
    assert [test["attribute"] for test in Variation.objects.get().condition["any"]] == ["ceiling", "rack"]


def test_it_is_read_aloud_while_it_is_written(cast, pm):
    text = pm.post(url("variation-preview", cast), {**FORM, "name": "", "reason": ""}).content.decode()
    assert "When ceiling is hard, bring 8 × Toggle bolt for “Mount it”." in text
    assert "Holds at <b>1</b>" in text
    assert not Variation.objects.exists()


def test_a_preview_of_half_a_variation_waits(cast, pm):
    text = pm.post(url("variation-preview", cast), {**FORM, "payload-name": ""}).content.decode()
    assert "Once the fields are complete" in text


@pytest.mark.parametrize(
    ("attribute", "shown"), [("height", 'type="number"'), ("opened", 'type="date"'), ("rack", ">no<")]
)
def test_a_row_follows_its_attribute(cast, pm, attribute, shown):
    text = pm.get(
        url("variation-value", cast), {"when-4-attribute": attribute, "when-4-op": "is"}
    ).content.decode()
    assert shown in text
    assert 'name="when-4-value"' in text


def test_what_an_effect_needs_keeps_what_was_typed(cast, pm):
    asked = {"effect": "set_minutes", "payload-minutes": "25", "step_key": "mount-it"}
    text = pm.get(url("variation-effect", cast), asked).content.decode()
    assert 'value="25"' in text
    assert "selected" in text


def test_a_fact_can_be_defined_on_the_spot(cast, pm):
    response = pm.post(
        url("variation-attribute", cast), {"label": "Roof", "kind": "choice", "choices": "flat\npitched"}
    )
    assert "“Roof” is defined" in response.content.decode()
    assert Attribute.objects.get(key="roof").client == cast.client
    wrong = pm.post(url("variation-attribute", cast), {"label": "Wall", "kind": "choice", "choices": "brick"})
    assert wrong.status_code == 422
    assert b'value="Wall"' in wrong.content


def test_a_nested_condition_stays_unless_rows_replace_it(cast, pm):
    nested = {"not": {"all": [{"attribute": "ceiling", "op": "is", "value": "hard"}]}}
    save(pm, cast)
    rule = Variation.objects.get()
    Variation.objects.update(condition=nested)
    rule.refresh_from_db()
    address = reverse("workorders:variation", args=[rule.pk])
    assert b"nested deeper than rows can show" in pm.get(address).content
    pm.post(address, {**FORM, "when-TOTAL_FORMS": "0", "seen": actions.mark(rule), "reason": "New words"})
    rule.refresh_from_db()
    assert (rule.condition, rule.reason) == (nested, "New words")


def test_saving_over_somebody_else_is_said_once(cast, pm):
    save(pm, cast)
    rule = Variation.objects.get()
    address, seen = reverse("workorders:variation", args=[rule.pk]), actions.mark(rule)
    Variation.objects.update(reason="Theirs")
    response = pm.post(address, {**FORM, "seen": seen, "reason": "Mine"})
    assert "Somebody else saved this variation" in response.content.decode()
    again = response.context["forms"].form.data["seen"]
    assert pm.post(address, {**FORM, "seen": again, "reason": "Mine"}).status_code == 302
    rule.refresh_from_db()
    assert rule.reason == "Mine"


def test_removing_offers_undo(cast, pm):
    save(pm, cast)
    rule = Variation.objects.get()
    response = pm.post(reverse("workorders:variation-remove", args=[rule.pk]), follow=True)
    undo = str([*response.context["messages"]][-1].extra_tags).removeprefix("undo:")
    assert not Variation.objects.exists()
    pm.post(undo)
    assert Variation.objects.get().key == rule.key


def test_the_sites_of_a_verdict_are_listed_and_exported(cast, pm):
    save(pm, cast)
    address = reverse("workorders:variation-sites", args=[Variation.objects.get().pk])
    assert b"Decided at every site" not in pm.get(address, {"verdict": "unknown"}).content
    assert pm.get(address, {"verdict": "nonsense"}).status_code == 200
    lines = (
        b"".join(pm.get(address, {"verdict": "yes", "format": "csv"}).streaming_content).decode().splitlines()
    )
    assert len(lines) == 2
    assert "Ceiling: hard" in lines[1]


def test_a_published_plan_takes_no_variation(cast, pm):
    save(pm, cast)
    draft = plan_queries.working_revision(cast.rollout)
    publish_actions.publish_plan(revision=draft, open_clauses_reason="", by=cast.pm, at=NOW)
    assert save(pm, cast, name="Late").status_code == 302
    assert Variation.objects.count() == 1
    assert "Start revision 2" in pm.get(url("variations", cast)).content.decode()


def test_a_facilitator_reads_and_changes_nothing(cast, pm, as_user):
    save(pm, cast)
    rule, pf = Variation.objects.get(), as_user(cast.pf)
    assert pf.get(url("variations", cast)).status_code == 200
    assert pf.get(reverse("workorders:variation-sites", args=[rule.pk])).status_code == 200
    for name in ("variation", "variation-remove"):
        assert pf.post(reverse(f"workorders:{name}", args=[rule.pk]), FORM).status_code == 403
    assert pf.post(url("variation-new", cast), FORM).status_code == 403


@pytest.mark.parametrize("name", ["variation", "variation-remove", "variation-sites"])
def test_a_stranger_finds_no_variation(cast, pm, as_user, name):
    save(pm, cast)
    address = reverse(f"workorders:{name}", args=[Variation.objects.get().pk])
    assert as_user(cast.stranger_pm).post(address, FORM).status_code == 404
