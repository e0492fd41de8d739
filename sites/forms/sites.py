"""One site: its own fields, contacts and hours."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rollout.models import Rollout, Wave
from sites import queries
from sites.choices import GroupKind, Weekday
from sites.imports.countries import country_code
from sites.imports.degrees import read_degrees
from sites.imports.site_target import SITE_TARGET
from sites.imports.values import read
from sites.models import Site, SiteGroup


class TimeInput(forms.TimeInput):
    """The browser's own time picker."""

    input_type = "time"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)


class DegreesField(forms.CharField):
    """Degrees as people paste them: a decimal point or comma, or degrees, minutes and seconds."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.most = most

    def prepare_value(self, value: Any) -> Any:
        """Show what is stored without losing digits."""
        return f"{value:.7f}".rstrip("0").rstrip(".") if isinstance(value, float) else value

    def clean(self, value: Any) -> float | None:
        """Return degrees, or None for nothing."""
        text = super().clean(value)
        if not text:
            return None
        found = read_degrees(text)
        if found is None or abs(found.degrees) > self.most:
            raise ValidationError(f"Write degrees between -{self.most} and {self.most}, such as 47.6062.")
        return found.degrees


_PAIRS = (
    re.compile(r"\s*(?P<lat>[^,;]*[NSns])[\s,;]+(?P<lon>[^,;]*[EWew])\s*"),
    re.compile(r"\s*\(?(?P<lat>[-+]?\d[\d.,]*)\s*[,;]\s+(?P<lon>[-+]?\d[\d.,]*)\)?\s*"),
    re.compile(r"\s*\(?(?P<lat>[-+]?\d+\.\d+)\s*[,;\s]\s*(?P<lon>[-+]?\d+\.\d+)\)?\s*"),
)


def _split_pair(data: Any) -> Any:
    """Two coordinates pasted into the first field go into both, as the map applications copy them."""
    text = data.get("latitude", "") if data else ""
    found = next((match for pair in _PAIRS if (match := pair.fullmatch(text))), None)
    if found is None:
        return data
    split = data.copy()
    split["latitude"], split["longitude"] = found["lat"].strip(), found["lon"].strip()
    return split


class GroupField(forms.ChoiceField):
    """A region or format of the client's, named with all that it lies in; None where there is none."""

    def __init__(self, groups: Sequence[SiteGroup], label: str) -> None:
        choices = [("", "None"), *((str(group.pk), group.path) for group in groups)]
        super().__init__(choices=choices, required=False, label=label)
        self.by_pk = {str(group.pk): group for group in groups}

    def clean(self, value: Any) -> SiteGroup | None:
        """Return the group itself."""
        return self.by_pk.get(super().clean(value))


