"""`whichrun doctor` against the stand-in: each fault of the App is named, with what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from receiver import doctor_app, missed
from resolver.github import grants, manifest
from resolver.model.deliveries import DeliveryStatus
from resolver.model.github import RepositorySeen
from tests.support.api import Api
from tests.support.builders import Repo, ping
from tests.support.command_line import whichrun
from tests.support.examined import (
    examined,
    faults_in,
    good_settings,
    only,
    outcomes,
    well_kept_store,
    well_known_app,
)
from tests.support.github import StandIn, faults, key_pair
from tests.support.history import INSTALLATION, NAME, NUMBER
from tests.support.tree import ROOT


@pytest.fixture
def github() -> Iterator[StandIn]:
    """Return a GitHub that knows the App as it should be."""
    with well_known_app() as opened:
        yield opened


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Return a service that is well."""
    with well_kept_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def settings(github: StandIn, api: Api, tmp_path: Path) -> dict[str, str]:
    """Return the settings of a set-up that is well."""
    return good_settings(github, tmp_path)


@pytest.mark.parametrize("key", ["app", "other"])
def test_githubs_clock_is_looked_at(
    settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """GitHub's clock is read from the date of its answers; also from that of a refusal, which it may explain."""
    ahead = (datetime.now(UTC) + timedelta(minutes=5)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda *_: ahead)
    wrong = str(key_pair(key).write(tmp_path, f"{key}.pem"))
    found = [one for one in faults_in(settings, github_private_key_file=wrong) if one[0] == "github_clock"]
    message, remedy = only(found, "github_clock")
    assert message.endswith("seconds behind GitHub's clock")
    assert "NTP" in remedy


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"github_app_id": ""}, "WHICHRUN_GITHUB_APP_ID is not set"),
        ({"github_private_key_file": ""}, "WHICHRUN_GITHUB_PRIVATE_KEY_FILE is not set"),
        ({"github_private_key_file": "none.pem"}, "cannot be read: No such file"),
        ({"github_api_url": "http://github.example.com"}, "https://"),
    ],
)
def test_credentials_that_cannot_be_used(settings: dict[str, str], change: dict[str, str], said: str) -> None:
    """Half of the credentials, or a key file that cannot be read, is named; the App is not asked about."""
    message, _ = only(faults_in(settings, **change), "app")
    assert said in message
    assert outcomes(settings, **change)["webhook"] == "not_checked"


def test_a_key_file_without_a_key(settings: dict[str, str], tmp_path: Path) -> None:
    """A file that holds no private key is named, and nothing of what it holds is shown."""
    (tmp_path / "bad.pem").write_text("canary: not a key")
    message, _ = only(faults_in(settings, github_private_key_file=str(tmp_path / "bad.pem")), "app")
    assert "the App's private key cannot be read" in message


def test_a_key_of_another_app(settings: dict[str, str], tmp_path: Path) -> None:
    """A key that GitHub does not accept is named, with what to look at."""
    wrong = str(key_pair("other").write(tmp_path, "other.pem"))
    message, remedy = only(faults_in(settings, github_private_key_file=wrong), "app")
    assert message == "GitHub does not accept the App's credentials"
    assert "private key" in remedy


def test_an_app_that_is_another(settings: dict[str, str], github: StandIn) -> None:
    """An App of another number than the setting's is named; so is one that GitHub does not know."""
    app = {"id": 4711, "slug": "other", "permissions": dict(manifest.PERMISSIONS), "events": list(manifest.EVENTS)}
    github.fault = faults.other_shape(app).on(r"/app$")
    message, remedy = only(faults_in(settings), "app")
    assert message == "GitHub takes it for App 4711"
    assert "set it to 4711" in remedy
    github.fault = None
    message, remedy = only(faults_in(settings, github_app_id="999"), "app")
    assert message == "GitHub does not accept the App's credentials"
    assert "WHICHRUN_GITHUB_APP_ID (999)" in remedy


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hook_url": None}, "no webhook URL"),
        ({"hook_url": "http://whichrun.example.com/webhooks/github"}, "not https"),
        ({"hook_url": "https://whichrun.example.com/hooks"}, "does not end with /webhooks/github"),
        (
            {"hook_url": "https://me:canary@whichrun.example.com/hooks?token=canary"},
            "https://whichrun.example.com/hooks",
        ),
        ({"hook_url": "https://[whichrun/webhooks/github"}, "cannot be read"),
        ({"hook_url": "ftp://localhost/webhooks/github"}, "not https"),
        ({"hook_content_type": "xml"}, "content type is xml"),
        ({"hook_insecure_ssl": "1"}, "certificate"),
    ],
)
def test_a_webhook_that_is_wrong(
    settings: dict[str, str], github: StandIn, change: dict[str, str | None], said: str
) -> None:
    """What is wrong with where GitHub delivers to is named, without what may be secret in the URL."""
    for name, value in change.items():
        setattr(github.app, name, value)
    message, _ = only(faults_in(settings), "webhook")
    assert said in message


