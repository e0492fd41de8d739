"""Which facts of a site the plan asks for, told to the sites app through `sites.planning`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.urls import reverse

from rollout.models import Rollout
from sites.planning import Need
from workorders.models import EvidenceSpec, PlanRevision, Variation
from workorders.packets.conditions import attributes_used
from workorders.packets.tree import InvalidCondition
from workorders.queries.plan import published_revision, variations_of, working_revision


def needs_of_plan(rollout: Rollout) -> tuple[Need, ...]:
    """Return what the published plan asks for, else the draft: facts its variations depend on, then those evidence is compared with.

    At most four queries.
    """
    revision = published_revision(rollout) or working_revision(rollout)
    if revision is None:
        return ()
    return (*_of_variations(revision), *_of_evidence(revision))


def _of_variations(revision: PlanRevision) -> Iterator[Need]:
    for variation in variations_of(revision):
        url = reverse("workorders:variation", args=[variation.pk])
        for key in sorted(_asked(variation)):
            yield Need(key, variation.name, url)


def _asked(variation: Variation) -> frozenset[str]:
    try:
        used = attributes_used(variation.condition)
    except InvalidCondition:
        return frozenset()
    return used | frozenset(_named(variation.payload))


def _of_evidence(revision: PlanRevision) -> Iterator[Need]:
    specs = EvidenceSpec.objects.filter(step__revision=revision).exclude(options={}).select_related("step")
    for spec in specs.order_by("step__position", "position", "pk"):
        for key in _named(spec.options):
            yield Need(
                key, f"{spec.label} ({spec.step.title})", reverse("workorders:step", args=[spec.step_id])
            )


def _named(data: Any) -> Iterator[str]:
    """The attributes named anywhere in what a step or a variation adds."""
    if isinstance(data, Mapping):
        name = data.get("expected_from")
        if isinstance(name, str) and name:
            yield name
        for part in data.values():
            yield from _named(part)
    elif isinstance(data, Sequence) and not isinstance(data, str):
        for part in data:
            yield from _named(part)
