"""Every write of the base: clients, rollouts, outcomes, waves, team."""

from rollout.actions.clients import CodeTaken, change_client, create_client
from rollout.actions.keys import KeyNameTaken, NothingToShow, TooManyKeys, make_key, note_use, revoke_key
from rollout.actions.rollouts import (
    AlreadyLaunched,
    NoOutcome,
    WaveInUse,
    change_rollout,
    create_rollout,
    launch_rollout,
    remove_outcome,
    remove_wave,
    save_outcome,
    save_wave,
)
from rollout.actions.saved_views import (
    CannotRestoreView,
    ViewNameTaken,
    ViewTooLong,
    change_view,
    remove_view,
    restore_view,
    save_view,
)
from rollout.actions.team import LastConductor, NotForStaff, add_member, remove_member

__all__ = [
    "AlreadyLaunched",
    "CannotRestoreView",
    "CodeTaken",
    "KeyNameTaken",
    "LastConductor",
    "NoOutcome",
    "NotForStaff",
    "NothingToShow",
    "TooManyKeys",
    "ViewNameTaken",
    "ViewTooLong",
    "WaveInUse",
    "add_member",
    "change_client",
    "change_rollout",
    "change_view",
    "create_client",
    "create_rollout",
    "launch_rollout",
    "make_key",
    "note_use",
    "remove_member",
    "remove_outcome",
    "remove_view",
    "remove_wave",
    "restore_view",
    "revoke_key",
    "save_outcome",
    "save_view",
    "save_wave",
]
