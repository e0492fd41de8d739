"""Column names made comparable: any script, any case, camel case and punctuation tolerant."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LETTERS = re.compile(r"[^\W_]+")


@lru_cache(maxsize=20_000)
def tokens(name: str) -> tuple[str, ...]:
    """Split a column name into lower-case words without accents.

    >>> tokens("storeZIPCode"), tokens("Straße & Nr."), tokens("addr:city")
    (('store', 'zip', 'code'), ('strasse', 'nr'), ('addr', 'city'))
    """
    spaced = _CAMEL.sub(" ", name.replace("#", " number ").replace("№", " number ").replace("n°", " number "))
    return tuple(_LETTERS.findall(fold(spaced)))


@lru_cache(maxsize=20_000)
def compact(name: str) -> str:
    """Return a column name as one run of letters and digits, for exact comparison."""
    return "".join(tokens(name))


def fold(text: str) -> str:
    """Lower-case, without accents on Latin letters, wide forms made narrow.

    Marks of other scripts are kept: without its voiced mark a Japanese word is another word.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    latin = re.sub(r"(?<=[a-z])[\u0300-\u036f]+", "", decomposed)
    plain = unicodedata.normalize("NFC", latin)
    return plain.translate(_PLAIN)


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, split at white space."""
    return frozenset(text.split())


_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})
