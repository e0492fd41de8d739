"""The import target "technicians": providers' people with their skills and shifts, from the list a provider sends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from rollout import audit
from rollout.models import AuditEntry, Rollout
from rollout.permissions import Permission
from sites import places
from sites.import_targets import (
    ENROLLED,
    KEY,
    KEY_MARK,
    Batch,
    ImportTarget,
    JsonValues,
    Note,
    Pair,
    Present,
    UndoBatch,
    Undone,
    fold,
)
from sites.imports.target import Target
from sites.models import ImportRow
from technicians.actions.people import skill_called
from technicians.import_fields import EXAMPLE, TARGET
from technicians.import_providers import make_providers, not_engaged, strangers
from technicians.models import Provider, Shift, Skill, Technician, TechnicianSkill
from technicians.queries import people as queries
from technicians.working_hours import NotUnderstood, hours_text, read_hours, skill_key

OWN = ("name", "phone", "email", "home_city", "latitude", "longitude", "time_zone", "radius_km")
FARTHEST_KM = 5000
IMPORTED, CHANGED = "technicians.technician.imported", "technicians.technician.changed_by_import"


def fields(rollout: Rollout) -> Target:
    """The same for every client."""
    return TARGET


def present(rollout: Rollout, keys: Sequence[str]) -> dict[str, Present]:
    """Find technicians of engaged providers by provider and number; three queries however many there are."""
    firms, codes = (
        {fold(key.rsplit(KEY_MARK, 1)[0]) for key in keys},
        {key.rsplit(KEY_MARK, 1)[-1] for key in keys},
    )
    rows = queries.with_calendar(queries.engaged(rollout)).annotate(
        firm=Lower("provider__name"), low=Lower("code")
    )
    exact = {key.rsplit(KEY_MARK, 1)[0] for key in keys}
    rows = rows.filter(Q(firm__in=firms) | Q(provider__name__in=exact))
    rows = rows.filter(Q(low__in=[fold(code) for code in codes]) | Q(code__in=codes))
    return {fold(_key(row)): Present(row.pk, _values(row), enrolled=True) for row in rows}


def _key(technician: Technician) -> str:
    return f"{technician.provider.name}{KEY_MARK}{technician.code}"


def _values(technician: Technician) -> JsonValues:
    own = {name: getattr(technician, name) for name in OWN}
    shifts = [(shift.weekday, shift.starts, shift.ends) for shift in technician.shifts.all()]
    return {
        KEY: _key(technician),
        "provider": technician.provider.name,
        "code": technician.code,
        **own,
        "skills": sorted(held.skill.name for held in technician.skills.all()),
        "shifts": hours_text(shifts),
    }


# --- Check ----------------------------------------------------------------------------------------------------
def complete(rollout: Rollout, rows: Sequence[Pair]) -> list[list[Note]]:
    """Write skills and shifts the way they are kept, derive time zones, and keep other clients' providers out."""
    others = strangers(rollout, {str(values["provider"]) for values, _ in rows if values.get("provider")})
    names = _skill_names(skill for values, _ in rows for skill in values.get("skills") or [])
    return [_complete_row(values, there, others, names) for values, there in rows]


def _complete_row(
    values: JsonValues, there: Present | None, others: set[str], names: Mapping[str, str]
) -> list[Note]:
    for key in (KEY, "provider", "code"):
        if there is not None:
            values[key] = there.values[key]
    if fold(str(values.get("provider") or "")) in others:
        return [not_engaged("provider", str(values["provider"]))]
    if values.get("skills"):
        by_key = {skill_key(skill): names.get(skill_key(skill), skill[:80]) for skill in values["skills"]}
        values["skills"] = sorted(name for key, name in by_key.items() if key)
    return [*_read_shifts(values), *_limit_radius(values), *_find_zone(values, there)]


def _skill_names(skills: Iterable[str]) -> dict[str, str]:
    """Names skills are known by already, so that spelling makes no second skill."""
    keys = {skill_key(skill) for skill in skills}
    return dict(Skill.objects.filter(key__in=keys).values_list("key", "name"))


