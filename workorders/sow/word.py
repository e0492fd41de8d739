"""Read Word documents (.docx) through mammoth and the HTML walker."""

from __future__ import annotations

import re
import zipfile
import zlib
from html import unescape
from io import BytesIO
from typing import Any

import mammoth

from workorders.sow.blocks import Block, Reading, one_line
from workorders.sow.document import UnreadableDocument
from workorders.sow.intake import MAX_UNPACKED_BYTES, PASTE
from workorders.sow.markup import TITLE_CLASS, read_html

_STYLES = f"""
p[style-name='Title'] => p.{TITLE_CLASS}:fresh
p[style-name='Heading 7'] => h6:fresh
p[style-name='Heading 8'] => h6:fresh
p[style-name='Heading 9'] => h6:fresh
p[style-name='heading 7'] => h6:fresh
p[style-name='heading 8'] => h6:fresh
p[style-name='heading 9'] => h6:fresh
"""
_XML_TEXT = re.compile(rb"<w:t[ >]")
_XML_PARAGRAPH = re.compile(r"</w:p>|<w:(?:tab|br|cr)\b[^>]*>")
_XML_WORDS = tuple(re.compile(rf"<{tag}(?: [^>]*)?>([^<]*)</{tag}>") for tag in ("w:t", "m:t"))
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))


def read_word(data: bytes) -> Reading:
    """Read a Word document into blocks placed by paragraph and by table row.

    Notes
    -----
    Macros are never opened, linked files never fetched. Parts that declare a document type are refused, because Word
    never writes one and entity bombs need one. Sizes are checked while unpacking, not taken from the archive's word.

    Raises
    ------
    UnreadableDocument
        Damaged, locked or hostile files.
    """
    parts = _unpack(data)
    if "word/document.xml" not in parts and not any(name.endswith("document.xml") for name in parts):
        raise UnreadableDocument(f"This file has no Word text in it. Save it as .docx again, {PASTE}")
    pictures = _Pictures()
    try:
        result = mammoth.convert_to_html(
            BytesIO(data),
            style_map=_STYLES,
            include_embedded_style_map=False,
            convert_image=pictures,
        )
    # mammoth raises whatever its XML and archive layers raise; to the person it is one thing: a damaged file.
    except (Exception, RecursionError) as error:
        raise UnreadableDocument(f"This Word document is damaged. Open it, save it again, {PASTE}") from error
    reading = read_html(result.value)
    notes = (*reading.notes, *_notes(parts, pictures.count), *_unplaced(parts, reading.blocks))
    return Reading(reading.blocks, notes, reading.title)


def _unpack(data: bytes) -> dict[str, bytes]:
    """Return the XML parts, refusing what grows beyond the limit while it is read."""
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED_BYTES
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for info in archive.infolist():
                with archive.open(info) as part:
                    content = part.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise UnreadableDocument(f"This file unpacks to over 100 MB. Save it again, {PASTE}")
                if not info.filename.endswith((".svg", ".bin", ".html")):
                    _refuse_doctype(content)
                if info.filename.endswith(".xml"):
                    parts[info.filename] = content
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise UnreadableDocument(
            f"This Word document is damaged or locked. Open it, save a copy without password, {PASTE}"
        ) from error
    return parts


def _refuse_doctype(content: bytes) -> None:
    if any(mark in content for mark in _DOCTYPES):
        raise UnreadableDocument(
            f"This Word document was not written by Word and could be harmful. Open it in Word, save it again, {PASTE}"
        )


def _notes(parts: dict[str, bytes], pictures: int) -> tuple[str, ...]:
    body = parts.get("word/document.xml", b"")
    notes = []
    if pictures:
        notes.append(f"{_count(pictures, 'picture', '')} not read; look at the original for what is shown.")
    if b"<w:del " in body or b"<w:ins " in body:
        notes.append("The document has tracked changes: insertions are read, deletions are left out.")
    comments = parts.get("word/comments.xml", b"").count(b"<w:comment ")
    if comments:
        notes.append(f"{_count(comments, 'comment', ' in the margin')} left out.")
    edges = [name for name in parts if re.match(r"word/(header|footer)\d*\.xml$", name)]
    if any(_XML_TEXT.search(parts[name]) for name in edges):
        notes.append("Page headers and footers are left out.")
    return tuple(notes)


def _unplaced(parts: dict[str, bytes], blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """Say which words of the body reached no block: equations and drawings hold text mammoth does not read."""
    body = parts.get("word/document.xml", b"").decode("utf-8", errors="replace")
    present = " ".join(block.text for block in blocks)
    squeezed = "".join(present.split())
    missing = []
    for paragraph in _XML_PARAGRAPH.split(body):
        texts = [unescape("".join(pattern.findall(paragraph))) for pattern in _XML_WORDS]
        missing += [word for text in texts for word in one_line(text).split() if word not in squeezed]
    if not missing:
        return ()
    return (
        f"Words in drawings or formulas that are in no clause: {' '.join(missing[:20])}. Look at the original.",
    )


def _count(number: int, noun: str, where: str) -> str:
    return f"1 {noun}{where} is" if number == 1 else f"{number} {noun}s{where} are"


class _Pictures:
    """Stands in for mammoth's image converter: counts pictures and keeps their descriptions, opens none."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, image: Any) -> list[Any]:
        self.count += 1
        words = (image.alt_text or "").strip()
        return [mammoth.html.text(f" Picture: {words} ")] if words else []
