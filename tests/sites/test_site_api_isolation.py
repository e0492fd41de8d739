"""Every address of the API × two clients × every role: nobody reads or changes what is not theirs, by whatever guess."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.urls.converters import get_converters

from rollout.models import AuditEntry
from rollout.pages.api import urlpatterns
from sites.models import Attribute, Blackout, Contact, Enrolment, Site, SiteGroup
from tests.routes import ROUTES

NESTED = [pattern for pattern in urlpatterns if "code" in pattern.pattern.converters]
METHODS = ("get", "put", "patch", "post", "delete")
INSIDERS = ("admin", "pm", "pf")
OUTSIDERS = (
    "client_viewer",
    "technician",
    "provider_manager",
    "stranger_viewer",
    "stranger_technician",
    "nobody",
)
WRITTEN = (Site, Contact, Enrolment, Attribute, Blackout, SiteGroup, AuditEntry)
SECRET = ("O'Hare", "12/7", "guest-wifi")


def state():
    """Everything a write would leave a trace in."""
    return [(model.__name__, model.objects.count()) for model in WRITTEN] + list(
        Site.objects.order_by("pk").values_list("pk", "name", "updated_at")
    )


def send(browser, method, address):
    """Send a request with a body that no address takes for something to make."""
    body = {} if method == "get" else {"data": "[]", "content_type": "application/json"}
    return getattr(browser, method)(address, **body)


def addresses(world, code):
    """Yield every address under a rollout with the parts of the world's own things, whoever's rollout it is."""
    routes = {route.name: route for route in ROUTES}
    for pattern in NESTED:
        route = routes[pattern.name]
        named = {name: world.find(path) for name, path in route.kwargs.items()}
        yield pattern.name, reverse(pattern.name, kwargs=named | {"code": code})


def test_the_table_is_driven_over_every_nested_address(world):
    assert len(NESTED) >= 30
    assert {"path", "uuid", "slug"} <= get_converters().keys()
    assert {name for name, _ in addresses(world, world.code)} == {pattern.name for pattern in NESTED}


@pytest.mark.parametrize("method", METHODS)
def test_strangers_find_nothing_and_change_nothing(world, method):
    before, wrong = state(), []
    for role in ("stranger_pm", *OUTSIDERS):
        for name, address in addresses(world, world.code):
            answer = send(world.browser(role), method, address)
            if answer.status_code not in (403, 404, 405):
                wrong.append(f"{role} {method} {name}: {answer.status_code}")
            if role != "client_viewer" and answer.status_code == 403:
                wrong.append(f"{role} {method} {name}: a stranger learns that it is there")
            if any(word in answer.content.decode() for word in SECRET):
                wrong.append(f"{role} {method} {name}: tells what is there")
    assert not wrong
    assert state() == before


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("role", ["stranger_pm", "pm", "pf"])
def test_things_of_one_client_are_not_found_under_the_other(world, role, method):
    """A project manager puts the ids of another client's things behind the address of their own rollout."""
    mine = world.cast.other_rollout.code if role == "stranger_pm" else world.code
    browser, before, wrong = world.browser(role), state(), []
    theirs = mine if role == "stranger_pm" else world.cast.other_rollout.code
    for name, address in addresses(world, theirs):
        parts = {one for one in next(p for p in NESTED if p.name == name).pattern.converters if one != "code"}
        if role == "stranger_pm" and not parts - {"day", "bulk_id"}:
            continue  # their own lists are theirs
        answer = send(browser, method, address)
        may_make = name in ("api-rollout-site", "api-attribute") and method == "put"
        if answer.status_code not in (403, 404, 405) and not (role == "stranger_pm" and may_make):
            wrong.append(f"{role} {method} {name}: {answer.status_code}")
        if any(word in answer.content.decode() for word in ("O'Hare", "guest-wifi")):
            wrong.append(f"{role} {method} {name}: tells what is there")
    assert not wrong
    if not (role == "stranger_pm" and method == "put"):  # who may make a site of that number of their own
        assert state() == before


def test_a_site_of_the_same_number_is_another_site(world):
    mine = world.browser("stranger_pm")
    made = mine.put(
        reverse("api-rollout-site", kwargs={"code": "new-tills", "key": world.site.key}),
        {"name": "Ours"},
        content_type="application/json",
    )
    assert made.status_code == 201
    world.site.refresh_from_db()
    assert world.site.name != "Ours"
    assert Site.objects.filter(key=world.site.key).count() == 2


@pytest.mark.parametrize("name", ["api-rollout-list", "api-site-list", "api-job-list", "api-work-order-list"])
@pytest.mark.parametrize("role", OUTSIDERS)
def test_lists_of_everything_tell_outsiders_nothing(world, role, name):
    told = world.browser(role).get(reverse(name)).content.decode()
    if not (role == "client_viewer" and name == "api-rollout-list"):
        assert not any(word in told for word in SECRET)


@pytest.mark.parametrize("role", INSIDERS)
def test_insiders_see_it(world, role):
    told = world.browser(role).get(reverse("api-rollout-sites", args=[world.code]))
    assert told.json()["count"] >= 2
