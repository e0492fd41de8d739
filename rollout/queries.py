"""Reads of the base."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from rollout.access import AnyUser
from rollout.models import ApiKey, AuditEntry, Client, Job, Membership, Rollout, SavedView, User, Wave


def rollouts_of(user: User) -> QuerySet[Rollout]:
    """Rollouts the user may see, with client and PM."""
    rollouts: QuerySet[Rollout] = Rollout.objects.visible_to(user).select_related("client", "pm")
    return rollouts.order_by("client__name", "name")


def clients_of(user: User) -> QuerySet[Client]:
    """Clients the user works for."""
    clients: QuerySet[Client] = Client.objects.visible_to(user)
    return clients


def waves_of(rollout: Rollout) -> QuerySet[Wave]:
    """Waves in order, with facilitator and `sites`, the number of enrolled sites."""
    waves: QuerySet[Wave] = Wave.objects.filter(rollout=rollout).select_related("pf")
    return waves.annotate(sites=Count("enrolments")).order_by("number")


def members_of(rollout: Rollout) -> QuerySet[Membership]:
    """Memberships that reach this rollout, its client-wide ones included."""
    both = Membership.objects.filter(rollout=rollout) | Membership.objects.filter(
        client=rollout.client_id, rollout__isnull=True
    )
    return both.select_related("user").order_by("role", "user__name")


def history_of(subject: Any, *, limit: int = 50) -> QuerySet[AuditEntry]:
    """The newest audit entries about one object."""
    entries: QuerySet[AuditEntry] = AuditEntry.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=subject.pk
    )
    return entries.select_related("by")[:limit]


def recent_activity(rollout: Rollout, *, limit: int = 12) -> QuerySet[AuditEntry]:
    """The newest audit entries of a rollout."""
    entries: QuerySet[AuditEntry] = AuditEntry.objects.filter(rollout=rollout).select_related("by")
    return entries[:limit]


def visible_jobs(user: AnyUser) -> QuerySet[Job]:
    """All jobs the user may see, the newest first."""
    jobs: QuerySet[Job] = Job.objects.visible_to(user)
    return jobs.select_related("rollout").order_by("-created_at")


def jobs_of(rollout: Rollout, *, limit: int = 50) -> QuerySet[Job]:
    """The newest jobs of a rollout."""
    jobs: QuerySet[Job] = Job.objects.filter(rollout=rollout).select_related("by")
    return jobs[:limit]


def keys_of(user: User) -> QuerySet[ApiKey]:
    """The person's own keys to the API, those that still work first, the newest first."""
    keys: QuerySet[ApiKey] = ApiKey.objects.filter(user=user)
    return keys.order_by("revoked", "-created")


def key_with(secret: str) -> ApiKey | None:
    """The key whose secret this is, its person loaded; None when there is none or it was revoked."""
    prefix = secret.partition(".")[0]
    key: ApiKey | None = ApiKey.objects.filter(prefix=prefix, revoked=False).select_related("user").first()
    return key if key is not None and key.is_valid(secret) else None


def removed_views(rollout: Rollout, user: User) -> QuerySet[AuditEntry]:
    """What tells of the views of lists this person removed in a rollout."""
    entries: QuerySet[AuditEntry] = AuditEntry.objects.filter(rollout=rollout, by=user)
    return entries.filter(type="rollout.view.removed").select_related("rollout")


def saved_views_of(rollout: Rollout, user: User, *, page: str = "") -> QuerySet[SavedView]:
    """The views of a rollout's lists that are the user's own or shared with the team; of one `page` when given."""
    views: QuerySet[SavedView] = SavedView.objects.visible_to(user).filter(rollout=rollout)
    views = views.filter(Q(user=user) | Q(shared=True))
    return views.filter(page=page) if page else views
