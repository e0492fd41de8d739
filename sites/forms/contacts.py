"""Somebody to call at a site."""

from __future__ import annotations

from typing import Any

from django import forms

from sites.models import Contact


class ContactForm(forms.ModelForm):
    """Somebody to call at a site."""

    reason = forms.CharField(label="Why", required=False, max_length=500, help_text="Kept in the history.")

    class Meta:
        model = Contact
        fields = ("name", "role", "phone", "email")
        widgets = {"role": forms.TextInput({"list": "contact-roles", "autocomplete": "off"})}
        error_messages = {"name": {"required": "Give a name, or a role such as Night manager."}}

    def clean(self) -> dict[str, Any]:
        """There is a way to reach them."""
        data = super().clean() or {}
        if not data.get("phone") and not data.get("email") and not self.errors:
            self.add_error(
                "phone", "Give a phone number or an e-mail address; a name alone cannot be called."
            )
        return data
