"""One row at a time: what is read, what is doubted, what is refused, and the sentence for each."""

from __future__ import annotations

import datetime as dt

import pytest

from sites.imports.checking import check
from sites.imports.countries import country_code
from sites.imports.postal import read_postal_code
from sites.imports.site_target import SITE_TARGET, default_name, derived_key
from sites.imports.source import SourceRow
from sites.imports.target import Field, Target
from sites.imports.values import read


def checked(damaged=False, ragged=False, **cells):
    """Check a row with the given fields mapped."""
    mapping = {key: column for column, key in enumerate(cells)}
    return check(SITE_TARGET, mapping, SourceRow(7, tuple(cells.values()), damaged, ragged))


def one_problem(row):
    """Return severity, field and sentence of the only problem."""
    (problem,) = row.problems
    return problem.severity, problem.field, problem.sentence


def test_a_good_row_is_accepted():
    row = checked(
        key=" 0017 ",
        name="Reno",
        country="USA",
        postal_code="89501",
        latitude="39.5296",
        longitude="-119.8138",
    )
    assert row.verdict == "accepted"
    assert row.problems == ()
    assert row.line == 7
    assert row.values == {
        "key": "0017",
        "name": "Reno",
        "country": "US",
        "postal_code": "89501",
        "latitude": 39.5296,
        "longitude": -119.8138,
    }


def test_empty_is_empty_and_unmapped_is_absent():
    row = checked(key="1", phone="", latitude=" ", longitude="")
    assert row.values == {"key": "1", "phone": None, "latitude": None, "longitude": None}
    assert row.verdict == "accepted"


@pytest.mark.parametrize("text", ["N/A", "null", "NaN", "-", "#N/A"])
def test_what_programs_write_for_nothing_is_empty_and_said(text):
    row = checked(key="1", phone=text)
    assert row.values["phone"] is None
    assert one_problem(row) == ("notice", "phone", f"“{text}” was read as empty.")


def test_a_blank_row_is_blank():
    row = checked(key="", name="  ")
    assert (row.verdict, row.values, row.importable) == ("blank", {}, False)


def test_a_damaged_row_is_never_blank():
    assert checked(key="", damaged=True).verdict == "rejected"


def test_a_row_without_its_key_is_rejected():
    row = checked(key="", name="Reno")
    assert row.verdict == "rejected"
    assert not row.importable
    assert one_problem(row) == (
        "rejected",
        "key",
        "The site code is missing. Fill it in and import the row again.",
    )


def test_a_file_without_a_key_column_rejects_its_rows():
    assert checked(name="Reno").verdict == "rejected"


def test_an_unknown_field_in_the_mapping_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        check(SITE_TARGET, {"colour": 0}, SourceRow(1, ("red",)))


def test_a_row_shorter_than_the_mapping_is_empty_there():
    assert check(SITE_TARGET, {"key": 0, "name": 5}, SourceRow(1, ("A1",))).values == {
        "key": "A1",
        "name": None,
    }


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected", "code"),
    [
        ("48,8566", "2,3522", (48.8566, 2.3522), "degrees"),
        ("48°51'24\"N", "2°21'08\"E", (48 + 51 / 60 + 24 / 3600, 2 + 21 / 60 + 8 / 3600), "degrees"),
        ("33.9 S", "151.2 E", (-33.9, 151.2), "degrees"),
        ("0", "0", (None, None), "zero_point"),
        ("-134.59", "58.37", (58.37, -134.59), "swapped"),
        ("5837095", "-134.59", (None, None), "off_globe"),
        ("95", "95", (None, None), "off_globe"),
        ("58.37", "", (None, None), "half_point"),
        ("58.37", "west", (None, None), "longitude"),
        ("58.370.958", "1.5", (None, None), "latitude"),
    ],
)
def test_coordinates(latitude, longitude, expected, code):
    row = checked(key="1", latitude=latitude, longitude=longitude)
    assert (row.values["latitude"], row.values["longitude"]) == pytest.approx(expected)
    assert code in {problem.code for problem in row.problems}
    assert row.verdict == ("accepted" if code == "degrees" else "attention")


@pytest.mark.parametrize(
    "text",
    [
        "48.8566, 2.3522",
        "48.8566,2.3522",
        "48.8566;2.3522",
        "48.8566 2.3522",
        "(48.8566, 2.3522)",
        "POINT(2.3522 48.8566)",
    ],
)
def test_both_coordinates_in_one_cell(text):
    row = checked(key="1", coordinates=text)
    assert row.values == {"key": "1", "latitude": 48.8566, "longitude": 2.3522}
    assert row.verdict == "accepted"


def test_a_pair_that_is_none():
    row = checked(key="1", coordinates="somewhere")
    assert row.verdict == "attention"
    assert "“somewhere”" in row.problems[0].sentence


