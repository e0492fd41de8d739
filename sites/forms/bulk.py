"""Choosing many sites and what to do with them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Any

from django import forms

from rollout.forms import DateInput
from rollout.models import Rollout, Wave
from sites import queries
from sites.cells import FACT, SAID, Column, Place
from sites.forms.attributes import clean_value, value_field
from sites.forms.sites import TimeInput, WindowForm
from sites.models import Attribute
from sites.queries.bulk import Change

CHANGES = {
    "wave": "Put into a wave",
    "priority": "Set priority",
    "region": "Set region",
    "format": "Set format",
    "windows": "Set access hours",
    "zone": "Set time zone",
    "fact": "Set a fact",
    "forget": "Forget a fact",
    "leave": "Take out of the rollout",
}
COLUMNS = {
    "wave": "wave",
    "priority": "priority",
    "region": "territory",
    "format": "format",
    "zone": "time_zone",
    "windows": "windows",
    "leave": "rollout",
}
ABOUT_FACTS = ("fact", "forget")
NONE = "none"
_NOWHERE = Place(0, 0, "", "", "")


def _column_key(change: str, attribute: Attribute | None) -> str:
    if attribute is None:
        return COLUMNS[change]
    return f"{FACT if change == 'fact' else SAID}{attribute.key}"


class BulkForm(forms.Form):
    """What to do with the chosen sites, and why; its fields follow from `change`, a key of `CHANGES`.

    `columns` are those of `sites.cells.columns_of`; changes about facts need an `attribute`. What is to be done is
    `change_to_do` once the form is valid.
    """

    use_required_attribute = False  # hours are not needed once there is no access

    def __init__(
        self,
        *args: Any,
        change: str,
        columns: Mapping[str, Column],
        attribute: Attribute | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.change, self.attribute = change, attribute
        self.column = columns[_column_key(change, attribute)]
        getattr(self, f"_for_{change}", self._for_choice)()
        self.fields["reason"] = forms.CharField(
            label="Why",
            required=False,
            max_length=300,
            help_text="Kept in the history of each site. May stay empty.",
        )

    def _for_choice(self) -> None:
        column = self.column
        what = column.label.lower()
        choices = [("", "Choose"), (NONE, f"No {what}"), *((str(raw), text) for raw, text in column.choices)]
        self.fields["value"] = forms.ChoiceField(
            label=column.label, choices=choices, error_messages={"required": f"Choose a {what}."}
        )

    def _for_priority(self) -> None:
        ends = {1: " · first", 9: " · last"}
        self.fields["value"] = forms.TypedChoiceField(
            label="Priority",
            coerce=int,
            choices=[(n, f"{n}{ends.get(n, '')}") for n in range(1, 10)],
            initial=5,
            help_text="Among the sites of a wave, a lower number is scheduled first.",
        )

    def _for_windows(self) -> None:
        for name in ("days", "opens", "closes"):
            self.fields[name] = deepcopy(WindowForm.base_fields[name])
        for name in ("opens", "closes"):
            self.fields[name].widget = TimeInput()
            self.fields[name].required = "closed" not in self.data
        self.fields["closed"] = forms.BooleanField(label="No access on these days", required=False)

    def _for_zone(self) -> None:
        self.fields["value"] = forms.CharField(
            label="Time zone",
            max_length=64,
            help_text="A name such as America/Chicago. Times that are booked stay the same moments.",
            error_messages={"required": "Write a time zone, such as America/Chicago."},
        )

    def _for_fact(self) -> None:
        if self.attribute is not None:
            self.fields["value"] = value_field(self.attribute)
            self.fields["observed_on"] = forms.DateField(label="Seen on", widget=DateInput())

    def _for_forget(self) -> None:
        """Nothing more to say than which fact."""

    def _for_leave(self) -> None:
        """Nothing more to say than why."""

    def clean(self) -> dict[str, Any]:
        """Read the value as the column understands it; a window has a length."""
        data = super().clean() or {}
        if self.change == "zone" and data.get("value"):
            try:
                data["value"] = self.column.read(data["value"], _NOWHERE)
            except ValueError as error:
                self.add_error("value", str(error))
        if self.change == "fact" and self.attribute is not None and data.get("value"):
            try:
                data["value"] = clean_value(self.attribute, str(data["value"]))
            except forms.ValidationError as error:
                self.add_error("value", error)
        same = data.get("opens") is not None and data.get("opens") == data.get("closes")
        if same and not data.get("closed"):
            self.add_error("closes", "“From” and “to” are the same. For the whole day write 00:00 to 23:59.")
        return data

    @property
    def change_to_do(self) -> Change:
        """What the valid form asks for."""
        data = self.cleaned_data
        if self.change == "windows":
            days = tuple(sorted(data["days"]))
            hours = [] if data["closed"] else [f"{data['opens']:%H:%M}", f"{data['closes']:%H:%M}"]
            return Change("windows", [[day, *hours] for day in days] if hours else [], days)
        if self.change == "forget":
            return Change(self.column.key, [])
        if self.change == "leave":
            return Change(self.column.key)
        if self.change == "fact":
            seen: date = data["observed_on"]
            return Change(self.column.key, [data["value"], seen.isoformat()])
        if self.change in ("priority", "zone"):
            return Change(self.column.key, data["value"])
        return Change(self.column.key, None if data["value"] == NONE else int(data["value"]))


class ExistingSitesForm(forms.Form):
    """Where sites that come into the rollout go."""

    wave = forms.ModelChoiceField(
        label="Wave", queryset=Wave.objects.none(), required=False, empty_label="No wave yet"
    )

    def __init__(self, *args: Any, rollout: Rollout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wave"].queryset = queries.waves_of(rollout)  # type: ignore[attr-defined]
