"""Signing in through GitHub: who gets in, as whom, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from pydantic import SecretStr
from werkzeug.test import TestResponse

from receiver.auth import SCOPES_OF_PEOPLE
from receiver.pages.session import COOKIE
from receiver.pages.sign_in import CALLBACK, TICKET
from receiver.settings import Settings
from receiver.signing_in import LASTS, SignIns
from resolver.model.github import Kind
from resolver.model.tokens import Scope
from tests.support.api import AGENT, TOKEN, Api, open_api
from tests.support.browser import Browser, Page
from tests.support.builders import MAINTAINER, OUTSIDER, Person
from tests.support.github import StandIn, faults

NAMED = frozenset({MAINTAINER.login.lower()})
CODE_OF_STRANGER = "0123456789"


@dataclass
class Door:
    """A service with GitHub beside it."""

    api: Api
    github: StandIn

    def browser(self) -> Browser:
        """Return somebody's browser."""
        return Browser(self.api.app)

    def depart(self, browser: Browser, to: str = "/") -> str:
        """Set out for GitHub; return where one is led."""
        answer = browser.get(f"/sign-in/github?to={to}")
        assert answer.status_code == 303
        return answer.headers["Location"]

    def at_github(self, address: str) -> str:
        """Be at GitHub, and return to where it leads: the path and query at the service."""
        answer = requests.get(address, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["location"])
        return f"{back.path}?{back.query}"

    def sign_in(self, browser: Browser, to: str = "/") -> TestResponse:
        """Go all the way."""
        return browser.get(self.at_github(self.depart(browser, to)))


@pytest.fixture
def door(tmp_path: Path, migrated_url: str) -> Iterator[Door]:
    """Open a service whose page knows the maintainer, who is signed in at GitHub."""
    with StandIn() as github:
        github.web.visitor = MAINTAINER
        settings = {
            "github_api_url": github.url,
            "github_client_id": github.app.client_id,
            "github_client_secret": SecretStr(github.web.client_secret),
            "page_users": NAMED,
        }
        with open_api(tmp_path, database_url=migrated_url, **settings) as api:
            marks = api.register("u")
            api.see(marks["hidden_comment"], id=31, kind=Kind.REVIEW_COMMENT, author=AGENT)
            api.give("say it in one line", id=32, kind=Kind.REVIEW_COMMENT, reply_to=31)
            yield Door(api, github)


def test_who_is_named_gets_in(door: Door) -> None:
    """Whom the settings name is led to GitHub and back to where they wanted to be, and is shown by their login."""
    browser = door.browser()
    assert "/sign-in/github?to=/runs" in browser.page("/sign-in?to=/runs").links
    answer = door.sign_in(browser, "/runs")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/runs")
    assert MAINTAINER.login in browser.page("/").text


def test_what_is_asked_of_github(door: Door) -> None:
    """GitHub is told the App, the way back and PKCE's challenge, and asked nothing but whose token it gave."""
    browser = door.browser()
    asked = parse_qs(urlsplit(door.depart(browser)).query)
    assert asked["client_id"] == [door.github.app.client_id]
    assert asked["redirect_uri"] == [f"http://localhost{CALLBACK}"]
    assert asked["code_challenge_method"] == ["S256"]
    assert "scope" not in asked
    door.github.forget()
    assert door.sign_in(browser).status_code == 303
    assert [one.raw_path for one in door.github.requests] == [
        "/login/oauth/authorize",
        "/login/oauth/access_token",
        "/user",
    ]


def test_nothing_of_the_token_is_kept(door: Door, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The user's token stands nowhere afterwards: not in the store, not in an answer, not in the log."""
    browser = door.browser()
    answer = door.sign_in(browser)
    (token,) = door.github.web.tokens
    told = f"{answer.headers} {answer.text} {browser.get('/').text} {caplog.text}"
    assert token not in told
    assert door.github.web.client_secret not in told
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and token.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("names", "person", "gets_in"),
    [
        (str(MAINTAINER.id), MAINTAINER, True),
        (MAINTAINER.login.upper(), MAINTAINER, True),
        (f"{OUTSIDER.login},{OUTSIDER.id}", MAINTAINER, False),
        (str(OUTSIDER.id), Person(99, str(OUTSIDER.id)), False),
    ],
)
def test_only_who_is_named_gets_in(door: Door, names: str, person: Person, gets_in: bool) -> None:  # noqa: FBT001
    """A login, in any case, or a numeric id names an account; a login of digits is not an id."""
    settings = Settings.model_validate({"page_users": names})
    door.api.services.settings.__dict__["page_users"] = settings.page_users
    door.github.web.visitor = person
    browser = door.browser()
    answer = door.sign_in(browser)
    assert answer.status_code == (303 if gets_in else 403)
    assert browser.get("/").status_code == (200 if gets_in else 303)
    assert gets_in or f"@{person.login} may not sign in here" in answer.text


