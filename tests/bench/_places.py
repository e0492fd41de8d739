"""Lists of sites shaped like those clients send, made of a fixed seed: the same rows on every machine."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import xlsxwriter

COLUMNS = (
    "index",
    "id",
    "timezone",
    "name",
    "url",
    "address",
    "city",
    "state",
    "zip",
    "country",
    "latitude",
    "longitude",
    "phone",
)
# City, state, ZIP code of its centre, time zone, latitude, longitude.
_CITIES = (
    ("Juneau", "AK", "99801", "America/Anchorage", 58.36, -134.58),
    ("Phoenix", "AZ", "85004", "America/Phoenix", 33.45, -112.07),
    ("Oakland", "CA", "94612", "America/Los_Angeles", 37.80, -122.27),
    ("Fresno", "CA", "93721", "America/Los_Angeles", 36.74, -119.79),
    ("Denver", "CO", "80202", "America/Denver", 39.74, -104.99),
    ("Washington", "DC", "20001", "America/New_York", 38.91, -77.02),
    ("Boise", "ID", "83702", "America/Boise", 43.62, -116.20),
    ("Chicago", "IL", "60601", "America/Chicago", 41.88, -87.63),
    ("Baltimore", "MD", "21201", "America/New_York", 39.29, -76.61),
    ("Billings", "MT", "59101", "America/Denver", 45.78, -108.50),
    ("Omaha", "NE", "68102", "America/Chicago", 41.26, -95.94),
    ("Albuquerque", "NM", "87102", "America/Denver", 35.08, -106.65),
    ("Reno", "NV", "89501", "America/Los_Angeles", 39.53, -119.81),
    ("Portland", "OR", "97205", "America/Los_Angeles", 45.52, -122.68),
    ("Dallas", "TX", "75201", "America/Chicago", 32.79, -96.80),
    ("Seattle", "WA", "98101", "America/Los_Angeles", 47.61, -122.33),
)
_STREETS = (
    "Main St",
    "Airport Way",
    "College Rd",
    "Santa Claus Ln",
    "Martin Luther King Blvd",
    "1st Ave",
    "Route 9",
)
_NAMES = ("Corner Market", "Corner Market", "Corner Market Fuel", "Corner Pharmacy")


def rows(count: int, *, seed: int = 7) -> list[list[str]]:
    """Return `count` rows of `COLUMNS`; about one in a hundred has something wrong with it, as in real lists."""
    chance = random.Random(seed)
    return [_row(number, chance) for number in range(count)]


def _row(number: int, chance: random.Random) -> list[str]:
    city, state, code, zone, latitude, longitude = chance.choice(_CITIES)
    house, street = chance.randint(1, 9_999), chance.choice(_STREETS)
    slug = f"{state}/{city}/{house}-{street}".lower().replace(" ", "-")
    north, east = latitude + chance.uniform(-0.2, 0.2), longitude + chance.uniform(-0.2, 0.2)
    phone = f"({chance.randint(201, 989)}) 555-{chance.randint(0, 9_999):04}"
    row = [
        str(number),
        str(1000 + 3 * number),
        zone,
        chance.choice(_NAMES),
        f"https://stores.example.com/{slug}.html",
        f"{house} {street}",
        city,
        state,
        code,
        "US",
        f"{north:.7f}",
        f"{east:.7f}",
        phone,
    ]
    fault = chance.random()
    if fault < 0.004:
        row[10], row[11] = row[11], row[10]
    elif fault < 0.007:
        row[12] = "see website"
    elif fault < 0.009:
        row[8] = row[8].lstrip("0")[:4]
    elif fault < 0.01:
        row[1] = ""
    return row


def write_csv(path: Path, table: list[list[str]]) -> None:
    """Write a heading and rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS, *table])


def write_xlsx(path: Path, table: list[list[str]]) -> None:
    """Write the same as a workbook, numbers as numbers."""
    options = {"constant_memory": True, "strings_to_numbers": True, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        sheet = workbook.add_worksheet("Stores")
        for number, row in enumerate([COLUMNS, *table]):
            sheet.write_row(number, 0, row)
