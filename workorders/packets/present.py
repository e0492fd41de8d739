"""What the printed page says: the packet's content in words, dates and rows a template only has to place.

Times are written the way the site's country writes them, and always in the site's own zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from workorders.packets.fingerprint import short

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TWELVE_HOUR = frozenset(
    {"US", "USA", "CA", "CAN", "AU", "AUS", "NZ", "NZL", "PH", "PHL", "IN", "IND", "MX", "MEX"}
)
_WIDE_EVIDENCE = frozenset({"text", "signature"})
_SERIAL_CELLS = 14
_MOST_CELLS = 16
_MOST_NUMBERS = 4
# Templates read these loosely; the content's own shape is fixed by :mod:`workorders.packets.content`.
Block = Mapping[str, Any]


def present(content: Block, *, live_url: str, issued_at: datetime, fingerprint: str) -> dict[str, Any]:
    """Everything the template needs, ready to be placed.

    Parameters
    ----------
    content
        A compiled packet's content.
    live_url
        Page that says whether this packet is the latest.
    issued_at
        Moment of issue, with a time zone.
    fingerprint
        The packet's full hash.
    """
    site, rollout = content["site"], content["rollout"]
    twelve_hour = str(site["country"]).upper() in _TWELVE_HOUR
    zone = ZoneInfo(site["time_zone"])
    return {
        **content,
        "short_hash": short(fingerprint),
        "live_url": live_url,
        "issued_on": date_words(issued_at.astimezone(zone)),
        "address": address_lines(site),
        "place": place(site),
        "access_rows": access_rows(site["access"], twelve_hour=twelve_hour),
        "access_note_blocks": text_blocks(site["access_notes"]),
        "zone_words": zone_words(zone, issued_at),
        "when": _visit(content["visit"], zone, twelve_hour=twelve_hour),
        "calls": _calls(rollout),
        "glance": [_glance(phase) for phase in content["phases"]],
        "step_count": sum(len(phase["steps"]) for phase in content["phases"]),
        "before": [_phase(phase) for phase in content["phases"] if phase["key"] == "prepare"],
        "at_site": [_phase(phase) for phase in content["phases"] if phase["key"] != "prepare"],
        "work_time": duration(content["work_minutes"]),
        "site_time": duration(sum(p["minutes"] for p in content["phases"] if p["key"] != "prepare")),
        "material_columns": columns([_material(line) for line in content["materials"]], 2),
        "tool_columns": columns(content["tools"], 3),
        "evidence_count": _evidence_count(content["phases"]),
    }


def address_lines(site: Block) -> list[str]:
    """The postal address, without empty parts."""
    region = f"{site['region']} {site['postal_code']}".strip()
    town = ", ".join(part for part in (site["city"], region, site["country"]) if part)
    return [line for line in (site["street"], town) if line]


def place(site: Block) -> str:
    """Coordinates to five decimals (one metre), as navigation apps read them; empty when not known."""
    if site["latitude"] is None or site["longitude"] is None:
        return ""
    return f"{float(site['latitude']):.5f}, {float(site['longitude']):.5f}"


def access_rows(windows: Sequence[Block], *, twelve_hour: bool) -> list[dict[str, str]]:
    """Access by weekday; neighbouring days with the same hours share a row, days without hours say "No access"."""
    if not windows:
        return []
    hours = [_hours(windows, day, twelve_hour=twelve_hour) for day in range(7)]
    rows = []
    for words, group in groupby(range(7), key=lambda day: hours[day]):
        days = list(group)
        name = DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]} to {DAYS[days[-1]]}"
        rows.append({"days": name, "hours": words or "No access", "open": "yes" if words else ""})
    return rows


def duration(minutes: int) -> str:
    """Minutes as people say them: ``45 min``, ``2 h``, ``2 h 15 min``."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def date_words(moment: datetime) -> str:
    """A date nobody can misread: ``Tue 3 Mar 2027``."""
    return f"{moment:%a} {moment.day} {moment:%b %Y}"


def time_words(moment: datetime | time, *, twelve_hour: bool) -> str:
    """A time of day as the site's country writes it."""
    if not twelve_hour:
        return f"{moment:%H:%M}"
    return f"{moment.hour % 12 or 12}:{moment:%M} {'am' if moment.hour < 12 else 'pm'}"


def zone_words(zone: ZoneInfo, moment: datetime) -> str:
    """The site's zone by city and distance from UTC: ``Denver time (UTC−07:00)``."""
    offset = moment.astimezone(zone).strftime("%z")
    sign = "−" if offset.startswith("-") else "+"
    city = zone.key.split("/")[-1].replace("_", " ")
    return "UTC" if zone.key == "UTC" else f"{city} time (UTC{sign}{offset[1:3]}:{offset[3:5]})"


def text_blocks(text: str) -> list[dict[str, Any]]:
    """Plain text as paragraphs and lists: a line that starts with a dash, star or bullet is a list item."""
    blocks: list[dict[str, Any]] = []
    for line in text.split("\n"):
        stripped = line.strip()
        kind = "list" if stripped[:2] in ("- ", "* ", "• ") else "paragraph"
        if not stripped:
            blocks.append({"kind": "gap", "lines": []})
        elif blocks and blocks[-1]["kind"] == kind == "list":
            blocks[-1]["lines"].append(stripped[2:].strip())
        else:
            blocks.append({"kind": kind, "lines": [stripped[2:].strip() if kind == "list" else stripped]})
    return [block for block in blocks if block["lines"]]


