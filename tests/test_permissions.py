"""Who may open and do what: every address, every role. An address that is not in the table fails.

Adding a page: add its line to `TABLE` (the failing test prints the name), and what its address needs to `tests/world.py`.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver

from tests.html import Page
from tests.world import build

ROLES = (
    "admin",
    "pm",
    "pf",
    "client_viewer",
    "technician",
    "provider_manager",
    "stranger_pm",
    "stranger_viewer",
    "stranger_technician",
    "nobody",
    "anonymous",
)


def audience(ok: str, refused: str = "", *, others: str = "404", anonymous: str = "login") -> dict[str, str]:
    """Build an audience: roles that get in, members who get a 403 with a sentence, everybody else."""
    answers = dict.fromkeys(ROLES, others) | {"anonymous": anonymous}
    return answers | dict.fromkeys(ok.split(), "ok") | dict.fromkeys(refused.split(), "403")


AUDIENCES = {
    # name: who gets in; who is told that their role does not include it; everybody else finds nothing there
    "public": audience(" ".join(ROLES)),
    "signed in": audience("", others="ok"),
    "client and team": audience("admin pm pf client_viewer"),
    "team": audience("admin pm pf", "client_viewer"),
    "pm": audience("admin pm", "pf client_viewer"),
    # Things only the team sees at all: for the client's viewers they do not exist.
    "team's": audience("admin pm pf"),
    "pm's": audience("admin pm", "pf"),
    # A visit is known to its technician and their manager, who may not judge it.
    "reviewers": audience("admin pm pf", "technician provider_manager"),
    "own technician": audience("technician"),
    "technicians": audience("technician stranger_technician"),
    "starters": audience("admin pm", others="403"),
    "client's pm": audience("admin", "pm pf client_viewer"),
    "house": audience("admin pm pf stranger_pm"),
    "api": audience("", others="ok", anonymous="403"),
    "api client and team": audience("admin pm pf client_viewer", anonymous="403"),
    "api team": audience("admin pm pf", anonymous="403"),
    "-": dict.fromkeys(ROLES, "405"),
}

# address | who may open it | who may post to it (= the same, - nobody: 405) | what it is made of: name=thing or name='word
TABLE = """
home                              | signed in       | =            |
progress:list                     | signed in       | =            |
progress:home                     | client and team | =            | code
progress:map                      | client and team | =            | code
progress:sites                    | client and team | =            | code
rollout:home                      | team            | =            | code
rollout:client-new                | starters        | =            |
rollout:new                       | client's pm     | =            | client_code
rollout:settings                  | pm              | =            | code
rollout:launch                    | -               | pm           | code
rollout:outcome-new               | pm              | =            | code
rollout:outcome-edit              | pm's            | =            | pk=outcome.pk
rollout:outcome-remove            | -               | pm's         | pk=outcome.pk
rollout:wave-new                  | pm              | =            | code
rollout:wave-edit                 | pm's            | =            | pk=wave.pk
rollout:wave-remove               | -               | pm's         | pk=wave.pk
rollout:member-add                | -               | pm           | code
rollout:member-remove             | -               | pm           | code pk=membership.pk
rollout:jobs                      | team            | =            | code
rollout:job                       | team's          | =            | key=job.key
rollout:job-progress              | team's          | =            | key=job.key
rollout:job-cancel                | -               | team's       | key=job.key
rollout:job-retry                 | -               | team's       | key=job.key
rollout:file                      | team's          | =            | key=file.key
sites:list                        | team            | =            | code
sites:map                         | team            | =            | code
sites:new                         | team            | =            | code
sites:existing                    | team            | =            | code
sites:bulk                        | -               | team         | code change='wave
sites:bulk-undo                   | -               | team         | code bulk_id
sites:attributes                  | team            | =            | code
sites:attribute-new               | team            | =            | code
sites:attribute-edit              | team            | =            | code attribute_key=attribute.key
sites:attribute-remove            | -               | team         | code attribute_key=free_attribute.key
sites:imports                     | team            | =            | code
sites:import-new                  | pm              | =            | code
sites:import-template             | pm              | =            | code target='sites ?format=csv
sites:import                      | pm's            | =            | code key=site_import.key
sites:import-map                  | pm's            | =            | code key=site_import.key
sites:import-sample               | pm's            | =            | code key=site_import.key ?field=name
sites:import-read                 | -               | pm's         | code key=site_import.key
sites:import-preview              | pm's            | =            | code key=site_import.key
sites:import-corrections          | pm's            | =            | code key=site_import.key
sites:import-apply                | -               | pm's         | code key=site_import.key
sites:import-undo                 | -               | pm's         | code key=site_import.key
sites:import-discard              | -               | pm's         | code key=site_import.key
sites:edit                        | team            | =            | code key=site.key
sites:contact-new                 | -               | team         | code key=site.key
sites:contact-edit                | team            | =            | code key=site.key pk=contact.pk
sites:contact-remove              | -               | team         | code key=site.key pk=contact.pk
sites:contact-move                | -               | team         | code key=site.key pk=contact.pk
sites:window-add                  | -               | team         | code key=site.key
sites:window-remove               | -               | team         | code key=site.key pk=window.pk
sites:fact-edit                   | team            | =            | code key=site.key attribute_key=attribute.key
sites:fact-settle                 | -               | team         | code key=site.key attribute_key=attribute.key
sites:fact-forget                 | -               | team         | code key=site.key attribute_key=attribute.key
sites:detail                      | team            | =            | code key=site.key
workorders:sow                    | team            | =            | code
workorders:sow-upload             | pm              | =            | code
workorders:sow-version            | team            | =            | code version=old_sow.version
workorders:clauses-accept         | -               | pm           | code
workorders:clauses-merge          | -               | pm           | code
workorders:clauses-trace          | pm              | =            | code
workorders:clauses-set-aside      | pm              | =            | code
workorders:clause-reopen          | -               | pm           | code
workorders:plan                   | team            | =            | code
workorders:revision-start         | -               | pm           | code
workorders:plan-revision          | team            | =            | code number=revision.number
workorders:step-new               | pm              | =            | code
workorders:step-restore           | -               | pm           | code entry=removed_step.pk
workorders:step                   | team's          | pm's         | pk=step.pk
workorders:step-move              | -               | pm's         | pk=step.pk
workorders:step-remove            | -               | pm's         | pk=step.pk
workorders:variations             | team            | =            | code
workorders:variation-new          | pm              | =            | code
workorders:variation-value        | pm              | =            | code
workorders:variation-effect       | pm              | =            | code
workorders:variation-preview      | -               | pm           | code
workorders:variation-attribute    | -               | team         | code
workorders:variation-restore      | -               | pm           | code entry=removed_variation.pk
workorders:variation              | team's          | pm's         | pk=variation.pk
workorders:variation-remove       | -               | pm's         | pk=variation.pk
workorders:variation-sites        | team's          | =            | pk=variation.pk
workorders:publish                | team            | pm           | code
workorders:publish-orders         | -               | pm           | code
workorders:packets                | team            | =            | code
workorders:packets-generate       | -               | team         | code
workorders:packets-zip            | team            | =            | code
workorders:packet                 | team's          | =            | pk=packet.pk
workorders:packet-pdf             | team's          | =            | pk=packet.pk
workorders:packet-live            | public          | =            | packet_hash=packet.hash
workorders:list                   | team            | =            | code
workorders:detail                 | team's          | =            | number=order.number
workorders:hold                   | -               | team's       | number=order.number
workorders:release                | -               | team's       | number=order.number
workorders:site-panel             | team's          | =            | pk=enrolment.pk
technicians:visit-open            | public          | =            | key=visit.key
technicians:my-visits             | technicians     | =            |
technicians:visit                 | own technician  | =            | key=visit.key
technicians:visit-state           | own technician  | -            | key=visit.key
technicians:visit-events          | -               | own technician | key=visit.key
technicians:visit-file            | -               | own technician | key=visit.key evidence_key=evidence.key
technicians:visit-picture         | own technician  | =            | key=visit.key evidence_key=evidence.key
technicians:visit-pdf             | own technician  | =            | key=visit.key
technicians:order-panel           | team's          | -            | number=order.number
technicians:visit-link            | -               | reviewers    | key=upcoming.key technician=cast.technician_person.pk
technicians:review                | team            | =            | code
technicians:review-visit          | reviewers       | =            | key=visit.key
technicians:visit-accept          | -               | reviewers    | key=visit.key
technicians:visit-send-back       | -               | reviewers    | key=visit.key
technicians:evidence-judge        | -               | team's       | key=evidence.key
technicians:evidence-file         | team's          | =            | key=evidence.key
technicians:evidence-preview      | team's          | =            | key=evidence.key
technicians:schedule              | team            | =            | code
technicians:schedule-propose      | -               | team         | code
technicians:schedule-plan         | team's          | =            | pk=schedule.pk
technicians:schedule-plan-apply   | -               | team's       | pk=schedule.pk
technicians:schedule-plan-discard | -               | team's       | pk=schedule.pk
technicians:schedule-plan-undo    | -               | team's       | pk=schedule.pk
technicians:calendar              | team            | =            | code
technicians:tonight               | team            | =            | code
technicians:tell                  | team            | =            | code
technicians:tell-send             | -               | team         | code
technicians:visit-book            | team's          | =            | number=planned.number
technicians:visit-check           | -               | team's       | number=planned.number
technicians:visit-edit            | reviewers       | =            | key=upcoming.key
technicians:visit-confirm         | -               | reviewers    | key=upcoming.key
technicians:visit-cancel          | -               | reviewers    | key=upcoming.key
technicians:visit-told            | -               | reviewers    | key=upcoming.key technician=cast.technician_person.pk
technicians:list                  | team            | =            | code
technicians:technician            | team            | =            | code pk=cast.technician_person.pk
technicians:technician-edit       | pm              | =            | code pk=cast.technician_person.pk
technicians:technician-revoke     | -               | pm           | code pk=cast.technician_person.pk
technicians:time-off-add          | -               | pm           | code pk=cast.technician_person.pk
technicians:time-off-remove       | -               | pm           | code pk=cast.technician_person.pk off=time_off.pk
components                        | house           | -            |
health                            | public          | =            |
metrics                           | public          | =            |
api-root                          | api             | -            |
api-rollout-list                  | api             | -            |
api-rollout-detail                | api client and team | -        | code
api-job-list                      | api             | -            |
api-job-detail                    | api team        | -            | key=job.key
api-work-order-list               | api             | -            |
api-work-order-detail             | api team        | -            | number=order.number
api-packet-list                   | api             | -            |
api-packet-detail                 | api team        | -            | hash=packet.hash
schema                            | api             | -            |
api-docs                          | api             | -            |
"""


class Route(NamedTuple):
    """One line of the table."""

    name: str
    get: str
    post: str
    kwargs: dict[str, str]
    query: str

    def address(self, world) -> str:
        return (
            reverse(self.name, kwargs={name: world.find(path) for name, path in self.kwargs.items()})
            + self.query
        )


def _route(line: str) -> Route:
    name, get, post, needs = (cell.strip() for cell in line.split("|"))
    words = [word for word in needs.split() if not word.startswith("?")]
    kwargs = dict(word.split("=", 1) if "=" in word else (word, word) for word in words)
    query = next((word for word in needs.split() if word.startswith("?")), "")
    return Route(name, get, get if post == "=" else post, kwargs, query)


ROUTES = [_route(line) for line in TABLE.strip().splitlines()]
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
    assert not there - listed, f"add to TABLE in tests/test_permissions.py: {sorted(there - listed)}"
    assert not listed - there, f"remove from TABLE, they are gone: {sorted(listed - there)}"


def test_every_audience_is_used():
    used = {route.get for route in ROUTES} | {route.post for route in ROUTES}
    assert used == AUDIENCES.keys()


@pytest.fixture(scope="module")
def _world(django_db_setup, django_db_blocker, tmp_path_factory):
    """One world for all lines; each test's own transaction undoes what it does."""
    storages = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path_factory.mktemp("world"))},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with django_db_blocker.unblock(), override_settings(STORAGES=storages), transaction.atomic():
        built = build()
        for role in ROLES:
            signed_in(built, role)
        yield built, storages
        transaction.set_rollback(True)


