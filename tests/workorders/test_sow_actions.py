"""Statements of work are kept, and every clause is decided once."""

from __future__ import annotations

import pytest

from rollout.models import AuditEntry
from tests.factories import NOW
from tests.workorders.plan_cases import SOW, bring, clause, draft_of
from workorders.actions import clauses as actions
from workorders.actions import plan as plan_actions
from workorders.actions import publish as publish_actions
from workorders.actions import sow as sow_actions
from workorders.models import Clause, PlanRevision, StatementOfWork, Step
from workorders.queries import sow as queries


@pytest.fixture
def desk(cast):
    """A statement of work with its draft plan, and who decides."""
    sow = bring(cast.rollout, cast.pm)
    return cast, sow, draft_of(cast.rollout)


def test_every_clause_is_kept_with_place_proposal_and_source(desk):
    _, sow, draft = desk
    mount = clause(sow, "Mount the access point")
    assert mount.number == "2.1"
    assert mount.heading_path == ["Installation"]
    assert mount.place.startswith("line")
    assert (mount.proposed_reading, mount.proposed_phase) == ("step", "install")
    assert "photo" in mount.proposed_evidence
    with sow.file.content.open("rb") as kept:
        assert kept.read() == SOW
    assert draft.sow == sow


def test_accepting_makes_a_step_that_traces_the_clause(desk):
    cast, sow, draft = desk
    step = actions.accept_proposal(clause=clause(sow, "Mount"), revision=draft, by=cast.pm, at=NOW)
    assert step is not None
    assert step.phase == "install"
    assert [spec.kind for spec in step.evidence_specs.all()] == ["photo"]
    assert [one.number for one in step.clauses.all()] == ["2.1"]
    counted = queries.coverage(sow, draft)
    assert (counted.traced, counted.set_aside, counted.open) == (1, 0, 4)
    assert AuditEntry.objects.filter(type="workorders.step.added", by=cast.pm).count() == 1


def test_accepting_a_clause_that_asks_nothing_sets_it_aside(desk):
    cast, sow, draft = desk
    assert actions.accept_proposal(clause=clause(sow, "400 USD"), revision=draft, by=cast.pm, at=NOW) is None
    costs = clause(sow, "400 USD")
    assert costs.set_aside_by == cast.pm
    assert costs.set_aside_reason.startswith("Commercial")


def test_a_table_row_gives_the_cells_its_title_leaves_out(cast):
    data = b"# T\n\n## Install\n\n| Step | Action | Responsible | Done |\n|---|---|---|---|\n| 1 | Mount the cabinet | Contractor | - |\n"
    sow = bring(cast.rollout, cast.pm, data)
    step = actions.accept_proposal(
        clause=sow.clauses.get(), revision=draft_of(cast.rollout), by=cast.pm, at=NOW
    )
    assert step is not None
    assert step.instructions == "- Responsible: Contractor"


def test_a_safety_clause_becomes_a_warning(desk):
    cast, sow, draft = desk
    Clause.objects.filter(text__contains="electrical panel").update(proposed_reading="safety")
    step = actions.accept_proposal(clause=clause(sow, "electrical panel"), revision=draft, by=cast.pm, at=NOW)
    assert step is not None
    assert step.warning == "Never open the electrical panel"


def test_a_clause_decided_meanwhile_is_refused_with_who_and_what(desk):
    cast, sow, draft = desk
    costs = clause(sow, "400 USD")
    actions.set_aside(clauses=[costs], revision=draft, reason="Not ours", by=cast.pf, at=NOW)
    with pytest.raises(
        actions.AlreadyDecided, match=f"{cast.pf.name} set clause 3.1 aside meanwhile: Not ours"
    ):
        actions.accept_proposal(clause=costs, revision=draft, by=cast.pm, at=NOW)


def test_a_clause_traced_meanwhile_is_not_set_aside(desk):
    cast, sow, draft = desk
    mount = clause(sow, "Mount")
    actions.accept_proposal(clause=mount, revision=draft, by=cast.pm, at=NOW)
    with pytest.raises(actions.AlreadyDecided, match="is traced to"):
        actions.set_aside(clauses=[mount], revision=draft, reason="No", by=cast.pm, at=NOW)
    mount.refresh_from_db()
    assert mount.set_aside_at is None


