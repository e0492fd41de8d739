"""Which column is what: the second step of an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from sites.choices import AttributeKind
from sites.import_files import KEY_COLUMNS, joined_key
from sites.import_targets import ImportTarget
from sites.imports.target import Field
from sites.models import SiteImport

COLUMN, COLUMNS, MADE = "column", "columns", "made"
KEY_PARTS = ("key_1", "key_2", "key_3")


@dataclass(frozen=True)
class FieldChoice:
    """A field of the target on the mapping page: which column, why it was proposed, and what stands in it."""

    field: Field
    bound: BoundField
    reason: str
    samples: tuple[str, ...]
    required: bool


@dataclass(frozen=True)
class OtherColumn:
    """A column no field takes: what stands in it, whether it becomes an attribute, and of which kind.

    `guess` is the name of the kind its values suggest, `kind` the one chosen instead ("" for the guess).
    """

    number: int
    name: str
    samples: tuple[str, ...]
    ticked: bool
    guess: str
    kind: str


class MappingForm(forms.Form):
    """Which column holds which field, what tells one record from another, and which other columns become attributes."""

    def __init__(self, *args: Any, site_import: SiteImport, target: ImportTarget, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site_import = site_import
        self.target = target.fields(site_import.rollout)
        self.chooses_key = target.make_key is not None
        self.grows = target.grows
        self._makes_key = not site_import.mapping.keys().isdisjoint(target.key_from)
        columns = [(str(number), name) for number, name in enumerate(site_import.columns)]
        for field in self.target.fields:
            self.fields[f"field-{field.key}"] = _column_field(
                columns, field.label, field.help, initial=site_import.mapping.get(field.key)
            )
        if self.chooses_key:
            self._add_key(columns)
        if self.grows:
            self.fields["attributes"] = forms.TypedMultipleChoiceField(
                required=False, coerce=int, choices=columns, widget=forms.CheckboxSelectMultiple
            )

    def _add_key(self, columns: list[tuple[str, str]]) -> None:
        joined = self.site_import.options.get(KEY_COLUMNS) or []
        one = self.site_import.mapping.get(self.target.key_field)
        mode = COLUMNS if joined else COLUMN if one is not None or not self._makes_key else MADE
        choices = [(COLUMN, "One column"), (COLUMNS, "Several columns together"), (MADE, "No column")]
        self.fields["key_mode"] = forms.ChoiceField(choices=choices, required=False, initial=mode)
        for place, name in enumerate(KEY_PARTS):
            label = ("First", "then", "then")[place]
            initial = joined[place] if place < len(joined) else None
            self.fields[name] = _column_field(columns, label, "", initial=initial, empty="–")

    def clean(self) -> dict[str, Any]:
        """A key of several columns has at least two; one of one column has that."""
        data = super().clean() or {}
        if not self.chooses_key or self.errors:
            return data
        mode = data.get("key_mode")
        if mode == COLUMNS and len(self._parts(data)) < 2:
            self.add_error("key_mode", "Choose at least two columns, or let one column be enough.")
        if mode == COLUMN and data.get(f"field-{self.target.key_field}") is None:
            self.add_error(
                "key_mode", "Choose the column that tells one from another, or one of the other ways."
            )
        return data

    def _parts(self, data: dict[str, Any]) -> list[int]:
        chosen = [data[name] for name in KEY_PARTS if data.get(name) is not None]
        return list(dict.fromkeys(chosen))

    @property
    def key_columns(self) -> list[int]:
        """The columns that make the key together, once valid; empty when it is one column, or made."""
        together = self.chooses_key and self.cleaned_data.get("key_mode") == COLUMNS
        return self._parts(self.cleaned_data) if together else []

    @property
    def mapping(self) -> dict[str, int]:
        """Field key to column, once valid."""
        other = self.chooses_key and self.cleaned_data.get("key_mode") in (COLUMNS, MADE)
        return {
            field.key: column
            for field in self.target.fields
            if (column := self.cleaned_data.get(f"field-{field.key}")) is not None
            and not (other and field.key == self.target.key_field)
        }

    @property
    def new_attributes(self) -> dict[int, str]:
        """Columns that become attributes, with their kinds; one that was mapped to a field meanwhile does not."""
        mapped = set(self.mapping.values())
        chosen = self.cleaned_data.get("attributes") or []
        return {column: self._kind(column) for column in chosen if column not in mapped}

    def _kind(self, column: int) -> str:
        kind = self.data.get(f"kind-{column}", "")
        return str(kind) if kind in AttributeKind.values else ""

    def lines(self) -> list[FieldChoice]:
        """The fields in order, each with its proposal's reason and samples of the chosen column."""
        rest = [field for field in self.target.fields if not self._is_key(field)]
        return [self.line(field.key) for field in rest]

    @property
    def found_lines(self) -> list[FieldChoice]:
        """The fields that have a column, and those no record can land without."""
        return [line for line in self.lines() if line.bound.value() not in (None, "") or line.required]

    @property
    def missing_lines(self) -> list[FieldChoice]:
        """The other fields."""
        return [line for line in self.lines() if line.bound.value() in (None, "") and not line.required]

    def _is_key(self, field: Field) -> bool:
        return self.chooses_key and field.key == self.target.key_field

    @property
    def key_line(self) -> FieldChoice:
        """The field of the key, for a target that lets one choose it."""
        return self.line(self.target.key_field)

    @property
    def key_parts(self) -> list[BoundField]:
        """The fields in which columns are chosen that make the key together."""
        return [self[name] for name in KEY_PARTS]

    @property
    def mode(self) -> str:
        """How the key is chosen now."""
        return str(self["key_mode"].value() or COLUMN)

    def joined_samples(self) -> tuple[str, ...]:
        """The first keys that the chosen columns make together."""
        columns = [column for name in KEY_PARTS if (column := self._column(name)) is not None]
        rows = self.site_import.reading.get("samples", []) if len(columns) > 1 else []
        return tuple(joined_key(row, columns) for row in rows)

    def line(self, key: str) -> FieldChoice:
        """One field; `KeyError` when the target has none of that key."""
        field = self.target.field(key)
        bound = self[f"field-{key}"]
        column = self._column(f"field-{key}")
        proposal = self.site_import.reading.get("proposals", {}).get(key)
        reason = proposal[1] if proposal and proposal[0] == column else ""
        return FieldChoice(field, bound, reason, self.samples(column), field.required)

    def _column(self, name: str) -> int | None:
        """The column chosen in a field of the form, or proposed; None for none or one that is not there."""
        value = self[name].value()
        text = "" if value is None else str(value)
        known = text.isdecimal() and int(text) < len(self.site_import.columns)
        return int(text) if known else None

    def samples(self, column: int | None) -> tuple[str, ...]:
        """The first cells of a column."""
        rows: Sequence[Sequence[str]] = self.site_import.reading.get("samples", [])
        return tuple(row[column] for row in rows if column < len(row)) if column is not None else ()

    def unmapped(self) -> list[OtherColumn]:
        """Columns no field takes."""
        taken = {self._column(f"field-{field.key}") for field in self.target.fields}
        if self.chooses_key:
            taken |= {self._column(name) for name in KEY_PARTS}
        ticked = {str(one) for one in (self["attributes"].value() or [])} if self.grows else set()
        return [
            OtherColumn(number, name, self.samples(number), str(number) in ticked, *self._kinds(number))
            for number, name in enumerate(self.site_import.columns)
            if number not in taken
        ]

    def _kinds(self, column: int) -> tuple[str, str]:
        kinds = self.site_import.reading.get("kinds") or []
        guess = kinds[column] if column < len(kinds) else AttributeKind.TEXT
        return str(AttributeKind(guess).label), self._kind(column)


def _column_field(
    columns: list[tuple[str, str]],
    label: str,
    help_text: str,
    *,
    initial: int | None,
    empty: str = "Not in this file",
) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", empty), *columns],
        initial="" if initial is None else initial,
    )
