"""Generated lists in every format: every record comes out once, with its line, and goes round again unharmed."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sites.imports.dataset import check_all
from sites.imports.mapping import propose
from sites.imports.reading import open_source
from sites.imports.report import annotated_csv, annotated_xlsx, neutral
from sites.imports.site_target import SITE_TARGET

COLUMNS = (
    "Store number",
    "Name",
    "Street",
    "City",
    "State",
    "Zip",
    "Country",
    "Latitude",
    "Longitude",
    "E-mail",
)
_WORD = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs"), exclude_characters="\ufeff\ufffd"),
    min_size=1,
    max_size=8,
)
_FORMULA = st.sampled_from(["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "'quoted", "=HYPERLINK(0)"])
_CELLS = (
    st.one_of(st.just(""), st.integers(1, 30).map(str), _WORD),
    st.one_of(st.just(""), _WORD, _FORMULA),
    st.one_of(st.just(""), st.sampled_from(["1 Main St", "2, Rue é", 'Unit "4"'])),
    st.sampled_from(["", "Reno", "São Paulo", "東京"]),
    st.sampled_from(["", "NV", "WA", "Bayern"]),
    st.sampled_from(["", "89501", "2134", "x"]),
    st.sampled_from(["", "US", "France", "Atlantis"]),
    st.sampled_from(["", "39.5", "0", "-119.8", "395000", "north"]),
    st.sampled_from(["", "-119.8", "0", "39.5", "-1198000"]),
    st.sampled_from(["", "a@b.test", "nobody"]),
)
RECORDS = st.lists(st.tuples(*_CELLS), min_size=1, max_size=12)
FORMATS = ("comma", "tab", "semicolon", "xlsx", "geojson", "jsonl", "json")
MAPPING = {
    key: column
    for column, key in enumerate(
        (
            "key",
            "name",
            "street",
            "city",
            "region",
            "postal_code",
            "country",
            "latitude",
            "longitude",
            "contact_email",
        )
    )
}


def written(kind, records):
    """Return the records as the bytes of a file."""
    if kind in ("comma", "tab", "semicolon"):
        stream = io.StringIO(newline="")
        delimiter = {"comma": ",", "tab": "\t", "semicolon": ";"}[kind]
        csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([COLUMNS, *records])
        return stream.getvalue().encode("utf-8-sig")
    if kind == "xlsx":
        packed = io.BytesIO()
        with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([COLUMNS, *records]):
                for column, cell in enumerate(row):
                    sheet.write_string(number, column, cell)
        return packed.getvalue()
    things = [dict(zip(COLUMNS, row, strict=True)) for row in records]
    if kind == "jsonl":
        return "".join(json.dumps(one) + "\n" for one in things).encode()
    if kind == "geojson":
        features = [{"type": "Feature", "properties": one, "geometry": None} for one in things]
        return json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return json.dumps(things).encode()


def checked_file(path, kind, mapping):
    source = open_source(path, name=f"list.{kind}")
    found = check_all(SITE_TARGET, mapping, source)
    return source, list(found), found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records=RECORDS, kind=st.sampled_from(FORMATS))
def test_every_record_is_accounted_for_whatever_the_format(records, kind):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "list")
        path.write_bytes(written(kind, records))
        source, rows, found = checked_file(path, kind, MAPPING)
        cells = [row.cells[: len(COLUMNS)] for row in source.rows()]
    # A workbook does not say how many empty rows follow the last filled one; JSON lines have no empty ones.
    filled = [row for row in records if any(cell.strip() for cell in row)]
    assert [row for row in cells if any(map(str.strip, row))] == [
        tuple(cell for cell in row) for row in filled
    ]
    tally = found.tally
    assert tally.accepted + tally.attention + tally.rejected + tally.blank == source.records == len(rows)
    for row in rows:
        assert row.line > 0
        if row.verdict in ("attention", "rejected"):
            assert any(problem.severity == row.verdict and problem.sentence for problem in row.problems)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records=RECORDS, kind=st.sampled_from(FORMATS), as_csv=st.booleans())
def test_what_is_sent_back_to_be_corrected_can_be_imported_again(records, kind, as_csv):
    with tempfile.TemporaryDirectory() as folder:
        path, back = Path(folder, "list"), Path(folder, "back")
        path.write_bytes(written(kind, records))
        source, rows, _ = checked_file(path, kind, MAPPING)
        count = (annotated_csv if as_csv else annotated_xlsx)(back, source, rows)
        wanted = [row for row in rows if row.verdict in ("attention", "rejected")]
        assert count == len(wanted)
        if not count:
            return
        again = open_source(back, name="back")
        assert again.columns[3:] == source.columns
        assert not propose(SITE_TARGET, again.columns[:3], ())
        lines = [int(row.cells[0]) for row in again.rows()]
        landed = list(check_all(SITE_TARGET, {key: column + 3 for key, column in MAPPING.items()}, again))
    assert lines == [row.line for row in wanted]
    assert [plain(row) for row in landed] == [plain(row) for row in wanted]


def plain(row):
    """The values that do not depend on the other rows of the file."""
    return {key: value for key, value in row.values.items() if key not in ("latitude", "longitude")}


@given(
    st.lists(
        st.one_of(_WORD, _FORMULA, st.sampled_from(["-94.5", "+1,5", "007", "'"])), min_size=1, max_size=6
    )
)
def test_a_neutralised_cell_is_never_a_formula_and_reads_back(cells):
    for cell in cells:
        safe = neutral(cell)
        assert safe == cell or safe == f"'{cell}"
        assert safe[:1] not in ("=", "@")
