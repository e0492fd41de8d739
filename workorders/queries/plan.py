"""Reads of the work plan: its revisions, its steps and variations, and both as the compiler wants them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Case, Count, IntegerField, Prefetch, Q, QuerySet, Value, When

from rollout.models import AuditEntry, Rollout
from sites.choices import AttributeKind, GroupKind
from sites.facts import GROUP_FACTS, OWN_FACTS, FactView
from sites.models import Attribute, SiteGroup
from sites.queries.groups import JOINT, tree_order
from workorders.choices import PHASE_ORDER, Phase
from workorders.models import Clause, EvidenceSpec, PlanRevision, Step, Variation
from workorders.packets import model as packet
from workorders.packets.codec import material_from_json

_PHASE_RANK = Case(
    *(When(phase=phase, then=Value(rank)) for phase, rank in PHASE_ORDER.items()),
    output_field=IntegerField(),
)


def revisions_of(rollout: Rollout) -> QuerySet[PlanRevision]:
    """Revisions of a rollout, newest first, each with `step_count`."""
    revisions: QuerySet[PlanRevision] = PlanRevision.objects.filter(rollout=rollout)
    revisions = revisions.select_related("sow", "published_by", "rollout__client")
    return revisions.annotate(step_count=Count("steps")).order_by("-number")


def working_revision(rollout: Rollout) -> PlanRevision | None:
    """Return the draft if there is one, else the newest published revision, else None."""
    return revisions_of(rollout).first()


def published_revision(rollout: Rollout) -> PlanRevision | None:
    """Return the newest published revision: the one packets are compiled from."""
    return revisions_of(rollout).filter(published_at__isnull=False).first()


def steps_of(revision: PlanRevision) -> QuerySet[Step]:
    """Steps in the order of the visit, with evidence and clauses loaded: three queries."""
    steps: QuerySet[Step] = Step.objects.filter(revision=revision)
    clauses = Clause.objects.defer("text").select_related("sow").order_by("sow__version", "ordinal")
    specs = EvidenceSpec.objects.order_by("position", "pk")
    return steps.prefetch_related(Prefetch("clauses", clauses), Prefetch("evidence_specs", specs)).order_by(
        _PHASE_RANK, "position", "pk"
    )


def step_list(revision: PlanRevision) -> QuerySet[Step]:
    """Steps in the order of the visit and nothing else: one query, for choosing one."""
    steps: QuerySet[Step] = Step.objects.filter(revision=revision)
    return steps.order_by(_PHASE_RANK, "position", "pk")


def step_outline(revision: PlanRevision) -> QuerySet[Step]:
    """Steps in the order of the visit, each with `clause_count`: one query, for the margin of the workbench."""
    of_this_sow = Q(clauses__sow=revision.sow_id)
    return step_list(revision).annotate(clause_count=Count("clauses", filter=of_this_sow))


def variations_of(revision: PlanRevision) -> QuerySet[Variation]:
    """Variations in the order in which they were written, with the clause each serves."""
    variations: QuerySet[Variation] = Variation.objects.filter(revision=revision)
    return variations.select_related("clause").order_by("rank", "position", "pk")


def known_skills(rollout: Rollout) -> tuple[str, ...]:
    """Return the skills that plans of this client demand, by name: one query."""
    lists = Step.objects.filter(revision__rollout__client=rollout.client_id).exclude(skills=[])
    return tuple(sorted({skill for skills in lists.values_list("skills", flat=True) for skill in skills}))


def number_attributes(client_id: int) -> tuple[tuple[str, str], ...]:
    """Return (key, name) of the client's attributes that are numbers: what evidence can be counted against."""
    numbers = Attribute.objects.filter(client_id=client_id, kind=AttributeKind.NUMBER)
    return tuple(numbers.order_by("label").values_list("key", "label"))


def removed_from(rollout: Rollout) -> QuerySet[AuditEntry]:
    """Audit entries of this rollout that remember something removed from its plan."""
    entries: QuerySet[AuditEntry] = AuditEntry.objects.filter(rollout=rollout)
    return entries.filter(type__in=("workorders.step.removed", "workorders.variation.removed"))


@dataclass(frozen=True)
class NumberedStep:
    """A step and its number on the packet."""

    number: int
    step: Step


@dataclass(frozen=True)
class PhaseOfPlan:
    """The steps of one phase, numbered through the whole plan, and how long they take together."""

    phase: str
    label: str
    steps: tuple[NumberedStep, ...]

    @property
    def minutes(self) -> int:
        """Minutes on the clock."""
        return sum(numbered.step.minutes for numbered in self.steps)


def by_phase(steps: Iterable[Step]) -> tuple[PhaseOfPlan, ...]:
    """Group steps that are in the order of the visit; all five phases are there, empty ones too."""
    numbered = [NumberedStep(number, step) for number, step in enumerate(steps, start=1)]
    found = {phase: tuple(group) for phase, group in groupby(numbered, key=lambda item: item.step.phase)}
    return tuple(PhaseOfPlan(phase, str(label), found.get(phase, ())) for phase, label in Phase.choices)


