"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, Any]:
    """Settings the layout shows or hands to the browser."""
    return {"UPLOAD_MAX_BYTES": settings.UPLOAD_MAX_BYTES, "DEPLOYED": settings.DEPLOYED}