def test_accepting_twice_makes_one_step(desk):
    cast, sow, draft = desk
    mount = clause(sow, "Mount")
    actions.accept_proposal(clause=mount, revision=draft, by=cast.pm, at=NOW)
    with pytest.raises(actions.AlreadyDecided):
        actions.accept_proposal(clause=mount, revision=draft, by=cast.pm, at=NOW)
    assert draft.steps.count() == 1


def test_several_clauses_become_one_step(desk):
    cast, sow, draft = desk
    chosen = [clause(sow, "Mount"), clause(sow, "Connect")]
    step = actions.make_one_step(clauses=chosen, revision=draft, by=cast.pm, at=NOW)
    assert {one.pk for one in step.clauses.all()} == {one.pk for one in chosen}
    assert step.instructions.count("\n") == 1
    assert step.minutes == sum(one.proposed_minutes or 0 for one in chosen)


CHECKLIST = b"""# T

## Mounting

```mermaid
graph TD
  A --> B
```

| Step | Item | Limit | Verified |
|---|---|---|---|
| 1 | Mount the bracket | 25 | - |
| 2 | Seat the access point | 12 mm | - |

- Never stand on the top step of a ladder.

## Rest

- Sweep the floor.
"""


@pytest.fixture
def checklist(cast):
    """A section with a diagram, a table to tick and a safety clause, and another section."""
    sow = bring(cast.rollout, cast.pm, CHECKLIST)
    Clause.objects.filter(sow=sow, text__contains="ladder").update(proposed_reading="safety")
    return sow, draft_of(cast.rollout)


def test_a_whole_section_becomes_one_step_that_reads_like_work(cast, checklist):
    sow, draft = checklist
    section = sow.clauses.filter(heading_path__0="Mounting")
    step = actions.make_one_step(clauses=section, revision=draft, by=cast.pm, at=NOW)
    assert step.title == "Mounting"
    assert step.instructions == "- Mount the bracket · Limit: 25\n- Seat the access point · Limit: 12 mm"
    assert step.warning == "Never stand on the top step of a ladder."
    assert step.clauses.count() == section.count() == 4


def test_part_of_a_section_keeps_the_title_of_its_first_clause(cast, checklist):
    sow, draft = checklist
    rows = sow.clauses.filter(kind="table_row")
    step = actions.make_one_step(clauses=rows, revision=draft, by=cast.pm, at=NOW)
    assert step.title.startswith("Mount the bracket")


def test_clauses_too_long_for_one_step_are_refused_and_stay_open(cast, checklist):
    sow, draft = checklist
    sow.clauses.filter(kind="table_row").update(text="Item: " + "word " * 700)
    with pytest.raises(actions.TooLongForOneStep, match="make two steps"):
        actions.make_one_step(clauses=sow.clauses.all(), revision=draft, by=cast.pm, at=NOW)
    assert queries.open_clauses(sow, draft).count() == 5
    assert draft.steps.count() == 0


def test_accepting_many_leaves_what_proposes_no_step(desk):
    cast, sow, draft = desk
    made = actions.accept_many(clauses=sow.clauses.all(), revision=draft, by=cast.pm, at=NOW)
    left = queries.open_clauses(sow, draft)
    assert made
    assert all(one.proposed_reading in queries.SET_ASIDE_REASONS for one in left)
    with pytest.raises(actions.NothingOpen):
        actions.accept_many(clauses=left, revision=draft, by=cast.pm, at=NOW)


def test_tracing_adds_a_clause_to_a_step_that_is_there(desk):
    cast, sow, draft = desk
    step = actions.accept_proposal(clause=clause(sow, "Mount"), revision=draft, by=cast.pm, at=NOW)
    actions.trace(clauses=[clause(sow, "Connect")], step=step, by=cast.pm, at=NOW)
    assert step.clauses.count() == 2


def test_undo_takes_the_untouched_step_with_it(desk):
    cast, sow, draft = desk
    mount = clause(sow, "Mount")
    actions.accept_proposal(clause=mount, revision=draft, by=cast.pm, at=NOW)
    said = actions.reopen(clause=mount, revision=draft, by=cast.pm, at=NOW)
    assert said.endswith("is gone.")
    assert draft.steps.count() == 0


