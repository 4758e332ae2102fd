"""The page: signing in, the list, a story with what people add to it, runs and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from receiver.pages import POLICY, assets
from receiver.pages.session import COOKIE, LASTS
from resolver.model.github import Kind
from tests.support.api import AGENT, TOKEN, Api, open_api
from tests.support.browser import Browser, Page
from tests.support.builders import MAINTAINER

PAGES = ("/", "/reports", "/runs", "/statistics", "/feedback/1", "/runs/u")
HOSTILE = '<script>alert(1)</script> & "quoted" <img src=x onerror=alert(2)> {{ 7 * 7 }}'


@pytest.fixture
def api(tmp_path: Path, migrated_url: str) -> Iterator[Api]:
    """Open a service with a run, a comment that it signed, and feedback on that."""
    with open_api(tmp_path, database_url=migrated_url) as opened:
        marks = opened.register("u", agent_name="writer", prompt_version_id="prompt-7")
        opened.see(marks["hidden_comment"], id=31, kind=Kind.REVIEW_COMMENT, author=AGENT)
        opened.give("say it in one line", id=32, kind=Kind.REVIEW_COMMENT, reply_to=31)
        yield opened


@pytest.fixture
def browser(api: Api) -> Browser:
    """Return somebody who is signed in with the token of the settings."""
    signed_in = Browser(api.app)
    assert signed_in.sign_in(TOKEN).status_code == 303
    return signed_in


def token(api: Api, *scopes: str) -> tuple[str, int]:
    """Make a token; return its secret and its id."""
    made = api.post("/tokens", {"name": "reader", "scopes": list(scopes)})
    assert made.json is not None
    return made.json["token"], made.json["id"]


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_anything_without_signing_in(api: Api, path: str) -> None:
    """Who is not signed in is led to the form, which leads back."""
    stranger = Browser(api.app)
    answer = stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")
    part = stranger.get(path, HX_Request="true")
    assert (part.status_code, part.headers["HX-Redirect"], part.data) == (204, "/sign-in", b"")
    assert stranger.page(answer.headers["Location"]).forms == ["/sign-in"]


@pytest.mark.parametrize("given", ["", "nonsense", TOKEN + "x", "é" * 40])
def test_a_token_that_is_none_is_refused(api: Api, given: str) -> None:
    """A wrong token is told in words, and begins no session."""
    stranger = Browser(api.app)
    answer = stranger.sign_in(given)
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "Set-Cookie" not in answer.headers
    assert stranger.get("/").status_code == 303


def test_the_cookie_is_of_no_use_to_others(api: Api) -> None:
    """No program can read the session's cookie, no other site sends it, and over HTTPS it stays there."""
    cookie = Browser(api.app).sign_in(TOKEN).headers["Set-Cookie"]
    assert TOKEN not in cookie
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    secure = Browser(api.app).client.post(
        "/sign-in", base_url="https://localhost", data={"token": TOKEN}, headers={"Origin": "https://localhost"}
    )
    assert "Secure" in secure.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("to", "expected"),
    [("/runs?agent=a", "/runs?agent=a"), ("https://evil.example/", "/"), ("//evil.example", "/"), ("/\\evil", "/")],
)
def test_signing_in_leads_nowhere_else(api: Api, to: str, expected: str) -> None:
    """After signing in one is where one wanted to be, and never on another site."""
    answer = Browser(api.app).send("/sign-in", {"token": TOKEN, "to": to})
    assert answer.headers["Location"] == expected


def test_signing_out_ends_the_session_everywhere(browser: Browser, api: Api) -> None:
    """A cookie that was copied before is of no use after signing out."""
    copied = browser.client.get_cookie(COOKIE)
    assert copied is not None
    assert browser.send("/sign-out", {}).status_code == 303
    thief = Browser(api.app)
    thief.client.set_cookie(COOKIE, copied.value)
    assert thief.get("/").status_code == 303


def test_a_session_ends_by_itself(browser: Browser, api: Api) -> None:
    """After half a day one has to sign in again."""
    api.now += LASTS - timedelta(seconds=1)
    assert browser.get("/").status_code == 200
    api.now += timedelta(seconds=1)
    assert browser.get("/").status_code == 303


