"""What a read file looks like to the rest of the package, whatever its format was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

MAX_BYTES = 64 * 1024 * 1024
"""Largest file accepted, in bytes. A list of 200,000 sites with 13 columns is about 40 MB."""
MAX_JSON_BYTES = 32 * 1024 * 1024
"""Largest JSON document accepted, in bytes: it has to be held in memory, unlike lines of text."""
MAX_ROWS = 200_000
"""Most records accepted below the header row."""
MAX_COLUMNS = 2_000
"""Most columns accepted."""
SAMPLE_ROWS = 500
"""How many rows the mapping looks at."""


class UnreadableFile(Exception):
    """The file cannot be read as rows.

    The message is one or two plain sentences for the person who uploaded it: what is wrong and what
    to do next. It is safe to show as it is.
    """


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file. Everything left `None` is detected.

    Attributes
    ----------
    encoding:
        Python name of the text encoding. Ignored for workbooks.
    delimiter:
        One character between cells of a text file.
    sheet:
        Name of the sheet of a workbook.
    header_row:
        Physical line, counted from 1, that holds the column names. 0 says that there is none.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One record of the file.

    Attributes
    ----------
    line:
        Physical line, or spreadsheet row, where the record begins, counted from 1. For a JSON array
        or GeoJSON it is the number of the object in the list.
    cells:
        As many texts as the source has columns; an absent cell is the empty string.
    damaged:
        Some of it could not be decoded (shown as U+FFFD), or a formula in it ended in an error.
    ragged:
        The line had more cells than the header row, or fewer in a file where that is rare, so its
        values may stand in the wrong columns.
    """

    line: int
    cells: tuple[str, ...]
    damaged: bool = False
    ragged: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be read row by row, any number of times.

    Attributes
    ----------
    name:
        The file name the person gave it.
    format:
        "csv", "xlsx", "xls", "ods", "geojson", "json" or "jsonl".
    options:
        The options in force: those asked for, the rest as detected.
    sheets:
        Names of the sheets of a workbook, in order; empty for other formats.
    columns:
        Unique names; a column without a name is called "Column 4" after its place.
    notes:
        Sentences about the file as a whole that a person should read before mapping.
    records:
        How many rows `rows` yields.
    """

    name: str
    format: str
    options: ReadOptions
    sheets: tuple[str, ...]
    columns: tuple[str, ...]
    notes: tuple[str, ...]
    records: int
    opener: Callable[[], Iterator[SourceRow]] = field(repr=False, compare=False)

    def rows(self) -> Iterator[SourceRow]:
        """Yield every record in order, blank ones included; text is streamed in bounded memory."""
        return self.opener()

    def sample(self, count: int = SAMPLE_ROWS) -> tuple[SourceRow, ...]:
        """Return the first `count` rows that are not blank."""
        filled = (row for row in self.rows() if any(cell.strip() for cell in row.cells))
        return tuple(islice(filled, count))