def test_a_webhook_on_this_machine(settings: dict[str, str], github: StandIn) -> None:
    """On this machine plain http will do, and so will forms."""
    github.app.hook_url, github.app.hook_content_type = "http://localhost:8000/webhooks/github", "form"
    assert faults_in(settings) == []


def test_permissions_and_events_that_the_app_lacks(settings: dict[str, str], github: StandIn) -> None:
    """A permission or an event that the App lacks is named, and so is one that an installation has not accepted."""
    del github.app.permissions["pull_requests"]
    github.app.events.remove("push")
    (permissions, events) = faults_in(settings)
    assert permissions[:2] == ("permissions", "the App does not ask for pull_requests: read")
    assert events[:2] == ("events", "the App is not subscribed to push")


def test_installations_that_are_wrong(settings: dict[str, str], github: StandIn) -> None:
    """An installation that is suspended, or lacks something, is named with its account."""
    installation = github.installations[INSTALLATION]
    github.suspend(INSTALLATION)
    del installation.permissions["contents"]
    installation.events.remove("issues")
    messages = [message for name, message, _ in faults_in(settings) if name == "installations"]
    assert messages == [
        "installation 77 (acme) is suspended",
        "installation 77 (acme) does not grant contents: read",
        "installation 77 (acme) is not sent issues",
    ]


def test_more_than_is_needed_is_well(settings: dict[str, str], github: StandIn) -> None:
    """Where reading is needed, writing will do."""
    github.app.permissions["contents"] = "write"
    github.installations[INSTALLATION].permissions["issues"] = "admin"
    assert faults_in(settings) == []


def seen_at(api: Api, installation_id: int) -> None:
    """Let the store know the repository as one of an installation."""
    with api.services.store.transaction() as ledger:
        ledger.put_repository(RepositorySeen(NUMBER, NAME, api.now, (), installation_id), "default")


@pytest.mark.parametrize(
    ("happens", "names"),
    [
        (
            lambda github: github.remove_repository(INSTALLATION, github.repositories[NUMBER]),
            {"repositories": f"{NAME} was removed from installation 77, or deleted"},
        ),
        (
            lambda github: github.uninstall(INSTALLATION),
            {
                "installations": "the App is installed nowhere",
                "repositories": f"{NAME} is reached no more: installation 77 was removed",
            },
        ),
    ],
)
def test_repositories_that_are_reached_no_more(
    settings: dict[str, str],
    github: StandIn,
    api: Api,
    happens: Callable[[StandIn], None],
    names: dict[str, str],
) -> None:
    """A repository that was removed from its installation, or whose installation was revoked, is named."""
    seen_at(api, INSTALLATION)
    happens(github)
    found = faults_in(settings)
    assert {name: message for name, message, _ in found} == names
    assert "installations/new" in found[-1][2]


def test_a_repository_that_nobody_installed(settings: dict[str, str], github: StandIn) -> None:
    """A repository that is known by its own webhook alone is named as one that the App does not reach."""
    github.remove_repository(INSTALLATION, github.repositories[NUMBER])
    assert only(faults_in(settings), "repositories")[0] == f"{NAME} is reached by no installation of the App"


def test_a_repository_that_was_renamed_unseen(settings: dict[str, str], github: StandIn) -> None:
    """A repository that GitHub knows under another name now is named: deliveries were missed."""
    github.repositories[NUMBER].rename("acme/gadgets")
    assert "may have another name now" in only(faults_in(settings), "repositories")[0]


def test_repositories_that_are_not_for_this_service(settings: dict[str, str], github: StandIn) -> None:
    """Where WHICHRUN_REPOSITORIES leaves a repository out, nobody needs to reach it."""
    github.remove_repository(INSTALLATION, github.repositories[NUMBER])
    assert faults_in(settings, repositories="acme/gears") == []


