"""Opening hours as tokens: weekdays, times, and the words between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .hours_words import Language

WORDS = "These words cannot be read as weekdays and times."


class Unsure(Exception):
    """The text can be read in no way, or in two; the message is the remark."""


class Clock(NamedTuple):
    """A time as written: minutes after midnight, what it says of the half of the day, if minutes or a zero are written."""

    minutes: int
    half: str
    full: bool


class Token(NamedTuple):
    """A word of the text: "day", "days", "time", "to", "always", "allday", "closed", "late" or "holiday"."""

    kind: str
    days: frozenset[int] = frozenset()
    clock: Clock | None = None


_TOKEN = re.compile(
    r"""(?P<always>24\s*/\s*7|24h?/24(?:\s*,?\s*7j?/7)?)
    | (?P<allday>24\s*-?\s*(?:h(?:rs?|ours?|oras|eures)?|std|stunden|ore|uur)\b(?!\s*\d)\.?)
    | (?P<four>\d{3,4})(?![\d:])\s?(?P<half4>[ap]\.?\s?m\b\.?|[ap]\b)?
    | (?P<hour>\d{1,2})
      (?:\s?[:.]\s?(?P<minute>\d{2})(?::00)?(?!\d)|\s?h\s?(?P<after>\d{2})(?!\d))?
      (?:\s?(?:h|uhr|uur|o'clock|hrs?|hours|heures|horas)\b)?
      (?:\s?(?P<half>[ap]\.?\s?m\b\.?)|(?P<letter>[ap])\b)?
    | (?P<word>[^\W\d_]+(?:-feira)?)\.?
    | (?P<dash>-)
    | (?P<space>[\s,;:|/&+()•.]+)""",
    re.VERBOSE,
)


def tokens(text: str, language: Language) -> Iterator[Token]:
    """Yield the tokens of a text in small letters; raises `Unsure` at a word that is none of this language's."""
    for phrase, word in language.phrases:
        text = phrase.sub(f" {word} ", text)
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.end() == at:
            raise Unsure(WORDS)
        at = found.end()
        token = _token(found, language)
        if token is not None:
            yield token


def _token(found: re.Match[str], language: Language) -> Token | None:
    if found["space"]:
        return None
    if found["dash"]:
        return Token("to")
    if found["always"]:
        return Token("always")
    if found["allday"]:
        return Token("allday")
    if found["word"]:
        return _word(found["word"], language)
    return Token("time", clock=_clock(found))


def _word(word: str, language: Language) -> Token | None:
    if word in language.filler:
        return None
    if word in language.days:
        return Token("day", frozenset({language.days[word]}))
    if word in language.sets:
        return Token("days", language.sets[word])
    for kind, words in language.words.items():
        if word in words:
            return Token(kind)
    if word in language.times:
        return Token("time", clock=Clock(language.times[word], "named", True))
    raise Unsure(WORDS)


def _clock(found: re.Match[str]) -> Clock:
    if found["four"]:
        hour, minute, full = int(found["four"][:-2]), int(found["four"][-2:]), True
    else:
        written_minute = found["minute"] or found["after"]
        hour, minute = int(found["hour"]), int(written_minute or 0)
        full = bool(written_minute) or found["hour"].startswith("0")
    half = (found["half"] or found["letter"] or found["half4"] or "")[:1]
    if minute > 59 or hour > 30 or (half and not 1 <= hour <= 12):
        raise Unsure("There is a time that no clock shows.")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return Clock(hour * 60 + minute, half, full)
