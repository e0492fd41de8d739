"""Jump anywhere by a few letters: pages, sites, work orders, technicians, other rollouts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from rollout import access, queries
from rollout.models import Rollout, User
from rollout.permissions import Permission
from rollout.templatetags.ui_nav import house_group, rollout_groups
from rollout.views.parts import signed_in
from sites.queries.finding import find_sites
from technicians.queries.people import find_technicians
from workorders.queries.orders import orders_of_sites

FEWEST_LETTERS = 2
MOST_ROLLOUTS = 5


@dataclass(frozen=True)
class Hit:
    """One place to go to."""

    label: str
    hint: str
    url: str
    icon: str


def find(request: HttpRequest) -> HttpResponse:
    """List what begins with or holds ``q``; inside the rollout ``in``, its pages, sites, orders and people. Eight queries at most."""
    user = signed_in(request)
    words = " ".join(request.GET.get("q", "").split())[:80]
    code = request.GET.get("in", "")
    rollouts = list(queries.rollouts_of(user))
    rollout = next((one for one in rollouts if one.code == code), None)
    hits = list(_pages(request, user, rollout, words))
    if rollout is not None and len(words) >= FEWEST_LETTERS:
        hits += _things(user, rollout, words)
    hits += _rollouts(user, (one for one in rollouts if one != rollout), words)
    return render(request, "rollout/find_results.html", {"hits": hits, "words": words})


def _pages(request: HttpRequest, user: User, rollout: Rollout | None, words: str) -> Iterator[Hit]:
    groups = rollout_groups(user, rollout, "") if rollout else []
    for group in [*groups, house_group(user, request.path)]:
        for item in group.items:
            if words.casefold() in item.label.casefold():
                where = rollout.name if rollout and group in groups else "Downbeat"
                yield Hit(item.label, where, item.url, item.icon)


def _things(user: User, rollout: Rollout, words: str) -> Iterator[Hit]:
    if access.may(user, Permission.SITE_VIEW, rollout):
        sites = find_sites(rollout, user, words)
        orders = orders_of_sites(rollout, [site.pk for site in sites])
        for site in sites:
            url = reverse("sites:detail", args=[rollout.code, site.key])
            yield Hit(str(site), site.locality, url, "building-store")
            if site.pk in orders:
                number, state = orders[site.pk]
                yield Hit(
                    number,
                    f"work order, {state}",
                    reverse("workorders:detail", args=[number]),
                    "clipboard-list",
                )
    if access.may(user, Permission.PEOPLE_VIEW, rollout):
        for person in find_technicians(rollout, words):
            url = reverse("technicians:technician", args=[rollout.code, person.pk])
            yield Hit(person.name, person.provider.name, url, "user")


def _rollouts(user: User, others: Iterable[Rollout], words: str) -> list[Hit]:
    found = [one for one in others if words.casefold() in f"{one.name} {one.client.name}".casefold()]
    return [
        Hit(one.name, f"rollout of {one.client.name}", _home_of(user, one), "layout-grid")
        for one in found[:MOST_ROLLOUTS]
    ]


def _home_of(user: User, rollout: Rollout) -> str:
    own = access.may(user, Permission.ROLLOUT_VIEW, rollout)
    return reverse("rollout:home" if own else "progress:home", args=[rollout.code])
