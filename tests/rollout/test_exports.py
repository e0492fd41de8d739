"""Lists as files: complete, typed, streamed, and never with a formula that runs."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time

import pytest
from django.test import RequestFactory
from python_calamine import load_workbook

from rollout.exports import export_response, neutral

COLUMNS = ("Number", "Name")


def ask(rows, format_="csv", columns=COLUMNS, name="guest-wifi sites"):
    return export_response(
        RequestFactory().get("/", {"format": format_} if format_ else {}), name, columns, rows
    )


def lines(response):
    text = b"".join(response.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")  # so that a spreadsheet reads the letters right
    return list(csv.reader(io.StringIO(text[1:])))


def sheet(response):
    content = b"".join(response.streaming_content)
    response.file_to_stream.close()
    return load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_a_page_stays_a_page():
    assert ask([], format_="") is None
    assert ask([], format_="pdf") is None


def test_csv_has_every_row_and_a_name(rf):
    answer = ask(iter([("0001", "Café"), ("0002", None)]))
    assert answer["Content-Disposition"] == 'attachment; filename="guest-wifi-sites.csv"'
    assert lines(answer) == [["Number", "Name"], ["0001", "Café"], ["0002", ""]]


def test_xlsx_keeps_texts_texts_and_numbers_numbers():
    answer = ask([("0001", 7), ("=1+1", -2.5)], "xlsx")
    assert answer["Content-Disposition"] == 'attachment; filename="guest-wifi-sites.xlsx"'
    assert sheet(answer) == [["Number", "Name"], ["0001", 7.0], ["=1+1", -2.5]]


@pytest.mark.parametrize(
    "risky", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", " =1", "\u00a0=1", "＝1+1", "'quoted"]
)
def test_no_formula_runs_in_csv(risky):
    assert lines(ask([(risky, "x")]))[1][0] == f"'{risky}"


@pytest.mark.parametrize("plain", ["-67", "+1.5", "0001", "a=b", "3-4", ""])
def test_what_is_no_formula_stays_as_it_is(plain):
    assert neutral(plain) == plain


def test_kinds_of_cells():
    moment = datetime(2026, 11, 20, 15, tzinfo=UTC)
    cells = (moment, date(2026, 11, 20), time(21, 30), True, False, ["a", "b"], 3)
    row = lines(ask([cells], columns=list("abcdefg")))[1]
    assert row == ["2026-11-20T15:00:00+00:00", "2026-11-20", "21:30", "yes", "no", "a; b", "3"]


def test_rows_are_made_while_they_are_sent():
    made = []

    def rows():
        for n in range(3):
            made.append(n)
            yield (n, n)

    answer = ask(rows())
    assert made == []
    assert len(lines(answer)) == 4


def test_a_cell_longer_than_a_spreadsheet_takes_is_cut_there_only():
    long = "x" * 40_000
    assert len(sheet(ask([(long, 1)], "xlsx"))[1][0]) == 32_767
    assert len(lines(ask([(long, 1)]))[1][0]) == 40_000


def test_a_name_without_latin_letters_still_makes_a_file():
    assert ask([], name="名簿")["Content-Disposition"] == 'attachment; filename="list.csv"'