def test_very_many_repositories(settings: dict[str, str], api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many repositories the newest are looked at, and it is said how many were not."""
    monkeypatch.setattr(doctor_app, "MOST_REPOSITORIES", 0)
    result = whichrun("doctor", settings=settings)
    assert "1 repository more" in result.stdout


def delivered(github: StandIn, guid: str, status_code: int, minutes: float = 5) -> None:
    """Let the App's log tell of a delivery some minutes ago."""
    one = replace(ping(Repo(id=NUMBER, name=NAME)), guid=guid)
    github.deliver(one, at=datetime.now(UTC) - timedelta(minutes=minutes), status_code=status_code)


def test_deliveries_that_failed(settings: dict[str, str], github: StandIn) -> None:
    """Deliveries that failed and never arrived are counted by why, with what to do about each cause."""
    delivered(github, "well", 202)
    delivered(github, "unheard", 0)
    delivered(github, "unsigned", 401)
    message, remedy = only(faults_in(settings), "delivery_log")
    assert message.startswith("2 of the last 3 deliveries failed (")
    assert "failed to connect to host" in message
    assert "2 did not arrive since" in message
    assert "WHICHRUN_WEBHOOK_SECRETS" in remedy
    assert "internet" in remedy


def test_deliveries_that_failed_and_came_later(settings: dict[str, str], github: StandIn, api: Api) -> None:
    """What failed and was delivered again, or is in the inbox, is well again."""
    delivered(github, "again", 502, minutes=9)
    delivered(github, "again", 202, minutes=1)
    delivered(github, "here", 503)
    api.record("here", DeliveryStatus.DONE)
    _, checks = examined(settings)
    (log,) = (one for one in checks if one["name"] == "delivery_log")
    assert log["outcome"] == "ok"
    assert "2 of the last 3 deliveries failed" in log["message"]


def test_a_look_for_missed_deliveries_that_failed(settings: dict[str, str], api: Api) -> None:
    """What kept the worker from looking for missed deliveries is said."""
    api.services.store.save_progress(missed.TURN, {"read_until": None, "error": "GitHub is down"}, api.now)
    message, _ = only(faults_in(settings), "missed_deliveries")
    assert message == "the last look for missed deliveries failed: GitHub is down"


def test_nobody_looked_for_missed_deliveries(settings: dict[str, str], tmp_path: Path, github: StandIn) -> None:
    """Before the first worker has run, it is not known whether anything was missed."""
    fresh = {**settings, "database_url": f"sqlite:///{tmp_path / 'fresh.db'}"}
    assert whichrun("migrate", settings=fresh).exit_code == 0
    assert outcomes(fresh)["missed_deliveries"] == "not_checked"


def test_github_that_is_down(settings: dict[str, str], github: StandIn) -> None:
    """Without GitHub one line says so; the rest of the App is not checked, all else is."""
    github.down()
    message, _ = only(faults_in(settings), "app")
    assert message == "GitHub is out of reach: the connection failed"
    found = outcomes(settings)
    assert found["inbox"] == "ok"
    assert found["webhook"] == found["missed_deliveries"] == "not_checked"


def test_github_that_goes_down_meanwhile(settings: dict[str, str], github: StandIn) -> None:
    """Once GitHub does not answer it is not asked on; what the store knows is looked at."""
    github.fault = faults.status(502).on(r"/app/installations")
    _, checks = examined(settings)
    found = {one["name"]: one["outcome"] for one in checks}
    assert (found["webhook"], found["installations"], found["delivery_log"]) == ("ok", "wrong", "not_checked")
    assert found["missed_deliveries"] == "ok"


def test_a_github_that_is_none(settings: dict[str, str], github: StandIn) -> None:
    """What answers otherwise than GitHub does is said; other checks go on."""
    github.fault = faults.malformed().on(r"/app/hook/config")
    assert "not JSON" in only(faults_in(settings), "webhook")[0]
    github.fault = faults.malformed()
    assert "not JSON" in only(faults_in(settings), "app")[0]


def test_words_of_github_cannot_steer_the_terminal(settings: dict[str, str], github: StandIn) -> None:
    """Control characters in what GitHub says are spelled out."""
    github.installations[INSTALLATION].account = "acme\x1b]0;pwned\x07"
    github.suspend(INSTALLATION)
    assert "\x1b" not in whichrun("doctor", settings=settings).stdout


def test_the_manifest_asks_for_what_is_checked() -> None:
    """An App made from the manifest has the permissions and events that are looked for, and no others."""
    written = json.loads((ROOT / "deploy" / "app-manifest.json").read_text())
    assert written["default_permissions"] == manifest.PERMISSIONS
    assert sorted(written["default_events"]) == list(manifest.EVENTS)


def test_what_tokens_are_asked_for_is_checked() -> None:
    """No token is asked for a permission that the App need not have."""
    assert grants.PERMISSIONS.items() <= manifest.PERMISSIONS.items()
