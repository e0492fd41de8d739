"""Which encoding the bytes of a text file are in."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .source import UnreadableFile

_CHUNK = 1024 * 1024
_ESCAPED = re.compile("[\udc80-\udcff]+")
_NEVER_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d\xff")
_HIRAGANA_TO_KATAKANA = ("\u3040", "\u30ff")
_HANGUL = ("\uac00", "\ud7a3")
_IDEOGRAPHS = ("\u4e00", "\u9fff")
_LETTERS_ONLY = re.compile(r"(utf-(8|16|32)|cp\d|iso|latin|mac|koi8|shift|euc|gb|big5|ascii|johab|tis).*")
"""Codecs that turn bytes into letters; Python has others, which compress or escape."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1d]")
_ZERO = (
    "This file contains zero bytes, so it is not a text file. Open it in the program it came from and save it "
    "as CSV (UTF-8) or XLSX, then upload that."
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by its Python name, whether every byte fits it, and what a person should know."""

    name: str
    clean: bool
    note: str = ""


def detect_encoding(path: Path) -> Encoding:
    """Read the whole file once, in pieces, and say how its bytes become letters.

    A byte order mark decides. Without one, bytes that are UTF-8 all through, or nearly, are UTF-8:
    a few bad bytes among good multi-byte letters are damage, not another encoding. The rest is
    Windows-1252 unless it plainly reads as Japanese, Korean or Chinese.

    Raises
    ------
    UnreadableFile
        The file holds zero bytes and is not UTF-16.
    """
    with path.open("rb") as stream:
        head = stream.read(4096)
    marked = _from_mark(head)
    if marked is not None:
        return Encoding(marked, _decodes(path, marked))
    _refuse_binary(head)
    good, bad, ugly = _count_utf8(path)
    if not bad:
        return Encoding("utf-8", clean=not ugly)
    if good >= len(bad) or set(bad) <= _NEVER_IN_CP1252:
        note = "Some characters are not valid UTF-8. They show as \ufffd and their rows are marked."
        return Encoding("utf-8", clean=False, note=note)
    return _legacy(path)


def check_encoding(path: Path, name: str) -> Encoding:
    """Return the encoding a person asked for, after seeing whether the file fits it.

    Raises
    ------
    UnreadableFile
        There is no such encoding, or the result holds zero characters.
    """
    try:
        proper = codecs.lookup(name).name
    except (LookupError, ValueError):
        proper = ""
    if not _LETTERS_ONLY.fullmatch(proper):
        raise UnreadableFile(f"The encoding {name!r} is not known. Choose UTF-8 or Windows-1252.")
    name = "utf-8-sig" if proper == "utf-8" else proper
    clean = _decodes(path, name)
    note = f"Some characters are not valid {name}. They show as \ufffd and their rows are marked."
    return Encoding(name, clean, "" if clean else note)


def _from_mark(head: bytes) -> str | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return _unmarked_utf16(head)


def _unmarked_utf16(head: bytes) -> str | None:
    """Recognise UTF-16 of mostly Latin text by the zero byte in every second place."""
    half = len(head) // 2
    if half < 4:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    name = None
    if odd > 0.4 * half and even < 0.05 * half:
        name = "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        name = "utf-16-be"
    return None if name is None or _CONTROL.search(head.decode(name, "replace")) else name


def _refuse_binary(head: bytes) -> None:
    """Refuse bytes full of control characters, which no text has."""
    if len(_CONTROL.findall(head.decode("latin-1"))) > 0.02 * len(head) and b"\x00" not in head:
        raise UnreadableFile("This is not a text file. Upload the list as CSV, XLSX, ODS or GeoJSON.")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _decodes(path: Path, encoding: str) -> bool:
    """Say whether the file decodes without a replaced character."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    clean = True
    for chunk in _chunks(path):
        text = decoder.decode(chunk)
        if "\x00" in text:
            raise UnreadableFile(_ZERO)
        clean = clean and "\ufffd" not in text
    return clean and "\ufffd" not in decoder.decode(b"", True)


def _count_utf8(path: Path) -> tuple[int, bytes, bool]:
    """Return the number of good multi-byte letters, the bytes that are no UTF-8, and if U+FFFD occurs."""
    good, bad, replaced = 0, bytearray(), False
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for chunk in _chunks(path):
        if b"\x00" in chunk:
            raise UnreadableFile(_ZERO)
        text = decoder.decode(chunk)
        if not text.isascii():
            foreign = len(text) - len(text.encode("ascii", "ignore"))
            found = "".join(_ESCAPED.findall(text))
            bad += bytes(ord(letter) - 0xDC00 for letter in found)
            good += foreign - len(found)
            replaced = replaced or "\ufffd" in text
    rest = decoder.decode(b"", True)
    bad += bytes(ord(letter) - 0xDC00 for letter in rest)
    return good, bytes(bad), replaced


def _legacy(path: Path) -> Encoding:
    """Choose between Windows-1252 and the Asian encodings for bytes that are not UTF-8."""
    with path.open("rb") as stream:
        head = stream.read(4 * _CHUNK)
    foreign = b"".join(line for line in head.splitlines(True) if not line.isascii())[: _CHUNK // 4]
    name = _asian(foreign) or "cp1252"
    label = {"cp1252": "Windows-1252", "cp932": "Shift-JIS", "cp949": "Korean (CP949)", "gb18030": "GB18030"}[
        name
    ]
    note = f"The text was read as {label}. If letters look wrong, choose another encoding."
    return Encoding(name, _decodes(path, name), note)


def _asian(data: bytes) -> str | None:
    """Name the Asian encoding in which nearly all letters above ASCII are its own, if there is one.

    The candidates are the strict forms, where both bytes of a letter are high: "é" followed by "n"
    must not pass for one ideograph.
    """
    if _share(data, "euc_kr", _HANGUL) >= 0.8:
        return "cp949"  # what Windows writes; all of EUC-KR is in it
    # Without kana, "é" and "n" read as one ideograph too; then only a byte Windows-1252 lacks tells.
    low, high = _HIRAGANA_TO_KATAKANA
    kana = any(low <= letter <= high for letter in data.decode("cp932", "replace"))
    if (kana or _NEVER_IN_CP1252.intersection(data)) and _share(
        data, "cp932", _HIRAGANA_TO_KATAKANA, _IDEOGRAPHS
    ) >= 0.8:
        return "cp932"
    if _share(data, "gb2312", _IDEOGRAPHS) >= 0.8:
        return "gb18030"
    return None


def _share(data: bytes, encoding: str, *ranges: tuple[str, str]) -> float:
    foreign = [letter for letter in data.decode(encoding, "replace") if letter > "\x7f"]
    if len(foreign) < 4:
        return 0.0
    own = sum(any(low <= letter <= high for low, high in ranges) for letter in foreign)
    return own / len(foreign)
