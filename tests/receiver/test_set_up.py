"""The set-up from a page: the way through, who gets in, and what is refused."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from dotenv import dotenv_values

from receiver.pages.session import COOKIE as SESSION
from receiver.setting_up.door import ALPHABET, CODE_LASTS, MOST_TRIES, SESSION_LASTS, Door, new_code
from receiver.setting_up.pages import COOKIE
from receiver.settings import load
from resolver.github.manifest import EVENTS, PERMISSIONS
from tests.support.api import NOON
from tests.support.databases import fresh_sqlite
from tests.support.github import StandIn, faults, key_pair
from tests.support.set_up import CODE, Setting, words
from tests.support.tree import ROOT


@pytest.fixture
def github() -> Iterator[StandIn]:
    """Return a GitHub that makes Apps."""
    with StandIn() as standing_in:
        yield standing_in


@pytest.fixture
def setting(github: StandIn, tmp_path: Path) -> Setting:
    """Begin a set-up in an empty folder."""
    (tmp_path / ".env").write_text(f"WHICHRUN_GITHUB_API_URL={github.url}\n# mine\nOTHERS='a b'\n")
    fresh_sqlite(tmp_path / "whichrun.db")
    return Setting(github)


def values(folder: Path) -> dict[str, str | None]:
    """Return what the file of settings says."""
    return dict(dotenv_values(folder / ".env"))


def untouched(folder: Path) -> bool:
    """Whether nothing was stored."""
    return not list(folder.glob("*.pem")) and "WHICHRUN_GITHUB_APP_ID" not in values(folder)


# --- The way through ---


def test_it_goes_from_the_code_to_stored_secrets(setting: Setting, github: StandIn, tmp_path: Path) -> None:
    """After the code and GitHub, everything that `serve` needs stands in .env, for its owner alone."""
    answer = setting.client.get(setting.way_back(users="@Octocat,583231"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/first-delivery")
    answer.close()
    assert setting.ended == [None]
    kept = values(tmp_path)
    assert kept["WHICHRUN_WEBHOOK_SECRETS"] == github.web.secret
    assert kept["WHICHRUN_GITHUB_APP_ID"] == str(github.app.id)
    assert kept["WHICHRUN_GITHUB_CLIENT_ID"] == github.app.client_id
    assert kept["WHICHRUN_GITHUB_CLIENT_SECRET"] == github.web.client_secret
    assert kept["WHICHRUN_PAGE_USERS"] == "583231,octocat"
    assert kept["OTHERS"] == "a b"
    assert "# mine" in (tmp_path / ".env").read_text()
    settings = load()
    assert settings.signing_secrets
    assert settings.api_token is not None
    assert settings.notify_secrets
    assert settings.signs_in
    key = tmp_path / str(settings.github_private_key_file)
    assert key.read_bytes() == key_pair().private_pem
    assert {stat.S_IMODE(path.stat().st_mode) for path in (key, tmp_path / ".env")} == {0o600}
    assert {path.name for path in tmp_path.glob(".env*")} == {".env"}


def test_what_github_is_handed(setting: Setting) -> None:
    """The manifest is the one of deploy/, with this service's addresses: deliveries, sign-in, and the ways back."""
    setting.enter()
    form = setting.form()
    manifest = json.loads(form.fields["manifest"])
    example = json.loads((ROOT / "deploy" / "app-manifest.json").read_text())
    assert manifest.keys() >= example.keys()
    assert {name: manifest[name] for name in ("public", "default_permissions", "default_events")} == {
        "public": False,
        "default_permissions": example["default_permissions"],
        "default_events": example["default_events"],
    }
    assert (manifest["default_permissions"], manifest["default_events"]) == (dict(PERMISSIONS), list(EVENTS))
    assert manifest["hook_attributes"] == {"url": "https://whichrun.example/webhooks/github", "active": True}
    assert manifest["redirect_url"] == "http://localhost/setup/created"
    assert manifest["setup_url"] == "http://localhost/first-delivery"
    assert manifest["callback_urls"] == [
        "https://whichrun.example/sign-in/github/callback",
        "http://localhost/sign-in/github/callback",
    ]


