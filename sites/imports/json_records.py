"""GeoJSON, arrays of JSON objects and JSON lines, read as rows of text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from .headers import unique_names
from .source import MAX_COLUMNS, MAX_JSON_BYTES, MAX_ROWS, ReadOptions, Source, SourceRow, UnreadableFile
from .text_encoding import Encoding
from .text_records import TOO_MANY

Json = dict[str, "Json"] | list["Json"] | str | bool | None
_INVALID = (
    "This looks like JSON but is not valid: {why} near line {line:,}. Export it again, or upload CSV or XLSX."
)
_DEEP = "This JSON is nested too deeply to be a list of sites. Export a flat list, or upload CSV or XLSX."
_MAX_DEPTH = 6
_UNTEXT = re.compile("[\x00\ud800-\udfff]")
_VALUE = "value"
_MOST_VALUES = 3_000_000
"""Most values of one document: each takes about 60 bytes of memory, however short it is. 200,000 sites have about 2.5 million."""
_TOO_MANY_VALUES = (
    "This JSON document holds too many values to be read at once. Export it as CSV or JSON lines."
)


class InvalidJson(UnreadableFile):
    """The text begins like JSON but is none; a table may begin so too."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One object of the list: its number or line, its flat fields, and whether it was no object."""

    line: int
    fields: dict[str, str]
    odd: bool = False


def looks_like_json(path: Path, encoding: Encoding) -> bool:
    """Say whether the first visible character opens an object or a list."""
    with path.open(encoding=encoding.name, errors="replace") as stream:
        return stream.read(4096).lstrip("\ufeff\x1e \t\r\n")[:1] in ("{", "[")


def open_json(path: Path, name: str, encoding: Encoding) -> Source:
    """Read JSON of any of the three shapes; see `reading.open_source`.

    Objects inside objects become columns such as "address.city"; a list of plain values becomes one
    text with "; " between them. Numbers keep the digits they were written with.
    """
    notes: tuple[str, ...] = (encoding.note,) if encoding.note else ()
    if _is_lines(path, encoding):
        return _source(name, "jsonl", encoding, lambda: _line_items(path, encoding), notes)
    document = _load(path, encoding)
    objects, where = _list_in(document)
    geo = where == "features" and isinstance(document, dict) and document.get("type") == "FeatureCollection"
    if geo:
        notes += tuple(_geo_notes(cast("dict[str, Json]", document), objects))
    elif where:
        notes += (f"The rows were taken from the list {where!r}; the rest of the document was not imported.",)
    if len(objects) > MAX_ROWS:
        raise UnreadableFile(TOO_MANY)

    def items() -> Iterator[_Item]:
        return (_item(number, thing) for number, thing in enumerate(objects, 1))

    return _source(name, "geojson" if geo else "json", encoding, items, notes)


def _source(
    name: str, kind: str, encoding: Encoding, items: Callable[[], Iterable[_Item]], notes: tuple[str, ...]
) -> Source:
    keys: dict[str, None] = {}
    count = 0
    for count, item in enumerate(items(), 1):
        keys.update(dict.fromkeys(item.fields))
        if count > MAX_ROWS:
            raise UnreadableFile(TOO_MANY)
        if len(keys) > MAX_COLUMNS:
            raise UnreadableFile(
                f"The objects in this file have more than {MAX_COLUMNS:,} different fields. Export fewer of them."
            )
    if not keys:
        raise UnreadableFile(
            "There is no object with fields in this file. Check the export and upload it again."
        )
    order = [*(key for key in keys if key not in _GEOMETRY), *(key for key in _GEOMETRY if key in keys)]
    columns = unique_names([_GEOMETRY.get(key, key) for key in order], len(order))
    return Source(
        name=name,
        format=kind,
        options=ReadOptions(encoding=encoding.name),
        sheets=(),
        columns=columns,
        notes=notes,
        records=count,
        opener=lambda: (_row(item, order) for item in items()),
    )


def _row(item: _Item, order: list[str]) -> SourceRow:
    cells = tuple(item.fields.get(key, "") for key in order)
    return SourceRow(item.line, cells, item.odd or any("\ufffd" in cell for cell in cells))


def _parse(text: str) -> Json:
    """Parse JSON with numbers kept as the text they were written in."""
    return cast("Json", json.loads(text, parse_float=str, parse_int=str, parse_constant=lambda _: None))


def _is_lines(path: Path, encoding: Encoding) -> bool:
    """Say whether the file is one JSON object a line."""
    with path.open(encoding=encoding.name, errors="replace") as stream:
        filled = (line.strip("\ufeff\x1e \t\r\n") for line in iter(lambda: stream.readline(1_000_000), ""))
        lines = (line for line in filled if line)
        first, second = next(lines, ""), next(lines, "")
    if not (first.startswith("{") and first.endswith("}")):
        return False
    try:
        alone = isinstance(_parse(first), dict)
    except (ValueError, RecursionError):
        return False
    return alone and second.startswith("{")


