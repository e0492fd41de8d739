"""What the rows of a file should become: a target is a list of typed fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text",
    "code",
    "country",
    "region",
    "latitude",
    "longitude",
    "coordinates",
    "time_zone",
    "postal_code",
    "phone",
    "email",
    "integer",
    "number",
    "boolean",
    "date",
    "time",
    "list",
]
"""What a value means. "coordinates" is one cell with both latitude and longitude; its parts land in
the target's latitude and longitude fields."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a row can tell.

    Attributes
    ----------
    key:
        Stable name in code.
    label:
        What a person reads.
    kind:
        How the cell is read and checked.
    required:
        A row that leaves it empty is rejected.
    synonyms:
        Other names a column may have, in any language, best first.
    help:
        A sentence under the label.
    choices:
        When not empty, the only texts allowed; compared without regard to case.
    """

    key: str
    label: str
    kind: Kind
    required: bool = False
    synonyms: tuple[str, ...] = ()
    help: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of record that can be imported.

    Attributes
    ----------
    key, label:
        Stable name, and what a person reads ("site").
    key_field:
        Key of the field that tells one record from another.
    fields:
        In the order a person should see them.

    Raises
    ------
    ValueError
        Two fields share a key, or `key_field` is none of them.
    """

    key: str
    label: str
    key_field: str
    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        keys = [field.key for field in self.fields]
        if len(set(keys)) != len(keys):
            raise ValueError(f"Two fields of target {self.key!r} have the same key.")
        if self.key_field not in keys:
            raise ValueError(f"Target {self.key!r} has no field {self.key_field!r}.")

    def field(self, key: str) -> Field:
        """Return the field called `key`; `KeyError` if there is none."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)

    def of_kind(self, kind: Kind) -> Field | None:
        """Return the first field of a kind, if any."""
        return next((field for field in self.fields if field.kind == kind), None)