def test_where_github_is_asked(setting: Setting, github: StandIn) -> None:
    """An App of one's own and one of an organisation's have addresses of their own; a forwarder gets the deliveries."""
    setting.enter()
    assert setting.form().action.startswith(f"{github.url}/settings/apps/new?state=")
    theirs = setting.form(organization="acme", address="", forwarder="https://smee.io/channel")
    assert theirs.action.startswith(f"{github.url}/organizations/acme/settings/apps/new?state=")
    manifest = json.loads(theirs.fields["manifest"])
    assert manifest["hook_attributes"]["url"] == "https://smee.io/channel"
    assert manifest["callback_urls"] == ["http://localhost/sign-in/github/callback"]


def test_the_address_is_taken_from_where_the_browser_is(setting: Setting) -> None:
    """Over HTTPS the form knows the address already; on this machine alone it asks."""
    setting.enter()
    assert 'name="address" type="url" value=""' in setting.client.get("/setup/app").text
    setting.client.post("/setup", base_url="https://whichrun.example", data={"code": CODE})
    there = setting.client.get("/setup/app", base_url="https://whichrun.example")
    assert 'value="https://whichrun.example"' in there.text


def test_former_secrets_stay(github: StandIn, tmp_path: Path) -> None:
    """Secrets of `init` are kept: a webhook's stays behind the App's, all others are as they were."""
    former = {"WEBHOOK": "old:secret,older", "SIGNING": "k1:signing"}
    lines = [f"WHICHRUN_{name}_SECRETS={value}" for name, value in former.items()]
    lines += ["WHICHRUN_API_TOKEN=token", f"WHICHRUN_GITHUB_API_URL={github.url}"]
    (tmp_path / ".env").write_text("\n".join(lines))
    fresh_sqlite(tmp_path / "whichrun.db")
    setting = Setting(github)
    assert setting.client.get(setting.way_back()).status_code == 303
    kept = values(tmp_path)
    assert kept["WHICHRUN_WEBHOOK_SECRETS"] == f"{github.web.secret},old:secret,older"
    assert (kept["WHICHRUN_SIGNING_SECRETS"], kept["WHICHRUN_API_TOKEN"]) == ("k1:signing", "token")


def test_whoever_set_up_is_signed_in(setting: Setting) -> None:
    """The browser that had the console's code gets a session of the token of the settings."""
    answer = setting.client.get(setting.way_back())
    cookies = answer.headers.getlist("Set-Cookie")
    assert any(one.startswith(f"{SESSION}=") and "HttpOnly" in one for one in cookies)
    assert answer.headers["Connection"] == "close"


def test_when_it_is_done_it_is_gone(setting: Setting, github: StandIn) -> None:
    """Once there is an App every page leads on, no code opens anything, and GitHub is asked no more."""
    back = setting.way_back()
    setting.client.get(back)
    github.forget()
    for path in ("/setup", "/setup/app", back):
        assert setting.client.get(path).headers["Location"] == "/first-delivery"
    assert setting.send("/setup", {"code": CODE}).status_code == 410
    assert setting.send("/setup/again").status_code == 303
    assert github.requests == []
    assert "starting" in setting.client.get("/first-delivery").text
    assert setting.client.get("/first-delivery", headers={"HX-Request": "true"}).status_code == 204


def test_nothing_else_is_served(setting: Setting) -> None:
    """During a set-up there are its pages and whether the process lives; a delivery is turned away for later."""
    assert setting.client.get("/healthz").json == {"status": "ok"}
    assert setting.client.get("/").headers["Location"] == "/setup"
    assert setting.client.get("/first-delivery").headers["Location"] == "/setup"
    for path in ("/v1/runs", "/metrics", "/readyz", "/docs", "/openapi.json", "/sign-in", "/runs", "/webhooks/github"):
        assert setting.client.get(path).status_code in {404, 405}, path
    early = setting.client.post("/webhooks/github", json={})
    assert early.status_code == 503
    assert "Retry-After" in early.headers
    assert (early.json or {})["error"]["code"] == "not_set_up"


