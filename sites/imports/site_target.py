"""The fields of a site, with the names they go by in the files of clients around the world."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from .target import Field, Target
from .values import Value


def _words(text: str) -> tuple[str, ...]:
    """Split a block of synonyms at commas and line ends."""
    return tuple(word.strip() for word in re.split(r"[,\n]", text) if word.strip())


_KEY = _words("""
store number, site code, site id, store id, location id, location code, site number, store no, store num, site no,
store code, shop number, shop id, branch number, branch code, branch id, outlet id, outlet code, restaurant number,
store #, site #, store nbr, unit number, facility id, property id, club number, external id, reference, ref,
id, code, key, number, no, nr, #, identifier, uid, site, store, location number
Filialnummer, Filial-Nr, Filialnr, Standortnummer, Standort-ID, Standortcode, Marktnummer, Kennung, Nummer
numéro de magasin, n° magasin, code magasin, numéro de site, code site, identifiant, code agence, numéro
número de tienda, código de tienda, código, id tienda, código de sucursal, identificador, nº tienda
winkelnummer, filiaalnummer, vestigingsnummer, locatiecode, nummer
número da loja, código da loja, loja, código da filial, codice negozio, codice, numero negozio, codice sede
店舗番号, 店舗コード, 店番, コード, 拠点コード, 番号, 매장코드, 매장번호, 점포코드, 점포번호, 지점코드, 코드
门店编号, 店铺编号, 门店代码, numer sklepu, kod sklepu, butiksnummer, butikknummer, myymälänumero
""")
_NAME = _words("""
site name, store name, name, location name, shop name, branch name, outlet name, title, display name, restaurant name,
facility name, property name, branch, location, shop, store
Filialname, Standortname, Standort, Filiale, Name der Filiale, Bezeichnung, Markt
nom du magasin, nom du site, nom, magasin, enseigne, agence, libellé
nombre de la tienda, nombre, tienda, sucursal, nombre del sitio
winkelnaam, filiaalnaam, vestiging, naam, locatienaam, nome da loja, nome, nome do local, filial
nome negozio, negozio, punto vendita, insegna, denominazione
店舗名, 店名, 名称, 拠点名, 名前, 매장명, 점포명, 지점명, 이름, 매장, 门店名称, 店铺名称, nazwa, namn, navn, nimi
""")
_STREET = _words("""
street address, street, address, address line 1, address 1, address1, addr1, addr, street addr, full address,
road, location address, site address, store address, line 1, add1
Straße, Strasse, Str, Anschrift, Adresse, Straße und Hausnummer, Straße Nr
adresse, rue, voie, adresse 1, adresse ligne 1, adresse postale
dirección, calle, domicilio, dirección 1, direccion, straat, adres, straatnaam, straat en huisnummer
endereço, rua, logradouro, morada, indirizzo, via
住所, 番地, 所在地, 住所1, 주소, 도로명주소, 도로명, 地址, ulica, gata, adress, gade, gate, katuosoite, osoite
""")
_CITY = _words("""
city, town, city name, municipality, locality, suburb, city town, town city, place
Stadt, Ort, Ortschaft, Gemeinde, Wohnort, ville, commune, localité, ciudad, localidad, municipio, población
stad, plaats, woonplaats, gemeente, cidade, localidade, município, città, comune, località, citta
市区町村, 市, 都市, 市町村, 도시, 시, 시군구, 城市, miasto, ort, by, kaupunki, postort
""")
_REGION = _words("""
state, province, region, state province, state code, province code, state or province, prov, county, administrative area,
state name, stateprov
Bundesland, Kanton, Land/Region, Region, Regierungsbezirk, département, région, canton
estado, provincia, comunidad autónoma, departamento, provincie, distrito, regione, uf
都道府県, 県, 州, 지역, 시도, 도, 省, 省份, województwo, län, fylke, lääni
""")
_POSTAL = _words("""
zip, zip code, postal code, postcode, zipcode, post code, zip postal code, zip5, postal, pin code, pincode, eircode
PLZ, Postleitzahl, code postal, CP, código postal, C.P., código postal (CP), postcode, CEP, código-postal
CAP, codice postale, codice avviamento postale, codice di avviamento postale
郵便番号, 우편번호, 邮政编码, 邮编, kod pocztowy, postnummer, postnr, postinumero
""")
_COUNTRY = _words("""
country, country code, country name, nation, iso country, country iso, iso2, iso3, country region, ctry
Land, Staat, Ländercode, Länderkennung, Länderkürzel, pays, code pays, país, pais, código de país
landcode, landnaam, paese, nazione, stato, codice paese, nação
国, 国名, 国コード, 국가, 나라, 국가코드, 国家, kraj, maa
""")
_LATITUDE = _words("""
latitude, lat, geo lat, gps lat, gps latitude, y, y coord, ycoord, y coordinate, latitude (wgs84), lat dd
Breitengrad, Breite, geographische Breite, latitud, breedtegraad, latitudine
緯度, 위도, 纬度, szerokość geograficzna, leveysaste, breddegrad, breddgrad
""")
_LONGITUDE = _words("""
longitude, lon, lng, long, geo lng, geo long, gps lon, gps lng, gps longitude, x, x coord, xcoord, x coordinate, lon dd
Längengrad, Länge, geographische Länge, longitud, lengtegraad, longitudine
経度, 경도, 经度, długość geograficzna, pituusaste, lengdegrad, længdegrad, longitud
""")
_COORDINATES = _words("""
coordinates, lat lon, lat lng, lat long, latlng, latlong, geo, gps, gps coordinates, geolocation, geo point, geopoint,
location coordinates, geom, geometry, wkt, position, latitude longitude, coords
Koordinaten, GPS-Koordinaten, coordonnées, coordonnées gps, coordenadas, coördinaten, coordinate, 座標, 좌표, 坐标
""")
_TIME_ZONE = _words("""
time zone, timezone, tz, tzid, iana time zone, iana timezone, time zone id, timezone name, olson
Zeitzone, fuseau horaire, fuseau, zona horaria, huso horario, tijdzone, fuso horário, fuso orario
タイムゾーン, 時間帯, 시간대, 时区, strefa czasowa, tidszon, aikavyöhyke
""")
_PHONE = _words("""
phone, phone number, telephone, telephone number, tel, store phone, site phone, main phone, ph, phone no
Telefon, Telefonnummer, Tel-Nr, Rufnummer, téléphone, numéro de téléphone, tél, teléfono, número de teléfono
telefoon, telefoonnummer, telefone, numero di telefono, telefono, número de telefone
電話番号, 電話, 전화번호, 전화, 电话, 电话号码, numer telefonu, puhelin, puhelinnumero
""")
_HOURS = _words("""
opening hours, hours, business hours, store hours, trading hours, open hours, hours of operation, opening times
Öffnungszeiten, heures d'ouverture, horaires, horaires d'ouverture, horario, horarios, horario de apertura
openingstijden, openingsuren, horário de funcionamento, horário, orari, orari di apertura, orario
営業時間, 영업시간, 营业时间, godziny otwarcia, öppettider, åbningstider, åpningstider, aukioloajat
""")
_TERRITORY = _words("""
sales region, region name, territory, sales territory, division, business region, operating region, store region, own region,
region code, regional division, area, sales area, region
Vertriebsregion, Verkaufsregion, Gebiet, Vertriebsgebiet, région commerciale, secteur, zone commerciale
región comercial, zona comercial, zona, división, regio, verkoopregio, região comercial, area commerciale, zona vendita
エリア, 地区, 事業部, 권역, 영업권역, 大区, 区域
""")
_DISTRICT = _words("""
district, market, sales district, district name, market area, market name, district code, cluster, patch
Bezirk, Verkaufsbezirk, Vertriebsbezirk, Marktgebiet, district commercial, marché, distrito comercial, mercado, rayon
distretto, mercato, マーケット, 地域, 상권, 片区
""")
_FORMAT = _words("""
format, store format, store type, site type, site format, concept, location type, shop type, outlet type, type of store
Format, Filialtyp, Vertriebslinie, Markttyp, Standorttyp, format de magasin, type de magasin, concept
formato, tipo de tienda, formato de tienda, winkelformule, winkeltype, formule, formato da loja, tipo de loja, formato negozio
店舗形態, 業態, 店舗タイプ, 매장유형, 점포유형, 业态, 门店类型
""")
_BANNER = _words("""
banner, brand, chain, fascia, store brand, trading name, business unit
Vertriebsmarke, Marke, Vertriebsschiene, enseigne commerciale, marque, bandera, cadena, marca, keten, merk, rede, catena
ブランド, 브랜드, 品牌
""")
_CONTACT_NAME = _words("""
contact name, contact, site contact, manager, store manager, manager name, contact person, site manager, gm,
general manager, branch manager, local contact, on-site contact
Ansprechpartner, Kontakt, Filialleiter, Filialleitung, Marktleiter, Kontaktperson
responsable, nom du contact, responsable du magasin, directeur, interlocuteur
contacto, nombre de contacto, gerente, encargado, persona de contacto, contactpersoon, filiaalmanager, bedrijfsleider
contato, nome do contato, responsável, contatto, referente, responsabile, nome contatto
担当者, 担当者名, 店長, 店長名, 담당자, 담당자명, 점장, 联系人, 店长
""")
_CONTACT_PHONE = _words("""
contact phone, contact phone number, manager phone, contact tel, contact telephone, mobile, cell, cell phone,
contact mobile, mobile phone, contact number, manager mobile
Telefon Ansprechpartner, Handy, Mobil, Mobiltelefon, Kontakt Telefon, téléphone du contact, portable, téléphone contact
teléfono de contacto, móvil, celular, telefoon contactpersoon, mobiel, telefone de contato, celular, telemóvel
telefono contatto, cellulare, telefono referente, 担当者電話, 担当者電話番号, 携帯, 携帯電話, 담당자 전화, 담당자 전화번호, 휴대폰
""")
_CONTACT_EMAIL = _words("""
contact email, email, e-mail, email address, mail, manager email, contact e-mail, store email, site email
E-Mail-Adresse, E-Mail, Mailadresse, E-Mail Ansprechpartner, courriel, adresse e-mail, adresse mail, mél, e-mail contact
correo, correo electrónico, correo de contacto, e-mailadres, mailadres, endereço de e-mail, correio eletrónico
indirizzo email, posta elettronica, メール, メールアドレス, 担当者メール, 이메일, 이메일 주소, 담당자 이메일, 邮箱, 电子邮件
""")

SITE_TARGET = Target(
    key="site",
    label="site",
    key_field="key",
    fields=(
        Field(
            "key",
            "Site code",
            "code",
            True,
            _KEY,
            "The client's own number or code. It finds the site again.",
        ),
        Field("name", "Name", "text", False, _NAME, "What people call the site."),
        Field("street", "Street", "text", False, _STREET, "Street and house number, or the whole address."),
        Field("city", "City", "text", False, _CITY),
        Field("region", "State or region", "region", False, _REGION),
        Field("postal_code", "Postal code", "postal_code", False, _POSTAL),
        Field("country", "Country", "country", False, _COUNTRY, "A name or a code, in any common spelling."),
        Field("latitude", "Latitude", "latitude", False, _LATITUDE, "Degrees north, from -90 to 90."),
        Field("longitude", "Longitude", "longitude", False, _LONGITUDE, "Degrees east, from -180 to 180."),
        Field("time_zone", "Time zone", "time_zone", False, _TIME_ZONE, "A name such as Europe/Paris."),
        Field("phone", "Phone", "phone", False, _PHONE),
        Field("opening_hours", "Opening hours", "text", False, _HOURS),
        Field(
            "territory",
            "Client’s region",
            "text",
            False,
            _TERRITORY,
            "The client’s own, such as West / Bay Area. Made when missing.",
        ),
        Field("district", "District in that region", "text", False, _DISTRICT, "The smaller part of it."),
        Field("format", "Format", "text", False, _FORMAT, "Such as Café / Drive-through. Made when missing."),
        Field("banner", "Banner", "text", False, _BANNER, "The larger kind a format belongs to."),
        Field("contact_name", "Contact name", "text", False, _CONTACT_NAME),
        Field("contact_phone", "Contact phone", "phone", False, _CONTACT_PHONE),
        Field("contact_email", "Contact e-mail", "email", False, _CONTACT_EMAIL),
        Field(
            "coordinates",
            "Latitude and longitude in one column",
            "coordinates",
            False,
            _COORDINATES,
            "Such as 48.8566, 2.3522. Fills latitude and longitude.",
        ),
    ),
)
"""The site. Its `coordinates` field never appears in the checked values: it fills the two others."""


def default_name(values: Mapping[str, Value]) -> str:
    """Return the site's name, or else its street and city, or else its code.

    Never empty for a row that has a code.
    """
    name = str(values.get("name") or "")
    place = ", ".join(str(values[key]) for key in ("street", "city") if values.get(key))
    return name or place or str(values.get("key") or "")


def derived_key(values: Mapping[str, Value]) -> str:
    """Make a site code for a file that has none, from country, region, name, city and postal code.

    The same facts give the same code again, so a second import of the file finds the same sites;
    a corrected spelling gives a new one. Empty when the row has neither a name nor a place.
    Letters of every script are kept.
    """
    own = [str(values.get(key) or "") for key in ("name", "city", "postal_code", "street")]
    parts = [own[0] or own[3], own[1], own[2]]
    if not any(parts):
        return ""
    joined = "-".join([str(values.get("country") or ""), *parts])
    plain = unicodedata.normalize("NFKC", joined).upper()
    return re.sub(r"[\W_]+", "-", plain).strip("-")[:60].rstrip("-")
