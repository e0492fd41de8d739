"""Text files: whatever the encoding, delimiter and header, the rows come out with their lines."""

from __future__ import annotations

import json

import pytest

from sites.imports.reading import UnreadableFile
from sites.imports.text_encoding import check_encoding

TABLE = "Store,Town,Note\nA1,Bern,ok\nA2,Genève,fine\n"


def cells(source):
    return [row.cells for row in source.rows()]


def test_reads_a_plain_table(read):
    source = read(TABLE)
    assert source.format == "csv"
    assert source.columns == ("Store", "Town", "Note")
    assert cells(source) == [("A1", "Bern", "ok"), ("A2", "Genève", "fine")]
    assert [row.line for row in source.rows()] == [2, 3]
    assert source.records == 2
    assert source.options.header_row == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_finds_the_delimiter(read, delimiter):
    source = read(TABLE.replace(",", delimiter))
    assert source.options.delimiter == delimiter
    assert source.columns == ("Store", "Town", "Note")


def test_semicolons_win_over_decimal_commas(read):
    source = read("Filiale;Breite;Länge\n1;48,1;11,5\n2;52,5;13,4\n3;50,9;6,9\n")
    assert source.options.delimiter == ";"
    assert cells(source)[0] == ("1", "48,1", "11,5")


def test_obeys_the_sep_line_of_excel_and_counts_it(read):
    source = read("sep=;\nid;name\n1;a,b\n")
    assert source.columns == ("id", "name")
    assert [(row.line, row.cells) for row in source.rows()] == [(3, ("1", "a,b"))]


def test_one_column_is_a_table(read):
    source = read("id\nA1\nA2\n")
    assert source.columns == ("id",)
    assert cells(source) == [("A1",), ("A2",)]


