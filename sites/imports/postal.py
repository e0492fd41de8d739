"""Postal codes: their shape by country, and the zeros spreadsheets take away."""

from __future__ import annotations

import re

from .values import Reading, Remark, doubt, quoted
from .words import word_set

_SHAPES: dict[str, str] = {
    "US": r"\d{5}(-\d{4})?",
    "CA": r"[A-Z]\d[A-Z] ?\d[A-Z]\d",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
    "NL": r"\d{4} ?[A-Z]{2}",
    "JP": r"\d{3}-?\d{4}",
    "PL": r"\d{2}-?\d{3}",
    "PT": r"\d{4}(-\d{3})?",
    "BR": r"\d{5}-?\d{3}",
    "IE": r"[A-Z\d]{3} ?[A-Z\d]{4}",
    "SE": r"\d{3} ?\d{2}",
    "CZ": r"\d{3} ?\d{2}",
    "SK": r"\d{3} ?\d{2}",
    "GR": r"\d{3} ?\d{2}",
    **dict.fromkeys(word_set("DE FR ES IT FI MX KR EE HR TR MY TH ID UA"), r"\d{5}"),
    **dict.fromkeys(word_set("AT BE CH DK NO AU NZ LU HU BG SI CY ZA"), r"\d{4}"),
    **dict.fromkeys(word_set("CN IN SG RU RO"), r"\d{6}"),
}
_COMPILED = {country: re.compile(shape, re.IGNORECASE) for country, shape in _SHAPES.items()}
_LOST_ZERO_STATES = word_set("CT MA ME NH NJ RI VT PR VI")


def read_postal_code(text: str, country: str | None) -> Reading:
    """Check a postal code against its country.

    A US ZIP of four digits lost its leading zero to a spreadsheet and gets it back, with a notice; so
    do the three digits of Puerto Rico, and ZIP+4 without its dash. Codes of other countries are kept
    as typed. Without a country nothing is judged.
    """
    if text.endswith(".0") and text[:-2].isdigit():
        text = text[:-2]
    shape = _COMPILED.get(country or "")
    if country == "US" and not (len(text) == 5 and text.isdigit()):
        whole = _whole_zip(text)
        if whole is not None and whole != text:
            return Reading(
                whole, Remark("notice", "zip_restored", f"ZIP {quoted(text)} was read as {whole}.")
            )
    if shape is None or shape.fullmatch(text):
        return Reading(text)
    sentence = f"{quoted(text)} does not look like a postal code of {country}. It was kept as typed."
    if text.isdigit() and shape.fullmatch("0" + text):
        sentence = f"{quoted(text)} is one digit short for {country}; a leading zero may be lost. It was kept as typed."
    return Reading(text, doubt("postal_code", sentence))


def _whole_zip(text: str) -> str | None:
    main, dash, four = text.partition("-")
    if not main.isascii() or not main.isdigit() or (dash and not (four.isdigit() and len(four) == 4)):
        return None
    if not dash and len(main) in (8, 9):
        nine = main.zfill(9)
        return f"{nine[:5]}-{nine[5:]}"
    return main.zfill(5) + dash + four if 3 <= len(main) <= 5 else None


def fits_state(text: str, state: str, country: str) -> bool:
    """Say whether a postal code agrees with a US state or Canadian province written beside it.

    "WA" with 6000 is Western Australia, not Washington. An absent code agrees with everything.
    """
    if not text:
        return True
    if country == "US" and text.isdigit() and len(text) in (3, 4):
        return state.upper() in _LOST_ZERO_STATES
    return _COMPILED[country].fullmatch(text) is not None