@pytest.mark.parametrize("lacking", ["page_users", "github_client_id", "github_client_secret"])
def test_without_names_or_an_app_nobody_gets_in(door: Door, lacking: str) -> None:
    """Where nobody is named, or the App's credentials are missing, there is no button, and no way in either."""
    way = door.at_github(door.depart(door.browser()))
    door.api.services.settings.__dict__[lacking] = None
    browser = door.browser()
    assert "/sign-in/github" not in browser.get("/sign-in").text
    assert browser.get("/sign-in/github").status_code == 404
    assert browser.get(way).status_code == 404
    assert browser.get(CALLBACK).status_code == 404


def test_who_is_named_no_more_is_out_at_once(door: Door) -> None:
    """Leaving the list ends a session with the next request; one that rests on the token is not touched."""
    browser, operator = door.browser(), door.browser()
    door.sign_in(browser)
    operator.sign_in(TOKEN)
    door.api.services.settings.__dict__["page_users"] = frozenset({"somebody-else"})
    assert browser.get("/").status_code == 303
    assert browser.send("/feedback/1/status", {"status": "analyzed"}).status_code == 303
    assert operator.get("/").status_code == 200


def test_a_person_may_what_a_maintainer_does_and_no_more(door: Door) -> None:
    """They read and write feedback and reports and read runs; they administer nothing, and the API knows them not."""
    assert Scope.ADMIN not in SCOPES_OF_PEOPLE
    assert Scope.RUNS_WRITE not in SCOPES_OF_PEOPLE
    browser = door.browser()
    door.sign_in(browser)
    assert {browser.get(path).status_code for path in ("/", "/reports", "/runs", "/statistics", "/feedback/1")} == {200}
    assert browser.get("/first-delivery").status_code == 403
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie is not None
    for path in ("/v1/feedback", "/v1/deliveries", "/v1/tokens"):
        assert browser.get(path).status_code == 401
        assert browser.get(path, Authorization=f"Bearer {cookie.value}").status_code == 401


def test_what_a_person_writes_is_told_as_theirs(door: Door) -> None:
    """Entries, answers and corrections name the account of GitHub, as a user, in the API too."""
    browser = door.browser()
    door.sign_in(browser)
    assert browser.send("/reports/1/entries", {"type": "note", "text": "seen"}).status_code == 303
    assert browser.send("/feedback/1/resolution", {"span_id": "", "reason": "nobody's"}).status_code == 303
    entries = door.api.get("/reports/1/entries").json
    assert entries is not None
    theirs = {one["type"] for one in entries["items"] if one["producer"] == {"kind": "user", "user": MAINTAINER.login}}
    assert theirs == {"note", "resolution"}
    resolution = (door.api.get("/feedback/1").json or {})["resolution"]
    assert resolution["cause"] == f"corrected by @{MAINTAINER.login}"
    assert f"@{MAINTAINER.login}" in browser.page("/feedback/1").text


def test_forgetting_somebody_ends_their_sessions(door: Door) -> None:
    """When a person's texts are erased, nothing of their session is left."""
    browser = door.browser()
    door.sign_in(browser)
    door.api.services.store.forget(MAINTAINER.id, door.api.now)
    assert browser.get("/").status_code == 303


# --- What others may try ---


def test_a_way_in_is_of_one_browser(door: Door) -> None:
    """A link that somebody else set out with lets nobody in: an attacker's account cannot be slipped to a victim."""
    attacker, victim = door.browser(), door.browser()
    link = door.at_github(door.depart(attacker))
    assert victim.get(link).status_code == 403
    door.depart(victim)  # on a way of their own, but not on this one
    answer = victim.get(link)
    assert answer.status_code == 403
    assert COOKIE not in str(answer.headers.getlist("Set-Cookie"))
    assert victim.get("/").status_code == 303
    assert door.github.asked("/login/oauth/access_token") == []


