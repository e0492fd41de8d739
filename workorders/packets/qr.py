"""QR codes as SVG."""

from __future__ import annotations

from io import BytesIO

import segno

QUIET_ZONE = 2
"""Light modules around the code. The standard asks for four; the printed page adds the rest as white margin."""


def qr_svg(text: str) -> bytes:
    """A QR code, black on white, without size, so that the page decides how large it is.

    Parameters
    ----------
    text
        What the code says, at most about 2,000 bytes; error correction Q survives a crease or a thumb print.

    Raises
    ------
    ValueError
        When the text is empty or too long for one code.
    """
    if not text:
        raise ValueError("A QR code needs something to say.")
    out = BytesIO()
    # boost_error would change the picture with the length of the link; one level keeps packets alike.
    code = segno.make_qr(text, error="q", boost_error=False)
    code.save(
        out,
        kind="svg",
        border=QUIET_ZONE,
        xmldecl=False,
        svgns=True,
        omitsize=True,
        svgclass=None,
        lineclass=None,
    )
    return out.getvalue()
