"""Users, clients, rollouts and what every app leans on: files, jobs, audit."""

from rollout.models.audit import AuditEntry
from rollout.models.clients import Client, CustomerOutcome, Rollout, Wave
from rollout.models.files import StoredFile
from rollout.models.jobs import Job, JobItem
from rollout.models.keys import ApiKey
from rollout.models.people import Membership, User
from rollout.models.views import SavedView

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Client",
    "CustomerOutcome",
    "Job",
    "JobItem",
    "Membership",
    "Rollout",
    "SavedView",
    "StoredFile",
    "User",
    "Wave",
]
