"""The content of a packet: one JSON-able document, read by the phone and by the printed layout alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from workorders.packets.codec import plain_decimal
from workorders.packets.model import (
    AccessCard,
    EvidenceSpec,
    Fact,
    Json,
    PageSize,
    Phase,
    RolloutCard,
    SiteCard,
    StepSpec,
    VisitCard,
)
from workorders.packets.reading import clean, count_words

_LETTER_COUNTRIES = frozenset(
    {"US", "USA", "CA", "CAN", "MX", "MEX", "PH", "PHL", "CL", "CHL", "CO", "COL", "VE", "PR"}
)
_PHASE_TITLES = {
    Phase.PREPARE: "Before you go",
    Phase.ARRIVE: "Arrive",
    Phase.INSTALL: "Install",
    Phase.TEST: "Test",
    Phase.CLOSE_OUT: "Close out",
}


def page_size_for(country: str) -> PageSize:
    """The paper usual in a country, by its ISO code; A4 when the country is not known to use Letter."""
    return PageSize.LETTER if country.strip().upper() in _LETTER_COUNTRIES else PageSize.A4


def rollout_block(card: RolloutCard) -> dict[str, Json]:
    """Client, rollout and whom to call."""
    names = (
        "client",
        "name",
        "code",
        "support_phone",
        "support_hours",
        "pm_name",
        "pm_phone",
        "pf_name",
        "pf_phone",
    )
    return {name: clean(getattr(card, name)) for name in names}


def site_block(card: SiteCard, facts: Sequence[Json]) -> dict[str, Json]:
    """Address, people, access by weekday in the site's time, and the facts that shaped the packet."""
    names = ("key", "name", "street", "city", "region", "postal_code", "country", "time_zone", "access_notes")
    block: dict[str, Json] = {name: clean(getattr(card, name)) for name in names}
    block["latitude"] = _coordinate(card.latitude)
    block["longitude"] = _coordinate(card.longitude)
    block["contacts"] = [
        {"name": clean(c.name), "role": clean(c.role), "phone": clean(c.phone), "email": clean(c.email)}
        for c in card.contacts
    ]
    block["access"] = [_access(window) for window in sorted(card.access, key=_by_weekday)]
    block["facts"] = list(facts)
    return block


def visit_block(visit: VisitCard | None, time_zone: str) -> Json:
    """The visit in the site's own time, or ``None`` while it is not known.

    Raises
    ------
    ValueError
        When a moment has no time zone.
    """
    if visit is None:
        return None
    moments = {"starts_at": visit.starts_at, "ends_at": visit.ends_at}
    if any(moment is not None and moment.tzinfo is None for moment in moments.values()):
        raise ValueError("The visit needs moments with a time zone.")
    zone = ZoneInfo(time_zone)
    return {name: moment.astimezone(zone).isoformat() if moment else None for name, moment in moments.items()}


def fact_block(key: str, fact: Fact) -> dict[str, Json]:
    """A known fact in the words a technician reads."""
    return {"key": key, "label": clean(fact.label) or key.replace("_", " "), "text": clean(fact_text(fact))}


def fact_text(fact: Fact) -> str:
    """The value of a fact with its unit; ``none`` when there is confirmed to be none."""
    if fact.value is None or fact.value == "":
        return "none"
    if isinstance(fact.value, bool):
        return "yes" if fact.value else "no"
    value = plain_decimal(fact.value) if isinstance(fact.value, Decimal) else fact.value
    return f"{value} {fact.unit}".strip()


def phase_blocks(
    steps: Sequence[StepSpec], notes: Mapping[str, Sequence[str]], reasons: Mapping[str, Sequence[str]]
) -> list[Json]:
    """The steps by phase, numbered from 1 through the whole packet; phases without a step are left out."""
    blocks: list[Json] = []
    number = 0
    for phase in Phase:
        mine = [step for step in steps if step.phase is phase]
        listed: list[Json] = []
        for step in mine:
            number += 1
            listed.append(_step(step, number, notes.get(step.key, ()), reasons.get(step.key, ())))
        if listed:
            minutes = sum(step.minutes for step in mine)
            blocks.append(
                {"key": phase.value, "title": _PHASE_TITLES[phase], "minutes": minutes, "steps": listed}
            )
    return blocks