def test_a_session_is_worth_what_its_token_is_worth(api: Api) -> None:
    """It may what the token may; when the token is revoked, it is over at once."""
    secret, number = token(api, "feedback:read")
    reader = Browser(api.app)
    assert reader.sign_in(secret).status_code == 303
    assert "/feedback/1/resolution" not in reader.page("/feedback/1").forms
    assert reader.get("/runs").status_code == 403
    assert reader.send("/feedback/1/status", {"status": "analyzed"}).status_code == 403
    assert api.client.delete(f"/v1/tokens/{number}", headers=api.headers).status_code == 204
    assert reader.get("/").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:81"},
        {"Origin": "http://localhost", "Sec_Fetch_Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/feedback/1/status", "/reports/1/entries"])
def test_another_site_changes_nothing(browser: Browser, path: str, headers: dict[str, str]) -> None:
    """A form that stands on another site is refused, whatever cookies come with it."""
    fields = {"token": TOKEN, "status": "analyzed", "type": "note", "text": "mine"}
    assert browser.send(path, fields, **headers).status_code == 403
    assert browser.page("/feedback/1").text.count("mine") == 0


@pytest.mark.parametrize("path", [*PAGES, "/sign-in", "/feedback/999", "/?status=none"])
def test_pages_load_nothing_of_others_and_run_nothing_of_texts(browser: Browser, path: str) -> None:
    """Every page has the strict policy, loads only what this service has, and holds no code of its own."""
    answer = browser.get(path)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    page = Page(answer.text)
    assert page.loads
    assert all(one.startswith(assets.PREFIX) for one in page.loads)
    assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
    assert "style" not in page.tags
    for one in page.loads:
        assert browser.get(one).headers["Cache-Control"] == assets.FOR_EVER


@pytest.mark.parametrize("path", ["/assets/x/none.css", "/assets/x/style.txt", "/assets/x/..%2f__init__.py"])
def test_only_what_pages_load_is_served(browser: Browser, path: str) -> None:
    """Nothing else of the service's folder can be had."""
    assert browser.get(path).status_code == 404


def test_the_first_page_is_small(browser: Browser) -> None:
    """The list and all that it loads are less than 100 KB."""
    first = browser.get("/")
    loaded = {one: len(browser.get(one).data) for one in Page(first.text).loads}
    assert len(first.data) + sum(loaded.values()) < 100_000


def test_the_list_is_filtered(browser: Browser, api: Api) -> None:
    """Filters of the address hold, empty ones ask nothing, and what is no filter is an error in words."""
    api.give("nobody's", id=900, number=6)
    assert {"say it in one line", "nobody's"} <= set(re.findall("say it in one line|nobody's", browser.page("/").text))
    exact = browser.page("/?confidence=exact&status=&agent=").text
    assert "say it in one line" in exact
    assert "nobody's" not in exact
    assert "No feedback fits" in browser.page("/?agent=none").text
    wrong = browser.get("/?confidence=maybe")
    assert wrong.status_code == 422
    assert "confidence" in wrong.text


def test_the_list_goes_on(browser: Browser, api: Api) -> None:
    """Older feedback is on further pages: each piece stands on one of them."""
    for number in range(60):
        api.give(f"number {number:02}", id=1000 + number)
    seen: list[str] = []
    path = "/"
    while path:
        page = browser.page(path)
        seen += re.findall(r"number \d\d", page.text)
        path = next((link for link in page.links if "cursor=" in link), "")
    assert sorted(seen) == [f"number {number:02}" for number in range(60)]


def test_the_list_is_live(browser: Browser, api: Api) -> None:
    """A page asks for what is new with the newest change that it knows, and gets nothing until there is one."""
    ask = re.search(r'hx-get="([^"]+)"', browser.get("/").text)
    assert ask is not None
    path = ask[1].replace("&amp;", "&")
    assert browser.get(path, HX_Request="true").status_code == 204
    api.give("something new", id=901)
    part = browser.get(path, HX_Request="true")
    assert part.status_code == 200
    assert "something new" in part.text
    assert "<html" not in part.text


def test_a_story_tells_all(browser: Browser) -> None:
    """What was written, the run with its prompt, and each step with what it looked at."""
    page = browser.page("/feedback/1")
    for words in (
        "say it in one line",
        MAINTAINER.login,
        "exact",
        "writer",
        "prompt-7",
        "The comment replied to",
        "decided",
    ):
        assert words in page.text, words
    assert "/runs/u" in page.links


