"""Put one site's packet together from a plan revision, the variations and what is known about the site.

Pure and deterministic: the same input gives the same content, in whatever order the variations arrive. Whatever differs from
the plan is explained in the trace; whatever cannot be decided is listed instead of guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workorders.packets import content as blocks
from workorders.packets.conditions import attributes_used, evaluate, undecided
from workorders.packets.conflicts import Conflict, clashes, conflicts, orphans
from workorders.packets.effects import Draft, apply, in_application_order
from workorders.packets.fingerprint import LAYOUT_VERSION, fingerprint
from workorders.packets.model import (
    AttributeType,
    Effect,
    EvidenceSpec,
    Fact,
    FactState,
    Json,
    PageSize,
    PlanSpec,
    RolloutCard,
    Rule,
    SiteCard,
    StepSpec,
    VisitCard,
)
from workorders.packets.reading import clean, minutes_to_read
from workorders.packets.wording import because, label_in_sentence

__all__ = ["Compiled", "Conflict", "MissingFact", "TraceLine", "compile_packet", "conflicts"]

_UNSURE = {
    FactState.UNKNOWN: "is not known",
    FactState.STALE: "was confirmed too long ago",
    FactState.DISPUTED: "is disputed",
    FactState.KNOWN: "cannot be compared as the condition asks",
}


@dataclass(frozen=True, slots=True)
class TraceLine:
    """Why a step is in the packet, or not, or changed: by the plan (``rule_key`` is ``None``) or by a variation."""

    step_key: str
    rule_key: str | None
    sentence: str
    clause: str


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact this packet waits for: its attribute, label and state, and the names of what needs it."""

    attribute: str
    label: str
    needed_by: tuple[str, ...]
    state: FactState = FactState.UNKNOWN

    @property
    def sentence(self) -> str:
        """What is missing and for what, ready to show."""
        names = " and ".join(f"“{name}”" for name in self.needed_by)
        return f"{self.label} {_UNSURE[self.state]}. Confirm it: {names} depends on it."


@dataclass(frozen=True, slots=True)
class Compiled:
    """One site's packet.

    Parameters
    ----------
    content
        JSON-able; the same document feeds the phone and the printed layout.
    trace
        Why each step is there and what each variation did, in packet order of application.
    missing
        Facts to confirm first; while there are any, the packet is blocked.
    conflicts
        Contradictions that hit this site; publishing a plan without conflicts makes this empty.
    words, minutes_to_read
        The focus of the packet.
    work_minutes
        Sum of the minutes of all steps, preparation included.
    signature
        Hash of the steps alone: equal for all sites that get the same work.
    """

    content: dict[str, Json]
    trace: tuple[TraceLine, ...]
    missing: tuple[MissingFact, ...]
    conflicts: tuple[Conflict, ...]
    words: int
    minutes_to_read: int
    work_minutes: int
    signature: str

    @property
    def is_blocked(self) -> bool:
        """Whether the packet must not be issued yet."""
        return bool(self.missing or self.conflicts)

    @property
    def fingerprint(self) -> str:
        """The packet's name: SHA-256 of its content, in hexadecimal."""
        return fingerprint(self.content)


