"""Small helpers that write the files the import tests read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from sites.imports.reading import ReadOptions, Source, open_source


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Source]:
    """Write bytes or text to a file and open it as a source."""

    def opened(content: bytes | str, name: str = "list.csv", **options: Any) -> Source:
        path = tmp_path / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return open_source(path, name=name, options=ReadOptions(**options))

    return opened


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """Return the bytes of an XLSX with sheets given as lists of rows."""

    def made(**sheets: Sequence[Sequence[Any]]) -> bytes:
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
        return stream.getvalue()

    return made


@pytest.fixture
def packed() -> Callable[..., bytes]:
    """Return the bytes of a ZIP archive with the given parts."""

    def made(**parts: str | bytes) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
        return stream.getvalue()

    return made
