"""Where a site is, by hand."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from sites.place_text import LONGEST, NoPlace, read_place


class PlaceForm(forms.Form):
    """A point: chosen on the map, typed, or pasted with the address of a map page."""

    place = forms.CharField(
        label="Coordinates",
        error_messages={
            "required": "Choose a point on the map, or write latitude and longitude, such as 47.61, -122.33."
        },
        max_length=LONGEST,
        help_text="Latitude and longitude, or the address of a map page that shows the site.",
        widget=forms.TextInput(
            {"placeholder": "47.61, -122.33", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def clean_place(self) -> str:
        """Read it, so that `point` has it."""
        text = str(self.cleaned_data["place"])
        try:
            self._point = read_place(text)
        except NoPlace as error:
            raise ValidationError(str(error)) from error
        return text

    @property
    def point(self) -> tuple[float, float]:
        """Latitude and longitude, once valid."""
        return self._point
