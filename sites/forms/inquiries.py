"""Asking sites, and the list of who was asked."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from rollout.forms import DateInput
from sites import queries
from sites.asking.people import Surveyor
from sites.asking.words import LANGUAGES
from sites.choices import InquiryKind, InquiryState
from sites.models import Inquiry
from sites.queries.asking import FactToAsk, Person

BY_EMAIL, AS_LINKS = "email", "links"
DAYS = 21


class AskForm(forms.Form):
    """What to ask, in which language, for how long, and how the link gets there."""

    facts = forms.MultipleChoiceField(
        label="Facts", error_messages={"required": "Choose at least one fact to ask for."}
    )
    language = forms.ChoiceField(
        label="Language",
        required=False,
        choices=[("", "By the country of each site"), *((code, one.name) for code, one in LANGUAGES.items())],
        help_text="The page can be switched to any of these.",
    )
    days = forms.IntegerField(
        label="Days to answer",
        min_value=1,
        max_value=365,
        initial=DAYS,
        help_text="Then the link no longer opens.",
        error_messages={"required": "For how many days may they answer?"},
    )
    note = forms.CharField(
        label="A word to them",
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="Stands in the e-mail and above the questions, as you write it.",
    )
    how = forms.ChoiceField(
        label="How",
        initial=BY_EMAIL,
        choices=[
            (BY_EMAIL, "Send by e-mail now; links of the others are there to pass on"),
            (AS_LINKS, "Only make links"),
        ],
        widget=forms.RadioSelect,
    )
    remind = forms.BooleanField(
        label="Remind by e-mail after 3, 7 and 14 days without a complete answer",
        required=False,
        initial=True,
    )
    press = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, facts: Sequence[FactToAsk], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facts"].choices = [  # type: ignore[attr-defined]
            (str(one.attribute.pk), str(one.attribute)) for one in facts
        ]
        self.initial.setdefault("press", uuid.uuid4())

    def clean_note(self) -> str:
        """A note has no characters that no keyboard types."""
        return str(self.cleaned_data["note"]).replace("\r\n", "\n")

    def chosen_facts(self) -> tuple[int, ...]:
        """Return the ids of the chosen facts in the order of the list; before anything is sent, those ticked at first."""
        raw = self.data.getlist("facts") if self.is_bound else self.initial.get("facts", [])  # type: ignore[attr-defined]
        ticked = {str(one) for one in raw}
        return tuple(int(pk) for pk, _ in self.fields["facts"].choices if pk in ticked)  # type: ignore[attr-defined]

    def person(self) -> Person | None:
        """Who is asked at every site; None when each site has its own."""
        return None


class SurveyForm(AskForm):
    """Who goes there, and when."""

    known = forms.ChoiceField(
        label="Surveyor", required=False, help_text="A technician, or somebody else by name."
    )
    name = forms.CharField(label="Name", max_length=120, required=False)
    email = forms.EmailField(label="E-mail", required=False)
    phone = forms.CharField(label="Phone", max_length=40, required=False)
    planned_on = forms.DateField(label="Planned for", required=False, widget=DateInput())

    def __init__(self, *args: Any, people: Sequence[Surveyor], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people, self.today = list(people), today
        offered = [(str(place), one.label) for place, one in enumerate(self.people)]
        self.fields["known"].choices = [("", "Somebody else"), *offered]  # type: ignore[attr-defined]
        self.fields["remind"].initial = False

    def clean_planned_on(self) -> date | None:
        """Nobody surveys in the past."""
        day: date | None = self.cleaned_data["planned_on"]
        if day is not None and day < self.today:
            raise forms.ValidationError("This day is over. Choose today or later, or leave it open.")
        return day

    def clean(self) -> dict[str, Any]:
        """There is a surveyor, and a way to give them the link."""
        data = super().clean() or {}
        if not data.get("known") and not data.get("name") and not self.has_error("known"):
            self.add_error("name", "Who surveys? Choose somebody, or give a name.")
        return data

    def person(self) -> Person | None:
        """The surveyor: chosen from those we know, or typed; what is typed counts."""
        place = str(self["known"].value() or "")
        chosen = self.people[int(place)] if place.isdecimal() and int(place) < len(self.people) else None
        typed = {name: str(self[name].value() or "").strip() for name in ("name", "email", "phone")}
        if chosen is not None:
            return Person(chosen.name, typed["email"] or chosen.email, typed["phone"] or chosen.phone)
        return Person(typed["name"][:120], typed["email"], typed["phone"]) if typed["name"] else None


TABS: tuple[tuple[str, str], ...] = (
    ("waiting", "Waiting"),
    ("overdue", "Overdue"),
    (InquiryState.TO_PASS_ON.value, "To pass on"),
    (InquiryState.UNDELIVERED.value, "Not delivered"),
    (InquiryState.PARTLY.value, "Partly answered"),
    (InquiryState.ANSWERED.value, "Answered"),
    (InquiryState.EXPIRED.value, "Expired"),
    (InquiryState.NOT_THEIRS.value, "Not their site"),
    (InquiryState.WITHDRAWN.value, "Withdrawn"),
    ("all", "All"),
)
ALWAYS = ("waiting", "overdue", InquiryState.ANSWERED.value, "all")
SORTS = {
    "site": "site__sort_key",
    "person": "name",
    "asked": "asked_at",
    "answered": "answered",
    "expires": "expires_at",
}


class InquiryFilter(forms.Form):
    """Filters of the list of questions; the address is the state, and nonsense in it is ignored."""

    q = forms.CharField(required=False, max_length=120)
    state = forms.CharField(required=False, max_length=20)
    kind = forms.ChoiceField(
        required=False,
        choices=[("", "Contacts and surveys"), *InquiryKind.choices],
        widget=forms.Select({"class": "form-select"}),
    )
    by = forms.ChoiceField(required=False, widget=forms.Select({"class": "form-select"}))

    def __init__(self, data: Any, *, askers: Sequence[tuple[int, str]] = ()) -> None:
        super().__init__(data)
        self.fields["by"].choices = [  # type: ignore[attr-defined]
            ("", "Anybody"),
            *((str(pk), name) for pk, name in askers),
        ]
        self.is_valid()

    @property
    def tab(self) -> str:
        """The open tab: a state, "waiting", "overdue" or "all"."""
        asked = str(self.cleaned_data.get("state") or "")
        return asked if asked in dict(TABS) or asked in InquiryState.values else "waiting"

    @property
    def active(self) -> bool:
        """Whether anything beside the tab is filtered."""
        return any(self.cleaned_data.get(name) for name in ("q", "kind", "by"))

    def narrowed(self, rows: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
        """Everything but the tab, so that the tabs can count."""
        data = self.cleaned_data
        for word in str(data.get("q") or "").split()[:6]:
            rows = rows.filter(
                Q(name__icontains=word)
                | Q(email__icontains=word)
                | Q(phone__icontains=word)
                | queries.matching(word, site="site__")
            )
        if data.get("kind"):
            rows = rows.filter(kind=data["kind"])
        if data.get("by"):
            rows = rows.filter(asked_by=data["by"])
        return rows

    def in_tab(self, rows: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
        """The rows of the tab."""
        if self.tab == "all":
            return rows
        if self.tab == "overdue":
            return rows.filter(overdue=True)  # type: ignore[misc]
        if self.tab == "waiting":
            return rows.filter(state__in=queries.WAITING)  # type: ignore[misc]
        return rows.filter(state=self.tab)  # type: ignore[misc]


class InquiryChangeForm(forms.Form):
    """What is needed to do something about many people's questions: days to extend, a reason to withdraw."""

    def __init__(self, *args: Any, change: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if change == "extend":
            self.fields["days"] = forms.IntegerField(
                label="Days from today", min_value=1, max_value=365, initial=DAYS
            )
        if change == "withdraw":
            self.fields["reason"] = forms.CharField(
                label="Why",
                required=False,
                max_length=500,
                help_text="For the history. The people asked do not see it.",
            )
        self.fields["press"] = forms.UUIDField(widget=forms.HiddenInput, required=False)
        self.initial.setdefault("press", uuid.uuid4())
