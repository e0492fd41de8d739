"""Refuse PDF files whose compressed streams unpack to more than a reader should ever hold."""

from __future__ import annotations

import re
import zlib

from workorders.sow.document import UnreadableDocument

MAX_STREAM_BYTES = 48 * 1024 * 1024
MAX_TOTAL_BYTES = 400 * 1024 * 1024
_CHUNK = 256 * 1024
_STREAM = re.compile(rb"stream\r?\n")
_LAYERS = 3


def refuse_pdf_bomb(data: bytes) -> None:
    """Unpack every deflated stream in pieces, keeping none, and stop at the limits.

    The PDF library unpacks streams whole, so this runs first. It looks at raw bytes and needs no structure that a
    hostile file could bend. Pictures are counted too: they are never unpacked later, but a stream may only pretend
    to be one. Memory stays at a few hundred kilobytes; time is that of unpacking at most 400 MB.

    Raises
    ------
    UnreadableDocument
        A stream over 48 MB that is not a picture, or more than 400 MB in all.
    """
    total = 0
    for start in _STREAM.finditer(data):
        limit = MAX_TOTAL_BYTES if _is_picture(data, start.start()) else MAX_STREAM_BYTES
        size = _unpacked_size(data, start.end(), limit)
        total += size
        if size > limit or total > MAX_TOTAL_BYTES:
            raise UnreadableDocument(
                "This PDF unpacks to far more than a statement of work holds and could be harmful. "
                "Print it to a new PDF, or paste the text instead."
            )


def _is_picture(data: bytes, at: int) -> bool:
    header = data[max(at - 400, 0) : at]
    return b"/Image" in header[header.rfind(b" obj") + 1 :]


def _unpacked_size(data: bytes, start: int, limit: int, layer: int = 1) -> int:
    """Return the unpacked size of the stream at `start`, at most a little over `limit`; 0 when it is not deflated."""
    unpacker = zlib.decompressobj()
    size = 0
    head = b""
    pending = data[start : start + _CHUNK]
    position = start + len(pending)
    try:
        while pending and size <= limit:
            piece = unpacker.decompress(pending, _CHUNK)
            size += len(piece)
            head = head or piece
            pending = unpacker.unconsumed_tail
            if not pending and not unpacker.eof:
                pending = data[position : position + _CHUNK]
                position += len(pending)
    except zlib.error:
        return size
    if layer < _LAYERS and head[:1] == b"\x78" and size <= limit:
        inner = zlib.decompressobj().decompress(data[start:], limit)
        return max(size, _unpacked_size(inner, 0, limit, layer + 1))
    return size
