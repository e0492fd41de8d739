"""Forms of the statement of work and the plan: they validate and never save."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from rollout.uploads import UploadField
from workorders.actions.plan import EvidenceDraft, mark
from workorders.choices import EvidenceKind, Phase
from workorders.models import Step
from workorders.packets.codec import plain_decimal
from workorders.queries.sow import STATES, Filter

SOW_ACCEPT = ".pdf,.docx,.md,.markdown,.html,.htm,.txt"
MAX_PASTE = 2_000_000
QUICK_REASONS = (
    "Information only, nothing to do on site",
    "Done by the client or another team",
    "Done before the visit, not by the technician",
    "Commercial, between client and contractor",
    "Out of scope of this rollout",
    "Covered by another clause",
)


def lines(text: str) -> list[str]:
    """Return the non-empty lines of a text, each once, in order."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


class SowUploadForm(forms.Form):
    """A file or a pasted text, one of the two."""

    file = UploadField(label="File", required=False)
    text = forms.CharField(
        label="Or paste its text",
        required=False,
        strip=False,
        max_length=MAX_PASTE,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
        help_text="Headings and lists written as Markdown are understood.",
    )

    def clean(self) -> dict[str, Any]:
        """Exactly one of the two."""
        data = super().clean() or {}
        if self.errors:
            return data
        pasted = (data.get("text") or "").strip()
        if data.get("file") and pasted:
            raise ValidationError("There is a file and a pasted text. Send one of them, empty the other.")
        if not data.get("file") and not pasted:
            raise ValidationError("Choose a file or paste the text first.")
        return data


class SowFilterForm(forms.Form):
    """What of the document is shown; unknown values show everything."""

    q = forms.CharField(label="Find", required=False, max_length=100)
    state = forms.ChoiceField(label="State", required=False, choices=(("", "All"), *STATES))
    remarks = forms.BooleanField(label="With remarks", required=False)

    def wanted(self) -> Filter:
        """Return the filter, leaving out what makes no sense."""
        self.is_valid()
        data = self.cleaned_data
        return Filter(
            state=data.get("state", ""), words=data.get("q", ""), remarked=bool(data.get("remarks"))
        )