def _read_shifts(values: JsonValues) -> list[Note]:
    if not values.get("shifts"):
        return []
    try:
        values["shifts"] = hours_text(read_hours(str(values["shifts"])))
    except NotUnderstood as error:
        values["shifts"] = None
        return [Note("shifts", "attention", str(error), "shifts")]
    return []


def _limit_radius(values: JsonValues) -> list[Note]:
    radius = values.get("radius_km")
    if radius is None or 1 <= radius <= FARTHEST_KM:
        return []
    values["radius_km"] = None
    sentence = (
        f"A radius of {radius:,} km is not possible; it goes from 1 to {FARTHEST_KM:,}. It was left out."
    )
    return [Note("radius_km", "attention", sentence, "radius")]


def _find_zone(values: JsonValues, there: Present | None) -> list[Note]:
    latitude, longitude = values.get("latitude"), values.get("longitude")
    known = values.get("time_zone") or (there and there.values["time_zone"])
    zone = "" if latitude is None or longitude is None or known else places.zone_at(latitude, longitude)
    if not zone:
        return []
    values["time_zone"] = zone
    return [Note("time_zone", "notice", f"The time zone {zone} follows from the coordinates.", "zone_made")]


# --- Apply ----------------------------------------------------------------------------------------------------
def apply(batch: Batch) -> None:
    """Write providers, technicians, skills and shifts of a batch, with an audit entry for each technician."""
    providers = make_providers(batch.rollout, [row.values["provider"] for row in batch.creates])
    made = [_new(row, providers) for row in batch.creates]
    Technician.objects.bulk_create(made)
    for row, technician in zip(batch.creates, made, strict=True):
        row.subject_id = technician.pk
    _set_own({row.subject_id: _after(row) for row in batch.updates})
    written = [*batch.creates, *batch.updates]
    _set_skills({row.subject_id: row.changes["skills"][1] for row in written if "skills" in row.changes})
    _set_shifts({row.subject_id: row.changes["shifts"][1] for row in written if "shifts" in row.changes})
    _record(batch, written)


def _after(row: ImportRow) -> dict[str, Any]:
    return {key: pair[1] for key, pair in row.changes.items()}


def _new(row: ImportRow, providers: Mapping[str, Provider]) -> Technician:
    own = {name: row.values[name] for name in OWN if row.values.get(name) is not None}
    return Technician(provider=providers[fold(row.values["provider"])], code=row.values["code"], **own)


def _set_own(after: Mapping[int | None, Mapping[str, Any]]) -> None:
    touched = [pk for pk, values in after.items() if pk is not None and not values.keys().isdisjoint(OWN)]
    technicians = list(Technician.objects.select_for_update(of=("self",)).filter(pk__in=touched))
    for technician in technicians:
        for name, value in after[technician.pk].items():
            if name in OWN:
                setattr(technician, name, value)
    Technician.objects.bulk_update(technicians, OWN, batch_size=500)


def _set_skills(skills: Mapping[int | None, Sequence[str] | None]) -> None:
    """Give technicians exactly these skills; those they keep keep their expiry."""
    known = {name: skill_called(name) for names in skills.values() for name in names or []}
    held = TechnicianSkill.objects.filter(technician__in=skills).select_related("skill")
    kept = {(one.technician_id, one.skill_id): one for one in held}
    wanted = {(pk, known[name].pk) for pk, names in skills.items() for name in names or []}
    TechnicianSkill.objects.filter(
        pk__in=[one.pk for pair, one in kept.items() if pair not in wanted]
    ).delete()
    TechnicianSkill.objects.bulk_create(
        TechnicianSkill(technician_id=pk, skill_id=skill)  # type: ignore[misc]
        for pk, skill in sorted(wanted - kept.keys(), key=str)
    )