@pytest.mark.parametrize(
    ("encoding", "detected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_finds_the_encoding(read, encoding, detected):
    source = read(TABLE.encode(encoding))
    assert source.options.encoding == detected
    assert source.columns == ("Store", "Town", "Note")
    assert cells(source)[1] == ("A2", "Genève", "fine")
    assert not any(row.damaged for row in source.rows())


@pytest.mark.parametrize(
    ("text", "encoding", "detected"),
    [
        ("店舗コード,住所\n1,東京都のどこか\n2,カタカナの町\n", "cp932", "cp932"),
        ("店舗番号,都道府県,住所\n1,東京都,新宿区新宿\n", "cp932", "cp932"),
        ("매장코드,주소\n1,서울특별시 강남구\n2,부산광역시 해운대구\n", "euc_kr", "cp949"),
        ("매장코드,매장명\n1,서울특별시 강남구 매장\n2,똠방각하 펲시콜라 부산점\n", "cp949", "cp949"),
        ("店舗コード,店名\n1,渋谷センター街①\n2,髙島屋前\n", "cp932", "cp932"),
        ("门店编号,地址\n1,北京市朝阳区建国路\n2,上海市浦东新区世纪大道\n", "gb2312", "gb18030"),
        ("id,ville\n1,Hénin-Beaumont\n2,Besançon\n3,Orléans\n4,Nîmes\n5,Béziers\n", "cp1252", "cp1252"),
    ],
)
def test_tells_legacy_encodings_apart(read, text, encoding, detected):
    source = read(text.encode(encoding))
    assert source.options.encoding == detected
    assert cells(source)[0] == tuple(text.splitlines()[1].split(","))
    assert any("choose another encoding" in note for note in source.notes)


def test_a_few_bad_bytes_damage_their_row_only(read):
    source = read(
        "id,town\n1,Zürich Köln Genève\n2,Bad\xff\xfe\n".encode().replace(b"\xc3\xbf\xc3\xbe", b"\xff\xfe")
    )
    rows = list(source.rows())
    assert source.options.encoding == "utf-8"
    assert [row.damaged for row in rows] == [False, True]
    assert rows[0].cells == ("1", "Zürich Köln Genève")
    assert rows[1].cells == ("2", "Bad\ufffd\ufffd")
    assert any("\ufffd" in note for note in source.notes)


def test_an_encoding_can_be_chosen(read):
    assert cells(read("id,t\n1,é\n".encode("cp850"), encoding="cp850")) == [("1", "é")]


@pytest.mark.parametrize(
    "encoding", ["klingon", "rot13", "base64", "idna", "punycode", "zip", "utf-7", "a\x00b", ""]
)
def test_what_is_no_encoding_is_refused(tmp_path, encoding):
    path = tmp_path / "list.csv"
    path.write_text(TABLE)
    with pytest.raises(UnreadableFile, match="Choose UTF-8"):
        check_encoding(path, encoding)


def test_a_line_break_inside_quotes_stays_in_its_cell_and_lines_are_physical(read):
    source = read('id,street\r\n1,"12 Main St\r\nSuite 4"\r\n2,"say ""hi"""\r\n')
    assert [(row.line, row.cells) for row in source.rows()] == [
        (2, ("1", "12 Main St\r\nSuite 4")),
        (4, ("2", 'say "hi"')),
    ]


def test_old_mac_line_ends(read):
    assert [row.line for row in read("id,name\r1,a\r2,b\r").rows()] == [2, 3]


def test_blank_lines_are_records(read):
    source = read("id,name\n1,a\n\n,\n2,b\n")
    assert [(row.line, row.cells) for row in source.rows()] == [
        (2, ("1", "a")),
        (3, ("", "")),
        (4, ("", "")),
        (5, ("2", "b")),
    ]
    assert source.records == 4


def test_the_header_may_stand_below_a_title(read):
    source = read("Store list 2026\nprinted by head office\n\nStore Number,City,State\n17,Reno,NV\n")
    assert source.columns == ("Store Number", "City", "State")
    assert source.options.header_row == 4
    assert [row.line for row in source.rows()] == [5]
    assert any("line 4" in note and "1, 2, 3" in note for note in source.notes)


def test_the_header_may_be_absent(read):
    source = read("17,Reno,39.5296,-119.8138\n18,Elko,40.8324,-115.7631\n")
    assert source.columns == ("Column 1", "Column 2", "Column 3", "Column 4")
    assert source.options.header_row == 0
    assert source.records == 2
    assert any("No header row" in note for note in source.notes)


def test_text_that_repeats_below_is_no_header(read):
    assert read("Reno,Nevada\nElko,Nevada\n").options.header_row == 0


def test_a_code_above_codes_is_no_header(read):
    assert read("A1\nA2\nB17\n").options.header_row == 0


def test_unknown_names_over_numbers_are_a_header(read):
    assert read("foo,bar\n1,2\n3,4\n").columns == ("foo", "bar")


def test_header_row_can_be_chosen(read):
    assert read("a,b\nc,d\n1,2\n", header_row=2).columns == ("c", "d")
    assert read("a,b\nc,d\n", header_row=0).records == 2
    with pytest.raises(UnreadableFile, match="first 25"):
        read("a,b\n", header_row=900)


def test_column_names_are_unique_and_never_blank(read):
    source = read("id,phone,,phone,  \n1,2,3,4,5\n")
    assert source.columns == ("id", "phone", "Column 3", "phone (2)", "Column 5")


def test_a_row_with_more_cells_keeps_them_and_is_marked(read):
    source = read("id,street\n1,Main St\n2,Main St, Suite 4\n")
    rows = list(source.rows())
    assert source.columns == ("id", "street", "Column 3")
    assert rows[1].cells == ("2", "Main St", " Suite 4")
    assert [row.ragged for row in rows] == [False, True]


def test_a_broken_line_marks_both_halves(read):
    whole = "".join(f"{n},Main St,Reno\n" for n in range(50))
    rows = list(read("id,street,city\n" + whole + "50,12 Main\nStreet,Reno\n").rows())
    assert [row.line for row in rows if row.ragged] == [52, 53]


def test_short_rows_are_the_style_of_some_files(read):
    rows = list(read("id,street,city\n1\n2,Main St\n3\n4,Main St,Reno\n").rows())
    assert not any(row.ragged for row in rows)


def test_trailing_empty_columns_are_no_columns(read):
    source = read("id,name,,,\n1,a,,,\n")
    assert source.columns == ("id", "name")
    assert not next(source.rows()).ragged


def test_spaces_after_delimiters_do_not_break_quotes(read):
    assert cells(read('id, street\n1, "Main St, 4"\n')) == [("1", "Main St, 4")]


def test_rows_can_be_read_again(read):
    source = read(TABLE)
    assert list(source.rows()) == list(source.rows())
    assert source.sample(1)[0].cells == ("A1", "Bern", "ok")


def test_a_header_alone_is_a_source_without_rows(read):
    source = read("id,name\n")
    assert source.records == 0
    assert any("no rows" in note for note in source.notes)


def test_geojson_gets_longitude_and_latitude_as_written(read):
    feature = '{"type":"Feature","id":"n1","properties":{"name":"Reno"},"geometry":{"type":"Point","coordinates":[-119.81380,39.5]}}'
    source = read(f'{{"type":"FeatureCollection","features":[{feature}]}}', "x.geojson")
    assert source.format == "geojson"
    assert source.columns == ("name", "id", "longitude", "latitude")
    assert cells(source) == [("Reno", "n1", "-119.81380", "39.5")]


def test_geojson_of_other_shapes_says_so(read):
    shape = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 0]]]}
    features = [
        {"type": "Feature", "properties": {"name": n}, "geometry": g} for n, g in (("a", shape), ("b", None))
    ]
    source = read(json.dumps({"type": "FeatureCollection", "features": features}))
    assert cells(source) == [("a", "", ""), ("b", "", "")]
    assert any("not a point" in note and "2" in note for note in source.notes)


