"""A browser without a screen or programs: it keeps cookies, follows forms, and reads pages."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser

from flask import Flask
from werkzeug.test import TestResponse


class Page(HTMLParser):
    """What a page holds: its ``text``, where it ``links`` to, where its ``forms`` go, and what it ``loads``."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[str] = []
        self.loads: list[str] = []
        self.attributes: set[str] = set()
        self.tags: list[str] = []
        self._text: list[str] = []
        self.feed(html)

    @property
    def text(self) -> str:
        """Return the words, with one space between any two."""
        return " ".join(" ".join(self._text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag says."""
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes.update(given)
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "form":
            self.forms.append(given.get("action", ""))
        if tag in {"script", "img", "link", "iframe"}:
            self.loads.append(given.get("src") or given.get("href", ""))

    def handle_data(self, data: str) -> None:
        """Note words."""
        self._text.append(data)


class Browser:
    """Somebody who looks at an app's pages."""

    def __init__(self, app: Flask) -> None:
        """Open no page yet."""
        self.client = app.test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        """Ask for a page."""
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def page(self, path: str) -> Page:
        """Return a page that is there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return Page(answer.text)

    def send(self, path: str, fields: Mapping[str, str], **headers: str) -> TestResponse:
        """Send a form, as a browser does from a page of this service."""
        given = {"Origin": "http://localhost"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, data=fields, headers=given)

    def sign_in(self, token: str) -> TestResponse:
        """Sign in."""
        return self.send("/sign-in", {"token": token, "to": "/"})
