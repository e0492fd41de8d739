"""Stating, confirming, settling and forgetting what is known about a site, by two people at once too."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rollout.models import AuditEntry
from sites import actions
from sites.choices import FactSource
from sites.facts import facts_for
from sites.models import AttributeValue
from tests import factories as make

TODAY = make.NOW.date()


@pytest.fixture
def here(db):
    rollout = make.RolloutFactory()
    attribute = make.AttributeFactory(client=rollout.client, shelf_life_days=30)
    site = make.EnrolmentFactory(rollout=rollout).site
    return {"rollout": rollout, "site": site, "attribute": attribute, "by": rollout.pm, "at": make.NOW}


def said(here, value, source=FactSource.IMPORT, days_ago=0):
    return make.AttributeValueFactory(
        site=here["site"],
        attribute=here["attribute"],
        value=value,
        source=source,
        observed_on=TODAY - timedelta(days_ago),
    )


def fact(here):
    site, attribute = here["site"], here["attribute"]
    return facts_for([site.pk], attribute.client_id, today=TODAY)[site.pk][attribute.key]


def test_a_stale_fact_is_confirmed_as_of_today(here):
    said(here, "drop", days_ago=40)
    assert fact(here).state == "stale"
    actions.confirm_fact(**here, seen="drop")
    assert (fact(here).state, fact(here).source, fact(here).observed_on) == ("known", "pm", TODAY)
    assert AttributeValue.objects.count() == 2
    entry = AuditEntry.objects.get(type="sites.fact.confirmed")
    assert entry.data["changes"] == {"attr:ceiling": [None, "drop"]}


def test_confirming_twice_writes_once(here):
    said(here, "drop", days_ago=40)
    actions.confirm_fact(**here, seen="drop")
    assert actions.confirm_fact(**here, seen="drop") is None
    assert AuditEntry.objects.filter(type="sites.fact.confirmed").count() == 1


def test_nobody_confirms_what_somebody_else_has_just_changed(here):
    said(here, "hard")
    with pytest.raises(actions.SaidMeanwhile, match="hard"):
        actions.confirm_fact(**here, seen="drop")


def test_what_is_unknown_or_disputed_cannot_be_confirmed(here):
    with pytest.raises(actions.NothingSaid):
        actions.confirm_fact(**here, seen="")
    said(here, "drop")
    said(here, "hard", FactSource.SURVEY)
    with pytest.raises(actions.NothingSaid):
        actions.confirm_fact(**here, seen="drop")


def test_settling_keeps_who_said_what_is_right(here):
    right = said(here, "hard", FactSource.SURVEY, days_ago=3)
    said(here, "drop")
    actions.settle_fact(**here, source="survey", seen="hard", reason="Looked at the pictures")
    assert list(AttributeValue.objects.values_list("pk", "observed_on")) == [(right.pk, right.observed_on)]
    entry = AuditEntry.objects.get(type="sites.fact.settled")
    assert (entry.reason, entry.data["changes"]) == (
        "Looked at the pictures",
        {"attr:ceiling": ["drop or hard", "hard"]},
    )


def test_a_dispute_is_not_settled_for_a_value_that_was_replaced_meanwhile(here):
    said(here, "drop", FactSource.SURVEY)
    said(here, "open")
    with pytest.raises(actions.SaidMeanwhile):
        actions.settle_fact(**here, source="survey", seen="hard")
    assert fact(here).state == "disputed"


def test_a_dispute_cannot_be_settled_for_a_source_that_is_silent(here):
    said(here, "drop")
    with pytest.raises(actions.NothingSaid):
        actions.settle_fact(**here, source="technician", seen="drop")


def test_who_said_it_without_an_account_is_named(here):
    actions.state_fact(
        **{**here, "by": None},
        value="hard",
        source=FactSource.CONTACT,
        said_by_name="Ann Lee, store manager",
        note="It is concrete",
    )
    (saying,) = fact(here).sayings
    assert (saying.said_by, saying.note) == ("Ann Lee, store manager", "It is concrete")
    assert AuditEntry.objects.get().data["said_by"] == "Ann Lee, store manager"


def test_the_history_has_before_and_after_of_the_same_source(here):
    for value in ("drop", "hard"):
        actions.state_fact(**here, value=value, reason="Called them")
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.data["changes"], entry.reason) == ({"attr:ceiling": ["drop", "hard"]}, "Called them")


def test_forgetting_keeps_what_was_said_in_the_history(here):
    said(here, "drop")
    actions.forget_fact(**{**here, "by": None}, source="import")
    assert AuditEntry.objects.get().data["changes"] == {"attr:ceiling": ["drop", None]}
    assert fact(here).state == "unknown"


def test_a_fact_knows_until_when_it_counts(here):
    said(here, "drop", days_ago=18)
    assert (fact(here).fresh_until, fact(here).fresh) == (TODAY + timedelta(12), 1)


def test_a_shelf_life_beyond_the_calendar_never_ends(here):
    here["attribute"].shelf_life_days = 2_000_000_000
    here["attribute"].save()
    said(here, "drop")
    assert (fact(here).state, fact(here).fresh_until) == ("known", None)


def test_of_two_spellings_of_one_day_always_the_same_is_shown(here):
    said(here, "Drop", FactSource.SURVEY)
    said(here, "drop", FactSource.CONTACT)
    assert {fact(here).value for _ in range(3)} == {"Drop"}
    assert fact(here).observed_on == date(2026, 11, 20)
