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


def test_one_evening_for_all() -> None:
    west, east = order("America/Los_Angeles"), order("America/New_York")
    evening = starts_on(west, LATE, 0).date()
    assert starts_on(east, LATE, 0).date() == evening
    night, people = Night(), [SimpleNamespace(pk=n, latitude=40.0, longitude=-100.0) for n in (1, 2)]
    first, second = (night.technician_for(one, people, evening) for one in (west, east))
    assert first.pk != second.pk