class SiteForm(forms.ModelForm):
    """A site's own fields; a new one can go into a wave at once."""

    country = forms.CharField(
        label="Country", required=False, max_length=60, help_text="A name or two letters."
    )
    latitude = DegreesField(
        most=90, label="Latitude", help_text="Or paste both here, such as 47.6062, -122.3321."
    )
    longitude = DegreesField(most=180, label="Longitude")
    time_zone = forms.CharField(
        label="Time zone",
        required=False,
        max_length=64,
        help_text="Such as America/Chicago. Left empty, it follows from the coordinates.",
        widget=forms.TextInput(attrs={"list": "zones"}),
    )
    wave = forms.ModelChoiceField(
        label="Wave", queryset=Wave.objects.none(), required=False, empty_label="No wave yet"
    )

    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=500,
        help_text="Kept in the site’s history, such as “the manager called”.",
    )

    class Meta:
        model = Site
        fields = (
            "key",
            "name",
            "street",
            "city",
            "region",
            "postal_code",
            "country",
            "latitude",
            "longitude",
            "time_zone",
            "phone",
            "opening_hours",
            "access_notes",
            "territory",
            "format",
        )
        labels = {"region": "State or province"}
        widgets = {"access_notes": forms.Textarea({"rows": 3})}
        error_messages = {
            "key": {"required": "Give the client’s own number or code of the site."},
            "name": {"required": "Give a name, such as the street and the city."},
        }

    def __init__(self, data: Any = None, *, rollout: Rollout, **kwargs: Any) -> None:
        super().__init__(_split_pair(data), **kwargs)
        self.rollout = rollout
        for name, kind in (("territory", GroupKind.REGION), ("format", GroupKind.FORMAT)):
            groups = queries.groups_of(rollout.client_id, kind)
            self.fields[name] = GroupField(groups, label=str(kind.label))
            if not groups:
                del self.fields[name]
        if self.instance.pk:
            del self.fields["wave"]
        else:
            self.fields["wave"].queryset = queries.waves_of(rollout)  # type: ignore[attr-defined]

    def clean_key(self) -> str:
        """The number, read as in a list: it is part of the address of the site's page."""
        key: str = self.cleaned_data["key"]
        reading = read(SITE_TARGET.field("key"), key)
        if reading.value is None and reading.remark is not None:
            raise ValidationError(reading.remark.sentence)
        return key

    def clean_country(self) -> str:
        """Accept any common spelling and keep the code."""
        text = self.cleaned_data["country"].strip()
        code = country_code(text) if text else ""
        if code is None:
            raise ValidationError(
                f"“{text}” is not a country we know. Write its name or two letters, such as US."
            )
        return code

    def clean_time_zone(self) -> str:
        """Only names that Python's own zone data knows, so that times can be shown."""
        text = self.cleaned_data["time_zone"].strip().replace(" ", "_")
        names = {name.casefold(): name for name in zoneinfo.available_timezones()}
        if text and text.casefold() not in names:
            raise ValidationError(f"“{text}” is not a time zone. Write a name such as America/Chicago.")
        return names.get(text.casefold(), "")

    def clean(self) -> dict[str, Any]:
        """A point has two coordinates; a site without a name goes by its place."""
        data = super().clean() or {}
        if (data.get("latitude") is None) != (data.get("longitude") is None) and not self.errors:
            missing = "latitude" if data.get("latitude") is None else "longitude"
            self.add_error(missing, "Give both latitude and longitude, or neither.")
        return data

    def typed(self) -> dict[str, str]:
        """What stands in the fields, as text: what two people wrote can be compared by it."""
        return {
            name: str(value if (value := self[name].value()) is not None else "")
            for name in self.fields
            if name != "reason"
        }

    def in_words(self, name: str, text: str) -> str:
        """What stands in a field as people read it: a region by its name."""
        choices = getattr(self.fields[name], "choices", ())
        return next((str(label) for value, label in choices if str(value) == text), text)

    def validate_unique(self) -> None:
        """The action looks for twins under a lock, whatever their case, and says where they are."""


class WindowForm(forms.Form):
    """Hours in which one may come, for some weekdays at once."""

    days = forms.TypedMultipleChoiceField(
        label="Days",
        coerce=int,
        choices=[(day.value, str(day.label)[:3]) for day in Weekday],
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        error_messages={"required": "Choose at least one day."},
    )
    opens = forms.TimeField(
        label="From",
        widget=TimeInput(),
        help_text="In the site’s own clock.",
        error_messages={"required": "From when? Write it as 21:00."},
    )
    closes = forms.TimeField(
        label="To",
        widget=TimeInput(),
        help_text="At or before “from” means the next morning.",
        error_messages={"required": "Until when? Write it as 05:00."},
    )
    replace = forms.BooleanField(
        label="Instead of the other hours of these days", required=False, initial=True
    )

    def clean(self) -> dict[str, Any]:
        """A window has a length."""
        data = super().clean() or {}
        if data.get("opens") is not None and data.get("opens") == data.get("closes"):
            self.add_error("closes", "“From” and “to” are the same. For the whole day write 00:00 to 23:59.")
        return data
