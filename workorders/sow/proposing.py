"""Propose how to read a clause: by fixed rules, the same every time, each with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workorders.sow.cues import (
    EVIDENCE_CUES,
    MEASURE,
    MINUTES,
    PHASE_CUES,
    STATED_MINUTES,
    EvidenceKind,
    PhaseKind,
    ReadingKind,
)
from workorders.sow.document import Clause
from workorders.sow.looking import MAX_HEADING, VERB_PHASES, Seen, look
from workorders.sow.rows import RowParts
from workorders.sow.rules import decide
from workorders.sow.titles import bare_instruction, short_title

MAX_REASON = 200
_LABEL = re.compile(r"[A-Z0-9][^:.;]{2,40}(?:\([^)]*\))?: (?=[A-Z0-9])")
_PLAIN_CRITERION = re.compile(
    r"requirement|criteri|target|specification|expected|verification|standard|pass|acceptance|result|limit|solution",
    re.I,
)
_WITH_PHASE: frozenset[ReadingKind] = frozenset(
    {"step", "safety", "prerequisite", "material", "evidence", "limit"}
)


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


def propose(clause: Clause) -> Proposal:
    """Propose how to read a clause.

    Deterministic; looks at the clause and its heading path only. Linear in the length of both.
    """
    seen = look(clause)
    reading, why = decide(seen)
    phase = _phase(seen) if reading in _WITH_PHASE else None
    evidence = _evidence(seen, reading)
    minutes = _minutes(seen) if reading == "step" else None
    return Proposal(reading, phase, minutes, evidence, _title(seen, reading), _sentence(why))


def _phase(seen: Seen) -> PhaseKind:
    """Return the phase: from the nearest heading that names one, else from the verb, else the installation."""
    if seen.heading_phase is not None and not seen.verb:
        return seen.heading_phase
    if seen.verb in ("arrive", "greet", "photograph"):
        return VERB_PHASES[seen.verb]
    for heading in reversed(seen.clause.heading_path):
        for pattern, phase in PHASE_CUES:
            if pattern.search(heading[:MAX_HEADING]):
                return phase
    return seen.heading_phase or VERB_PHASES.get(seen.verb, "install")


def _evidence(seen: Seen, reading: ReadingKind) -> tuple[EvidenceKind, ...]:
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


def _minutes(seen: Seen) -> int:
    stated = STATED_MINUTES.search(seen.text)
    if stated and int(stated.group(1)) > 0:
        return int(stated.group(1))
    ways = (re.Pattern.match, re.Pattern.search)
    found = (minutes for way in ways for pattern, minutes in MINUTES if way(pattern, seen.bare))
    minutes = next(found, 5)
    is_check = seen.row is not None and seen.row.is_checklist and not seen.verb
    return min(minutes, 5) if is_check else minutes


def _title(seen: Seen, reading: ReadingKind) -> str:
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


def _in_context(seen: Seen, reading: ReadingKind) -> str:
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
