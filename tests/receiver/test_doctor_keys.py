"""What ``whichrun doctor`` says of keys: none that signs, one that ends soon, hosts that differ."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from receiver.wiring import now
from store import Store, open_store
from tests.support.command_line import answer_of, whichrun
from tests.support.keyed import settings_with_store
from tests.support.signing import KEY, OTHER, key_file


def faults(settings: dict[str, str]) -> dict[str, str]:
    """Return what is wrong with keys, by the check's name: all messages of it in one text."""
    checks = json.loads(whichrun("doctor", "--json", settings=settings).stdout)["checks"]
    found: dict[str, str] = {}
    for one in checks:
        if one["outcome"] == "wrong" and one["name"] in {"key_ring", "signing_keys"}:
            found[one["name"]] = f"{found.get(one['name'], '')}{one['message']} ({one['remedy']})\n"
    return found


def in_days(count: float) -> str:
    """Return a moment so many days from now, as a secret's dates are written."""
    return f"{now() + timedelta(days=count):%Y%m%dT%H%M%SZ}"


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """Return settings with a key file in which one key stands."""
    key_file(tmp_path, KEY)
    return settings_with_store(tmp_path)


def opened(settings: dict[str, str]) -> Store:
    """Open the store."""
    return open_store(settings["database_url"])


def test_keys_that_are_well(settings: dict[str, str]) -> None:
    """A service that was never started, and one that knows its keys, have nothing to mend."""
    assert faults(settings) == {}
    made = answer_of(whichrun("keys", "new", "--json", settings=settings))["id"]
    answer_of(whichrun("keys", "retire", KEY.id, "--json", settings=settings))
    assert faults(settings) == {}
    checks = json.loads(whichrun("doctor", "--json", settings=settings).stdout)["checks"]
    (told,) = [one["message"] for one in checks if one["name"] == "signing_keys"]
    assert told.startswith(f"{made} signs")


@pytest.mark.parametrize(("days", "told"), [(13, True), (15, False)])
def test_a_key_that_ends_soon(settings: dict[str, str], days: int, *, told: bool) -> None:
    """Two weeks before the last key that signs ends it is said, and no more once the next one is there."""
    ends = (now() + timedelta(days=days)).isoformat()
    answer_of(whichrun("keys", "retire", KEY.id, "--at", ends, "--force", "--json", settings=settings))
    assert ("the last key that signs expires" in faults(settings).get("signing_keys", "")) == told
    answer_of(whichrun("keys", "new", "--json", settings=settings))
    assert faults(settings) == {}


def test_no_key_is_valid(settings: dict[str, str]) -> None:
    """Where nothing signs any more, that is said, with what to do."""
    answer_of(whichrun("keys", "retire", KEY.id, "--force", "--json", settings=settings))
    assert "no key for signing is valid now" in faults(settings)["signing_keys"]
    assert "whichrun keys new" in faults(settings)["signing_keys"]


def test_hosts_that_differ(settings: dict[str, str], tmp_path: Path) -> None:
    """A key that only the register has, one that it does not have, and a secret that is gone are named."""
    before = settings | {"signing_secrets": "gone:a secret"}
    answer_of(whichrun("keys", "retire", "gone", "--at", in_iso(20), "--json", settings=before))
    key_file(tmp_path, OTHER)
    found = faults(settings)["signing_keys"]
    assert f"the register does not know the key {OTHER.id}" in found
    assert f"the key {KEY.id} is registered, and not in this host's key file" in found
    assert "the secret gone is registered, and not in WHICHRUN_SIGNING_SECRETS" in found


def in_iso(count: float) -> str:
    """Return a moment so many days from now, in RFC 3339."""
    return (now() + timedelta(days=count)).isoformat()


@pytest.mark.parametrize(
    ("ring", "message"),
    [
        (lambda: f"a@/{in_days(-1)}:x", "no webhook secret is valid now"),
        (lambda: f"a@{in_days(1)}/:x", "no webhook secret is valid now"),
        (lambda: f"a@/{in_days(5)}:x", "the last webhook secret expires at"),
        (lambda: f"a@/{in_days(5)}:x,b:y", ""),
        (lambda: f"a@/{in_days(5)}:x,b@{in_days(4)}/:y", ""),
    ],
)  # fmt: skip
def test_webhook_secrets_with_dates(settings: dict[str, str], ring: object, message: str) -> None:
    """Webhook secrets that have all ended, or are about to with none to follow, are told."""
    assert callable(ring)
    found = faults(settings | {"webhook_secrets": ring()}).get("key_ring", "")
    assert message in found if message else found == ""


def test_a_key_file_that_cannot_be_used(settings: dict[str, str], tmp_path: Path) -> None:
    """What is wrong with the file is told without its contents, and nothing else of keys is looked at."""
    (tmp_path / "signing.pem").write_text("canary")
    found = faults(settings)
    assert "there is no key" in found["key_ring"]
    assert "canary" not in whichrun("doctor", settings=settings).stdout
