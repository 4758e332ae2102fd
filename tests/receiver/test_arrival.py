"""The page that shows whether deliveries arrive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from receiver.founded import Founded, remember
from receiver.metrics import scrape
from tests.support.api import TOKEN, Api, open_api
from tests.support.browser import Browser
from tests.support.builders import ping


@pytest.fixture
def api(tmp_path: Path, migrated_url: str) -> Iterator[Api]:
    """Open a service that has got nothing yet."""
    with open_api(tmp_path, database_url=migrated_url) as opened:
        yield opened


@pytest.fixture
def operator(api: Api) -> Browser:
    """Return whoever holds the token of the settings."""
    signed_in = Browser(api.app)
    signed_in.sign_in(TOKEN)
    return signed_in


def deliver(api: Api, secret: str) -> int:
    """Send a ping that is signed with a secret; return the status."""
    sent = ping()
    return api.client.post("/webhooks/github", data=sent.body, headers=sent.headers(secret)).status_code


def renewed(browser: Browser) -> str | None:
    """Ask as htmx does, with what the page shows; None where nothing is new."""
    ask = re.search(r'hx-get="([^"]+)"', browser.get("/first-delivery").text)
    assert ask is not None
    answer = browser.get(ask[1].replace("&amp;", "&"), HX_Request="true")
    return None if answer.status_code == 204 else answer.text


def test_it_is_for_who_runs_the_service(api: Api) -> None:
    """A token without the scope admin does not open it."""
    made = api.post("/tokens", {"name": "reader", "scopes": ["feedback:read"]}).json
    assert made is not None
    reader = Browser(api.app)
    assert reader.get("/first-delivery").status_code == 303
    reader.sign_in(made["token"])
    assert reader.get("/first-delivery").status_code == 403


def test_the_first_delivery_is_shown_when_it_is_there(api: Api, operator: Browser) -> None:
    """It waits, gets nothing while nothing comes, and then shows the delivery as verified."""
    waiting = operator.get("/first-delivery").text
    assert "Waiting for the first delivery" in waiting
    assert renewed(operator) is None
    ask = re.search(r'hx-get="([^"]+)"', waiting)
    assert ask is not None
    assert deliver(api, "hook") == 202
    part = operator.get(ask[1].replace("&amp;", "&"), HX_Request="true").text
    assert "signatures are verified" in part
    assert "ping" in part
    assert "<html" not in part


def test_a_page_from_before_the_start_is_loaded_anew(operator: Browser) -> None:
    """What the set-up showed while the service was starting becomes the whole page, with the way on."""
    answer = operator.get("/first-delivery?after=", HX_Request="true")
    assert (answer.status_code, answer.headers["HX-Refresh"], answer.data) == (204, "true", b"")


def test_a_refused_signature_is_shown_with_what_to_do(api: Api, operator: Browser) -> None:
    """Of a delivery whose signature does not hold the page says that it came, and which secrets to compare."""
    before = scrape.refusals()["bad_signature"]
    assert deliver(api, "another secret") == 401
    assert scrape.refusals()["bad_signature"] == before + 1
    text = operator.page("/first-delivery").text
    assert "the signature does not hold" in text
    assert "WHICHRUN_WEBHOOK_SECRETS" in text
    assert "Waiting for the first delivery" in text


def test_it_leads_to_the_installation_of_the_app_that_was_made(api: Api, operator: Browser) -> None:
    """After a set-up it names the App, and leads to where it is installed; without, or for another, it says where."""
    assert "Developer settings" in operator.page("/first-delivery").text
    remember(api.services, Founded(7, "acme-whichrun", "https://github.com/apps/acme-whichrun"))
    assert "Developer settings" in operator.page("/first-delivery").text
    api.services.settings.__dict__["github_app_id"] = 7
    page = operator.page("/first-delivery")
    assert "https://github.com/apps/acme-whichrun/installations/new" in page.links
    assert "acme-whichrun is connected" in page.text
