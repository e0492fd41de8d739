"""Which files may be kept about a site, and what they are, told from what is in them before what they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

from rollout import pictures
from sites.choices import AttachmentKind

PDF = "application/pdf"
ANY = "application/octet-stream"
MOST_FILES = 20
"""So many files are taken at once."""

# Nothing that runs on a double click. Everything unknown is kept, and only ever offered for saving.
_PROGRAMS = re.compile(
    r"exe|com|bat|cmd|msi|msp|scr|pif|cpl|dll|jar|apk|app|dmg|pkg|deb|rpm|vb[se]|m?js|jse|ws[fh]|hta|psm?1|sh|lnk|reg|scf"
    r"|url|chm|iso|img"
)
_PLAN_WORDS = re.compile(
    r"floor.?plan|ground.?plan|site.?plan|layout|blueprint|grundriss|plano|planta|piantina|plattegrond|\bplan\b|図面|平面|도면",
    re.IGNORECASE,
)
_DRAWINGS = frozenset({"dwg", "dxf", "vsd", "vsdx", "rvt", "ifc", "skp"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file is: its media type, the kind that suggests itself, whether it is a picture that can be shown small."""

    media_type: str
    kind: str
    is_picture: bool


class CannotKeep(ValueError):
    """A file that is not kept; the message is a sentence for the person who sent it."""


def look_at(content: IO[bytes], name: str) -> Seen:
    """Tell what a file is.

    Raises
    ------
    CannotKeep
        It is empty or a program.
    """
    suffix = PurePath(name).suffix.lower().lstrip(".")
    content.seek(0)
    head = content.read(1024)
    content.seek(0)
    if not head:
        raise CannotKeep(f"“{name}” is empty. Choose a file that has something in it.")
    if _PROGRAMS.fullmatch(suffix) or head.startswith((b"MZ", b"\x7fELF", b"#!")):
        raise CannotKeep(f"“{name}” is a program. Only plans, pictures and documents are kept here.")
    picture = pictures.media_type_of(content)
    media_type = picture or (PDF if b"%PDF-" in head else ANY)
    return Seen(media_type, _kind(name, suffix, is_picture=picture is not None), picture is not None)


def _kind(name: str, suffix: str, *, is_picture: bool) -> str:
    stem = PurePath(name).stem.replace("_", " ").replace("-", " ")
    if suffix in _DRAWINGS or _PLAN_WORDS.search(stem):
        return AttachmentKind.FLOOR_PLAN.value
    return AttachmentKind.PICTURE.value if is_picture else AttachmentKind.DOCUMENT.value


_CAMERA = re.compile(r"(img|dsc|dscn|pxl|image|photo|foto|picture|screenshot)?[\s\d.~()-]*", re.IGNORECASE)


def title_from(name: str, kind: str) -> str:
    """Return a title for people: the name without its ending; what it is, where a camera has only counted."""
    stem = re.sub(r"[_\s]+", " ", PurePath(name.replace("\\", "/")).stem).strip()
    return str(AttachmentKind(kind).label) if _CAMERA.fullmatch(stem) else stem[:160]
