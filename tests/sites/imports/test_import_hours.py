"""Opening hours: read where they say one thing, and left alone where they could say two."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.imports.hours import HOLIDAYS, WHOLE_DAY, Hours, Window, read_days, read_hours, written
from sites.imports.postal_places import place_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon-Fri 9-17, Sat 10:00–14:00", "Mon–Fri 09:00–17:00; Sat 10:00–14:00"),
        ("Mo-Fr 06:00-22:00; Sa 08:00-20:00", "Mon–Fri 06:00–22:00; Sat 08:00–20:00"),
        ("24/7", "Mon–Sun 00:00–23:59"),
        ("Open 24 hours", "Mon–Sun 00:00–23:59"),
        ("Mo-Su 00:00-24:00", "Mon–Sun 00:00–23:59"),
        ("9am - 9pm daily", "Mon–Sun 09:00–21:00"),
        ("Mon–Sun: 6 a.m. to 11 p.m.", "Mon–Sun 06:00–23:00"),
        ("7 days a week 6am-11pm", "Mon–Sun 06:00–23:00"),
        ("M-F 8am-5pm", "Mon–Fri 08:00–17:00"),
        ("Mon-Fri 9-5pm", "Mon–Fri 09:00–17:00"),
        ("Mon-Fri 0900-1730", "Mon–Fri 09:00–17:30"),
        ("9a-5p Mon-Sat", "Mon–Sat 09:00–17:00"),
        ("Mon-Fri 9am-noon, 1pm-5pm", "Mon–Fri 09:00–12:00, 13:00–17:00"),
        ("Monday: 9:00 AM – 5:00 PM | Tuesday: Closed", "Mon 09:00–17:00"),
        ("daily 9-17; Sun closed", "Mon–Sat 09:00–17:00"),
        ("Sat-Mon 10-16", "Mon 10:00–16:00; Sat–Sun 10:00–16:00"),
        ("Daily 18:00-02:00", "Mon–Sun 18:00–02:00 next day"),
        ("Fri 22:00-26:00", "Fri 22:00–02:00 next day"),
        ("8am - midnight daily", "Mon–Sun 08:00–00:00 next day"),
        ("Mo-Do 9-18 Uhr, Fr 9-16 Uhr", "Mon–Thu 09:00–18:00; Fri 09:00–16:00"),
        ("Di-So 10:00-18:00", "Tue–Sun 10:00–18:00"),
        ("täglich 8:00 bis 20:00", "Mon–Sun 08:00–20:00"),
        ("Mo-Sa 07:00 - 22:00 Uhr, So geschlossen", "Mon–Sat 07:00–22:00"),
        ("lun-ven 9h30-19h, sam 10h-18h", "Mon–Fri 09:30–19:00; Sat 10:00–18:00"),
        ("du lundi au vendredi de 9h à 18h", "Mon–Fri 09:00–18:00"),
        ("tous les jours 8h-20h", "Mon–Sun 08:00–20:00"),
        ("lunes a viernes de 9:00 a 18:00; sábado 10:00-14:00", "Mon–Fri 09:00–18:00; Sat 10:00–14:00"),
        ("segunda a sexta das 9h às 18h", "Mon–Fri 09:00–18:00"),
        ("ma-vr 9:00-18:00 uur", "Mon–Fri 09:00–18:00"),
        ("Lu-Ve 9-18", "Mon–Fri 09:00–18:00"),
        ("Mon 10-12\nTue 14-16", "Mon 10:00–12:00; Tue 14:00–16:00"),
    ],
)
def test_hours_that_say_one_thing_are_read(text, expected):
    read = read_hours(text)
    assert (written(read.windows), read.remark) == (expected, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("18:00-02:00", "which days"),
        ("11:00 - 22:00", "which days"),
        ("Mon-Fri 9-5", "morning or afternoon"),
        ("Mon 5-9", "morning or afternoon"),
        ("Mon 1-5pm", "am or pm"),
        ("Mon 8-midnight", "am or pm"),
        ("Di 10:00-18:00", "different days"),
        ("Do 10:00-14:00", "different days"),
        ("Mon 9-17, Mon 10-12", "overlap"),
        ("Mon closed, Mon 9-17", "open and closed"),
        ("Mon-Fri", "which days"),
        ("Mon-Mon 9-17", "up to itself"),
        ("Mon 14:00-14:00", "up to itself"),
        ("Mon 9", "stands alone"),
        ("Mon 9-17-19", "read"),
        ("Mon 25:99-26", "no clock"),
        ("Mon 13pm-14pm", "no clock"),
        ("Mon-Fri 9-17, PH 10-14", "public holidays"),
        ("Mon-Fri 9-17 except Tuesdays", "read"),
        ("call us", "read"),
        ("1 2 3 4", "stands alone"),
        ("=cmd|' /C calc'!A0", "read"),
        ("9-17 " * 200, "too long"),
    ],
)
def test_hours_that_could_say_two_things_are_left_alone_and_it_is_said_why(text, why):
    read = read_hours(text)
    assert read.windows == ()
    assert why in read.remark
    assert read.remark.endswith((".", "?"))


@pytest.mark.parametrize("text", ["closed", "Geschlossen", "fermé", "", "  "])
def test_closed_is_no_window_and_no_doubt(text):
    assert read_hours(text) == Hours()


def test_public_holidays_are_left_out_and_it_is_said():
    read = read_hours("Mo-Fr 08:00-12:00,13:00-17:30; PH off")
    assert (written(read.windows), read.remark) == ("Mon–Fri 08:00–12:00, 13:00–17:30", HOLIDAYS)


@st.composite
def weeks(draw):
    """Weeks without overlaps: some days, some spans each, the last perhaps into the next morning."""
    found = []
    for day in draw(st.sets(st.integers(0, 6))):
        if draw(st.booleans()):
            found.append(Window(day, *WHOLE_DAY))
            continue
        moments = sorted(draw(st.sets(st.integers(0, 1439), min_size=2, max_size=6)))
        times = [dt.time(*divmod(one, 60)) for one in moments]
        pairs = list(pairwise(times))[::2]
        if len(times) % 2:
            pairs.append((times[-1], times[0]))
        found += [Window(day, *pair) for pair in pairs]
    return tuple(sorted(found))


@given(weeks())
def test_what_is_written_from_windows_reads_back_to_the_same(windows):
    assert read_hours(written(windows)).windows == windows


@given(st.text(st.sampled_from("monfrisatdi 0123456789:-–,;apm/&bisà24"), max_size=40))
def test_any_text_is_read_or_left_alone_and_what_was_read_can_be_kept(text):
    for window in read_hours(text).windows:
        assert 0 <= window.weekday <= 6
        assert window.opens != window.closes


@pytest.mark.parametrize(
    ("code", "country", "near"),
    [("02134", "US", (42.4, -71.1)), ("99801-1234", "US", (58.4, -134.5)), ("00601", "PR", (18.2, -66.7))],
)
def test_a_zip_code_has_a_centre(code, country, near):
    assert place_of(code, country) == pytest.approx(near, abs=0.1)


@pytest.mark.parametrize(
    ("code", "country"),
    [
        ("80331", "DE"),
        ("09128", "US"),
        ("", "US"),
        ("2134", "US"),
        ("٠٢١٣٤", "US"),
        ("99999", "US"),
        ("02134", ""),
    ],
)
def test_what_is_no_known_zip_code_has_none(code, country):
    assert place_of(code, country) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon–Fri", (0, 1, 2, 3, 4)),
        ("Sa, So", (5, 6)),
        ("lundi", (0,)),
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
        ("Weekdays", (0, 1, 2, 3, 4)),
        ("Fri-Mon", (0, 4, 5, 6)),
        ("Di", None),
        ("1", None),
        ("Mon 9-17", None),
        ("closed", None),
        ("", None),
        ("someday", None),
    ],
)
def test_weekdays_alone(text, days):
    assert read_days(text) == days
