"""The rows to correct, as a spreadsheet: complete, harmless to open, and ready to import again."""

from __future__ import annotations

import csv
import zipfile

import pytest

from sites.imports.dataset import check_all
from sites.imports.mapping import propose
from sites.imports.reading import open_source
from sites.imports.report import annotated_csv, annotated_xlsx, neutral
from sites.imports.site_target import SITE_TARGET

LIST = (
    "Store number,Street,Note,Phone\n"
    'A1,1 Main St,"=HYPERLINK(""http://x.test"",""y"")",+49 30 123456\n'
    "A2,2 Main St,fine,\n"
    "A1,3 Main St,+cmd|' /C calc'!A0,call me\n"
    ",4 Main St,-94.5,\n"
)


def rejects(source):
    mapping = {key: one.column for key, one in propose(SITE_TARGET, source.columns, source.sample()).items()}
    return check_all(SITE_TARGET, mapping, source)


@pytest.mark.parametrize("writer", [annotated_csv, annotated_xlsx])
def test_writes_the_rows_to_correct_and_reads_them_back(read, tmp_path, writer):
    source = read(LIST)
    path = tmp_path / "to_correct"
    assert writer(path, source, rejects(source)) == 2
    again = open_source(path, name="to_correct")
    assert again.columns == ("Import line", "Import verdict", "Import reasons", *source.columns)
    first, second = again.rows()
    assert first.cells[:2] == ("4", "rejected")
    assert "already on line 2" in first.cells[2]
    assert second.cells[0] == "5"
    assert "site code is missing" in second.cells[2]
    mapping = propose(SITE_TARGET, again.columns, again.sample())
    assert again.columns[mapping["key"].column] == "Store number"
    fixed = list(rejects(again))
    assert fixed[0].values["phone"] == "call me"
    assert fixed[0].verdict == "attention"


def test_a_second_round_does_not_pile_up_annotations(read, tmp_path):
    source = read(LIST)
    annotated_csv(tmp_path / "one.csv", source, rejects(source))
    again = open_source(tmp_path / "one.csv", name="one.csv")
    annotated_csv(tmp_path / "two.csv", again, rejects(again))
    third = open_source(tmp_path / "two.csv", name="two.csv")
    assert third.columns == again.columns


def test_the_csv_holds_no_formula(read, tmp_path):
    source = read(LIST)
    annotated_csv(
        tmp_path / "all.csv", source, rejects(source), verdicts=("accepted", "attention", "rejected")
    )
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert '\'=HYPERLINK("http://x.test","y")' in cells
    assert "'+cmd|' /C calc'!A0" in cells
    assert "-94.5" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@")]


def test_the_workbook_holds_no_formula(read, tmp_path):
    source = read(LIST)
    annotated_xlsx(
        tmp_path / "all.xlsx", source, rejects(source), verdicts=("accepted", "attention", "rejected")
    )
    with zipfile.ZipFile(tmp_path / "all.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"HYPERLINK" in sheet
    assert b"<hyperlink" not in sheet


def test_a_neutralised_cell_is_read_as_it_was(read):
    checked = list(rejects(read("Store number,Phone\n1,'+49 30 123456\n")))
    assert checked[0].values["phone"] == "+49 30 123456"
    assert checked[0].verdict == "accepted"


@pytest.mark.parametrize("text", ["=1", "+a", "-a", "@x", " =1", "\t=1", "\u00a0=1", "＝1", "'x", "-1+cmd"])
def test_risky_cells_get_an_apostrophe(text):
    assert neutral(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a", "1", "-1", "-94.5", "+1,5", "a=b", "O'Hare"])
def test_harmless_cells_stay(text):
    assert neutral(text) == text


def test_a_cell_too_long_for_a_workbook_is_cut_and_said(read, tmp_path):
    source = read(f"Store number,Note\n,{'x' * 40_000}\n")
    annotated_xlsx(tmp_path / "long.xlsx", source, rejects(source))
    row = next(open_source(tmp_path / "long.xlsx", name="long.xlsx").rows())
    assert len(row.cells[4]) == 32_767
    assert row.cells[2].startswith("A cell was too long")


def test_nothing_to_correct_is_a_header_alone(read, tmp_path):
    source = read("Store number\nA1\n")
    assert annotated_xlsx(tmp_path / "none.xlsx", source, rejects(source)) == 0
    assert open_source(tmp_path / "none.xlsx", name="none.xlsx").records == 0