@pytest.fixture
def world(_world, settings, db):
    settings.STORAGES = _world[1]
    settings.RATELIMIT_ENABLE = False
    return _world[0]


def answer(response) -> str:
    """Return the class of an answer."""
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return "login"
    return str(response.status_code) if response.status_code in (401, 403, 404, 405) else "ok"


def signed_in(world, role: str) -> Client:
    """Return a browser in which somebody is signed in; the same one for all lines."""
    if role not in world.browsers:
        world.browsers[role] = Client()
        if role != "anonymous":
            backend = "allauth.account.auth_backends.AuthenticationBackend"
            world.browsers[role].force_login(getattr(world.cast, role), backend=backend)
    return world.browsers[role]


def refuses_method(got: str, role: str) -> bool:
    """Strangers may be sent away before anybody looks at the method."""
    return got == "405" or (role == "anonymous" and got in ("login", "403"))


# Their pages are other people's.
NOT_OURS = ("api-docs",)
# Shows forms that lead nowhere.
NO_FORMS = ("components",)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_who_may_open(route, world):
    address, wrong = route.address(world), []
    for role, expected in AUDIENCES[route.get].items():
        response = signed_in(world, role).get(address)
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
            response = signed_in(world, role).post(address)
            transaction.set_rollback(True)
        wrong += [f"{role}: {problem}" for problem in unlike(response, role, expected)]
    assert not wrong, f"{address}\n" + "\n".join(wrong)


@pytest.mark.parametrize("role", ["pm", "client_viewer", "technician", "nobody"])
def test_only_staff_open_the_admin(role, world):
    assert (
        answer(signed_in(world, role).get(reverse("admin:index"))) != "ok"
        or "/admin/login/" in (signed_in(world, role).get(reverse("admin:index"))["Location"])
    )


def test_a_refusal_says_what_to_do(world):
    page = (
        signed_in(world, "client_viewer").get(reverse("rollout:settings", args=[world.code])).content.decode()
    )
    assert "Your role in this rollout does not include this." in page
