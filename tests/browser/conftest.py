"""A real Chromium on a real server. Every page that is opened here is watched, see `tests.browser.watching`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.browser.watching import Watch

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page asks for elsewhere is seen by the watch and goes nowhere.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000  # milliseconds; a machine may be busy with other things


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in this folder needs a browser."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The browser, one for all tests; a test without it is skipped and says why."""
    if reason := os.environ.get("DOWNBEAT_NO_BROWSER"):
        pytest.skip(reason)
    path = os.environ.get("DOWNBEAT_BROWSER") or shutil.which("chromium")
    if not path:
        pytest.skip("no Chromium on this machine; name one in DOWNBEAT_BROWSER")
    expect.set_options(timeout=PATIENCE)
    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    # Playwright's loop runs in this thread, and Django takes that for an asynchronous caller of the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield browser
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    browser.close()


@pytest.fixture
def site(live_server, settings) -> str:
    """Where the server of this test is; links in messages lead there, too."""
    settings.PUBLIC_URL = live_server.url
    return live_server.url


class Windows:
    """Opens windows of people and remembers them, so that all of them are looked at in the end."""

    def __init__(self, chromium: Browser, origin: str) -> None:
        self.chromium, self.origin = chromium, origin
        self.opened: list[tuple[BrowserContext, Watch]] = []

    def open(self, user: Any = None, **options: Any) -> Page:
        """A window of its own, signed in as `user` or as nobody. Options are those of a browser context."""
        return self.context(user, **options).new_page()

    def context(self, user: Any = None, **options: Any) -> BrowserContext:
        """Cookies and storage of their own; the watch comes with it."""
        context = self.chromium.new_context(
            **{"viewport": DESK, "base_url": self.origin, "locale": "en-US", **options}
        )
        context.set_default_timeout(PATIENCE)
        self.opened.append((context, Watch(context, self.origin)))
        if user is not None:
            sign_in(context, user, self.origin)
        return context

    def watch(self, page: Page) -> Watch:
        """The watch over a page."""
        return next(watch for context, watch in self.opened if context == page.context)

    def close(self) -> list[str]:
        """Close all of them; what went wrong in any."""
        faults = [fault for _, watch in self.opened for fault in watch.take()]
        for context, _ in self.opened:
            context.close()
        return faults


def sign_in(context: BrowserContext, user: Any, origin: str) -> None:
    """Give a context the session of a user without the form, which has its own test."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": origin}])


@pytest.fixture
def windows(chromium: Browser, site: str, request: pytest.FixtureRequest, tmp_path) -> Iterator[Windows]:
    """Windows on this test's server. Fails the test when a page made the browser complain."""
    opened = Windows(chromium, site)
    yield opened
    told = getattr(request.node, "rep_call", None)
    if told is not None and told.failed:
        show(opened, tmp_path)
    if faults := opened.close():
        pytest.fail("The pages made the browser complain:\n" + "\n".join(faults), pytrace=False)


def show(opened: Windows, folder: Any) -> None:
    """Tell where every window was when the test failed, and leave a picture of it."""
    pages = [page for context, _ in opened.opened for page in context.pages]
    for number, page in enumerate(pages):
        picture = folder / f"window-{number}.png"
        page.screenshot(path=picture, full_page=True)
        print(f"{page.url}  {page.title()}  {picture}")