@dataclass(frozen=True)
class Totals:
    """What a plan adds up to. `crew` is the most people any step needs at once."""

    steps: int
    minutes: int
    evidence: int
    crew: int
    skills: tuple[str, ...]

    @property
    def minutes_words(self) -> str:
        """Minutes as hours and minutes."""
        hours, minutes = divmod(self.minutes, 60)
        return " ".join(
            filter(None, [f"{hours} h" if hours else "", f"{minutes} min" if minutes or not hours else ""])
        )

    @property
    def crew_words(self) -> str:
        """How many people are needed at once."""
        return "one person" if self.crew == 1 else f"up to {self.crew} people at once"


def totals(steps: Iterable[Step]) -> Totals:
    """Add up steps whose evidence is loaded."""
    steps = list(steps)
    return Totals(
        steps=len(steps),
        minutes=sum(step.minutes for step in steps),
        evidence=sum(len(step.evidence_specs.all()) for step in steps),
        crew=max((step.crew for step in steps), default=1),
        skills=tuple(dict.fromkeys(skill for step in steps for skill in step.skills)),
    )


def plan_spec(revision: PlanRevision) -> packet.PlanSpec:
    """Return the plan as the compiler wants it, in three queries when the rollout is loaded.

    Clauses are those of the revision's own statement of work; a trace to an older version is not part of the packet.
    """
    steps = tuple(_step_spec(step, revision.sow_id) for step in steps_of(revision))
    return packet.PlanSpec(revision.number, revision.rollout.name, steps)


def _step_spec(step: Step, sow_id: int | None) -> packet.StepSpec:
    return packet.StepSpec(
        key=step.key,
        phase=packet.Phase(step.phase),
        title=step.title,
        instructions=step.instructions,
        minutes=step.minutes,
        crew=step.crew,
        warning=step.warning,
        skills=tuple(step.skills),
        tools=tuple(step.tools),
        materials=tuple(material_from_json(item) for item in step.materials),
        evidence=tuple(_evidence_spec(spec) for spec in step.evidence_specs.all()),
        clauses=tuple(clause.number for clause in step.clauses.all() if clause.sow_id == sow_id),
    )


def _evidence_spec(spec: EvidenceSpec) -> packet.EvidenceSpec:
    return packet.EvidenceSpec(
        spec.key, packet.EvidenceKind(spec.kind), spec.label, spec.required, dict(spec.options)
    )


def rules_of(revision: PlanRevision) -> tuple[packet.Rule, ...]:
    """Return the revision's variations as the compiler wants them, in one query."""
    return tuple(rule_from(variation) for variation in variations_of(revision))


def rule_from(variation: Variation) -> packet.Rule:
    """Return one variation as the compiler wants it; its clause must be loaded."""
    return packet.Rule(
        key=variation.key,
        name=variation.name,
        rank=packet.Rank(variation.rank),
        condition=variation.condition,
        effect=packet.Effect(variation.effect),
        step_key=variation.step_key,
        payload=variation.payload,
        reason=variation.reason,
        clause=variation.clause.number if variation.clause else "",
    )


_KINDS = {
    AttributeKind.CHOICE: "choice",
    AttributeKind.NUMBER: "number",
    AttributeKind.YES_NO: "boolean",
    AttributeKind.DATE: "date",
    AttributeKind.TEXT: "text",
}


def attribute_types(client_id: int) -> dict[str, packet.AttributeType]:
    """Return what a condition may ask about: the client's attributes, what every site has, and its trees. Two queries."""
    types = {
        attribute.key: packet.AttributeType(
            _KINDS[AttributeKind(attribute.kind)],
            attribute.label,
            attribute.unit,
            {str(choice): str(choice) for choice in attribute.choices},
        )
        for attribute in Attribute.objects.filter(client_id=client_id).order_by("label")
    }
    own = {key: packet.AttributeType("text", label) for key, label in OWN_FACTS.items()}
    return {**types, **own, **_trees(client_id)}


def _trees(client_id: int) -> dict[str, packet.AttributeType]:
    """Return the client's regions and formats as places to be within; a kind it has none of is left out."""
    groups = tree_order(SiteGroup.objects.filter(client=client_id))
    ids = {(group.kind, group.path): str(group.pk) for group in groups}
    trees = {}
    for kind in GroupKind:
        mine = [group for group in groups if group.kind == kind]
        names = [group.path.split(JOINT) for group in mine]
        within = {
            str(group.pk): frozenset(
                ids[group.kind, JOINT.join(path[: depth + 1])] for depth in range(len(path))
            )
            for group, path in zip(mine, names, strict=True)
        }
        if mine:
            key = f"group:{kind}"
            choices = {str(group.pk): group.path for group in mine}
            trees[key] = packet.AttributeType("group", GROUP_FACTS[key], choices=choices, within=within)
    return trees


def fact(view: FactView) -> packet.Fact:
    """Return a settled fact as the compiler wants it."""
    return packet.Fact(packet.FactState(view.state), view.value, view.label, view.unit, view.within)