class SetAsideForm(forms.Form):
    """Why a clause asks nothing of the technician: a quick reason or words of one's own."""

    quick = forms.CharField(required=False, max_length=300)
    reason = forms.CharField(label="Reason", required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        """One of the two; own words count when there are any."""
        data = super().clean() or {}
        data["reason"] = data.get("reason") or data.get("quick") or ""
        if not self.errors and not data["reason"]:
            self.add_error("reason", "Say why, in a few words: the client may ask.")
        return data


class OneStepForm(forms.Form):
    """The title of the step made of several clauses."""

    title = forms.CharField(label="Title of the step", required=False, max_length=120)


class StepForm(forms.ModelForm):
    """A step's own fields. `seen` is the mark of the step when it was opened."""

    skills_text = forms.CharField(
        label="Skills",
        required=False,
        max_length=400,
        help_text="What a technician must be able or certified to do, separated by commas.",
    )
    tools_text = forms.CharField(
        label="Tools",
        required=False,
        max_length=2000,
        help_text="One a line.",
        widget=forms.Textarea({"rows": 3}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Step
        fields = ("title", "phase", "minutes", "crew", "instructions", "warning")
        widgets = {
            "instructions": forms.Textarea({"rows": 6}),
            "warning": forms.Textarea({"rows": 2}),
        }
        help_texts = {
            "title": "Begin with a verb: “Mount the access point”.",
            "instructions": "Blank lines separate paragraphs, lines beginning with - are a list.",
            "minutes": "On the clock, for the whole crew.",
        }

    def __init__(self, *args: Any, known_skills: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        step = self.instance
        self.fields["phase"].choices = Phase.choices  # type: ignore[attr-defined]
        self.initial.setdefault("skills_text", ", ".join(step.skills))
        self.initial.setdefault("tools_text", "\n".join(step.tools))
        if step.pk:
            self.initial.setdefault("seen", mark(step))
        if known_skills:
            self.fields["skills_text"].help_text += f" Used so far: {', '.join(known_skills)}."

    def clean_skills_text(self) -> list[str]:
        """Return skill keys: what technicians' skills are called in lists and imports."""
        typed = self.cleaned_data["skills_text"].replace(";", ",").split(",")
        return list(dict.fromkeys(key for skill in typed if (key := slugify(skill)[:60])))

    def clean_tools_text(self) -> list[str]:
        """Return the tools, one of a kind."""
        return [tool[:120] for tool in lines(self.cleaned_data["tools_text"])]

    def step_fields(self) -> dict[str, Any]:
        """Return what `actions.plan` wants, without materials and evidence."""
        data = self.cleaned_data
        return {name: data[name] for name in self.Meta.fields} | {
            "skills": data["skills_text"],
            "tools": data["tools_text"],
        }


class MaterialForm(forms.Form):
    """One line of material."""

    name = forms.CharField(label="Material", max_length=120)
    quantity = forms.DecimalField(
        label="Quantity", initial=1, min_value=Decimal("0.001"), max_value=999_999, decimal_places=3
    )
    unit = forms.CharField(label="Unit", required=False, max_length=20)

    def has_changed(self) -> bool:
        """A row without a name is an empty row, whatever its quantity says."""
        return bool(str(self.data.get(self.add_prefix("name"), "")).strip()) if self.is_bound else False

    def material(self) -> dict[str, str]:
        """Return the material as the step keeps it."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "quantity": plain_decimal(data["quantity"]),
            "unit": data["unit"],
        }


class EvidenceForm(forms.Form):
    """One piece of evidence; which options count depends on its kind."""

    OPTIONS = {
        EvidenceKind.READING: ("unit", "low", "high"),
        EvidenceKind.SERIAL: ("shape",),
        EvidenceKind.CHOICE: ("choices",),
        EvidenceKind.COUNT: ("expected", "expected_from"),
        EvidenceKind.PHOTO: ("must_show",),
    }

    key = forms.CharField(required=False, widget=forms.HiddenInput())
    kind = forms.ChoiceField(label="Kind", choices=EvidenceKind.choices, initial=EvidenceKind.PHOTO)
    label = forms.CharField(label="What", max_length=160)
    required = forms.BooleanField(label="Required", required=False, initial=True)
    unit = forms.CharField(label="Unit", required=False, max_length=20)
    low = forms.DecimalField(label="Lowest", required=False)
    high = forms.DecimalField(label="Highest", required=False)
    shape = forms.CharField(
        label="Looks like",
        required=False,
        max_length=60,
        help_text="# is a digit, @ a letter, * anything, the rest is itself: AP-######",
    )
    choices = forms.CharField(
        label="Choices", required=False, max_length=400, help_text="Separated by commas."
    )
    expected = forms.IntegerField(label="Expected", required=False, min_value=0, max_value=100_000)
    expected_from = forms.ChoiceField(label="or the site’s", required=False)
    must_show = forms.CharField(
        label="Must show",
        required=False,
        max_length=400,
        help_text="Separated by commas: LED green, label readable",
    )

    def __init__(
        self, *args: Any, number_attributes: tuple[tuple[str, str], ...] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expected_from"].choices = [("", "—"), *number_attributes]  # type: ignore[attr-defined]

    def has_changed(self) -> bool:
        """A row without a name is an empty row."""
        return bool(str(self.data.get(self.add_prefix("label"), "")).strip()) if self.is_bound else False

    def clean(self) -> dict[str, Any]:
        """Options must make sense together."""
        data = super().clean() or {}
        kind, low, high = data.get("kind"), data.get("low"), data.get("high")
        if kind == EvidenceKind.READING and low is not None and high is not None and low > high:
            self.add_error("high", "The highest value is below the lowest. Swap them.")
        if kind == EvidenceKind.CHOICE and len(comma_list(data.get("choices", ""))) < 2:
            self.add_error("choices", "Give at least two choices, separated by commas.")
        return data

    def draft(self) -> EvidenceDraft:
        """Return the evidence as the action wants it, with the options of its kind only."""
        data = self.cleaned_data
        names = self.OPTIONS.get(EvidenceKind(data["kind"]), ())
        options = {
            name: value for name in names if (value := _option(name, data[name])) not in (None, "", [])
        }
        if "expected_from" in options:
            options.pop("expected", None)
        if "shape" in options:
            options["pattern"] = pattern_of(options["shape"])
        return EvidenceDraft(data["kind"], data["label"], data["required"], options, data["key"])


def pattern_of(shape: str) -> str:
    """Return the regular expression for a shape: ``AP-##`` is ``AP\\-[0-9][0-9]``."""
    parts = {"#": "[0-9]", "@": "[A-Za-z]", "*": ".*"}
    return "".join(parts.get(char) or re.escape(char) for char in shape)


def comma_list(text: str) -> list[str]:
    """Return what stands between the commas, each once."""
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _option(name: str, value: Any) -> Any:
    if name in ("choices", "must_show"):
        return comma_list(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _initial_evidence(step: Step) -> list[dict[str, Any]]:
    rows = []
    for spec in step.evidence_specs.all() if step.pk else ():
        joined = {name: ", ".join(value) for name, value in spec.options.items() if isinstance(value, list)}
        own = {"key": spec.key, "kind": spec.kind, "label": spec.label, "required": spec.required}
        rows.append({**spec.options, **joined, **own})
    return rows


class Rows(forms.BaseFormSet):
    """Rows that come and go in the browser: all count as new, empty ones are left out, order is as sent."""

    def initial_form_count(self) -> int:
        """No row must be there."""
        return 0

    def total_form_count(self) -> int:
        """Unbound: one form per initial row."""
        return super().total_form_count() if self.is_bound else len(self.initial or ())


def filled(rows: forms.BaseFormSet[Any]) -> list[Any]:
    """Return the forms that hold something."""
    return [form for form in rows.forms if form.has_changed()]


MaterialRows = forms.formset_factory(MaterialForm, formset=Rows, extra=0, max_num=60, absolute_max=80)
EvidenceRows = forms.formset_factory(EvidenceForm, formset=Rows, extra=0, max_num=30, absolute_max=40)


class StepForms:
    """A step's form with its rows of material and evidence, handled as one."""

    def __init__(
        self,
        data: Any,
        *,
        step: Step,
        number_attributes: tuple[tuple[str, str], ...],
        known_skills: tuple[str, ...],
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.form = StepForm(data, instance=step, known_skills=known_skills, initial=initial)
        self.materials = MaterialRows(data, prefix="material", initial=list(step.materials))
        self.evidence = EvidenceRows(
            data,
            prefix="evidence",
            initial=_initial_evidence(step),
            form_kwargs={"number_attributes": number_attributes},
        )

    def is_valid(self) -> bool:
        """Check all of it, so that everything wrong is told at once."""
        rows_are_right = all([self.materials.is_valid(), self.evidence.is_valid()])
        if self.form.is_valid() and not rows_are_right:
            self.form.add_error(
                None, "Something in the evidence or the material is not right yet. It is marked below."
            )
        return self.form.is_valid() and rows_are_right

    def step_fields(self) -> dict[str, Any]:
        """Return the step's fields for `actions.plan`."""
        return self.form.step_fields() | {"materials": [form.material() for form in filled(self.materials)]}

    def drafts(self) -> list[EvidenceDraft]:
        """Return the evidence for `actions.plan`."""
        return [form.draft() for form in filled(self.evidence)]


class PublishForm(forms.Form):
    """Publishing with open clauses needs a reason."""

    open_clauses_reason = forms.CharField(
        label="Why can they stay open?", max_length=400, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, open_clauses: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["open_clauses_reason"]
        reason.required = open_clauses > 0
        many = f"{open_clauses:,} clauses are" if open_clauses > 1 else "One clause is"
        reason.label = f"{many} still open. Why can {'they' if open_clauses > 1 else 'it'} stay open?"
        reason.error_messages["required"] = "Decide on the open clauses, or say here why they can stay open."
