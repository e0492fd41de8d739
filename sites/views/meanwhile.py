"""Two people at one form: what the other one saved is told, what was typed stays, nothing is overwritten unseen.

The page carries when the site was last changed (`seen`) and what stood in its fields then (`was`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from sites import forms
from sites.models import Site


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A field somebody else changed: what it was, what they made of it, and what stands in the form now.

    `taken` says that one had not touched the field oneself, so that theirs stands in the form.
    """

    label: str
    was: str
    theirs: str
    mine: str
    taken: bool


def seen_in(request: HttpRequest) -> datetime | None:
    """Return the moment the posted page was made for; None for nonsense, which the action then takes as "does not matter"."""
    try:
        return datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        return None


def _was(request: HttpRequest) -> dict[str, str]:
    try:
        found: Any = json.loads(request.POST.get("was", ""))
    except ValueError:
        return {}
    return {str(name): str(text) for name, text in found.items()} if isinstance(found, dict) else {}


def merged(
    request: HttpRequest, now: forms.SiteForm, mine: forms.SiteForm
) -> tuple[forms.SiteForm, list[Meanwhile]]:
    """Return the form to show again, and what changed meanwhile.

    Where one had typed nothing, what is saved now stands in it; where both wrote, one's own stays and is told.
    """
    was, theirs, typed = _was(request), now.typed(), mine.typed()
    data: Any = request.POST.copy()
    changes = []
    for name, saved in theirs.items():
        before = was.get(name, saved)
        if saved in (before, typed[name]):
            continue
        taken = typed[name] == before
        if taken:
            data[name] = saved
        words = [now.in_words(name, text) for text in (before, saved, typed[name])]
        changes.append(Meanwhile(str(now.fields[name].label), words[0], words[1], words[2], taken))
    again = forms.SiteForm(data, instance=now.instance, rollout=mine.rollout)
    return again, changes


def seen_context(request: HttpRequest, site: Site, now: forms.SiteForm, *, told: bool) -> dict[str, str]:
    """Return what the page carries: the site as it is, or as it was for a form that came back for another reason."""
    if request.method == "POST" and not told and seen_in(request) is not None:
        return {"seen": request.POST["seen"], "was": json.dumps(_was(request))}
    return {"seen": site.updated_at.isoformat(), "was": json.dumps(now.typed())}
