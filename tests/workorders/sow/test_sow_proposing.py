import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.sow.document import Clause
from workorders.sow.proposing import propose


def clause(text: str, *path: str, kind: str = "list_item") -> Clause:
    return Clause(1, "1.1", path, kind, text, "line 1")


def row(text: str, *path: str) -> Clause:
    return clause(text, *path, kind="table_row")


@pytest.mark.parametrize(
    ("text", "path", "reading", "phase"),
    [
        ("Mount the bracket on the wall", (), "step", "install"),
        ("Power on the screen", ("Start-up",), "step", "install"),
        ("Power supply", ("Start-up",), "information", None),
        ("Power supplies are not interchangeable", ("Parts overview",), "limit", "install"),
        ("Test results", ("Notes",), "information", None),
        ("Test every outlet", ("Electrical",), "step", "test"),
        ("Check in with the shift manager", ("Arrival",), "step", "arrive"),
        ("The contractor shall remove the old sign.", ("Removal",), "step", "install"),
        ("Please sweep the floor", ("Leaving the store",), "step", "close_out"),
        ("2. Label both ends of each cable", (), "step", "install"),
        ("Wear safety glasses when drilling", (), "safety", "install"),
        ("Lock-out the breaker before opening the panel", ("Wiring",), "safety", "install"),
        ("The store manager shall provide a ladder.", (), "prerequisite", "install"),
        ("Floor space of 2 m by 1 m", ("Site readiness",), "prerequisite", "prepare"),
        ("HDMI cable, 5 m", ("Bill of materials",), "material", "prepare"),
        ("Inspect the box for damage", ("Materials",), "step", "prepare"),
        ("Front of the screen", ("Close-out", "Required photos:"), "evidence", "close_out"),
        ("The gap must not exceed 2 mm.", ("Fitting",), "limit", "install"),
        ("Ceiling work is out of scope.", (), "out_of_scope", None),
        ("Electrical circuits", ("Exclusions",), "out_of_scope", None),
        ("A revisit is invoiced at $180.", (), "commercial", None),
        ("Per hour", ("Rates",), "commercial", None),
        ("Help desk: 555-010-0199", ("Overview",), "contact", None),
        ("For help call the help desk.", (), "contact", None),
        ("ISO 9001", ("References",), "information", None),
        ("Use this checklist before every visit.", ("Form",), "information", None),
        ("small", ("Sign", "Confirm which size is installed:"), "information", None),
        ("The screens were chosen in spring.", ("History",), "information", None),
    ],
)
def test_clauses_are_read_as_a_pm_would(text, path, reading, phase):
    proposal = propose(clause(text, *path))
    assert (proposal.reading, proposal.phase) == (reading, phase)


def test_the_reason_names_the_words():
    assert propose(clause("Mount the bracket")).reason == "Starts with the verb ‘mount’."
    assert propose(clause("HDMI cable", "Materials")).reason == "Under the heading ‘Materials’."
    assert propose(clause("Use a lock-out")).reason == "Speaks of a hazard (‘lock-out’)."


def test_a_later_sentence_can_hold_the_instruction():
    proposal = propose(
        clause("Validation is required. Connect a tablet and verify it.", "Testing", kind="paragraph")
    )
    assert proposal.reading == "step"
    assert proposal.reason == "Has the instruction ‘connect’ in it."


def test_the_nearest_heading_decides_the_phase():
    assert propose(clause("Check the seal", "Phase 3: Installation", "Site survey")).phase == "prepare"
    assert propose(clause("Check the seal", "Phase 5: Validation")).phase == "test"


@pytest.mark.parametrize(
    ("text", "title", "reading", "evidence"),
    [
        (
            "Step: 2 · Action: Hang the screen · Verification: level",
            "Hang the screen",
            "step",
            ("confirmation",),
        ),
        ("Test: Latency · Target: ≤15 ms · Tool: ping", "Test: Latency – ≤15 ms", "step", ("reading",)),
        (
            "Item: Door closes · Requirement: by itself · Verified: ☐",
            "Check: Door closes – by itself",
            "step",
            ("confirmation",),
        ),
        ("Setting: Channel · Requirement: 36 · Verified: ☐", "Set: Channel – 36", "step", ("confirmation",)),
        ("Part: Bracket · Height: 2 m", "Bracket – height 2 m", "limit", ()),
        (
            "#: 3 · Requirement: Serial numbers noted · Pass: ☐ · Fail: ☐",
            "Check: Serial numbers noted",
            "step",
            ("serial",),
        ),
        ("Item: Old sign · Initials: (blank)", "Check: Old sign", "step", ("signature",)),
    ],
)
def test_table_rows_are_read_by_their_columns(text, title, reading, evidence):
    proposal = propose(row(text, "Work"))
    assert (proposal.title, proposal.reading, proposal.evidence) == (title, reading, evidence)


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Take a photo of the sticker", ("photo",)),
        ("Scan the serial number", ("serial",)),
        ("Measure the voltage", ("reading",)),
        ("Confirm which type is on the wall", ("choice",)),
        ("Count the number of outlets", ("count",)),
        ("Get the signature of the manager", ("signature",)),
        ("Record the reason for a delay", ("text",)),
        ("Close the door", ("confirmation",)),
    ],
)
def test_evidence_follows_the_words(text, evidence):
    assert propose(clause(f"Take care. {text}" if text.startswith("Get") else text)).evidence == evidence


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Run the cable to the cabinet", 45),
        ("Mount the screen", 20),
        ("Take a photo of the router", 3),
        ("Wait 12 minutes for the update", 12),
        ("Arrive 30 minutes before opening", 5),
    ],
)
def test_minutes_are_a_first_estimate(text, minutes):
    assert propose(clause(text)).minutes == minutes


def test_only_steps_have_minutes():
    assert propose(clause("HDMI cable", "Materials")).minutes is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("☐ 1. please mount the bracket.", "Mount the bracket"),
        ("The technician shall then photograph the rack. Later it is closed.", "Photograph the rack"),
        (
            "Route the two cables behind the counter to the cabinet, keeping them away from the power lines at all times",
            "Route the two cables behind the counter to the cabinet",
        ),
        (
            "Connect the transceiver that came with the kit to port two of the router which stands in the office",
            "Connect the transceiver that came with the kit to port two of the router",
        ),
    ],
)
def test_titles_are_short_and_whole(text, title):
    assert propose(clause(text)).title == title


def test_diagrams_are_information_named_by_their_heading():
    proposal = propose(clause("graph TD", "Workflow", kind="diagram"))
    assert (proposal.reading, proposal.title) == ("information", "Diagram: Workflow")


@given(
    st.text(max_size=300),
    st.lists(st.text(max_size=80), max_size=3),
    st.sampled_from(["list_item", "table_row", "paragraph"]),
)
def test_any_text_gets_a_proposal_within_bounds(text, path, kind):
    one = clause(text, *path, kind=kind)
    proposal = propose(one)
    assert len(proposal.title) <= 80
    assert 0 < len(proposal.reason) <= 200
    assert (proposal.minutes is not None) == (proposal.reading == "step")
    assert len(set(proposal.evidence)) == len(proposal.evidence)
    assert propose(one) == proposal
