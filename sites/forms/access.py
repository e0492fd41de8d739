"""When one may come: hours of weekdays, days that differ, blackouts; and the regions and formats these hold for."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rollout.forms import DateInput
from rollout.models import Rollout, User
from sites import queries
from sites.actions.access import MOST_DAYS
from sites.actions.blackouts import BlackoutPlan
from sites.choices import GroupKind
from sites.forms.sites import TimeInput
from sites.models import Blackout, Site, SiteGroup
from sites.queries.groups import JOINT

CLOSED, HOURS = "closed", "hours"
EVERYWHERE, ONE_SITE = "all", "site"
_YEARS = range(2000, 2101)


def _day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=DateInput(),
        error_messages={
            "required": "Give the day.",
            "invalid": "This is not a day. Write it as 2026-11-26.",
        },
    )


class DaysMixin(forms.Form):
    """Checks a first and a last day; without a last day it is one day."""

    first_name, last_name = "first", "last"

    def check_days(self, data: dict[str, Any], *, today: date | None) -> None:
        """Fill in the last day and refuse days that cannot be meant; `today` refuses what is over."""
        first, last = data.get(self.first_name), data.get(self.last_name)
        if first is None or self.has_error(self.last_name):
            return
        last = data[self.last_name] = last or first
        for name, day in ((self.first_name, first), (self.last_name, last)):
            if day.year not in _YEARS:
                self.add_error(name, f"The year {day.year} cannot be right.")
        if self.errors:
            return
        if last < first:
            self.add_error(self.last_name, "The last day is before the first. Give the first one first.")
        elif (last - first).days >= MOST_DAYS:
            self.add_error(self.last_name, f"That are more than {MOST_DAYS} days. Check the year.")
        elif today is not None and last < today:
            self.add_error(self.first_name, "That is over already. Check the year.")


class ExceptionForm(DaysMixin):
    """Days at one site that differ from its week."""

    first = _day("First day")
    last = _day("Last day", required=False, help_text="Left empty: one day.")
    kind = forms.ChoiceField(
        label="On these days the site", choices=((CLOSED, "is closed"), (HOURS, "has other hours"))
    )
    opens = forms.TimeField(
        label="From",
        required=False,
        widget=TimeInput(),
        help_text="Only for other hours; the site’s own clock.",
    )
    closes = forms.TimeField(
        label="To",
        required=False,
        widget=TimeInput(),
        help_text="At or before “from” means the next morning.",
    )
    note = forms.CharField(
        label="Why", required=False, max_length=200, help_text="Such as Stocktaking. The team reads it."
    )
    replace = forms.BooleanField(
        label="Instead of other hours given for these days", required=False, initial=True
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """Hours have a length; closed days have none."""
        data = super().clean() or {}
        self.check_days(data, today=self.today)
        if data.get("kind") == CLOSED:
            return {**data, "opens": None, "closes": None}
        opens, closes = data.get("opens"), data.get("closes")
        if opens is None and not self.has_error("opens"):
            self.add_error("opens", "From when? Write it as 21:00.")
        if closes is None and not self.has_error("closes"):
            self.add_error("closes", "Until when? Write it as 05:00.")
        if opens is not None and opens == closes:
            self.add_error("closes", "“From” and “to” are the same. For the whole day write 00:00 to 23:59.")
        return data

    def said(self) -> dict[str, Any]:
        """Return what `actions.set_exception` wants."""
        names = ("first", "last", "opens", "closes", "note", "replace")
        return {name: self.cleaned_data[name] for name in names}


class RunForm(forms.Form):
    """Days in a row that were said to differ."""

    first = forms.DateField()
    last = forms.DateField()


class BlackoutForm(DaysMixin):
    """Days on which nobody works, why, and where."""

    first_name, last_name = "starts_on", "ends_on"

    reason = forms.CharField(
        label="Why",
        max_length=200,
        help_text="The team and the planner say it: Black Friday freeze.",
        error_messages={"required": "Say why; whoever wants to book then reads it."},
    )
    starts_on = _day("First day")
    ends_on = _day("Last day", required=False, help_text="Left empty: one day.")
    where = forms.ChoiceField(label="Where")
    site_key = forms.CharField(
        label="Site number", required=False, max_length=60, help_text="Only for one site."
    )

    def __init__(
        self,
        *args: Any,
        rollout: Rollout,
        user: User,
        today: date,
        blackout: Blackout | None = None,
        **kwargs: Any,
    ) -> None:
        if blackout is not None:
            kwargs["initial"] = _as_initial(blackout)
        super().__init__(*args, **kwargs)
        self.sites = Site.objects.visible_to(user).filter(client=rollout.client_id)
        self.today = None if blackout else today
        self.groups = {
            str(group.pk): group for kind in GroupKind for group in queries.groups_of(rollout.client_id, kind)
        }
        self.fields["where"].choices = [  # type: ignore[attr-defined]
            (EVERYWHERE, "All sites"),
            *[
                (f"{GroupKind(kind).label}s", chosen)
                for kind in GroupKind
                if (chosen := [(pk, str(one)) for pk, one in self.groups.items() if one.kind == kind])
            ],
            (ONE_SITE, "One site, by its number"),
        ]
        self.site: Site | None = None

    def clean_reason(self) -> str:
        """One line, without doubled spaces."""
        return " ".join(self.cleaned_data["reason"].split())

    def clean(self) -> dict[str, Any]:
        """One site is found by its number, whatever its case."""
        data = super().clean() or {}
        self.check_days(data, today=self.today)
        if data.get("where") == ONE_SITE:
            self._find_site(data.get("site_key", ""))
        return data

    def _find_site(self, key: str) -> None:
        if not key:
            self.add_error("site_key", "Give the number of the site.")
            return
        self.site = self.sites.filter(key__iexact=key).first()
        if self.site is None:
            self.add_error("site_key", f"There is no site {key} among yours. Copy its number from the list.")

    def plan(self) -> BlackoutPlan:
        """Return what the actions want."""
        data = self.cleaned_data
        group = self.groups.get(data["where"])
        return BlackoutPlan(data["starts_on"], data["ends_on"], data["reason"], group, self.site)


def _as_initial(blackout: Blackout) -> dict[str, Any]:
    where = str(blackout.group_id) if blackout.group_id else ONE_SITE if blackout.site_id else EVERYWHERE
    return {
        "reason": blackout.reason,
        "starts_on": blackout.starts_on,
        "ends_on": blackout.ends_on,
        "where": where,
        "site_key": blackout.site.key if blackout.site else "",
    }


class GroupForm(forms.Form):
    """The name of a region or format and what it lies in."""

    name = forms.CharField(
        label="Name", max_length=80, error_messages={"required": "Name it, such as Pacific Northwest."}
    )
    parent = forms.TypedChoiceField(label="Within", required=False, coerce=int, empty_value=None)

    def __init__(
        self, *args: Any, client_id: int, kind: str, group: SiteGroup | None = None, **kwargs: Any
    ) -> None:
        if group is not None:
            kwargs["initial"] = {"name": group.name, "parent": group.parent_id}
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.groups = {
            one.pk: one
            for one in queries.groups_of(client_id, kind)
            if group is None or not (one.path + JOINT).startswith(group.path + JOINT)
        }
        outermost = ("", "Nothing: it is outermost")
        self.fields["parent"].choices = [  # type: ignore[attr-defined]
            outermost,
            *((pk, one.path) for pk, one in self.groups.items()),
        ]

    def clean_name(self) -> str:
        """A slash between spaces joins the names of a path, so a name has none."""
        name = " ".join(self.cleaned_data["name"].split())
        if JOINT in f" {name} ":
            raise ValidationError("A name has no slash with spaces around it. Write A/B or A and B instead.")
        return name

    def clean_parent(self) -> SiteGroup | None:
        """Return the larger group itself."""
        return self.groups.get(self.cleaned_data["parent"])