# --- Who gets in ---


def test_codes_are_long_and_each_is_another() -> None:
    """A code has sixty random bits."""
    codes = {new_code() for _ in range(100)}
    assert len(codes) == 100
    assert {len(code.replace("-", "")) for code in codes} == {12}
    assert len(ALPHABET) == 32
    assert set("".join(codes)) <= {*ALPHABET, "-"}


@pytest.mark.parametrize("given", ["", "nonsense", "é" * 12, CODE[:-1], CODE + "A", "\0"])
def test_a_wrong_code_opens_nothing(setting: Setting, given: str) -> None:
    """Whoever has not got the code sees the door alone, and is told so in words."""
    answer = setting.send("/setup", {"code": given})
    assert answer.status_code == 403
    assert "not the code" in words(answer.text)
    assert "Set-Cookie" not in answer.headers
    for path in ("/setup/app", "/setup/created?code=x&state=y"):
        assert setting.client.get(path).headers["Location"] == "/setup"
    for path in ("/setup/app", "/setup/again"):
        assert setting.send(path).headers["Location"] == "/setup"


def test_a_code_may_be_mistyped_a_few_times(setting: Setting) -> None:
    """After five wrong tries the right code opens nothing either: it takes another start."""
    for _ in range(MOST_TRIES):
        assert setting.send("/setup", {"code": "wrong"}).status_code == 403
    answer = setting.send("/setup", {"code": CODE})
    assert answer.status_code == 410
    assert "too often" in answer.text


def test_a_code_gets_old(setting: Setting) -> None:
    """After half an hour the right code opens nothing."""
    setting.now = NOON + CODE_LASTS
    assert setting.send("/setup", {"code": CODE}).status_code == 410
    assert "too old" in setting.send("/setup", {"code": CODE}).text


def test_a_code_is_read_as_people_type_it(setting: Setting) -> None:
    """Small letters and missing dashes are as good."""
    assert setting.send("/setup", {"code": CODE.lower().replace("-", " ")}).status_code == 303


def test_a_session_ends_by_itself_and_with_the_next_one(setting: Setting) -> None:
    """One browser at a time is let in, for an hour."""
    door = Door(CODE, lambda: setting.now)
    first = door.enter(CODE)
    second = door.enter(CODE)
    assert (door.admits(first), door.admits(second), door.admits(None), door.admits("é")) == (False, True, False, False)
    setting.now = NOON + SESSION_LASTS
    assert not door.admits(second)
    assert CODE not in repr(door)


def test_the_cookie_is_of_no_use_to_others(setting: Setting) -> None:
    """No program reads it, no other site's form sends it, and it goes to the set-up alone."""
    cookie = setting.send("/setup", {"code": CODE}).headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert CODE not in cookie
    assert {"HttpOnly", "SameSite=Lax", "Path=/setup"} <= set(cookie.split("; "))


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}])
@pytest.mark.parametrize("path", ["/setup", "/setup/app", "/setup/again"])
def test_another_site_sets_nothing_up(setting: Setting, path: str, headers: dict[str, str]) -> None:
    """A form that stands on another site is refused, whatever cookies come with it."""
    setting.enter()
    assert setting.send(path, {"code": CODE}, **headers).status_code == 403


def test_the_manifest_may_go_to_github_alone(setting: Setting, github: StandIn) -> None:
    """Only the page with the manifest may send a form elsewhere, and only to GitHub; none loads anything of others."""
    setting.enter()
    pages = [setting.client.get("/setup/app"), setting.client.get("/nowhere"), setting.send("/setup", {"code": "x"})]
    assert {page.headers["Content-Security-Policy"].count("http") for page in pages} == {0}
    handed = setting.send("/setup/app", {"address": "https://whichrun.example", "name": "acme"})
    assert f"form-action 'self' {github.url};" in handed.headers["Content-Security-Policy"]
    assert {page.headers["Cache-Control"] for page in (*pages, handed)} == {"no-store"}