@pytest.mark.parametrize(
    ("latitude", "longitude", "country", "code"),
    [
        ("48.8566", "2.3522", "FR", None),
        ("2.3522", "48.8566", "FR", "looks_swapped"),
        ("36.34", "94.07", "US", "sign"),
        ("48.8566", "2.3522", "Japan", "other_country"),
        ("30.0", "-40.0", "FR", "other_country"),
        ("47.56", "7.58", "France", None),
        ("18.46", "-66.1", "USA", None),
        ("22.3", "114.17", "China", None),
        ("-21.1", "55.5", "France", None),
    ],
)
def test_coordinates_against_the_country(latitude, longitude, country, code):
    row = checked(key="1", country=country, latitude=latitude, longitude=longitude)
    assert [problem.code for problem in row.problems] == ([code] if code else [])
    assert row.values["latitude"] == float(latitude)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US", "US"), ("usa", "US"), ("United States of America", "US"), ("U.S.A.", "US"), ("États-Unis", "US"),
        ("Deutschland", "DE"), ("GERMANY", "DE"), ("Alemania", "DE"), ("독일", "DE"), ("ドイツ", "DE"), ("DEU", "DE"),
        ("España", "ES"), ("Espana", "ES"), ("日本", "JP"), ("대한민국", "KR"), ("Österreich", "AT"), ("UK", "GB"),
        ("The Netherlands", "NL"), ("Côte d’Ivoire", "CI"), ("Germany (DE)", "DE"), ("الكويت", "KW"),
        ("Ελλάδα", "GR"), ("Россия", "RU"), ("Danmark", "DK"), ("Ísland", "IS"), ("България", "BG"), ("Korea, Republic of", "KR"),
        ("Atlantis", None), ("Korea (North)", None), ("12", None), ("", None), ("Germany/France", None),
    ],
)  # fmt: skip
def test_countries(text, code):
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("latitude", "longitude", "country", "expected"),
    [
        ("47606200", "-122332100", "US", (47.6062, -122.3321)),
        ("476062", "-1223321", "US", (47.6062, -122.3321)),
        ("47.6062", "-1223321000", "US", (47.6062, -122.3321)),
        ("488566", "23522", "FR", (48.8566, 2.3522)),
        ("47606200", "-122332100", "", (None, None)),
        ("47606200", "-122332100", "FR", (None, None)),
    ],
)
def test_a_lost_decimal_point_is_put_back_where_the_country_leaves_one_way(
    latitude, longitude, country, expected
):
    row = checked(key="1", country=country, latitude=latitude, longitude=longitude)
    assert (row.values["latitude"], row.values["longitude"]) == pytest.approx(expected)
    assert [p.code for p in row.problems] == ["scaled" if expected[0] else "off_globe"]
    assert row.verdict == "attention"


def test_an_unknown_country_is_not_kept():
    row = checked(key="1", country="Atlantis")
    assert row.values["country"] is None
    assert one_problem(row) == (
        "attention",
        "country",
        "“Atlantis” is not a country we know. Write its name or ISO code.",
    )


@pytest.mark.parametrize(
    ("region", "postal_code", "country"),
    [
        ("AK", "99801", "US"), ("Alaska", "", "US"), ("ON", "M5V 2T6", "CA"), ("Québec", "H4T 1M8", "CA"), ("MA", "2134", "US"),
        ("WA", "6000", None), ("in", "", None), ("Bayern", "80331", None), ("NL", "1012 AB", None),
    ],
)  # fmt: skip
def test_a_state_tells_the_country_when_there_is_no_such_column(region, postal_code, country):
    row = checked(key="1", region=region, postal_code=postal_code)
    assert row.values.get("country") == country
    assert ("country_of_state" in {problem.code for problem in row.problems}) == (country is not None)


def test_a_state_does_not_fill_an_empty_country_column():
    assert checked(key="1", region="AK", country="").values["country"] is None


@pytest.mark.parametrize(
    ("text", "country", "value", "code"),
    [
        ("2134", "US", "02134", "zip_restored"),
        ("601", "US", "00601", "zip_restored"),
        ("2134-1234", "US", "02134-1234", "zip_restored"),
        ("997010001", "US", "99701-0001", "zip_restored"),
        ("99801.0", "US", "99801", None),
        ("99801", "US", "99801", None),
        ("12", "US", "12", "postal_code"),
        ("2134", None, "2134", None),
        ("2134", "AU", "2134", None),
        ("1067", "DE", "1067", "postal_code"),
        ("SW1A 1AA", "GB", "SW1A 1AA", None),
        ("99801", "CA", "99801", "postal_code"),
        ("whatever", "XK", "whatever", None),
    ],
)
def test_postal_codes(text, country, value, code):
    reading = read_postal_code(text, country)
    assert reading.value == value
    assert (reading.remark.code if reading.remark else None) == code


