"""Propose how to read a clause: by fixed rules, the same every time, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from workorders.sow.cues import (
    ABOUT_THE_DOCUMENT,
    CONDITION,
    EVIDENCE_CUES,
    FINITE_VERB,
    HEADING_CUES,
    MEASURE,
    MINUTES,
    NOT_LATER_VERBS,
    NOUNS_FIRST,
    NOUNS_TOO,
    OBJECT_FOLLOWS,
    OBLIGATION,
    PHASE_CUES,
    STATED_MINUTES,
    TEXT_CUES,
    VERBS,
    EvidenceKind,
    PhaseKind,
    ReadingKind,
)
from workorders.sow.document import Clause
from workorders.sow.rows import RowParts, row_parts
from workorders.sow.titles import bare_instruction, short_title

MAX_REASON = 200
_VERB_PHASES: dict[str, PhaseKind] = {verb: phase for phase, verbs in VERBS.items() for verb in verbs.split()}
_HEADING_NUMBER = re.compile(
    r"^(?:(?:phase|section|part|step|stage)\s+)?[\d.]*\s*[:.)–—-]*\s*", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z])")
_LABEL = re.compile(r"[A-Z0-9][^:.;]{2,40}(?:\([^)]*\))?: (?=[A-Z0-9])")
_PLAIN_CRITERION = re.compile(
    r"requirement|criteri|target|specification|expected|verification|standard|pass|acceptance|result|limit|solution",
    re.I,
)
_CHOICE_LEAD = re.compile(r"\b(?:confirm|identify|select|choose|determine|one of)\b", re.IGNORECASE)
_WITH_PHASE: frozenset[ReadingKind] = frozenset(
    {"step", "safety", "prerequisite", "material", "evidence", "limit"}
)
_SOFT_HEADINGS: frozenset[ReadingKind] = frozenset({"material", "prerequisite", "evidence"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A suggestion the PM accepts or changes.

    Attributes
    ----------
    reading : ReadingKind
        How to read the clause.
    phase : PhaseKind or None
        When in the visit it matters; None for readings that are not work.
    minutes : int or None
        First estimate for a step, in minutes; None for other readings.
    evidence : tuple of EvidenceKind
        What a technician could record to prove it, without repetition.
    title : str
        At most 80 characters, whole words, no markup.
    reason : str
        One sentence: which words led to the reading. At most 200 characters.
    """

    reading: ReadingKind
    phase: PhaseKind | None
    minutes: int | None
    evidence: tuple[EvidenceKind, ...]
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """A clause with everything the rules look at, worked out once."""

    clause: Clause
    text: str
    bare: str
    row: RowParts | None
    verb: str
    heading: str
    heading_reading: ReadingKind | None
    heading_phase: PhaseKind | None


_Found = tuple[ReadingKind, str] | None


def propose(clause: Clause) -> Proposal:
    """Propose how to read a clause.

    Deterministic; looks at the clause and its heading path only. Linear in the length of both.
    """
    seen = _look(clause)
    reading, why = next(found for rule in _RULES if (found := rule(seen)) is not None)
    phase = _phase(seen) if reading in _WITH_PHASE else None
    evidence = _evidence(seen, reading)
    minutes = _minutes(seen) if reading == "step" else None
    return Proposal(reading, phase, minutes, evidence, _title(seen, reading), _sentence(why))


def _look(clause: Clause) -> _Seen:
    row = row_parts(clause.text) if clause.kind == "table_row" else None
    main = (row.action or row.subject) if row else clause.text
    bare = bare_instruction(main)
    heading, reading, phase = _heading_cue(clause.heading_path)
    verb = leading_verb(bare)
    if row is not None and not row.action and not _is_plain_object(bare):
        verb = ""
    return _Seen(clause, clause.text, bare, row, verb, heading, reading, phase)


def _is_plain_object(text: str) -> bool:
    words = text.split()
    return len(words) > 1 and words[1] != "A" and OBJECT_FOLLOWS.match(words[1]) is not None


def _heading_cue(path: tuple[str, ...]) -> tuple[str, ReadingKind | None, PhaseKind | None]:
    for distance, heading in enumerate(reversed(path)):
        words = _HEADING_NUMBER.sub("", heading).strip()
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
    if first not in _VERB_PHASES or text.startswith(words[0] + ":"):
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
        return not title_case and not subject
    return len(words) >= 4 and not subject and not title_case and not words[1].endswith("s")


