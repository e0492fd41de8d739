"""Where everybody lands, and the overview of all one's rollouts."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from rollout import access, queries
from rollout.models import Client, Rollout, User
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from workorders.queries import orders
from workorders.queries.orders import Funnel


@dataclass(frozen=True)
class Card:
    """One rollout on the portfolio."""

    rollout: Rollout
    funnel: Funnel


def home(request: HttpRequest) -> HttpResponse:
    """Send people to what is theirs: technicians to their visits, client viewers to progress, teams to the portfolio."""
    user = signed_in(request)
    if hasattr(user, "technician"):
        return redirect("technicians:my-visits")
    rollouts = list(queries.rollouts_of(user))
    if rollouts and not any(access.may(user, Permission.ROLLOUT_VIEW, rollout) for rollout in rollouts):
        return (
            redirect("progress:list")
            if len(rollouts) > 1
            else redirect("progress:home", code=rollouts[0].code)
        )
    return render(request, "rollout/portfolio_page.html", _portfolio(user, rollouts))


def _portfolio(user: User, rollouts: list[Rollout]) -> dict[str, object]:
    mine = [rollout for rollout in rollouts if access.may(user, Permission.ROLLOUT_VIEW, rollout)]
    funnels = orders.funnels(rollout.pk for rollout in mine)
    clients: list[Client] = [
        client
        for client in queries.clients_of(user)
        if Permission.ROLLOUT_EDIT in access.permissions_in(user, client_id=client.pk, rollout_id=None)
    ]
    return {
        "cards": [Card(rollout, funnels[rollout.pk]) for rollout in mine],
        "clients": clients,
        "may_start": user.may_start_rollouts or user.is_superuser,
    }
