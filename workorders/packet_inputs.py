"""Gather what the compiler needs for many work orders at once, in a constant number of queries, and compile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rollout.models import Rollout
from sites.facts import facts_for
from sites.models import AccessWindow, Contact, Site
from workorders.models import PlanRevision, WorkOrder
from workorders.packets.compile import Compiled, compile_packet
from workorders.packets.model import (
    AccessCard,
    AttributeType,
    ContactCard,
    PageSize,
    PlanSpec,
    RolloutCard,
    Rule,
    SiteCard,
)
from workorders.queries import plan as plan_queries


@dataclass(frozen=True)
class PlanInputs:
    """The part of the compiler's input that is the same for every site of a rollout."""

    plan: PlanSpec
    rules: tuple[Rule, ...]
    labels: dict[str, AttributeType]
    rollout: Rollout


def plan_inputs(revision: PlanRevision) -> PlanInputs:
    """Read a revision once for all its packets. Six queries."""
    return PlanInputs(
        plan_queries.plan_spec(revision),
        plan_queries.rules_of(revision),
        plan_queries.attribute_types(revision.rollout.client_id),
        revision.rollout,
    )


def compile_orders(
    inputs: PlanInputs, orders: Sequence[WorkOrder], *, today: date
) -> Iterator[tuple[WorkOrder, Compiled]]:
    """Compile the packets of work orders whose enrolment, site and wave are loaded. Five queries for all together.

    The visit is no part of the content: moving an appointment must not supersede a packet.
    """
    sites = [order.enrolment.site for order in orders]
    ids = [site.pk for site in sites]
    facts = facts_for(ids, inputs.rollout.client_id, today=today)
    contacts, windows = _contacts(ids), _windows(ids)
    for order, site in zip(orders, sites, strict=True):
        compiled = compile_packet(
            inputs.plan,
            inputs.rules,
            _site_card(site, contacts[site.pk], windows[site.pk]),
            {key: plan_queries.fact(view) for key, view in facts[site.pk].items()},
            rollout=_rollout_card(order),
            work_order_number=order.number,
            page_size=PageSize(inputs.rollout.page_size),
            labels=inputs.labels,
        )
        yield order, compiled


def _contacts(site_ids: list[int]) -> dict[int, list[ContactCard]]:
    found: dict[int, list[ContactCard]] = defaultdict(list)
    for contact in Contact.objects.filter(site_id__in=site_ids).order_by("site_id", "order", "pk"):
        card = ContactCard(contact.name, contact.role, contact.phone, contact.email)
        found[contact.site_id].append(card)
    return found


def _windows(site_ids: list[int]) -> dict[int, list[AccessCard]]:
    found: dict[int, list[AccessCard]] = defaultdict(list)
    for window in AccessWindow.objects.filter(site_id__in=site_ids).order_by("site_id", "weekday", "opens"):
        found[window.site_id].append(AccessCard(window.weekday, window.opens, window.closes))
    return found


def _site_card(site: Site, contacts: list[ContactCard], windows: list[AccessCard]) -> SiteCard:
    return SiteCard(
        key=site.key,
        name=site.name,
        street=site.street,
        city=site.city,
        region=site.region,
        postal_code=site.postal_code,
        country=site.country,
        time_zone=site.time_zone or "UTC",
        latitude=site.latitude,
        longitude=site.longitude,
        contacts=tuple(contacts),
        access=tuple(windows),
        access_notes=site.access_notes,
    )


def _rollout_card(order: WorkOrder) -> RolloutCard:
    rollout, wave = order.rollout, order.enrolment.wave
    return RolloutCard(
        client=rollout.client.name,
        name=rollout.name,
        code=rollout.code,
        support_phone=rollout.support_phone,
        pm_name=rollout.pm.name,
        pf_name=wave.pf.name if wave and wave.pf else "",
    )