def material_totals(phases: Iterable[Json]) -> list[Json]:
    """What to bring in all, one line per name and unit, with the numbers of the steps that use it."""
    quantities: dict[tuple[str, str], Decimal] = {}
    used_in: dict[tuple[str, str], list[Json]] = {}
    names: dict[tuple[str, str], str] = {}
    for step in steps_of(phases):
        for line in _dicts(step["materials"]):
            key = (str(line["name"]).casefold(), str(line["unit"]))
            names.setdefault(key, str(line["name"]))
            quantities[key] = quantities.get(key, Decimal(0)) + Decimal(str(line["quantity"]))
            numbers = used_in.setdefault(key, [])
            if step["number"] not in numbers:
                numbers.append(step["number"])
    return [
        {
            "name": names[key],
            "unit": key[1],
            "quantity": plain_decimal(quantities[key]),
            "steps": used_in[key],
        }
        for key in names
    ]


def unique_names(phases: Iterable[Json], field: str) -> list[Json]:
    """Tools or skills of all steps, each once, in the order they are first needed."""
    seen: dict[str, str] = {}
    for step in steps_of(phases):
        for name in _list(step[field]):
            seen.setdefault(str(name).casefold(), str(name))
    return list(seen.values())


def steps_of(phases: Iterable[Json]) -> list[dict[str, Json]]:
    """All steps of all phases, in printed order."""
    return [step for phase in phases if isinstance(phase, dict) for step in _dicts(phase["steps"])]


def words_in(phases: Json, notes: Iterable[str], access_notes: str) -> int:
    """Words the technician has to read: steps, reasons, warnings, evidence and notes. Addresses and forms do not count."""
    texts = [access_notes, *notes]
    for step in steps_of(_list(phases)):
        texts += [str(step["title"]), str(step["instructions"]), str(step["warning"])]
        texts += [str(text) for text in (*_list(step["because"]), *_list(step["notes"]))]
        for evidence in _dicts(step["evidence"]):
            options = evidence["options"] if isinstance(evidence["options"], dict) else {}
            texts += [str(evidence["label"]), *(str(text) for text in _list(options.get("must_show")))]
    return sum(count_words(text) for text in texts)


def _step(step: StepSpec, number: int, notes: Sequence[str], reasons: Sequence[str]) -> dict[str, Json]:
    return {
        "number": number,
        "key": step.key,
        "title": clean(step.title),
        "instructions": clean(step.instructions),
        "warning": clean(step.warning),
        "minutes": step.minutes,
        "crew": step.crew,
        "skills": [clean(name) for name in step.skills],
        "tools": [clean(name) for name in step.tools],
        "materials": [
            {"name": clean(m.name), "quantity": plain_decimal(m.quantity), "unit": clean(m.unit)}
            for m in step.materials
        ],
        "evidence": [_evidence(evidence) for evidence in step.evidence],
        "pictures": [
            {"name": p.name, "caption": clean(p.caption), "verdict": p.verdict} for p in step.pictures
        ],
        "because": [clean(reason) for reason in reasons],
        "notes": [clean(note) for note in notes],
        "clauses": [clean(clause) for clause in step.clauses],
    }


def _evidence(evidence: EvidenceSpec) -> dict[str, Json]:
    return {
        "key": evidence.key,
        "kind": evidence.kind.value,
        "label": clean(evidence.label),
        "required": evidence.required,
        "options": {name: _cleaned(value) for name, value in sorted(evidence.options.items())},
    }


def _cleaned(value: Json) -> Json:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (list, tuple)):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(name): _cleaned(item) for name, item in value.items()}
    return plain_decimal(value) if isinstance(value, Decimal) else value


def _coordinate(degrees: float | None) -> Json:
    """Six decimals as text: 0.1 m, and no float that prints differently elsewhere."""
    return None if degrees is None else f"{degrees:.6f}"


def _access(window: AccessCard) -> dict[str, Json]:
    return {"weekday": window.weekday, "opens": f"{window.opens:%H:%M}", "closes": f"{window.closes:%H:%M}"}


def _by_weekday(window: AccessCard) -> tuple[int, str, str]:
    return window.weekday, f"{window.opens:%H:%M}", f"{window.closes:%H:%M}"


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _dicts(value: Json) -> list[dict[str, Json]]:
    return [item for item in _list(value) if isinstance(item, dict)]
