"""Inline SVG icons from `static/icons.svg`, which `npm run build` makes out of `assets/icons.txt`."""

import re
from functools import cache

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SPRITE = "icons.svg"
_SYMBOL = re.compile(r'<symbol id="([^"]+)" viewBox="[^"]*"( data-filled="1")?>(.*?)</symbol>', re.S)


class UnknownIcon(LookupError):
    """A template names an icon that is not in the sprite."""

    def __init__(self, name: str) -> None:
        super().__init__(f'There is no icon "{name}". Add it to assets/icons.txt and run "npm run icons".')


@cache
def icon_shapes() -> dict[str, tuple[str, bool]]:
    """Return name → (SVG shapes, whether they are filled instead of stroked)."""
    text = (settings.BASE_DIR / "static" / SPRITE).read_text(encoding="utf-8")
    return {name: (shapes, bool(filled)) for name, filled, shapes in _SYMBOL.findall(text)}


def icon_svg(name: str, *, label: str = "", classes: str = "") -> SafeString:
    """Return the icon as inline SVG; without a `label` it is decoration and hidden from screen readers.

    Raises
    ------
    UnknownIcon
        When the sprite has no such icon.
    """
    try:
        shapes, filled = icon_shapes()[name]
    except KeyError:
        raise UnknownIcon(name) from None
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    paint = "currentColor" if filled else "none"
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" fill="{}" stroke="{}" stroke-linecap="round" '
        'stroke-linejoin="round" {}>{}</svg>',
        f"icon {classes}".strip(),
        paint,
        "none" if filled else "currentColor",
        spoken,
        mark_safe(shapes),  # noqa: S308 - from our own sprite, never from a person
    )
