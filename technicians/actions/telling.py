"""Tell technicians of their visits: by e-mail from a job, or by a link somebody passes on."""

from __future__ import annotations

from datetime import datetime
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format

from rollout import audit, jobs
from rollout.exceptions import Refused
from rollout.models import Job, Rollout, User
from technicians import links
from technicians.models import Assignment, Visit
from technicians.queries import schedule as queries

SEND_JOB = "technicians.links.send"


class NobodyToTell(Refused):
    """Everybody with an e-mail address knows of their visits."""


class NotTold(Exception):
    """An e-mail could not be handed over; the text says why."""


def start_telling(*, rollout: Rollout, by: User, at: datetime) -> Job:
    """Start the job that sends each technician with an e-mail address the links of the visits they do not know of.

    A second press while it runs leads to the job that runs. Raises `NobodyToTell`.
    """
    with transaction.atomic():
        Rollout.objects.select_for_update().get(pk=rollout.pk)
        running = Job.objects.filter(rollout=rollout, kind=SEND_JOB, ended_at__isnull=True).first()
        if isinstance(running, Job):
            return running
        rows = (
            queries.untold(rollout, now=at).exclude(technician__email="").select_related("visit__work_order")
        )
        items = {row.visit_id: row.visit.work_order.number for row in rows}
        if not items:
            raise NobodyToTell(
                "Nobody is left to be told by e-mail. Pass the links of the others on by hand."
            )
        return jobs.start(
            SEND_JOB,
            title=f"Tell technicians of {len(items):,} visits",
            rollout=rollout,
            by=by,
            at=at,
            items=items.items(),
            back_url=reverse("technicians:tell", args=[rollout.code]),
        )


def tell_visit(*, visit_id: int, by: User, at: datetime) -> int:
    """Send the link of a visit to everybody booked for it who has not been told; returns how many e-mails went out.

    Safe to run twice: whoever was told is passed over. Only a crash between handing the e-mail over and writing it down can
    send one twice. Raises `NotTold`.
    """
    rows = Assignment.objects.filter(visit=visit_id, released_at__isnull=True, told_at__isnull=True)
    return sum(_tell(pk, by, at) for pk in rows.exclude(technician__email="").values_list("pk", flat=True))


@transaction.atomic
def _tell(assignment_id: int, by: User, at: datetime) -> int:
    rows = Assignment.objects.select_for_update(of=("self",)).select_related(
        "technician", "visit__work_order__rollout__client", "visit__work_order__enrolment__site"
    )
    row = rows.get(pk=assignment_id)
    stands = row.told_at is None and row.released_at is None and row.visit.state in queries.BOOKED
    if not stands:
        return 0
    try:
        _message(row).send()
    except (SMTPException, OSError) as error:
        raise NotTold(
            f"The e-mail to {row.technician.email} could not be sent: {error}. Retry later."
        ) from error
    except links.HasTeamAccount as refusal:
        raise NotTold(str(refusal)) from refusal
    _mark(row, f"{row.technician.name} told by e-mail", by=by, at=at)
    return 1


def _message(row: Assignment) -> EmailMessage:
    visit, site = row.visit, row.visit.work_order.enrolment.site
    starts = visit.starts_at.astimezone(site.zone)
    context = {
        "visit": visit,
        "site": site,
        "order": visit.work_order,
        "rollout": visit.work_order.rollout,
        "technician": row.technician,
        # Words, not moments: a template would show those on the server's clock.
        "day": date_format(starts, "l, F j, Y"),
        "hours": f"{starts:%H:%M} to {visit.ends_at.astimezone(site.zone):%H:%M}",
        "zone": starts.tzname(),
        "link": links.link_for(visit, row.technician),
    }
    body = render_to_string("technicians/schedule_email.txt", context)
    subject = f"Your visit: {site.name}, {starts:%a} {starts.day} {starts:%b, %H:%M %Z}"
    return EmailMessage(subject=" ".join(subject.split()), body=body, to=[row.technician.email])


@transaction.atomic
def mark_told(*, visit: Visit, technician_id: int, by: User, at: datetime) -> bool:
    """Write down that somebody passed the link on by hand; False when it was written down already."""
    rows = Assignment.objects.select_for_update(of=("self",)).select_related(
        "technician", "visit__work_order__rollout"
    )
    row = rows.filter(visit=visit, technician=technician_id, released_at__isnull=True, told_at=None).first()
    if row is None:
        return False
    _mark(row, f"{row.technician.name} told by hand", by=by, at=at)
    return True


def _mark(row: Assignment, words: str, *, by: User, at: datetime) -> None:
    row.told_at = at
    row.save(update_fields=["told_at"])
    order = row.visit.work_order
    audit.record(
        "technicians.link.sent",
        subject=row.visit,
        rollout=order.rollout,
        by=by,
        at=at,
        summary=f"{order.number}: {words}",
        data={"technician": row.technician_id},
    )
