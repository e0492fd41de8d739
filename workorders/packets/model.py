"""What a packet is made of: the plan, the variations, the facts of one site and the people to call.

Everything here is frozen, so a compiled packet cannot change under the reader. Kinds and states are stable lower-case
strings; a plain string is accepted and checked, so values read from a database need no conversion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import TypeAlias

Value: TypeAlias = bool | int | float | Decimal | str | date | None
"""One attribute value. Dates compare as ISO text; ``None`` on a known fact means "confirmed: there is none"."""

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class EvidenceKind(StrEnum):
    """How a step is proven."""

    CONFIRMATION = "confirmation"
    PHOTO = "photo"
    SERIAL = "serial"
    READING = "reading"
    CHOICE = "choice"
    TEXT = "text"
    SIGNATURE = "signature"
    COUNT = "count"


class Phase(StrEnum):
    """The part of the visit a step belongs to, in working order."""

    PREPARE = "prepare"
    ARRIVE = "arrive"
    INSTALL = "install"
    TEST = "test"
    CLOSE_OUT = "close_out"


class FactState(StrEnum):
    """How far a fact may be trusted. Only ``known`` decides anything."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    STALE = "stale"
    DISPUTED = "disputed"


class Effect(StrEnum):
    """What a variation does to the plan."""

    ADD_STEP = "add_step"
    REPLACE_STEP = "replace_step"
    REMOVE_STEP = "remove_step"
    SET_MINUTES = "set_minutes"
    SET_CREW = "set_crew"
    ADD_MATERIAL = "add_material"
    ADD_EVIDENCE = "add_evidence"
    NOTE = "note"


class Rank(IntEnum):
    """How specific a variation is. The higher rank is applied later and therefore prevails."""

    ROLLOUT = 0
    REGION_OR_FORMAT = 1
    SITE = 2


class PageSize(StrEnum):
    """Paper the packet is set for."""

    LETTER = "letter"
    A4 = "a4"


@dataclass(frozen=True, slots=True)
class AttributeType:
    """What an attribute is called and what may be compared with it.

    Parameters
    ----------
    kind
        ``text``, ``number``, ``boolean``, ``choice``, ``date``, or ``group`` for a place in a tree.
    label
        Name as people say it, for example ``Ceiling height``.
    unit
        Unit of a number, for example ``ft``; empty for none.
    choices
        Permitted values of a choice or a tree with their wording; empty for other kinds.
    within
        Of a tree: each value with itself and everything it lies in.
    """

    kind: str
    label: str
    unit: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvidenceSpec:
    """One piece of evidence a step asks for.

    Parameters
    ----------
    key
        Stable name, unique inside its step.
    kind
        See :class:`EvidenceKind`.
    label
        What is asked, as the technician reads it.
    required
        Whether the step can be done without it.
    options
        JSON-able: ``unit``, ``low``, ``high``, ``pattern``, ``expected``, ``shape`` (printed beside it), ``choices`` (list of text), ``must_show``
        (list of text); ``expected_from`` names a site attribute whose value becomes ``expected``.
    """

    key: str
    kind: EvidenceKind
    label: str
    required: bool = True
    options: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", EvidenceKind(self.kind))


@dataclass(frozen=True, slots=True)
class Material:
    """Something to bring: ``quantity`` counted in ``unit``."""

    name: str
    quantity: Decimal = Decimal(1)
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A reference picture: ``name`` (best the hash of its bytes), ``caption``, ``verdict`` good, bad or empty."""

    name: str
    caption: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One step of a work plan.

    Parameters
    ----------
    key
        Stable name, unique inside the plan.
    phase
        See :class:`Phase`.
    title, instructions, warning
        Plain text. Blank lines separate paragraphs, lines starting with ``-`` are a list.
    minutes
        Time the step takes with its crew, in whole minutes.
    crew
        People needed at the same time.
    skills, tools
        Names, in the order they are printed.
    clauses
        Numbers of the statement-of-work clauses this step fulfils.
    """

    key: str
    phase: Phase
    title: str
    instructions: str = ""
    minutes: int = 0
    crew: int = 1
    warning: str = ""
    skills: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    materials: tuple[Material, ...] = ()
    evidence: tuple[EvidenceSpec, ...] = ()
    clauses: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "phase", Phase(self.phase))


@dataclass(frozen=True, slots=True)
class PlanSpec:
    """A published plan revision: its ``number``, its ``title`` and its steps in plan order."""

    number: int
    title: str
    steps: tuple[StepSpec, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known about one attribute of the site, with the words to say it. `within` are the places of a tree it is in."""

    state: FactState
    value: Value = None
    label: str = ""
    unit: str = ""
    within: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", FactState(self.state))

    @property
    def is_known(self) -> bool:
        """Whether the fact may decide anything."""
        return self.state is FactState.KNOWN


@dataclass(frozen=True, slots=True)
class Rule:
    """A variation: when ``condition`` holds at the site, ``effect`` happens to ``step_key``.

    Parameters
    ----------
    condition
        JSON-able condition (see :mod:`workorders.packets.conditions`); empty means "always".
    step_key
        The step touched; for ``add_step`` the key of the new step; for ``note`` empty means the whole packet.
    payload
        ``add_step``: the fields of a step, and ``after`` (a step key) for its place. ``replace_step``: only the
        fields that change. ``set_minutes``: ``minutes``. ``set_crew``: ``crew``. ``add_material``: ``name``,
        ``quantity``, ``unit``. ``add_evidence``: the fields of a piece of evidence. ``note``: ``text``.
    reason
        Why the variation exists, printed for the technician.
    clause
        The clause of the statement of work it serves; empty for none.
    """

    key: str
    name: str
    rank: Rank
    condition: Mapping[str, Json]
    effect: Effect
    step_key: str = ""
    payload: Mapping[str, Json] = field(default_factory=dict)
    reason: str = ""
    clause: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rank", Rank(self.rank))
        object.__setattr__(self, "effect", Effect(self.effect))


@dataclass(frozen=True, slots=True)
class ContactCard:
    """Someone to speak to at the site."""

    name: str
    role: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class AccessCard:
    """Access on one weekday (0 is Monday) in the site's own time; closing before opening means the next day."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class SiteCard:
    """Where the work is. ``time_zone`` is an IANA name; coordinates are degrees or ``None``."""

    key: str
    name: str
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    time_zone: str = "UTC"
    latitude: float | None = None
    longitude: float | None = None
    contacts: tuple[ContactCard, ...] = ()
    access: tuple[AccessCard, ...] = ()
    access_notes: str = ""


@dataclass(frozen=True, slots=True)
class RolloutCard:
    """Which rollout this is and whom to call: project manager (PM), project facilitator (PF), support."""

    client: str
    name: str
    code: str = ""
    support_phone: str = ""
    support_hours: str = ""
    pm_name: str = ""
    pm_phone: str = ""
    pf_name: str = ""
    pf_phone: str = ""


@dataclass(frozen=True, slots=True)
class VisitCard:
    """When the work is to happen. Both moments carry a time zone."""

    starts_at: datetime
    ends_at: datetime | None = None
