"""What must never happen while somebody uses a page: errors in the console, broken rules of the CSP, strangers asked."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

# The browser tells of these in the console by itself, except when a report is all there is.
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.effectiveDirective} refused ${event.blockedURI} ${event.sample}`));
"""


class Watch:
    """Everything wrong with the pages of one context since somebody last looked."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.origin = origin
        self.faults: list[str] = []
        self.forgiven: list[str] = []
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)

    def forgive(self, *patterns: str) -> None:
        """Let errors of the console pass that the test itself provokes, such as being offline."""
        self.forgiven.extend(patterns)

    def take(self) -> list[str]:
        """What went wrong so far; asked again, only what is new."""
        faults, self.faults = self.faults, []
        return [fault for fault in faults if not any(re.search(one, fault) for one in self.forgiven)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def _error(self, error: WebError) -> None:
        self.faults.append(f"uncaught: {error.error}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.faults.append(f"another origin: {request.url}")
