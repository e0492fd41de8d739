"""The first guess at the mapping: by name in many languages, by value, never by chance."""

from __future__ import annotations

import pytest

from sites.imports.mapping import name_score, propose, propose_joined
from sites.imports.site_target import SITE_TARGET
from sites.imports.source import SourceRow
from sites.imports.target import Field, Target


def guess(columns, *rows):
    """Return the mapping by column name."""
    sample = [SourceRow(number, tuple(row)) for number, row in enumerate(rows, 2)]
    return {key: columns[one.column] for key, one in propose(SITE_TARGET, columns, sample).items()}


def test_names_and_values_together():
    columns = [
        "index",
        "id",
        "timezone",
        "name",
        "url",
        "address",
        "city",
        "state",
        "zip",
        "latitude",
        "longitude",
    ]
    rows = [
        (str(n), str(1820 + 37 * n), "America/Anchorage", "Shop", f"https://x.test/{n}", f"{n} Main St", "Juneau", "AK",
         f"9980{n}", f"58.37{n}", f"-134.59{n}")
        for n in range(6)
    ]  # fmt: skip
    assert guess(columns, *rows) == {
        "key": "id",
        "name": "name",
        "street": "address",
        "city": "city",
        "region": "state",
        "postal_code": "zip",
        "latitude": "latitude",
        "longitude": "longitude",
        "time_zone": "timezone",
    }


def test_numeric_codes_of_states_are_no_states():
    columns = [
        "storenum",
        "OPENDATE",
        "st",
        "county",
        "STREETADDR",
        "STRCITY",
        "STRSTATE",
        "ZIPCODE",
        "type_store",
        "LAT",
        "LON",
    ]
    rows = [
        (
            str(n * 3),
            "7/1/62",
            "5",
            "7",
            "2110 WEST WALNUT",
            "Rogers",
            "AR",
            "72756",
            "Supercenter",
            "36.34",
            "-94.07",
        )
        for n in range(1, 8)
    ]
    assert guess(columns, *rows) == {
        "key": "storenum",
        "street": "STREETADDR",
        "city": "STRCITY",
        "region": "STRSTATE",
        "postal_code": "ZIPCODE",
        "latitude": "LAT",
        "longitude": "LON",
        "format": "type_store",
    }


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        (["Filial-Nr.", "Straße", "Ort", "PLZ", "Land", "Breitengrad", "Längengrad", "Öffnungszeiten", "Ansprechpartner"],
         ["key", "street", "city", "postal_code", "country", "latitude", "longitude", "opening_hours", "contact_name"]),
        (["Code magasin", "Nom du magasin", "Adresse", "Ville", "Code postal", "Pays", "Téléphone", "Fuseau horaire"],
         ["key", "name", "street", "city", "postal_code", "country", "phone", "time_zone"]),
        (["Código de tienda", "Nombre", "Dirección", "Ciudad", "Provincia", "Código Postal", "País", "Correo electrónico"],
         ["key", "name", "street", "city", "region", "postal_code", "country", "contact_email"]),
        (["Filiaalnummer", "Naam", "Straat", "Plaats", "Provincie", "Postcode", "Land", "Telefoon", "Breedtegraad"],
         ["key", "name", "street", "city", "region", "postal_code", "country", "phone", "latitude"]),
        (["Código da loja", "Nome", "Endereço", "Cidade", "Estado", "CEP", "País", "Telefone"],
         ["key", "name", "street", "city", "region", "postal_code", "country", "phone"]),
        (["Codice negozio", "Nome negozio", "Indirizzo", "Città", "Provincia", "CAP", "Paese", "Latitudine", "Longitudine"],
         ["key", "name", "street", "city", "region", "postal_code", "country", "latitude", "longitude"]),
        (["店舗コード", "店舗名", "住所", "市区町村", "都道府県", "郵便番号", "国", "電話番号", "営業時間", "担当者名"],
         ["key", "name", "street", "city", "region", "postal_code", "country", "phone", "opening_hours", "contact_name"]),
        (["매장코드", "매장명", "주소", "시군구", "시도", "우편번호", "국가", "전화번호", "위도", "경도"],
         ["key", "name", "street", "city", "region", "postal_code", "country", "phone", "latitude", "longitude"]),
        (["StoreNumber", "storeName", "streetAddress", "CityName", "stateProvince", "zip_code", "addr:country", "geo.lat", "geo.lng"],
         ["key", "name", "street", "city", "region", "postal_code", "country", "latitude", "longitude"]),
        (["SITE ID", "SITE_NAME", "Address Line 1", "Town/City", "County", "POSTCODE", "Contact Name", "Contact Phone", "E-mail"],
         ["key", "name", "street", "city", "region", "postal_code", "contact_name", "contact_phone", "contact_email"]),
    ],
    ids=["de", "fr", "es", "nl", "pt", "it", "ja", "ko", "camel", "en"],
)  # fmt: skip
def test_names_alone_in_many_languages(columns, fields):
    assert guess(columns) == dict(zip(fields, columns, strict=True))