# --- What comes back ---


def test_a_state_is_taken_once(setting: Setting, github: StandIn, tmp_path: Path) -> None:
    """What comes back with a state that was used, or replaced by a later one, or made up, takes over nothing."""
    setting.enter()
    first, second = setting.form(), setting.form()
    code = "c" * 40
    states = {
        "old": parse_qs(urlsplit(first.action).query)["state"][0],
        "made up": "x" * 43,
        "none": "",
        "strange": "é\ud800",
    }
    for state in states.values():
        given = {"code": code, "state": state.encode("utf-8", "replace")}
        answer = setting.client.get("/setup/created", query_string=given)
        assert answer.status_code == 403
        assert "not sent from here" in answer.text
    assert github.asked("/app-manifests/") == []
    github.fault = faults.status(502).on("/app-manifests/")
    back = setting.at_github(second)
    assert setting.client.get(back).status_code == 502
    assert setting.client.get(back).status_code == 403
    assert untouched(tmp_path)


def test_a_state_is_of_the_browser_that_set_out(setting: Setting, github: StandIn, tmp_path: Path) -> None:
    """A link with a genuine state that another browser follows sets nothing up: it is led to the door."""
    back = setting.way_back()
    setting.client.delete_cookie(COOKIE, path="/setup")
    assert setting.client.get(back).headers["Location"] == "/setup"
    assert github.asked("/app-manifests/") == []
    assert untouched(tmp_path)


def test_a_state_gets_old(setting: Setting, github: StandIn) -> None:
    """Who comes back after the session has ended begins again."""
    back = setting.way_back()
    setting.now = NOON + timedelta(minutes=29)
    setting.enter()  # a session that lasts longer than the way does
    setting.now = NOON + SESSION_LASTS
    assert setting.client.get(back).status_code == 403
    assert github.asked("/app-manifests/") == []


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"address": "http://whichrun.example"}, "GitHub cannot reach"),
        ({"address": ""}, "GitHub cannot reach"),
        ({"address": "https://localhost"}, "GitHub cannot reach"),
        ({"address": "https://127.0.0.1:8000"}, "GitHub cannot reach"),
        ({"address": "https://whichrun.example/path"}, "without a path"),
        ({"address": "https://user:secret@whichrun.example"}, "without a path"),
        ({"address": "https://whichrun.example?x=1"}, "without a path"),
        ({"address": "https://which run.example"}, "without a path"),
        ({"address": "https://whichrun.example:99999"}, "without a path"),
        ({"address": "javascript:alert(1)"}, "without a path"),
        ({"forwarder": "http://smee.io/x"}, "whole address"),
        ({"forwarder": "smee.io/x"}, "whole address"),
        ({"name": ""}, "1 to 34"),
        ({"name": "x" * 35}, "1 to 34"),
        ({"name": "<b>"}, "1 to 34"),
        ({"organization": "a/../b"}, "login"),
        ({"organization": "a?b"}, "login"),
        ({"users": "not a login!"}, "numeric account ids"),
    ],
)
def test_a_form_that_does_not_fit(setting: Setting, fields: dict[str, str], fault: str) -> None:
    """What GitHub could not reach, or would not take, is told beside its field; what was typed stays."""
    setting.enter()
    answer = setting.send("/setup/app", {"address": "https://whichrun.example", "name": "acme"} | fields)
    assert answer.status_code == 422
    assert fault in words(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert "manifest" not in answer.text


@pytest.mark.parametrize("host", ['evil"><script>', "a b", "evil.example/path", ""])
def test_a_host_that_is_none(setting: Setting, host: str) -> None:
    """A Host header that names no host is refused."""
    setting.enter()
    answer = setting.client.get("/setup/app", headers={"Host": host})
    assert answer.status_code in {303, 400}
    assert "<script>" not in answer.text
