"""The rules that decide how a clause is read, in the order they are asked; the first that answers wins."""

from __future__ import annotations

import re
from collections.abc import Callable

from workorders.sow.cues import (
    ABOUT_THE_DOCUMENT,
    CONDITION,
    MEASURE,
    NOT_LATER_VERBS,
    NOUNS_FIRST,
    OBLIGATION,
    TEXT_CUES,
    ReadingKind,
)
from workorders.sow.looking import Seen, leading_verb
from workorders.sow.rows import RowParts
from workorders.sow.titles import bare_instruction

_SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z])")
_CHOICE_LEAD = re.compile(r"\b(?:confirm|identify|select|choose|determine|one of)\b", re.IGNORECASE)
_SOFT_HEADINGS: frozenset[ReadingKind] = frozenset({"material", "prerequisite", "evidence"})

Found = tuple[ReadingKind, str] | None


def decide(seen: Seen) -> tuple[ReadingKind, str]:
    """Return the reading of a clause and why, as the start of a sentence."""
    return next((found for rule in _RULES if (found := rule(seen)) is not None), _OTHERWISE)


def _diagram(seen: Seen) -> Found:
    if seen.clause.kind == "diagram":
        return "information", "it is a diagram"
    return None


def _strong_heading(seen: Seen) -> Found:
    """Headings such as "Cost Analysis" or "References" outweigh the words below them."""
    if seen.heading_reading is None or seen.heading_reading in _SOFT_HEADINGS:
        return None
    if seen.heading_reading in ("information", "contact", "safety") and _is_instruction_paragraph(seen):
        return None
    return seen.heading_reading, f"under the heading ‘{_clip(seen.heading)}’"


def _is_instruction_paragraph(seen: Seen) -> bool:
    return seen.row is None and (seen.verb != "" or OBLIGATION.search(seen.text) is not None)


def _telling_words(seen: Seen) -> Found:
    for cue in TEXT_CUES:
        found = cue.pattern.search(seen.text)
        if found and not (cue.reading == "commercial" and seen.verb):
            return cue.reading, f"{cue.why} (‘{_clip(found.group(0))}’)"
    return None


def _whom_to_ask(seen: Seen) -> Found:
    found = _telling_words(seen) if seen.row is None else None
    return found if found is not None and found[0] == "contact" else None


def _soft_heading(seen: Seen) -> Found:
    """Headings such as "Components" or "Capture" name what stands in the list, unless it gives an instruction."""
    if seen.heading_reading not in _SOFT_HEADINGS or seen.heading_reading is None:
        return None
    if seen.verb and seen.heading_reading != "prerequisite":
        return None
    if seen.clause.kind == "paragraph" and (len(seen.bare.split()) > 12 or OBLIGATION.search(seen.text)):
        return None
    return seen.heading_reading, f"under the heading ‘{_clip(seen.heading)}’"


def _about_the_document(seen: Seen) -> Found:
    found = ABOUT_THE_DOCUMENT.match(seen.bare)
    return ("information", f"tells how to use the document (‘{_clip(found.group(0))}’)") if found else None


def _option(seen: Seen) -> Found:
    lead = next((part for part in reversed(seen.clause.heading_path) if part.endswith(":")), "")
    if lead and not seen.verb and seen.clause.kind == "list_item" and _CHOICE_LEAD.search(lead):
        return "information", f"it is one of the possibilities of ‘{_clip(lead.rstrip(':'))}’"
    return None


def _condition(seen: Seen) -> Found:
    found = CONDITION.search(seen.text)
    return ("prerequisite", f"asks somebody else first (‘{_clip(found.group(0))}’)") if found else None


def _verb(seen: Seen) -> Found:
    if not seen.verb:
        return None
    return "step", f"starts with the verb ‘{seen.bare.split()[0].lower().rstrip(',:;.')}’"


def _row(seen: Seen) -> Found:
    row = seen.row
    if row is None:
        return None
    return _row_of_work(row) or (
        ("limit", "sets a requirement the work must meet")
        if row.criterion or MEASURE.search(seen.text)
        else None
    )


def _row_of_work(row: RowParts) -> Found:
    if row.action and row.action != row.subject and row.subject_header.lower().startswith("condition"):
        return "limit", "says what holds under a condition"
    if row.action:
        return "step", "its column says it is an action"
    if row.is_checklist:
        return "step", "it is a line of a checklist"
    if re.match(r"tests?\b|checks?\b", row.subject_header, re.IGNORECASE):
        return "step", f"its column is called ‘{_clip(row.subject_header)}’"
    return None


def _later_verb(seen: Seen) -> Found:
    """Find an instruction in a later sentence: "Validation is mandatory. Connect a device and verify …"."""
    if seen.row is not None:
        return None
    for sentence in _SENTENCE.split(seen.bare)[1:]:
        verb = leading_verb(bare_instruction(sentence))
        if verb and verb not in NOT_LATER_VERBS and not NOUNS_FIRST.fullmatch(verb):
            return "step", f"has the instruction ‘{verb}’ in it"
    return None


def _requirement(seen: Seen) -> Found:
    found = OBLIGATION.search(seen.text)
    if found:
        return "limit", f"sets a requirement (‘{_clip(found.group(0).lower())}’)"
    found = MEASURE.search(seen.text) if len(seen.text.split()) <= 25 else None
    return ("limit", f"sets a measure (‘{_clip(found.group(0))}’)") if found else None


def _clip(text: str) -> str:
    return text if len(text) <= 60 else text[:59].rstrip() + "…"


_OTHERWISE: tuple[ReadingKind, str] = ("information", "no word in it asks for anything")
_RULES: tuple[Callable[[Seen], Found], ...] = (
    _diagram,
    _about_the_document,
    _whom_to_ask,
    _strong_heading,
    _telling_words,
    _option,
    _soft_heading,
    _condition,
    _verb,
    _row,
    _later_verb,
    _requirement,
)
