"""The watch over the pages sees what it is there for; otherwise every other test here would be worth less."""

from __future__ import annotations

from tests.browser.conftest import Windows

HARM = {
    "console error": "console.error('a broken thing')",
    "style-src": "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">Red</p>')",
    "script-src": "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))",
    "uncaught": "setTimeout(() => { throw new Error('thrown'); })",
    "another origin": "new Image().src = 'http://tracker.example/pixel.gif'",
}


def test_the_watch_sees_every_kind_of_harm(windows: Windows):
    page = windows.open()
    page.goto("/accounts/login/")
    watch = windows.watch(page)
    assert watch.take() == []
    for kind, script in HARM.items():
        page.evaluate(script)
        page.wait_for_timeout(200)
        faults = watch.take()
        assert any(kind in fault for fault in faults), (kind, faults)
