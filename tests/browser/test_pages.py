"""Every page with the demo's data, light on a desk and dark on a phone: usable by everybody, fitting, asking nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from tests.browser.house import CODE, LOOKS, House
from tests.browser.looking import problems
from tests.browser.pages import NO_PAGES, PLACES, Place
from tests.routes import ROUTES

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict:
    """Where the demo's pictures are, for as long as its pages are looked at."""
    return {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path_factory.mktemp("files"))},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="module")
def house(chromium, django_db_setup, django_db_blocker, files, tmp_path_factory) -> Iterator[House]:
    from rollout import demo

    with django_db_blocker.unblock():
        server = LiveServer("localhost")
        with override_settings(
            STORAGES=files, VAR_DIR=tmp_path_factory.mktemp("var"), PUBLIC_URL=server.url, DEPLOYED=False
        ):
            demo.load(now=timezone.now())
            house = House(chromium, server.url)
            yield house
            house.windows.close()
        server.stop()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(autouse=True)
def _same_files(_settings, settings, files):
    """Every test otherwise has an empty storage of its own."""
    settings.STORAGES = files


def look(house: House, who: str, address: str, status: int = 200) -> None:
    """Open an address in both looks and fail with everything that is wrong with it."""
    found = []
    for name in LOOKS:
        page = house.window(who, name)
        watch = house.windows.watch(page)
        watch.take()
        answer = page.goto(address)
        assert answer is not None
        assert (answer.status, urlsplit(page.url).path) == (status, urlsplit(address).path)
        found += [f"{name}: {problem}" for problem in problems(page)]
        expected = "" if status == 200 else f"status of {status}"
        found += [f"{name}: {fault}" for fault in watch.take() if not expected or expected not in fault]
    assert not found, "\n".join([f"{address} ({who})", *found])


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_every_page_is_usable_and_fits(house: House, place: Place):
    needs = {name: house.find(word) for name, word in place.needs.items()}
    look(house, place.who, reverse(place.name, kwargs=needs))


def test_no_page_is_forgotten():
    pages = {route.name for route in ROUTES if route.get != "-" and not route.name.startswith("api-")}
    listed = {place.name for place in PLACES} | NO_PAGES
    assert not pages - listed, f"add to tests/browser/pages.py: {sorted(pages - listed)}"


@pytest.mark.parametrize(
    "query",
    ["view=map", "q=nothing-has-this-name", "missing=hours"],
    ids=["map", "nothing found", "filtered"],
)
def test_the_list_of_sites_in_its_other_states(house: House, query: str):
    look(house, "pm", f"/r/{CODE}/sites/?{query}")


@pytest.mark.parametrize("view", ["days", "map", "unscheduled"])
def test_a_proposal_in_its_other_views(house: House, view: str):
    look(house, "pm", reverse("technicians:schedule-plan", args=[house.things["schedule"]]) + f"?view={view}")


def test_the_link_of_a_technician(house: House):
    look(house, "nobody", house.link())
    look(house, "nobody", house.old_link(), status=410)


def test_the_link_of_a_contact(house: House):
    link = house.link_of_a_contact()
    look(house, "nobody", link)
    for name in LOOKS:
        page = house.window("nobody", name)
        page.goto(link)
        page.locator("main form[method=post] button").click()
        page.wait_for_url(lambda address: "t=" not in urlsplit(address).query)
        assert not problems(page)
    look(house, "nobody", link.replace("t=", "t=x"), status=410)


def test_pages_of_errors(house: House, settings):
    settings.ROOT_URLCONF = "tests.rollout.error_urls"
    look(house, "pm", "/no/such/page/", status=404)
    look(house, "pf", f"/r/{CODE}/settings/", status=403)
    look(house, "pm", "/fail/", status=500)
