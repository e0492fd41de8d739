"""What people type about technicians: validated, never saved here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import available_timezones

from django import forms

from rollout.forms import DateInput
from technicians.models import Technician, TimeOff
from technicians.working_hours import NotUnderstood, hours_text, read_hours, read_skills, skills_text


class TechnicianForm(forms.ModelForm):
    """How to reach somebody, where they start, what they can do, when they work."""

    hours = forms.CharField(
        label="Shifts",
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="On their own clock, one line each, such as Mon–Fri 20:00–06:00. The end may be the next morning.",
    )
    abilities = forms.CharField(
        label="Skills",
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="One a line; a certificate with its last day: Working at height until 2027-03-01.",
    )

    class Meta:
        model = Technician
        fields = (
            *("name", "phone", "email", "home_city", "latitude", "longitude", "time_zone"),
            *("radius_km", "max_minutes_per_day", "is_active"),
        )
        labels = {"is_active": "Active: may be planned"}
        help_texts = {
            "radius_km": "As the crow flies, from the base.",
            "max_minutes_per_day": "Work and driving together.",
            "time_zone": "Such as America/Chicago; the shifts are read in it.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            shifts = [(shift.weekday, shift.starts, shift.ends) for shift in self.instance.shifts.all()]
            held = [(row.skill.name, row.valid_until) for row in self.instance.skills.all()]
            self.initial.setdefault("hours", hours_text(shifts, between="\n"))
            self.initial.setdefault("abilities", skills_text(held))

    def clean_hours(self) -> Any:
        """Read the shifts."""
        return _read(read_hours, self.cleaned_data["hours"])

    def clean_abilities(self) -> Any:
        """Read the skills."""
        return _read(read_skills, self.cleaned_data["abilities"])

    def clean_time_zone(self) -> str:
        """Only zones that exist."""
        zone: str = self.cleaned_data["time_zone"]
        if zone and zone not in available_timezones():
            raise forms.ValidationError(f"“{zone}” is no time zone. Write it as America/Chicago.")
        return zone

    def clean(self) -> dict[str, Any]:
        """A base has both coordinates, or neither is known."""
        data = super().clean() or {}
        both = (data.get("latitude"), data.get("longitude"))
        if "latitude" not in self.errors and "longitude" not in self.errors and both.count(None) == 1:
            self.add_error("longitude", "Give both latitude and longitude, or neither.")
        for name, most in (("latitude", 90), ("longitude", 180)):
            if data.get(name) is not None and abs(data[name]) > most:
                self.add_error(name, f"Degrees go from −{most} to {most}.")
        return data


def _read(reader: Callable[[str], Any], text: str) -> Any:
    try:
        return reader(text)
    except NotUnderstood as problem:
        raise forms.ValidationError(str(problem)) from problem


class TimeOffForm(forms.ModelForm):
    """Days, both included, on which somebody does not work."""

    class Meta:
        model = TimeOff
        fields = ("first_day", "last_day", "note")
        widgets = {"first_day": DateInput(), "last_day": DateInput()}
        labels = {"first_day": "First day", "last_day": "Last day", "note": "Note"}

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        data = super().clean() or {}
        if data.get("first_day") and data.get("last_day") and data["last_day"] < data["first_day"]:
            self.add_error("last_day", "The last day is before the first. Correct one of the two.")
        return data
