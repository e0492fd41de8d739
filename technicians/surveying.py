"""Technicians as people who could survey a site, for the registry of the sites app."""

from __future__ import annotations

from collections.abc import Iterable

from rollout.models import Rollout
from sites.asking.people import Surveyor
from technicians.queries.people import engaged


def technicians_to_survey(rollout: Rollout) -> Iterable[Surveyor]:
    """Active technicians of the client's providers who can be given a link; one query."""
    rows = engaged(rollout).filter(is_active=True).exclude(email="", phone="")
    columns = rows.values_list("name", "email", "phone", "provider__name")
    return [Surveyor(*who) for who in columns]
