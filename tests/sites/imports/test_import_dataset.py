"""Whole files: rows against each other, and every record accounted for, whatever the file."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sites.imports.dataset import Tally, check_all
from sites.imports.mapping import propose
from sites.imports.reading import UnreadableFile, open_source
from sites.imports.site_target import SITE_TARGET, derived_key

MAPPING = {"key": 0, "street": 1, "latitude": 2, "longitude": 3}


def run(source, mapping=None, **options):
    """Check all rows; return them with the finished iterator."""
    checked = check_all(SITE_TARGET, mapping or MAPPING, source, **options)
    return list(checked), checked


def test_the_later_of_two_equal_keys_is_rejected_with_both_lines(read):
    rows, checked = run(read("id,street,lat,lon\nA1,a,1,2\nB,b,3,4\na1,c,5,6\nA1,d,7,8\n"))
    assert [row.verdict for row in rows] == ["accepted", "accepted", "rejected", "rejected"]
    assert rows[2].problems[0].sentence.startswith("“a1” on line 4 is already on line 2.")
    assert "line 5 is already on line 2" in rows[3].problems[0].sentence
    assert checked.tally == Tally(accepted=2, rejected=2)


def test_a_key_on_a_rejected_row_is_free(read):
    source = read("id,street,lat,lon\n,a,1,2\nA1,b,3,4\n")
    assert [row.verdict for row in run(source)[0]] == ["rejected", "accepted"]


def test_the_same_place_twice_is_flagged_and_lands(read):
    rows, checked = run(
        read("id,street,lat,lon\n1,Main,10.000001,20\n2,Side,10,20\n3,MAIN,,\n4,Other,11,20\n")
    )
    assert [row.verdict for row in rows] == ["accepted", "attention", "attention", "accepted"]
    assert "same place as line 2" in rows[1].problems[0].sentence
    assert "same place as line 2" in rows[2].problems[0].sentence
    assert checked.tally.importable == 4


def test_rows_without_a_place_are_not_the_same_place(read):
    rows, _ = run(read("id,street,lat,lon\n1,,,\n2,,,\n"))
    assert [row.verdict for row in rows] == ["accepted", "accepted"]


def test_swapped_columns_are_said_once_and_no_coordinates_are_taken(read):
    lines = "".join(f"{n},Rue {n},2.{n}522,48.{n}566,France\n" for n in range(1, 9))
    rows, checked = run(read("id,street,lat,lon,country\n" + lines), MAPPING | {"country": 4})
    assert checked.notes == (
        "Latitude and longitude are in each other's columns in 8 rows, so they were left out. Go back and exchange the "
        "two columns.",
    )
    assert checked.fixes == ("swap_coordinates",)
    assert {row.verdict for row in rows} == {"accepted"}
    assert {(row.values["latitude"], row.values["longitude"]) for row in rows} == {(None, None)}
    assert {problem.code for row in rows for problem in row.problems} == {"swapped_columns"}


def test_exchanging_the_two_columns_puts_a_swapped_file_right(read):
    lines = "".join(f"{n},Rue {n},2.{n}522,48.{n}566,France\n" for n in range(1, 9))
    mapping = MAPPING | {"country": 4, "latitude": 3, "longitude": 2}
    rows, checked = run(read("id,street,lat,lon,country\n" + lines), mapping)
    assert (checked.notes, checked.fixes, rows[0].values["latitude"]) == ((), (), 48.1566)


def test_impossible_latitudes_throughout_are_swapped_columns_too(read):
    lines = "".join(f"{n},St {n},-13{n}.5,58.3{n}\n" for n in range(1, 9))
    rows, checked = run(read("id,street,lat,lon\n" + lines))
    assert rows[0].values["latitude"] is None
    assert checked.fixes == ("swap_coordinates",)


def test_a_few_swapped_rows_are_doubted_one_by_one(read):
    lines = "".join(f"{n},St {n},58.3{n},-13{n}.5\n" for n in range(1, 9))
    rows, checked = run(read("id,street,lat,lon\n9,St 9,-139.5,58.39\n" + lines))
    assert (rows[0].verdict, rows[0].values["latitude"], checked.fixes) == ("attention", 58.39, ())
    assert checked.tally == Tally(accepted=8, attention=1)


def test_swapped_rows_below_good_ones_are_noted_when_they_are_most(read):
    good = "".join(f"{n},St {n},58.3{n},-13{n}.5\n" for n in range(1, 4))
    bad = "".join(f"{n},St {n},-13{n}.5,58.3{n}\n" for n in range(4, 9))
    _, checked = run(read("id,street,lat,lon\n" + good + bad))
    assert "look swapped in 5 of 8 rows" in checked.notes[0]
    assert checked.fixes == ("swap_coordinates",)


def test_rows_with_the_same_key_or_place_know_each_others_lines(read):
    rows, checked = run(read("id,street,lat,lon\nA,a,1,2\nB,b,3,4\na,c,5,6\nC,d,3,4\nA,e,7,8\n"))
    assert [problem.lines for row in rows for problem in row.problems] == [(2,), (3,), (2,)]
    told = {line: (problem.code, problem.lines, problem.sentence) for line, problem in checked.afterthoughts}
    assert told == {
        2: ("duplicate", (4, 6), "The same code comes again on lines 4, 6. Only this row lands."),
        3: ("same_place", (5,), "The same place comes again on line 5. Check that they are two sites."),
    }


def test_a_place_that_comes_a_thousand_times_names_some_lines(read):
    _, checked = run(read("id,street,lat,lon\n" + "".join(f"{n},x,1,2\n" for n in range(1000))))
    assert [len(problem.lines) for _, problem in checked.afterthoughts] == [20]


def test_a_lost_minus_sign_is_noticed_for_the_whole_file(read):
    lines = "".join(f"{n},St {n},36.3{n},94.0{n},US\n" for n in range(1, 9))
    _, checked = run(read("id,street,lat,lon,country\n" + lines), MAPPING | {"country": 4})
    assert "minus sign in 8 of 8 rows" in checked.notes[0]


def test_a_wrong_key_column_is_noticed(read):
    _, checked = run(read("id,name\n,Reno\n,Elko\n"), {"key": 0, "name": 1})
    assert "No row can land" in checked.notes[0]


def test_good_files_have_no_notes(read):
    assert run(read("id,street,lat,lon\n1,a,10,20\n"))[1].notes == ()


def test_keys_can_be_made(read):
    rows, _ = run(
        read("name,country\nRichmond,Australia\nRichmond,Canada\nRichmond,CA\n"),
        {"name": 0, "country": 1},
        make_key=derived_key,
    )
    assert [row.values["key"] for row in rows] == ["AU-RICHMOND", "CA-RICHMOND", "CA-RICHMOND"]
    assert [row.verdict for row in rows] == ["accepted", "accepted", "rejected"]
    assert rows[0].problems[0].severity == "notice"


def test_importing_a_list_twice_makes_the_same_keys(read):
    content = "name,city\nA,Reno\nB,Elko\n"
    first, second = (
        [row.values["key"] for row in run(read(content), {"name": 0, "city": 1}, make_key=derived_key)[0]]
        for _ in range(2)
    )
    assert first == second


def test_the_tally_grows_while_rows_are_taken(read):
    checked = check_all(SITE_TARGET, MAPPING, read("id,street,lat,lon\n1,a,1,2\n\n3,c,x,2\n"))
    next(checked)
    assert checked.tally == Tally(accepted=1)
    list(checked)
    assert checked.tally == Tally(accepted=1, attention=1, blank=1)
    assert checked.tally.records == 3


CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "1",
            "A1",
            "0",
            "48.85",
            "-134.5",
            "US",
            "FR",
            "n/a",
            "0,0",
            "a@b.test",
            '"',
            ",",
            "\n",
            "\r\n",
            "'=1",
        ]
    ),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs", "Cc")), max_size=12),
    st.text(st.sampled_from('ab,;"\n\t|é日 '), max_size=12),
)
TABLES = st.integers(1, 6).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=1, max_size=width + 1), max_size=12)
)


@settings(max_examples=250, deadline=None)
@given(
    rows=TABLES,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quote_all=st.booleans(),
)
def test_every_record_comes_out_exactly_once(rows, delimiter, encoding, line_end, quote_all):
    header = ["Store number", "Street", "Latitude", "Longitude", "Country", "E-mail"]
    stream = io.StringIO(newline="")
    # The writer quotes by itself only the line ends it writes.
    quoting = csv.QUOTE_ALL if quote_all or line_end != "\r\n" else csv.QUOTE_MINIMAL
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([header, *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "list.csv")
        path.write_bytes(stream.getvalue().encode(encoding))
        source = open_source(path, name="list.csv")
        mapping = {
            key: one.column for key, one in propose(SITE_TARGET, source.columns, source.sample()).items()
        }
        checked = check_all(SITE_TARGET, mapping, source)
        out = list(checked)
        read_back = [row.cells for row in source.rows()]
    assert len(out) == len(rows) == source.records == checked.tally.records
    width = len(source.columns)
    expected = [tuple([*row, *[""] * width][:width]) for row in rows]
    assert [tuple(map(str.strip, cells)) for cells in read_back] == [
        tuple(map(str.strip, cells)) for cells in expected
    ]
    assert [row.line for row in out] == sorted({row.line for row in out})


@settings(max_examples=200, deadline=None)
@given(
    content=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)),
    name=st.sampled_from(["a.csv", "a.json"]),
)
def test_any_bytes_are_read_or_refused_and_never_crash(content, name):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "upload")
        path.write_bytes(content)
        try:
            source = open_source(path, name=name)
        except UnreadableFile:
            return
        mapping = {
            key: one.column for key, one in propose(SITE_TARGET, source.columns, source.sample()).items()
        }
        checked = check_all(SITE_TARGET, mapping, source, make_key=derived_key)
        assert len(list(checked)) == source.records == checked.tally.records
