"""A person with a browser that knows no JavaScript: opens pages, fills in the forms that are on them, follows redirects."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.test import Client

from tests.html import Page

SKIPPED_TYPES = {"submit", "button", "file", "reset", "image"}


class Form:
    """One form of a page: where it goes, and what it holds as it stands."""

    def __init__(self, given: dict[str, str]) -> None:
        self.action = given.get("action", "")
        self.method = given.get("method", "get").lower()
        self.fields: dict[str, list[str]] = {}
        self.words = ""


class _Forms(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.open: Form | None = None
        self.select = self.textarea = ""
        self.first_options: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(given)
            self.forms.append(self.open)
        if self.open is None:
            return
        name = given.get("name", "")
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            if "selected" in given:
                self.open.fields.setdefault(self.select, []).append(given.get("value", ""))
            self.first_options.setdefault(self.select, given.get("value", ""))
        elif tag == "textarea":
            self.textarea = name
            self.open.fields.setdefault(name, [""])
        elif tag == "input" and name and given.get("type", "text") not in SKIPPED_TYPES:
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            self.open.fields.setdefault(name, []).append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            if self.open is not None and self.select in self.first_options:
                self.open.fields.setdefault(self.select, [self.first_options[self.select]])
            self.select, self.first_options = "", {}
        elif tag == "textarea":
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.open is None:
            return
        self.open.words += " " + " ".join(data.split())
        if self.textarea:
            self.open.fields[self.textarea] = [self.open.fields[self.textarea][0] + data]


class Person:
    """Somebody at a browser. Every page they see must be well made (`tests.html.Page`)."""

    def __init__(self) -> None:
        self.client = Client()
        self.url, self.html = "/", ""

    def open(self, url: str) -> str:
        """Go to a page and return its HTML."""
        return self._take(self.client.get(url, follow=True), url)

    def send(self, words: str, **changes: Any) -> str:
        """Fill in the form that contains these words (a button's, say) and send it; changes overwrite its fields."""
        found = [form for form in _Forms(self.html).forms if words in form.words or words in form.action]
        assert found, f"no form with “{words}” on {self.url}"
        form = found[0]
        data = {**form.fields, **changes}
        target = urljoin(self.url, form.action or self.url)
        send = self.client.post if form.method == "post" else self.client.get
        return self._take(send(target, data, follow=True), target)

    def follow(self, words: str) -> str:
        """Follow the first link with these words in it."""
        for match in re.finditer(r'<a[^>]*href="([^"]+)"[^>]*>(.*?)</a>', self.html, re.S):
            if words in re.sub(r"<[^>]+>|\s+", " ", match.group(2)):
                return self.open(urljoin(self.url, match.group(1).replace("&amp;", "&")))
        raise AssertionError(f"no link “{words}” on {self.url}")

    @property
    def text(self) -> str:
        """What can be read on the page's main part."""
        main = self.html.partition("<main")[2] or self.html
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()

    def sees(self, *words: str) -> None:
        """All of these words are on the page."""
        for each in words:
            assert each in self.text, f"“{each}” is not on {self.url}: {self.text[:1500]}"

    def _take(self, response: Any, url: str) -> str:
        self.url = response.redirect_chain[-1][0] if response.redirect_chain else url
        self.html = response.content.decode()
        assert response.status_code == 200, f"{response.status_code} at {self.url}: {self.text[:900]}"
        problems = Page(self.html).problems
        assert not problems, f"{self.url}: {problems}"
        return self.html
