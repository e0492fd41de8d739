"""Who may do what, as one table that can be read aloud.

A permission is always asked about a client or one of its rollouts; `rollout.access` finds the roles and looks here.
Administrators (`is_superuser`) may do everything. Technicians and provider managers are no members of a rollout: what they
may see follows from their visits (`technicians.access`).
"""

from enum import StrEnum

from rollout.choices import Role


class Permission(StrEnum):
    """One thing a member may be allowed to do."""

    ROLLOUT_VIEW = "rollout.view"
    ROLLOUT_EDIT = "rollout.edit"
    PROGRESS_VIEW = "progress.view"
    SITE_VIEW = "site.view"
    SITE_EDIT = "site.edit"
    SITE_IMPORT = "site.import"
    SOW_VIEW = "sow.view"
    SOW_EDIT = "sow.edit"
    PLAN_VIEW = "plan.view"
    PLAN_EDIT = "plan.edit"
    PLAN_PUBLISH = "plan.publish"
    WORK_ORDER_VIEW = "work_order.view"
    WORK_ORDER_EDIT = "work_order.edit"
    PACKET_VIEW = "packet.view"
    PACKET_GENERATE = "packet.generate"
    EVIDENCE_REVIEW = "evidence.review"
    PEOPLE_VIEW = "people.view"
    PEOPLE_EDIT = "people.edit"
    SCHEDULE_VIEW = "schedule.view"
    SCHEDULE_APPLY = "schedule.apply"
    AUDIT_VIEW = "audit.view"


_FACILITATOR = frozenset(
    {
        Permission.ROLLOUT_VIEW,
        Permission.PROGRESS_VIEW,
        Permission.SITE_VIEW,
        Permission.SITE_EDIT,
        Permission.SOW_VIEW,
        Permission.PLAN_VIEW,
        Permission.WORK_ORDER_VIEW,
        Permission.WORK_ORDER_EDIT,
        Permission.PACKET_VIEW,
        Permission.PACKET_GENERATE,
        Permission.EVIDENCE_REVIEW,
        Permission.PEOPLE_VIEW,
        Permission.SCHEDULE_VIEW,
        Permission.SCHEDULE_APPLY,
        Permission.AUDIT_VIEW,
    }
)

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.PM: frozenset(Permission),
    Role.PF: _FACILITATOR,
    Role.CLIENT: frozenset({Permission.PROGRESS_VIEW}),
}

TEAM_ROLES = (Role.PM, Role.PF)
