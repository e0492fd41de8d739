"""What the import wizard can import into: a registry that apps above this one add to.

The wizard reads, maps, checks, previews, applies and undoes; a target knows its fields, finds what is there already, and
writes. Register one from the `ready` of an app's configuration::

    register(ImportTarget(key="technicians", label="Technicians", …))
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from rollout.models import Rollout, User, Wave
from rollout.permissions import Permission
from sites.choices import RowChange
from sites.imports.checking import MakeKey
from sites.imports.target import Field, Target
from sites.models import ImportRow

JsonValues = dict[str, Any]

KEY = "key"
KEY_MARK = " · "

ENROLLED = "enrolled"
"""In the changes of a row: it comes into the rollout by this import."""


@dataclass(frozen=True, slots=True)
class Present:
    """What is there already under a key: its id, its values by field key, and whether the rollout has it."""

    subject_id: int
    values: JsonValues
    enrolled: bool


@dataclass(frozen=True, slots=True)
class Note:
    """Something a target has to say about a row beyond what checking its cells found."""

    field: str
    severity: str
    sentence: str
    code: str


Pair = tuple[JsonValues, Present | None]


@dataclass(slots=True)
class Batch:
    """The rows to write, all in one transaction.

    Attributes
    ----------
    creates, updates:
        Rows with `changes` settled; `apply` sets `subject_id` on the created ones.
    wave:
        Where newly enrolled sites go; None for no wave, or a target without waves.
    bulk_id:
        Of the audit entries.
    source:
        Name of the file, for the audit.
    same:
        Rows that change nothing; what they say again may confirm what is known.
    confirmed:
        Counts the facts confirmed so; `apply` adds to it.
    """

    rollout: Rollout
    creates: list[ImportRow]
    updates: list[ImportRow]
    wave: Wave | None
    by: User
    at: datetime
    today: date
    bulk_id: uuid.UUID
    source: str
    same: Sequence[ImportRow] = ()
    confirmed: int = 0


@dataclass(slots=True)
class UndoBatch:
    """The rows an import created or changed, to be put back in one transaction.

    `applied_at` is when it was applied: what people did since stays. `bulk_id` is that of the entries applying wrote.
    """

    rollout: Rollout
    created: list[ImportRow]
    updated: list[ImportRow]
    by: User
    at: datetime
    applied_at: datetime
    bulk_id: uuid.UUID


@dataclass(slots=True)
class Undone:
    """What undoing did. `stays` are ``(name, why)`` of what could not be put back."""

    removed: int = 0
    restored: int = 0
    stays: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ImportTarget:
    """One thing the wizard can import.

    Attributes
    ----------
    key:
        Stable name, at most 20 letters.
    label, noun, plural:
        "Sites", "site", "sites".
    permission:
        What one must be allowed to do in the rollout.
    fields:
        The pure target for a rollout; it may depend on the client, whose attributes are fields of a site.
    present:
        ``(rollout, keys)`` to what is there, by the key in lower case (`fold`). A constant number of queries.
    complete:
        Given ``(rollout, rows)``, each row its values and what is there (None for a new record): adds what follows from
        other values, in place, and returns what is to be said about each row. A note of severity "rejected" keeps it out.
    apply, undo:
        Write. Both run inside the wizard's transaction.
    list_url:
        The page that shows what was imported.
    example:
        Rows of the template file, by field key.
    make_key, key_from:
        For files without a column of codes: makes one, from any of these fields.
    key_parts:
        When one field does not tell two records apart: those that do together, at least the required ones filled. Their
        values joined by `KEY_MARK` are then the key that `present` is asked for.
    a_row:
        What one row of the list is, as a sentence: "One row for each site."
    takes_wave:
        Whether newly enrolled ones can go into a wave.
    grows:
        Whether unmapped columns can become attributes.
    max_lengths:
        The most letters of a field; longer texts are cut, and a longer key is refused.
    """

    key: str
    label: str
    noun: str
    plural: str
    permission: Permission
    fields: Callable[[Rollout], Target]
    present: Callable[[Rollout, Sequence[str]], dict[str, Present]]
    complete: Callable[[Rollout, Sequence[Pair]], list[list[Note]]]
    apply: Callable[[Batch], None]
    undo: Callable[[UndoBatch], Undone]
    list_url: Callable[[Rollout], str]
    example: tuple[Mapping[str, str], ...]
    make_key: MakeKey | None = None
    key_from: tuple[str, ...] = ()
    key_parts: tuple[str, ...] = ()
    a_row: str = ""
    takes_wave: bool = False
    grows: bool = False
    max_lengths: Mapping[str, int] = field(default_factory=dict)


_TARGETS: dict[str, ImportTarget] = {}


def register(target: ImportTarget) -> None:
    """Add a target; registering a key again replaces it."""
    _TARGETS[target.key] = target


def target_called(key: str) -> ImportTarget:
    """Return the target with this key; `KeyError` when no app registered it."""
    return _TARGETS[key]


def targets() -> tuple[ImportTarget, ...]:
    """Return all registered targets, in the order of registration."""
    return tuple(_TARGETS.values())


def checked_target(target: ImportTarget, rollout: Rollout) -> tuple[Target, MakeKey | None]:
    """Return the pure target to check with, and how to make a key that no column holds."""
    pure = target.fields(rollout)
    parts = target.key_parts
    if not parts:
        return pure, target.make_key

    needed = [part for part in parts if pure.field(part).required]

    def joined(values: Mapping[str, Any]) -> str:
        if not all(values.get(part) for part in needed):
            return ""
        return KEY_MARK.join(_part(values.get(part)) for part in parts)

    key = Field(KEY, target.label, "text")
    return replace(pure, key_field=KEY, fields=(key, *pure.fields)), joined


def _part(value: Any) -> str:
    return value.isoformat("minutes") if isinstance(value, time) else str(value or "")


def fold(key: str) -> str:
    """Return a key as it is compared: case does not tell two records apart."""
    return key.casefold()


def compare(values: JsonValues, present: Present | None) -> tuple[str, dict[str, list[Any]]]:
    """Return what applying a row would do: a `RowChange` and ``{field: [before, after]}``.

    An empty cell changes nothing: files that leave a column blank must not wipe out what is known.
    """
    if present is None:
        return RowChange.CREATE.value, {
            key: [None, value] for key, value in values.items() if value is not None
        }
    changes = {
        key: [present.values.get(key), value]
        for key, value in values.items()
        if value is not None and present.values.get(key) != value
    }
    if not present.enrolled:
        changes[ENROLLED] = [False, True]
    return (RowChange.UPDATE if changes else RowChange.SAME).value, changes
