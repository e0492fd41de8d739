"""Clients, rollouts, outcomes, waves, team: what is written, what is refused, and that it is written down who did it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from rollout import actions
from rollout.choices import Role, RolloutState
from rollout.models import AuditEntry, Client, CustomerOutcome, Membership, Rollout, User, Wave
from tests import factories as make
from tests.factories import NOW


def told(type_):
    """Return the one audit entry of a type."""
    return AuditEntry.objects.get(type=type_)


def test_who_makes_a_client_conducts_it(cast):
    client = actions.create_client(name="Nord", code="nord", by=cast.nobody, at=NOW)
    assert Membership.objects.get(user=cast.nobody).rollout is None
    entry = told("rollout.client.created")
    assert (entry.by, entry.at, entry.client, entry.summary) == (cast.nobody, NOW, client, "Client Nord made")


def test_a_short_name_is_given_once(cast):
    with pytest.raises(actions.CodeTaken, match="lumen"):
        actions.create_client(name="Other", code="lumen", by=cast.pm, at=NOW)
    with pytest.raises(actions.CodeTaken, match="guest-wifi"):
        actions.create_rollout(client=cast.other_client, name="X", code="guest-wifi", by=cast.pm, at=NOW)
    assert not AuditEntry.objects.exists()
    assert Client.objects.count() == 2


def test_a_new_rollout_is_a_draft_with_its_maker_as_pm(cast):
    made = actions.create_rollout(client=cast.client, name="Tills", code="tills", by=cast.admin, at=NOW)
    assert (made.state, made.pm) == (RolloutState.DRAFT, cast.admin)
    assert Membership.objects.get(user=cast.admin).rollout == made


def test_whoever_conducts_the_client_needs_no_second_membership(cast):
    client = actions.create_client(name="Nord", code="nord", by=cast.nobody, at=NOW)
    actions.create_rollout(client=client, name="Tills", code="tills", by=cast.nobody, at=NOW)
    assert Membership.objects.filter(user=cast.nobody).count() == 1


def test_a_change_keeps_before_and_after(cast):
    actions.change_rollout(rollout=cast.rollout, by=cast.pm, at=NOW, name="Wi-Fi 7", summary="")
    assert told("rollout.rollout.changed").data == {"name": ["Guest Wi-Fi", "Wi-Fi 7"]}


def test_saving_what_is_there_already_is_no_event(cast):
    actions.change_rollout(rollout=cast.rollout, by=cast.pm, at=NOW, name="Guest Wi-Fi")
    assert not AuditEntry.objects.exists()


def test_launching_needs_an_outcome_and_happens_once(cast):
    with pytest.raises(actions.NoOutcome, match="customer outcome"):
        actions.launch_rollout(rollout=cast.rollout, by=cast.pm, at=NOW)
    make.OutcomeFactory(rollout=cast.rollout)
    live = actions.launch_rollout(rollout=cast.rollout, by=cast.pm, at=NOW)
    assert (live.state, live.launched_at, live.launched_by) == (RolloutState.LIVE, NOW, cast.pm)
    with pytest.raises(actions.AlreadyLaunched):
        actions.launch_rollout(rollout=cast.rollout, by=cast.pm, at=NOW)
    assert told("rollout.rollout.launched").by == cast.pm


def test_a_launched_rollout_keeps_its_last_outcome(cast):
    first = make.OutcomeFactory(rollout=cast.rollout)
    second = make.OutcomeFactory(rollout=cast.rollout)
    actions.launch_rollout(rollout=cast.rollout, by=cast.pm, at=NOW)
    first.rollout.refresh_from_db()
    actions.remove_outcome(outcome=first, by=cast.pm, at=NOW)
    second.rollout.refresh_from_db()
    with pytest.raises(actions.NoOutcome, match="Add another"):
        actions.remove_outcome(outcome=second, by=cast.pm, at=NOW)
    assert list(CustomerOutcome.objects.all()) == [second]


def test_outcomes_say_how_far_they_are():
    outcome = make.OutcomeFactory.build(rollout=None, baseline=48, target=10, latest=29)
    assert (outcome.share_reached, outcome.percent_reached) == (0.5, 50)
    outcome.latest = 60
    assert outcome.percent_reached == 0
    outcome.latest = None
    assert outcome.percent_reached is None


def test_a_wave_with_sites_stays(cast):
    wave = actions.save_wave(wave=make.WaveFactory.build(rollout=cast.rollout), by=cast.pm, at=NOW)
    make.EnrolmentFactory(rollout=cast.rollout, wave=wave)
    with pytest.raises(actions.WaveInUse, match="has 1 sites"):
        actions.remove_wave(wave=wave, by=cast.pm, at=NOW)
    wave.enrolments.all().delete()
    actions.remove_wave(wave=wave, by=cast.pm, at=NOW)
    assert not Wave.objects.exists()
    assert told("rollout.wave.made").at == told("rollout.wave.removed").at == NOW


def test_adding_somebody_makes_an_account_that_has_no_password(cast):
    added = actions.add_member(
        rollout=cast.rollout, email="New@Example.test", name="New", role=Role.PF, by=cast.pm, at=NOW
    )
    assert added.user.email == "new@example.test"
    assert not added.user.has_usable_password()
    again = actions.add_member(
        rollout=cast.rollout, email="NEW@example.test", name="Other", role=Role.PF, by=cast.pm, at=NOW
    )
    assert again == added
    assert told("rollout.member.added").summary == "New added as project facilitator"


def test_a_technician_is_not_made_part_of_a_team(cast):
    before = Membership.objects.count()
    with pytest.raises(actions.NotForStaff, match="technician"):
        actions.add_member(
            rollout=cast.rollout, email=cast.technician.email, name="T", role=Role.PM, by=cast.pm, at=NOW
        )
    assert Membership.objects.count() == before


def test_the_accountable_pm_stays_until_another_is_named(cast):
    membership = Membership.objects.get(user=cast.pm)
    with pytest.raises(actions.LastConductor, match="Name another PM"):
        actions.remove_member(membership=membership, rollout=cast.rollout, by=cast.admin, at=NOW)
    cast.rollout.pm = cast.admin
    actions.remove_member(membership=membership, rollout=cast.rollout, by=cast.admin, at=NOW)
    assert not Membership.objects.filter(user=cast.pm).exists()
    assert User.objects.filter(pk=cast.pm.pk).exists()


@pytest.mark.parametrize(
    "broken",
    [
        lambda cast: Rollout.objects.filter(pk=cast.rollout.pk).update(state=RolloutState.LIVE),
        lambda cast: Rollout.objects.filter(pk=cast.rollout.pk).update(ends_on=date(2026, 1, 1)),
        lambda cast: make.OutcomeFactory(rollout=cast.rollout, baseline=3, target=3),
        lambda cast: make.OutcomeFactory(rollout=cast.rollout, latest=3, latest_on=None),
        lambda cast: make.WaveFactory(rollout=cast.rollout, ends_on=date(2026, 1, 1)),
        lambda cast: make.WaveFactory(rollout=cast.rollout, pace_per_day=0),
        lambda cast: make.member(cast.pm, cast.rollout, "chief"),
        lambda cast: make.member(cast.pm, cast.rollout),
        lambda cast: make.UserFactory(email=cast.pm.email.upper()),
    ],
)
def test_the_database_itself_refuses_nonsense(cast, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        broken(cast)
