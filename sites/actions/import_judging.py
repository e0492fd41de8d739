"""What becomes of a record of an import: what a target adds to the checked cells, and what applying it would do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from rollout.models import Rollout
from sites.choices import RowChange, RowVerdict
from sites.facts import ATTRIBUTE_PREFIX, plain_value
from sites.import_targets import KEY, ImportTarget, JsonValues, Note, Pair, Present, compare, fold
from sites.imports.checking import CheckedRow, Problem, Values, verdict_of
from sites.imports.source import SourceRow
from sites.models import ImportRow, SiteImport

LANDING = (RowVerdict.ACCEPTED.value, RowVerdict.ATTENTION.value)


class Judged(NamedTuple):
    """A record as it is kept (`ImportRow`), and in the order of its columns."""

    line: int
    cells: Sequence[str]
    values: JsonValues
    problems: list[dict[str, Any]]
    verdict: str
    change: str
    changes: dict[str, list[Any]]
    subject_id: int | None


def judge(
    found: SiteImport, target: ImportTarget, key_field: str, batch: Sequence[tuple[SourceRow, CheckedRow]]
) -> list[ImportRow]:
    """Judge some checked records as a check of the whole file would; the rows are not saved.

    Of `found` only the rollout is read; it may be unsaved. What applying a new record would set is its values.
    """
    return [
        ImportRow(site_import=found, **one._asdict())
        for one in judged(found.rollout, target, key_field, batch)
    ]


def judged(
    rollout: Rollout, target: ImportTarget, key_field: str, batch: Sequence[tuple[SourceRow, CheckedRow]]
) -> list[Judged]:
    """Judge checked records against what is there; a constant number of queries."""
    attributes = {key for _, checked in batch for key in checked.values if key.startswith(ATTRIBUTE_PREFIX)}
    values = [_json(checked.values, attributes) for _, checked in batch]
    keys = [str(one[key_field]) for one in values if one.get(key_field) is not None]
    there = target.present(rollout, keys) if keys else {}
    pairs = [(own, there.get(fold(str(own.get(key_field)))) if there else None) for own in values]
    notes = target.complete(rollout, pairs)
    return [
        _judged(target, key_field, source_row, checked, pair, said)
        for (source_row, checked), pair, said in zip(batch, pairs, notes, strict=True)
    ]


def _judged(
    target: ImportTarget,
    key_field: str,
    source_row: SourceRow,
    checked: CheckedRow,
    pair: Pair,
    said: Sequence[Note],
) -> Judged:
    values, there = pair
    problems: Sequence[Problem] = checked.problems
    if target.key_parts:
        problems = [one for one in problems if not _is_inner(one)]
    verdict: str = checked.verdict
    if checked.importable:
        notes = [*_cut(target, key_field, values), *said]
        problems = [*problems, *(Problem(one.field, one.severity, one.sentence, one.code) for one in notes)]  # type: ignore[arg-type]
        verdict = verdict_of(problems) if problems else verdict
    change, changes = what_changes(values, there) if verdict in LANDING else (RowChange.NONE.value, {})
    return Judged(
        checked.line,
        source_row.cells,
        values,
        [as_kept(one) for one in problems],
        verdict,
        change,
        changes,
        there.subject_id if there else None,
    )


def what_changes(values: JsonValues, there: Present | None) -> tuple[str, dict[str, list[Any]]]:
    """As `compare`; of a new record no changes are kept beside its values, see `changes_of_new`."""
    if there is None:
        return RowChange.CREATE.value, {}
    return compare(values, there)


def changes_of_new(values: JsonValues) -> dict[str, list[Any]]:
    """Return what applying a new record sets, as the changes of a row."""
    return compare(values, None)[1]


def as_kept(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON; `lines` only where there are others it is about."""
    kept = {
        "field": problem.field,
        "severity": problem.severity,
        "sentence": problem.sentence,
        "code": problem.code,
    }
    return kept | {"lines": list(problem.lines)} if problem.lines else kept


def _is_inner(problem: Problem) -> bool:
    """A key made of several fields is our own business: its parts say what is missing."""
    return problem.field == KEY and problem.code != "duplicate"


_PLAIN = frozenset({str, float, int, bool, type(None)})


def _json(values: Values, attributes: Collection[str]) -> JsonValues:
    """Return the values as JSON: dates as text, lists as lists, attributes as facts keep them."""
    if not attributes and _PLAIN.issuperset(map(type, values.values())):
        return dict(values)
    return {
        key: _as_json(plain_value(value) if key in attributes else value) for key, value in values.items()
    }


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _cut(target: ImportTarget, key_field: str, values: JsonValues) -> Iterator[Note]:
    for field, most in target.max_lengths.items():
        text = values.get(field)
        if text is None or type(text) is not str or len(text) <= most:
            continue
        if field == key_field:
            sentence = (
                f"The code “{text[:40]}…” has {len(text)} letters; at most {most} are possible. Shorten it."
            )
            yield Note(field, "rejected", sentence, "key_too_long")
            continue
        values[field] = text[:most].rstrip()
        sentence = f"“{text[:40]}…” has {len(text)} letters and was cut after {most}. Shorten it in the file."
        yield Note(field, "attention", sentence, "too_long")


class Seen:
    """How often each kind of problem was met, with its first sentence."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str, str], list[Any]] = {}

    def add(self, rows: Iterable[Judged]) -> None:
        """Count the problems of some records."""
        for row in rows:
            for one in row.problems:
                self.count(one)

    def count(self, one: dict[str, Any], times: int = 1) -> None:
        """Count one problem."""
        kind = one["severity"], one["field"], one["code"]
        group = self._groups.setdefault(kind, [0, one["sentence"]])
        group[0] += times

    def listed(self) -> list[dict[str, Any]]:
        """The groups, the gravest and most frequent first."""
        gravest = ["rejected", "attention", "notice"]
        ordered = sorted(self._groups.items(), key=lambda pair: (gravest.index(pair[0][0]), -pair[1][0]))
        return [
            {"severity": severity, "field": field, "code": code, "count": count, "sentence": sentence}
            for (severity, field, code), (count, sentence) in ordered
        ]
