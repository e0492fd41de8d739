"""Records as programs send them, turned into rows as an import has them, so that the same rules hold for both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rollout.models import Rollout
from sites.actions.import_judging import as_kept, judge
from sites.actions.import_sites_rows import GROUPS, OWN
from sites.choices import RowVerdict
from sites.facts import ATTRIBUTE_PREFIX
from sites.import_targets import ImportTarget, compare, fold
from sites.imports.checking import Checker, Problem
from sites.imports.source import SourceRow
from sites.imports.target import Target
from sites.models import ImportRow, SiteImport
from sites.put_text import typed

FACTS = "facts"
NULLS = ("latitude", "longitude", *GROUPS)
"""What is null when it is empty, and not an empty text."""
NOT_SENT = ("coordinates",)
"""Fields of an import that only a cell of a spreadsheet needs."""


@dataclass(slots=True)
class Record:
    """One record on its way: what was sent, what is wrong with it already, and which fields it empties."""

    number: int
    sent: Mapping[str, Any]
    cells: dict[str, str] = field(default_factory=dict)
    emptied: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    row: ImportRow | None = None

    @property
    def key(self) -> str:
        """The number of the site, as sent."""
        return self.cells.get("key", "")


def fields_of(pure: Target) -> list[str]:
    """Return the names a record may have, those of facts as ``facts``."""
    own = [one.key for one in pure.fields if not one.key.startswith(ATTRIBUTE_PREFIX)]
    return [*(key for key in own if key not in NOT_SENT), FACTS]


def records_of(pure: Target, sent: Sequence[Any]) -> list[Record]:
    """Read what was sent. A record with a problem keeps it and is not looked at further."""
    records, seen = [], set()
    for number, one in enumerate(sent, 1):
        record = Record(number, one if isinstance(one, Mapping) else {})
        if isinstance(one, Mapping):
            _read(pure, record)
        else:
            record.problems.append(_no("", "A record is an object with the fields of a site.", "no_object"))
        if not record.key and not record.problems:
            record.problems.append(_no("key", "The number of the site is missing.", "missing"))
        if record.key and fold(record.key) in seen:
            record.problems.append(_no("key", f"“{record.key}” is twice in this list.", "duplicate"))
        seen.add(fold(record.key))
        records.append(record)
    return records


def _read(pure: Target, record: Record) -> None:
    known = set(fields_of(pure))
    for name, value in record.sent.items():
        if name not in known:
            record.problems.append(_no(name, f"A site has no field “{name[:60]}”.", "unknown_field"))
        elif name == FACTS:
            _read_facts(pure, record, value)
        elif value in (None, "") and name != "key":
            _empty(record, name)
        elif (text := typed(value)) is not None:
            record.cells[name] = text
        else:
            record.problems.append(_no(name, f"“{name}” is a text or a number.", "wrong_type"))


def _read_facts(pure: Target, record: Record, facts: Any) -> None:
    if not isinstance(facts, Mapping):
        record.problems.append(
            _no(FACTS, "Facts are an object that goes from attribute to value.", "wrong_type")
        )
        return
    known = {one.key for one in pure.fields}
    for name, value in facts.items():
        key = f"{ATTRIBUTE_PREFIX}{name}"
        if key not in known:
            sentence = f"The client has no attribute “{name[:60]}”."
            record.problems.append(_no(f"{FACTS}.{name}", sentence, "unknown_attribute"))
        elif text := typed(value):
            record.cells[key] = text
        else:
            sentence = "A fact has a value. Leave it out to leave it alone, or DELETE it on its own address."
            record.problems.append(_no(f"{FACTS}.{name}", sentence, "wrong_type"))


def _empty(record: Record, name: str) -> None:
    if name in (*OWN, *GROUPS) and name != "name":
        record.emptied.append(name)
    else:
        record.problems.append(_no(name, "This cannot be empty. Leave it out to leave it alone.", "blank"))


def _no(name: str, sentence: str, code: str) -> Problem:
    return Problem(name, "rejected", sentence, code)


def judge_records(rollout: Rollout, target: ImportTarget, pure: Target, records: Sequence[Record]) -> None:
    """Give every record its row: checked like a line of an import, and compared with what is there; a constant number of queries.

    What a record empties is among its changes where something is there.
    """
    named = {name for record in records for name in record.cells}
    columns = [one.key for one in pure.fields if one.key in named | {"key"}]
    checker = Checker(pure, {key: place for place, key in enumerate(columns)})
    sound = [record for record in records if not record.problems]
    source = [SourceRow(record.number, _cells(record, columns)) for record in sound]
    found = SiteImport(rollout=rollout, target=target.key)
    rows = judge(found, target, pure.key_field, [(one, checker.check(one)) for one in source])
    for record, row in zip(sound, rows, strict=True):
        record.row = row
    for record in records:
        if record.row is None:
            record.row = _refused(record, columns)
    _empty_what_is_there(rollout, target, sound)


def _refused(record: Record, columns: Sequence[str]) -> ImportRow:
    return ImportRow(
        line=record.number,
        cells=list(_cells(record, columns)),
        values={"key": record.key},
        verdict=RowVerdict.REJECTED.value,
        problems=[as_kept(one) for one in record.problems],
    )


def _cells(record: Record, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(record.cells.get(name, "") for name in columns)


def _empty_what_is_there(rollout: Rollout, target: ImportTarget, records: Sequence[Record]) -> None:
    """Compare anew with what the rows said and what they empty: an empty cell of an import changes nothing, here it empties."""
    there = target.present(rollout, [record.key for record in records])
    for record in records:
        row = record.row
        if row is None or row.verdict not in (RowVerdict.ACCEPTED, RowVerdict.ATTENTION):
            continue
        present = there.get(fold(str(row.values["key"])))
        row.change, row.changes = compare(row.values, present)
        if present is None:
            continue
        for name in record.emptied:
            before, nothing = present.values.get(name), None if name in NULLS else ""
            if before not in (None, ""):
                row.changes[name] = [before, nothing]
        row.change = "update" if row.changes else "same"


def remarks_of(row: ImportRow) -> Iterator[dict[str, Any]]:
    """Yield what is to be said about a record: field, severity, sentence and code; facts are called ``facts.<key>``."""
    for one in row.problems:
        yield {"field": sent_as(one["field"]), **{key: one[key] for key in ("severity", "sentence", "code")}}


def sent_as(name: str) -> str:
    """Return a field of an import under the name it has in a record."""
    is_fact = name.startswith(ATTRIBUTE_PREFIX)
    return f"{FACTS}.{name.removeprefix(ATTRIBUTE_PREFIX)}" if is_fact else name
