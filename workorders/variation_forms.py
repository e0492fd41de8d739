"""Forms of variations: the condition as rows, the effect with what it needs. They validate and never save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import slugify

from rollout.forms import DateInput
from workorders.choices import Effect, Phase, Rank
from workorders.forms import EvidenceForm, Rows, comma_list, filled
from workorders.models import Clause, StatementOfWork, Variation
from workorders.packets.codec import plain_decimal
from workorders.packets.model import AttributeType

OPERATORS: dict[str, tuple[tuple[str, str], ...]] = {
    "choice": (("is", "is"), ("is_not", "is not"), ("in", "is one of")),
    "text": (("is", "is"), ("is_not", "is not"), ("in", "is one of")),
    "boolean": (("is", "is"),),
    "number": (
        ("gt", "is more than"),
        ("gte", "is at least"),
        ("lt", "is less than"),
        ("lte", "is at most"),
        ("is", "is"),
    ),
    "group": (("within", "is within"), ("not_within", "is not within")),
    "date": (("gte", "is on or after"), ("lt", "is before"), ("gt", "is after"), ("lte", "is on or before")),
}
STEPLESS = frozenset({Effect.ADD_STEP, Effect.NOTE})


class ConditionForm(forms.Form):
    """One comparison: an attribute, how it is compared, with what. The last two follow from the attribute."""

    attribute = forms.ChoiceField(label="Fact")
    op = forms.ChoiceField(label="How")

    def __init__(self, *args: Any, types: Mapping[str, AttributeType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = types
        key = self._now("attribute") or next(iter(types), "")
        self.kind = types.get(key) or AttributeType("text", key)
        operators = OPERATORS[self.kind.kind]
        op = self._now("op")
        self.how = op if op in dict(operators) else operators[0][0]
        self.fields["attribute"].choices = [(name, kind.label) for name, kind in types.items()]  # type: ignore[attr-defined]
        self.fields["op"].choices = operators  # type: ignore[attr-defined]
        self.fields["value"] = value_field(self.kind, self.how)

    def _now(self, name: str) -> str:
        given = self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)
        return str(given or "")

    def has_changed(self) -> bool:
        """A row that was taken out in the browser leaves a gap in the numbering."""
        return self.is_bound and self.add_prefix("attribute") in self.data

    def test(self) -> dict[str, Any]:
        """Return the comparison as conditions are stored."""
        data = self.cleaned_data
        return {"attribute": data["attribute"], "op": data["op"], "value": _plain(data["value"], data["op"])}


def value_field(kind: AttributeType, op: str) -> forms.Field:
    """Return the field in which the value of a comparison is given."""
    label = f"Value ({kind.unit})" if kind.unit else "Value"
    choices = list(kind.choices.items())
    if kind.kind == "boolean":
        return forms.ChoiceField(label=label, choices=(("yes", "yes"), ("no", "no")))
    if kind.kind == "choice" and op == "in":
        return forms.MultipleChoiceField(label=label, choices=choices, widget=forms.CheckboxSelectMultiple())
    if kind.kind in ("choice", "group"):
        return forms.ChoiceField(label=label, choices=choices)
    if kind.kind == "number":
        return forms.DecimalField(label=label, max_digits=15)
    if kind.kind == "date":
        return forms.DateField(label=label, widget=DateInput())
    help_text = "Separated by commas." if op == "in" else ""
    return forms.CharField(label=label, max_length=400, help_text=help_text)


def _plain(value: Any, op: str) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if value in ("yes", "no") and op == "is":
        return value == "yes"
    if op == "in" and isinstance(value, str):
        return comma_list(value)
    return value


def flat_tests(condition: Mapping[str, Any]) -> tuple[str, list[dict[str, Any]]] | None:
    """Return ("all" or "any", comparisons) of a condition that rows can show, else None."""
    if not condition:
        return "all", []
    if "attribute" in condition:
        return ("all", [dict(condition)]) if condition.get("op") != "exists" else None
    mode, inner = next(iter(condition.items()))
    if mode not in ("all", "any") or not all("attribute" in t and t.get("op") != "exists" for t in inner):
        return None
    return mode, [dict(test) for test in inner]


def _as_initial(test: Mapping[str, Any], types: Mapping[str, AttributeType]) -> dict[str, Any]:
    value = test["value"]
    kind = types.get(test["attribute"])
    if isinstance(value, bool):
        value = "yes" if value else "no"
    elif isinstance(value, list) and (kind is None or kind.kind != "choice"):
        value = ", ".join(map(str, value))
    return {"attribute": test["attribute"], "op": test["op"], "value": value}


ConditionRows = forms.formset_factory(ConditionForm, formset=Rows, extra=0, max_num=20, absolute_max=25)


class VariationForm(forms.Form):
    """Everything of a variation but its condition and what its effect needs."""

    name = forms.CharField(
        label="Name", max_length=120, help_text="Short, as the team will call it: “Hard ceiling”."
    )
    rank = forms.TypedChoiceField(
        label="Reach",
        choices=Rank.choices,
        coerce=int,
        initial=Rank.ROLLOUT,
        help_text="Where two variations touch the same thing, the one with the narrower reach wins.",
    )
    mode = forms.ChoiceField(
        label="Holds when", choices=(("all", "all of these are so"), ("any", "any of these is so"))
    )
    effect = forms.ChoiceField(label="What it does", choices=Effect.choices)
    step_key = forms.ChoiceField(label="Step", required=False)
    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="Printed for the technician: “Bolts instead of clips in concrete.”",
    )
    clause_number = forms.CharField(
        label="Clause it serves",
        required=False,
        max_length=40,
        help_text="Its number in the statement of work.",
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(
        self,
        *args: Any,
        steps: Sequence[tuple[str, str]],
        sow: StatementOfWork | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sow = sow
        self.clause: Clause | None = None
        self.fields["step_key"].choices = [("", "Choose a step"), *steps]  # type: ignore[attr-defined]

    def clean_clause_number(self) -> str:
        """Find the clause."""
        number = str(self.cleaned_data["clause_number"]).strip()
        if number and self.sow is not None:
            self.clause = self.sow.clauses.filter(number=number).first()
        if number and self.clause is None:
            raise forms.ValidationError(
                f"The statement of work has no clause {number}. Look up its number, or leave this empty."
            )
        return number

    def clean(self) -> dict[str, Any]:
        """Most effects touch a step."""
        data = super().clean() or {}
        if data.get("effect") not in STEPLESS and not data.get("step_key") and "step_key" not in self.errors:
            self.add_error("step_key", "Choose the step this changes.")
        return data


# --- What each effect needs ---------------------------------------------------------------------------------------------


class _Payload(forms.Form):
    def payload(self) -> dict[str, Any]:
        """Return what the compiler wants."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class NothingMore(_Payload):
    """Leaving a step out needs nothing more."""


