"""The demo's plan: steps with the clauses they serve (found by their first words) and three variations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workorders.actions.plan import EvidenceDraft


@dataclass(frozen=True)
class DemoStep:
    """A step, and the beginnings of the clauses it traces."""

    phase: str
    title: str
    instructions: str
    minutes: int
    clauses: tuple[str, ...]
    evidence: tuple[EvidenceDraft, ...] = ()
    warning: str = ""
    more: dict[str, Any] = field(default_factory=dict)


def _photo(label: str, *must_show: str) -> EvidenceDraft:
    return EvidenceDraft("photo", label, True, {"must_show": list(must_show)} if must_show else {})


def _reading(label: str, unit: str, low: float | None, high: float | None) -> EvidenceDraft:
    limits = {"low": low, "high": high}
    return EvidenceDraft(
        "reading", label, True, {"unit": unit, **{k: v for k, v in limits.items() if v is not None}}
    )


def _serial(label: str) -> EvidenceDraft:
    return EvidenceDraft("serial", label, True, {"pattern": "L[XS]7?-[A-Z0-9]{8}", "shape": "LX7-########"})


STEPS = (
    DemoStep("prepare", "Check the kit", "Two access points, switch, power supply, four patch cables. Note damage before you load.", 10,
             ("Check that both access points", "Charge the cordless drill", "Item: Access point", "Item: Switch", "Item: Power supply", "Item: Patch cable"),
             (EvidenceDraft("confirmation", "Kit complete and undamaged"),),
             more={"tools": ["Cordless drill", "Ladder", "Label printer", "Phone with survey app"],
                   "materials": [{"name": "Access point LX-7", "quantity": "2", "unit": "pcs"}, {"name": "Switch LS-24P", "quantity": "1", "unit": "pcs"},
                                 {"name": "Power supply UP-600", "quantity": "1", "unit": "pcs"}, {"name": "Patch cable 2 m, blue", "quantity": "4", "unit": "pcs"}]}),
    DemoStep("prepare", "Confirm access with the café manager", "Two working days ahead. Bring photo identification for the alarm company.", 5,
             ("Confirm access with", "Bring photo identification"), (EvidenceDraft("confirmation", "Access confirmed"),)),
    DemoStep("arrive", "Check in and photograph the counter", "Report to the shift lead or the alarm company. Take the photo before you touch anything.", 10,
             ("Check in with the shift", "Take a photo of the counter", "Cover tables"),
             (_photo("Counter and network corner before work", "counter", "network corner"),),
             warning="Never work on a ladder alone when the café is dark. Keep the counter lights on."),
    DemoStep("arrive", "Confirm that the circuit is live", "Find the network corner. Read the light level at the demarcation point.", 10,
             ("Find the network corner",), (_reading("Light level", "dBm", -27, -8),)),
    DemoStep("install", "Mount the access point above the counter", "At least 2 m from the espresso machine. Use the T-bar clip. Leave a service loop of 1 m; label both ends.", 25,
             ("Mount the first access point", "Use the T-bar clip", "Leave a service loop", "Item: T-bar"),
             (_photo("Access point above the counter", "light on", "ceiling fixing"), _serial("Serial number, counter")),
             more={"skills": ["wifi"], "materials": [{"name": "T-bar clip", "quantity": "1", "unit": "pcs"}]}),
    DemoStep("install", "Mount the access point above the seating area", "Centred on the room. Leave a service loop of 1 m; label both ends.", 25,
             ("Mount the second access point",), (_photo("Access point above the seating area", "light on"), _serial("Serial number, seating")),
             more={"skills": ["wifi"], "materials": [{"name": "T-bar clip", "quantity": "1", "unit": "pcs"}]}),
    DemoStep("install", "Replace the switch and power supply", "Old equipment goes into the return box. Access points on ports 1 and 2, circuit on port 24, switch on the power supply.", 30,
             ("Remove the old router", "Mount the new switch", "Connect the access points", "Connect the switch"),
             (_photo("Finished network corner", "port labels"), _serial("Serial number, switch")),
             warning="Disconnect power before opening the old cabinet."),
    DemoStep("test", "Measure the signal", "Stand at the counter, then at the far table.", 10, ("Test: Signal at the counter", "Test: Signal at the far"),
             (_reading("At the counter", "dBm", -62, -20), _reading("At the far table", "dBm", -67, -20))),
    DemoStep("test", "Test throughput and joining", "Speed test on the guest network; three tries with a stop watch.", 10,
             ("Test: Throughput", "Test: Time to join"), (_reading("Throughput", "Mbit/s", 200, None), _reading("Time to join", "s", None, 10))),
    DemoStep("test", "Have support confirm both access points online", "Do not leave before they confirm.", 5, ("Call the support desk",),
             (EvidenceDraft("confirmation", "Support confirmed both online"),)),
    DemoStep("close_out", "Clean up and hand over", "No dust on counters, no packaging. Show the shift lead how to restart the power supply.", 15,
             ("Take photos of both", "Record the serial", "Clean up", "Show the shift lead"),
             (_photo("Café as you leave it"), EvidenceDraft("text", "Anything unusual", required=False), EvidenceDraft("signature", "Signature of the shift lead"))),
)  # fmt: skip

SET_ASIDE = (
    ("Commercial Terms", "Commercial: dealt with in the contract, not on site."),
    ("Out of Scope", "Out of scope: nobody does this."),
    ("Purpose", "Background for the team, no work of its own."),
    ("Contacts", "Printed on every packet’s cover already."),
)

VARIATIONS: tuple[dict[str, Any], ...] = (
    {
        "name": "Hard ceiling: junction box and anchors",
        "rank": 1,
        "condition": {"attribute": "ceiling", "op": "is", "value": "hard"},
        "effect": "replace_step",
        "step": "Mount the access point above the counter",
        "payload": {"instructions": "At least 2 m from the espresso machine. Fix the junction box with four anchors. Leave a service loop of 1 m; label both ends.", "minutes": 40},
        "reason": "T-bar clips do not hold on plaster or concrete.",
        "clause": "Use the T-bar clip",
    },
    {
        "name": "Open ceiling: safety wire",
        "rank": 1,
        "condition": {"attribute": "ceiling", "op": "is", "value": "open"},
        "effect": "add_material",
        "step": "Mount the access point above the seating area",
        "payload": {"name": "Safety wire kit", "quantity": "2", "unit": "pcs"},
        "reason": "Access points hang from the beam.",
        "clause": "In cafés with open ceilings",
    },
    {
        "name": "No rack: wall bracket first",
        "rank": 1,
        "condition": {"attribute": "has-rack", "op": "is", "value": False},
        "effect": "add_step",
        "step": "",
        "payload": {"title": "Install the wall bracket", "phase": "install", "after": "mount-the-access-point-above-the-seating-area", "minutes": 20, "instructions": "At eye level in the network corner, within 1.5 m of the outlet.", "materials": [{"name": "Wall bracket 6U", "quantity": "1", "unit": "pcs"}]},
        "reason": "The switch needs something to sit in.",
        "clause": "Mount the new switch",
    },
)  # fmt: skip
