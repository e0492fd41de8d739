"""Countries by the names and codes people write, and the states of the United States and Canada."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from .words import compact, word_set

# ISO 3166-1 alpha-2, alpha-3, then names: English, native, and those of the languages of our clients.
_COUNTRIES = """
AD AND Andorra, Andorre
AE ARE United Arab Emirates, UAE, U.A.E., Emirates, الإمارات العربية المتحدة, الإمارات,
    Vereinigte Arabische Emirate, Émirats arabes unis, Emiratos Árabes Unidos,
    Verenigde Arabische Emiraten, アラブ首長国連邦, 아랍에미리트, 阿联酋
AF AFG Afghanistan, افغانستان, Afganistán
AG ATG Antigua and Barbuda, Antigua & Barbuda, Antigua
AI AIA Anguilla
AL ALB Albania, Shqipëri, Shqipëria, Albanien, Albanie
AM ARM Armenia, Հայաստան, Armenien, Arménie
AO AGO Angola
AQ ATA Antarctica
AR ARG Argentina, Argentinien, Argentine, Argentinië, アルゼンチン, 아르헨티나, 阿根廷
AS ASM American Samoa
AT AUT Austria, Österreich, Autriche, Oostenrijk, Áustria, オーストリア, 오스트리아, 奥地利, Østrig, Østerrike,
    Itävalta, Rakousko, Avstrija
AU AUS Australia, Australien, Australie, Australië, Austrália, オーストラリア, 오스트레일리아, 호주, 澳大利亚, 澳洲
AW ABW Aruba
AX ALA Åland Islands, Åland, Aland Islands, Ahvenanmaa
AZ AZE Azerbaijan, Azərbaycan, Aserbaidschan, Azerbaïdjan
BA BIH Bosnia and Herzegovina, Bosnia & Herzegovina, Bosna i Hercegovina, Bosnia, Bosnien und Herzegowina,
    Bosnie-Herzégovine
BB BRB Barbados
BD BGD Bangladesh, বাংলাদেশ, Bangladesch
BE BEL Belgium, Belgique, België, Belgien, Bélgica, Belgio, ベルギー, 벨기에, 比利时, Belgia
BF BFA Burkina Faso
BG BGR Bulgaria, България, Bulgarien, Bulgarie, Bulgarije, Bulgária, ブルガリア, 불가리아, 保加利亚
BH BHR Bahrain, البحرين, Bahreïn, Baréin, バーレーン, 바레인, 巴林
BI BDI Burundi
BJ BEN Benin, Bénin
BL BLM Saint Barthélemy, St. Barthelemy, Saint-Barthélemy
BM BMU Bermuda
BN BRN Brunei, Brunei Darussalam
BO BOL Bolivia, Bolivien, Bolivie
BQ BES Caribbean Netherlands, Bonaire Sint Eustatius and Saba, Bonaire
BR BRA Brazil, Brasil, Brasilien, Brésil, Brazilië, Brasile, ブラジル, 브라질, 巴西
BS BHS Bahamas, The Bahamas
BT BTN Bhutan, འབྲུག་ཡུལ
BV BVT Bouvet Island
BW BWA Botswana
BY BLR Belarus, Беларусь, Белоруссия, Weißrussland, Biélorussie, Bielorrusia
BZ BLZ Belize
CA CAN Canada, Kanada, Canadá, カナダ, 캐나다, 加拿大
CC CCK Cocos (Keeling) Islands, Cocos Islands
CD COD Congo Democratic Republic, Democratic Republic of the Congo, DR Congo, DRC, Congo-Kinshasa,
    République démocratique du Congo
CF CAF Central African Republic, République centrafricaine
CG COG Congo, Republic of the Congo, Congo-Brazzaville
CH CHE Switzerland, Schweiz, Suisse, Svizzera, Svizra, Zwitserland, Suiza, Suíça, スイス, 스위스, 瑞士, Sveits,
    Sveitsi
