"""What the rules of a proposal look at, worked out once for a clause."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workorders.sow.cues import (
    FINITE_VERB,
    HEADING_CUES,
    NAMES_A_THING,
    NOUNS_FIRST,
    NOUNS_TOO,
    OBJECT_FOLLOWS,
    VERBS,
    PhaseKind,
    ReadingKind,
)
from workorders.sow.document import Clause
from workorders.sow.rows import RowParts, row_parts
from workorders.sow.titles import bare_instruction

# What a clause asks for stands at its front; a hostile one must not keep the patterns busy.
MAX_LOOK = 3_000
MAX_HEADING = 300
VERB_PHASES: dict[str, PhaseKind] = {verb: phase for phase, verbs in VERBS.items() for verb in verbs.split()}
_HEADING_NUMBER = re.compile(
    r"^(?:(?:phase|section|part|step|stage)\s+)?[\d.]*\s*[:.)–—-]*\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A clause with everything the rules look at.

    Attributes
    ----------
    clause : Clause
        As read.
    text : str
        Its first 3,000 characters.
    bare : str
        The text, or the telling cell of a row, without ordinal, tick or "The contractor shall".
    row : RowParts or None
        The row by the role of its columns.
    verb : str
        The imperative it starts with, lower case, or "".
    heading : str
        The heading that tells how to read it, or "".
    heading_reading, heading_phase
        What that heading says.
    """

    clause: Clause
    text: str
    bare: str
    row: RowParts | None
    verb: str
    heading: str
    heading_reading: ReadingKind | None
    heading_phase: PhaseKind | None


def look(clause: Clause) -> Seen:
    """Work out what the rules look at. Linear in the length of the clause and its heading path."""
    text = clause.text[:MAX_LOOK]
    row = row_parts(text) if clause.kind == "table_row" else None
    main = (row.action or row.subject) if row else text
    bare = bare_instruction(main)
    heading, reading, phase = _heading_cue(clause.heading_path)
    verb = leading_verb(bare)
    if row is not None and not row.action and not _is_plain_object(bare):
        verb = ""
    return Seen(clause, text, bare, row, verb, heading, reading, phase)


def _is_plain_object(text: str) -> bool:
    words = text.split()
    return len(words) > 1 and words[1] != "A" and OBJECT_FOLLOWS.match(words[1]) is not None


def _heading_cue(path: tuple[str, ...]) -> tuple[str, ReadingKind | None, PhaseKind | None]:
    for distance, heading in enumerate(reversed(path)):
        words = _HEADING_NUMBER.sub("", heading[:MAX_HEADING]).strip()
        for cue in HEADING_CUES:
            if cue.pattern.match(words) and (distance == 0 or cue.reading != "information"):
                return heading, cue.reading, cue.phase
    return "", None, None


def leading_verb(text: str) -> str:
    """Return the imperative a text starts with, lower case, or "".

    Words that are nouns as often as verbs ("Power supply", "Test results") count when what follows is an object
    ("Power on the transceiver").
    """
    words = text.split()
    if not words:
        return ""
    first = words[0].lower().rstrip(",:;.")
    if first in ("do", "don't", "never") and len(words) > 2:
        return "keep"
    if first not in VERB_PHASES or text.startswith(words[0] + ":"):
        return ""
    return first if _is_imperative(first, words) else ""


def _is_imperative(verb: str, words: list[str]) -> bool:
    noun_first, noun_too = NOUNS_FIRST.fullmatch(verb), NOUNS_TOO.fullmatch(verb)
    if not noun_first and not noun_too:
        return True
    if len(words) < 2:
        return False
    if OBJECT_FOLLOWS.match(words[1]) and words[1] != "A":
        return True
    title_case = words[1][:1].isupper() and len(words) <= 3
    subject = FINITE_VERB.search(" ".join(words[:6]) + " ") is not None
    if noun_too:
        return not title_case and not subject and not NAMES_A_THING.match(words[1])
    return len(words) >= 4 and not subject and not title_case and not words[1].endswith("s")
