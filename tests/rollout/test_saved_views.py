"""Views of lists: saved, opened, changed, removed and brought back."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rollout import actions, saved_views
from rollout.models import AuditEntry, SavedView
from tests import factories as make


def save(cast, *, name="No contact", query="missing=contact", shared=False, by=None, rollout=None):
    return actions.save_view(
        rollout=rollout or cast.rollout, page="sites:list", name=name, query=query, shared=shared,
        by=by or cast.pm, at=make.NOW,
    )  # fmt: skip


def url(cast, name, *args):
    return reverse(f"rollout:{name}", args=[cast.rollout.code, *args])


def labels(web, cast):
    answer = web.get(reverse("sites:list", args=[cast.rollout.code]))
    return [tab.label for tab in answer.context["views"].tabs]


@pytest.fixture
def sites(cast):
    return [make.EnrolmentFactory(rollout=cast.rollout) for _ in range(2)]


def test_a_list_is_saved_under_a_name_and_is_a_tab(cast, sites, as_user):
    web = as_user(cast.pm)
    data = {
        "page": "sites:list",
        "query": "missing=contact&cols=key,name&page=7&v=x&format=csv",
        "name": "Gaps",
    }
    answer = web.post(url(cast, "view-save"), data, follow=True)
    view = SavedView.objects.get()
    assert (view.name, view.shared, view.query) == ("Gaps", False, "missing=contact&cols=key%2Cname")
    assert labels(web, cast) == ["All sites", "Gaps"]
    assert [tab.is_current for tab in answer.context["views"].tabs] == [False, True]
    assert not answer.context["views"].is_changed
    assert AuditEntry.objects.get(type="rollout.view.saved").by == cast.pm


def test_a_view_opens_by_its_link(cast, sites, as_user):
    view = save(cast)
    answer = as_user(cast.pm).get(url(cast, "view", view.key))
    assert answer["Location"] == f"/r/guest-wifi/sites/?v={view.key}&missing=contact"


def test_a_list_that_was_changed_since_can_be_saved_back(cast, sites, as_user):
    view, web = save(cast), as_user(cast.pm)
    changed = f"{reverse('sites:list', args=[cast.rollout.code])}?v={view.key}&missing=hours"
    views = web.get(changed).context["views"]
    assert (views.is_changed, views.may_change, views.query) == (True, True, "missing=hours")
    web.post(url(cast, "view-change", view.key), {"query": views.query})
    view.refresh_from_db()
    assert (view.query, view.name) == ("missing=hours", "No contact")


def test_the_same_list_is_not_a_changed_one(cast):
    assert saved_views.same_list("a=1&b=2&page=3", "b=2&a=1&v=x")
    assert not saved_views.same_list("a=1", "a=1&a=2")


def test_own_views_come_first_then_the_teams(cast, sites, as_user):
    save(cast, name="Team", shared=True)
    save(cast, name="Secret")
    save(cast, name="Zulu", by=cast.pf)
    assert labels(as_user(cast.pf), cast) == ["All sites", "Zulu", "Team"]
    assert labels(as_user(cast.pm), cast) == ["All sites", "Secret", "Team"]


def test_two_people_use_the_same_name_and_are_told_apart(cast, sites, as_user):
    save(cast, name="Mine", shared=True)
    save(cast, name="Mine", shared=True, by=cast.pf)
    answer = as_user(cast.pf).get(reverse("sites:list", args=[cast.rollout.code]))
    assert [(tab.label, tab.hint) for tab in answer.context["views"].tabs[1:]] == [
        ("Mine", ""),
        ("Mine", "Pat Conductor"),
    ]


def test_saving_twice_keeps_one_and_another_list_needs_another_name(cast):
    first = save(cast)
    assert save(cast).pk == first.pk
    with pytest.raises(actions.ViewNameTaken, match="Choose another"):
        save(cast, name="no CONTACT", query="missing=hours")


@pytest.mark.parametrize(
    ("name", "query", "sentence"),
    [
        ("", "missing=hours", "This field is required"),
        ("x" * 61, "missing=hours", "at most 60"),
        ("No contact", "missing=hours", "Choose another name"),
        ("Long", "q=" + "x" * 2001, "more filters and columns than a view can keep"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(cast, as_user, name, query, sentence):
    save(cast)
    data = {"page": "sites:list", "query": query, "name": name, "shared": "on"}
    page = as_user(cast.pm).post(url(cast, "view-save"), data).content.decode()
    assert sentence in page
    assert f'value="{query}"' in page
    assert "checked" in page
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("page", ["", "nonsense", "sites:detail", "https://example.test/"])
def test_only_a_list_of_ours_can_be_saved(cast, as_user, page):
    as_user(cast.pm).post(url(cast, "view-save"), {"page": page, "query": "", "name": "Odd"})
    assert not SavedView.objects.exists()


def test_a_view_is_renamed_and_shared(cast, as_user):
    view = save(cast)
    as_user(cast.pm).post(url(cast, "view-change", view.key), {"name": "Everybody’s", "shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.shared, view.query) == ("Everybody’s", True, "missing=contact")
    changes = AuditEntry.objects.get(type="rollout.view.changed").data["changes"]
    assert changes == {"name": ["No contact", "Everybody’s"], "shared": [False, True]}


def test_a_name_that_is_taken_is_refused_when_renaming(cast, as_user):
    save(cast, name="Other")
    view = save(cast)
    page = as_user(cast.pm).post(url(cast, "view-change", view.key), {"name": "other"}).content.decode()
    assert "already. Choose another name" in page


def test_removing_can_be_undone_and_links_work_again(cast, as_user):
    view, web = save(cast, shared=True), as_user(cast.pm)
    web.post(url(cast, "view-remove", view.key))
    assert web.get(url(cast, "view", view.key)).status_code == 404
    entry = AuditEntry.objects.get(type="rollout.view.removed")
    for _ in range(2):
        web.post(url(cast, "view-restore", entry.pk))
    back = SavedView.objects.get()
    assert (back.key, back.name, back.query, back.shared, back.user) == (
        view.key, "No contact", "missing=contact", True, cast.pm,
    )  # fmt: skip


def test_a_removed_view_whose_name_was_given_again_waits(cast):
    entry = actions.remove_view(view=save(cast), by=cast.pm, at=make.NOW)
    save(cast, query="missing=hours")
    with pytest.raises(actions.CannotRestoreView, match="Rename it"):
        actions.restore_view(rollout=cast.rollout, entry=entry, by=cast.pm, at=make.NOW)


def test_only_ones_own_views_are_changed_and_those_of_the_team_by_its_manager(cast, as_user):
    private, shared = save(cast, name="Private"), save(cast, name="Shared", shared=True)
    theirs = save(cast, name="Theirs", shared=True, by=cast.pf)
    web = as_user(cast.pf)
    assert web.get(url(cast, "view-change", private.key)).status_code == 404
    assert web.post(url(cast, "view-remove", shared.key)).status_code == 403
    assert web.get(url(cast, "view", shared.key)).status_code == 302
    assert as_user(cast.pm).get(url(cast, "view-change", theirs.key)).status_code == 200


@pytest.mark.parametrize("name", ["view", "view-change", "view-remove"])
def test_views_of_another_client_are_not_found(cast, as_user, name):
    foreign = save(cast, rollout=cast.other_rollout, by=cast.stranger_pm, shared=True)
    web = as_user(cast.pm)
    method = web.post if name == "view-remove" else web.get
    assert method(url(cast, name, foreign.key)).status_code == 404
    assert method(f"/r/{cast.other_rollout.code}/views/{foreign.key}/").status_code in (404, 405)
    assert SavedView.objects.filter(pk=foreign.pk).exists()


def test_a_view_that_is_gone_or_foreign_leaves_the_list_as_its_address_says(cast, sites, as_user):
    foreign = save(cast, rollout=cast.other_rollout, by=cast.stranger_pm, shared=True)
    path = reverse("sites:list", args=[cast.rollout.code])
    views = as_user(cast.pm).get(f"{path}?v={foreign.key}&missing=contact").context["views"]
    assert (views.current, views.may_change, len(views.tabs)) == (None, False, 1)


def test_nobody_keeps_more_views_than_can_be_told_apart(cast):
    for n in range(40):
        save(cast, name=f"View {n}")
    with pytest.raises(actions.ViewTooLong, match="Remove one"):
        save(cast, name="One more")