def compile_packet(
    plan: PlanSpec,
    rules: Iterable[Rule],
    site: SiteCard,
    facts: Mapping[str, Fact],
    *,
    rollout: RolloutCard,
    work_order_number: str,
    visit: VisitCard | None = None,
    page_size: PageSize | None = None,
    labels: Mapping[str, AttributeType] | None = None,
    done_steps: Collection[str] = (),
) -> Compiled:
    """Compile the packet of one site.

    Parameters
    ----------
    rules
        Variations in any order, with unique keys.
    facts
        By attribute key; an absent one is unknown.
    visit
        When the visit is, if that is settled; it becomes part of the packet.
    page_size
        Paper; by default what is usual in the site's country.
    labels
        The client's attributes by key; without it the labels of the facts are used.
    done_steps
        Keys of steps accepted on an earlier visit, left out of a revisit's packet.

    Raises
    ------
    ValueError
        When a rule cannot be read, two rules or two steps share a key, or the visit has no time zone.
    """
    ordered, names = _in_order(rules), {**_labels_from(facts), **(labels or {})}
    applied = [rule for rule in ordered if evaluate(rule.condition, facts) is True]
    draft, reasons, changes = _apply_all(plan, applied, names)
    steps, wanted = _resolve_expected([draft.steps[key] for key in draft.order], facts)
    work = _work(plan, [step for step in steps if step.key not in done_steps], draft, reasons)
    words = blocks.words_in(work["phases"], draft.notes.get("", ()), site.access_notes)
    where = blocks.site_block(site, _facts_told(applied, facts, names))
    content: dict[str, Json] = {
        **_cover(site, rollout, work_order_number, page_size, visit),
        **work,
        "site": where,
        "revisit": bool(done_steps),
        "words": words,
        "minutes_to_read": minutes_to_read(words),
    }
    return Compiled(
        content=content,
        trace=(*_plan_lines(plan), *changes, *_done_lines(steps, done_steps)),
        missing=_missing(ordered, facts, names, wanted),
        conflicts=_conflicts_here(plan, ordered, applied),
        words=words,
        minutes_to_read=minutes_to_read(words),
        work_minutes=sum(step.minutes for step in steps if step.key not in done_steps),
        signature=fingerprint(work),
    )


def _in_order(rules: Iterable[Rule]) -> list[Rule]:
    ordered = in_application_order(rules)
    if len({rule.key for rule in ordered}) != len(ordered):
        raise ValueError("Two variations share a key. Give every variation its own.")
    return ordered


def _labels_from(facts: Mapping[str, Fact]) -> dict[str, AttributeType]:
    return {
        key: AttributeType("text", fact.label or key.replace("_", " "), fact.unit)
        for key, fact in facts.items()
    }


def _apply_all(
    plan: PlanSpec, applied: Iterable[Rule], names: Mapping[str, AttributeType]
) -> tuple[Draft, dict[str, list[str]], list[TraceLine]]:
    """Apply rules in order; also collect what the technician is told and what the trace says."""
    draft = Draft.of(plan)
    reasons: dict[str, list[str]] = defaultdict(list)
    lines: list[TraceLine] = []
    for rule in applied:
        present = rule.step_key in draft.steps or rule.effect is Effect.ADD_STEP
        what, why = apply(draft, rule), because(rule.condition, names)
        lines.append(TraceLine(rule.step_key, rule.key, _sentence(f"{what} {why}", rule.reason), rule.clause))
        told = _sentence(why, rule.reason)
        if present and told and told not in reasons[rule.step_key]:
            reasons[rule.step_key].append(told)
    return draft, reasons, lines


def _sentence(start: str, reason: str) -> str:
    """A full sentence, followed by the author's reason as one of its own."""
    parts = [
        text if text.endswith((".", "?", "!", "…")) else f"{text}."
        for raw in (start, reason)
        if (text := raw.strip())
    ]
    return " ".join(part[:1].upper() + part[1:] for part in parts)


def _plan_lines(plan: PlanSpec) -> list[TraceLine]:
    sentence = f"Part of the work plan, revision {plan.number}."
    return [
        TraceLine(step.key, None, sentence, clause) for step in plan.steps for clause in step.clauses or ("",)
    ]


def _done_lines(steps: Iterable[StepSpec], done: Collection[str]) -> list[TraceLine]:
    sentence = "Left out: done and accepted on an earlier visit."
    return [TraceLine(step.key, None, sentence, "") for step in steps if step.key in done]


