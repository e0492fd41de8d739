"""The name of a packet: a hash of what it says and of the layout that prints it.

Paper, PDF and phone carry the same hash, so one look tells whether two people hold the same packet.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256

LAYOUT_VERSION = 2
"""Raised whenever the template or the stylesheet changes what a printed packet looks like."""


def canonical(content: object) -> str:
    """One and only one JSON text for the same content.

    Keys are sorted, nothing is padded, ``1.0`` and ``1`` are the same number, so the text survives a round trip through a
    JSON column.

    Raises
    ------
    TypeError
        When a value is not JSON or a key is not text.
    ValueError
        When a number is not finite or a text cannot be encoded as UTF-8.
    """
    text = json.dumps(
        _plain(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    text.encode()
    return text


def fingerprint(content: Mapping[str, object]) -> str:
    """SHA-256 of the canonical content as 64 lower-case hex digits. The content holds its layout version."""
    return sha256(canonical(content).encode()).hexdigest()


def short(full: str) -> str:
    """The first ten digits of a fingerprint in two groups, ``3f9a2-c41be``, for print and for reading aloud."""
    return f"{full[:5]}-{full[5:10]}"


def _plain(value: object) -> object:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, (float, Decimal)):
        return _number(value)
    if isinstance(value, Mapping):
        return {_key(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    raise TypeError(f"{type(value).__name__} cannot be part of a packet's content.")


def _number(value: float | Decimal) -> int | float:
    if not math.isfinite(value):
        raise ValueError("A number that is not finite cannot be part of a packet's content.")
    return int(value) if value == int(value) else float(value)


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError("Every key of a packet's content must be text.")
    return key
