"""What apps above this one tell about its things: registries they fill from the `ready` of their configuration.

This app knows no visits and no variations; it only asks how many there are, and where to see them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rollout.models import Rollout
from sites.models import Blackout, SiteGroup


@dataclass(frozen=True, slots=True)
class Bookings:
    """How an app above counts what is booked.

    Attributes
    ----------
    count:
        Given blackouts of one client, how many booked visits run into each, by the id of the blackout; those without may
        be left out. A constant number of queries.
    url:
        The page of a rollout that shows what is booked in a blackout.
    """

    count: Callable[[Sequence[Blackout]], Mapping[int, int]]
    url: Callable[[Rollout, Blackout], str]


GroupUse = Callable[[SiteGroup], Sequence[str]]
"""Given a region or format, what else refers to it, in words: "the variation “Hard ceiling” of Guest Wi-Fi"."""

_BOOKINGS: list[Bookings] = []
_GROUP_USES: list[GroupUse] = []


def register_bookings(bookings: Bookings) -> None:
    """Add something that books sites; registering it again changes nothing."""
    if bookings not in _BOOKINGS:
        _BOOKINGS.append(bookings)


def register_group_use(use: GroupUse) -> None:
    """Add something that refers to regions and formats; registering it again changes nothing."""
    if use not in _GROUP_USES:
        _GROUP_USES.append(use)


def booked_in(blackouts: Sequence[Blackout]) -> dict[int, int]:
    """Return how many booked visits run into each of a client's blackouts, by its id; zero where there are none."""
    found = dict.fromkeys([blackout.pk for blackout in blackouts], 0)
    for bookings in _BOOKINGS if blackouts else ():
        for pk, number in bookings.count(blackouts).items():
            found[pk] += number
    return found


def bookings_url(rollout: Rollout, blackout: Blackout) -> str:
    """Return where a rollout shows what is booked in a blackout; "" when no app knows."""
    return next((bookings.url(rollout, blackout) for bookings in _BOOKINGS), "")


def uses_of(group: SiteGroup) -> list[str]:
    """Return what refers to a region or format besides its sites, in words."""
    return [words for use in _GROUP_USES for words in use(group)]
