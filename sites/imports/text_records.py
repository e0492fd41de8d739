"""Text with delimiters, read as records with the line each begins on."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .headers import LOOK_AT, find_header, known_share, unique_names
from .source import MAX_COLUMNS, MAX_ROWS, ReadOptions, Source, SourceRow, UnreadableFile
from .text_encoding import Encoding

DELIMITERS = (",", "\t", ";", "|")
TOO_MANY = (
    f"This file has more than {MAX_ROWS:,} rows. Split it into smaller files and import them one by one."
)
_SAMPLE_CHARACTERS = 64 * 1024
_MAX_RECORD_LINES = 1_000
_RARE = 0.05


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the lines of one file are cut into cells."""

    delimiter: str
    spaced: bool = False
    """Spaces follow the delimiters, so a quotation mark after one still opens a quoted cell."""
    skip_lines: int = 0
    """Lines at the top that are instructions to a program, such as ``sep=;``."""


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record, and the physical lines, from 1, it begins and ends on."""

    line: int
    last_line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class _Survey:
    """What one pass over all records found."""

    top: tuple[Record, ...]
    widths: Counter[int]
    """Records by the number of cells up to the last one that is filled; 0 is a blank record."""
    lengths: Counter[int]
    """Records that are not blank by the number of cells written."""
    records: int


@dataclass(frozen=True, slots=True)
class _Layout:
    """Everything needed to turn records into rows."""

    path: Path
    encoding: Encoding
    dialect: Dialect
    first: int
    """Index of the first record that is data."""
    width: int
    expected: int
    """How many cells a healthy record has."""
    shorts_are_odd: bool


def open_text(path: Path, name: str, options: ReadOptions, encoding: Encoding) -> Source:
    """Read a text file with delimiters; see `reading.open_source`.

    Three passes over the file: bytes (done by the caller), records, and later the rows themselves.
    Memory is bounded by the longest record, never by the file.
    """
    dialect = _dialect(path, encoding, options.delimiter)
    survey = _survey(path, encoding, dialect)
    header = _header_index(survey, options.header_row)
    top_cells = survey.top[header].cells if header is not None else []
    expected = len(top_cells) or survey.widths.most_common(1)[0][0]
    width = max(*survey.widths, _used(top_cells))
    first = 0 if header is None else header + 1
    if survey.records - first > MAX_ROWS:
        raise UnreadableFile(TOO_MANY)
    above = sum(0 < len(record.cells) < expected for record in survey.top[:first])
    shorts = sum(count for cells, count in survey.lengths.items() if cells < expected) - above
    layout = _Layout(
        path, encoding, dialect, first, width, expected, shorts <= max(1, _RARE * survey.records)
    )
    found = ReadOptions(
        encoding=encoding.name,
        delimiter=dialect.delimiter,
        header_row=0 if header is None else survey.top[header].line,
    )
    return Source(
        name=name,
        format="csv",
        options=found,
        sheets=(),
        columns=unique_names(top_cells, width),
        notes=tuple(_notes(survey, header, layout)),
        records=survey.records - first,
        opener=lambda: _rows(layout),
    )


def _dialect(path: Path, encoding: Encoding, asked: str | None) -> Dialect:
    with path.open(encoding=encoding.name, errors="replace", newline="") as stream:
        sample = stream.read(_SAMPLE_CHARACTERS)
        if len(sample) == _SAMPLE_CHARACTERS:
            sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    first = sample.split("\n", 1)[0].strip()
    declared = first[4:] if first.lower().startswith("sep=") and len(first) <= 5 else None
    skip = 0 if declared is None else 1
    if asked is not None and len(asked) != 1:
        raise UnreadableFile("The delimiter must be one character. Choose comma, semicolon, tab or pipe.")
    delimiter = asked or (declared or "\t" if declared is not None else _best_delimiter(sample))
    return Dialect(delimiter, spaced=f'{delimiter} "' in sample, skip_lines=skip)


def _best_delimiter(sample: str) -> str:
    """Return the candidate that cuts most records of the sample into the same number of cells."""
    scores = {candidate: _score(sample, candidate) for candidate in DELIMITERS}
    best = max(DELIMITERS, key=lambda candidate: scores[candidate])
    return best if scores[best][2] else ","


def _score(sample: str, delimiter: str) -> tuple[float, float, int]:
    """Rank a delimiter: known column names it brings out, share of records of one width, that width."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        records = [cells for cells in itertools.islice(reader, 300) if cells]
    except csv.Error:
        return (0.0, 0.0, 0)
    several = Counter(len(cells) for cells in records if len(cells) > 1)
    if not several:
        return (0.0, 0.0, 0)
    usual, count = several.most_common(1)[0]
    top = [cells for cells in records[:LOOK_AT] if len(cells) > 1 and any(map(str.strip, cells))]
    known = max(map(known_share, top), default=0.0)
    # A delimiter that is part of the values is missing from the first line, which holds the names.
    share = count / len(records) * (1.0 if len(records[0]) == usual else 0.6)
    return (round(known, 1), round(share, 2), usual)