def test_undo_leaves_a_step_somebody_worked_on(desk):
    cast, sow, draft = desk
    mount = clause(sow, "Mount")
    step = actions.accept_proposal(clause=mount, revision=draft, by=cast.pm, at=NOW)
    Step.objects.filter(pk=step.pk).update(minutes=90)
    assert actions.reopen(clause=mount, revision=draft, by=cast.pm, at=NOW).endswith("stays in the plan.")
    assert draft.steps.get().clauses.count() == 0


def test_undo_of_setting_aside_opens_the_clause(desk):
    cast, sow, draft = desk
    costs = clause(sow, "400 USD")
    actions.set_aside(clauses=[costs], revision=draft, reason="Not ours", by=cast.pm, at=NOW)
    actions.reopen(clause=costs, revision=draft, by=cast.pm, at=NOW)
    assert costs in queries.open_clauses(sow, draft)


def test_the_same_file_again_adds_no_version(desk):
    cast, _, _ = desk
    with pytest.raises(sow_actions.SameDocument, match="version 1 again"):
        bring(cast.rollout, cast.pm)
    assert StatementOfWork.objects.count() == 1
    assert cast.rollout.files.count() == 1


def test_a_new_version_keeps_what_was_decided_on_unchanged_clauses(desk):
    cast, sow, draft = desk
    step = actions.accept_proposal(clause=clause(sow, "Mount"), revision=draft, by=cast.pm, at=NOW)
    actions.accept_proposal(clause=clause(sow, "Connect"), revision=draft, by=cast.pm, at=NOW)
    actions.accept_proposal(clause=clause(sow, "400 USD"), revision=draft, by=cast.pm, at=NOW)
    newer = bring(cast.rollout, cast.pm, SOW.replace(b"port 1", b"port 24"))
    draft.refresh_from_db()
    assert (newer.version, draft.sow) == (2, newer)
    assert [one.sow.version for one in step.clauses.all()] == [2]
    counted = queries.coverage(newer, draft)
    assert (counted.traced, counted.set_aside) == (1, 1)
    assert clause(newer, "port 24") in queries.open_clauses(newer, draft)
    assert (
        queries.coverage(sow, draft).traced == 1
    )  # the step of the changed clause still remembers the old words


def test_a_new_version_after_publishing_starts_the_next_revision(desk):
    cast, sow, draft = desk
    actions.accept_proposal(clause=clause(sow, "Mount"), revision=draft, by=cast.pm, at=NOW)
    publish_actions.publish_plan(revision=draft, open_clauses_reason="Later", by=cast.pm, at=NOW)
    newer = bring(cast.rollout, cast.pm, SOW + b"\nMore words.\n")
    second = draft_of(cast.rollout)
    assert (second.number, second.sow) == (2, newer)
    first = PlanRevision.objects.get(number=1)
    assert [one.sow for one in first.steps.get().clauses.all()] == [sow]
    assert [one.sow for one in second.steps.get().clauses.all()] == [newer]


def test_nothing_is_decided_in_a_published_revision(desk):
    cast, sow, draft = desk
    actions.accept_proposal(clause=clause(sow, "Mount"), revision=draft, by=cast.pm, at=NOW)
    publish_actions.publish_plan(revision=draft, open_clauses_reason="Later", by=cast.pm, at=NOW)
    with pytest.raises(plan_actions.PlanIsPublished, match="Start revision 2"):
        actions.accept_proposal(clause=clause(sow, "Connect"), revision=draft, by=cast.pm, at=NOW)
    with pytest.raises(plan_actions.PlanIsPublished):
        actions.reopen(clause=clause(sow, "Mount"), revision=draft, by=cast.pm, at=NOW)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("sow.pdf", b"", "empty"),
        ("list.xlsx", b"PK\x03\x04", ""),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ""),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(name, data, words):
    with pytest.raises(sow_actions.UnreadableSow) as refusal:
        sow_actions.read(name, data)
    assert words in str(refusal.value)
    assert str(refusal.value).endswith(".")
