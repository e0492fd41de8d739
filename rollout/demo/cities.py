"""Where the demo's cafés stand: real cities, so that maps, zones and distances are believable; no real shops."""

from __future__ import annotations

from typing import NamedTuple


class City(NamedTuple):
    """A city with its state, a postal code in it, and coordinates in degrees."""

    name: str
    region: str
    postal_code: str
    latitude: float
    longitude: float


_WEST = """Seattle,WA,98101,47.61,-122.33;Tacoma,WA,98402,47.25,-122.44;Spokane,WA,99201,47.66,-117.43;Bellevue,WA,98004,47.61,-122.19
Portland,OR,97205,45.52,-122.68;Salem,OR,97301,44.94,-123.03;Eugene,OR,97401,44.05,-123.09;Boise,ID,83702,43.62,-116.20
Sacramento,CA,95814,38.58,-121.49;Oakland,CA,94607,37.80,-122.27;San Jose,CA,95113,37.34,-121.89;Fresno,CA,93721,36.74,-119.79
Bakersfield,CA,93301,35.37,-119.02;Pasadena,CA,91101,34.15,-118.14;Riverside,CA,92501,33.95,-117.40;San Diego,CA,92101,32.72,-117.16
Reno,NV,89501,39.53,-119.81;Las Vegas,NV,89101,36.17,-115.14;Phoenix,AZ,85003,33.45,-112.07;Tucson,AZ,85701,32.22,-110.97
Salt Lake City,UT,84101,40.76,-111.89;Provo,UT,84601,40.23,-111.66"""
_CENTRAL = """Denver,CO,80202,39.75,-105.00;Boulder,CO,80302,40.02,-105.28;Colorado Springs,CO,80903,38.83,-104.82;Albuquerque,NM,87102,35.08,-106.65
El Paso,TX,79901,31.76,-106.49;San Antonio,TX,78205,29.42,-98.49;Austin,TX,78701,30.27,-97.74;Dallas,TX,75201,32.78,-96.80
Fort Worth,TX,76102,32.75,-97.33;Oklahoma City,OK,73102,35.47,-97.52;Tulsa,OK,74103,36.15,-95.99;Wichita,KS,67202,37.69,-97.34
Kansas City,MO,64105,39.10,-94.58;Omaha,NE,68102,41.26,-95.93;Des Moines,IA,50309,41.59,-93.62;Minneapolis,MN,55401,44.98,-93.27
Madison,WI,53703,43.07,-89.40;Chicago,IL,60602,41.88,-87.63;Saint Louis,MO,63101,38.63,-90.20;Memphis,TN,38103,35.15,-90.05"""
_EAST = """Nashville,TN,37203,36.16,-86.78;Louisville,KY,40202,38.25,-85.76;Indianapolis,IN,46204,39.77,-86.16;Detroit,MI,48226,42.33,-83.05
Cleveland,OH,44113,41.50,-81.70;Columbus,OH,43215,39.96,-83.00;Cincinnati,OH,45202,39.10,-84.51;Pittsburgh,PA,15222,40.44,-80.00
Philadelphia,PA,19103,39.95,-75.17;Baltimore,MD,21202,39.29,-76.61;Richmond,VA,23219,37.54,-77.43;Raleigh,NC,27601,35.78,-78.64
Charlotte,NC,28202,35.23,-80.84;Atlanta,GA,30303,33.75,-84.39;Jacksonville,FL,32202,30.33,-81.66;Orlando,FL,32801,28.54,-81.38
Buffalo,NY,14202,42.89,-78.88;Albany,NY,12207,42.65,-73.75"""


def _read(block: str) -> tuple[City, ...]:
    rows = (entry.split(",") for line in block.splitlines() for entry in line.split(";"))
    return tuple(City(name, region, code, float(lat), float(lon)) for name, region, code, lat, lon in rows)


WEST, CENTRAL, EAST = _read(_WEST), _read(_CENTRAL), _read(_EAST)

STREETS = (
    "Larch Street", "Mill Road", "Harbor Avenue", "Union Street", "Cedar Lane", "Station Square", "Orchard Way", "Granary Row",
    "College Avenue", "Fountain Place", "Depot Street", "Linden Boulevard", "Foundry Street", "Plaza del Sol", "Quarry Road",
)  # fmt: skip
NEIGHBOURHOODS = (
    "Downtown",
    "Riverside",
    "Old Town",
    "University",
    "Market Hall",
    "North End",
    "Station",
    "Park",
)
MANAGERS = (
    "Ana Duarte", "Ben Okoro", "Chloe Lindqvist", "Dev Raman", "Elif Aydin", "Farid Haddad", "Grace Mbeki", "Hana Sato",
    "Ivan Petrov", "Joana Reis", "Kofi Mensah", "Lena Vogel", "Mateo Cruz", "Nia Walker", "Oskar Nyman", "Priya Nair",
)  # fmt: skip
