"""``whichrun keys``: keys are made, listed and retired; secrets never show."""

from __future__ import annotations

import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from resolver.claims.ed25519 import from_pem, generate
from tests.support.command_line import answer_of, error_of, whichrun
from tests.support.keyed import settings_with_store
from tests.support.signing import KEY, OTHER, key_file

SIGN = ("sign", "--span", "s1", "--repository", "acme/widgets", "--agent-name", "coder")


def items(settings: dict[str, str]) -> list[dict[str, Any]]:
    """Return what ``keys list`` tells."""
    found: list[dict[str, Any]] = answer_of(whichrun("keys", "list", "--json", settings=settings))["items"]
    return found


def status_of(settings: dict[str, str]) -> dict[str, str]:
    """Return how it stands with each key for claims."""
    return {one["id"]: one["status"] for one in items(settings) if one["purpose"] == "claims"}


def new(settings: dict[str, str], *arguments: str) -> str:
    """Make a key; return its id."""
    return str(answer_of(whichrun("keys", "new", *arguments, "--json", settings=settings))["id"])


def test_a_key_is_made_and_signs(tmp_path: Path) -> None:
    """The file is its owner's alone, and what is signed from then on is a claim of version 2 by that key."""
    settings = settings_with_store(tmp_path)
    key_id = new(settings)
    path = Path(settings["signing_key_file"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [pair.id for pair in from_pem(path.read_text())] == [key_id]
    marks = answer_of(whichrun(*SIGN, "--json", settings=settings))
    assert marks["claim"]["iss"] == "default"
    assert marks["commit_trailers"].startswith("Agents-Attribution: eyJ")
    verdict = answer_of(whichrun("verify", "--json", settings=settings, stdin=marks["hidden_comment"]))["claims"]
    assert [(one["span_id"], one["valid"]) for one in verdict] == [("s1", True)]


def test_rotation(tmp_path: Path) -> None:
    """The newest key signs and the older ones verify; after its retirement an older one signs nothing any more."""
    settings = settings_with_store(tmp_path)
    first, second = new(settings), new(settings)
    assert status_of(settings) == {second: "signing", first: "verifying"}
    answer_of(whichrun("keys", "retire", first, "--json", settings=settings))
    assert status_of(settings) == {second: "signing", first: "retired"}
    assert error_of(whichrun("keys", "retire", first, "--json", settings=settings))["code"] == "conflict"


def test_dates(tmp_path: Path) -> None:
    """A key that is not valid yet does not sign; one that has an end expires; dates need a store."""
    settings = settings_with_store(tmp_path)
    first = new(settings, "--not-after", "2999-01-01T00:00:00Z")
    later = new(settings, "--not-before", "2998-01-01T00:00:00Z")
    assert status_of(settings) == {later: "not yet", first: "signing"}
    (told,) = [one for one in items(settings) if one["id"] == later]
    assert (told["not_before"], told["not_after"], told["retired_at"]) == ("2998-01-01T00:00:00Z", None, None)
    over = whichrun("keys", "new", "--not-after", "2020-01-01T00:00:00Z", "--json", settings=settings)
    assert error_of(over)["details"][0]["field"] == "not_after"
    elsewhere = settings | {"database_url": f"sqlite:///{tmp_path / 'none.db'}"}
    refused = whichrun("keys", "new", "--not-before", "2998-01-01T00:00:00Z", "--json", settings=elsewhere)
    assert "there is none" in error_of(refused)["message"]
    assert not (tmp_path / "none.db").exists()


def test_the_last_key_that_signs_is_not_retired_by_mistake(tmp_path: Path) -> None:
    """Retiring the only one is refused without --force; with it nothing is signed any more, and nobody falls back."""
    settings = settings_with_store(tmp_path, signing_secrets="k1:a secret")
    key_id = new(settings)
    refused = error_of(whichrun("keys", "retire", key_id, "--json", settings=settings))
    assert refused["code"] == "conflict"
    assert "whichrun keys new" in refused["message"]
    answer_of(whichrun("keys", "retire", "k1", "--json", settings=settings))
    answer_of(whichrun("keys", "retire", key_id, "--force", "--json", settings=settings))
    assert "no key for signing is valid" in error_of(whichrun(*SIGN, "--json", settings=settings))["message"]


def test_retiring_later(tmp_path: Path) -> None:
    """A key may be retired from a time on: until then it signs, and the time may be moved."""
    settings = settings_with_store(tmp_path, signing_secrets="k2:new,k1:old")
    settings.pop("signing_key_file")
    answer_of(whichrun("keys", "retire", "k1", "--at", "2999-01-01T00:00:00Z", "--json", settings=settings))
    assert status_of(settings) == {"k2": "signing", "k1": "verifying"}
    answer_of(whichrun("keys", "retire", "k1", "--json", settings=settings))
    assert status_of(settings) == {"k2": "signing", "k1": "retired"}
    refused = whichrun("keys", "retire", "k2", "--at", "2999-01-01T00:00:00Z", "--json", settings=settings)
    assert error_of(refused)["code"] == "conflict", "nothing would be left to sign with then"


def test_ids_that_are_none(tmp_path: Path) -> None:
    """An unknown id is exit code 1; of a webhook secret it is said where it is to be changed."""
    settings = settings_with_store(tmp_path, signing_secrets="k1:a secret")
    settings.pop("signing_key_file")
    unknown = whichrun("keys", "retire", "nobody", "--json", settings=settings)
    assert (unknown.exit_code, error_of(unknown)["code"]) == (1, "not_found")
    assert (
        "WHICHRUN_WEBHOOK_SECRETS"
        in error_of(whichrun("keys", "retire", "hook", "--json", settings=settings))["message"]
    )


def test_an_id_is_no_option() -> None:
    """The id of a new key never begins with a hyphen, as one in 64 thumbprints does: it can be given as it is."""
    assert not [pair.id for pair in (generate() for _ in range(500)) if pair.id.startswith("-")]


def test_without_a_place_for_keys(tmp_path: Path) -> None:
    """Without the setting it is said what to set; --file names a place, and says that the setting is still missing."""
    settings = settings_with_store(tmp_path)
    path = settings.pop("signing_key_file")
    refused = error_of(whichrun("keys", "new", "--json", settings=settings))
    assert "WHICHRUN_SIGNING_KEY_FILE is not set" in refused["message"]
    made = whichrun("keys", "new", "--file", path, settings=settings)
    assert made.exit_code == 0
    assert made.stdout.strip() == from_pem(Path(path).read_text())[0].id
    assert "set WHICHRUN_SIGNING_KEY_FILE" in made.stderr


def test_the_list_shows_no_secret(tmp_path: Path) -> None:
    """Ids, kinds, statuses and dates of all keys, of the webhooks' too; neither table nor JSON holds a secret."""
    settings = settings_with_store(tmp_path, signing_secrets="old@/2999-12-31:canary-one,canary-two")
    settings["webhook_secrets"] = "gone@/2020-01-01:canary-three,hook:canary-four"
    new(settings)
    found = items(settings)
    assert [(one["purpose"], one["kind"], one["status"]) for one in found] == [
        ("claims", "ed25519", "signing"),
        ("claims", "hmac", "verifying"),
        ("claims", "hmac", "verifying"),
        ("webhooks", "hmac", "expired"),
        ("webhooks", "hmac", "verifying"),
    ]
    assert found[1]["not_after"] == "2999-12-31T00:00:00Z"
    assert [one["artifacts"] for one in found] == [0, 0, 0, None, None]
    private = Path(settings["signing_key_file"]).read_text().splitlines()[1]
    shown = whichrun("keys", "list", settings=settings).stdout + str(found)
    assert "canary" not in shown
    assert private not in shown
    assert "expired" in shown


def test_a_secret_that_is_gone_is_told(tmp_path: Path) -> None:
    """A secret that the register knows and the settings do not have is listed as not here, until it is retired."""
    settings = settings_with_store(tmp_path, signing_secrets="k2:new,k1:old")
    settings.pop("signing_key_file")
    answer_of(whichrun("keys", "retire", "k2", "--at", "2999-01-01T00:00:00Z", "--json", settings=settings))
    settings["signing_secrets"] = "k2:new"
    assert status_of(settings) == {"k2": "signing", "k1": "not here"}
    answer_of(whichrun("keys", "retire", "k1", "--json", settings=settings))
    assert status_of(settings)["k1"] == "retired"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620])
