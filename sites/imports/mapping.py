"""A first guess at which column is which field, each with its reason, for a person to correct."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .countries import country_of_state
from .profiles import Profile, is_decimal, is_written_phone, profile_columns
from .report import ANNOTATIONS
from .source import SourceRow
from .target import Field, Target
from .words import compact, tokens, word_set

_LEAST = 0.35
_NO_KNOWN_STATE = 0.97
"""A column called "region" with "West" in it is rather a region of the client's than part of an address."""
_STRICT = frozenset({"country", "latitude", "longitude", "coordinates", "time_zone", "region"})
"""Kinds whose values must agree: a column called "st" full of numbers is no state."""
_NUMBERED = frozenset({"2", "3", "ii", "iii"})
_DECORATION = word_set("""site store location shop branch outlet restaurant customer client address addr adresse str loc geo primary main
    physical the of de la der des s filiale standort magasin tienda winkel name code text value field official full
    properties attributes billing shipping""")
"""Words around the one that matters. What they leave over is compared again."""
_PREFIXES = ("store", "str", "site", "address", "addr", "location", "loc", "shop", "branch")
_QUALIFIERS = word_set("""type format brand status size open opening opened close closed date url website count district group category
    class tier wave old new parent device serial number asset notes""")
"""Words that make another thing of the word beside them: a store type is no store."""
_AROUND = word_set("""region regions area district zone division territory market banner brand company country group chain concept
    gebiet bezirk bereich land marke firma zona région secteur enseigne marque pays país marca regione paese""")