def test_geojson_property_called_longitude_keeps_its_column(read):
    feature = {
        "type": "Feature",
        "properties": {"longitude": "x"},
        "geometry": {"type": "Point", "coordinates": [1, 2]},
    }
    source = read(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert source.columns == ("longitude", "longitude (2)", "latitude")
    assert cells(source) == [("x", "1", "2")]


def test_json_array_flattens_objects_and_lists(read):
    rows = [
        {"id": 7, "address": {"city": "Reno"}, "open": True, "tags": ["a", "b"]},
        {"id": "8", "extra": None},
    ]
    source = read(json.dumps(rows), "x.json")
    assert source.format == "json"
    assert source.columns == ("id", "address.city", "open", "tags", "extra")
    assert cells(source) == [("7", "Reno", "true", "a; b", ""), ("8", "", "", "", "")]


def test_json_inside_a_wrapper_is_found(read):
    source = read('{"count": 1, "stores": [{"id": 1}]}')
    assert cells(source) == [("1",)]
    assert any("'stores'" in note for note in source.notes)


def test_json_lines_keep_their_line_and_a_bad_line_is_a_damaged_row(read):
    source = read('{"id": 1}\n\n{"id": 2, "x": 12345678901234567890.10}\nnot json\n', "x.jsonl")
    assert source.format == "jsonl"
    assert source.columns == ("id", "x", "value")
    rows = [(row.line, row.cells, row.damaged) for row in source.rows()]
    assert rows == [
        (1, ("1", "", ""), False),
        (3, ("2", "12345678901234567890.10", ""), False),
        (4, ("", "", "not json"), True),
    ]


def test_a_csv_that_begins_with_a_bracket_is_still_a_csv(read):
    assert read("[id],name\n1,a\n", "list.csv").columns == ("[id]", "name")
