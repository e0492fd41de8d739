"""People who go to sites and could survey them: a registry that apps above this one fill on start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollout.models import Rollout


@dataclass(frozen=True, slots=True)
class Surveyor:
    """Somebody to suggest. `firm` tells two of the same name apart."""

    name: str
    email: str
    phone: str
    firm: str = ""

    @property
    def label(self) -> str:
        """How they are offered."""
        return f"{self.name} · {self.firm}" if self.firm else self.name


Source = Callable[["Rollout"], Iterable[Surveyor]]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Add somebody who knows people; adding the same one again changes nothing."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def surveyors(rollout: Rollout) -> list[Surveyor]:
    """Return everybody to suggest for a rollout, by name."""
    found = {one for source in _SOURCES for one in source(rollout)}
    return sorted(found, key=lambda one: (one.name.casefold(), one.firm, one.email))
