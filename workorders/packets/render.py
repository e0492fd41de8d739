"""Print an HTML page to PDF without ever reaching outside.

The page may use only assets handed in by name (``asset:NAME``). Every other address, whatever its scheme, is refused and
recorded, so a hostile text can neither read a file nor call a server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import Image, UnidentifiedImageError
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.urls import URLFetcher, URLFetcherResponse

MAX_HTML_CHARACTERS = 4_000_000
MAX_ASSET_BYTES = 25_000_000
MAX_PIXELS = 50_000_000
MAX_ASSETS = 400
MAX_PAGES = 150
DPI = 150
JPEG_QUALITY = 75

_SCHEME = "asset:"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
# Given to render() and to write_pdf(): with only one of the two, pictures are embedded as they came (15 MB instead of 2).
_OPTIONS = {"optimize_images": True, "jpeg_quality": JPEG_QUALITY, "dpi": DPI, "pdf_tags": True}


class PacketNotRendered(Exception):
    """A packet could not be printed; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A printed packet.

    Parameters
    ----------
    pdf
        The file.
    pages
        Number of pages.
    refused
        Addresses the page asked for and did not get, in order. Empty for every packet of ours.
    missing_characters
        Characters no installed font can print, in code point order. They appear as boxes.
    """

    pdf: bytes
    pages: int
    refused: tuple[str, ...] = ()
    missing_characters: str = ""


def render_pdf(html: str, *, assets: Mapping[str, bytes], css: str) -> Rendered:
    """Print a page.

    Parameters
    ----------
    html
        A complete document. Its ``title`` becomes the title of the PDF, its headings the outline.
    assets
        Pictures by name, reachable as ``asset:NAME``: PNG, JPEG, GIF or WebP, at most 25 MB and 50 megapixels each.
    css
        The stylesheet.

    Raises
    ------
    PacketNotRendered
        When the page or a picture is too large, is no picture, or nests too deeply to be laid out.

    Notes
    -----
    About 0.15 s of processor time per page, nearly all of it layout. Not bounded in time by itself: callers run it in a worker with a
    time limit.
    """
    _check_size(html, assets)
    fetcher = _AssetFetcher(assets)
    try:
        page = HTML(string=html, url_fetcher=fetcher)
        document = page.render(stylesheets=[_stylesheet(css)], **_OPTIONS)
        pages = len(document.pages)
        if pages > MAX_PAGES:
            raise PacketNotRendered(
                f"The packet has {pages} pages; {MAX_PAGES} is the limit. Shorten its steps."
            )
        pdf = document.write_pdf(**_OPTIONS)
    except RecursionError as problem:
        raise PacketNotRendered(
            "The packet is nested too deeply to be printed. Simplify its text."
        ) from problem
    return Rendered(pdf, pages, tuple(fetcher.refused), _missing_characters(document))


class _AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Serves the given assets and nothing else."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=("asset",), allow_redirects=False)
        self._assets = assets
        self.refused: list[str] = []

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return an asset; refuse everything else by an exception, which WeasyPrint turns into a missing picture."""
        name = url.removeprefix(_SCHEME)
        if not url.startswith(_SCHEME) or not _NAME.fullmatch(name) or name not in self._assets:
            self.refused.append(url[:200])
            raise ValueError("Only the packet's own pictures can be used.")
        data = self._assets[name]
        return URLFetcherResponse(url, data, {"Content-Type": _picture_type(name, data)})


def _check_size(html: str, assets: Mapping[str, bytes]) -> None:
    if len(html) > MAX_HTML_CHARACTERS:
        raise PacketNotRendered("The packet's text is too long to be printed. Shorten its steps.")
    if len(assets) > MAX_ASSETS:
        raise PacketNotRendered(f"The packet has more than {MAX_ASSETS} pictures. Take some out.")
    for name, data in assets.items():
        if len(data) > MAX_ASSET_BYTES:
            raise PacketNotRendered(f"The picture {name} is larger than 25 MB. Use a smaller one.")
        _picture_type(name, data)


def _picture_type(name: str, data: bytes) -> str:
    """Media type of a picture from its bytes; only the header is read, so a huge picture costs nothing."""
    try:
        with Image.open(BytesIO(data), formats=tuple(_TYPES)) as picture:
            width, height = picture.size
            kind = str(picture.format)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as problem:
        raise PacketNotRendered(
            f"The file {name} is not a picture that can be printed. Use PNG or JPEG."
        ) from problem
    if width * height > MAX_PIXELS:
        raise PacketNotRendered(f"The picture {name} has more than 50 megapixels. Use a smaller one.")
    return _TYPES[kind]


@lru_cache(maxsize=4)
def _stylesheet(css: str) -> CSS:
    """The parsed stylesheet, kept for the next packet; it may load nothing at all."""
    return CSS(string=css, url_fetcher=_AssetFetcher({}))


def _missing_characters(document: Document) -> str:
    """Characters WeasyPrint found no glyph for while it drew the pages."""
    return "".join(map(chr, sorted({code for font in document.fonts.values() for code in font.missing})))
