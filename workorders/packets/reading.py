"""How much there is to read. Focus is measured, so the measure lives in one place."""

from __future__ import annotations

import math
import re
import unicodedata

WORDS_PER_MINUTE = 200
"""Careful reading of instructions; ordinary prose is read at about 240."""

_WORD = re.compile(r"\w+(?:['’.,/-]\w+)*")
# Scripts that put no space between words: two characters are counted as one word.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
# Control characters but for tab and line feed, and halves of surrogate pairs: no column, hash or font takes them.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def count_words(text: str) -> int:
    """Words in a text of any script."""
    unspaced = len(_UNSPACED.findall(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text))) + math.ceil(unspaced / 2)


def minutes_to_read(words: int) -> int:
    """Whole minutes, at least one as soon as there is anything to read."""
    return math.ceil(words / WORDS_PER_MINUTE)


def clean(text: str) -> str:
    """Text that is safe to store, hash and print: composed characters, plain line ends, no control characters."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _UNPRINTABLE.sub("", composed).strip()
