"""What is true of every page: nothing unrendered, nothing the content security policy would drop, no dead address."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

UNRENDERED = re.compile(r"\{%|%\}|\{\{|\}\}|\{#|<c-")
ADDRESSES = {"href", "action", "formaction", "src", "hx-get", "hx-post", "hx-put", "hx-delete", "data-url"}
NAMELESS = {"hidden", "submit", "button", "reset", "image"}
HARMLESS_SCRIPTS = {"application/json", "application/ld+json"}


class Page(HTMLParser):
    """Reads a page or fragment and keeps a list of sentences about what is wrong with it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.controls: list[tuple[str, dict[str, str]]] = []
        self.headings: Counter[str] = Counter()
        self.addresses: set[str] = set()
        self.forms: list[tuple[bool, bool]] = []
        self.within_label = self.within_drawing = 0
        self.is_whole = html.lstrip().lower().startswith("<!doctype")
        self.feed(html)
        if found := UNRENDERED.search(re.sub(r"(?s)<script.*?</script>", "", html)):
            self.problems.append(f"unrendered: {html[max(0, found.start() - 40) : found.end() + 40]!r}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._policy(tag, given)
        if "id" in given:
            self.ids[given["id"]] += 1
        self.addresses |= {given[name] for name in ADDRESSES & given.keys() if (tag, name) != ("use", "href")}
        self.within_drawing += tag == "svg"
        if tag == "label":
            self.within_label += 1
            self.labelled.add(given.get("for", ""))
        if (
            tag in ("input", "select", "textarea")
            and given.get("type") not in NAMELESS
            and not self.within_label
        ):
            self.controls.append((tag, given))
        if tag == "img" and "alt" not in given:
            self.problems.append(f"a picture without alt: {given}")
        if tag in ("h1", "title", "main") and not self.within_drawing:
            self.headings[tag] += 1
        if tag == "form":
            self.forms.append((given.get("method", "get").lower() == "post", False))
        if given.get("name") == "csrfmiddlewaretoken" and self.forms:
            self.forms[-1] = (self.forms[-1][0], True)

    def handle_endtag(self, tag: str) -> None:
        self.within_label -= tag == "label"
        self.within_drawing -= tag == "svg"

    def _policy(self, tag: str, given: dict[str, str]) -> None:
        if tag == "script" and "src" not in given and given.get("type") not in HARMLESS_SCRIPTS:
            self.problems.append("an inline script")
        if tag == "style" or "style" in given:
            self.problems.append(f"an inline style on <{tag}>")
        if handlers := [name for name in given if name.startswith(("on", "hx-on"))]:
            self.problems.append(f"<{tag}> has {handlers}")

    def judged(self) -> list[str]:
        """Return everything that is wrong, as sentences."""
        twice = [name for name, times in self.ids.items() if times > 1]
        found = [*self.problems, *(f"the id {name!r} is there twice" for name in twice)]
        found += [
            f"a form that posts without a token ({n + 1}.)"
            for n, form in enumerate(self.forms)
            if form == (True, False)
        ]
        found += [
            f"a dead address: {address}"
            for address in sorted(self.addresses)
            if not _leads_somewhere(address)
        ]
        found += [
            f"<{tag} name={given.get('name')!r}> has no label"
            for tag, given in self.controls
            if not self._named(given)
        ]
        if self.is_whole:
            found += [f"{n} × <{tag}>" for tag in ("h1", "title", "main") if (n := self.headings[tag]) != 1]
        return found

    def _named(self, given: dict[str, str]) -> bool:
        own = given.get("aria-label") or given.get("aria-labelledby") or given.get("title")
        return bool(own) or given.get("id", "?") in self.labelled


def _leads_somewhere(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme in ("http", "https", "mailto", "tel", "data", "blob") or not parts.path:
        return parts.netloc in ("", "localhost:8000", "testserver")
    if parts.path.startswith(("/static/", "?")):
        return True
    try:
        resolve(parts.path)
    except Resolver404:
        return False
    return True
