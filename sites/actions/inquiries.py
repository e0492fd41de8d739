"""What is done about questions that were asked: send, remind, extend, withdraw, ask again, pass the link on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from rollout import audit, jobs
from rollout.exceptions import Refused
from rollout.models import Job, Rollout, User
from sites import letters, links, queries
from sites.models import Inquiry

CHANGE_JOB = "sites.inquiries.change"
CHANGES = {"remind": "Remind", "extend": "Extend", "withdraw": "Withdraw", "again": "Ask again"}
# Days after the questions were sent on which a reminder goes out, and the hours of the site's clock in which it may.
REMINDERS = (3, 7, 14)
WAKING = range(9, 17)
NEW_DAYS = 21


class NotSent(Refused):
    """An e-mail could not be handed over, or there is no address to send it to."""


class IsClosed(Refused):
    """The questions are answered, withdrawn or closed; nothing more is done about them."""


def _locked(inquiry_id: int) -> Inquiry:
    rows = Inquiry.objects.select_for_update(of=("self",)).select_related(
        "site", "rollout__client", "asked_by", "contact"
    )
    found: Inquiry = rows.get(pk=inquiry_id)
    return found


def _note(
    inquiry: Inquiry,
    type_: str,
    summary: str,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    **data: Any,
) -> None:
    audit.record(
        f"sites.inquiry.{type_}",
        subject=inquiry.site,
        rollout=inquiry.rollout,
        by=by,
        at=at,
        summary=summary,
        reason=reason,
        data={"inquiry": str(inquiry.key), **data},
    )


def send_inquiry(*, inquiry_id: int, by: User, at: datetime) -> bool:
    """Send the link by e-mail unless it was sent since it was last asked; False when there is nothing to send.

    Safe to run twice: only a crash between handing the e-mail over and writing it down sends it twice, with one Message-ID.
    Raises `NotSent`, having written down why.
    """
    error = ""
    with transaction.atomic():
        inquiry = _locked(inquiry_id)
        was_sent = inquiry.sent_at is not None and inquiry.sent_at >= inquiry.asked_at
        if was_sent or not inquiry.email or not links.is_open(inquiry, now=at):
            return False
        error = _hand_over(inquiry, "asked")
        if error:
            Inquiry.objects.filter(pk=inquiry.pk).update(send_error=error)
        else:
            Inquiry.objects.filter(pk=inquiry.pk).update(sent_at=at, send_error="")
            _note(inquiry, "sent", f"Link sent to {inquiry.name}, {inquiry.email}", by=by, at=at)
    if error:
        raise NotSent(error)
    return True


def _hand_over(inquiry: Inquiry, occasion: letters.Occasion) -> str:
    """Send a letter; return why it could not be sent, or ""."""
    open_ones = [one for one in queries.questions_of(inquiry) if one.answered_at is None]
    try:
        letters.letter(inquiry, open_ones, occasion).send()
    except (SMTPException, OSError, ValueError) as error:
        return f"The e-mail to {inquiry.email} could not be sent: {error}."[:300]
    return ""


def remind(*, inquiry_id: int, by: User | None, at: datetime, step: int | None = None) -> bool:
    """Send a reminder; False when there is none to send.

    Parameters
    ----------
    step
        Which of the automatic ones this is, counted from 1; it is claimed before it is sent, so that no step goes out twice
        whatever dies in between. Without it somebody pressed a button, and the step count stays.

    Raises `NotSent` (written down as well) when the mail server refuses.
    """
    with transaction.atomic():
        inquiry = _locked(inquiry_id)
        waits = inquiry.answered_at is None and links.is_open(inquiry, now=at)
        if not waits or not inquiry.email or (step is not None and inquiry.reminders >= step):
            return False
        inquiry.reminders = max(inquiry.reminders, step or 0)
        inquiry.reminded_at = at
        inquiry.save(update_fields=["reminders", "reminded_at"])
    error = _hand_over(inquiry, "reminder")
    with transaction.atomic():
        Inquiry.objects.filter(pk=inquiry.pk).update(send_error=error)
        if not error:
            Inquiry.objects.filter(pk=inquiry.pk, sent_at__isnull=True).update(sent_at=at)
            which = f"Reminder {step}" if step else "Reminder"
            _note(inquiry, "reminded", f"{which} sent to {inquiry.name}, {inquiry.email}", by=by, at=at)
    if error:
        raise NotSent(error)
    return True


def step_due(inquiry: Inquiry, *, at: datetime) -> int | None:
    """Return which automatic reminder is due now (1 to 3), None when none is or it is night at the site.

    Days count from when the questions were sent; steps missed while nothing ran are not made up for one after the other.
    """
    if inquiry.sent_at is None or at.astimezone(inquiry.site.zone).hour not in WAKING:
        return None
    step = sum(1 for days in REMINDERS if inquiry.sent_at + timedelta(days=days) <= at)
    return step if step > inquiry.reminders else None


def extend(*, inquiry_id: int, days: int, by: User, at: datetime) -> bool:
    """Let the link open for so many days from now, if that is longer; False when it is not."""
    with transaction.atomic():
        inquiry = _locked(inquiry_id)
        if inquiry.closed_at is not None:
            raise IsClosed("These questions are closed. Ask again to open them.")
        until = at + timedelta(days=days)
        if until <= inquiry.expires_at:
            return False
        before, inquiry.expires_at = inquiry.expires_at, until
        inquiry.save(update_fields=["expires_at"])
        change = [before.date().isoformat(), until.date().isoformat()]
        summary = f"Link of {inquiry.name} opens until {until:%Y-%m-%d}"
        _note(inquiry, "extended", summary, by=by, at=at, changes={"expires_at": change})
    return True


def withdraw(*, inquiry_id: int, by: User, at: datetime, reason: str = "") -> bool:
    """Close questions: the link no longer opens, nobody is reminded. What was answered stays. False when closed already."""
    with transaction.atomic():
        inquiry = _locked(inquiry_id)
        if inquiry.closed_at is not None:
            return False
        inquiry.closed_at, inquiry.closed_by, inquiry.remark = at, by, reason[:500]
        inquiry.save(update_fields=["closed_at", "closed_by", "remark"])
        _note(
            inquiry, "withdrawn", f"Questions to {inquiry.name} withdrawn", by=by, at=at, reason=reason[:500]
        )
    return True


def ask_again(*, inquiry_id: int, by: User, at: datetime) -> None:
    """Open questions anew and send them: what is open or could not be told, to the contact's address as it is now.

    Raises `IsClosed` when every question has its answer, or when the contact has other open questions in this rollout.
    """
    with transaction.atomic():
        inquiry = _locked(inquiry_id)
        again = inquiry.questions.filter(unknown=True)
        if not again.exists() and not inquiry.questions.filter(answered_at__isnull=True).exists():
            raise IsClosed(f"{inquiry.name} has answered every question. Ask for other facts instead.")
        again.update(unknown=False, answered_at=None, value=None)
        if inquiry.contact is not None:
            inquiry.name, inquiry.email = inquiry.contact.name, inquiry.contact.email
            inquiry.phone = inquiry.contact.phone
        inquiry.asked_at, inquiry.asked_by, inquiry.answered_at = at, by, None
        inquiry.closed_at, inquiry.closed_by, inquiry.remark = None, None, ""
        inquiry.reminders, inquiry.reminded_at, inquiry.send_error = 0, None, ""
        inquiry.expires_at = max(inquiry.expires_at, at + timedelta(days=NEW_DAYS))
        try:
            with transaction.atomic():
                inquiry.save()
        except IntegrityError as error:
            raise IsClosed(
                f"{inquiry.name} has other open questions in this rollout; these would be a second link."
            ) from error
        _note(inquiry, "asked", f"{inquiry.name} was asked again", by=by, at=at)
    send_inquiry(inquiry_id=inquiry_id, by=by, at=at)


@transaction.atomic
def renew_link(*, inquiry: Inquiry, by: User, at: datetime) -> Inquiry:
    """Give the inquiry another secret: every link given out so far, and every page opened by one, ends."""
    inquiry = _locked(inquiry.pk)
    inquiry.secret = uuid.uuid4()
    inquiry.save(update_fields=["secret"])
    _note(
        inquiry, "link_renewed", f"Link of {inquiry.name} replaced; the old one no longer opens", by=by, at=at
    )
    return inquiry


@transaction.atomic
def disclose_inquiry(*, inquiry: Inquiry, by: User, at: datetime) -> str:
    """Return the link for somebody of the team to pass on, and write down who saw it."""
    _note(inquiry, "link_shown", f"Link of {inquiry.name} shown", by=by, at=at)
    return links.link_to(inquiry)


def start_changing(
    *,
    rollout: Rollout,
    change: str,
    inquiry_ids: Sequence[int],
    by: User,
    at: datetime,
    days: int = NEW_DAYS,
    reason: str = "",
    press: str = "",
) -> Job:
    """Start the job that does one of `CHANGES` to many inquiries. A second press of the same form leads to the first job."""
    items = queries.labels_of(inquiry_ids)
    noun = "person" if len(items) == 1 else "people"
    with transaction.atomic():
        Rollout.objects.select_for_update(no_key=True).get(pk=rollout.pk)
        before = Job.objects.filter(rollout=rollout, kind=CHANGE_JOB, params__press=press).first()
        if press and isinstance(before, Job):
            return before
        return jobs.start(
            CHANGE_JOB,
            title=f"{CHANGES[change]}: {len(items):,} {noun}",
            rollout=rollout,
            by=by,
            at=at,
            items=items,
            params={"change": change, "days": days, "reason": reason, "press": press},
            back_url=reverse("sites:questions", args=[rollout.code]),
        )


def change_one(*, job: Job, inquiry_id: int, at: datetime) -> None:
    """Do the change of a job to one inquiry. May run twice: what was done since the job was asked for is not done again.

    Raises `Refused` with the reason for this one.
    """
    change, by = job.params["change"], job.by
    if change == "extend":
        extend(inquiry_id=inquiry_id, days=job.params["days"], by=by, at=job.created_at)
    elif change == "withdraw":
        withdraw(inquiry_id=inquiry_id, by=by, at=at, reason=job.params["reason"])
    elif change == "again":
        asked = Inquiry.objects.filter(pk=inquiry_id, asked_at__gte=job.created_at).exists()
        if asked:
            send_inquiry(inquiry_id=inquiry_id, by=by, at=at)
        else:
            ask_again(inquiry_id=inquiry_id, by=by, at=at)
    elif not Inquiry.objects.filter(
        pk=inquiry_id, reminded_at__gte=job.created_at, send_error=""
    ).exists() and not remind(inquiry_id=inquiry_id, by=by, at=at):
        raise NotSent(_why_not(inquiry_id, at))


def _why_not(inquiry_id: int, at: datetime) -> str:
    inquiry = Inquiry.objects.get(pk=inquiry_id)
    if not inquiry.email:
        phone = f" Call {inquiry.phone}." if inquiry.phone else ""
        return f"{inquiry.name} has no e-mail address.{phone}"
    if inquiry.answered_at is not None:
        return f"{inquiry.name} has answered everything."
    return "These questions are closed or have expired. Extend them or ask again."


def remind_due(*, at: datetime, most: int = 200) -> int:
    """Send the automatic reminders that are due, at most so many; returns how many went out. May run twice at once."""
    sent = 0
    for inquiry in queries.due_for_reminding(now=at, steps=REMINDERS).iterator(500):
        step = step_due(inquiry, at=at)
        if step is None:
            continue
        try:
            sent += remind(inquiry_id=inquiry.pk, by=None, at=at, step=step)
        except NotSent:
            continue  # written down at the inquiry; the next step tries again
        if sent >= most:
            break
    return sent
