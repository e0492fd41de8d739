"""Roles, and the only way from a user to one object."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from rollout import access
from rollout.choices import Role
from rollout.models import AuditEntry, Client, Job, Membership, Rollout, User
from rollout.permissions import ROLE_PERMISSIONS, Permission
from tests import factories as make


def fresh(user):
    """Read the user anew: memberships are remembered for a request."""
    return User.objects.get(pk=user.pk)


def test_a_pm_reaches_the_rollout_with_client_and_pm_loaded(cast, django_assert_num_queries):
    user = fresh(cast.pm)
    with django_assert_num_queries(2):
        found = access.rollout_for(user, "guest-wifi", Permission.ROLLOUT_EDIT)
        assert (found.client.name, found.pm) == ("Lumen Coffee", cast.pm)


def test_a_member_without_the_right_is_told_so(cast):
    with pytest.raises(PermissionDenied, match="Ask its project manager"):
        access.rollout_for(cast.pf, "guest-wifi", Permission.ROLLOUT_EDIT)


@pytest.mark.parametrize(
    "who", ["stranger_pm", "stranger_viewer", "technician", "provider_manager", "nobody"]
)
def test_a_stranger_finds_nothing(cast, who):
    with pytest.raises(Http404):
        access.rollout_for(getattr(cast, who), "guest-wifi", Permission.PROGRESS_VIEW)


def test_nobody_signed_in_may_nothing(cast):
    assert access.permissions_in(AnonymousUser(), client_id=cast.client.pk, rollout_id=None) == frozenset()
    with pytest.raises(Http404):
        access.rollout_for(AnonymousUser(), "guest-wifi", Permission.PROGRESS_VIEW)


@pytest.mark.parametrize("who", ["pm", "admin"])
def test_somebody_who_left_may_nothing(cast, who):
    user = getattr(cast, who)
    user.is_active = False
    assert not access.may(user, Permission.ROLLOUT_VIEW, cast.rollout)
    assert not Rollout.objects.visible_to(user).exists()


def test_a_membership_without_a_rollout_reaches_all_of_the_client_and_no_other(cast):
    user = make.UserFactory()
    Membership.objects.create(user=user, client=cast.client, role=Role.PM)
    later = make.RolloutFactory(client=cast.client)
    assert access.may(user, Permission.PLAN_PUBLISH, later)
    assert set(Rollout.objects.visible_to(user)) == {cast.rollout, later}
    assert access.client_for(user, "lumen", Permission.ROLLOUT_EDIT) == cast.client


def test_the_pm_of_one_rollout_does_not_conduct_the_client(cast):
    with pytest.raises(PermissionDenied, match="administrator"):
        access.client_for(cast.pm, "lumen", Permission.ROLLOUT_EDIT)
    assert not access.may(cast.pm, Permission.ROLLOUT_VIEW, make.RolloutFactory(client=cast.client))


def test_two_roles_add_up(cast):
    make.member(cast.client_viewer, cast.rollout, Role.PF)
    user = fresh(cast.client_viewer)
    assert access.may(user, Permission.EVIDENCE_REVIEW, cast.rollout)


def test_what_is_the_teams_does_not_exist_for_the_client(cast):
    wave, outcome = make.WaveFactory(rollout=cast.rollout), make.OutcomeFactory(rollout=cast.rollout)
    for finder, thing in ((access.wave_for, wave), (access.outcome_for, outcome)):
        assert finder(cast.pm, thing.pk, Permission.ROLLOUT_EDIT) == thing
        with pytest.raises(PermissionDenied):
            finder(cast.pf, thing.pk, Permission.ROLLOUT_EDIT)
        with pytest.raises(Http404):
            finder(cast.client_viewer, thing.pk, Permission.PROGRESS_VIEW)


def test_only_an_administrator_administers(cast):
    assert access.require_administrator(cast.admin) == cast.admin
    for user in (cast.pm, AnonymousUser()):
        with pytest.raises(Http404):
            access.require_administrator(user)


def test_lists_show_each_team_its_own(cast):
    for rollout, user in ((cast.rollout, cast.pm), (cast.other_rollout, cast.stranger_pm)):
        Job.objects.create(kind="k", title=rollout.name, rollout=rollout, by=user, created_at=make.NOW)
    assert [job.title for job in Job.objects.visible_to(cast.pm)] == ["Guest Wi-Fi"]
    assert [client.name for client in Client.objects.visible_to(cast.stranger_viewer)] == ["Harbor Drug"]
    assert not AuditEntry.objects.visible_to(cast.client_viewer).exists()
    assert Job.objects.visible_to(cast.admin).count() == 2


def test_every_role_has_its_permissions_and_the_client_only_looks():
    assert ROLE_PERMISSIONS.keys() == set(Role.values)
    assert ROLE_PERMISSIONS[Role.CLIENT] == {Permission.PROGRESS_VIEW}
    assert ROLE_PERMISSIONS[Role.PF] < ROLE_PERMISSIONS[Role.PM] == set(Permission)