def _resolve_expected(
    steps: Iterable[StepSpec], facts: Mapping[str, Fact]
) -> tuple[list[StepSpec], dict[str, list[str]]]:
    """Put the site's own value where evidence is compared with a fact; also list what is not known for it."""
    wanted: dict[str, list[str]] = defaultdict(list)
    resolved = []
    for step in steps:
        evidence = tuple(_with_expected(item, step, facts, wanted) for item in step.evidence)
        resolved.append(replace(step, evidence=evidence))
    return resolved, wanted


def _with_expected(
    evidence: EvidenceSpec, step: StepSpec, facts: Mapping[str, Fact], wanted: dict[str, list[str]]
) -> EvidenceSpec:
    attribute = evidence.options.get("expected_from")
    if not isinstance(attribute, str) or not attribute:
        return evidence
    fact = facts.get(attribute)
    if fact is None or not fact.is_known:
        wanted[attribute].append(f"{evidence.label} ({step.title})")
        return evidence
    expected: Json = blocks.fact_text(replace(fact, unit=""))
    return replace(evidence, options={**evidence.options, "expected": expected})


def _cover(
    site: SiteCard, rollout: RolloutCard, number: str, page_size: PageSize | None, visit: VisitCard | None
) -> dict[str, Json]:
    return {
        "layout": LAYOUT_VERSION,
        "page_size": (page_size or blocks.page_size_for(site.country)).value,
        "work_order": {"number": clean(number)},
        "rollout": blocks.rollout_block(rollout),
        "visit": blocks.visit_block(visit, site.time_zone),
    }


def _work(
    plan: PlanSpec, steps: Sequence[StepSpec], draft: Draft, reasons: Mapping[str, list[str]]
) -> dict[str, Json]:
    """The part of the content that does not depend on the site, only on what is to be done there."""
    phases = blocks.phase_blocks(steps, draft.notes, reasons)
    return {
        "plan": {"number": plan.number, "title": clean(plan.title)},
        "notes": [clean(note) for note in draft.notes.get("", ())],
        "phases": phases,
        "materials": blocks.material_totals(phases),
        "tools": blocks.unique_names(phases, "tools"),
        "skills": blocks.unique_names(phases, "skills"),
        "crew": max((step.crew for step in steps), default=1),
        "work_minutes": sum(step.minutes for step in steps),
    }


def _facts_told(
    applied: Iterable[Rule], facts: Mapping[str, Fact], names: Mapping[str, AttributeType]
) -> list[Json]:
    """Known facts that decided something in this packet, so that the technician can see them contradicted by the site."""
    used = {attribute for rule in applied for attribute in attributes_used(rule.condition)}
    known = [(key, facts[key]) for key in sorted(used) if key in facts and facts[key].is_known]
    return [
        blocks.fact_block(key, replace(fact, label=names[key].label, unit=names[key].unit))
        for key, fact in known
    ]


def _conflicts_here(plan: PlanSpec, rules: list[Rule], applied: list[Rule]) -> tuple[Conflict, ...]:
    here = {rule.key for rule in applied}
    lost = (conflict for conflict in orphans(plan, rules) if here.issuperset(conflict.rule_keys))
    return (*clashes(applied), *lost)


def _missing(
    rules: Iterable[Rule],
    facts: Mapping[str, Fact],
    names: Mapping[str, AttributeType],
    wanted: Mapping[str, list[str]],
) -> tuple[MissingFact, ...]:
    needed: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        for attribute in sorted(undecided(rule.condition, facts)):
            needed[attribute].append(rule.name)
    for attribute, users in wanted.items():
        needed[attribute] += users
    return tuple(_missing_fact(attribute, needed[attribute], facts, names) for attribute in sorted(needed))


def _missing_fact(
    attribute: str, users: list[str], facts: Mapping[str, Fact], names: Mapping[str, AttributeType]
) -> MissingFact:
    label = names[attribute].label if attribute in names else label_in_sentence(attribute.replace("_", " "))
    state = facts[attribute].state if attribute in facts else FactState.UNKNOWN
    return MissingFact(attribute, label[:1].upper() + label[1:], tuple(dict.fromkeys(users)), state)
