"""Open the file of an import, and remember what was found."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.files.base import File

from sites import attribute_guess
from sites.imports.mapping import Proposal, propose, propose_joined
from sites.imports.reading import ReadOptions, Source, SourceRow, open_source
from sites.imports.target import Target
from sites.imports.values import cell_text
from sites.models import SiteImport

SHOWN_SAMPLES = 5
KEY_COLUMNS = "key_columns"
"""In the options of an import: the columns whose values, joined, make the key."""
JOIN = "-"


@contextmanager
def local_copy(content: File[bytes]) -> Iterator[Path]:
    """Give a file's bytes a path for as long as the block runs, wherever they are stored."""
    with tempfile.NamedTemporaryFile(prefix="downbeat-import-") as copy:
        content.seek(0)
        shutil.copyfileobj(content, copy)
        copy.flush()
        content.seek(0)
        yield Path(copy.name)


def read_options(options: Mapping[str, Any]) -> ReadOptions:
    """Return how a file is to be read from the options of an import."""
    return ReadOptions(**keyed(options, ()))


def keyed(options: Mapping[str, Any], columns: Sequence[int]) -> dict[str, Any]:
    """Return the options with another choice of the columns that make the key; none for a key of one column."""
    plain = {name: value for name, value in options.items() if name != KEY_COLUMNS}
    return plain | ({KEY_COLUMNS: list(columns)} if columns else {})


@contextmanager
def opened_plainly(site_import: SiteImport) -> Iterator[Source]:
    """Open the file of an import with the columns it has; raises `UnreadableFile`."""
    stored = site_import.file
    with stored.content.open("rb") as content, local_copy(content) as path:
        yield open_source(path, name=stored.name, options=read_options(site_import.options))


@contextmanager
def opened_import(site_import: SiteImport) -> Iterator[Source]:
    """Open the file of an import the way the person chose; a key of several columns is one column more, the last."""
    with opened_plainly(site_import) as source:
        joined = site_import.options.get(KEY_COLUMNS) or []
        yield with_joined(source, joined) if joined else source


def with_joined(source: Source, columns: Sequence[int]) -> Source:
    """Return the source with one column more, the values of several joined; empty where one of them is."""
    name = JOIN.join(source.columns[column] for column in columns)

    def rows() -> Iterator[SourceRow]:
        for row in source.rows():
            yield SourceRow(row.line, (*row.cells, joined_key(row.cells, columns)), row.damaged, row.ragged)

    return replace(source, columns=(*source.columns, f"{name} (joined)"), opener=rows)


def joined_key(cells: Sequence[str], columns: Sequence[int]) -> str:
    """Return the key that several cells of a row make together; "" when one of them is empty."""
    parts = [cell_text(cells[column]) if column < len(cells) else "" for column in columns]
    return JOIN.join(parts) if all(parts) else ""


def describe(
    source: Source, target: Target, *, hidden: Collection[str] = (), joins: bool = False
) -> dict[str, Any]:
    """Return what the mapping page shows, as JSON: how the file was read, some rows, and the proposed mapping.

    `hidden` are fields that take no column, such as a key made of several others; `joins`: several columns may make the key.
    ``proposals`` goes from field key to ``[column, reason, confidence]``; ``key_columns`` are those that make the key together, which
    then stands behind the last column; ``samples`` are the first rows that are not blank, ``kinds`` what sort of
    fact each column seems to hold.
    """
    sample = source.sample()
    proposals = propose(target, source.columns, sample)
    key = proposals.get(target.key_field)
    joined = propose_joined(source.columns, sample, key.column) if key and joins else None
    if joined:
        reason = " and ".join(f"“{source.columns[one]}”" for one in joined)
        proposals[target.key_field] = Proposal(len(source.columns), f"{reason} together differ.", 0.7)
    return {
        "key_columns": list(joined or ()),
        "format": source.format,
        "encoding": source.options.encoding or "",
        "delimiter": source.options.delimiter or "",
        "sheet": source.options.sheet or "",
        "header_row": source.options.header_row,
        "sheets": list(source.sheets),
        "records": source.records,
        "samples": [list(row.cells) for row in sample[:SHOWN_SAMPLES]],
        "kinds": [
            attribute_guess.guess(row.cells[column] for row in sample).kind
            for column in range(len(source.columns))
        ],
        "proposals": {
            key: [one.column, one.reason, one.confidence]
            for key, one in proposals.items()
            if key not in hidden
        },
    }