class MinutesForm(_Payload):
    """The new duration of a step."""

    minutes = forms.IntegerField(label="Minutes", min_value=0, max_value=600)


class CrewForm(_Payload):
    """How many people a step needs."""

    crew = forms.IntegerField(label="People", min_value=1, max_value=6)


class AddMaterialForm(_Payload):
    """A material on top of what the step has."""

    name = forms.CharField(label="Material", max_length=120)
    quantity = forms.DecimalField(
        label="Quantity", initial=1, min_value=Decimal("0.001"), max_value=999_999, decimal_places=3
    )
    unit = forms.CharField(label="Unit", required=False, max_length=20)

    def payload(self) -> dict[str, Any]:
        """Quantities are text, because a binary fraction would not be what was ordered."""
        return {**super().payload(), "quantity": plain_decimal(self.cleaned_data["quantity"])}


class NoteForm(_Payload):
    """What the technician is told."""

    text = forms.CharField(label="Note", max_length=600, widget=forms.Textarea({"rows": 3}))


class AddEvidenceForm(EvidenceForm):
    """A piece of evidence on top of what the step asks for."""

    def has_changed(self) -> bool:
        """It is the point of this variation."""
        return True

    def payload(self) -> dict[str, Any]:
        """Return the evidence as JSON; its key follows from the name and stays."""
        draft = self.draft()
        return {
            "key": draft.key or slugify(f"{draft.kind} {draft.label}")[:50].strip("-") or draft.kind,
            "kind": draft.kind,
            "label": draft.label,
            "required": draft.required,
            "options": draft.options,
        }


