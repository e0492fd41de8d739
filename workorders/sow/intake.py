"""Decide what a file is by its content, and refuse what cannot be read with a sentence on what to do next."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

import puremagic

from workorders.sow.document import DocumentFormat, UnreadableDocument

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_PARTS = 2_000
PASTE = "or paste the text instead."

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".numbers")
_SLIDES = (".pptx", ".ppt", ".odp", ".key")
_MARKDOWN_NAMES = (".md", ".markdown", ".mdown", ".mkd")
_HTML_NAMES = (".html", ".htm", ".xhtml")
_MARKDOWN_SIGNS = re.compile(
    r"^(#{1,6} \S|```|\|?[ :|-]*-{3,}[ :|-]*\|[ :|-]*$|- \[[ xX]\] |\[[^\]]+\]: \S)|\*\*\S[^*\n]*\*\*|\]\(\S+\)",
    re.MULTILINE,
)
_HTML_START = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype html|html|head|body)\b", re.I | re.DOTALL
)


def decide_format(name: str, data: bytes) -> DocumentFormat:
    """Return how to read a file.

    Parameters
    ----------
    name : str
        File name; only its ending is used, and only where the content leaves a choice.
    data : bytes
        The whole file.

    Raises
    ------
    UnreadableDocument
        Empty, over 20 MB, a legacy or locked Office file, a spreadsheet, slides, an image, or another binary file.
    """
    lower = name.lower()
    if len(data) > MAX_BYTES:
        size = len(data) / 1024 / 1024
        raise UnreadableDocument(
            f"This file has {size:.0f} MB and the limit is 20 MB. Remove the pictures or split it, {PASTE}"
        )
    if not data.strip():
        raise UnreadableDocument("This file is empty. Choose the file again, or paste the text instead.")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(_ZIP):
        return _inside_zip(data)
    if data.startswith(_OLD_OFFICE):
        raise UnreadableDocument(_old_office_sentence(lower, data))
    _refuse_by_name(lower)
    _refuse_binary(name, data)
    return _text_format(lower, data)


def _inside_zip(data: bytes) -> DocumentFormat:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise UnreadableDocument(
            f"This file is damaged. Open it, save it again and upload that, {PASTE}"
        ) from error
    names = {part.filename for part in parts}
    if "word/document.xml" not in names and "_rels/.rels" not in names:
        raise UnreadableDocument(_not_word_sentence(names))
    if any(name.startswith("xl/") for name in names):
        raise UnreadableDocument(_spreadsheet_sentence())
    if any(name.startswith("ppt/") for name in names):
        raise UnreadableDocument(_slides_sentence())
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES or len(parts) > MAX_PARTS:
        raise UnreadableDocument(
            f"This file unpacks to {unpacked / 1024 / 1024:.0f} MB in {len(parts)} parts, too much for a statement of "
            f"work. Remove the pictures and save it again, {PASTE}"
        )
    return "word"


def _not_word_sentence(names: set[str]) -> str:
    if "content.xml" in names and "mimetype" in names:
        return f"This is an OpenDocument file. Save it as a Word document (.docx), {PASTE}"
    return f"This is an archive of {len(names)} files. Unpack it and upload the statement of work itself, {PASTE}"


def _old_office_sentence(lower: str, data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return f"This document is protected by a password. Save a copy without the password, {PASTE}"
    if lower.endswith(_SPREADSHEETS):
        return _spreadsheet_sentence()
    if lower.endswith(_SLIDES):
        return _slides_sentence()
    return f"This is a Word document in the format from before 2007 (.doc). Save it as .docx, {PASTE}"


def _spreadsheet_sentence() -> str:
    return (
        "This is a spreadsheet, and a statement of work is read as text. "
        "Copy the cells and paste them as text, or save the sheet as PDF."
    )


def _slides_sentence() -> str:
    return f"This is a presentation. Save it as PDF, {PASTE}"


def _refuse_by_name(lower: str) -> None:
    if lower.endswith(_SPREADSHEETS):
        raise UnreadableDocument(_spreadsheet_sentence())
    if lower.endswith(_SLIDES):
        raise UnreadableDocument(_slides_sentence())


def _refuse_binary(name: str, data: bytes) -> None:
    if data.lstrip()[:5] == b"{\\rtf":
        raise UnreadableDocument(
            f"This is a rich text file (.rtf). Save it as a Word document (.docx), {PASTE}"
        )
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (b"\x00" not in data and not _looks_like_picture(data)):
        return
    if _looks_like_picture(data):
        raise UnreadableDocument(f"This is a picture. Run it through text recognition, {PASTE}")
    ending = f" (.{name.rsplit('.', 1)[-1]})" if "." in name else ""
    raise UnreadableDocument(
        f"This kind of file{ending} cannot be read. Save it as Word, PDF or text, {PASTE}"
    )


def _looks_like_picture(data: bytes) -> bool:
    if data[:512].lstrip().lower().startswith(b"<svg"):
        return True
    try:
        data[:2048].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > 2040:
            return False
    else:
        return False
    try:
        return puremagic.from_string(data[:65536], mime=True).startswith("image/")
    except (puremagic.PureError, ValueError):
        return False


def _text_format(lower: str, data: bytes) -> DocumentFormat:
    text, _ = decode(data)
    if lower.endswith(_MARKDOWN_NAMES):
        return "markdown"
    if lower.endswith(_HTML_NAMES) or _HTML_START.match(text[:4096]):
        return "html"
    return "markdown" if len(_MARKDOWN_SIGNS.findall(text[:200_000])) >= 2 else "text"


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of a file with ``\\n`` line ends, and a note when its encoding had to be assumed."""
    notes: tuple[str, ...] = ()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
            notes = (
                "The file is not in UTF-8; it was read as Western European. Check letters with accents.",
            )
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n\n"), notes
