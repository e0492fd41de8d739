"""Make a short title of a clause."""

from __future__ import annotations

import re

MAX_TITLE = 80
_MIN_PAUSE = 36
_ORDINAL = re.compile(r"^(?:\(?\d{1,3}(?:\.\d{1,3})*[.)]?|\(?[a-zA-Z][.)])\s+(?=\S)")
_LEADING = re.compile(r"^[☐☑☒✓✔✅⚠️•\s]+")
_LABEL = re.compile(r"^(?:note|important|caution|warning|tip|step \d+)\s*[:.–—-]\s*", re.IGNORECASE)
_SUBJECT = re.compile(
    r"^(?:the )?(?:contractor|technicians?|installers?|vendor|supplier|field (?:engineer|tech(?:nician)?))s?"
    r"(?: (?:shall|must|will|should|is to|are to|needs to))\s+(?:then |also )?",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"^(?:please|then|next|first(?:ly)?|finally|now|once on site|upon arrival|on arrival|you (?:must|should|will)"
    r"|(?:carefully|clearly|visually|physically|properly|always|immediately))\s*,?\s+",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[a-z0-9)%”\"’'])[.;!?](?=\s+[A-Z(“\"]|$)")
_CLAUSE_END = re.compile(r",\s|\s[–—-]\s|\s\(|;\s")
_DANGLING = re.compile(
    r"(?:\s(?:and|or|the|a|an|of|to|in|on|at|by|for|with|per|from|that|which|as|if|is|are|be|into|than|via)|[,;:(–—-])+$",
    re.IGNORECASE,
)


def bare_instruction(text: str) -> str:
    """Return the clause from its first telling word: without ordinal, tick, "please" or "The contractor shall"."""
    bare = text.strip()
    for pattern in (_LEADING, _ORDINAL, _LEADING, _LABEL, _SUBJECT, _POLITE, _POLITE):
        shorter = pattern.sub("", bare)
        bare = shorter or bare
    return bare


def short_title(text: str) -> str:
    """Return the first sentence of `text`, cut between words to 80 characters, starting with a capital.

    A sentence that is too long is cut where it pauses, when that leaves enough; else after the last
    whole word that fits.
    """
    sentence = _first_sentence(text).rstrip(" .:;,")
    if len(sentence) > MAX_TITLE:
        sentence = _cut(sentence)
    return sentence[:1].upper() + sentence[1:]


def _first_sentence(text: str) -> str:
    found = _SENTENCE_END.search(text)
    return text[: found.start()] if found else text


def _cut(sentence: str) -> str:
    pauses = [found.start() for found in _CLAUSE_END.finditer(sentence) if found.start() <= MAX_TITLE]
    for at in reversed(pauses):
        if at >= _MIN_PAUSE and sentence[:at].count("(") == sentence[:at].count(")"):
            return sentence[:at]
    words = sentence[: MAX_TITLE + 1].rsplit(" ", 1)[0]
    cut = _DANGLING.sub("", words[:MAX_TITLE])
    if cut.count("(") > cut.count(")"):
        cut = cut[: cut.rindex("(")].rstrip()
    return cut or words[:MAX_TITLE]
