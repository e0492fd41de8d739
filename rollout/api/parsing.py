"""Read what programs send, within bounds, so that nothing odd reaches the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from rollout.api.errors import TooBig

MOST_BYTES = 5 * 1024 * 1024
MOST_DEPTH = 20


class JsonParser(BaseParser):
    """JSON in UTF-8, up to 5 MB and 20 levels; without NUL characters, halves of letters, NaN and infinity."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the value; raises `TooBig` and `ParseError` with a sentence."""
        body = _read(stream)
        try:
            found = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
        except UnicodeDecodeError as problem:
            raise ParseError("The body is not in UTF-8.") from problem
        except RecursionError as problem:
            raise ParseError(f"The body is nested deeper than {MOST_DEPTH} levels.") from problem
        except ValueError as problem:
            raise ParseError(f"The body is no JSON: {problem}.") from problem
        _refuse_oddities(found)
        return found


def _read(stream: Any) -> bytes:
    try:
        announced = int(stream.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        announced = 0
    if announced > MOST_BYTES:
        raise TooBig(
            f"A body has at most {MOST_BYTES // 1024 // 1024} MB. Send the records in several requests."
        )
    body: bytes = stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooBig(
            f"A body has at most {MOST_BYTES // 1024 // 1024} MB. Send the records in several requests."
        )
    return body


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:20]} is too large a number")
    return value


def _refuse_oddities(value: Any) -> None:
    """Walk everything without recursion; text that PostgreSQL cannot keep is refused here, once, for every field."""
    waiting = [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        if depth > MOST_DEPTH:
            raise ParseError(f"The body is nested deeper than {MOST_DEPTH} levels.")
        if isinstance(one, dict):
            waiting += [(key, depth) for key in one]
            waiting += [(inner, depth + 1) for inner in one.values()]
        elif isinstance(one, list):
            waiting += [(inner, depth + 1) for inner in one]
        elif isinstance(one, str) and not _can_be_kept(one):
            raise ParseError("The body has a NUL character or half a letter in it, which cannot be kept.")


def _can_be_kept(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
