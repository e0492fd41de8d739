"""Which sites each variation reaches, in words and numbers; what contradicts itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from rollout.models import Rollout
from sites.facts import OWN_FACTS, facts_for
from sites.models import Enrolment, Site
from workorders.choices import Effect, EvidenceKind, Phase
from workorders.models import PlanRevision, Step, Variation
from workorders.packets.compile import conflicts
from workorders.packets.conditions import attributes_used, evaluate, to_sentence, validate
from workorders.packets.model import AttributeType, Fact, PlanSpec, Rule
from workorders.packets.model import Effect as RuleEffect
from workorders.packets.tree import InvalidCondition
from workorders.queries.plan import attribute_types, fact, plan_spec, rule_from, step_list, variations_of

YES, NO, UNKNOWN = "yes", "no", "unknown"
VERDICTS = {True: YES, False: NO, None: UNKNOWN}
OWN_FACT_COUNT = len(OWN_FACTS)
SiteFacts = Mapping[int, Mapping[str, Fact]]


def enrolled_facts(rollout: Rollout, attributes: Iterable[str], *, today: date) -> dict[int, dict[str, Fact]]:
    """Return the named facts of every site of the rollout, by site: four queries however many there are."""
    ids = list(Enrolment.objects.filter(rollout=rollout).values_list("site_id", flat=True))
    wanted = set(attributes)
    if not wanted:
        return {pk: {} for pk in ids}
    views = facts_for(ids, rollout.client_id, today=today)
    return {
        pk: {key: fact(view) for key, view in found.items() if key in wanted} for pk, found in views.items()
    }


def used_by(rules: Iterable[Rule]) -> frozenset[str]:
    """Return the attributes the conditions ask about; conditions that cannot be read ask about none."""
    return frozenset().union(*(_used(rule) for rule in rules))


def _used(rule: Rule) -> frozenset[str]:
    try:
        return attributes_used(rule.condition)
    except InvalidCondition:
        return frozenset()


def sites_by_facts(facts: SiteFacts) -> dict[tuple[object, ...], list[int]]:
    """Group sites whose facts are the same. What is decided for one of a group is decided for all, so rules are
    evaluated once per distinct combination and not once per site."""
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for site_id, found in facts.items():
        key = tuple(
            (name, one.state, type(one.value).__name__, one.value) for name, one in sorted(found.items())
        )
        groups[key].append(site_id)
    return groups


def reach(rule: Rule, facts: SiteFacts) -> dict[str, list[int]]:
    """Return the sites where a rule holds (`YES`), does not (`NO`) and cannot be decided (`UNKNOWN`)."""
    mine = _used(rule)
    narrowed = {pk: {key: found[key] for key in mine if key in found} for pk, found in facts.items()}
    result: dict[str, list[int]] = {YES: [], NO: [], UNKNOWN: []}
    for ids in sites_by_facts(narrowed).values():
        result[VERDICTS[evaluate(rule.condition, facts[ids[0]])]].extend(ids)
    return result


@dataclass(frozen=True)
class VariationView:
    """A variation as it is read aloud, with the number of sites of each kind."""

    variation: Variation
    when: str
    what: str
    counts: Mapping[str, int]
    problems: tuple[str, ...]


def view_of(variation: Variation, *, today: date) -> VariationView:
    """Return one variation, saved or not, as it is read aloud, with its reach and what contradicts it."""
    revision = variation.revision
    types, plan, mine = attribute_types(revision.rollout.client_id), plan_spec(revision), rule_from(variation)
    others = variations_of(revision).exclude(key=variation.key)
    rules = [*(rule_from(other) for other in others), mine]
    found = problems(plan, rules, types)
    return VariationView(
        variation,
        when_words(mine, types),
        what_words(mine, step_titles(plan, rules)),
        _counts(mine, enrolled_facts(revision.rollout, _used(mine), today=today)),
        tuple(problem.sentence for problem in found if mine.key in problem.rule_keys),
    )


def variation_views(revision: PlanRevision, *, today: date) -> list[VariationView]:
    """Return all variations of a revision with their reach: a constant number of queries."""
    variations = list(variations_of(revision))
    types, plan = attribute_types(revision.rollout.client_id), plan_spec(revision)
    rules = {variation.pk: rule_from(variation) for variation in variations}
    facts = enrolled_facts(revision.rollout, used_by(rules.values()), today=today)
    found = problems(plan, list(rules.values()), types)
    titles = step_titles(plan, rules.values())
    return [
        VariationView(
            variation,
            when_words(rules[variation.pk], types),
            what_words(rules[variation.pk], titles),
            _counts(rules[variation.pk], facts),
            tuple(problem.sentence for problem in found if variation.key in problem.rule_keys),
        )
        for variation in variations
    ]


def _counts(rule: Rule, facts: SiteFacts) -> dict[str, int]:
    try:
        return {verdict: len(ids) for verdict, ids in reach(rule, facts).items()}
    except InvalidCondition:
        return {YES: 0, NO: 0, UNKNOWN: len(facts)}


def sites_reached(variation: Variation, verdict: str, *, today: date) -> QuerySet[Site]:
    """Return the sites of one verdict of one variation, by number."""
    rule = rule_from(variation)
    facts = enrolled_facts(variation.revision.rollout, _used(rule), today=today)
    sites: QuerySet[Site] = Site.objects.filter(pk__in=reach(rule, facts)[verdict])
    return sites.order_by("key")


@dataclass(frozen=True)
class SiteRow:
    """A site and what is known there of the facts a variation asks about: (name, value or state)."""

    site: Site
    facts: tuple[tuple[str, str, str], ...]


def with_facts(variation: Variation, sites: Iterable[Site], *, today: date) -> list[SiteRow]:
    """Return sites with (name, value, state) of every fact the variation asks about: three queries more."""
    chosen = list(sites)
    wanted = sorted(_used(rule_from(variation)))
    found = facts_for([site.pk for site in chosen], variation.revision.rollout.client_id, today=today)
    return [
        SiteRow(
            site,
            tuple(
                (view.label, view.shown, view.state) for key in wanted if (view := found[site.pk].get(key))
            ),
        )
        for site in chosen
    ]


@dataclass(frozen=True)
class Problem:
    """Something about the variations that keeps the plan from being published."""

    rule_keys: tuple[str, ...]
    sentence: str


def problems(
    plan: PlanSpec, rules: Sequence[Rule], types: Mapping[str, AttributeType]
) -> tuple[Problem, ...]:
    """Return contradictions between variations, and conditions that ask about what no site has."""
    unreadable = [
        Problem((rule.key,), f"“{rule.name}”: {sentence}")
        for rule in rules
        for sentence in validate(rule.condition, types)
    ]
    broken = {key for problem in unreadable for key in problem.rule_keys}
    readable = [rule for rule in rules if rule.key not in broken]
    titles = step_titles(plan, rules)
    clashing = [
        Problem(conflict.rule_keys, _with_title(conflict.sentence, conflict.step_key, titles))
        for conflict in conflicts(plan, readable, types)
    ]
    return (*unreadable, *clashing)


def _with_title(sentence: str, key: str, titles: Mapping[str, str]) -> str:
    return sentence.replace(f"the step {key}", f"the step “{titles[key]}”") if key in titles else sentence


def revision_problems(revision: PlanRevision) -> tuple[Problem, ...]:
    """Return what keeps a revision's variations from being published: five queries."""
    rules = [rule_from(variation) for variation in variations_of(revision)]
    return problems(plan_spec(revision), rules, attribute_types(revision.rollout.client_id))


