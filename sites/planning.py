"""Which facts are needed for what is planned: a registry that apps above this one fill.

Register from the `ready` of an app's configuration::

    planning.register(needs_of_plan)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rollout.models import Rollout


@dataclass(frozen=True, slots=True)
class Need:
    """One reason why a fact is needed.

    Attributes
    ----------
    attribute_key:
        Of an attribute of the client, or of one of `sites.facts.OWN_FACTS`.
    why:
        What asks for it, in words: "Hard ceilings get a surface mount".
    url:
        Where that is written; "" when nowhere.
    """

    attribute_key: str
    why: str
    url: str = ""


Source = Callable[[Rollout], Sequence[Need]]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Add somebody who needs facts; adding it again changes nothing. It answers in a constant number of queries."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def needs(rollout: Rollout) -> tuple[Need, ...]:
    """Return everything that is needed for a rollout, in the order in which it is asked for."""
    return tuple(need for source in _SOURCES for need in source(rollout))


def needed_keys(rollout: Rollout) -> tuple[str, ...]:
    """Return the keys of the needed facts, each once."""
    return tuple(dict.fromkeys(need.attribute_key for need in needs(rollout)))
