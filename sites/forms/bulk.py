"""Choosing many sites and what to do with them."""

from __future__ import annotations

from typing import Any

from django import forms

from rollout.forms import DateInput
from rollout.models import Rollout, Wave
from sites import queries
from sites.forms.attributes import clean_value, value_field
from sites.forms.sites import TimeInput, WindowForm
from sites.models import Attribute

CHANGES = {
    "wave": "Put into a wave",
    "priority": "Set priority",
    "windows": "Set access hours",
    "fact": "Set a fact",
}


class BulkForm(forms.Form):
    """What to do with the chosen sites; its fields follow from `change`, a key of `CHANGES`."""

    def __init__(
        self, *args: Any, rollout: Rollout, change: str, attribute: Attribute | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.change, self.attribute, self.rollout = change, attribute, rollout
        getattr(self, f"_for_{change}")()

    def _for_wave(self) -> None:
        waves = queries.waves_of(self.rollout)
        choices = [("none", "No wave"), *((str(wave.pk), str(wave)) for wave in waves)]
        self.fields["wave"] = forms.ChoiceField(
            label="Wave", choices=[("", "Choose"), *choices], error_messages={"required": "Choose a wave."}
        )
        self.waves = {str(wave.pk): wave for wave in waves}

    def _for_priority(self) -> None:
        self.fields["priority"] = forms.TypedChoiceField(
            label="Priority",
            coerce=int,
            choices=[
                (n, f"{n}{' · first' if n == 1 else ' · last' if n == 9 else ''}") for n in range(1, 10)
            ],
            initial=5,
            help_text="Among the sites of a wave, a lower number is scheduled first.",
        )

    def _for_windows(self) -> None:
        for name in ("days", "opens", "closes"):
            self.fields[name] = WindowForm.base_fields[name]
        self.fields["opens"].widget, self.fields["closes"].widget = TimeInput(), TimeInput()

    def _for_fact(self) -> None:
        if self.attribute is not None:
            self.fields["value"] = value_field(self.attribute)
            self.fields["observed_on"] = forms.DateField(label="Seen on", widget=DateInput())

    def clean(self) -> dict[str, Any]:
        """Read the value; a window has a length."""
        data = super().clean() or {}
        if self.change == "fact" and self.attribute is not None and data.get("value"):
            try:
                data["value"] = clean_value(self.attribute, str(data["value"]))
            except forms.ValidationError as error:
                self.add_error("value", error)
        if data.get("opens") is not None and data.get("opens") == data.get("closes"):
            self.add_error("closes", "“From” and “to” are the same. For the whole day write 00:00 to 23:59.")
        return data


class ExistingSitesForm(forms.Form):
    """Where sites that come into the rollout go."""

    wave = forms.ModelChoiceField(
        label="Wave", queryset=Wave.objects.none(), required=False, empty_label="No wave yet"
    )

    def __init__(self, *args: Any, rollout: Rollout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wave"].queryset = queries.waves_of(rollout)  # type: ignore[attr-defined]
