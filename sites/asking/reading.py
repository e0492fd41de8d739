"""Read an answer as somebody typed it in their language; what cannot be read for certain is refused, never guessed."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sites.asking.wording import Wording

Answer = str | float | int | bool | None

LONGEST = 500
_MOST = 1e12
_DIGITS = re.compile(r"[-+]?\d+(?:\.\d+)?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Unreadable(ValueError):
    """An answer that does not fit; the text is a sentence in the reader's language."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer must fit: a kind of `AttributeKind`, its unit and its choices."""

    kind: str
    unit: str = ""
    choices: Sequence[str] = ()


def tidy(text: str) -> str:
    """Return a text without what no keyboard types on purpose (control characters) and without space around it."""
    return _CONTROL.sub("", text.replace("\r\n", "\n")).strip()


def read_answer(asked: Asked, text: str, words: Wording) -> Answer:
    """Return the value somebody typed or chose; None for nothing.

    Raises
    ------
    Unreadable
        With a sentence in the language of `words`.
    """
    text = tidy(text)
    if not text:
        return None
    if asked.kind == "number":
        return _number(text, asked.unit, words)
    if asked.kind == "date":
        return _date(text, words)
    if asked.kind == "yes_no":
        return _yes_no(text, words)
    if asked.kind == "choice":
        return _choice(text, asked.choices, words)
    if len(text) > LONGEST:
        raise Unreadable(words.error_long.format(count=LONGEST))
    return text


def short(text: str) -> str:
    """Return a text as it is quoted in a sentence."""
    return text if len(text) <= 40 else text[:39] + "…"


def _number(text: str, unit: str, words: Wording) -> float | int:
    plain = unicodedata.normalize("NFKC", text).strip()
    if unit and plain.casefold().endswith(unit.casefold()):
        plain = plain[: -len(unit)].strip()
    plain = plain.replace("−", "-").replace("\u00a0", " ").replace("\u202f", " ")
    found = _one_number(plain, words)
    if found is None:
        raise Unreadable(words.error_number.format(text=short(text), example=words.number_example))
    return int(found) if found.is_integer() else found


def _one_number(text: str, words: Wording) -> float | None:
    """Marks between groups of three go, the other mark decides; a text that could be two numbers is none."""
    mark = words.decimal_mark
    whole, found, rest = text.partition(mark)
    if found and any(one in rest for one in (mark, *words.group_marks)):
        return None
    for group in words.group_marks:
        if group in whole:
            if re.fullmatch(rf"[-+]?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+", whole):
                whole = whole.replace(group, "")
            elif not found and group in ".," and re.fullmatch(rf"[-+]?\d+{re.escape(group)}\d{{1,2}}", whole):
                # Nobody groups digits by one or two: this is the other language's decimal mark.
                whole = whole.replace(group, ".")
    plain = f"{whole}.{rest}" if found else whole
    if not _DIGITS.fullmatch(plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) and abs(value) <= _MOST else None


def _date(text: str, words: Wording) -> str:
    found = _ISO.fullmatch(text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        raise Unreadable(words.error_date.format(text=short(text)))
    return day.isoformat()


def _yes_no(text: str, words: Wording) -> bool:
    word = text.casefold()
    if word in ("yes", words.yes.casefold()):
        return True
    if word in ("no", words.no.casefold()):
        return False
    raise Unreadable(words.error_choice)


def _choice(text: str, choices: Sequence[str], words: Wording) -> str:
    for choice in choices:
        if str(choice).casefold() == text.casefold():
            return str(choice)
    raise Unreadable(words.error_choice)