CI CIV Côte d'Ivoire, Ivory Coast, Elfenbeinküste, Costa de Marfil
CK COK Cook Islands
CL CHL Chile, Chili, チリ, 칠레, 智利
CM CMR Cameroon, Cameroun, Kamerun
CN CHN China, 中国, 中國, People's Republic of China, PRC, P.R. China, Mainland China, Chine, Cina, Kina, 중국,
    Kiina, Chiny
CO COL Colombia, Kolumbien, Colombie, コロンビア, 콜롬비아, 哥伦比亚
CR CRI Costa Rica
CU CUB Cuba, Kuba
CV CPV Cape Verde, Cabo Verde, Kap Verde
CW CUW Curaçao
CX CXR Christmas Island
CY CYP Cyprus, Κύπρος, Kıbrıs, Zypern, Chypre, Chipre, Cipro, キプロス, 키프로스
CZ CZE Czechia, Czech Republic, Česko, Česká republika, Tschechien, Tschechische Republik, Tchéquie,
    République tchèque, Chequia, República Checa, Tsjechië, Repubblica Ceca, Tchéquia, チェコ, 체코, 捷克
DE DEU Germany, Deutschland, Bundesrepublik Deutschland, Federal Republic of Germany, BRD, Allemagne,
    Alemania, Duitsland, Germania, Alemanha, ドイツ, 독일, 德国, Tyskland, Saksa, Niemcy, Německo, Almanya
DJ DJI Djibouti, Dschibuti
DK DNK Denmark, Danmark, Dänemark, Danemark, Dinamarca, Denemarken, Danimarca, デンマーク, 덴마크, 丹麦, Tanska,
    Dania
DM DMA Dominica
DO DOM Dominican Republic, República Dominicana, Dominikanische Republik, République dominicaine
DZ DZA Algeria, الجزائر, Algérie, Algerien, Argelia
EC ECU Ecuador, Équateur
EE EST Estonia, Eesti, Estland, Estonie, エストニア, 에스토니아
EG EGY Egypt, مصر, Ägypten, Égypte, Egipto, Egypte, Egitto, Egito, エジプト, 이집트, 埃及
EH ESH Western Sahara, الصحراء الغربية
ER ERI Eritrea
ES ESP Spain, España, Espana, Spanien, Espagne, Spanje, Spagna, Espanha, スペイン, 스페인, 西班牙, Espanja,
    Hiszpania
ET ETH Ethiopia, ኢትዮጵያ, Äthiopien, Éthiopie
FI FIN Finland, Suomi, Finnland, Finlande, Finlandia, Finlândia, フィンランド, 핀란드, 芬兰
FJ FJI Fiji, Fidschi, Fidji
FK FLK Falkland Islands, Falklands, Islas Malvinas
FM FSM Micronesia, Federated States of Micronesia
FO FRO Faroe Islands, Føroyar, Færøerne, Färöer
FR FRA France, Frankreich, Francia, Frankrijk, França, フランス, 프랑스, 法国, Frankrig, Frankrike, Ranska,
    Francja, Francie, France métropolitaine, Metropolitan France
GA GAB Gabon, Gabun
GB GBR United Kingdom, UK, U.K., Great Britain, Britain, GB, England, Scotland, Wales, Northern Ireland,
    United Kingdom of Great Britain and Northern Ireland, Vereinigtes Königreich, Großbritannien,
    Royaume-Uni, Grande-Bretagne, Angleterre, Reino Unido, Verenigd Koninkrijk, Groot-Brittannië,
    Regno Unito, イギリス, 英国, 영국, Storbritannien, Storbritannia, Iso-Britannia, Wielka Brytania
GD GRD Grenada
GE GEO Georgia, საქართველო, Georgien, Géorgie
GF GUF French Guiana, Guyane française, Guyane
GG GGY Guernsey
GH GHA Ghana
GI GIB Gibraltar
GL GRL Greenland, Kalaallit Nunaat, Grønland, Grönland
GM GMB Gambia, The Gambia
GN GIN Guinea, Guinée
GP GLP Guadeloupe
GQ GNQ Equatorial Guinea, Guinea Ecuatorial
GR GRC Greece, Ελλάδα, Ελλάς, Hellas, EL, Griechenland, Grèce, Grecia, Griekenland, Grécia, ギリシャ, 그리스, 希腊,
    Grækenland, Grekland, Kreikka, Grecja
