"""Open the file of an import, and remember what was found."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.base import File

from rollout.models import StoredFile
from sites.imports.mapping import propose
from sites.imports.reading import ReadOptions, Source, open_source
from sites.imports.target import Target
from sites.models import SiteImport

SHOWN_SAMPLES = 5


@contextmanager
def local_copy(content: File[bytes]) -> Iterator[Path]:
    """Give a file's bytes a path for as long as the block runs, wherever they are stored."""
    with tempfile.NamedTemporaryFile(prefix="downbeat-import-") as copy:
        content.seek(0)
        shutil.copyfileobj(content, copy)
        copy.flush()
        content.seek(0)
        yield Path(copy.name)


@contextmanager
def opened(stored: StoredFile, options: dict[str, Any]) -> Iterator[Source]:
    """Open a stored file as rows; raises `UnreadableFile`."""
    with stored.content.open("rb") as content, local_copy(content) as path:
        yield open_source(path, name=stored.name, options=ReadOptions(**options))


@contextmanager
def opened_import(site_import: SiteImport) -> Iterator[Source]:
    """Open the file of an import the way the person chose."""
    with opened(site_import.file, site_import.options) as source:
        yield source


def describe(source: Source, target: Target, *, hidden: Collection[str] = ()) -> dict[str, Any]:
    """Return what the mapping page shows, as JSON: how the file was read, some rows, and the proposed mapping.

    `hidden` are fields that take no column, such as a key made of several others.
    ``proposals`` goes from field key to ``[column, reason, confidence]``; ``samples`` are the first rows that are not blank.
    """
    sample = source.sample()
    proposals = propose(target, source.columns, sample)
    return {
        "format": source.format,
        "encoding": source.options.encoding or "",
        "delimiter": source.options.delimiter or "",
        "sheet": source.options.sheet or "",
        "header_row": source.options.header_row,
        "sheets": list(source.sheets),
        "records": source.records,
        "samples": [list(row.cells) for row in sample[:SHOWN_SAMPLES]],
        "proposals": {
            key: [one.column, one.reason, one.confidence]
            for key, one in proposals.items()
            if key not in hidden
        },
    }
