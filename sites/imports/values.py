"""One cell to one value: a reader for every kind of field, each saying what it changed or doubts.

A reader takes the stripped, non-empty text and returns a `Reading`. What it cannot read becomes None
with a sentence that quotes the text; nothing turns into zero.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from .countries import country_code
from .degrees import read_degrees, read_pair
from .target import Field, Kind
from .words import word_set

Value = str | int | float | bool | dt.date | dt.time | tuple[str, ...] | None
"""What a checked cell holds. None is "not known"."""

Severity = Literal["notice", "attention", "rejected"]
"""A notice tells of a change, attention of a doubt, and a rejected row does not land."""


class Remark(NamedTuple):
    """What a reader has to say about a cell: a stable code for grouping, and a sentence."""

    severity: Severity
    code: str
    sentence: str


class Reading(NamedTuple):
    """The value of a cell and at most one remark; `pair` only for kind "coordinates"."""

    value: Value
    remark: Remark | None = None
    pair: tuple[float, float] | None = None


_NOTHING = frozenset(
    form
    for word in word_set(r"null (null) n/a #n/a nan #na - -- – — \n #ref! #value!")
    for form in (word, word.upper(), word.capitalize(), word.title())
) | {"NaN", "n/A"}
_EMAIL = re.compile(r"[^\s@,;<>\"]+@(?:[^\s@,;<>\".]+\.)+[^\s@,;<>\".]{2,}")
_PHONE_ODD = re.compile(r"[^\d\s+().\-/\u2010-\u2013\uff0b]")
_NO_DIGIT = re.compile(r"\D")
_PHONE_EXTENSION = re.compile(
    r"(?:\bext\.?|\bx|\bdurchwahl|#|\bposte|内線|내선)\s*\.?:?\s*\d+\s*$", re.IGNORECASE
)
_SCIENTIFIC = re.compile(r"[-+]?\d(?:[.,]\d+)?[eE]\+?\d{1,3}")
_NUMBER = re.compile(r"[-+]?\d[\d.,'\s]*")
_YES = word_set(
    "yes y true 1 x ja j wahr oui vrai si sí sim verdadero verdadeiro vero はい 예 네 是 有 ✓ ✔ on tak"
)
_NO = word_set("no n false 0 nein falsch non faux nee não nao falso いいえ 아니요 아니오 否 無 ✗ off nie")
_LONGEST_CODE = 100


def cell_text(cell: str) -> str:
    """Return what a cell says: stripped, without the apostrophe that keeps a spreadsheet from running it."""
    text = cell.strip()
    return text[1:].lstrip() if text[:1] == "'" else text


def is_nothing(text: str) -> bool:
    """Say whether a text is how a program writes an empty cell, such as "N/A" or "null"."""
    return text in _NOTHING


def quoted(text: str) -> str:
    """Quote a cell in a sentence, shortened."""
    return f"“{text if len(text) <= 60 else text[:57] + '…'}”"


def doubt(code: str, sentence: str) -> Remark:
    """Return a remark of severity "attention"."""
    return Remark("attention", code, sentence)


def read(field: Field, text: str) -> Reading:
    """Read a cell as a field's kind demands.

    Parameters
    ----------
    text:
        Stripped and not empty.
    """
    reading = READERS[field.kind](text)
    if field.choices and reading.value is not None:
        return _chosen(field, str(reading.value))
    return reading


def _chosen(field: Field, text: str) -> Reading:
    for choice in field.choices:
        if choice.casefold() == text.casefold():
            return Reading(choice)
    allowed = ", ".join(field.choices)
    return Reading(
        None, doubt("choice", f"{quoted(text)} is not one of the choices for {field.label}: {allowed}.")
    )


def _text(text: str) -> Reading:
    return Reading(text)


def _code(text: str) -> Reading:
    if _SCIENTIFIC.fullmatch(text) and ("." in text or "," in text):
        return Reading(
            text,
            doubt("code_scientific", f"{quoted(text)} was shortened by a spreadsheet. Type the whole code."),
        )
    if not {".", ".."}.isdisjoint(text.split("/")):
        # Part of the address of a page; a browser reads these as "here" and "one up".
        return Reading(
            None,
            doubt("code_dots", f"{quoted(text)} cannot be a number: leave out the part that is only dots."),
        )
    if len(text) > _LONGEST_CODE:
        return Reading(
            text,
            doubt("code_long", f"This code is longer than {_LONGEST_CODE} characters. Check the column."),
        )
    return Reading(text)


@lru_cache(maxsize=2_000)
def _country(text: str) -> Reading:
    code = country_code(text)
    if code is None:
        return Reading(
            None, doubt("country", f"{quoted(text)} is not a country we know. Write its name or ISO code.")
        )
    return Reading(code)


def _latitude(text: str) -> Reading:
    return _degrees(text, "latitude")


def _longitude(text: str) -> Reading:
    return _degrees(text, "longitude")


def _degrees(text: str, what: str) -> Reading:
    found = read_degrees(text)
    if found is None:
        return Reading(
            None, doubt(what, f"{quoted(text)} cannot be read as a {what}. Write degrees such as 48.8566.")
        )
    if found.rewritten:
        return Reading(
            found.degrees,
            Remark("notice", "degrees", f"{quoted(text)} was read as {found.degrees:g} degrees."),
        )
    return Reading(found.degrees)


def _coordinates(text: str) -> Reading:
    pair = read_pair(text)
    if pair is None:
        sentence = f"{quoted(text)} cannot be read as latitude and longitude. Write them as 48.8566, 2.3522."
        return Reading(None, doubt("coordinates", sentence))
    return Reading(text, pair=pair)


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in zoneinfo.available_timezones()}


def is_zone(text: str) -> bool:
    """Say whether a text is the name of a place's time zone, such as Europe/Paris."""
    return "/" in text and text.lower() in _zones()


