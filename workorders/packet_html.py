"""A packet's content as the HTML page that is printed. The only part of printing that knows Django."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from workorders.packets import fingerprint as fingerprints
from workorders.packets.present import present
from workorders.packets.qr import qr_svg

_STYLESHEET = Path(__file__).resolve().parent.parent / "static" / "packet" / "packet.css"


def packet_html(
    content: Mapping[str, Any], *, live_url: str, issued_at: datetime, fingerprint: str | None = None
) -> str:
    """The packet as a complete HTML page for :func:`workorders.packets.render.render_pdf`.

    Parameters
    ----------
    content
        Content of a compiled packet.
    live_url
        Absolute address of the page that tells whether this packet is the latest; printed as QR code and link.
    issued_at
        Moment of issue, with a time zone; printed as a date at the site.
    fingerprint
        The packet's hash, when the caller has it already.
    """
    full = fingerprint or fingerprints.fingerprint(content)
    context = present(content, live_url=live_url, issued_at=issued_at, fingerprint=full)
    # The code is drawn by us from an address made by us; it holds no text of anybody else.
    picture = mark_safe(qr_svg(live_url).decode())  # noqa: S308
    return render_to_string(
        "workorders/packet/packet.html",
        {**context, "fingerprint": full, "qr": picture},
    )


@cache
def packet_css() -> str:
    """The stylesheet of the printed packet."""
    return _STYLESHEET.read_text(encoding="utf-8")
