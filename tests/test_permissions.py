"""Who may open and do what: every address, every role. An address that is not in the table fails.

Adding a page: add its line to `TABLE` in `tests/routes.py` (the failing test prints the name), and what its address needs to
`tests/world.py`.
"""

from __future__ import annotations

import pytest
from django.db import transaction
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver

from tests.html import Page
from tests.routes import AUDIENCES, ROUTES

# Signing in belongs to allauth, the admin to Django; both have tests of their own.
FOREIGN = ("admin:", "account_", "mfa_")


def every_address(resolver=None, spaces=()):
    """Yield the name of every address of the project."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from every_address(pattern, spaces + ((pattern.namespace,) if pattern.namespace else ()))
        else:
            yield ":".join((*spaces, pattern.name or f"without a name: {pattern.pattern}"))


def test_every_address_is_in_the_table():
    there = {name for name in every_address() if not name.startswith(FOREIGN)}
    listed = {route.name for route in ROUTES}
    assert not there - listed, f"add to TABLE in tests/routes.py: {sorted(there - listed)}"
    assert not listed - there, f"remove from TABLE, they are gone: {sorted(listed - there)}"


def test_every_audience_is_used():
    used = {route.get for route in ROUTES} | {route.post for route in ROUTES}
    assert used == AUDIENCES.keys()


def answer(response) -> str:
    """Return the class of an answer."""
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return "login"
    return str(response.status_code) if response.status_code in (401, 403, 404, 405) else "ok"


def refuses_method(got: str, role: str) -> bool:
    """Strangers may be sent away before anybody looks at the method."""
    return got == "405" or (role == "anonymous" and got in ("login", "401", "403"))


# Their pages are other people's.
NOT_OURS = ("api-docs",)
# Shows forms that lead nowhere.
NO_FORMS = ("components",)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_who_may_open(route, world):
    address, wrong = route.address(world), []
    for role, expected in AUDIENCES[route.get].items():
        response = world.browser(role).get(address)
        wrong += [
            f"{role}: {problem}"
            for problem in [*unlike(response, role, expected), *problems_of(response, route)]
        ]
    assert not wrong, f"{address}\n" + "\n".join(wrong)


def unlike(response, role: str, expected: str) -> list[str]:
    """Return in which way the answer is another one than it should be."""
    got = answer(response)
    if response.streaming:
        list(response.streaming_content)  # read to its end, it closes its file
    if refuses_method(got, role) if expected == "405" else got == expected:
        return []
    return [f"{got} instead of {expected}"]


def problems_of(response, route) -> list[str]:
    """Return what is wrong with an answer that is a page of ours."""
    if response.streaming or not response["Content-Type"].startswith("text/html") or route.name in NOT_OURS:
        return []
    page = Page(response.content.decode())
    return page.problems if route.name in NO_FORMS else page.judged()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_who_may_post(route, world):
    address, wrong = route.address(world), []
    for role, expected in AUDIENCES[route.post].items():
        with transaction.atomic():
            response = world.browser(role).post(address)
            transaction.set_rollback(True)
        wrong += [f"{role}: {problem}" for problem in unlike(response, role, expected)]
    assert not wrong, f"{address}\n" + "\n".join(wrong)


@pytest.mark.parametrize("role", ["pm", "client_viewer", "technician", "nobody"])
def test_only_staff_open_the_admin(role, world):
    assert (
        answer(world.browser(role).get(reverse("admin:index"))) != "ok"
        or "/admin/login/" in (world.browser(role).get(reverse("admin:index"))["Location"])
    )


def test_a_refusal_says_what_to_do(world):
    page = world.browser("client_viewer").get(reverse("rollout:settings", args=[world.code])).content.decode()
    assert "Your role in this rollout does not include this." in page
