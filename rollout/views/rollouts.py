"""Settings of a rollout: its own fields, launch, outcomes, waves, team."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rollout import access, actions, forms, queries
from rollout.exceptions import Refused
from rollout.models import CustomerOutcome, Rollout, Wave
from rollout.permissions import Permission
from rollout.views.parts import signed_in


def rollout_settings(request: HttpRequest, code: str) -> HttpResponse:
    """Change the rollout's own fields; see and reach its outcomes, waves and team."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.ROLLOUT_EDIT)
    form = forms.RolloutSettingsForm(request.POST or None, instance=rollout)
    if request.method == "POST" and form.is_valid():
        fresh = access.rollout_for(user, code, Permission.ROLLOUT_EDIT)
        actions.change_rollout(rollout=fresh, by=user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("rollout:settings", code=code)
    return _settings_page(request, rollout, form=form)


def _settings_page(
    request: HttpRequest,
    rollout: Rollout,
    *,
    form: forms.RolloutSettingsForm | None = None,
    member_form: forms.MemberForm | None = None,
) -> HttpResponse:
    context = {
        "rollout": rollout,
        "form": form or forms.RolloutSettingsForm(instance=rollout),
        "outcomes": rollout.outcomes.all(),
        "waves": queries.waves_of(rollout),
        "members": queries.members_of(rollout),
        "member_form": member_form or forms.MemberForm(),
    }
    return render(request, "rollout/settings_page.html", context)


@require_POST
def rollout_launch(request: HttpRequest, code: str) -> HttpResponse:
    """Launch."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.ROLLOUT_EDIT)
    try:
        actions.launch_rollout(rollout=rollout, by=user, at=timezone.now())
    except actions.NoOutcome as refusal:
        messages.error(request, str(refusal))
        return redirect("rollout:outcome-new", code=code)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{rollout.name} is live.")
    return redirect("rollout:home", code=code)


def outcome_new(request: HttpRequest, code: str) -> HttpResponse:
    """State a customer outcome."""
    rollout = access.rollout_for(request.user, code, Permission.ROLLOUT_EDIT)
    return _outcome_form(request, CustomerOutcome(rollout=rollout))


def outcome_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a customer outcome or write down its latest reading."""
    return _outcome_form(request, access.outcome_for(request.user, pk, Permission.ROLLOUT_EDIT))


def _outcome_form(request: HttpRequest, outcome: CustomerOutcome) -> HttpResponse:
    form = forms.OutcomeForm(request.POST or None, instance=outcome)
    if request.method == "POST" and form.is_valid():
        actions.save_outcome(outcome=form.instance, by=signed_in(request), at=timezone.now())
        messages.success(request, "Outcome saved.")
        return redirect("rollout:home", code=outcome.rollout.code)
    context = {"form": form, "rollout": outcome.rollout, "outcome": outcome}
    return render(request, "rollout/outcome_form.html", context)


@require_POST
def outcome_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a customer outcome."""
    outcome = access.outcome_for(request.user, pk, Permission.ROLLOUT_EDIT)
    code = outcome.rollout.code
    try:
        actions.remove_outcome(outcome=outcome, by=signed_in(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Outcome removed.")
    return redirect("rollout:settings", code=code)


def wave_new(request: HttpRequest, code: str) -> HttpResponse:
    """Make a wave."""
    rollout = access.rollout_for(request.user, code, Permission.ROLLOUT_EDIT)
    return _wave_form(request, Wave(rollout=rollout))


def wave_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a wave."""
    return _wave_form(request, access.wave_for(request.user, pk, Permission.ROLLOUT_EDIT))


def _wave_form(request: HttpRequest, wave: Wave) -> HttpResponse:
    form = forms.WaveForm(request.POST or None, instance=wave, rollout=wave.rollout)
    if request.method == "POST" and form.is_valid():
        actions.save_wave(wave=form.instance, by=signed_in(request), at=timezone.now())
        messages.success(request, f"{wave} saved.")
        return redirect("rollout:settings", code=wave.rollout.code)
    return render(request, "rollout/wave_form.html", {"form": form, "rollout": wave.rollout, "wave": wave})


@require_POST
def wave_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a wave without sites."""
    wave = access.wave_for(request.user, pk, Permission.ROLLOUT_EDIT)
    code = wave.rollout.code
    try:
        actions.remove_wave(wave=wave, by=signed_in(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("rollout:settings", code=code)


@require_POST
def member_add(request: HttpRequest, code: str) -> HttpResponse:
    """Add somebody to the team."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.ROLLOUT_EDIT)
    form = forms.MemberForm(request.POST)
    if form.is_valid():
        try:
            member = actions.add_member(rollout=rollout, by=user, at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(
                request,
                f"{member.user} is on the team as {member.get_role_display().lower()}. Tell them to sign in at "
                f"{request.get_host()} with a code by e-mail; no password is needed.",
            )
            return redirect("rollout:settings", code=code)
    return _settings_page(request, rollout, member_form=form)


@require_POST
def member_remove(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take somebody off the team."""
    user = signed_in(request)
    rollout = access.rollout_for(user, code, Permission.ROLLOUT_EDIT)
    membership = get_object_or_404(queries.members_of(rollout), pk=pk)
    try:
        actions.remove_member(membership=membership, rollout=rollout, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("rollout:settings", code=code)