# --- In words -------------------------------------------------------------------------------------------------------


def step_titles(plan: PlanSpec, rules: Iterable[Rule]) -> dict[str, str]:
    """Return the title of every step by key, those that variations add included."""
    added = {
        rule.step_key: str(rule.payload.get("title", rule.step_key))
        for rule in rules
        if rule.effect is RuleEffect.ADD_STEP
    }
    return {**added, **{step.key: step.title for step in plan.steps}}


def steps_and_added(revision: PlanRevision) -> list[tuple[str, str]]:
    """Return (key, title) of the plan's steps in order, then of the steps its variations add: two queries."""
    steps = [(step.key, _numbered(n, step)) for n, step in enumerate(step_list(revision), start=1)]
    rules = (rule_from(rule) for rule in variations_of(revision).filter(effect=Effect.ADD_STEP))
    return steps + [(rule.step_key, f"{rule.payload.get('title', rule.step_key)} (added)") for rule in rules]


def _numbered(number: int, step: Step) -> str:
    return f"{number}. {step.title}"


def when_words(rule: Rule, types: Mapping[str, AttributeType]) -> str:
    """Return the condition as people say it, beginning with a capital."""
    try:
        sentence = to_sentence(rule.condition, types)
    except InvalidCondition as problem:
        return f"Unreadable condition. {problem}"
    return "At every site" if sentence == "always" else sentence[:1].upper() + sentence[1:]


def what_words(rule: Rule, titles: Mapping[str, str]) -> str:
    """Return the effect as people say it: ``“Mount the access point” needs 2 people``."""
    payload = rule.payload
    step = f"“{titles.get(rule.step_key, rule.step_key)}”"
    words = {
        Effect.ADD_STEP: lambda: f"add the step {step}{_added_words(payload)}",
        Effect.REMOVE_STEP: lambda: f"leave out {step}",
        Effect.REPLACE_STEP: lambda: f"{step} has other {_joined(sorted(map(str, payload)))}",
        Effect.SET_MINUTES: lambda: f"{step} takes {payload.get('minutes')} minutes",
        Effect.SET_CREW: lambda: f"{step} needs {payload.get('crew')} people",
        Effect.ADD_MATERIAL: lambda: f"bring {_material_words(payload)} for {step}",
        Effect.ADD_EVIDENCE: lambda: f"{step} also asks for {_evidence_words(payload)}",
        Effect.NOTE: lambda: (
            f"tell the technician{f' at {step}' if rule.step_key else ''}: “{str(payload.get('text', '')).rstrip('. ')}”"
        ),
    }
    return words[Effect(rule.effect)]()


def _added_words(payload: Mapping[str, object]) -> str:
    phase = payload.get("phase")
    where = str(Phase(phase).label).lower() if phase in Phase.values else ""
    return f" ({where}, {payload.get('minutes', 0)} minutes)" if where else ""


def _material_words(payload: Mapping[str, object]) -> str:
    unit = f" {payload['unit']}" if payload.get("unit") else ""
    return f"{payload.get('quantity', 1)}{unit} × {payload.get('name')}"


def _evidence_words(payload: Mapping[str, object]) -> str:
    kind = payload.get("kind")
    return f"{EvidenceKind(kind).label.lower() if kind in EvidenceKind.values else kind} “{payload.get('label')}”"


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "content"
