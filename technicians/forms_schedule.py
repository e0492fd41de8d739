"""What people type to schedule: validated, never saved here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms

from rollout.forms import DateInput
from rollout.models import Wave
from sites.models import Site
from technicians.actions.schedule import QUICK, THOROUGH
from technicians.models import Technician
from technicians.problems import starts_at_site


class ProposeForm(forms.Form):
    """Which waves, and how long to look for a better plan."""

    waves = forms.ModelMultipleChoiceField(
        queryset=Wave.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one wave."},
    )
    seconds = forms.TypedChoiceField(
        label="How long to look",
        coerce=int,
        choices=((QUICK, "A few seconds"), (THOROUGH, "Up to a minute, for fewer kilometres")),
        initial=QUICK,
        required=False,
    )

    def __init__(self, *args: Any, waves: Iterable[Wave], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["waves"].queryset = Wave.objects.filter(pk__in=[wave.pk for wave in waves])  # type: ignore[attr-defined]

    def clean_seconds(self) -> int:
        """Nothing chosen is the quick way."""
        return self.cleaned_data["seconds"] or QUICK


class TimeInput(forms.TimeInput):
    """The browser's own time picker."""

    input_type = "time"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)


class BookingForm(forms.Form):
    """When on the site's clock, and who: one field for each person the packet asks for, the lead first."""

    day = forms.DateField(label="Day", widget=DateInput())
    clock = forms.TimeField(label="Start", widget=TimeInput())

    def __init__(
        self, *args: Any, site: Site, team: Sequence[Technician], crew: int = 1, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.site, self.crew = site, max(1, crew)
        choices = [("", "Choose…"), *((str(one.pk), f"{one.name} · {one.provider.name}") for one in team)]
        self.by_pk = {str(one.pk): one for one in team}
        for place in range(self.crew):
            label = "Technician" if self.crew == 1 else ("Lead" if place == 0 else f"Technician {place + 1}")
            self.fields[f"technician_{place}"] = forms.ChoiceField(label=label, choices=choices)

    def clean(self) -> dict[str, Any]:
        """Nobody twice; the moment is read on the site's clock."""
        data = super().clean() or {}
        chosen = [data[name] for name in self.crew_names if data.get(name)]
        if len(set(chosen)) < len(chosen):
            self.add_error(self.crew_names[-1], "The same technician is chosen twice. Choose somebody else.")
        if data.get("day") and data.get("clock"):
            data["starts_at"] = starts_at_site(self.site, data["day"], data["clock"])
        data["technicians"] = [self.by_pk[pk] for pk in chosen]
        return data

    @property
    def crew_names(self) -> list[str]:
        """The names of the fields for people."""
        return [f"technician_{place}" for place in range(self.crew)]


def booking_initial(site: Site, starts_at: datetime | None, technicians: Sequence[int]) -> dict[str, Any]:
    """Return what a booking form starts with."""
    local = starts_at.astimezone(site.zone) if starts_at else None
    crew = {f"technician_{place}": str(pk) for place, pk in enumerate(technicians)}
    return {"day": local.date(), "clock": local.time(), **crew} if local else crew


class CancelForm(forms.Form):
    """Why a visit does not take place."""

    reason = forms.CharField(label="Why", max_length=300, widget=forms.Textarea({"rows": 2}))