def columns(items: Sequence[Any], count: int) -> list[list[Any]]:
    """The items in up to ``count`` columns of nearly equal length, read downwards."""
    height = -(-len(items) // count) if items else 0
    return [list(items[start : start + height]) for start in range(0, len(items), height or 1)]


def _hours(windows: Sequence[Block], day: int, *, twelve_hour: bool) -> str:
    mine = [window for window in windows if window["weekday"] == day]
    return ", ".join(_window(window, twelve_hour=twelve_hour) for window in mine)


def _window(window: Block, *, twelve_hour: bool) -> str:
    opens, closes = (time.fromisoformat(window[edge]) for edge in ("opens", "closes"))
    if opens == closes:
        return "All day"
    words = f"{time_words(opens, twelve_hour=twelve_hour)} to {time_words(closes, twelve_hour=twelve_hour)}"
    return f"{words} next day" if closes < opens else words


def _visit(visit: Block | None, zone: ZoneInfo, *, twelve_hour: bool) -> dict[str, str] | None:
    if visit is None:
        return None
    starts = datetime.fromisoformat(visit["starts_at"]).astimezone(zone)
    ends = datetime.fromisoformat(visit["ends_at"]).astimezone(zone) if visit["ends_at"] else None
    day = f"{starts:%A} {starts.day} {starts:%B %Y}"
    start_words = time_words(starts, twelve_hour=twelve_hour)
    return {
        "day": day,
        "time": f"{start_words} to {time_words(ends, twelve_hour=twelve_hour)}" if ends else start_words,
    }


def _calls(rollout: Block) -> list[dict[str, str]]:
    """Whom to call, first choice first."""
    listed = [
        {"who": "Support", "name": rollout["support_hours"], "phone": rollout["support_phone"]},
        {"who": "Project facilitator", "name": rollout["pf_name"], "phone": rollout["pf_phone"]},
        {"who": "Project manager", "name": rollout["pm_name"], "phone": rollout["pm_phone"]},
    ]
    return [call for call in listed if call["phone"] or (call["name"] and call["who"] != "Support")]


def _glance(phase: Block) -> dict[str, Any]:
    steps = phase["steps"]
    return {
        "title": phase["title"],
        "count": len(steps),
        "minutes": duration(phase["minutes"]),
        "range": f"steps {steps[0]['number']}–{steps[-1]['number']}"
        if len(steps) > 1
        else f"step {steps[0]['number']}",
    }


def _phase(phase: Block) -> dict[str, Any]:
    time = duration(phase["minutes"])
    return {**phase, "time": time, "steps": [_step(step) for step in phase["steps"]]}


def _step(step: Block) -> dict[str, Any]:
    return {
        **step,
        "blocks": text_blocks(step["instructions"]),
        "warning_blocks": text_blocks(step["warning"]),
        "time": duration(step["minutes"]) if step["minutes"] else "",
        "brings": [_material(line) for line in step["materials"]],
        "evidence_rows": evidence_rows([_evidence(item) for item in step["evidence"]]),
    }


def _material(line: Block) -> dict[str, Any]:
    numbers = line.get("steps", ())
    return {
        **line,
        "used_in": _used_in(numbers),
        "amount": f"{line['quantity']} {line['unit']}".strip() if line["unit"] else f"{line['quantity']} ×",
    }


def _used_in(numbers: Sequence[int]) -> str:
    if len(numbers) > _MOST_NUMBERS:
        return f"{len(numbers)} steps"
    return f"step{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def evidence_rows(items: Sequence[Block]) -> list[list[Block]]:
    """Evidence boxes two to a row; texts and signatures get a row of their own."""
    rows: list[list[Block]] = []
    for item in items:
        wide = item["kind"] in _WIDE_EVIDENCE
        if rows and not wide and len(rows[-1]) == 1 and rows[-1][0]["kind"] not in _WIDE_EVIDENCE:
            rows[-1].append(item)
        else:
            rows.append([item])
    return rows


def _evidence(item: Block) -> dict[str, Any]:
    options = item["options"]
    return {
        **item,
        "must_show": [str(text) for text in options.get("must_show") or ()],
        "choices": [str(text) for text in options.get("choices") or ()],
        "unit": str(options.get("unit") or ""),
        "expected": str(options.get("expected") or ""),
        "example": str(options.get("shape") or ""),
        "limits": limits(options),
        "cells": _cells(str(options.get("expected") or "")),
    }


def _cells(expected: str) -> range:
    """Boxes to write a serial number into: as many as it has characters, none when they would not fit the line."""
    count = len(expected) or _SERIAL_CELLS
    return range(count if count <= _MOST_CELLS else 0)


def limits(options: Block) -> str:
    """The permitted range of a reading in words: ``from −67 to −30 dBm``, ``at least 2.5 Gbit/s``."""
    unit = str(options.get("unit") or "")
    low, high = (_number(options.get(name)) for name in ("low", "high"))
    if low and high:
        return f"{low} to {high} {unit}".strip()
    if low:
        return f"at least {low} {unit}".strip()
    return f"at most {high} {unit}".strip() if high else ""


def _number(value: object) -> str:
    """A limit with a true minus sign, which does not break from its digits as a hyphen would."""
    return "" if value is None else str(value).replace("-", "−")


def _evidence_count(phases: Sequence[Block]) -> dict[str, int]:
    items = [item for phase in phases for step in phase["steps"] for item in step["evidence"]]
    return {"all": len(items), "photos": sum(item["kind"] == "photo" for item in items)}
