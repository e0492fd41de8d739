"""The sidebar: what exists and what this person may open."""

from dataclasses import dataclass, field
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.urls import NoReverseMatch, reverse

from rollout import access
from rollout.models import Rollout, User
from rollout.permissions import TEAM_ROLES, Permission


class Place(NamedTuple):
    """An entry of the sidebar before it is known whether it exists and may be opened."""

    label: str
    url_name: str
    icon: str
    permission: Permission


@dataclass(frozen=True)
class NavItem:
    """One link of the sidebar."""

    label: str
    url: str
    icon: str
    active: bool = False
    badge: int | str | None = None


@dataclass(frozen=True)
class NavGroup:
    """Links under one heading; the first group has none."""

    title: str
    items: list[NavItem] = field(default_factory=list)


ROLLOUT_PLACES: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "",
        (
            Place("Home", "rollout:home", "layout-dashboard", Permission.ROLLOUT_VIEW),
            Place("Progress", "progress:home", "chart-line", Permission.PROGRESS_VIEW),
        ),
    ),
    (
        "Estate",
        (
            Place("Sites", "sites:list", "building-store", Permission.SITE_VIEW),
            Place("Facts", "sites:facts", "list-check", Permission.SITE_VIEW),
            Place("Questions", "sites:questions", "message", Permission.SITE_VIEW),
            Place("Imports", "sites:imports", "file-import", Permission.SITE_VIEW),
        ),
    ),
    (
        "Prepare",
        (
            Place("Statement of work", "workorders:sow", "file-description", Permission.SOW_VIEW),
            Place("Plan", "workorders:plan", "list-numbers", Permission.PLAN_VIEW),
            Place("Variations", "workorders:variations", "git-branch", Permission.PLAN_VIEW),
            Place("Packets", "workorders:packets", "package", Permission.PACKET_VIEW),
        ),
    ),
    (
        "Perform",
        (
            Place("Work orders", "workorders:list", "clipboard-list", Permission.WORK_ORDER_VIEW),
            Place("Schedule", "technicians:schedule", "calendar", Permission.SCHEDULE_VIEW),
            Place("Tonight", "technicians:tonight", "moon", Permission.SCHEDULE_VIEW),
            Place("Review", "technicians:review", "eye-check", Permission.EVIDENCE_REVIEW),
            Place("Technicians", "technicians:list", "users", Permission.PEOPLE_VIEW),
        ),
    ),
    (
        "Manage",
        (
            Place("Waves and people", "rollout:settings", "adjustments-horizontal", Permission.ROLLOUT_EDIT),
            Place("Jobs", "rollout:jobs", "activity", Permission.ROLLOUT_VIEW),
        ),
    ),
)


def url_or_none(name: str, *args: object) -> str | None:
    """Return the address of a named page, or None while there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return None


def rollout_groups(
    user: User | AnonymousUser, rollout: Rollout, path: str, badges: dict[str, int] | None = None
) -> list[NavGroup]:
    """Return the sidebar of a rollout: pages that exist and the user may open, the current one marked.

    `badges` maps URL names to counts (`{"workorders:review": 4}`).
    """
    badges = badges or {}
    found: list[tuple[str, Place, str]] = []
    for title, places in ROLLOUT_PLACES:
        for place in places:
            url = url_or_none(place.url_name, rollout.code)
            if url and access.may(user, place.permission, rollout):
                found.append((title, place, url))
    current = max((url for _, _, url in found if path.startswith(url)), key=len, default=None)
    groups: dict[str, NavGroup] = {}
    for title, place, url in found:
        item = NavItem(place.label, url, place.icon, url == current, badges.get(place.url_name) or None)
        groups.setdefault(title, NavGroup(title)).items.append(item)
    return list(groups.values())


def house_group(user: User | AnonymousUser, path: str) -> NavGroup:
    """Return the links that are the same everywhere: all rollouts, the API, administration."""
    on_a_team = user.is_superuser or any(
        m.role in TEAM_ROLES for m in getattr(user, "loaded_memberships", [])
    )
    places = [("Rollouts", "home", "layout-grid", True), ("API", "api-docs", "code", on_a_team)]
    places.append(("Administration", "admin:index", "settings", bool(getattr(user, "is_staff", False))))
    items = []
    for label, name, icon, allowed in places:
        url = url_or_none(name) if allowed and user.is_authenticated else None
        if url:
            items.append(NavItem(label, url, icon, active=path == url))
    return NavGroup("", items)