GS SGS South Georgia and the South Sandwich Islands
GT GTM Guatemala
GU GUM Guam
GW GNB Guinea-Bissau, Guiné-Bissau
GY GUY Guyana
HK HKG Hong Kong, Hongkong, Hong Kong SAR, 香港, 홍콩
HM HMD Heard Island and McDonald Islands
HN HND Honduras
HR HRV Croatia, Hrvatska, Kroatien, Croatie, Croacia, Kroatië, Croazia, Croácia, クロアチア, 크로아티아, 克罗地亚
HT HTI Haiti, Haïti
HU HUN Hungary, Magyarország, Ungarn, Hongrie, Hungría, Hongarije, Ungheria, Hungria, ハンガリー, 헝가리, 匈牙利,
    Węgry
ID IDN Indonesia, Indonesien, Indonésie, Indonesië, インドネシア, 인도네시아, 印度尼西亚
IE IRL Ireland, Éire, Eire, Republic of Ireland, Irland, Irlande, Irlanda, Ierland, アイルランド, 아일랜드, 爱尔兰,
    Irlanti
IL ISR Israel, ישראל, Israël, Israele, イスラエル, 이스라엘, 以色列
IM IMN Isle of Man
IN IND India, भारत, Bharat, Indien, Inde, Índia, インド, 인도, 印度
IO IOT British Indian Ocean Territory
IQ IRQ Iraq, العراق, Irak
IR IRN Iran, ایران, Islamic Republic of Iran, Irán
IS ISL Iceland, Ísland, Island, Islande, Islandia, IJsland, Islanda, アイスランド, 아이슬란드, 冰岛, Islanti
IT ITA Italy, Italia, Italien, Italie, Italië, Itália, イタリア, 이탈리아, 意大利, Włochy, Itálie
JE JEY Jersey
JM JAM Jamaica, Jamaika
JO JOR Jordan, الأردن, Jordanien, Jordanie, Jordania
JP JPN Japan, 日本, 日本国, Nippon, Nihon, Japon, Japón, Giappone, Japão, 일본, Japani, Japonia
KE KEN Kenya, Kenia
KG KGZ Kyrgyzstan, Кыргызстан, Kirgisistan
KH KHM Cambodia, កម្ពុជា, Kambodscha, Cambodge, Camboya
KI KIR Kiribati
KM COM Comoros, Comores
KN KNA Saint Kitts and Nevis, St. Kitts and Nevis, St Kitts & Nevis
KP PRK North Korea, Democratic People's Republic of Korea, DPRK, 조선민주주의인민공화국, 북한, Nordkorea
KR KOR South Korea, Korea, Republic of Korea, Korea Republic of, Korea South, 대한민국, 한국, Südkorea,
    Corée du Sud, Corea del Sur, Zuid-Korea, Corea del Sud, Coreia do Sul, 韓国, 韩国, Etelä-Korea
