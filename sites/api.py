"""The API of the estate."""

from typing import Any

from rest_framework.routers import SimpleRouter

router: Any = SimpleRouter()
