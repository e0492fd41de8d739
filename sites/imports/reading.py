"""The front door: any list a client sends, opened as a `Source`."""

from __future__ import annotations

from pathlib import Path

from .guard import container
from .json_records import InvalidJson, looks_like_json, open_json
from .source import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_JSON_BYTES,
    MAX_ROWS,
    ReadOptions,
    Source,
    SourceRow,
    UnreadableFile,
)
from .text_encoding import check_encoding, detect_encoding
from .text_records import open_text
from .workbook import open_workbook

__all__ = [
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_JSON_BYTES",
    "MAX_ROWS",
    "ReadOptions",
    "Source",
    "SourceRow",
    "UnreadableFile",
    "open_source",
]

_DELIMITED_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".psv")


def open_source(path: Path, *, name: str, options: ReadOptions | None = None) -> Source:
    """Open a file and find out how it is to be read.

    What the file is is decided by its bytes; the ending of its name settles only whether text that
    begins with a bracket may still be a table.

    Parameters
    ----------
    path:
        Where the bytes are. The file must stay there as long as the source is used.
    name:
        The name the person gave it.
    options:
        What to read differently from what was detected.

    Returns
    -------
    Source
        With columns, notes and the number of records. The whole file has been looked at once, so
        reading the rows raises nothing the opening did not.

    Raises
    ------
    UnreadableFile
        Empty, too large, not a table, protected, damaged, or built to exhaust the machine.
        The message tells the person what to do.

    Notes
    -----
    Linear in the size of the file: about 0.3 s for 25,000 rows of 13 columns of CSV.
    """
    options = options or ReadOptions()
    kind = container(path)
    if kind != "text":
        return open_workbook(path, name, options, kind)
    encoding = check_encoding(path, options.encoding) if options.encoding else detect_encoding(path)
    if options.delimiter is None and looks_like_json(path, encoding):
        try:
            return open_json(path, name, encoding)
        except InvalidJson:
            if not name.lower().endswith(_DELIMITED_ENDINGS):
                raise
    return open_text(path, name, options, encoding)