KW KWT Kuwait, الكويت, Kuwait / الكويت, Koweït, クウェート, 쿠웨이트, 科威特
KY CYM Cayman Islands
KZ KAZ Kazakhstan, Қазақстан, Казахстан, Kasachstan
LA LAO Laos, Lao People's Democratic Republic, ລາວ
LB LBN Lebanon, لبنان, Libanon, Liban, Líbano
LC LCA Saint Lucia, St. Lucia
LI LIE Liechtenstein
LK LKA Sri Lanka, ශ්‍රී ලංකාව
LR LBR Liberia
LS LSO Lesotho
LT LTU Lithuania, Lietuva, Litauen, Lituanie, Lituania, Litouwen, リトアニア, 리투아니아
LU LUX Luxembourg, Luxemburg, Lëtzebuerg, Luxemburgo, Lussemburgo, ルクセンブルク, 룩셈부르크
LV LVA Latvia, Latvija, Lettland, Lettonie, Letonia, Letland, ラトビア, 라트비아
LY LBY Libya, ليبيا, Libyen
MA MAR Morocco, المغرب, Maroc, Marokko, Marruecos, Marocco, Marrocos, モロッコ, 모로코
MC MCO Monaco
MD MDA Moldova, Republic of Moldova, Moldawien, Moldavie
ME MNE Montenegro, Crna Gora, Црна Гора, Monténégro
MF MAF Saint Martin, Saint-Martin, St. Martin
MG MDG Madagascar, Madagaskar
MH MHL Marshall Islands
MK MKD North Macedonia, Северна Македонија, Macedonia, Nordmazedonien, Macédoine du Nord
ML MLI Mali
MM MMR Myanmar, Burma, မြန်မာ, Birmanie
MN MNG Mongolia, Монгол Улс, Mongolei, Mongolie
MO MAC Macao, Macau, 澳門, 澳门, マカオ, 마카오
MP MNP Northern Mariana Islands, Saipan
MQ MTQ Martinique
MR MRT Mauritania, موريتانيا
MS MSR Montserrat
MT MLT Malta, Malte
MU MUS Mauritius, Maurice
MV MDV Maldives, Malediven
MW MWI Malawi
MX MEX Mexico, México, Méjico, Mexiko, Mexique, Messico, メキシコ, 멕시코, 墨西哥
MY MYS Malaysia, Malaisie, Malasia, Maleisië, マレーシア, 말레이시아, 马来西亚
MZ MOZ Mozambique, Moçambique, Mosambik
NA NAM Namibia
NC NCL New Caledonia, Nouvelle-Calédonie
NE NER Niger
NF NFK Norfolk Island
NG NGA Nigeria
NI NIC Nicaragua
NL NLD Netherlands, The Netherlands, Nederland, Holland, Niederlande, Pays-Bas, Países Bajos, Paesi Bassi,
    Olanda, Países Baixos, Holanda, オランダ, 네덜란드, 荷兰, Nederlandene, Nederländerna, Alankomaat, Holandia
NO NOR Norway, Norge, Noreg, Norwegen, Norvège, Noruega, Noorwegen, Norvegia, ノルウェー, 노르웨이, 挪威, Norja,
    Norwegia
NP NPL Nepal, नेपाल
NR NRU Nauru
NU NIU Niue
NZ NZL New Zealand, Aotearoa, Neuseeland, Nouvelle-Zélande, Nueva Zelanda, Nieuw-Zeeland, Nuova Zelanda,
    Nova Zelândia, ニュージーランド, 뉴질랜드, 新西兰
OM OMN Oman, عمان, سلطنة عمان
PA PAN Panama, Panamá
PE PER Peru, Perú, Pérou
PF PYF French Polynesia, Polynésie française
PG PNG Papua New Guinea
PH PHL Philippines, Pilipinas, Philippinen, Filipinas, Filipijnen, フィリピン, 필리핀, 菲律宾
PK PAK Pakistan, پاکستان, Pakistán
PL POL Poland, Polska, Polen, Pologne, Polonia, Polônia, Polónia, ポーランド, 폴란드, 波兰, Puola
PM SPM Saint Pierre and Miquelon, Saint-Pierre-et-Miquelon
PN PCN Pitcairn, Pitcairn Islands
PR PRI Puerto Rico
PS PSE Palestine, State of Palestine, Palestinian Territory, فلسطين
PT PRT Portugal, Portogallo, ポルトガル, 포르투갈, 葡萄牙, Portugali
PW PLW Palau
PY PRY Paraguay
QA QAT Qatar, قطر, Katar, Catar, カタール, 카타르
RE REU Réunion, La Réunion
RO ROU Romania, România, Rumänien, Roumanie, Rumania, Roemenië, Romênia, Roménia, ルーマニア, 루마니아, 罗马尼亚
RS SRB Serbia, Srbija, Србија, Serbien, Serbie, Servië, Sérvia, セルビア, 세르비아
RU RUS Russia, Россия, Российская Федерация, Russian Federation, Russland, Russie, Rusia, Rusland, Rússia,
    ロシア, 러시아, 俄罗斯