def _line_items(path: Path, encoding: Encoding) -> Iterator[_Item]:
    with path.open(encoding=encoding.name, errors="replace") as stream:
        for number, raw in enumerate(stream, 1):
            line = raw.strip("\ufeff\x1e \t\r\n")
            if not line:
                continue
            try:
                yield _item(number, _parse(line))
            except ValueError:
                yield _Item(number, {_VALUE: line}, odd=True)
            except RecursionError:
                raise UnreadableFile(_DEEP) from None


def _load(path: Path, encoding: Encoding) -> Json:
    if path.stat().st_size > MAX_JSON_BYTES:
        raise UnreadableFile(
            f"This JSON document is larger than {MAX_JSON_BYTES // 2**20} MB. Export it as CSV or JSON lines."
        )
    text = path.read_text(encoding=encoding.name, errors="replace").lstrip("\ufeff")
    if text.count(",") > _MOST_VALUES:
        raise UnreadableFile(_TOO_MANY_VALUES)
    try:
        return _parse(text)
    except json.JSONDecodeError as error:
        raise InvalidJson(_INVALID.format(why=error.msg, line=error.lineno)) from None
    except ValueError as error:
        raise InvalidJson(_INVALID.format(why=str(error), line=1)) from None
    except RecursionError:
        raise UnreadableFile(_DEEP) from None


def _list_in(document: Json) -> tuple[list[Json], str]:
    """Return the objects of a document, and the name of the list they were found under."""
    if isinstance(document, list):
        return document, ""
    if not isinstance(document, dict):
        raise UnreadableFile("This JSON is a single value, not a list. Export a list of objects.")
    if document.get("type") == "Feature":
        return [document], ""
    lists = {key: value for key, value in document.items() if isinstance(value, list)}
    objects = {key: value for key, value in lists.items() if any(isinstance(thing, dict) for thing in value)}
    if objects:
        where = max(objects, key=lambda key: len(objects[key]))
        return objects[where], where
    if "features" in lists:
        raise UnreadableFile("This GeoJSON has no features. Check the export and upload it again.")
    return [document], ""


def _item(line: int, thing: Json) -> _Item:
    if not isinstance(thing, dict):
        return _Item(line, {_VALUE: _text(thing)}, odd=True)
    fields: dict[str, str] = {}
    if thing.get("type") == "Feature" and "geometry" in thing:
        _flatten(fields, "", thing.get("properties") or {}, 0)
        if thing.get("id") is not None:
            fields.setdefault("id", _text(thing["id"]))
        fields.update(_point(thing["geometry"]))
    else:
        _flatten(fields, "", thing, 0)
    return _Item(line, fields)


# Names no property can have, so that a property called "longitude" keeps its own column.
_GEOMETRY = {"\x00longitude": "longitude", "\x00latitude": "latitude"}


def _point(geometry: Json) -> dict[str, str]:
    longitude, latitude = "", ""
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        place = geometry.get("coordinates")
        if isinstance(place, list) and len(place) >= 2:
            longitude, latitude = _text(place[0]), _text(place[1])
    return dict(zip(_GEOMETRY, (longitude, latitude), strict=True))


def _flatten(fields: dict[str, str], prefix: str, thing: Json, depth: int) -> None:
    if not isinstance(thing, dict) or depth == _MAX_DEPTH:
        fields[prefix or _VALUE] = _text(thing)
        return
    for key, value in thing.items():
        name = _clean(f"{prefix}.{key}" if prefix else key)
        if isinstance(value, dict) and value:
            _flatten(fields, name, value, depth + 1)
        else:
            fields[name] = _text(value)


def _text(value: Json) -> str:
    if value is None or value in ({}, []):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, list) and not any(isinstance(part, list | dict) for part in value):
        return "; ".join(_text(part) for part in value)
    return _clean(json.dumps(value, ensure_ascii=False))


def _clean(text: str) -> str:
    """Mark what JSON can escape and no text can hold: zero characters and halves of letters."""
    return text if text.isascii() and "\x00" not in text else _UNTEXT.sub("\ufffd", text)


def _geo_notes(document: dict[str, Json], features: list[Json]) -> Iterator[str]:
    pathless = sum(not any(_point(f.get("geometry")).values()) for f in features if isinstance(f, dict))
    if pathless:
        yield f"Features that are not a point, and so have no latitude and longitude: {pathless:,}."
    system = json.dumps(document.get("crs"))
    if document.get("crs") and not any(code in system for code in ("CRS84", "4326")):
        yield "The coordinates are in another reference system than WGS 84. Convert the file before you import it."