def test_a_key_file_that_others_may_read(tmp_path: Path, mode: int) -> None:
    """A file with private keys that others may read or write is refused; one with public keys alone is no secret."""
    settings = settings_with_store(tmp_path)
    path = key_file(tmp_path, KEY)
    path.chmod(mode)
    result = whichrun(*SIGN, "--json", settings=settings)
    if mode == 0o640 and path.stat().st_uid == 0:
        assert result.exit_code == 0, "as Kubernetes mounts secrets"
    else:
        assert "chmod 600" in error_of(result)["message"]
        assert "chmod 600" in error_of(whichrun("keys", "new", "--json", settings=settings))["message"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is no key"),
        ("no pem", "there is no key"),
        ("-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n", "block 1 cannot be read"),
        ("-----BEGIN PRIVATE KEY-----\ncanary", "not whole"),
        ("-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY-----\n", "not an Ed25519 key"),
        ("x" * 70_000, "larger than 64 KiB"),
    ],
)
def test_a_key_file_that_holds_no_keys(tmp_path: Path, text: str, reason: str) -> None:
    """What cannot be used is refused by every command that needs a key, and nothing of it is shown."""
    settings = settings_with_store(tmp_path)
    path = Path(settings["signing_key_file"])
    path.touch(mode=0o600)
    path.write_text(text)
    for command in (SIGN, ("keys", "list"), ("keys", "new"), ("serve",)):
        error = error_of(whichrun(*command, "--json", settings=settings))
        assert reason in error["message"]
        assert "canary" not in error["message"]
    assert path.read_text() == text


