"""Ask sites: give somebody at each, or a surveyor, a link with the questions the site's facts leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from rollout import audit, jobs
from rollout.exceptions import Refused
from rollout.models import AuditEntry, Job, Rollout, User
from rollout.models.audit import new_bulk_id
from sites.choices import InquiryKind
from sites.models import Attribute, Inquiry, Question, Site
from sites.queries.asking import Line, Person, Plan, plan_asking

ASK_JOB = "sites.inquiries.ask"
ASKED = "sites.inquiry.asked"
BATCH = 2000


class NothingToAsk(Refused):
    """No fact is chosen, or no site is."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be asked.

    Attributes
    ----------
    enrolments, attributes:
        Ids of the sites' places in the rollout and of the facts, in the order in which they are asked.
    language:
        Of every link; "" for that of each site's country.
    days:
        How long links open.
    send:
        By e-mail, to whoever has an address; without it links are only made.
    remind:
        Automatically, while no complete answer is there.
    press:
        Of the form: the same press asks once, however often it arrives.
    """

    enrolments: tuple[int, ...]
    attributes: tuple[int, ...]
    kind: str = InquiryKind.CONTACT.value
    language: str = ""
    days: int = 21
    note: str = ""
    send: bool = True
    remind: bool = True
    press: str = ""
    person: Person | None = None
    planned_on: date | None = None

    def as_params(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {**asdict(self), "planned_on": self.planned_on.isoformat() if self.planned_on else None}


def wish_of(params: dict[str, Any]) -> Wish:
    """Read a wish from the params of a job."""
    known = {name: params[name] for name in Wish.__slots__ if name in params}
    person = Person(**known["person"]) if known.get("person") else None
    planned = date.fromisoformat(known["planned_on"]) if known.get("planned_on") else None
    return Wish(**{**known, "person": person, "planned_on": planned})


def start_asking(*, rollout: Rollout, wish: Wish, by: User, at: datetime) -> Job:
    """Start the job that writes the questions and sends the links. A second press of the same form leads to the first job.

    Raises `NothingToAsk`.
    """
    if not wish.enrolments or not wish.attributes:
        raise NothingToAsk("Choose at least one site and one fact to ask for.")
    count = len(wish.enrolments)
    noun = "site" if count == 1 else "sites"
    verb = "Survey" if wish.kind == InquiryKind.SURVEY else "Ask"
    with transaction.atomic():
        Rollout.objects.select_for_update(no_key=True).get(pk=rollout.pk)
        before = Job.objects.filter(rollout=rollout, kind=ASK_JOB, params__press=wish.press).first()
        if wish.press and isinstance(before, Job):
            return before
        return jobs.start(
            ASK_JOB,
            title=f"{verb} {count:,} {noun}",
            rollout=rollout,
            by=by,
            at=at,
            params=wish.as_params(),
            back_url=reverse("sites:questions", args=[rollout.code]),
        )


@dataclass(slots=True)
class _Written:
    """What is being written: new inquiries with their lines, and known ones that get more."""

    new: list[tuple[Inquiry, Line]] = field(default_factory=list)
    more: list[Line] = field(default_factory=list)


@transaction.atomic
def write_inquiries(*, rollout: Rollout, wish: Wish, by: User, at: datetime) -> list[tuple[int, str]]:
    """Write the inquiries and questions of a wish; returns those with something new to answer as ``(id, label)``.

    Whoever has open questions gets the new ones added to them and keeps the link; what is asked already is not asked twice.
    """
    Rollout.objects.select_for_update(no_key=True).get(pk=rollout.pk)
    found = {
        one.pk: one for one in Attribute.objects.filter(pk__in=wish.attributes, client=rollout.client_id)
    }
    attributes = [found[pk] for pk in wish.attributes if pk in found]
    plan = plan_asking(
        rollout=rollout,
        enrolment_ids=wish.enrolments,
        attributes=attributes,
        kind=wish.kind,
        now=at,
        language=wish.language,
        person=wish.person,
    )
    written = _sorted_out(plan, rollout, wish, by, at)
    Inquiry.objects.bulk_create([one for one, _ in written.new], batch_size=BATCH)
    _ask_more(written.more, wish, by, at)
    _write_questions(written, attributes)
    touched = _touched(written)
    bulk_id = new_bulk_id()
    audit.record_many(_entry(one, line, rollout, by, at, bulk_id) for one, line in touched)
    return [(one.pk, f"{line.key} · {one.name}") for one, line in touched]


def _sorted_out(plan: Plan, rollout: Rollout, wish: Wish, by: User, at: datetime) -> _Written:
    written = _Written()
    for line in plan.asked:
        if line.open is not None:
            written.more.append(line)
        elif line.person is not None:
            written.new.append((_inquiry(line, line.person, rollout, wish, by, at), line))
    return written


def _inquiry(line: Line, person: Person, rollout: Rollout, wish: Wish, by: User, at: datetime) -> Inquiry:
    return Inquiry(
        rollout=rollout,
        site_id=line.site_id,
        kind=wish.kind,
        contact_id=person.contact_id,
        name=person.name[:120],
        email=person.email,
        phone=person.phone,
        language=line.language,
        note=wish.note,
        planned_on=wish.planned_on,
        asked_by=by,
        asked_at=at,
        expires_at=at + timedelta(days=wish.days),
        remind=wish.remind,
    )


def _ask_more(lines: Sequence[Line], wish: Wish, by: User, at: datetime) -> None:
    """Renew what is open: the link stays, waiting and reminding begin anew."""
    rows = {row.pk: row for row in Inquiry.objects.select_for_update().filter(pk__in=_open_ids(lines))}
    for line in lines:
        row = rows[line.open.pk] if line.open else None
        if row is None or line.person is None:
            continue
        row.asked_by, row.asked_at, row.answered_at, row.remind = by, at, None, wish.remind
        row.reminders, row.reminded_at, row.send_error = 0, None, ""
        row.expires_at = max(row.expires_at, at + timedelta(days=wish.days))
        row.note = wish.note or row.note
        row.planned_on = wish.planned_on or row.planned_on
        row.email, row.phone = line.person.email or row.email, line.person.phone or row.phone
    fields = ["asked_by", "asked_at", "answered_at", "remind", "reminders", "reminded_at", "send_error"]
    fields += ["expires_at", "note", "planned_on", "email", "phone"]
    Inquiry.objects.bulk_update(rows.values(), fields, batch_size=BATCH)


def _open_ids(lines: Sequence[Line]) -> list[int]:
    return [line.open.pk for line in lines if line.open is not None]


def _write_questions(written: _Written, attributes: Sequence[Attribute]) -> None:
    place = {attribute.pk: number for number, attribute in enumerate(attributes)}
    rows = [(one.pk, line.new) for one, line in written.new]
    again: dict[int, list[int]] = {}
    for line in written.more:
        if line.open is not None:
            rows.append((line.open.pk, tuple(pk for pk in line.new if pk not in line.open.asked)))
            for pk in set(line.new) & line.open.again:
                again.setdefault(pk, []).append(line.open.pk)
    Question.objects.bulk_create(
        [Question(inquiry_id=one, attribute_id=pk, position=place[pk]) for one, new in rows for pk in new],
        batch_size=BATCH,
    )
    # Answered once, and lacking again since: the answer has gone stale.
    for attribute_id, ids in again.items():
        Question.objects.filter(inquiry__in=ids, attribute=attribute_id).update(
            answered_at=None, value=None, unknown=False
        )


def _touched(written: _Written) -> list[tuple[Inquiry, Line]]:
    rows = {row.pk: row for row in Inquiry.objects.filter(pk__in=_open_ids(written.more))}
    return [*written.new, *((rows[line.open.pk], line) for line in written.more if line.open is not None)]


def _entry(
    inquiry: Inquiry, line: Line, rollout: Rollout, by: User, at: datetime, bulk_id: Any
) -> AuditEntry:
    count = len(line.new) or len(line.lacking)
    noun = "question" if count == 1 else "questions"
    return audit.entry(
        ASKED,
        subject=Site(pk=line.site_id),
        rollout=rollout,
        by=by,
        at=at,
        summary=f"{inquiry.name} was asked {count} {noun}",
        data={"inquiry": str(inquiry.key), "attributes": list(line.new)},
        bulk_id=bulk_id,
    )


def asked_summary(job: Job) -> dict[str, Any]:
    """Say at the end of the job how many got an e-mail and how many links are to be passed on."""
    ids = job.items.values("subject_id")
    sent = Inquiry.objects.filter(pk__in=ids, sent_at__gte=job.created_at).count()
    by_hand = job.items.count() - sent
    parts = [f"{sent:,} sent by e-mail."] if sent else []
    if by_hand:
        noun = "link" if by_hand == 1 else "links"
        parts.append(f"{by_hand:,} {noun} to pass on by hand.")
    return {"message": " ".join(parts) or "Nobody had anything new to be asked."}