RW RWA Rwanda, Ruanda
SA SAU Saudi Arabia, السعودية, المملكة العربية السعودية, KSA, Saudi-Arabien, Arabie saoudite,
    Arabia Saudita, Saoedi-Arabië, Arábia Saudita, サウジアラビア, 사우디아라비아, 沙特阿拉伯
SB SLB Solomon Islands
SC SYC Seychelles, Seychellen
SD SDN Sudan, السودان
SE SWE Sweden, Sverige, Schweden, Suède, Suecia, Zweden, Svezia, Suécia, スウェーデン, 스웨덴, 瑞典, Ruotsi, Szwecja
SG SGP Singapore, Singapura, Singapur, Singapour, 新加坡, シンガポール, 싱가포르, சிங்கப்பூர்
SH SHN Saint Helena, Saint Helena Ascension and Tristan da Cunha
SI SVN Slovenia, Slovenija, Slowenien, Slovénie, Eslovenia, Slovenië, Eslovênia, Eslovénia, スロベニア, 슬로베니아
SJ SJM Svalbard and Jan Mayen, Svalbard
SK SVK Slovakia, Slovensko, Slovak Republic, Slowakei, Slovaquie, Eslovaquia, Slowakije, Slovacchia,
    Eslováquia, スロバキア, 슬로바키아
SL SLE Sierra Leone
SM SMR San Marino
SN SEN Senegal, Sénégal
SO SOM Somalia, Soomaaliya
SR SUR Suriname, Surinam
SS SSD South Sudan
ST STP Sao Tome and Principe, São Tomé e Príncipe
SV SLV El Salvador
SX SXM Sint Maarten
SY SYR Syria, سوريا, Syrian Arab Republic, Syrien
SZ SWZ Eswatini, Swaziland
TC TCA Turks and Caicos Islands
TD TCD Chad, Tchad, تشاد
TF ATF French Southern Territories, Terres australes françaises
TG TGO Togo
TH THA Thailand, ประเทศไทย, ไทย, Thaïlande, Tailandia, タイ, 태국, 泰国
TJ TJK Tajikistan, Тоҷикистон
TK TKL Tokelau
TL TLS Timor-Leste, East Timor
TM TKM Turkmenistan, Türkmenistan
TN TUN Tunisia, تونس, Tunisie, Tunesien, Túnez
TO TON Tonga
TR TUR Turkey, Türkiye, Turkiye, Türkei, Turquie, Turquía, Turkije, Turchia, Turquia, トルコ, 튀르키예, 터키, 土耳其,
    Tyrkiet, Tyrkia, Turkki
TT TTO Trinidad and Tobago, Trinidad & Tobago, Trinidad
TV TUV Tuvalu
TW TWN Taiwan, 台灣, 臺灣, 台湾, Taiwan R.O.C., Republic of China, Taïwan, Taiwán, 대만
TZ TZA Tanzania, United Republic of Tanzania, Tansania
UA UKR Ukraine, Україна, Украина, Ucrania, Oekraïne, Ucraina, Ucrânia, ウクライナ, 우크라이나, 乌克兰
UG UGA Uganda
UM UMI United States Minor Outlying Islands
US USA United States, United States of America, USA, U.S.A., U.S., US, America, Vereinigte Staaten,
    Vereinigte Staaten von Amerika, États-Unis, États-Unis d'Amérique, Estados Unidos,
    Estados Unidos de América, EE. UU., EEUU, Verenigde Staten, Stati Uniti, EUA, アメリカ, アメリカ合衆国, 米国, 미국,
    美国, Förenta staterna, Yhdysvallat, Stany Zjednoczone
UY URY Uruguay
UZ UZB Uzbekistan, Oʻzbekiston, Usbekistan
VA VAT Vatican City, Holy See, Città del Vaticano, Vatican
VC VCT Saint Vincent and the Grenadines, St. Vincent
VE VEN Venezuela, Bolivarian Republic of Venezuela
VG VGB British Virgin Islands, Virgin Islands British
VI VIR US Virgin Islands, U.S. Virgin Islands, Virgin Islands US
VN VNM Vietnam, Viet Nam, Việt Nam, ベトナム, 베트남, 越南
VU VUT Vanuatu
WF WLF Wallis and Futuna, Wallis-et-Futuna
WS WSM Samoa
XK XKX Kosovo, Kosova
YE YEM Yemen, اليمن, Jemen
YT MYT Mayotte
ZA ZAF South Africa, Suid-Afrika, RSA, Südafrika, Afrique du Sud, Sudáfrica, Zuid-Afrika, Sudafrica,
    África do Sul, 南アフリカ, 남아프리카, 남아프리카공화국, 南非