def _records(path: Path, encoding: Encoding, dialect: Dialect) -> Iterator[Record]:
    """Yield every record of the file with its physical lines.

    Raises
    ------
    UnreadableFile
        A quotation mark is never closed, or a cell is longer than the csv module allows (131,072).
    """
    with path.open(encoding=encoding.name, errors="replace", newline="") as stream:
        for _ in range(dialect.skip_lines):
            stream.readline()
        reader = csv.reader(stream, delimiter=dialect.delimiter, skipinitialspace=dialect.spaced)
        start = dialect.skip_lines + 1
        last = start - 1
        try:
            for cells in reader:
                start, last = last + 1, reader.line_num + dialect.skip_lines
                if last - start > _MAX_RECORD_LINES:
                    raise UnreadableFile(_open_quote(start))
                yield Record(start, last, cells)
        except csv.Error:
            raise UnreadableFile(_open_quote(last + 1)) from None
    if last > start and _never_closed(path, encoding, dialect, start):
        raise UnreadableFile(_open_quote(start))


def _open_quote(line: int) -> str:
    return (
        f"A quotation mark on line {line:,} seems never to be closed, so the lines after it run together. "
        "Close it or remove it, then upload the file again."
    )


def _never_closed(path: Path, encoding: Encoding, dialect: Dialect, start: int) -> bool:
    """Read the last record again, strictly, to see whether the file ended inside quotation marks."""
    with path.open(encoding=encoding.name, errors="replace", newline="") as stream:
        lines = itertools.islice(stream, start - 1, None)
        reader = csv.reader(lines, delimiter=dialect.delimiter, skipinitialspace=dialect.spaced, strict=True)
        try:
            for _ in reader:
                pass
        except csv.Error as error:
            return "unexpected end of data" in str(error)
    return False


def _survey(path: Path, encoding: Encoding, dialect: Dialect) -> _Survey:
    top: list[Record] = []
    widths: Counter[int] = Counter()
    lengths: Counter[int] = Counter()
    number = 0
    for number, record in enumerate(_records(path, encoding, dialect), 1):
        if number <= LOOK_AT:
            top.append(record)
        used = _used(record.cells)
        widths[used] += 1
        if used:
            lengths[len(record.cells)] += 1
        if number > MAX_ROWS + LOOK_AT:
            raise UnreadableFile(TOO_MANY)
        if len(record.cells) > MAX_COLUMNS:
            raise UnreadableFile(
                f"Line {record.line:,} has {len(record.cells):,} columns; at most {MAX_COLUMNS:,} can be read. "
                "Check the delimiter, or delete the columns you do not need."
            )
    if not any(widths.keys()):
        raise UnreadableFile(
            "This file has no text in it. Check that the right file was saved, then upload it again."
        )
    return _Survey(tuple(top), widths, lengths, number)


def _used(cells: list[str]) -> int:
    """Count the cells of a record without the empty ones at its end, which spreadsheets add freely."""
    count = len(cells)
    while count and not cells[count - 1].strip():
        count -= 1
    return count


def _header_index(survey: _Survey, asked: int | None) -> int | None:
    """Return the index, among the top records, of the header row."""
    if asked is None:
        return find_header([record.cells for record in survey.top])
    if asked == 0:
        return None
    for index, record in enumerate(survey.top):
        if record.line <= asked <= record.last_line:
            return index
    raise UnreadableFile(f"Line {asked:,} cannot be the header row. Choose one of the first {LOOK_AT} lines.")


def _notes(survey: _Survey, header: int | None, layout: _Layout) -> Iterator[str]:
    if layout.encoding.note:
        yield layout.encoding.note
    if header is None:
        yield "No header row was found, so the columns are numbered. Name the header row if there is one."
    elif header:
        lines = ", ".join(str(record.line) for record in survey.top[:header])
        yield f"The column names are on line {survey.top[header].line}. Not imported, because above it: line {lines}."
    if survey.records == layout.first:
        yield "There are no rows below the column names."
    long = sum(count for cells, count in survey.widths.items() if cells > layout.expected)
    if long and header is not None:
        yield (
            f"Rows with more cells than there are column names: {long:,}. They are marked; a value may contain "
            "an unquoted delimiter."
        )


def _rows(layout: _Layout) -> Iterator[SourceRow]:
    records = _records(layout.path, layout.encoding, layout.dialect)
    width, clean = layout.width, layout.encoding.clean
    for record in itertools.islice(records, layout.first, None):
        cells = record.cells
        even = len(cells) == layout.expected and record.last_line == record.line
        ragged = not even and _is_ragged(record, layout)
        if len(cells) != width:
            cells = cells[:width] + [""] * (width - len(cells))
        damaged = not clean and any("\ufffd" in cell for cell in cells)
        yield SourceRow(record.line, tuple(cells), damaged, ragged)


def _is_ragged(record: Record, layout: _Layout) -> bool:
    """Say whether the cells of a record may have slipped into the wrong columns."""
    used = _used(record.cells)
    if used > layout.expected:
        return True
    if layout.shorts_are_odd and used and len(record.cells) < layout.expected:
        return True
    # A quotation mark closed too late swallows whole lines into one cell.
    enough = max(2, layout.expected - 1)
    return any("\n" in cell and cell.count(layout.dialect.delimiter) >= enough for cell in record.cells)
