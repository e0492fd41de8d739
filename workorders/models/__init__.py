"""From the statement of work to the proof that a site is done."""

from workorders.models.evidence import Event, Evidence
from workorders.models.orders import Packet, WorkOrder
from workorders.models.plan import EvidenceSpec, PlanRevision, Step, Variation
from workorders.models.sow import Clause, StatementOfWork

__all__ = [
    "Clause",
    "Event",
    "Evidence",
    "EvidenceSpec",
    "Packet",
    "PlanRevision",
    "StatementOfWork",
    "Step",
    "Variation",
    "WorkOrder",
]