def test_a_way_in_is_gone_once(door: Door) -> None:
    """The same link, with the same cookie, lets nobody in a second time, whatever became of the first."""
    browser = door.browser()
    link = door.at_github(door.depart(browser))
    ticket = browser.client.get_cookie(TICKET, path="/sign-in/github")
    assert ticket is not None
    assert browser.get(link).status_code == 303
    thief = door.browser()
    thief.client.set_cookie(TICKET, ticket.value, path="/sign-in/github")
    door.github.forget()
    answer = thief.get(link)
    assert answer.status_code == 403
    assert "used before" in answer.text
    assert door.github.requests == []


def test_a_way_in_is_short(door: Door) -> None:
    """Who takes more than ten minutes has to begin again."""
    browser = door.browser()
    link = door.at_github(door.depart(browser))
    door.api.now += LASTS
    assert "too long" in browser.get(link).text
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize("ticket", ["", "x", "1.2.3", "é", "99999999999." + "a" * 43 + ".Lw", "0" * 4000])
@pytest.mark.parametrize("state", ["", "x", "é", "\ud800"])
def test_a_way_in_cannot_be_made_up(door: Door, ticket: str, state: str) -> None:
    """What no browser of ours got is refused, whatever it is; GitHub is not asked."""
    sign_ins = SignIns(door.api.services)
    with pytest.raises(Exception, match="did not set out"):
        sign_ins.arrive(ticket=ticket, state=state, code=CODE_OF_STRANGER, redirect_uri="http://localhost")
    assert door.github.requests == []


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/\\evil", "javascript:alert(1)", "/" + "x" * 4000]
)
def test_it_leads_nowhere_else(door: Door, to: str) -> None:
    """After signing in through GitHub one is never on another site."""
    assert door.sign_in(door.browser(), to).headers["Location"] == "/"


def test_the_cookie_on_the_way_is_of_no_use_to_others(door: Door) -> None:
    """No program reads it, no other site's form sends it, it goes to the way in alone; over HTTPS it stays there."""
    cookie = door.browser().get("/sign-in/github").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/sign-in/github"} <= set(cookie.split("; "))
    secure = door.browser().client.get("/sign-in/github", base_url="https://whichrun.example")
    assert "Secure" in secure.headers["Set-Cookie"]
    assert "redirect_uri=https%3A%2F%2Fwhichrun.example%2F" in secure.headers["Location"]


# --- What may go wrong ---


def test_who_says_no_at_github_is_told_so(door: Door) -> None:
    """Refusing at GitHub leads back to the form, in words."""
    door.github.web.visitor = None
    answer = door.sign_in(door.browser())
    assert answer.status_code == 403
    assert "not allowed to say who you are" in Page(answer.text).text


def test_a_code_that_github_does_not_take(door: Door) -> None:
    """A code that is over, or made up, lets nobody in, and is told in words."""
    browser = door.browser()
    link = door.at_github(door.depart(browser))
    door.github.web.codes.clear()
    answer = browser.get(link)
    assert answer.status_code == 502
    assert "does not take the code" in answer.text
    assert browser.get("/").status_code == 303


def test_a_wrong_client_secret_is_told_as_such(door: Door) -> None:
    """Whoever runs the service learns that GitHub refuses the App's own credentials."""
    browser = door.browser()
    link = door.at_github(door.depart(browser))
    door.github.web.client_secret = "another"
    assert "refuses the App" in browser.get(link).text


@pytest.mark.parametrize("path", ["/login/oauth/access_token", "/user"])
def test_a_github_that_is_down_is_told_as_such(door: Door, path: str) -> None:
    """When GitHub fails nobody gets in, and the page says why."""
    browser = door.browser()
    link = door.at_github(door.depart(browser))
    door.github.fault = faults.status(502).on(path)
    answer = browser.get(link)
    assert answer.status_code == 502
    assert "GitHub is failing" in answer.text
    assert browser.get("/").status_code == 303


def test_only_some_wait_for_github_at_a_time(door: Door) -> None:
    """Who signs in while others wait for GitHub is told to come again: the rest of the service goes on."""
    busy = SignIns(door.api.services, most=1)
    assert busy._places.acquire(blocking=False)  # noqa: SLF001 - somebody who waits
    departure = busy.depart(to="/", redirect_uri=f"http://localhost{CALLBACK}")
    state = parse_qs(urlsplit(departure.url).query)["state"][0]
    with pytest.raises(Exception, match="others are signing in") as caught:
        busy.arrive(ticket=departure.ticket, state=state, code="x", redirect_uri=f"http://localhost{CALLBACK}")
    assert getattr(caught.value, "retry_after", None) == 2
