"""What tests of the statement of work and the plan begin with."""

from __future__ import annotations

from tests.factories import NOW
from workorders.actions import sow as actions
from workorders.models import Clause, PlanRevision, StatementOfWork
from workorders.queries import plan as plan_queries

SOW = b"""# Guest Wi-Fi

## Overview

This document describes guest Wi-Fi for cafes.

## Installation

- Mount the access point on the ceiling and take a photo of it
- Connect the access point to port 1 of the switch
- Never open the electrical panel

## Costs

The client pays 400 USD per site.
"""


def bring(rollout, by, data: bytes = SOW, name: str = "sow.md") -> StatementOfWork:
    """Upload a statement of work as the page does."""
    return actions.upload_sow(
        rollout=rollout,
        name=name,
        data=data,
        media_type="text/markdown",
        document=actions.read(name, data),
        by=by,
        at=NOW,
    )


def draft_of(rollout) -> PlanRevision:
    """The rollout's working revision."""
    revision = plan_queries.working_revision(rollout)
    assert revision is not None
    return revision


def clause(sow: StatementOfWork, words: str) -> Clause:
    """The clause with these words."""
    return sow.clauses.get(text__contains=words)
