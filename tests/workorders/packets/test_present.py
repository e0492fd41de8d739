"""Times, places and lists as the printed page says them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from workorders.packets.present import (
    access_rows,
    columns,
    duration,
    evidence_rows,
    limits,
    text_blocks,
    zone_words,
)


def window(day, opens, closes):
    return {"weekday": day, "opens": opens, "closes": closes}


def test_days_with_the_same_hours_share_a_row():
    rows = access_rows([window(day, "09:00", "17:00") for day in (0, 1, 2, 4)], twelve_hour=False)
    assert [(row["days"], row["hours"]) for row in rows] == [
        ("Monday to Wednesday", "09:00 to 17:00"),
        ("Thursday", "No access"),
        ("Friday", "09:00 to 17:00"),
        ("Saturday to Sunday", "No access"),
    ]


def test_midnight_noon_and_several_windows():
    rows = access_rows([window(6, "00:00", "12:00"), window(6, "13:30", "00:30")], twelve_hour=True)
    assert rows[-1]["hours"] == "12:00 am to 12:00 pm, 1:30 pm to 12:30 am next day"
    assert access_rows([window(0, "00:00", "00:00")], twelve_hour=False)[0]["hours"] == "All day"
    assert access_rows([], twelve_hour=False) == []


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (135, "2 h 15 min")]
)
def test_durations(minutes, words):
    assert duration(minutes) == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/Denver", "Denver time (UTC−07:00)"),
        ("Asia/Kolkata", "Kolkata time (UTC+05:30)"),
        ("America/New_York", "New York time (UTC−05:00)"),
        ("UTC", "UTC"),
    ],
)
def test_zones(zone, words):
    assert zone_words(ZoneInfo(zone), datetime(2027, 1, 5, tzinfo=UTC)) == words


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"low": -67, "high": -30, "unit": "dBm"}, "−67 to −30 dBm"),
        ({"low": 0, "unit": "V"}, "at least 0 V"),
        ({"high": "2.5"}, "at most 2.5"),
        ({"unit": "V"}, ""),
    ],
)
def test_limits(options, words):
    assert limits(options) == words


def test_plain_text_becomes_paragraphs_and_lists():
    assert text_blocks("One\n\nTwo\n- a\n* b\n\n- c") == [
        {"kind": "paragraph", "lines": ["One"]},
        {"kind": "paragraph", "lines": ["Two"]},
        {"kind": "list", "lines": ["a", "b"]},
        {"kind": "list", "lines": ["c"]},
    ]


def test_columns_read_downwards():
    assert columns([1, 2, 3, 4, 5], 3) == [[1, 2], [3, 4], [5]]
    assert columns([], 3) == []


def test_boxes_share_a_row_unless_they_need_the_width():
    kinds = ["photo", "serial", "text", "photo", "signature", "count", "choice", "reading"]
    rows = evidence_rows([{"kind": kind} for kind in kinds])
    assert [[item["kind"] for item in row] for row in rows] == [
        ["photo", "serial"], ["text"], ["photo"], ["signature"], ["count", "choice"], ["reading"],
    ]  # fmt: skip