"""What a client numbers its sites within, so that the number alone repeats."""
_ELSEWHERE = word_set(
    "mailing billing invoice shipping delivery hq headquarters previous old former rechnung"
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A column for a field.

    Attributes
    ----------
    column:
        Index from 0.
    reason:
        A sentence that says why.
    confidence:
        From 0 to 1; above 0.8 name and values agree.
    """

    column: int
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    field: Field
    order: int
    proposal: Proposal


def propose(target: Target, columns: Sequence[str], sample_rows: Sequence[SourceRow]) -> dict[str, Proposal]:
    """Propose a column for as many fields as names and values give reason to.

    Parameters
    ----------
    columns:
        Column names in order.
    sample_rows:
        Some rows, such as `Source.sample` returns; a few hundred are plenty. None are allowed.

    Returns
    -------
    dict of str to Proposal
        By field key, in the target's order. No column is used twice. A field that nothing speaks
        for is absent.

    Notes
    -----
    Every pair is scored by name, in any of the target's languages, and by the shape of the values;
    the best pair is taken, then the best of what is left. fields x columns, plus the sample.
    """
    profiles = profile_columns(len(columns), sample_rows)
    candidates = [
        _Candidate(field, order, proposal)
        for order, field in enumerate(target.fields)
        for proposal in _proposals(target, field, columns, profiles)
    ]
    candidates.sort(key=lambda one: (-one.proposal.confidence, one.order, one.proposal.column))
    chosen = _take_best(candidates)
    if any(target.field(key).kind == "latitude" for key in chosen):
        pair = target.of_kind("coordinates")
        chosen.pop(pair.key if pair else "", None)
    return {field.key: chosen[field.key] for field in target.fields if field.key in chosen}


def _take_best(candidates: Sequence[_Candidate]) -> dict[str, Proposal]:
    chosen: dict[str, Proposal] = {}
    used: set[int] = set()
    for candidate in candidates:
        if candidate.field.key not in chosen and candidate.proposal.column not in used:
            chosen[candidate.field.key] = candidate.proposal
            used.add(candidate.proposal.column)
    return chosen


def _proposals(
    target: Target, field: Field, columns: Sequence[str], profiles: Sequence[Profile]
) -> Iterator[Proposal]:
    is_key = field.key == target.key_field
    for column, (name, profile) in enumerate(zip(columns, profiles, strict=True)):
        if name in ANNOTATIONS:
            continue
        named = name_score(field, name)
        if is_key:
            proposal = _key_proposal(column, name, named, profile) or _number_as_name(
                target, column, name, profile
            )
        elif field.key == "name" and _numbers_only(profile):
            proposal = None
        elif named:
            proposal = _named_proposal(field, column, name, named, profile)
        else:
            proposal = _valued_proposal(field, column, profile)
        if proposal is not None and proposal.confidence >= _LEAST:
            yield proposal


def propose_joined(
    columns: Sequence[str], sample_rows: Sequence[SourceRow], key_column: int
) -> tuple[int, int] | None:
    """Propose what makes a key together with a column that repeats: a region and the number in it.

    None when the column tells rows apart by itself, or no column named like that makes every sampled pair differ.
    """
    profiles = profile_columns(len(columns), sample_rows)
    key = profiles[key_column]
    if key.distinct == 1 or key.filled < 1 or not key.coded:
        return None
    for column, (name, profile) in enumerate(zip(columns, profiles, strict=True)):
        if column == key_column or not _AROUND & set(tokens(name)) or profile.filled < 1 or not profile.coded:
            continue
        pairs = set(zip(profile.values, key.values, strict=True))
        if len(pairs) == len(key.values):
            return column, key_column
    return None


@lru_cache(maxsize=256)
def _synonyms(field: Field) -> tuple[dict[str, int], tuple[tuple[frozenset[str], int], ...]]:
    """Return the field's names made comparable with their rank, whole and as sets of words."""
    names = [field.key, field.label, *field.synonyms]
    whole: dict[str, int] = {}
    for rank, name in enumerate(names):
        whole.setdefault(compact(name), rank)
    several = tuple(
        (frozenset(tokens(name)), rank) for rank, name in enumerate(names) if len(tokens(name)) > 1
    )
    return whole, several


def name_score(field: Field, name: str) -> float:
    """Return how well a column name fits a field, from 0 to 1, whatever the values.

    The exact name or a synonym gives 0.95, less a trifle for later synonyms; a name that only adds
    decoration ("store_city", "STRCITY") 0.85; one that contains all words of a synonym 0.6.
    """
    words, run = tokens(name), compact(name)
    if not run or _NUMBERED & set(words[-1:]) or _ELSEWHERE & set(words):
        return 0.0
    whole, several = _synonyms(field)
    if run in whole:
        return 0.95 - 0.0005 * whole[run]
    inner = _decorated_score(whole, words, run)
    if inner:
        return inner
    present = set(words)
    if any(part <= present for part, _ in several):
        return 0.6
    last = words[-1]
    return 0.5 if len(words) <= 3 and not _QUALIFIERS & present and len(last) > 2 and last in whole else 0.0


def _decorated_score(whole: Mapping[str, int], words: Sequence[str], run: str) -> float:
    """Compare what is left of a name without the words, or the letters before it, that say nothing."""
    bare = "".join(word for word in words if word not in _DECORATION)
    if bare and bare in whole:
        return 0.85 - 0.0005 * whole[bare]
    for start in _PREFIXES:
        rest = run.removeprefix(start)
        if rest != run and len(rest) > 2 and rest in whole:
            return 0.83 - 0.0005 * whole[rest]
    return 0.0


def _named_proposal(field: Field, column: int, name: str, named: float, profile: Profile) -> Proposal | None:
    fit = profile.fits(field.kind)
    reason = f"The column is called “{name}”."
    if fit is None:
        return Proposal(
            column, reason, round(named if profile.values or not profile.rows else 0.6 * named, 3)
        )
    if field.kind in _STRICT and fit < 0.3:
        return None
    if field.kind == "region" and profile.share(country_of_state) < 0.5:
        named *= _NO_KNOWN_STATE
    if fit >= 0.8:
        reason = f"The column is called “{name}” and its values fit."
    return Proposal(column, reason, round(named * (0.6 + 0.4 * fit), 3))


def _key_proposal(column: int, name: str, named: float, profile: Profile) -> Proposal | None:
    """Judge a column as the one that tells rows apart: it has to be filled and must not repeat."""
    if not profile.rows:
        return Proposal(column, f"The column is called “{name}”.", round(named, 3)) if named else None
    unique = profile.distinct
    if named:
        factor = 1.0 if unique >= 0.99 and profile.coded else 0.9 if unique >= 0.95 else 0.6 * unique
        factor = factor * (0.5 + 0.5 * profile.filled) if profile.values else 0.5
        if named > 0.8 and unique >= 0.3:
            factor = max(factor, 0.5)
        differ = "differ in every row" if unique == 1 else "may repeat"
        return Proposal(
            column, f"The column is called “{name}” and its values {differ}.", round(named * factor, 3)
        )
    plain = (
        unique == 1
        and profile.filled == 1
        and profile.coded
        and not profile.counter
        and len(profile.values) >= 5
    )
    if (
        plain
        and max(profile.share(is_decimal), profile.share(is_written_phone), profile.share(_is_word)) < 0.1
    ):
        return Proposal(column, f"The values of “{name}” are short and differ in every row.", 0.45)
    return None


def _numbers_only(profile: Profile) -> bool:
    return profile.share(str.isdigit) == 1


def _number_as_name(target: Target, column: int, name: str, profile: Profile) -> Proposal | None:
    """A column called "branch" that holds a number for each row is the number of the branch and not its name."""
    called = next((field for field in target.fields if field.key == "name"), None)
    if called is None or not name_score(called, name) or not _numbers_only(profile):
        return None
    if profile.distinct < 1 or profile.filled < 1:
        return None
    return Proposal(column, f"“{name}” holds a number that differs in every row.", 0.7)


def _is_word(text: str) -> bool:
    return not any(letter.isdigit() for letter in text)


def _valued_proposal(field: Field, column: int, profile: Profile) -> Proposal | None:
    """Propose a column by its values alone, for kinds whose shape is plain."""
    score = _value_score(field, profile)
    return (
        Proposal(column, f"The values look like {_PLURAL[field.kind]}.", round(score, 3)) if score else None
    )


_PLURAL = {
    "country": "countries",
    "region": "states or provinces",
    "latitude": "latitudes",
    "longitude": "longitudes",
    "coordinates": "pairs of coordinates",
    "time_zone": "time zones",
    "postal_code": "postal codes",
    "phone": "phone numbers",
    "email": "e-mail addresses",
}


def _value_score(field: Field, profile: Profile) -> float:
    """Return 0 or a modest score for a column with a telling shape and a name that says nothing."""
    if not profile.values or field.kind not in _PLURAL:
        return 0.0
    fit = profile.fits(field.kind) or 0.0
    if field.kind in ("latitude", "longitude"):
        return _degrees_score(field, profile)
    if field.kind == "phone":
        fit = profile.share(is_written_phone)
    if field.kind == "region":
        fit = profile.share(country_of_state)
    if field.kind == "postal_code":
        fit = fit if profile.distinct > 0.2 and not profile.counter and _one_length(profile) else 0.0
    ceiling = {"postal_code": 0.36, "phone": 0.5, "country": 0.55}.get(field.kind, 0.7)
    return ceiling if fit >= 0.9 else 0.0


def _one_length(profile: Profile) -> bool:
    return len(profile.values) >= 5 and profile.share(lambda text: len(text) == 5 and text.isdigit()) > 0.9


def _degrees_score(field: Field, profile: Profile) -> float:
    """Tell latitudes from longitudes: only longitudes go beyond 90."""
    if profile.share(is_decimal) < 0.9:
        return 0.0
    beyond = profile.share(
        lambda text: abs(float(text.replace(",", "."))) > 90 if is_decimal(text) else False
    )
    if field.kind == "longitude":
        return 0.5 if beyond > 0 else 0.38
    return 0.4 if beyond == 0 else 0.0