def test_a_key_file_that_is_not_there(tmp_path: Path) -> None:
    """A key file that is set and missing is an error, which says how to make it: nobody signs with less instead."""
    settings = settings_with_store(tmp_path, signing_secrets="k1:a secret")
    for command in (SIGN, ("serve",), ("verify",)):
        assert "`whichrun keys new` makes it" in error_of(whichrun(*command, "--json", settings=settings))["message"]


def test_links_are_followed_only_to_files_of_ones_own(tmp_path: Path) -> None:
    """A link to this user's own key file stays a link; one that leads nowhere is refused."""
    settings = settings_with_store(tmp_path)
    (tmp_path / "real").mkdir()
    real = key_file(tmp_path / "real", KEY)
    link = Path(settings["signing_key_file"])
    link.symlink_to(real)
    key_id = new(settings)
    assert link.is_symlink()
    assert [pair.id for pair in from_pem(real.read_text())] == [key_id, KEY.id]
    link.unlink()
    link.symlink_to(tmp_path / "nowhere.pem")
    assert "symbolic link" in error_of(whichrun("keys", "new", "--json", settings=settings))["message"]
    assert not (tmp_path / "nowhere.pem").exists()


def test_two_that_make_keys_at_once(tmp_path: Path) -> None:
    """Keys that are made at the same moment are all kept."""
    from receiver import key_file as files  # noqa: PLC0415 - beside the support module of that name
    from resolver.claims.ed25519 import generate  # noqa: PLC0415

    path = tmp_path / "signing.pem"
    made = [generate() for _ in range(6)]
    threads = [threading.Thread(target=files.add, args=(path, pair)) for pair in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {pair.id for pair in files.read(path)} == {pair.id for pair in made}
    assert [one.name for one in tmp_path.iterdir()] == ["signing.pem"]


def test_public_keys_verify_and_do_not_sign(tmp_path: Path) -> None:
    """A block PUBLIC KEY is for verifying; where a file holds no other, secrets sign."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - for this one

    settings = settings_with_store(tmp_path, signing_secrets="k1:a secret")
    pem = OTHER.verifier().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    Path(settings["signing_key_file"]).write_bytes(pem)
    assert status_of(settings) == {OTHER.id: "verifying", "k1": "signing"}
    assert answer_of(whichrun(*SIGN, "--json", settings=settings))["claim"]["v"] == 1
    settings.pop("signing_secrets")
    assert "no key for signing" in error_of(whichrun(*SIGN, "--json", settings=settings))["message"]
