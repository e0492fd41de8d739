"""Forms of the base: they validate and never save."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.text import slugify

from rollout.choices import Role
from rollout.models import Client, CustomerOutcome, Rollout, User, Wave


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


SHORT_NAME_ERRORS = {
    "invalid": "Use lower-case letters, digits and hyphens, beginning with a letter or digit; no spaces."
}


class ClientForm(forms.ModelForm):
    """Name a client; the short name follows from it when left empty."""

    code = forms.SlugField(
        label="Short name",
        required=False,
        help_text="Part of addresses. Left empty, it follows from the name.",
        error_messages=SHORT_NAME_ERRORS,
    )

    class Meta:
        model = Client
        fields = ("name", "code")

    def clean(self) -> dict[str, Any]:
        """Derive the short name."""
        data = super().clean() or {}
        if not data.get("code") and data.get("name"):
            data["code"] = slugify(data["name"])[:40]
            if not data["code"]:
                self.add_error("code", "Give a short name in Latin letters; none follows from this name.")
        return data


class RolloutForm(forms.ModelForm):
    """A rollout's own fields."""

    class Meta:
        model = Rollout
        fields = ("name", "code", "summary", "starts_on", "ends_on", "support_phone", "page_size")
        widgets = {"starts_on": DateInput(), "ends_on": DateInput(), "summary": forms.Textarea({"rows": 3})}
        error_messages = {"code": SHORT_NAME_ERRORS}

    def clean(self) -> dict[str, Any]:
        """The finish is not before the start."""
        data = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error(
                "ends_on", "The planned finish is before the first installs. Correct one of the two."
            )
        return data


class RolloutSettingsForm(RolloutForm):
    """Changing a rollout: its short name stays, because addresses and numbers are made of it; the PM can be handed over."""

    class Meta(RolloutForm.Meta):
        fields = ("name", "summary", "starts_on", "ends_on", "support_phone", "page_size", "pm")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pms = User.objects.filter(memberships__client=self.instance.client, memberships__role=Role.PM)
        self.fields["pm"].queryset = (pms | User.objects.filter(pk=self.instance.pm_id)).distinct()  # type: ignore[attr-defined]


class OutcomeForm(forms.ModelForm):
    """What the client's customers get, and how it is measured."""

    class Meta:
        model = CustomerOutcome
        fields = ("statement", "measure", "unit", "baseline", "target", "latest", "latest_on")
        widgets = {"latest_on": DateInput()}

    def clean(self) -> dict[str, Any]:
        """Target differs from today; a reading has a date."""
        data = super().clean() or {}
        if data.get("baseline") is not None and data.get("baseline") == data.get("target"):
            self.add_error("target", "The target is the same as today. State what is to change.")
        if (data.get("latest") is None) != (data.get("latest_on") is None):
            self.add_error("latest_on", "Give both the latest reading and its date, or neither.")
        return data


class WaveForm(forms.ModelForm):
    """A cohort of sites. Wave 0 is the pilot."""

    def __init__(self, *args: Any, rollout: Rollout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rollout = rollout
        members = User.objects.filter(
            memberships__client=rollout.client, memberships__role__in=[Role.PM, Role.PF]
        )
        self.fields["pf"].queryset = members.distinct()  # type: ignore[attr-defined]
        if self.initial.get("number") is None:
            last = rollout.waves.order_by("number").last()
            self.initial["number"] = last.number + 1 if last else 0

    class Meta:
        model = Wave
        fields = ("number", "name", "starts_on", "ends_on", "pace_per_day", "pf")
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}

    def clean(self) -> dict[str, Any]:
        """Numbers are given once; the last day is not before the first."""
        data = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "The last day is before the first. Correct one of the two.")
        twins = self.rollout.waves.filter(number=data.get("number", -1))
        twin = twins.exclude(pk=self.instance.pk).first()
        if twin is not None:
            self.add_error("number", f"{twin} has this number. Choose another.")
        return data


class MemberForm(forms.Form):
    """Add somebody to the team; beside the form of the rollout, so that its fields need ids of their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "member_%s"

    email = forms.EmailField(label="E-mail address")
    name = forms.CharField(label="Name", max_length=120)
    role = forms.ChoiceField(label="Role", choices=Role.choices)


class ApiKeyForm(forms.Form):
    """What a key to the API is called, what it may do and until when."""

    name = forms.CharField(
        label="Name",
        max_length=50,
        help_text="What the key is for, such as “Nightly copy of site numbers”.",
    )
    days = forms.TypedChoiceField(
        label="Expires",
        choices=((7, "In a week"), (30, "In 30 days"), (90, "In 90 days"), (365, "In a year")),
        coerce=int,
        initial=90,
    )
    read_only = forms.BooleanField(
        label="May only read",
        required=False,
        initial=True,
        help_text="Leave it ticked unless the program has to write.",
    )

    def expires_at(self, now: datetime) -> datetime:
        """The moment from which the key works no more."""
        return now + timedelta(days=self.cleaned_data["days"])


class SavedViewForm(forms.Form):
    """What a view of a list is called and who sees it."""

    name = forms.CharField(label="Name", max_length=60)
    shared = forms.BooleanField(
        label="For the whole team",
        required=False,
        help_text="Everybody on the team of this rollout finds it above the list.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "view_%s"
