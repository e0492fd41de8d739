"""Attributes and facts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rollout.forms import DateInput
from sites.asking.words import LANGUAGES
from sites.choices import AttributeKind
from sites.facts import FactValue, read_value
from sites.models import Attribute

ASKING = ("question", "hint", "wants_picture")


class AttributeForm(forms.Form):
    """Define or change an attribute, and how sites are asked for it; its key stays once it is defined."""

    label = forms.CharField(
        label="Name",
        max_length=80,
        help_text="Such as Ceiling height.",
        error_messages={"required": "Name the attribute."},
    )
    kind = forms.ChoiceField(label="Kind", choices=AttributeKind.choices)
    choices = forms.CharField(
        label="Choices",
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="For one of a list: one choice a line.",
    )
    unit = forms.CharField(label="Unit", max_length=20, required=False, help_text="For numbers, such as ft.")
    shelf_life_days = forms.IntegerField(
        label="Goes stale after days",
        required=False,
        min_value=1,
        max_value=36_500,
        help_text="Empty: never. A stale fact blocks a packet that depends on it until somebody looks again.",
    )
    key = forms.SlugField(
        label="Key",
        max_length=60,
        required=False,
        help_text="How variations and imports call it. Left empty, it follows from the name.",
    )
    question = forms.CharField(
        label="What the site is asked",
        max_length=200,
        required=False,
        help_text="Such as “How high is the ceiling above the counter?” Left empty, the name is the question.",
    )
    hint = forms.CharField(
        label="How to find out",
        max_length=300,
        required=False,
        help_text="Shown under the question, such as “From the floor to the lowest beam”.",
    )
    wants_picture = forms.BooleanField(label="Ask for a picture of it", required=False)

    def __init__(self, *args: Any, attribute: Attribute | None = None, **kwargs: Any) -> None:
        if attribute is not None:
            kwargs["initial"] = {
                "label": attribute.label,
                "kind": attribute.kind,
                "choices": "\n".join(map(str, attribute.choices)),
                "unit": attribute.unit,
                "shelf_life_days": attribute.shelf_life_days,
                **{name: getattr(attribute, name) for name in ASKING},
                **{f"in_{code}": text for code, text in attribute.translations.items()},
            }
        super().__init__(*args, **kwargs)
        self.attribute = attribute
        for code, words in LANGUAGES.items():
            self.fields[f"in_{code}"] = forms.CharField(
                label=words.name, max_length=300, required=False, widget=forms.TextInput({"lang": code})
            )
        if attribute is not None:
            del self.fields["key"]
            self.fields[
                "kind"
            ].help_text = (
                "Another kind is possible while every value fits it and no plan asks for this attribute."
            )

    @property
    def translations(self) -> list[forms.BoundField]:
        """The question in every language, for the page."""
        return [self[f"in_{code}"] for code in LANGUAGES]

    @property
    def is_translated(self) -> bool:
        """Whether there is anything in the fields of the languages."""
        return any(bound.value() or bound.errors for bound in self.translations)

    def clean_choices(self) -> list[str]:
        """One a line; the same one twice counts once."""
        kept: dict[str, str] = {}
        for line in self.cleaned_data["choices"].splitlines():
            if text := line.strip()[:120]:
                kept.setdefault(text.casefold(), text)
        return list(kept.values())

    def clean(self) -> dict[str, Any]:
        """One of a list needs a list; what is said in each language goes together."""
        data = super().clean() or {}
        spoken = {code: data.pop(f"in_{code}", "") for code in LANGUAGES}
        data["translations"] = {code: text for code, text in spoken.items() if text}
        if (
            data.get("kind") == AttributeKind.CHOICE
            and len(data.get("choices") or []) < 2
            and not self.has_error("choices")
        ):
            self.add_error("choices", "Write at least two choices, one a line.")
        return data


class FactForm(forms.Form):
    """What is so at a site, and since when that is known."""

    observed_on = forms.DateField(
        label="Seen on", widget=DateInput(), error_messages={"required": "On which day was that seen?"}
    )
    reason = forms.CharField(
        label="Why",
        max_length=500,
        required=False,
        help_text="Kept in the history, such as “called the store manager”.",
    )

    def __init__(self, *args: Any, attribute: Attribute, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.attribute, self.today = attribute, today
        self.fields["value"] = value_field(attribute)
        self.order_fields(["value", "observed_on", "reason"])

    def clean_observed_on(self) -> date:
        """Nobody has seen tomorrow; a day is granted because it is tomorrow already somewhere."""
        day: date = self.cleaned_data["observed_on"]
        if day > self.today + timedelta(days=1):
            raise ValidationError("This day is yet to come. Give the day on which it was seen.")
        return day

    def clean_value(self) -> FactValue:
        """Read it as imports read it."""
        return clean_value(self.attribute, str(self.cleaned_data["value"]))


def value_field(attribute: Attribute) -> forms.Field:
    """Return the field in which a value of this attribute is given."""
    label = str(attribute)
    if attribute.kind == AttributeKind.CHOICE:
        choices = [("", "Choose"), *((str(one), str(one)) for one in attribute.choices)]
        return forms.ChoiceField(label=label, choices=choices)
    if attribute.kind == AttributeKind.YES_NO:
        return forms.ChoiceField(label=label, choices=[("", "Choose"), ("yes", "Yes"), ("no", "No")])
    if attribute.kind == AttributeKind.DATE:
        return forms.CharField(label=label, widget=DateInput())
    if attribute.kind == AttributeKind.NUMBER:
        return forms.CharField(label=label, widget=forms.TextInput({"inputmode": "decimal"}), max_length=40)
    return forms.CharField(label=label, max_length=500)


def clean_value(attribute: Attribute, text: str) -> FactValue:
    """Read a value or refuse it with a sentence."""
    try:
        value = read_value(attribute, text)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    if value is None:
        raise ValidationError(f"Give a value for {attribute.label}.")
    return value