def _diagram(seen: _Seen) -> _Found:
    if seen.clause.kind == "diagram":
        return "information", "it is a diagram"
    return None


def _strong_heading(seen: _Seen) -> _Found:
    """Headings such as "Cost Analysis" or "References" outweigh the words below them."""
    if seen.heading_reading is None or seen.heading_reading in _SOFT_HEADINGS:
        return None
    if seen.heading_reading in ("information", "contact", "safety") and _is_instruction_paragraph(seen):
        return None
    return seen.heading_reading, f"under the heading ‘{_clip(seen.heading)}’"


def _is_instruction_paragraph(seen: _Seen) -> bool:
    return seen.row is None and (seen.verb != "" or OBLIGATION.search(seen.text) is not None)


def _telling_words(seen: _Seen) -> _Found:
    for cue in TEXT_CUES:
        found = cue.pattern.search(seen.text)
        if found and not (cue.reading == "commercial" and seen.verb):
            return cue.reading, f"{cue.why} (‘{_clip(found.group(0))}’)"
    return None


def _whom_to_ask(seen: _Seen) -> _Found:
    found = _telling_words(seen) if seen.row is None else None
    return found if found is not None and found[0] == "contact" else None


def _soft_heading(seen: _Seen) -> _Found:
    """Headings such as "Components" or "Capture" name what stands in the list, unless it gives an instruction."""
    if seen.heading_reading not in _SOFT_HEADINGS or seen.heading_reading is None:
        return None
    if seen.verb and seen.heading_reading != "prerequisite":
        return None
    if seen.clause.kind == "paragraph" and (len(seen.bare.split()) > 12 or OBLIGATION.search(seen.text)):
        return None
    return seen.heading_reading, f"under the heading ‘{_clip(seen.heading)}’"


def _about_the_document(seen: _Seen) -> _Found:
    found = ABOUT_THE_DOCUMENT.match(seen.bare)
    return ("information", f"tells how to use the document (‘{_clip(found.group(0))}’)") if found else None


def _option(seen: _Seen) -> _Found:
    lead = next((part for part in reversed(seen.clause.heading_path) if part.endswith(":")), "")
    if lead and not seen.verb and seen.clause.kind == "list_item" and _CHOICE_LEAD.search(lead):
        return "information", f"it is one of the possibilities of ‘{_clip(lead.rstrip(':'))}’"
    return None


def _condition(seen: _Seen) -> _Found:
    found = CONDITION.search(seen.text)
    return ("prerequisite", f"asks somebody else first (‘{_clip(found.group(0))}’)") if found else None


def _verb(seen: _Seen) -> _Found:
    if not seen.verb:
        return None
    return "step", f"starts with the verb ‘{seen.bare.split()[0].lower().rstrip(',:;.')}’"


def _row(seen: _Seen) -> _Found:
    row = seen.row
    if row is None:
        return None
    return _row_of_work(row) or (
        ("limit", "sets a requirement the work must meet")
        if row.criterion or MEASURE.search(seen.text)
        else None
    )


def _row_of_work(row: RowParts) -> _Found:
    if row.action and row.action != row.subject and row.subject_header.lower().startswith("condition"):
        return "limit", "says what holds under a condition"
    if row.action:
        return "step", "its column says it is an action"
    if row.is_checklist:
        return "step", "it is a line of a checklist"
    if re.match(r"tests?\b|checks?\b", row.subject_header, re.IGNORECASE):
        return "step", f"its column is called ‘{_clip(row.subject_header)}’"
    return None


def _later_verb(seen: _Seen) -> _Found:
    """Find an instruction in a later sentence: "Validation is mandatory. Connect a device and verify …"."""
    if seen.row is not None:
        return None
    for sentence in _SENTENCE.split(seen.bare)[1:]:
        verb = leading_verb(bare_instruction(sentence))
        if verb and verb not in NOT_LATER_VERBS and not NOUNS_FIRST.fullmatch(verb):
            return "step", f"has the instruction ‘{verb}’ in it"
    return None


