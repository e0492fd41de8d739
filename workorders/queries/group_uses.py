"""Which variations ask about a region or format: what `sites` wants to know before one is removed."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from sites.models import SiteGroup
from workorders.choices import RevisionState
from workorders.models import PlanRevision, Variation
from workorders.packets.tree import PLACES, InvalidCondition, parse, tests


def variations_about(group: SiteGroup) -> list[str]:
    """Return the variations of drafts and of plans in force that ask whether a site is within this group, in words; one query."""
    key = f"group:{group.kind}"
    newer = PlanRevision.objects.filter(
        rollout=OuterRef("revision__rollout"),
        state=RevisionState.PUBLISHED,
        number__gt=OuterRef("revision__number"),
    )
    asking = (
        Variation.objects.filter(revision__rollout__client=group.client_id, condition__icontains=key)
        .exclude(Q(revision__state=RevisionState.PUBLISHED) & Exists(newer))
        .select_related("revision__rollout")
    )
    found = [one for one in asking.order_by("pk") if _asks(one, key, str(group.pk))]
    words = (f"the variation “{one.name}” of {one.revision.rollout.name}" for one in found)
    return list(dict.fromkeys(words))


def _asks(variation: Variation, key: str, pk: str) -> bool:
    try:
        asked = list(tests(parse(variation.condition)))
    except InvalidCondition:
        return False
    return any(one.attribute == key and one.op in PLACES and str(one.value) == pk for one in asked)
