"""The fields of a technician in a list, with the names they go by, and an example row."""

from __future__ import annotations

from sites.imports.target import Field, Target

TARGET = Target(
    key="technician",
    label="technician",
    key_field="code",
    fields=(
        Field(
            "provider",
            "Provider",
            "text",
            required=True,
            synonyms=(
                "provider",
                "company",
                "firm",
                "employer",
                "subcontractor",
                "vendor",
                "partner",
                "Firma",
                "société",
            ),
            help="The firm that employs the technician.",
        ),
        Field(
            "code",
            "Number",
            "code",
            required=True,
            synonyms=(
                "technician number",
                "technician id",
                "tech id",
                "code",
                "number",
                "employee number",
                "id",
                "Nummer",
            ),
            help="The provider’s own number for the person. It finds them again. Without numbers, choose the e-mail address.",
        ),
        Field(
            "name",
            "Name",
            "text",
            required=True,
            synonyms=("technician", "technician name", "name", "full name", "nom"),
        ),
        Field(
            "phone", "Phone", "phone", synonyms=("phone", "mobile", "cell", "telephone", "Telefon", "Handy")
        ),
        Field("email", "E-mail", "email", synonyms=("email", "e-mail", "email address", "mail")),
        Field(
            "home_city",
            "Based in",
            "text",
            synonyms=("home city", "city", "based in", "home base", "town", "Ort", "ville"),
        ),
        Field("latitude", "Latitude", "latitude", synonyms=("latitude", "lat", "home latitude", "home lat")),
        Field(
            "longitude",
            "Longitude",
            "longitude",
            synonyms=("longitude", "lon", "lng", "home longitude", "home lon"),
        ),
        Field(
            "time_zone",
            "Time zone",
            "time_zone",
            synonyms=("time zone", "timezone", "tz"),
            help="Left out, it follows from the coordinates.",
        ),
        Field(
            "radius_km",
            "Radius in km",
            "integer",
            synonyms=("radius km", "radius", "travel radius", "max distance km", "distance"),
            help="How far from home as the crow flies. Left out, 150.",
        ),
        Field(
            "skills",
            "Skills",
            "list",
            synonyms=("skills", "skill", "certifications", "qualifications", "trades"),
            help="Separated by ; or |, such as Cabling; Working at height.",
        ),
        Field(
            "shifts",
            "Shifts",
            "text",
            synonyms=("shifts", "working hours", "hours", "availability", "work hours"),
            help="Such as Mon-Fri 20:00-06:00; Sat 08:00-17:00.",
        ),
    ),
)


EXAMPLE = (
    {
        "provider": "Northwest Field Services",
        "code": "T-014",
        "name": "First and last name",
        "phone": "+1 206 555 0121",
        "email": "t014@provider.example.com",
        "home_city": "Tacoma",
        "latitude": "47.2529",
        "longitude": "-122.4443",
        "time_zone": "America/Los_Angeles",
        "radius_km": "120",
        "skills": "Cabling; Working at height",
        "shifts": "Mon-Fri 20:00-06:00; Sat 08:00-17:00",
    },
)
