"""Whatever somebody writes behind the question mark, a page is a page and what was typed is text."""

from __future__ import annotations

import pytest

from tests.routes import ROUTES

TYPED = b"'\"<b>"
HOSTILE = (
    "?q='%22%3Cb%3E&page=999999999999999999999&wave=x&state=flying&sort=-nothing&format=pdf&view=zz&tab=zz"
    "&day=2026-99-99&from=x&group=x&show=x&technician=9999999999999999999999&verdict=x&attribute=x&problem=x&change=x"
)


@pytest.mark.parametrize("query", [HOSTILE, "?q=%00", "?page=-1&wave=-1&pk=-1&q=%F0%9F%92%A9"])
def test_no_address_breaks_a_page(world, query):
    broken = []
    for route in ROUTES:
        if route.get == "-" or route.query:
            continue
        response = world.browser("pm").get(route.address(world) + query)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        if response.status_code >= 500:
            broken.append(f"{route.name}: {response.status_code}")
        if response["Content-Type"].startswith("text/html") and TYPED in content:
            broken.append(f"{route.name}: what was typed is taken for HTML")
    assert not broken
