"""The demo's technicians do one café a night, whatever the hour at which it is loaded."""

from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from rollout.demo.story import Night, starts_on

# Past midnight in the east, still the evening before in the west.
LATE = datetime(2026, 11, 22, 6, 42, tzinfo=UTC)


def order(zone: str):
    site = SimpleNamespace(zone=ZoneInfo(zone), latitude=40.0, longitude=-100.0)
    return SimpleNamespace(enrolment=SimpleNamespace(site=site))


def test_one_evening_on_two_calendars() -> None:
    west, east = order("America/Los_Angeles"), order("America/New_York")
    assert starts_on(west, LATE, 1).date() == starts_on(east, LATE, 0).date()
    night, people = Night(), [SimpleNamespace(pk=n, latitude=40.0, longitude=-100.0) for n in (1, 2)]
    first = night.technician_for(west, people, starts_on(west, LATE, 1).date())
    second = night.technician_for(east, people, starts_on(east, LATE, 0).date())
    assert first.pk != second.pk
