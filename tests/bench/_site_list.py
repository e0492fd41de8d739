"""The list of sites over 100,000 beside the same page over 1,000; run by `tests/bench/sites.py` after both estates are there."""

from __future__ import annotations

import statistics
import time
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollout.models import Rollout, User
from sites.models import Enrolment

# What is asked of both; WAVE and STATE stand for one the rollout has.
VIEWS = {
    "as it is": "",
    "one wave": "wave=WAVE",
    "one state": "region=STATE",
    "by name": "sort=name",
    "by city, backwards": "sort=-city",
    "by wave": "sort=wave",
    "by priority": "sort=priority",
    "last page": "page=LAST",
}
SLOWER = {"one word": "q=abc", "facts unknown": "missing=facts", "no contact": "missing=contact"}
ROUNDS = 9


def figures(large: Rollout, small: Rollout, by: User) -> list[dict[str, Any]]:
    """Measure the page over two rollouts in turns, as somebody who may see both."""
    settings.ALLOWED_HOSTS = ["*"]
    web = Client()
    web.force_login(by, backend="allauth.account.auth_backends.AuthenticationBackend")
    total = f"{Enrolment.objects.filter(rollout=large).count():,} sites"
    lines: list[dict[str, Any]] = []
    for name, query in VIEWS.items():
        slow, fast = _in_turns(web, _address(large, query), _address(small, query))
        lines.append(_figure(f"list, {name}, {total}: share of 1,000", slow / fast, "×", must=1.5))
        lines.append(_figure(f"list, {name}, {total}: time", slow, "ms"))
    for name, query in SLOWER.items():
        slow, _ = _in_turns(web, _address(large, query), _address(small, query), rounds=3)
        lines.append(_figure(f"list, {name}, {total}: time", slow, "ms"))
    most = max(_queries(web, _address(large, query)) for query in (*VIEWS.values(), *SLOWER.values()))
    return [*lines, _figure(f"list, {total}: most queries of a page", most, "", must=12)]


def _address(rollout: Rollout, query: str) -> str:
    rows = Enrolment.objects.filter(rollout=rollout)
    wave = rows.exclude(wave=None).values_list("wave", flat=True).first()
    state = rows.exclude(site__region="").values_list("site__region", flat=True).first()
    last = max(1, rows.count() // 50)
    for word, value in (("WAVE", wave), ("STATE", state), ("LAST", last)):
        query = query.replace(word, str(value))
    return f"/r/{rollout.code}/sites/?{query}"


def _in_turns(web: Client, one: str, other: str, rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the medians of both in milliseconds, asked in turns so that a busy moment strikes both."""
    taken: dict[str, list[float]] = {one: [], other: []}
    for number in range(rounds + 2):
        for address in (one, other):
            begun = time.perf_counter()
            answer = web.get(address)
            seconds = time.perf_counter() - begun
            if answer.status_code != 200:
                raise SystemExit(f"{address} answered {answer.status_code}.")
            if number > 1:
                taken[address].append(1000 * seconds)
    return statistics.median(taken[one]), statistics.median(taken[other])


def _queries(web: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        web.get(address)
    return len(asked)


def _figure(name: str, value: float, unit: str, must: float | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 2),
        "unit": unit,
        "must": must,
        "aim": None,
        "better": "lower",
    }
