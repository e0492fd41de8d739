"""Values of JSON as somebody would type them, so that one reader serves pages, files and programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def typed(value: Any) -> str | None:
    """Return a value as text: yes and no, numbers without an exponent; None for what is neither text, number nor flag.

    >>> typed(True), typed(1e-7), typed(" drop "), typed([1])
    ('yes', '0.00000010', 'drop', None)
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return format(Decimal(repr(value)), "f")
    return value.strip() if isinstance(value, str) else None