ZM ZMB Zambia, Sambia
ZW ZWE Zimbabwe, Simbabwe
"""

_US_STATES = """
AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware,
DC District of Columbia, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa, KS Kansas,
KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota, MS Mississippi,
MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey, NM New Mexico, NY New York,
NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania, RI Rhode Island,
SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah, VT Vermont, VA Virginia, WA Washington,
WV West Virginia, WI Wisconsin, WY Wyoming
"""
_CA_PROVINCES = """
AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador, NS Nova Scotia,
NT Northwest Territories, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Québec, SK Saskatchewan, YT Yukon
"""


_SAINT = re.compile(r"\bSt\.? ")


@cache
def _rows() -> list[list[str]]:
    """Split the table into alpha-2 code, alpha-3 code and the names, which go on over indented lines."""
    return [line.split(" ", 2) for line in _COUNTRIES.replace("\n    ", " ").strip().splitlines()]


@cache
def _codes() -> dict[str, str]:
    """Every known spelling, made comparable, to its alpha-2 code. Codes win over names."""
    rows = _rows()
    names = {compact(name): code for code, _, rest in rows for name in rest.split(",")}
    return names | {three.lower(): two for two, three, _ in rows} | {two.lower(): two for two, _, _ in rows}


@cache
def country_name(code: str) -> str:
    """Return the English name of an alpha-2 code, or the code itself when it is unknown."""
    for two, _, names in _rows():
        if two == code:
            return names.split(",")[0]
    return code


def country_code(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code for a name or code in any common spelling, or None.

    >>> country_code("Deutschland"), country_code("usa"), country_code("日本"), country_code("Atlantis")
    ('DE', 'US', 'JP', None)
    """
    spelled = text.replace("&", " and ")
    tries = (compact(spelled), compact(_SAINT.sub("Saint ", spelled)), compact(spelled).removeprefix("the"))
    for name in tries:
        if name in _codes():
            return _codes()[name]
    parts = {_codes().get(compact(part)) for part in re.split(r"[/()]", text) if part.strip()}
    return parts.pop() if len(parts) == 1 else None


@cache
def _states() -> dict[str, str]:
    """Every US state and Canadian province, by code and by name, to its country."""
    found: dict[str, str] = {}
    for block, country in ((_US_STATES, "US"), (_CA_PROVINCES, "CA")):
        for entry in block.replace("\n", " ").split(","):
            code, name = entry.strip().split(" ", 1)
            found[compact(name)] = country
            found[code.lower()] = country
    return found


@lru_cache(maxsize=2_000)
def country_of_state(text: str) -> str | None:
    """Return "US" or "CA" for a state or province by code or name, or None.

    A two-letter code counts only in capitals: "in" is a word, "IN" is Indiana.
    """
    stripped = text.strip()
    if len(stripped) == 2 and not stripped.isupper():
        return None
    return _states().get(compact(stripped))


SOVEREIGN = {
    **dict.fromkeys(word_set("PR GU VI AS MP UM"), "US"),
    **dict.fromkeys(word_set("RE GP MQ GF YT NC PF PM WF BL MF TF"), "FR"),
    **dict.fromkeys(word_set("JE GG IM GI FK BM KY"), "GB"),
    **dict.fromkeys(word_set("AW CW SX BQ"), "NL"),
    **dict.fromkeys(word_set("HK MO TW"), "CN"),
    **dict.fromkeys(word_set("GL FO"), "DK"),
    "SJ": "NO",
    "AX": "FI",
}
"""Territories that a list may file under another country, by alpha-2 code."""