def test_a_restored_zip_is_a_notice_in_the_row():
    row = checked(key="1", country="US", postal_code="2134")
    assert row.verdict == "accepted"
    assert one_problem(row) == ("notice", "postal_code", "ZIP “2134” was read as 02134.")


@pytest.mark.parametrize(
    ("text", "value", "severity"),
    [
        ("Europe/Paris", "Europe/Paris", None),
        ("america/new_york", "America/New_York", "notice"),
        ("America/New York", "America/New_York", "notice"),
        ("UTC", "UTC", None),
        ("EST", None, "attention"),
        ("Pacific Time", None, "attention"),
        ("../etc/passwd", None, "attention"),
    ],
)
def test_time_zones(text, value, severity):
    row = checked(key="1", time_zone=text)
    assert row.values["time_zone"] == value
    assert [problem.severity for problem in row.problems] == ([severity] if severity else [])


@pytest.mark.parametrize(
    "text", ["+1 (907) 523-0400", "030/1234567", "5550100 ext. 12", "03-1234-5678", "+49 30 12 34 56"]
)
def test_phones_are_accepted(text):
    assert checked(key="1", phone=text).problems == ()


@pytest.mark.parametrize("text", ["call Bob", "9.07E+09", "123", "555-0100 or 555-0101 or 555-0102"])
def test_odd_phones_are_kept_and_flagged(text):
    row = checked(key="1", phone=text)
    assert (row.verdict, row.values["phone"]) == ("attention", text)


@pytest.mark.parametrize("text", ["bob", "a@b", "a@b.test, c@d.test", "a b@c.test", "a@b..test"])
def test_odd_emails_are_kept_and_flagged(text):
    row = checked(key="1", contact_email=text)
    assert (row.verdict, row.values["contact_email"]) == ("attention", text)


def test_a_code_cut_by_a_spreadsheet_is_flagged():
    assert checked(key="1.23E+11").verdict == "attention"
    assert checked(key="12E3").verdict == "accepted"


@pytest.mark.parametrize(
    ("key", "verdict"), [("Total: 2", "attention"), ("合計", "attention"), ("TOTALWINE-7", "accepted")]
)
def test_a_total_is_flagged(key, verdict):
    assert checked(key=key).verdict == verdict


def test_damaged_and_ragged_rows_are_flagged():
    assert [p.code for p in checked(key="1", damaged=True, ragged=True).problems] == ["damaged", "ragged"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "1,234,567.0", 1234567), ("integer", "12.5", None), ("integer", "1,234", None),
        ("number", "1.234,5", 1234.5), ("number", "2,5", 2.5), ("number", "about 3", None), ("number", "1 234.5", 1234.5),
        ("boolean", "Ja", True), ("boolean", "No", False), ("boolean", "はい", True), ("boolean", "maybe", None),
        ("date", "2026-03-31", dt.date(2026, 3, 31)), ("date", "31.3.2026", dt.date(2026, 3, 31)),
        ("date", "3/31/2026", dt.date(2026, 3, 31)), ("date", "2026-03-31 08:00:00", dt.date(2026, 3, 31)),
        ("date", "3/4/2026", None), ("date", "7/1/62", None), ("date", "44197", None), ("date", "2026-02-30", None),
        ("time", "17:30", dt.time(17, 30)), ("time", "5:30 pm", dt.time(17, 30)), ("time", "12 am", dt.time(0)),
        ("time", "25:00", None), ("time", "13 pm", None), ("time", "noon", None),
        ("list", "a; b;;c", ("a", "b", "c")), ("list", "a, b", ("a", "b")),
    ],
)  # fmt: skip
def test_other_kinds(kind, text, value):
    reading = read(Field("x", "X", kind), text)
    assert reading.value == value
    assert (reading.remark is None) == (value is not None)
    if reading.remark is not None:
        assert text in reading.remark.sentence


def test_choices():
    field = Field("format", "Format", "text", choices=("Mall", "Street"))
    assert read(field, "mall").value == "Mall"
    assert "Mall, Street" in read(field, "barn").remark.sentence


def test_a_required_field_other_than_the_key():
    target = Target("x", "x", "a", (Field("a", "A", "code", True), Field("b", "Kind", "text", True)))
    assert (
        check(target, {"a": 0, "b": 1}, SourceRow(1, ("1", "")))
        .problems[0]
        .sentence.startswith("The kind is missing")
    )


def test_names_and_codes_that_are_made():
    assert default_name({"key": "7", "name": "Reno"}) == "Reno"
    assert default_name({"key": "7", "street": "1 Main St", "city": "Reno"}) == "1 Main St, Reno"
    assert default_name({"key": "7", "name": None}) == "7"
    assert derived_key({"country": "AU", "name": "Richmond"}) == "AU-RICHMOND"
    assert derived_key({"country": "JP", "name": "新三郷 店"}) == "JP-新三郷-店"
    assert derived_key({"country": "US", "phone": "1"}) == ""