class AddStepForm(_Payload):
    """A step only some sites have."""

    title = forms.CharField(label="Title", max_length=120)
    phase = forms.ChoiceField(label="Phase", choices=Phase.choices, initial=Phase.INSTALL)
    after = forms.ChoiceField(label="After", required=False)
    minutes = forms.IntegerField(label="Minutes", initial=10, min_value=0, max_value=600)
    crew = forms.IntegerField(label="People", initial=1, min_value=1, max_value=6)
    instructions = forms.CharField(
        label="Instructions", required=False, max_length=6000, widget=forms.Textarea({"rows": 4})
    )
    warning = forms.CharField(label="Warning", required=False, max_length=400)

    def __init__(self, *args: Any, steps: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["after"].choices = [("", "The last of its phase"), *steps]  # type: ignore[attr-defined]


class ReplaceStepForm(_Payload):
    """What is different about a step; what is left empty stays as it is."""

    title = forms.CharField(label="Title instead", required=False, max_length=120)
    instructions = forms.CharField(
        label="Instructions instead", required=False, max_length=6000, widget=forms.Textarea({"rows": 4})
    )
    warning = forms.CharField(label="Warning instead", required=False, max_length=400)
    minutes = forms.IntegerField(label="Minutes instead", required=False, min_value=0, max_value=600)

    def clean(self) -> dict[str, Any]:
        """Something must be different."""
        data = super().clean() or {}
        if not self.errors and not any(value not in (None, "") for value in data.values()):
            self.add_error("instructions", "Say what is different. Fields left empty stay as in the plan.")
        return data


PAYLOAD_FORMS: dict[str, type[forms.Form]] = {
    Effect.ADD_STEP: AddStepForm,
    Effect.REMOVE_STEP: NothingMore,
    Effect.REPLACE_STEP: ReplaceStepForm,
    Effect.SET_MINUTES: MinutesForm,
    Effect.SET_CREW: CrewForm,
    Effect.ADD_MATERIAL: AddMaterialForm,
    Effect.ADD_EVIDENCE: AddEvidenceForm,
    Effect.NOTE: NoteForm,
}


def step_field(
    effect: str, step_key: str, *, steps: Sequence[tuple[str, str]], sow: StatementOfWork | None
) -> forms.BoundField | None:
    """Return the field for the step an effect touches, or None where it brings its own."""
    if effect == Effect.ADD_STEP:
        return None
    bound = VariationForm(steps=steps, sow=sow, initial={"step_key": step_key})["step_key"]
    return _worded(bound, effect)


def _worded(bound: forms.BoundField, effect: str) -> forms.BoundField:
    if effect == Effect.NOTE:
        bound.help_text = "Empty: the note stands at the top of the packet."
    else:
        bound.field.required = True
    return bound


def payload_form(
    effect: str,
    data: Any,
    *,
    initial: Mapping[str, Any] | None,
    steps: Sequence[tuple[str, str]],
    number_attributes: tuple[tuple[str, str], ...],
) -> forms.Form:
    """Return the form for what an effect needs; its fields are prefixed ``payload-``."""
    extra: dict[str, Any] = {}
    if effect == Effect.ADD_STEP:
        extra = {"steps": steps}
    elif effect == Effect.ADD_EVIDENCE:
        extra = {"number_attributes": number_attributes}
    found = PAYLOAD_FORMS.get(effect, NothingMore)
    return found(data, prefix="payload", initial=dict(initial or {}), **extra)


class VariationForms:
    """A variation's form, the rows of its condition and what its effect needs, handled as one."""

    def __init__(
        self,
        data: Any,
        *,
        variation: Variation | None,
        types: Mapping[str, AttributeType],
        steps: Sequence[tuple[str, str]],
        sow: StatementOfWork | None,
        number_attributes: tuple[tuple[str, str], ...],
        seen: str = "",
    ) -> None:
        self.types = types
        self.kept_condition: dict[str, Any] | None = None
        rows = self._read(variation)
        self.form = VariationForm(data, steps=steps, sow=sow, initial=self._initial(variation, seen))
        self.conditions = ConditionRows(data, prefix="when", initial=rows, form_kwargs={"types": types})
        default = variation.effect if variation else Effect.ADD_STEP
        effect = str(data.get("effect", default) if data is not None else default)
        self.effect = effect
        self.payload = payload_form(
            effect,
            data,
            initial=_payload_initial(variation),
            steps=steps,
            number_attributes=number_attributes,
        )

    def _read(self, variation: Variation | None) -> list[dict[str, Any]]:
        self.mode = "all"
        if variation is None:
            return []
        flat = flat_tests(variation.condition)
        if flat is None:
            self.kept_condition = variation.condition
            return []
        self.mode = flat[0]
        return [_as_initial(test, self.types) for test in flat[1]]

    def _initial(self, variation: Variation | None, seen: str) -> dict[str, Any]:
        if variation is None:
            return {"effect": Effect.ADD_STEP}
        own = {name: getattr(variation, name) for name in ("name", "rank", "effect", "step_key", "reason")}
        number = variation.clause.number if variation.clause else ""
        return {**own, "mode": self.mode, "clause_number": number, "seen": seen}

    @property
    def step(self) -> forms.BoundField | None:
        """The field for the step, or None where the effect brings its own. Ask for it when all is validated."""
        return None if self.effect == Effect.ADD_STEP else _worded(self.form["step_key"], self.effect)

    def is_valid(self) -> bool:
        """Check all of it, so that everything wrong is told at once."""
        return all([self.form.is_valid(), self.conditions.is_valid(), self.payload.is_valid()])

    def is_readable(self) -> bool:
        """Whether it can be read aloud: where and what are complete, even if its name or reason is still missing."""
        self.is_valid()
        in_the_way = set(self.form.errors) - {"name", "reason", "clause_number"}
        return not in_the_way and self.conditions.is_valid() and self.payload.is_valid()

    def condition(self) -> dict[str, Any]:
        """Return the condition as it is stored; empty when it always holds."""
        tests = [form.test() for form in filled(self.conditions)]
        if not tests:
            return self.kept_condition or {}
        return {self.form.cleaned_data["mode"]: tests}

    def fields(self) -> dict[str, Any]:
        """Return what `actions.variations` wants."""
        data = self.form.cleaned_data
        own = {name: data.get(name, "") for name in ("name", "rank", "effect", "step_key", "reason")}
        if own["effect"] == Effect.ADD_STEP:
            own["step_key"] = ""
        payload = self.payload.payload()  # type: ignore[attr-defined]
        return {**own, "condition": self.condition(), "payload": payload, "clause": self.form.clause}


def _payload_initial(variation: Variation | None) -> dict[str, Any]:
    if variation is None:
        return {}
    payload = dict(variation.payload)
    options = payload.pop("options", {}) or {}
    joined = {name: ", ".join(value) if isinstance(value, list) else value for name, value in options.items()}
    return {**payload, **joined}
