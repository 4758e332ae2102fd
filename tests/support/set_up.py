"""Somebody who sets a service up with a browser, in one process or over loopback."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit

import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from receiver.setting_up.app import create_app
from receiver.settings import load
from tests.support.api import NOON
from tests.support.github import StandIn

CODE = "ABCD-EFGH-JKLM"
WISH = {
    "address": "https://whichrun.example",
    "forwarder": "",
    "name": "acme-whichrun",
    "organization": "",
    "users": "",
}


class Form(HTMLParser):
    """The first form of a page that leads away from the service: where it goes, and what it says."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self._reading = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what belongs to the form."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("action", "").startswith("http"):
            self.action, self._reading = given["action"], True
        elif tag == "input" and self._reading:
            self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """See the end of the form."""
        self._reading = self._reading and tag != "form"


@dataclass
class Setting:
    """A set-up in this process: ``now`` is what its clock says, ``ended`` how often it was told to end."""

    github: StandIn
    now: datetime = NOON
    ended: list[None] = field(default_factory=list)
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        """Begin one, over the settings of the working folder."""
        app = create_app(load(), CODE, clock=lambda: self.now, end=lambda: self.ended.append(None))
        self.client = app.test_client()

    def send(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> TestResponse:
        """Send a form, as a browser does from one of the service's pages."""
        given = {"Origin": "http://localhost"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, data=fields or {}, headers=given)

    def enter(self) -> None:
        """Give the code."""
        assert self.send("/setup", {"code": CODE}).status_code == 303

    def form(self, **fields: str) -> Form:
        """Say what the App is to be; return the form that takes that to GitHub."""
        answer = self.send("/setup/app", WISH | fields)
        assert answer.status_code == 200, answer.text
        return Form(answer.text)

    def at_github(self, form: Form) -> str:
        """Have GitHub make the App; return where it leads back to, without the host."""
        return back_from(form)

    def way_back(self, **fields: str) -> str:
        """Go to GitHub and back; return the path and query that the browser is led to."""
        self.enter()
        return self.at_github(self.form(**fields))


def back_from(form: Form) -> str:
    """Post a form to GitHub, as a browser; return the path and query that it leads back to."""
    answer = requests.post(form.action, data=form.fields, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


def words(page: str) -> str:
    """Return the words of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())
