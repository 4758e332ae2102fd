"""`whichrun doctor` on notifications: where each URL stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from receiver.notifying.hooks import Hook
from receiver.notifying.standing import Standing
from receiver.settings_notify import Address
from tests.support.api import Api
from tests.support.examined import examined, good_settings, well_kept_store, well_known_app
from tests.support.runner import SECRET

URL = "https://runner.example.com/hook?key=canary"
SHOWN = "https://runner.example.com/hook"
HOOK = Hook("default", URL, Address(None, URL).shown)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Return a service that is well."""
    with well_kept_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def settings(api: Api, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Return its settings, with one URL to notify."""
    with well_known_app() as github:
        yield good_settings(github, tmp_path) | {"notify_urls": URL, "notify_secrets": SECRET}


def found(settings: dict[str, str], **changed: str) -> list[tuple[str, str]]:
    """Return outcome and message of each check of notifications."""
    _, checks = examined(settings, **changed)
    return [(one["outcome"], one["message"]) for one in checks if one["name"] == "notifications"]


def stand(api: Api, standing: Standing) -> None:
    """Have a worker left the URL so."""
    api.services.store.save_progress(HOOK.turn, standing.written(), api.now)


def change(api: Api) -> None:
    """Let feedback be given, resolved to the only run, and withdrawn: two changes that are told."""
    api.register(started_at=api.now.isoformat())
    api.give(id=900)
    later = api.now + timedelta(seconds=1)
    api.see("never mind", id=900, updated_at=later, edited=True)


def test_each_url_has_a_check(settings: dict[str, str], api: Api) -> None:
    """A URL that was told everything is well; one that no worker has looked at is not checked; none has no check."""
    stand(api, Standing(0))
    other = f"{URL},http://other.example.com"
    assert found(settings, notify_urls=other) == [
        ("ok", f"{SHOWN} was told everything"),
        ("not_checked", "http://other.example.com: no worker has looked yet: `whichrun serve` starts one that does"),
    ]
    assert found(settings, notify_urls="") == []


def test_what_waits_is_counted(settings: dict[str, str], api: Api) -> None:
    """What changed a moment ago may wait; nothing is wrong with that."""
    change(api)
    stand(api, Standing(0))
    assert found(settings) == [("ok", f"{SHOWN}: 2 notifications waiting")]


def test_a_url_that_fails_is_wrong(settings: dict[str, str], api: Api) -> None:
    """Since when it fails, how, and how many notifications wait."""
    change(api)
    stand(api, Standing(0, failures=3, since=datetime(2026, 10, 1, tzinfo=UTC), error="it answered 503"))
    assert found(settings) == [
        ("wrong", f"{SHOWN} fails since 2026-10-01T00:00:00Z: it answered 503; 2 notifications waiting")
    ]


def test_a_url_that_was_switched_off_is_wrong(settings: dict[str, str], api: Api) -> None:
    """One that answered 410 is told of until it is mended or taken out."""
    stand(api, Standing(0, failures=1, since=api.now, error="it answered 410", off=True))
    ((outcome, message),) = found(settings)
    assert outcome == "wrong"
    assert message.startswith(f"{SHOWN} is switched off: it answered 410")


def test_a_workspace_without_repositories_is_wrong(settings: dict[str, str]) -> None:
    """A URL of a workspace that nothing belongs to is never told anything: the name is most likely misspelt."""
    named = f"team={URL}"
    assert found(settings, notify_urls=named) == [("wrong", f"{SHOWN}: no repository belongs to its workspace team")]
    assert found(settings, notify_urls=named, workspaces="acme/other=team")[0][0] == "not_checked"


def test_without_a_database_nothing_is_known(settings: dict[str, str], tmp_path: Path) -> None:
    """Where the database cannot be read, that is what is said."""
    nowhere = f"sqlite:///{tmp_path / 'nowhere.db'}"
    assert found(settings, database_url=nowhere) == [("not_checked", "the database cannot be read")]


def test_exports_are_looked_over_alike(settings: dict[str, str], api: Api) -> None:
    """A service that gets evaluations has a check of its own; what is wrong names its own setting."""
    export = {"notify_urls": "", "otlp_endpoint": "https://otel.example.com"}
    _, checks = examined(settings, **export)
    (check,) = (one for one in checks if one["name"] == "notifications")
    assert check["message"].startswith("https://otel.example.com: no worker has looked yet")
    _, checks = examined(settings, **export | {"otlp_endpoint": "team=https://otel.example.com"})
    (check,) = (one for one in checks if one["name"] == "notifications")
    assert "WHICHRUN_OTLP_ENDPOINT" in str(check)
