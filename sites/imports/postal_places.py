"""Where a postal code is, roughly: for sites whose list gives no coordinates."""

from __future__ import annotations

from functools import cache

import zipcodes

_UNITED_STATES = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})


def place_of(postal_code: str, country: str) -> tuple[float, float] | None:
    """Return latitude and longitude of the centre of a postal code, in degrees to about 0.01.

    Known are the ZIP codes of the United States and its territories, ZIP+4 by its first five digits; for every other
    country, and for ZIP codes of the armed forces abroad, there is no answer. The package unpacks its table on the
    first question (0.3 s, 40 MB once); what is asked for is kept by the first two digits, 15 MB for the whole country.
    """
    code = postal_code[:5]
    if country not in _UNITED_STATES or len(code) != 5 or not (code.isascii() and code.isdigit()):
        return None
    return _centres(code[:2]).get(code)


@cache
def _centres(start: str) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for one in zipcodes.similar_to(start):  # type: ignore[no-untyped-call]
        latitude, longitude = float(one["lat"] or 0), float(one["long"] or 0)
        if one["country"] == "US" and (latitude or longitude):
            found[one["zip_code"]] = (latitude, longitude)
    return found