def test_values_alone():
    columns = [f"Column {n}" for n in range(1, 9)]
    rows = [
        (
            f"X{n}7",
            "Reno",
            "NV",
            f"8950{n}",
            f"39.52{n}6",
            f"-119.81{n}8",
            "America/Los_Angeles",
            f"a{n}@x.test",
        )
        for n in range(9)
    ]
    assert guess(columns, *rows) == {
        "key": "Column 1",
        "region": "Column 3",
        "postal_code": "Column 4",
        "latitude": "Column 5",
        "longitude": "Column 6",
        "time_zone": "Column 7",
        "contact_email": "Column 8",
    }


def test_a_row_counter_is_no_key():
    rows = [(str(n), "Reno") for n in range(1, 20)]
    assert "key" not in guess(["Column 1", "Column 2"], *rows)


def test_a_key_that_repeats_is_worth_little():
    rows = [("1", "a"), ("1", "b"), ("2", "c"), ("2", "d")]
    proposals = propose(SITE_TARGET, ["id", "site code"], [SourceRow(n, row) for n, row in enumerate(rows)])
    assert proposals["key"].column == 1


def test_no_column_is_used_twice():
    chosen = propose(SITE_TARGET, ["store", "phone", "email", "address", "location"], [])
    used = [one.column for one in chosen.values()]
    assert len(used) == len(set(used))


def test_a_second_address_line_is_not_the_street():
    assert guess(["Address 2", "Address 1"]) == {"street": "Address 1"}


def test_a_billing_address_is_not_the_site():
    assert "street" not in guess(["Billing street", "Mailing address"])


def test_latitudes_that_are_words_are_refused():
    assert guess(["lat", "lon"], ("north", "west"), ("south", "east")) == {}


def test_a_pair_in_one_column():
    assert guess(["id", "gps"], ("1", "48.85, 2.35"), ("2", "50.1, 8.6"))["coordinates"] == "gps"
    assert "coordinates" not in guess(["lat", "lon", "gps"], ("48.85", "2.35", "48.85, 2.35"))


def test_our_own_annotations_are_passed_over():
    columns = ["Import line", "Import verdict", "Import reasons", "id"]
    assert guess(columns, *((str(n * 7), "rejected", "x", f"A{n}") for n in range(9))) == {"key": "id"}


def test_every_proposal_says_why():
    proposals = propose(SITE_TARGET, ["id", "lat"], [SourceRow(2, ("7", "48.1"))])
    assert proposals["key"].reason == "The column is called “id” and its values differ in every row."
    assert all(0.35 <= one.confidence <= 1 and one.reason.endswith(".") for one in proposals.values())


def test_every_synonym_finds_its_own_field_first():
    strays = []
    for field in SITE_TARGET.fields:
        for word in field.synonyms:
            scores = {other.key: name_score(other, word) for other in SITE_TARGET.fields}
            if scores[field.key] < 0.9:
                strays.append((field.key, word, scores[field.key]))
    assert strays == []


def test_works_for_any_target():
    target = Target(
        "device",
        "device",
        "serial",
        (Field("serial", "Serial", "code", True), Field("bought", "Bought", "date")),
    )
    proposals = propose(target, ["Bought", "Serial"], [SourceRow(2, ("2026-01-02", "S1"))])
    assert {key: one.column for key, one in proposals.items()} == {"serial": 1, "bought": 0}


def test_a_target_needs_its_key_field():
    with pytest.raises(ValueError, match="no field"):
        Target("x", "x", "nope", (Field("a", "A", "text"),))
    with pytest.raises(ValueError, match="same key"):
        Target("x", "x", "a", (Field("a", "A", "text"), Field("a", "B", "text")))


def test_a_branch_that_is_a_number_is_the_key_and_no_name():
    rows = [(f"000{n}", f"Zeil {n}", "Frankfurt") for n in range(1, 6)]
    assert guess(["Filiale", "Straße", "Ort"], *rows) == {"key": "Filiale", "street": "Straße", "city": "Ort"}
    words = [(f"Zeil {n}", f"Zeil {n}", "Frankfurt") for n in range(1, 6)]
    assert guess(["Filiale", "Straße", "Ort"], *words)["name"] == "Filiale"


def joined(columns, key, *rows):
    return propose_joined(columns, [SourceRow(n, tuple(row)) for n, row in enumerate(rows, 2)], key)


def test_a_number_that_repeats_is_joined_with_what_it_is_counted_within():
    rows = [("East", "1"), ("East", "2"), ("West", "1"), ("West", "2")]
    assert joined(["Region No", "Store No"], 1, *rows) == (0, 1)


def test_nothing_is_joined_where_it_would_not_help():
    assert joined(["Region", "Store No"], 1, ("East", "1"), ("West", "2")) is None
    assert joined(["Region", "Store No"], 1, ("East", "1"), ("East", "1")) is None
    assert joined(["Region", "Store No"], 1, ("East", "1"), ("", "1")) is None
    assert joined(["Ceiling", "Store No"], 1, ("9", "1"), ("10", "1")) is None
