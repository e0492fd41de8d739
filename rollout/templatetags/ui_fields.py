"""Dressing of form fields: which class a control wears and how label, help and error hang together."""

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.safestring import SafeString

_CHECKS = (forms.CheckboxInput,)
_GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)
_SELECTS = (forms.Select,)


def kind_of(widget: forms.Widget) -> str:
    """Return `group` (radio buttons, several checkboxes), `check`, `select`, `hidden` or `control`."""
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, _GROUPS):
        return "group"
    if isinstance(widget, _CHECKS):
        return "check"
    return "select" if isinstance(widget, _SELECTS) else "control"


def control(bound: BoundField, kind: str, extra: dict[str, Any] | None = None) -> SafeString:
    """Return the widget's HTML with the classes of the theme; Django ties help and error to it."""
    classes = {"check": "form-check-input", "select": "form-select", "control": "form-control"}.get(kind, "")
    own = bound.field.widget.attrs.get("class", "")
    attrs = {"class": f"{classes} {own}".strip(), **(extra or {})}
    if kind == "group":
        attrs = {"class": "form-check-input"}
    return bound.as_widget(attrs=attrs)


def field_context(
    bound: BoundField, label: str, help_text: str, cls: str, extra: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return what `ui/field.html` needs."""
    kind = kind_of(bound.field.widget)
    if help_text:
        bound.help_text = help_text
    return {
        "field": bound,
        "kind": kind,
        "control": control(bound, kind, extra) if kind != "group" else "",
        "label": label or bound.label,
        "cls": cls,
        "options": list(bound) if kind == "group" else [],
    }


def error_summary(form: Any) -> dict[str, Any]:
    """Return the form's own errors and, when several fields are at fault, (label, id, first error) of each."""
    at_fault = [
        (bound.label, bound.id_for_label or bound.auto_id, bound.errors[0])
        for bound in form.visible_fields()
        if bound.errors
    ]
    hidden = [(bound.label, error) for bound in form.hidden_fields() for error in bound.errors]
    return {
        "whole": list(form.non_field_errors()),
        "hidden": hidden,
        "at_fault": at_fault if len(at_fault) > 1 or form.non_field_errors() else [],
    }