def _requirement(seen: _Seen) -> _Found:
    found = OBLIGATION.search(seen.text)
    if found:
        return "limit", f"sets a requirement (‘{_clip(found.group(0).lower())}’)"
    found = MEASURE.search(seen.text) if len(seen.text.split()) <= 25 else None
    return ("limit", f"sets a measure (‘{_clip(found.group(0))}’)") if found else None


def _otherwise(seen: _Seen) -> tuple[ReadingKind, str]:
    return "information", "no word in it asks for anything"


_RULES: tuple[Callable[[_Seen], _Found], ...] = (
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
    _otherwise,
)


def _phase(seen: _Seen) -> PhaseKind:
    """Return the phase: from the nearest heading that names one, else from the verb, else the installation."""
    if seen.heading_phase is not None and not seen.verb:
        return seen.heading_phase
    if seen.verb in ("arrive", "greet", "photograph"):
        return _VERB_PHASES[seen.verb]
    for heading in reversed(seen.clause.heading_path):
        for pattern, phase in PHASE_CUES:
            if pattern.search(heading):
                return phase
    return _VERB_PHASES.get(seen.verb, "install")


def _evidence(seen: _Seen, reading: ReadingKind) -> tuple[EvidenceKind, ...]:
    if reading not in ("step", "evidence", "safety", "prerequisite"):
        return ()
    asked = tuple(dict.fromkeys(kind for pattern, kind in EVIDENCE_CUES if pattern.search(seen.text)))
    if (
        reading == "step"
        and seen.row is not None
        and MEASURE.search(seen.row.criterion)
        and "reading" not in asked
    ):
        asked = (*asked, "reading")
    if asked:
        return asked[:3]
    return ("text",) if reading == "evidence" else ("confirmation",)


def _minutes(seen: _Seen) -> int:
    stated = STATED_MINUTES.search(seen.text)
    if stated and int(stated.group(1)) > 0:
        return int(stated.group(1))
    ways = (re.Pattern.match, re.Pattern.search)
    found = (minutes for way in ways for pattern, minutes in MINUTES if way(pattern, seen.bare))
    minutes = next(found, 5)
    is_check = seen.row is not None and seen.row.is_checklist and not seen.verb
    return min(minutes, 5) if is_check else minutes


def _title(seen: _Seen, reading: ReadingKind) -> str:
    if seen.clause.kind in ("diagram", "code"):
        what = "Diagram" if seen.clause.kind == "diagram" else "Code"
        under = seen.clause.heading_path[-1].rstrip(":") if seen.clause.heading_path else ""
        return short_title(f"{what}: {under}" if under else what)
    if seen.row is None:
        text = _in_context(seen, reading)
        return short_title(
            _LABEL.sub("", text, count=1) if _LABEL.match(text) and len(text.split()) > 12 else text
        )
    return short_title(_row_title(seen.row, seen.verb, reading))


def _in_context(seen: _Seen, reading: ReadingKind) -> str:
    if reading != "evidence" or seen.verb:
        return seen.bare
    return f"Record: {seen.bare}"


_ROW_STARTS: dict[ReadingKind, str] = {"step": "Check: ", "evidence": "Record: ", "prerequisite": "Ready: "}


def _row_title(row: RowParts, verb: str, reading: ReadingKind) -> str:
    if verb or (row.action and row.action == row.subject):
        return bare_instruction(row.action or row.subject)
    if row.action:
        return f"{row.subject}: {row.action}"
    start = _ROW_STARTS.get(reading, "")
    kind = row.subject_header.lower()
    if reading == "step" and kind.startswith(("test", "setting")):
        start = "Test: " if kind.startswith("test") else "Set: "
    what = row.criterion or (row.detail if reading in ("limit", "information") else "")
    header = row.criterion_header.lower()
    name = "" if not header or not row.criterion or _PLAIN_CRITERION.search(header) else f"{header} "
    return f"{start}{row.subject} – {name}{what}" if what else f"{start}{row.subject}"


def _sentence(why: str) -> str:
    text = f"{why[:1].upper()}{why[1:]}."
    return text if len(text) <= MAX_REASON else text[: MAX_REASON - 1].rstrip() + "…"


def _clip(text: str) -> str:
    return text if len(text) <= 60 else text[:59].rstrip() + "…"