def test_a_correction_stands(browser: Browser, api: Api) -> None:
    """A person's answer is kept with its reason; a run that is none, or no reason, is an error in words."""
    assert browser.send("/feedback/1/resolution", {"span_id": "none", "reason": "x"}).status_code == 422
    assert browser.send("/feedback/1/resolution", {"span_id": "", "reason": ""}).status_code == 422
    assert browser.send("/feedback/1/resolution", {"span_id": "", "reason": "a person wrote it"}).status_code == 303
    answer = api.get("/feedback/1").json
    assert answer is not None
    assert (answer["resolution"]["mode"], answer["resolution"]["span_id"]) == ("manual", None)
    assert "a person wrote it" in browser.page("/feedback/1").text
    assert browser.send("/feedback/999/resolution", {"span_id": "", "reason": "x"}).status_code == 404


def test_the_log_takes_what_people_add(browser: Browser, api: Api) -> None:
    """Each form appends an entry of its type, by whoever signed in; the page shows it."""
    said = {
        "note": {"text": "Looked into it.\r\nTwice."},
        "priority_judgment": {"choice": "P1", "text": "Many ask for it."},
        "actionability_judgment": {"choice": "requires_human_input", "text": "Ask Mona."},
        "dismissal": {"text": "Done elsewhere."},
    }
    for kind, fields in said.items():
        answer = browser.send("/reports/1/entries", {"type": kind, **fields})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/feedback/1#report"), kind
    entries = api.get("/reports/1/entries").json
    assert entries is not None
    assert {entry["type"] for entry in entries["items"]} >= said.keys()
    assert {"agent": "WHICHRUN_API_TOKEN", "kind": "agent"} in [entry["producer"] for entry in entries["items"]]
    assert all(fields["text"].split()[0] in browser.page("/feedback/1").text for fields in said.values())
    assert [entry["content"] for entry in entries["items"] if entry["type"] == "note"] == [
        {"note": "Looked into it.\nTwice."}
    ]
    for wrong in ({"type": "resolution", "text": "x"}, {"type": "note", "text": ""}, {"type": "priority_judgment"}):
        assert browser.send("/reports/1/entries", wrong).status_code == 422
    assert browser.send("/reports/1/entries", {"type": "note", "text": "x", "extra": "y"}).status_code == 422


def test_a_report_is_resolved_by_hand(browser: Browser) -> None:
    """Its status changes with a reason, and the list of reports shows it."""
    assert browser.send("/reports/1/status", {"status": "withdrawn", "reason": ""}).status_code == 422
    assert browser.send("/reports/1/status", {"status": "resolved", "reason": "it is done"}).status_code == 303
    assert "it is done" in browser.page("/feedback/1").text
    assert "resolved" in browser.page("/reports?status=resolved").text
    assert "No report fits" in browser.page("/reports?status=open").text
    assert browser.get("/reports/1").headers["Location"] == "/feedback/1#report"
    assert browser.get("/reports/999").status_code == 404


def test_a_run_shows_what_it_made_and_got(browser: Browser) -> None:
    """Everything that a run made, and the feedback that reached it."""
    assert "/runs/u" in browser.page("/runs?agent=writer").links
    page = browser.page("/runs/u")
    assert "review comment" in page.text
    assert "say it in one line" in page.text
    assert browser.get("/runs/none").status_code == 404


def test_numbers_say_what_would_close_a_gap(browser: Browser, api: Api) -> None:
    """Shares by agent, prompt version and repository, and for what is not exact what would change that."""
    api.give("nobody's", id=900, number=6)
    api.now += timedelta(minutes=1)
    page = browser.page("/statistics")
    assert "50 %" in page.text
    assert "prompt-7" in page.text
    assert "Where evidence is missing" in page.text
    assert browser.get("/statistics?since=2026-10-01T00:00:00Z&until=2026-09-01T00:00:00Z").status_code == 422


def test_texts_of_strangers_are_shown_as_texts(browser: Browser, api: Api) -> None:
    """Whatever somebody writes on GitHub, or an agent into a log, is words on the page, and nothing else."""
    number = api.give(HOSTILE, id=902)
    shown = browser.page(f"/feedback/{number}")
    browser.send("/reports/2/entries", {"type": "note", "text": HOSTILE})
    for page in (shown, browser.page(f"/feedback/{number}"), browser.page("/"), browser.page("/reports")):
        assert page.tags.count("script") == 1
        assert "img" not in page.tags
    assert "{{ 7 * 7 }}" in shown.text


def test_what_is_too_large_or_no_form_is_refused(browser: Browser) -> None:
    """A body that is no form, or larger than a form may be, is an error in words."""
    large = browser.client.post("/reports/1/entries", data={"type": "note", "text": "x" * 2_000_000})
    assert large.status_code == 413
    json = browser.client.post("/reports/1/entries", json={"type": "note"})
    assert json.status_code == 415
