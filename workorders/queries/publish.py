"""What publishing a plan would mean: what is missing, and which packets the sites would get."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rollout.models import Rollout
from sites.models import Enrolment
from workorders.models import PlanRevision
from workorders.packets.compile import Compiled, compile_packet
from workorders.packets.conditions import InvalidCondition, evaluate
from workorders.packets.content import steps_of
from workorders.packets.model import AttributeType, Fact, PlanSpec, RolloutCard, Rule, SiteCard
from workorders.queries.plan import attribute_types, plan_spec, rules_of
from workorders.queries.sow import Coverage, coverage
from workorders.queries.variations import (
    Problem,
    enrolled_facts,
    problems,
    sites_by_facts,
    step_titles,
    used_by,
    what_words,
    when_words,
)


@dataclass(frozen=True)
class RuleWords:
    """A variation in words."""

    name: str
    when: str
    what: str


@dataclass(frozen=True)
class SiteGroup:
    """Sites to which the same variations apply, so that they get the same work.

    `missing` holds (fact, number of sites that wait for it), the most wanted first. `words` and `minutes_to_read` are of the
    packet as it would be compiled for one of them.
    """

    rules: tuple[RuleWords, ...]
    sites: int
    blocked: int
    missing: tuple[tuple[str, int], ...]
    steps: int
    work_minutes: int
    words: int
    minutes_to_read: int


@dataclass(frozen=True)
class Checklist:
    """Everything a PM looks at before publishing."""

    outcomes: int
    steps: int
    coverage: Coverage | None
    problems: tuple[Problem, ...]
    groups: tuple[SiteGroup, ...]
    sow_words: int

    @property
    def sites(self) -> int:
        """Enrolled sites."""
        return sum(group.sites for group in self.groups)

    @property
    def blocked(self) -> int:
        """Sites whose packet waits for a fact."""
        return sum(group.blocked for group in self.groups)

    @property
    def missing(self) -> tuple[tuple[str, int], ...]:
        """(fact, number of sites that wait for it) over all sites, the most wanted first."""
        counted: Counter[str] = Counter()
        for group in self.groups:
            counted.update(dict(group.missing))
        return tuple(counted.most_common())

    @property
    def open_clauses(self) -> int:
        """Clauses nobody has decided on."""
        return self.coverage.open if self.coverage else 0

    @property
    def is_publishable(self) -> bool:
        """No step is missing and nothing contradicts itself; open clauses only need a reason."""
        return self.steps > 0 and not self.problems


def checklist(revision: PlanRevision, *, today: date) -> Checklist:
    """Return the check list of a revision: a constant number of queries however many sites there are."""
    rollout = revision.rollout
    plan, rules = plan_spec(revision), rules_of(revision)
    types = attribute_types(rollout.client_id)
    found = problems(plan, rules, types)
    return Checklist(
        outcomes=rollout.outcomes.count(),
        steps=len(plan.steps),
        coverage=coverage(revision.sow, revision) if revision.sow else None,
        problems=found,
        groups=() if found else site_groups(rollout, plan, rules, types, today=today),
        sow_words=revision.sow.word_count if revision.sow else 0,
    )


def site_groups(
    rollout: Rollout,
    plan: PlanSpec,
    rules: Sequence[Rule],
    types: Mapping[str, AttributeType],
    *,
    today: date,
) -> tuple[SiteGroup, ...]:
    """Group the enrolled sites by the variations that hold there, the largest group first.

    One packet is compiled per distinct combination of facts, not per site.
    """
    facts = enrolled_facts(rollout, used_by(rules) | _expected_from(plan), today=today)
    card = RolloutCard(client=rollout.client.name, name=rollout.name, code=rollout.code)
    grouped: dict[tuple[str, ...], list[tuple[int, Compiled]]] = defaultdict(list)
    for ids in sites_by_facts(facts).values():
        sample = facts[ids[0]]
        compiled = compile_packet(
            plan, rules, SiteCard("", ""), sample, rollout=card, work_order_number="preview", labels=types
        )
        grouped[_holding(rules, sample)].append((len(ids), compiled))
    words = _in_words(plan, rules, types)
    groups = (_group(tuple(words[key] for key in keys), parts) for keys, parts in grouped.items())
    return tuple(sorted(groups, key=lambda group: (-group.sites, [rule.name for rule in group.rules])))


def _expected_from(plan: PlanSpec) -> frozenset[str]:
    """Return the attributes that evidence is compared with."""
    named = (spec.options.get("expected_from") for step in plan.steps for spec in step.evidence)
    return frozenset(name for name in named if isinstance(name, str) and name)


def _holding(rules: Sequence[Rule], facts: Mapping[str, Fact]) -> tuple[str, ...]:
    return tuple(rule.key for rule in rules if _holds(rule, facts))


def _holds(rule: Rule, facts: Mapping[str, Fact]) -> bool:
    try:
        return evaluate(rule.condition, facts) is True
    except InvalidCondition:
        return False


def _in_words(
    plan: PlanSpec, rules: Sequence[Rule], types: Mapping[str, AttributeType]
) -> dict[str, RuleWords]:
    titles = step_titles(plan, rules)
    return {
        rule.key: RuleWords(rule.name, when_words(rule, types), what_words(rule, titles)) for rule in rules
    }


def _group(rules: tuple[RuleWords, ...], parts: Sequence[tuple[int, Compiled]]) -> SiteGroup:
    missing: Counter[str] = Counter()
    for count, compiled in parts:
        for lacking in compiled.missing:
            missing[lacking.label] += count
    _, sample = min(parts, key=lambda part: len(part[1].missing))
    return SiteGroup(
        rules=rules,
        sites=sum(count for count, _ in parts),
        blocked=sum(count for count, compiled in parts if compiled.missing),
        missing=tuple(missing.most_common()),
        steps=_step_count(sample),
        work_minutes=sample.work_minutes,
        words=sample.words,
        minutes_to_read=sample.minutes_to_read,
    )


def _step_count(compiled: Compiled) -> int:
    phases = compiled.content["phases"]
    return len(steps_of(phases)) if isinstance(phases, list) else 0


def sites_without_order(rollout: Rollout) -> int:
    """Return how many enrolled sites have no work order yet."""
    return Enrolment.objects.filter(rollout=rollout, work_order__isnull=True).count()