def _set_shifts(shifts: Mapping[int | None, str | None]) -> None:
    Shift.objects.filter(technician__in=shifts).delete()
    Shift.objects.bulk_create(
        Shift(technician_id=pk, weekday=one.weekday, starts=one.starts, ends=one.ends)  # type: ignore[misc]
        for pk, text in shifts.items()
        for one in read_hours(text or "")
    )


def _record(batch: Batch, rows: Sequence[ImportRow]) -> None:
    new = {row.pk for row in batch.creates}
    audit.record_many(
        audit.entry(
            IMPORTED if row.pk in new else CHANGED,
            subject=Technician(pk=row.subject_id),
            rollout=batch.rollout,
            by=batch.by,
            at=batch.at,
            summary=f"{row.values['name']} {'imported' if row.pk in new else 'changed'} from {batch.source}, line {row.line:,}",
            bulk_id=batch.bulk_id,
            data={"line": row.line} | ({} if row.pk in new else {"changes": row.changes}),
        )
        for row in rows
    )


# --- Undo -----------------------------------------------------------------------------------------------------
def undo(batch: UndoBatch) -> Undone:
    """Remove the technicians a batch made, unless they were booked, given an account or changed since; put others back."""
    undone = Undone()
    made = {row.subject_id: row for row in batch.created if row.subject_id is not None}
    stays = _in_use(made, batch)
    gone = [pk for pk in made if pk not in stays]
    undone.removed = Technician.objects.filter(pk__in=gone).delete()[1].get(Technician._meta.label, 0)
    undone.stays += [(made[pk].values["name"], why) for pk, why in stays.items()]
    _put_back(batch, undone)
    return undone


def _in_use(made: Mapping[int, ImportRow], batch: UndoBatch) -> dict[int, str]:
    people = Technician.objects.filter(pk__in=made)
    later = AuditEntry.objects.filter(
        subject_type=Technician._meta.label_lower, subject_id__in=made, at__gt=batch.applied_at
    )
    stays = {pk: "changed since" for pk in later.values_list("subject_id", flat=True) if pk is not None}
    stays |= dict.fromkeys(people.filter(user__isnull=False).values_list("pk", flat=True), "has an account")
    stays |= dict.fromkeys(
        people.filter(assignments__isnull=False).values_list("pk", flat=True), "is booked for visits"
    )
    return {pk: why for pk, why in stays.items() if pk in made}


def _put_back(batch: UndoBatch, undone: Undone) -> None:
    now = present(batch.rollout, [row.values[KEY] for row in batch.updated])
    back: dict[int | None, dict[str, Any]] = {}
    for row in batch.updated:
        current = now.get(fold(row.values[KEY]))
        same = {
            key: pair[0]
            for key, pair in row.changes.items()
            if current and current.values.get(key) == pair[1]
        }
        kept = [key for key in row.changes if key not in same and key != ENROLLED]
        if kept:
            undone.stays.append(
                (row.values["name"], f"changed again since: {', '.join(kept).replace('_', ' ')}")
            )
        if same:
            back[row.subject_id] = same
    undone.restored += len(back)
    _set_own(back)
    _set_skills({pk: values["skills"] for pk, values in back.items() if "skills" in values})
    _set_shifts({pk: values["shifts"] for pk, values in back.items() if "shifts" in values})


def _list_url(rollout: Rollout) -> str:
    return reverse("technicians:list", kwargs={"code": rollout.code})


def _lengths() -> dict[str, int]:
    own = {name: Technician._meta.get_field(name) for name in ("code", *OWN)} | {
        "provider": Provider._meta.get_field("name")
    }
    found = {key: getattr(field, "max_length", None) for key, field in own.items()}
    return {key: most for key, most in found.items() if most}


TECHNICIANS = ImportTarget(
    key="technicians",
    label="Technicians",
    noun="technician",
    plural="technicians",
    a_row="One row for each technician.",
    permission=Permission.PEOPLE_EDIT,
    fields=fields,
    present=present,
    complete=complete,
    apply=apply,
    undo=undo,
    list_url=_list_url,
    example=EXAMPLE,
    key_parts=("provider", "code"),
    max_lengths=_lengths(),
)
