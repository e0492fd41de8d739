"""Forms of work orders."""

from django import forms

from rollout.forms import DateInput


class HoldForm(forms.Form):
    """Why, and when somebody looks again."""

    reason = forms.CharField(label="Reason", max_length=300, widget=forms.Textarea({"rows": 3}))
    review_on = forms.DateField(label="Look again on", widget=DateInput())