@lru_cache(maxsize=2_000)
def _time_zone(text: str) -> Reading:
    name = _zones().get(text.lower().replace(" ", "_"))
    if name is None:
        return Reading(
            None, doubt("time_zone", f"{quoted(text)} is not a time zone. Write a name such as Europe/Paris.")
        )
    if "/" not in name and name not in ("UTC", "GMT"):
        sentence = f"{quoted(text)} does not name a place, so its summer time is not known. Write a name such as Europe/Paris."
        return Reading(None, doubt("time_zone", sentence))
    if name != text:
        return Reading(name, Remark("notice", "time_zone_spelling", f"{quoted(text)} was read as {name}."))
    return Reading(name)


def _phone(text: str) -> Reading:
    main = _PHONE_EXTENSION.sub("", text)
    digits = len(_NO_DIGIT.sub("", main))
    if _SCIENTIFIC.fullmatch(text) or _PHONE_ODD.search(main) or not 6 <= digits <= 15:
        return Reading(
            text, doubt("phone", f"{quoted(text)} does not look like one phone number. It was kept as typed.")
        )
    return Reading(text)


def _email(text: str) -> Reading:
    plain = text.removeprefix("mailto:")
    if not _EMAIL.fullmatch(plain):
        return Reading(
            text,
            doubt("email", f"{quoted(text)} does not look like one e-mail address. It was kept as typed."),
        )
    return Reading(plain)


def number_in(text: str) -> float | None:
    """Read a number with either decimal sign; None when it is no number or could be two.

    >>> number_in("1.234,5"), number_in("1 234.5"), number_in("2,5"), number_in("1,234"), number_in("12m")
    (1234.5, 1234.5, 2.5, None, None)
    """
    if not _NUMBER.fullmatch(text):
        return None
    plain = re.sub(r"[\s']", "", text)
    comma, dot = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and dot >= 0:
        plain = plain.replace(",", "") if dot > comma else plain.replace(".", "").replace(",", ".")
    elif comma >= 0:
        if len(plain) - comma == 4:
            return None
        plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None


def _number(text: str) -> Reading:
    value = number_in(text)
    if value is None:
        return Reading(
            None,
            doubt("number", f"{quoted(text)} cannot be read as a number for certain. Write it as 1234.5."),
        )
    return Reading(value)


def _integer(text: str) -> Reading:
    value = number_in(text)
    if value is None or not value.is_integer():
        return Reading(None, doubt("integer", f"{quoted(text)} is not a whole number. Write it as 1234."))
    return Reading(int(value))


def _boolean(text: str) -> Reading:
    word = text.casefold()
    if word in _YES:
        return Reading(True)
    if word in _NO:
        return Reading(False)
    return Reading(
        None, doubt("boolean", f"{quoted(text)} is neither yes nor no. Write yes or no, or leave it empty.")
    )


def date_in(text: str) -> dt.date | None:
    """Read a date that can only be one day; None for 3/4/2026, two-digit years and the like."""
    parts = [int(part) for part in re.findall(r"\d+", re.split("[ T]", text, maxsplit=1)[0])]
    if len(parts) != 3:
        return None
    one, two, three = parts
    try:
        if one > 999:
            return dt.date(one, two, three)
        if three <= 999:
            return None
        if "." in text or one > 12 or one == two:
            return dt.date(three, two, one)
        return dt.date(three, one, two) if two > 12 else None
    except ValueError:
        return None


def _date(text: str) -> Reading:
    value = date_in(text)
    if value is None:
        return Reading(
            None, doubt("date", f"{quoted(text)} cannot be read as one certain day. Write it as 2026-03-31.")
        )
    return Reading(value)


_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*([ap])?\.?m?\.?", re.IGNORECASE)


def _time(text: str) -> Reading:
    found = _TIME.fullmatch(text)
    if found is not None and (found[2] or found[3]):
        hour, minute = int(found[1]), int(found[2] or 0)
        if found[3]:
            hour = hour % 12 + (12 if found[3].lower() == "p" else 0) if 1 <= hour <= 12 else 99
        if hour < 24 and minute < 60:
            return Reading(dt.time(hour, minute))
    return Reading(None, doubt("time", f"{quoted(text)} cannot be read as a time. Write it as 17:30."))


def _list(text: str) -> Reading:
    mark = next((mark for mark in ("\n", ";", "|", "、", ",") if mark in text), ",")
    return Reading(tuple(part.strip() for part in text.split(mark) if part.strip()))


TAKEN_AS_TYPED: frozenset[Kind] = frozenset({"text", "region", "postal_code"})
"""Kinds whose reader changes and doubts nothing; postal codes are judged later, beside their country."""

READERS: dict[Kind, Callable[[str], Reading]] = {
    "text": _text,
    "code": _code,
    "country": _country,
    "region": _text,
    "latitude": _latitude,
    "longitude": _longitude,
    "coordinates": _coordinates,
    "time_zone": _time_zone,
    "postal_code": _text,
    "phone": _phone,
    "email": _email,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "list": _list,
}
