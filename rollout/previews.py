"""Small pictures for people who judge many: right way up, without place or camera data, and readable by every browser."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from PIL import Image, ImageFile, ImageOps

from rollout import pictures

LONGEST_SIDE = 1280
QUALITY = 80
MEDIA_TYPE = "image/jpeg"


def preview_of(content: IO[bytes]) -> bytes:
    """Return a JPEG of at most 1280 px on its longer side.

    The camera's orientation is applied to the pixels; no metadata is carried over. Transparency (signatures) becomes white.

    Raises
    ------
    OSError
        When the picture cannot be decoded, though its header could be read.
    """
    content.seek(0)
    with _whole_pictures_only(), Image.open(content, formats=list(pictures.MEDIA_TYPES)) as opened:
        # Lets libjpeg decode a large photo at a fraction of the memory.
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        flat = _on_white(upright)
    kept = io.BytesIO()
    flat.save(kept, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return kept.getvalue()


@contextmanager
def _whole_pictures_only() -> Iterator[None]:
    """Where packets are rendered WeasyPrint lets Pillow pass half a picture for a whole one; a half one shows nothing."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _on_white(picture: Image.Image) -> Image.Image:
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    ground = Image.new("RGB", picture.size, "white")
    shown = picture.convert("RGBA")
    ground.paste(shown, mask=shown.getchannel("A"))
    return ground
