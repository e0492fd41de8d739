"""What can be known: defining it, asking for it, and changing it without losing what is known."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rollout.models import AuditEntry
from sites import actions, planning
from sites.choices import AttributeKind
from sites.models import Attribute, AttributeValue
from sites.planning import Need
from tests import factories as make


@pytest.fixture
def rollout(cast):
    return cast.rollout


@pytest.fixture
def ceiling(rollout):
    return make.AttributeFactory(client=rollout.client)


def value(attribute, said, source="pm", site=None):
    site = site or make.SiteFactory(client=attribute.client)
    return make.AttributeValueFactory(site=site, attribute=attribute, value=said, source=source)


def change(rollout, attribute, **fields):
    return actions.change_attribute(
        attribute=attribute, rollout=rollout, by=rollout.pm, at=make.NOW, **fields
    )


def url(rollout, name, **more):
    return reverse(f"sites:{name}", kwargs={"code": rollout.code, **more})


def form_of(attribute, **more):
    choices = "\n".join(attribute.choices)
    return {"label": attribute.label, "kind": attribute.kind, "choices": choices, **more}


def test_how_sites_are_asked_is_kept(rollout, cast, as_user):
    data = {
        "label": "Has rack",
        "kind": "yes_no",
        "question": "Is there a rack?",
        "hint": "In the back office",
    }
    data |= {"wants_picture": "on", "in_es": "¿Hay un rack?", "in_ja": "ラックはありますか", "in_de": " "}
    as_user(cast.pm).post(url(rollout, "attribute-new"), data)
    made = Attribute.objects.get(key="has-rack")
    assert (made.question, made.hint, made.wants_picture) == ("Is there a rack?", "In the back office", True)
    assert made.translations == {"es": "¿Hay un rack?", "ja": "ラックはありますか"}


def test_the_form_shows_what_is_kept(rollout, cast, as_user, ceiling):
    change(rollout, ceiling, question="Which ceiling?", translations={"fr": "Quel plafond ?"})
    page = as_user(cast.pm).get(url(rollout, "attribute-edit", attribute_key="ceiling")).content.decode()
    assert 'value="Quel plafond ?"' in page
    assert "Which ceiling?" in page


def test_a_choice_in_use_cannot_go_and_what_was_typed_stays(rollout, cast, as_user, ceiling):
    value(ceiling, "drop")
    data = form_of(ceiling, choices="hard\nopen", label="Ceilings")
    page = (
        as_user(cast.pm).post(url(rollout, "attribute-edit", attribute_key="ceiling"), data).content.decode()
    )
    assert "Sites have the value “drop”" in page
    assert 'value="Ceilings"' in page
    ceiling.refresh_from_db()
    assert ceiling.choices == ["drop", "hard"]


def test_text_becomes_a_number_where_every_value_is_one(rollout):
    height = make.AttributeFactory(client=rollout.client, key="h", kind=AttributeKind.TEXT, choices=[])
    for said in ("12", "9.5", "12"):
        value(height, said)
    change(rollout, height, kind=AttributeKind.NUMBER, unit="ft")
    assert sorted(AttributeValue.objects.values_list("value", flat=True)) == [9.5, 12, 12]
    assert str(Attribute.objects.get()) == "Ceiling (ft)"


def test_one_of_a_list_becomes_text_and_back_and_nothing_is_lost(rollout, ceiling):
    value(ceiling, "drop")
    change(rollout, ceiling, kind=AttributeKind.TEXT)
    ceiling.refresh_from_db()
    assert ceiling.choices == []
    change(rollout, ceiling, kind=AttributeKind.CHOICE, choices=["drop", "open"])
    assert AttributeValue.objects.get().value == "drop"


@pytest.mark.parametrize("said", ["about twelve", "12 or 13"])
def test_a_kind_that_would_lose_a_value_is_refused(rollout, said):
    height = make.AttributeFactory(client=rollout.client, key="h", kind=AttributeKind.TEXT, choices=[])
    value(height, "12")
    value(height, said)
    with pytest.raises(actions.AttributeInUse, match=said) as caught:
        change(rollout, height, kind=AttributeKind.NUMBER)
    assert caught.value.field == "kind"
    assert set(AttributeValue.objects.values_list("value", flat=True)) == {"12", said}


def test_too_many_different_values_are_not_converted(rollout, monkeypatch):
    monkeypatch.setattr("sites.actions.attributes.MOST_CONVERTED", 1)
    height = make.AttributeFactory(client=rollout.client, key="h", kind=AttributeKind.TEXT, choices=[])
    value(height, "1")
    value(height, "2")
    with pytest.raises(actions.AttributeInUse, match="more than 1 different"):
        change(rollout, height, kind=AttributeKind.NUMBER)


def test_a_kind_a_plan_relies_on_stays_and_so_does_the_attribute(rollout, ceiling, monkeypatch):
    monkeypatch.setattr(planning, "needs", lambda _: (Need("ceiling", "Hard ceiling"),))
    with pytest.raises(actions.AttributeInUse, match="Hard ceiling"):
        change(rollout, ceiling, kind=AttributeKind.TEXT)
    with pytest.raises(actions.AttributeInUse, match="It stays"):
        actions.remove_attribute(attribute=ceiling, rollout=rollout, by=rollout.pm, at=make.NOW)


def test_a_refused_kind_is_said_beside_the_kind(rollout, cast, as_user, ceiling):
    value(ceiling, "drop")
    data = form_of(ceiling, kind="date")
    page = as_user(cast.pm).post(url(rollout, "attribute-edit", attribute_key="ceiling"), data)
    assert "would be lost" in page.context["form"].errors["kind"][0]


def test_changing_nothing_writes_no_history(rollout, ceiling):
    change(rollout, ceiling, label="Ceiling", choices=["drop", "hard"])
    assert not AuditEntry.objects.exists()


def test_the_list_takes_few_queries_however_many_there_are(
    rollout, cast, as_user, django_assert_max_num_queries
):
    site = make.EnrolmentFactory(rollout=rollout).site
    for n in range(12):
        one = make.AttributeFactory(client=rollout.client, key=f"a{n}", label=f"A{n}", shelf_life_days=n + 1)
        value(one, "drop", site=site)
    web = as_user(cast.pm)
    with django_assert_max_num_queries(15):
        lines = web.get(url(rollout, "attributes")).context["lines"]
    assert len(lines) == 12


def test_the_most_frequent_values_are_the_first_four(rollout, cast, as_user):
    number = make.AttributeFactory(client=rollout.client, key="n", kind=AttributeKind.NUMBER, choices=[])
    for said in (1, 1, 1, 2, 2, 3, 4, 5):
        value(number, said, site=make.EnrolmentFactory(rollout=rollout).site)
    (line,) = as_user(cast.pm).get(url(rollout, "attributes")).context["lines"]
    assert line.top == (("1", 3), ("2", 2), ("3", 1), ("4", 1))
