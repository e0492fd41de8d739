"""Tell pictures from everything else, whatever they call themselves."""

from __future__ import annotations

import warnings
from typing import IO

import pillow_heif
from PIL import Image, UnidentifiedImageError

pillow_heif.register_heif_opener()

MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}
MOST_PIXELS = 120_000_000


def media_type_of(content: IO[bytes]) -> str | None:
    """Return the media type of a picture that can be opened, None for anything else; leaves the file rewound."""
    content.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(content, formats=list(MEDIA_TYPES)) as picture:
                width, height = picture.size
                known = MEDIA_TYPES.get(picture.format or "")
                picture.verify()
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
    ):
        return None
    finally:
        content.seek(0)
    return known if width * height <= MOST_PIXELS else None
