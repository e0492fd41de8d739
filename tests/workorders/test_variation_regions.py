"""Variations that ask about regions and formats, through HTTP; and regions that such variations keep."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sites import actions as site_actions
from sites.choices import GroupKind
from sites.models import Enrolment
from tests import factories as make
from tests.factories import NOW
from tests.workorders.test_variation_pages import FORM, pm, save, url
from workorders.models import Variation

__all__ = ["pm"]


@pytest.fixture
def west(cast, pm):
    """West with Bay Area in it, where the first of two sites lies; the other has no region."""
    west = make.SiteGroupFactory(client=cast.client, name="West")
    bay = make.SiteGroupFactory(client=cast.client, name="Bay Area", parent=west)
    first = Enrolment.objects.filter(rollout=cast.rollout).order_by("pk").first().site
    first.territory = bay
    first.save()
    return west


def asked(group, op="within"):
    return {"when-0-attribute": f"group:{group.kind}", "when-0-op": op, "when-0-value": str(group.pk)}


def test_a_region_is_asked_about_and_read_aloud(cast, pm, west):
    assert save(pm, cast, **asked(west)).status_code == 302
    rule = Variation.objects.get()
    test = {"attribute": "group:region", "op": "within", "value": str(west.pk)}
    assert rule.condition == {"all": [test]}
    text = pm.get(url("variations", cast)).content.decode()
    assert "When region is within West, bring 8 × Toggle bolt" in text
    assert "Holds at <b>1</b>" in text
    assert "unknown at <b>1</b>" in text
    assert "To settle before publishing" not in text
    form = pm.get(reverse("workorders:variation", args=[rule.pk])).content.decode()
    assert f'<option value="{west.pk}" selected>West</option>' in form
    assert "West / Bay Area" in form


def test_a_site_that_has_a_region_is_not_within_another(cast, pm, west):
    east = make.SiteGroupFactory(client=cast.client, name="East")
    save(pm, cast, **asked(east, "not_within"))
    text = pm.get(url("variations", cast)).content.decode()
    assert "When region is not within East" in text
    assert "Holds at <b>1</b>" in text
    assert "unknown at <b>1</b>" in text


def test_renaming_and_moving_a_region_changes_no_variation(cast, pm, west):
    save(pm, cast, **asked(west))
    larger = make.SiteGroupFactory(client=cast.client, name="America")
    site_actions.change_group(
        group=west, name="Pacific", parent=larger, rollout=cast.rollout, by=cast.pm, at=NOW
    )
    text = pm.get(url("variations", cast)).content.decode()
    assert "When region is within America / Pacific" in text
    assert "Holds at <b>1</b>" in text


@pytest.mark.parametrize("value", ["", "999999", "West"])
def test_only_places_of_the_tree_can_be_chosen(cast, pm, west, value):
    assert save(pm, cast, **asked(west) | {"when-0-value": value}).status_code == 422
    assert not Variation.objects.exists()


def test_formats_are_offered_only_where_there_are_some(cast, pm, west):
    page = pm.get(url("variation-new", cast)).content.decode()
    assert 'value="group:region"' in page
    assert 'value="group:format"' not in page
    make.SiteGroupFactory(client=cast.client, name="Café", kind=GroupKind.FORMAT)
    assert 'value="group:format"' in pm.get(url("variation-new", cast)).content.decode()


def test_the_state_of_the_address_is_another_question(cast, pm, west):
    page = pm.get(url("variation-new", cast)).content.decode()
    assert '<option value="region">State or province</option>' in page
    assert '<option value="group:region">Region</option>' in page


def test_a_region_that_a_variation_asks_about_stays(cast, pm, west):
    lone = make.SiteGroupFactory(client=cast.client, name="East")
    save(pm, cast, **asked(lone))
    fields = {"group": lone, "rollout": cast.rollout, "by": cast.pm, "at": NOW}
    with pytest.raises(site_actions.GroupInUse, match=f"The variation “{FORM['name']}” of"):
        site_actions.remove_group(**fields)
    Variation.objects.all().delete()
    site_actions.remove_group(**fields)
