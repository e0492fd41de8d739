"""The examples of docs/how-to/use-the-api.md, run one after the other: what the page says is what happens."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

from rollout.actions import make_key
from tests import factories as make

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "use-the-api.md"
BLOCK = re.compile(r"```(http|json)\n(.*?)```", re.S)
FIRST_LINE = re.compile(r"(GET|PUT|PATCH|POST|DELETE) (\S+) HTTP/1\.1")


def contains(whole, part, at="") -> list[str]:
    """Return where the answer differs from what the page shows of it."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return [
            wrong
            for name, value in part.items()
            for wrong in contains(whole.get(name), value, f"{at}.{name}")
        ]
    if isinstance(part, list) and isinstance(whole, list) and len(whole) == len(part):
        return [wrong for n, value in enumerate(part) for wrong in contains(whole[n], value, f"{at}[{n}]")]
    return [] if whole == part else [f"{at}: {whole!r} instead of {part!r}"]


def test_every_example_does_what_the_page_says(cast, client):
    make.AttributeFactory(client=cast.client)
    make.WaveFactory(rollout=cast.rollout, number=1)
    for key, name in (("0418", "Market"), ("0419", "Alki")):
        make.EnrolmentFactory(rollout=cast.rollout, site__key=key, site__name=name, site__city="Seattle")
    make.EnrolmentFactory(rollout=cast.rollout, site__key="0416")
    _, secret = make_key(
        name="Docs", read_only=False, expires_at=make.NOW + timedelta(days=9999), by=cast.pm, at=make.NOW
    )
    sent, wrong, answer = 0, [], None
    for kind, text in BLOCK.findall(PAGE.read_text()):
        if kind == "json":
            wrong += contains(answer.json(), json.loads(text), text[:40])
            continue
        head, _, body = text.partition("\n\n")
        method, path = FIRST_LINE.match(head).groups()
        data = {"data": body, "content_type": "application/json"} if body.strip() else {}
        answer = getattr(client, method.lower())(path, headers={"Authorization": f"Api-Key {secret}"}, **data)
        sent += 1
        if answer.status_code not in (200, 201, 202, 204) and "glass" not in body:
            wrong.append(f"{method} {path}: {answer.status_code} {answer.content.decode()[:300]}")
    assert not wrong
    assert sent >= 9


def test_every_address_of_the_page_is_one(cast):
    from rollout.pages.api import urlpatterns

    told = PAGE.read_text()
    named = {
        str(one.pattern).split("/")[2]
        for one in urlpatterns
        if str(one.pattern).startswith("rollouts/<slug:code>/")
    }
    assert len(named) >= 10
    assert not [name for name in named - {"sites", "changes"} if f"`{name}/" not in told]
