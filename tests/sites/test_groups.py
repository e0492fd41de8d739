"""Regions and formats: two trees that stay right whatever is renamed, moved or removed."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from rollout.models import AuditEntry
from sites import actions, queries
from sites.actions.groups import LONGEST_PATH
from sites.choices import GroupKind
from sites.facts import facts_for
from sites.models import Site, SiteGroup
from tests import factories as make


@pytest.fixture
def by(cast):
    return {"rollout": cast.rollout, "by": cast.pm, "at": make.NOW}


@pytest.fixture
def tree(cast, by):
    """West holds Bay Area, which holds Oakland; East is beside them; Café is a format."""
    found = {}
    for name, parent in (("West", None), ("Bay Area", "West"), ("Oakland", "Bay Area"), ("East", None)):
        found[name] = actions.add_group(kind="region", name=name, parent=found.get(parent), **by)
    found["Café"] = actions.add_group(kind="format", name="Café", parent=None, **by)
    return found


def paths(cast, kind="region"):
    return [group.path for group in queries.groups_of(cast.client.pk, kind)]


def test_a_path_is_the_names_from_the_largest_down(cast, tree):
    assert paths(cast) == ["East", "West", "West / Bay Area", "West / Bay Area / Oakland"]
    assert queries.group_choices(cast.client.pk, "format") == [(tree["Café"].pk, "Café")]


def test_the_tree_is_in_order_whatever_the_letters(cast, by):
    for name in ("a b", "A", "Á"):
        actions.add_group(kind="region", name=name, parent=None, **by)
    inner = SiteGroup.objects.get(path="A")
    actions.add_group(kind="region", name="z", parent=inner, **by)
    assert paths(cast)[:2] == ["A", "A / z"]


def test_renaming_changes_every_path_below_in_one_statement(cast, tree, by, django_assert_num_queries):
    # As many for one group within as for a hundred.
    with django_assert_num_queries(11):
        actions.change_group(group=tree["West"], name="Pacific", parent=None, **by)
    assert paths(cast) == ["East", "Pacific", "Pacific / Bay Area", "Pacific / Bay Area / Oakland"]
    assert AuditEntry.objects.get(type="sites.group.changed").data == {"before": "West", "after": "Pacific"}


def test_moving_takes_everything_within_along(cast, tree, by):
    actions.change_group(group=tree["Bay Area"], name="Bay Area", parent=tree["East"], **by)
    assert paths(cast) == ["East", "East / Bay Area", "East / Bay Area / Oakland", "West"]
    actions.change_group(group=tree["Bay Area"], name="Bay", parent=None, **by)
    assert paths(cast) == ["Bay", "Bay / Oakland", "East", "West"]


def test_names_that_begin_alike_do_not_move_along(cast, tree, by):
    actions.add_group(kind="region", name="West End", parent=None, **by)
    actions.add_group(kind="format", name="West", parent=None, **by)
    actions.change_group(group=tree["West"], name="Pacific", parent=None, **by)
    assert "West End" in paths(cast)
    assert "West" in paths(cast, "format")


@pytest.mark.parametrize("name", ["100%", "a_b", "back\\slash", "A/B", "Ünïcode", "'; drop table"])
def test_any_name_carries_what_lies_within(cast, tree, by, name):
    actions.change_group(group=tree["West"], name=name, parent=None, **by)
    inside = make.SiteFactory(client=cast.client, territory=tree["Oakland"])
    group = SiteGroup.objects.get(pk=tree["West"].pk)
    assert list(Site.objects.filter(queries.within(group))) == [inside]
    actions.change_group(group=group, name="West", parent=None, **by)
    assert "West / Bay Area / Oakland" in paths(cast)


@pytest.mark.parametrize("inner", ["West", "Bay Area", "Oakland"])
def test_nothing_lies_within_itself(cast, tree, by, inner):
    with pytest.raises(actions.GroupDoesNotFit):
        actions.change_group(group=tree["West"], name="West", parent=tree[inner], **by)
    assert paths(cast)[1:] == ["West", "West / Bay Area", "West / Bay Area / Oakland"]


def test_six_levels_are_enough(cast, tree, by):
    parent = tree["Oakland"]
    for number in (4, 5, 6):
        parent = actions.add_group(kind="region", name=f"Level {number}", parent=parent, **by)
    with pytest.raises(actions.GroupDoesNotFit, match="6 levels"):
        actions.add_group(kind="region", name="Level 7", parent=parent, **by)
    with pytest.raises(actions.GroupDoesNotFit, match="6 levels"):
        actions.change_group(group=tree["West"], name="West", parent=tree["East"], **by)


def test_a_path_that_has_no_room_is_refused(cast, tree, by):
    assert SiteGroup._meta.get_field("path").max_length == LONGEST_PATH
    parent = None
    for letter in "abcde":
        parent = actions.add_group(kind="region", name=letter * 64, parent=parent, **by)
    with pytest.raises(actions.GroupDoesNotFit, match="longer than 400"):
        actions.add_group(kind="region", name="f" * 80, parent=parent, **by)
    actions.add_group(kind="region", name="f" * 64, parent=parent, **by)
    outermost = SiteGroup.objects.get(path="a" * 64)
    with pytest.raises(actions.GroupDoesNotFit, match="too long"):
        actions.change_group(group=outermost, name="a" * 80, parent=None, **by)


def test_a_region_lies_in_no_format_and_in_no_other_clients(cast, tree, by):
    for parent in (tree["Café"], make.SiteGroupFactory()):
        with pytest.raises(actions.GroupDoesNotFit):
            actions.add_group(kind="region", name="South", parent=parent, **by)


@pytest.mark.parametrize("name", ["West", "WEST", "west"])
def test_two_of_one_name_at_one_place_are_refused(cast, tree, by, name):
    with pytest.raises(actions.GroupNameTaken, match="already"):
        actions.add_group(kind="region", name=name, parent=None, **by)
    with pytest.raises(actions.GroupNameTaken):
        actions.change_group(group=tree["East"], name=name, parent=None, **by)
    assert actions.add_group(kind="region", name=name, parent=tree["East"], **by).path == f"East / {name}"


def test_letters_may_change_their_case(cast, tree, by):
    actions.change_group(group=tree["West"], name="WEST", parent=None, **by)
    assert "WEST / Bay Area / Oakland" in paths(cast)


def test_nothing_different_is_not_written(cast, tree, by):
    actions.change_group(group=tree["West"], name="West", parent=None, **by)
    assert not AuditEntry.objects.filter(type="sites.group.changed").exists()


def test_removing_gives_the_sites_to_what_it_lay_in(cast, tree, by):
    site = make.SiteFactory(client=cast.client, territory=tree["Oakland"])
    assert actions.remove_group(group=tree["Oakland"], **by) == 1
    site.refresh_from_db()
    assert site.territory == tree["Bay Area"]
    lone = make.SiteFactory(client=cast.client, format=tree["Café"])
    actions.remove_group(group=tree["Café"], **by)
    lone.refresh_from_db()
    assert lone.format is None
    assert AuditEntry.objects.filter(type="sites.group.removed").count() == 2


def test_what_holds_others_or_a_blackout_stays(cast, tree, by):
    with pytest.raises(actions.GroupInUse, match="1 region lies within West"):
        actions.remove_group(group=tree["West"], **by)
    make.BlackoutFactory(client=cast.client, group=tree["Oakland"], reason="Freeze")
    with pytest.raises(actions.GroupInUse, match="Freeze"):
        actions.remove_group(group=tree["Oakland"], **by)
    assert len(paths(cast)) == 4


def test_the_database_keeps_one_path_of_each_kind_and_no_group_in_itself(tree):
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteGroup.objects.create(client=tree["West"].client, kind="region", name="west", path="west")
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteGroup.objects.filter(pk=tree["West"].pk).update(parent=tree["West"])


def test_sites_are_counted_alone_and_with_all_within(cast, tree, django_assert_num_queries):
    for name, number in (("West", 1), ("Bay Area", 2), ("Oakland", 3)):
        make.SiteFactory.create_batch(number, client=cast.client, territory=tree[name])
    make.SiteFactory(territory=None, client=cast.client)
    with django_assert_num_queries(2):
        lines = queries.group_lines(cast.client.pk, GroupKind.REGION)
    assert [(line.group.name, line.depth, line.own, line.total) for line in lines] == [
        ("East", 0, 0, 0),
        ("West", 0, 1, 6),
        ("Bay Area", 1, 2, 5),
        ("Oakland", 2, 3, 3),
    ]
    assert queries.sites_without_group(cast.client.pk, GroupKind.REGION) == 1


def test_where_a_site_belongs_is_a_fact_of_it(cast, tree, django_assert_num_queries):
    site = make.SiteFactory(client=cast.client, territory=tree["Oakland"])
    with django_assert_num_queries(4):
        facts = facts_for([site.pk], cast.client.pk, today=make.NOW.date())[site.pk]
    region, kind = facts["group:region"], facts["group:format"]
    assert (region.state, region.shown) == ("known", "West / Bay Area / Oakland")
    assert region.within == {str(tree[name].pk) for name in ("West", "Bay Area", "Oakland")}
    assert (kind.state, kind.within) == ("unknown", frozenset())


# --- Pages ---------------------------------------------------------------------------------------------------------------
def url(cast, name, *more):
    return reverse(f"sites:{name}", args=[cast.rollout.code, *more])


def test_a_region_is_added_moved_and_removed_on_its_pages(cast, tree, as_user):
    web = as_user(cast.pf)
    web.post(url(cast, "group-new", "region"), {"name": "  South   Bay ", "parent": tree["Bay Area"].pk})
    south = SiteGroup.objects.get(name="South Bay")
    assert south.path == "West / Bay Area / South Bay"
    web.post(url(cast, "group-edit", south.pk), {"name": "South", "parent": ""})
    assert SiteGroup.objects.get(pk=south.pk).path == "South"
    make.SiteFactory(client=cast.client, territory=south)
    page = web.post(url(cast, "group-remove", south.pk), follow=True).content.decode()
    assert "South is removed. Its site has no region now." in page


@pytest.mark.parametrize("name", ["", "A / B", "/", "x" * 81])
def test_a_name_that_cannot_be_is_refused_and_stays_in_the_form(cast, tree, as_user, name):
    answer = as_user(cast.pm).post(url(cast, "group-new", "region"), {"name": name})
    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()
    assert SiteGroup.objects.count() == 5


def test_a_refused_move_says_so(cast, tree, as_user):
    answer = as_user(cast.pm).post(url(cast, "group-edit", tree["East"].pk), {"name": "west", "parent": ""})
    assert "There is a region “West” already" in answer.content.decode()
    cycle = {"name": "West", "parent": tree["Oakland"].pk}
    assert as_user(cast.pm).post(url(cast, "group-edit", tree["West"].pk), cycle).status_code == 200
    assert SiteGroup.objects.get(pk=tree["West"].pk).parent is None


def test_there_are_two_trees_and_no_third(cast, as_user):
    assert as_user(cast.pm).post(url(cast, "group-new", "colour"), {"name": "Red"}).status_code == 404


def test_the_page_costs_the_same_for_any_number_of_groups(cast, by, as_user, django_assert_max_num_queries):
    for number in range(40):
        actions.add_group(kind="region", name=f"Region {number}", parent=None, **by)
    web = as_user(cast.pm)
    with django_assert_max_num_queries(16):
        assert web.get(url(cast, "groups")).status_code == 200


def test_another_clients_region_is_not_found(cast, as_user):
    other = make.SiteGroupFactory()
    assert as_user(cast.pm).get(url(cast, "group-edit", other.pk)).status_code == 404
