"""What follows for a site from the rest of its row: a name, its groups, a place, a time zone, access hours."""

from __future__ import annotations

from collections.abc import Sequence

from rollout.models import Rollout
from sites import places
from sites.actions.import_sites_groups import Groups
from sites.actions.import_sites_rows import HOURS
from sites.choices import PlacePrecision
from sites.import_targets import JsonValues, Note, Pair, Present
from sites.imports.hours import read_hours, written
from sites.imports.postal_places import place_of
from sites.imports.site_target import default_name

_GROUPED = ("territory", "district", "format", "banner")


def complete(rollout: Rollout, rows: Sequence[Pair]) -> list[list[Note]]:
    """Add what follows, in place, and say what was added; one query when the file has regions or formats, else none."""
    grouped = any(name in values for values, _ in rows for name in _GROUPED)
    groups = Groups(rollout.client_id) if grouped else None
    return [
        [
            *_name(values, there),
            *(groups.settle(values) if groups else ()),
            *_place(values, there),
            *_zone(values, there),
            *_hours(values, there),
        ]
        for values, there in rows
    ]


def _name(values: JsonValues, there: Present | None) -> list[Note]:
    if there is not None:
        values["key"] = there.values["key"]
        return []
    if values.get("name") or not values.get("key"):
        return []
    values["name"] = default_name(values)[:160]
    sentence = f"The row has no name, so the site is called “{values['name']}”."
    return [Note("name", "notice", sentence, "name_made")]


def _place(values: JsonValues, there: Present | None) -> list[Note]:
    """Place a site without coordinates at the centre of its postal code; better coordinates are never replaced by that."""
    now = there.values if there else {}
    if values.get("latitude") is not None and values.get("longitude") is not None:
        same = all(values[name] == now.get(name) for name in ("latitude", "longitude"))
        values["precision"] = now["precision"] if same else PlacePrecision.EXACT.value
        return []
    moved = now.get("precision") == PlacePrecision.POSTAL_CODE and values.get("postal_code") not in (
        None,
        now.get("postal_code"),
    )
    if now.get("latitude") is not None and not moved:
        return []
    code, country = (values.get(name) or now.get(name) or "" for name in ("postal_code", "country"))
    place = place_of(code, country)
    if place is None:
        return []
    values["latitude"], values["longitude"] = place
    values["precision"] = PlacePrecision.POSTAL_CODE.value
    sentence = (
        f"The row has no coordinates, so the site is placed at the centre of postal code {code}, which may be some "
        "kilometres off."
    )
    return [Note("latitude", "notice", sentence, "place_of_postal_code")]


def _zone(values: JsonValues, there: Present | None) -> list[Note]:
    latitude, longitude = values.get("latitude"), values.get("longitude")
    has_zone = values.get("time_zone") or (there and there.values["time_zone"])
    zone = "" if latitude is None or longitude is None or has_zone else places.zone_at(latitude, longitude)
    if not zone:
        return []
    values["time_zone"] = zone
    sentence = f"The time zone {zone} follows from the coordinates."
    return [Note("time_zone", "notice", sentence, "zone_made")]


def _hours(values: JsonValues, there: Present | None) -> list[Note]:
    """Read opening hours into access windows, for a site that has none; once, so that removing them lasts."""
    text = values.get("opening_hours")
    if not text or (there and (there.values.get(HOURS) or there.values["opening_hours"] == text)):
        return []
    hours = read_hours(text)
    if hours.windows:
        values[HOURS] = written(hours.windows)
        sentence = f"Access hours were read from the opening hours: {values[HOURS]}. {hours.remark}".rstrip()
        return [Note("opening_hours", "notice", sentence, "hours_read")]
    if not hours.remark:
        return []
    sentence = f"“{text[:60]}” was kept as text and gives no access hours. {hours.remark}"
    return [Note("opening_hours", "notice", sentence, "hours_unread")]
