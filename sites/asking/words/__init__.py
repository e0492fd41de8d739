"""The languages there are, and which one to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sites.asking.wording import Wording
from sites.asking.words import de, en, es, fr, it, ja, ko, nl, pt

LANGUAGES: Mapping[str, Wording] = {
    "en": en.WORDS,
    "es": es.WORDS,
    "fr": fr.WORDS,
    "de": de.WORDS,
    "pt": pt.WORDS,
    "it": it.WORDS,
    "nl": nl.WORDS,
    "ja": ja.WORDS,
    "ko": ko.WORDS,
}
"""Code (ISO 639-1) to wording, in the order in which they are offered."""

DEFAULT = "en"

_COUNTRIES: Mapping[str, str] = {
    "es": "AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV UY VE",
    "fr": "BF BJ CD CG CI CM DZ FR GA GF GP GN LU MA MC MG ML MQ NC NE PF RE SN TG TN YT",
    "de": "AT CH DE LI",
    "pt": "AO BR CV GW MZ PT ST TL",
    "it": "IT SM VA",
    "nl": "AW BE CW NL SR SX",
    "ja": "JP",
    "ko": "KP KR",
}
_OF_COUNTRY = {country: language for language, all_ in _COUNTRIES.items() for country in all_.split()}


def language_of(country: str) -> str:
    """Return the language to write in to a country (two letters); English where there is no better guess."""
    return _OF_COUNTRY.get(country.upper(), DEFAULT)


def known(language: str) -> str:
    """Return the code of a language we have for a tag such as ``pt-BR``; "" when we have none."""
    code = language.strip().lower().replace("_", "-").partition("-")[0]
    return code if code in LANGUAGES else ""


def wanted(tags: Iterable[str]) -> str:
    """Return the first language we have among tags in order of preference; "" when there is none."""
    return next((code for tag in tags if (code := known(tag))), "")


def preferred(accept_language: str) -> str:
    """Return the language we have that a browser's Accept-Language header likes best; "" when it names none.

    >>> preferred("fi;q=0.9, de-AT;q=0.8, en;q=0.7"), preferred(""), preferred("*;q=nonsense")
    ('de', '', '')
    """
    weighed = []
    for place, part in enumerate(accept_language[:400].split(",")):
        tag, _, quality = part.partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        weighed.append((-weight, place, tag))
    return wanted(tag for weight, _, tag in sorted(weighed) if weight < 0)


def words_in(language: str) -> Wording:
    """Return the wording of a language, English for one we do not have."""
    return LANGUAGES.get(language, LANGUAGES[DEFAULT])
