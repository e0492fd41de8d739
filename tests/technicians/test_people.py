"""Technicians: who sees them, what can be changed, how shifts and skills are read."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.urls import reverse

from rollout.models import AuditEntry
from technicians import links
from technicians.models import Engagement, TimeOff
from technicians.working_hours import (
    NotUnderstood,
    hours_text,
    read_hours,
    read_skills,
    skills_text,
)
from tests import factories as make
from tests.people import assign
from tests.technicians.schedule_world import NOW, launched


@pytest.fixture
def world(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    return launched(cast)


@pytest.fixture
def ana(world):
    return world.technician("Ana Ruiz", skills=["Cabling"], home_city="Tacoma, WA")


def url(name, world, *args):
    return reverse(f"technicians:{name}", args=[world.rollout.code, *args])


def changed(ana, **fields):
    data = {
        "name": ana.name,
        "phone": "",
        "email": ana.email,
        "home_city": ana.home_city,
        "latitude": "47.2",
        "longitude": "-122.2",
        "time_zone": "America/Los_Angeles",
        "radius_km": "80",
        "max_minutes_per_day": "540",
        "is_active": "on",
        "hours": "Mon–Fri 20:00–06:00",
        "abilities": "Cabling",
    }
    return {**data, **fields}


def test_the_list_shows_base_skills_and_shifts_in_words(world, ana, as_user):
    text = as_user(world.cast.pf).get(url("list", world)).content.decode()
    assert "Every day 20:00–06:00" in text
    assert "Cabling" in text
    assert "Tacoma, WA" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ruiz", True),
        ("q=tacoma", True),
        ("q=zzz", False),
        ("lacks=ready", True),
        ("lacks=inactive", False),
    ],
)
def test_the_list_is_narrowed_by_its_address(world, ana, as_user, query, found):
    text = as_user(world.cast.pm).get(f"{url('list', world)}?{query}").content.decode()
    assert ("Ana Ruiz" in text) is found


def test_technicians_of_providers_nobody_engaged_are_not_listed(world, as_user):
    text = as_user(world.cast.pm).get(url("list", world)).content.decode()
    assert world.cast.other_technician_person.name not in text


def test_the_list_is_a_file(world, ana, as_user):
    response = as_user(world.cast.pm).get(url("list", world) + "?format=csv")
    assert "Every day 20:00–06:00" in b"".join(response.streaming_content).decode()


def test_a_technician_is_changed(world, ana, as_user):
    as_user(world.cast.pm).post(
        url("technician-edit", world, ana.pk), changed(ana, abilities="Lifts until 2027-03-01")
    )
    ana.refresh_from_db()
    assert ana.radius_km == 80
    assert ana.shifts.count() == 5
    assert ana.skills.get().valid_until == date(2027, 3, 1)
    assert AuditEntry.objects.get(type="technicians.technician.changed").by == world.cast.pm


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("hours", "whenever", "cannot be read"),
        ("abilities", "Lifts until spring", "is no date"),
        ("time_zone", "Mars/Olympus", "is no time zone"),
        ("latitude", "", "Give both"),
        ("latitude", "91", "Degrees go"),
        ("radius_km", "0", "greater than or equal"),
    ],
)
def test_bad_input_is_a_sentence_and_changes_nothing(world, ana, as_user, field, value, words):
    response = as_user(world.cast.pm).post(
        url("technician-edit", world, ana.pk), changed(ana, **{field: value})
    )
    assert response.status_code == 422
    assert words in response.content.decode()
    assert ana.shifts.count() == 7


def test_a_facilitator_looks_and_does_not_change(world, ana, as_user):
    client = as_user(world.cast.pf)
    assert client.get(url("technician", world, ana.pk)).status_code == 200
    assert client.post(url("technician-edit", world, ana.pk), changed(ana)).status_code == 403


def test_a_technician_of_another_client_is_not_found(world, as_user):
    other = world.cast.other_technician_person
    assert as_user(world.cast.pm).get(url("technician", world, other.pk)).status_code == 404
    assert as_user(world.cast.admin).get(url("technician", world, other.pk)).status_code == 404


def test_visits_for_others_are_a_number_without_names(world, ana, as_user):
    Engagement.objects.create(provider=world.cast.provider, client=world.cast.other_client)
    order = make.WorkOrderFactory(enrolment__rollout=world.cast.other_rollout, state="scheduled")
    assign(ana, make.VisitFactory(work_order=order), NOW)
    text = as_user(world.cast.pm).get(url("technician", world, ana.pk)).content.decode()
    assert "1 more to come for others" in text
    assert order.number not in text
    assert order.enrolment.site.name not in text


def test_time_off_is_added_once_and_removed(world, ana, as_user):
    client, days = as_user(world.cast.pm), {"first_day": "2026-11-24", "last_day": "2026-11-26"}
    for _ in range(2):
        client.post(url("time-off-add", world, ana.pk), days)
    off = TimeOff.objects.get()
    client.post(url("time-off-remove", world, ana.pk, off.pk))
    assert not TimeOff.objects.exists()


def test_time_off_the_wrong_way_round_is_said(world, ana, as_user):
    days = {"first_day": "2026-11-26", "last_day": "2026-11-24"}
    response = as_user(world.cast.pm).post(url("time-off-add", world, ana.pk), days)
    assert "before the first" in response.content.decode()


def test_revoking_ends_every_link(world, ana, as_user):
    order = make.WorkOrderFactory(enrolment__rollout=world.rollout, state="scheduled")
    visit = make.VisitFactory(work_order=order)
    assign(ana, visit, NOW)
    token = links.link_for(visit, ana).partition("?t=")[2]
    assert links.user_of(token, visit, now=NOW)
    as_user(world.cast.pm).post(url("technician-revoke", world, ana.pk))
    assert links.user_of(token, visit, now=NOW) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Mon-Fri 20:00–06:00", "Mon–Fri 20:00–06:00"),
        ("every day 21-5", "Every day 21:00–05:00"),
        ("Sat, Sun 8.30-17", "Sat, Sun 08:30–17:00"),
        ("Fri-Mon 20:00-24:00", "Mon, Fri, Sat, Sun 20:00–00:00"),
        ("Monday – Wednesday 08:00 – 17:00\nThu 09:00-12:00", "Mon–Wed 08:00–17:00; Thu 09:00–12:00"),
        ("", ""),
    ],
)
def test_shifts_are_read_and_said_back(text, said):
    hours = read_hours(text)
    assert hours_text(hours) == said
    assert read_hours(hours_text(hours)) == hours


@pytest.mark.parametrize("text", ["Mon", "Mon 25-3", "Xyz 1-2", "Mon 8-8", "Mon 8-9\nMon 8-10", "8-9"])
def test_shifts_that_make_no_sense_are_refused(text):
    with pytest.raises(NotUnderstood):
        read_hours(text)


def test_skills_are_read_once_each_and_said_back():
    held = read_skills("Cabling\nworking at height until 2027-03-01\ncabling")
    assert [one.name for one in held] == ["cabling", "working at height"]
    assert read_skills(skills_text(held)) == held


def test_a_night_shift_keeps_its_first_day():
    assert read_hours("Sun 22:00-06:00")[0] == (6, time(22), time(6))
