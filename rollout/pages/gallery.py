"""The gallery of components: what exists, how it looks in light and dark, and how it is written."""

import inspect
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import TextChoices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

import rollout.choices
import sites.choices
import technicians.choices
import workorders.choices
from rollout.choices import JobState
from rollout.models import User
from rollout.permissions import TEAM_ROLES
from rollout.templatetags.ui_icons import icon_shapes
from rollout.templatetags.ui_statuses import LOOKS

CHOICES = (rollout.choices, sites.choices, workorders.choices, technicians.choices)


class SampleForm(forms.Form):
    """One field of every kind, shown with an error."""

    name = forms.CharField(label="Name", help_text="As it is written on the door.", max_length=60)
    stores = forms.IntegerField(label="Sites", min_value=1, required=False)
    paper = forms.ChoiceField(label="Packet paper", choices=[("letter", "Letter"), ("a4", "A4")])
    window = forms.ChoiceField(
        label="Install",
        choices=[("night", "At night"), ("day", "By day")],
        widget=forms.RadioSelect,
    )
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    confirmed = forms.BooleanField(label="The landlord has agreed", required=False)
    file = forms.FileField(label="List of sites", required=False)


def _may_look(user: Any) -> bool:
    is_team = isinstance(user, User) and any(m.role in TEAM_ROLES for m in user.loaded_memberships)
    return is_team or bool(getattr(user, "is_superuser", False))


def _job(state: JobState, *, started: datetime) -> SimpleNamespace:
    return SimpleNamespace(
        key="sample",  # no address, so that nothing is asked for
        state=state,
        get_state_display=state.label,
        title="Render packets",
        message="" if state == JobState.RUNNING else "232 of 240 done, 8 failed.",
        has_ended=state != JobState.RUNNING,
        started_at=started,
        cancel_asked_at=None,
        back_url="",
        done=0,
        total=240,
    )


def _states() -> list[tuple[str, str]]:
    """Return (key, label) of every state and kind that has a look; what no list of choices names is told by its key."""
    kinds = [kind for module in CHOICES for _, kind in inspect.getmembers(module, inspect.isclass)]
    labels = {
        str(one.value): str(one.label) for kind in kinds if issubclass(kind, TextChoices) for one in kind
    }
    return [(key, labels.get(key, "")) for key in sorted(LOOKS)]


def _funnel() -> list[dict[str, Any]]:
    counts = (("planned", 96), ("ready", 54), ("scheduled", 41), ("confirmed", 18), ("on_site", 3))
    ended = (("in_review", 7), ("done", 182), ("on_hold", 5))
    return [
        {"key": key, "label": key.replace("_", " ").capitalize(), "count": n} for key, n in counts + ended
    ]


def _points() -> list[dict[str, Any]]:
    places = (
        ("Denver, Larimer St", 39.7500, -104.9960, "done"),
        ("Boulder, Pearl St", 40.0180, -105.2780, "scheduled"),
        ("Seattle, Pike Pl", 47.6090, -122.3400, "on_hold"),
        ("Chicago, Loop", 41.8820, -87.6290, "ready"),
        ("Chicago, Wicker Park", 41.9080, -87.6770, "done"),
        ("New York, Canal St", 40.7190, -74.0010, "confirmed"),
        ("Brooklyn, Bedford Av", 40.7170, -73.9570, "on_site"),
        ("Miami, Brickell", 25.7610, -80.1910, "planned"),
        ("Austin, Congress Av", 30.2650, -97.7430, "in_review"),
        ("Anchorage, 4th Av", 61.2180, -149.8950, "planned"),
        ("Honolulu, Ala Moana", 21.2910, -157.8440, "planned"),
    )
    return [
        {"lat": lat, "lon": lon, "label": label, "state": state, "url": f"#{label}"}
        for label, lat, lon, state in places
    ]


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component; administrators and members of any team may look."""
    if not _may_look(request.user):
        raise Http404
    now = datetime.now(UTC)
    form = SampleForm({"name": "", "paper": "a4", "window": "night", "notes": "Kept as typed."})
    form.is_valid()
    return render(
        request,
        "components.html",
        {
            "now": now,
            "earlier": now - timedelta(minutes=12),
            "states": _states(),
            "icons": sorted(icon_shapes()),
            "funnel": _funnel(),
            "weeks": [(f"W{week}", closed) for week, closed in enumerate((3, 6, 9, 14, 13, 17, 21, 19), 31)],
            "points": _points(),
            "form": form,
            "page_obj": Paginator(range(1, 3215), 50).get_page(request.GET.get("page")),
            "job": _job(JobState.RUNNING, started=now - timedelta(seconds=20)),
            "job_counts": {"total": 240, "done": 37, "failed": 2, "cancelled": 0},
            "ended_job": _job(JobState.FAILED, started=now - timedelta(minutes=3)),
            "ended_counts": {"total": 240, "done": 232, "failed": 8, "cancelled": 0},
            "tab_items": [("All", request.path, 3214), ("Mine", f"{request.path}?view=mine", 12)],
        },
    )
