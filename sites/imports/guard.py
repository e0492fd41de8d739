"""Refuse a file that is no table, by its first bytes and the names inside it, before it is opened."""

from __future__ import annotations

import zipfile
from pathlib import Path

from .source import MAX_BYTES, UnreadableFile

MAX_UNPACKED_BYTES = 400 * 1024 * 1024
"""Most a workbook may unpack to, in bytes, by its own directory and by what really comes out."""
MAX_RATIO = 400
"""Most one part of a workbook may grow when unpacked; real sheets grow 5 to 40 times."""
_SMALL_PART = 1024 * 1024
SAVE_AS = "Open it in a spreadsheet program, save it as XLSX or CSV, and upload that."
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"BM", "a picture (BMP)"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"#!/", "a program"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x1f\x8b", "a compressed file (GZIP)"),
    (b"7z\xbc\xaf", "a compressed file (7-Zip)"),
    (b"Rar!", "a compressed file (RAR)"),
    (b"BZh", "a compressed file (BZIP2)"),
    (b"\xfd7zXZ", "a compressed file (XZ)"),
    (b"SQLite format 3", "a database (SQLite)"),
    (b"PAR1", "a Parquet file"),
    (b"RIFF", "a picture or sound file"),
    (b"ID3", "a sound file"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROTECTED = (
    "This workbook is protected by a password. Open it, remove the password, save it and upload it again."
)
DAMAGED = f"This workbook is damaged or incomplete. {SAVE_AS}"
TOO_BIG = (
    "This workbook unpacks to far more than it holds on disk, so it was not opened. Save the sheet you need as CSV "
    "and upload that."
)


def container(path: Path) -> str:
    """Say what kind of container a file is: "xlsx", "ods", "xls" or "text".

    Raises
    ------
    UnreadableFile
        It is empty, too large, protected by a password, or a kind that holds no table.
    """
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile("This file is empty. Check that it was saved, then upload it again.")
    if size > MAX_BYTES:
        raise UnreadableFile(
            f"This file is {size // 2**20:,} MB; at most {MAX_BYTES // 2**20} MB can be read. Delete the columns "
            "you do not need, or split it into smaller files."
        )
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    if head.startswith(_OLE):
        return _ole_kind(path)
    _refuse_known(head)
    return "text"


def _refuse_known(head: bytes) -> None:
    binary = b"\x00" in head or not _looks_printable(head)
    for signature, what in _SIGNATURES:
        if head.startswith(signature) and (binary or len(signature) > 2):
            raise UnreadableFile(
                f"This is {what}, not a table. Upload the list as CSV, XLSX, ODS or GeoJSON."
            )
    if head[4:8] == b"ftyp":
        raise UnreadableFile(
            "This is a picture or film, not a table. Upload the list as CSV, XLSX, ODS or GeoJSON."
        )
    start = (
        head.removeprefix(b"\xef\xbb\xbf")
        .replace(b"\x00", b"")
        .removeprefix(b"\xff\xfe")
        .lstrip()[:200]
        .lower()
    )
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<style", b"<meta")):
        raise UnreadableFile(f"This is a web page, even if its name says otherwise. {SAVE_AS}")
    if start.startswith((b"<?xml", b"<!doctype", b"<!entity", b"<kml", b"<gpx", b"<workbook")):
        raise UnreadableFile(f"This is an XML file, which is not read here. {SAVE_AS}")


def _looks_printable(head: bytes) -> bool:
    return not any(byte < 9 or 13 < byte < 27 for byte in head)


def _ole_kind(path: Path) -> str:
    """Tell an old workbook from the other things kept in the same container."""
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableFile(PROTECTED)
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return "xls"
    what = (
        "a Word document" if "WordDocument".encode("utf-16-le") in data else "an Office file without a table"
    )
    raise UnreadableFile(f"This is {what}. Upload the list as CSV, XLSX, ODS or GeoJSON.")


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_sizes(entries)
            kind = _kind_by_names(archive, {entry.filename for entry in entries})
            if any(entry.flag_bits & 1 for entry in entries):
                raise UnreadableFile(PROTECTED)
            return kind
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError, RuntimeError):
        raise UnreadableFile(DAMAGED) from None


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    steep = any(
        entry.file_size > _SMALL_PART and entry.file_size > MAX_RATIO * max(1, entry.compress_size)
        for entry in entries
    )
    if total > MAX_UNPACKED_BYTES or steep or len(entries) > 10_000:
        raise UnreadableFile(TOO_BIG)


def _kind_by_names(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        raise UnreadableFile(f"This is a binary workbook (XLSB), which is not read here. {SAVE_AS}")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "word/document.xml" in names:
        raise UnreadableFile("This is a Word document. Upload the list as CSV, XLSX, ODS or GeoJSON.")
    if "ppt/presentation.xml" in names:
        raise UnreadableFile("This is a presentation. Upload the list as CSV, XLSX, ODS or GeoJSON.")
    mimetype = archive.read("mimetype")[:200] if "mimetype" in names else b""
    if b"opendocument.spreadsheet" in mimetype and "content.xml" in names:
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise UnreadableFile(PROTECTED)
        return "ods"
    if b"opendocument" in mimetype:
        raise UnreadableFile(
            "This is an OpenDocument file without a table. Upload the list as CSV, XLSX or ODS."
        )
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names):
        raise UnreadableFile("This is a Numbers document. Export it as XLSX or CSV and upload that.")
    raise UnreadableFile("This is a ZIP archive. Unpack it and upload the list inside it on its own.")
